-- From the first schema to the second: captures and manifests.
ALTER TABLE posts ADD COLUMN capture INTEGER;
ALTER TABLE posts ADD COLUMN listed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX posts_saved ON posts (saved, article, form);
CREATE INDEX posts_unlisted ON posts (path) WHERE listed = 0;
ALTER TABLE revisions ADD COLUMN capture INTEGER;
ALTER TABLE revisions ADD COLUMN listed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX revisions_unlisted ON revisions (article, form) WHERE listed = 0;
ALTER TABLE intents ADD COLUMN capture INTEGER;
-- What is kept for some weeks only is not worth the conversion.
DROP TABLE answers;
CREATE TABLE answers (
    article INTEGER PRIMARY KEY,
    page TEXT NOT NULL,
    url TEXT NOT NULL,
    type TEXT NOT NULL,
    etag TEXT NOT NULL,
    modified TEXT NOT NULL,
    fetched INTEGER NOT NULL,
    body BLOB,
    capture INTEGER
);
CREATE INDEX answers_fetched ON answers (fetched);
CREATE TABLE captures (
    key INTEGER PRIMARY KEY,
    warc TEXT NOT NULL,
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL,
    payload BLOB NOT NULL,
    url TEXT NOT NULL,
    time INTEGER NOT NULL,
    UNIQUE (warc, offset)
);
CREATE INDEX captures_payload ON captures (payload);
CREATE TABLE warcs (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    listed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE removed (path TEXT PRIMARY KEY) WITHOUT ROWID;
