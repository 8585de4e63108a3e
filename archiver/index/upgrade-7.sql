-- From the sixth schema to the seventh: what near-duplicates are found by; when listings need not be asked again; the
-- posts of people; pictures; captures by their addresses.
DROP INDEX articles_due;
CREATE INDEX articles_new ON articles (site, due, key) WHERE due IS NOT NULL AND saved IS NULL;
CREATE INDEX articles_again ON articles (site, due, key) WHERE due IS NOT NULL AND saved IS NOT NULL;
DROP INDEX listing_stats_good;
CREATE INDEX listing_stats_good ON listing_stats (listing, run) WHERE good <> 0;
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
    until INTEGER NOT NULL,
    says TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE own_posts (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE assets (
    path TEXT PRIMARY KEY,
    sha256 BLOB NOT NULL,
    size INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    capture INTEGER,
    listed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX assets_unlisted ON assets (path) WHERE listed = 0;
CREATE TABLE pictures (
    address TEXT PRIMARY KEY,
    path TEXT,
    saved INTEGER,
    page TEXT NOT NULL DEFAULT '',
    recipe TEXT NOT NULL DEFAULT '',
    offers TEXT NOT NULL DEFAULT '[]',
    tries INTEGER NOT NULL DEFAULT 0,
    due INTEGER,
    run INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX pictures_due ON pictures (due) WHERE due IS NOT NULL;
CREATE TABLE awaited (
    address TEXT NOT NULL,
    article INTEGER NOT NULL,
    PRIMARY KEY (address, article)
) WITHOUT ROWID;
CREATE INDEX awaited_article ON awaited (article);
CREATE INDEX captures_address ON captures (url, time);
