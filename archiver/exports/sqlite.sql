-- The tables of the export `sqlite` (docs/export.md). Times are ISO 8601; lists and objects are JSON.
CREATE TABLE articles (
    key TEXT PRIMARY KEY NOT NULL,   -- recipe:id:form
    recipe TEXT NOT NULL,
    id TEXT NOT NULL,
    form TEXT NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    published TEXT NOT NULL,         -- in the source's zone
    published_utc TEXT NOT NULL,     -- the same in UTC: sorts
    source TEXT NOT NULL,
    authors TEXT NOT NULL,
    language TEXT NOT NULL,
    modified TEXT,
    canonical TEXT NOT NULL,
    paywalled INTEGER NOT NULL,      -- 1: only the beginning may be there
    category TEXT NOT NULL,
    tags TEXT NOT NULL,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    revision INTEGER NOT NULL,
    saved TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    checked TEXT,
    state TEXT NOT NULL,
    rules TEXT NOT NULL,
    capture_warc TEXT,
    capture_offset INTEGER,
    capture_length INTEGER,
    capture_payload_sha256 TEXT,
    capture_url TEXT,
    capture_time TEXT,
    quote TEXT NOT NULL,             -- the long ones come last: what comes after them costs a walk through them
    text TEXT NOT NULL,
    html TEXT NOT NULL
);

CREATE TABLE versions (
    article TEXT NOT NULL REFERENCES articles (key),
    revision INTEGER NOT NULL,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    saved TEXT NOT NULL,
    capture_warc TEXT,
    capture_offset INTEGER,
    capture_length INTEGER,
    capture_payload_sha256 TEXT,
    capture_url TEXT,
    capture_time TEXT,
    PRIMARY KEY (article, revision)
);

CREATE TABLE media (                 -- videos and sound that an article leads to
    article TEXT NOT NULL REFERENCES articles (key),
    place INTEGER NOT NULL,          -- 1 for the first
    kind TEXT NOT NULL,              -- video or audio
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    poster TEXT NOT NULL,            -- the address of the picture that stands for it
    PRIMARY KEY (article, place)
);

CREATE TABLE listings (
    name TEXT PRIMARY KEY NOT NULL
);

CREATE TABLE article_listings (
    article TEXT NOT NULL REFERENCES articles (key),
    listing TEXT NOT NULL REFERENCES listings (name),
    PRIMARY KEY (article, listing)
);

-- Holds the words that archiver.exports.segment makes of each text, not the text: `rebuild` would lose them.
CREATE VIRTUAL TABLE articles_fts USING fts5 (title, source, quote, text, content="articles");
