-- From the sixth schema to the seventh: what near-duplicates are found by; when listings need not be asked again; the
-- posts of people.
CREATE TABLE signatures (
    article INTEGER PRIMARY KEY,
    scheme TEXT NOT NULL,
    content BLOB NOT NULL
);
CREATE TABLE bands (
    band INTEGER NOT NULL,
    article INTEGER NOT NULL,
    PRIMARY KEY (band, article)
) WITHOUT ROWID;
CREATE TABLE near_duplicates (
    article INTEGER NOT NULL,
    other INTEGER NOT NULL,
    similarity REAL NOT NULL,
    PRIMARY KEY (article, other)
) WITHOUT ROWID;
CREATE INDEX near_duplicates_other ON near_duplicates (other);
ALTER TABLE intents ADD COLUMN scheme TEXT;
ALTER TABLE intents ADD COLUMN signature BLOB;
CREATE TABLE resting (
    listing TEXT PRIMARY KEY,
    until INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE own_posts (path TEXT PRIMARY KEY) WITHOUT ROWID;
