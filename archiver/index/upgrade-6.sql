-- From the fifth schema to the sixth: articles wait by site, and what sites that are followed have is known.
ALTER TABLE articles ADD COLUMN site TEXT NOT NULL DEFAULT '';
DROP INDEX articles_due;
CREATE INDEX articles_due ON articles (saved IS NOT NULL, site, due, key) WHERE due IS NOT NULL;
CREATE TABLE sources (
    parent TEXT NOT NULL,
    address TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    found INTEGER NOT NULL,
    modified INTEGER,
    PRIMARY KEY (parent, address)
) WITHOUT ROWID;
CREATE TABLE gone (
    listing TEXT PRIMARY KEY,
    time INTEGER NOT NULL
) WITHOUT ROWID;
