-- From the second schema to the third: microseconds, edits that are held back, answers without their bodies.
DROP INDEX articles_due;
DROP INDEX articles_words;
ALTER TABLE articles RENAME COLUMN words TO text_digest;
UPDATE articles SET due = due * 1000000, first_seen = first_seen * 1000000, last_seen = last_seen * 1000000,
    checked = checked * 1000000, saved = saved * 1000000;
CREATE INDEX articles_due ON articles (saved IS NOT NULL, due, key) WHERE due IS NOT NULL;
CREATE INDEX articles_text_digest ON articles (text_digest) WHERE text_digest IS NOT NULL;
UPDATE sightings SET first_seen = first_seen * 1000000, last_seen = last_seen * 1000000;
UPDATE posts SET saved = saved * 1000000;
UPDATE revisions SET saved = saved * 1000000;
ALTER TABLE intents RENAME TO intents_in_seconds;
CREATE TABLE intents (
    article INTEGER NOT NULL,
    form TEXT NOT NULL,
    path TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    published TEXT NOT NULL,
    text_digest TEXT,
    rules TEXT NOT NULL,
    saved INTEGER NOT NULL,
    within INTEGER,
    every INTEGER,
    capture INTEGER,
    PRIMARY KEY (article, form)
) WITHOUT ROWID;
-- Of those that come from captures `within` and `every` were -1.
INSERT INTO intents SELECT article, form, path, sha256, published, words, rules, time * 1000000,
    CASE WHEN every > 0 THEN within * 1000000 END, CASE WHEN every > 0 THEN every * 1000000 END, capture
    FROM intents_in_seconds;
DROP TABLE intents_in_seconds;
-- An answer whose body is neither here nor in a capture was never made anything of.
ALTER TABLE answers RENAME TO answers_with_bodies;
DROP INDEX answers_fetched;
CREATE TABLE answers (
    article INTEGER PRIMARY KEY,
    page TEXT NOT NULL,
    url TEXT NOT NULL,
    etag TEXT NOT NULL,
    modified TEXT NOT NULL,
    fetched INTEGER NOT NULL,
    capture INTEGER
);
INSERT INTO answers SELECT article, page, url, etag, modified, fetched * 1000000, capture FROM answers_with_bodies
    WHERE body IS NOT NULL OR capture IS NOT NULL;
DROP TABLE answers_with_bodies;
CREATE TABLE held_back (
    position INTEGER PRIMARY KEY,
    article INTEGER NOT NULL,
    form TEXT NOT NULL,
    run INTEGER NOT NULL,
    text_digest TEXT NOT NULL,
    made BLOB NOT NULL,
    capture INTEGER,
    UNIQUE (article, form)
);
UPDATE runs SET started = started * 1000000, ended = ended * 1000000;
DROP INDEX yields_good;
ALTER TABLE yields RENAME TO listing_stats;
UPDATE listing_stats SET time = time * 1000000;
CREATE INDEX listing_stats_good ON listing_stats (listing, run) WHERE good;
UPDATE hosts SET resume = resume * 1000000;
UPDATE robots SET fetched = fetched * 1000000;
UPDATE listing_stats SET content = json_remove(
    json_set(content, '$.longest_gap', json_extract(content, '$.gap'), '$.filled_share', json_extract(content, '$.fill')),
    '$.gap', '$.fill')
    WHERE json_type(content, '$.gap') IS NOT NULL;
