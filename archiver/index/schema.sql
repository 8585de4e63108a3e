-- The index of an archive, as SQLite reads it; for PostgreSQL it is translated (archiver.index.dialect). What only one
-- of them has is in schema-sqlite.sql and schema-postgres.sql. Times are whole microseconds since 1970 (UTC); `place`
-- is a listing or an address.
CREATE TABLE articles (
    key INTEGER PRIMARY KEY,
    recipe TEXT NOT NULL,
    id TEXT NOT NULL,
    state TEXT NOT NULL,             -- listed, saved, failed, quarantined, refused, withdrawn or united
    reason TEXT NOT NULL DEFAULT '', -- of the last failure
    tries INTEGER NOT NULL DEFAULT 0,
    due INTEGER,                     -- when to ask for it next; NULL: not by itself
    run INTEGER NOT NULL DEFAULT 0,  -- the last one in which it was asked for
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    checked INTEGER,                 -- when the source last gave it
    saved INTEGER,                   -- when its first post was written; adopted ones: when it was published
    published TEXT,                  -- as its post says it, ISO 8601 with an offset
    text_digest TEXT,                -- articles with the same have the same text
    known TEXT NOT NULL DEFAULT '{}',-- what listings said of it
    site TEXT NOT NULL DEFAULT '',   -- whose turn it waits for: its site's; empty: that of all together
    UNIQUE (recipe, id)
);
-- The order in which articles of a site are asked for: those without a post come first.
CREATE INDEX articles_new ON articles (site, due, key) WHERE due IS NOT NULL AND saved IS NULL;
CREATE INDEX articles_again ON articles (site, due, key) WHERE due IS NOT NULL AND saved IS NOT NULL;
CREATE INDEX articles_saved ON articles (saved) WHERE saved IS NOT NULL;
CREATE INDEX articles_text_digest ON articles (text_digest) WHERE text_digest IS NOT NULL;

CREATE TABLE sightings (
    article INTEGER NOT NULL,
    place TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (article, place)
) WITHOUT ROWID;

-- The forms of post of an article that are still to be written.
CREATE TABLE wanted (
    article INTEGER NOT NULL,
    form TEXT NOT NULL,
    PRIMARY KEY (article, form)
) WITHOUT ROWID;

CREATE TABLE posts (
    article INTEGER NOT NULL,
    form TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,       -- in the output directory
    sha256 BLOB NOT NULL,            -- of the file
    revision INTEGER NOT NULL,       -- 1 for the first
    saved INTEGER NOT NULL,          -- this revision
    rules TEXT NOT NULL DEFAULT '{}',-- which rule gave each field
    capture INTEGER,                 -- of the answer that it was made of
    listed INTEGER NOT NULL DEFAULT 0, -- the manifest that has it; 0: none yet
    PRIMARY KEY (article, form)
) WITHOUT ROWID;
CREATE INDEX posts_saved ON posts (saved, article, form);
CREATE INDEX posts_unlisted ON posts (path) WHERE listed = 0;

-- Earlier contents of posts; the files are in _versions.
CREATE TABLE revisions (
    article INTEGER NOT NULL,
    form TEXT NOT NULL,
    revision INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    saved INTEGER NOT NULL,
    capture INTEGER,
    listed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (article, form, revision)
) WITHOUT ROWID;
CREATE INDEX revisions_unlisted ON revisions (article, form) WHERE listed = 0;

-- Answers in WARC files.
CREATE TABLE captures (
    key INTEGER PRIMARY KEY,
    warc TEXT NOT NULL,              -- the file, in the output directory; absolute if it is elsewhere
    "offset" INTEGER NOT NULL,       -- of the response or revisit record: bytes
    length INTEGER NOT NULL,
    payload BLOB NOT NULL,           -- SHA-256
    url TEXT NOT NULL,
    time INTEGER NOT NULL,           -- WARC-Date
    UNIQUE (warc, "offset")
);
CREATE INDEX captures_payload ON captures (payload);
CREATE INDEX captures_address ON captures (url, time);

-- WARC files that nobody writes to any more.
CREATE TABLE warcs (
    path TEXT PRIMARY KEY,           -- in the output directory
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    listed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- Posts that are being written: after a kill, what is on disk tells whether they were.
CREATE TABLE intents (
    article INTEGER NOT NULL,
    form TEXT NOT NULL,
    path TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    published TEXT NOT NULL,
    text_digest TEXT,
    rules TEXT NOT NULL,
    saved INTEGER NOT NULL,          -- the time to note for it
    within INTEGER,                  -- for how long to ask again, and how often; NULL: not by itself
    every INTEGER,
    capture INTEGER,
    scheme TEXT,                     -- of the signature of its text
    signature BLOB,
    worker INTEGER NOT NULL DEFAULT 0, -- who writes it; 0: who has the archive alone
    PRIMARY KEY (article, form)
) WITHOUT ROWID;

-- The answer that each article was last made of: another form can be made of its capture, and a re-check can ask for
-- changes only.
CREATE TABLE answers (
    article INTEGER PRIMARY KEY,
    page TEXT NOT NULL,
    url TEXT NOT NULL,
    etag TEXT NOT NULL,
    modified TEXT NOT NULL,
    fetched INTEGER NOT NULL,
    capture INTEGER
);

-- Edits that are not believed yet, in the order in which they came: all other articles of the run are looked at first.
CREATE TABLE held_back (
    position INTEGER PRIMARY KEY,
    article INTEGER NOT NULL,
    form TEXT NOT NULL,
    run INTEGER NOT NULL,
    text_digest TEXT NOT NULL,       -- of the edited text
    made BLOB NOT NULL,              -- the article that was made of the answer
    capture INTEGER,
    UNIQUE (article, form)
);

-- Paths that a manifest lists, and where the file is no more.
CREATE TABLE removed (path TEXT PRIMARY KEY) WITHOUT ROWID;

CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    started INTEGER NOT NULL,
    ended INTEGER,                   -- NULL: it runs, or was killed
    command TEXT NOT NULL,
    report TEXT NOT NULL DEFAULT '{}',
    shared INTEGER NOT NULL DEFAULT 0, -- 1: workers may join; 2: they have nothing left to do
    asked TEXT NOT NULL DEFAULT '{}' -- what workers are to crawl
);

-- What each listing gave in each run.
CREATE TABLE listing_stats (
    listing TEXT NOT NULL,
    run INTEGER NOT NULL,
    time INTEGER NOT NULL,
    good INTEGER NOT NULL,           -- there was no alarm
    content TEXT NOT NULL,
    PRIMARY KEY (listing, run)
) WITHOUT ROWID;
CREATE INDEX listing_stats_good ON listing_stats (listing, run) WHERE good <> 0;

CREATE TABLE validators (
    listing TEXT NOT NULL,
    endpoint INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified TEXT NOT NULL,
    PRIMARY KEY (listing, endpoint)
) WITHOUT ROWID;

-- Listings whose reading was cut off, and the page that was not read.
CREATE TABLE unfinished (
    listing TEXT PRIMARY KEY,
    page INTEGER NOT NULL
) WITHOUT ROWID;

-- Hosts that asked to be left alone (Retry-After).
CREATE TABLE hosts (
    host TEXT PRIMARY KEY,
    resume INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE robots (
    address TEXT PRIMARY KEY,
    status INTEGER NOT NULL,
    body BLOB NOT NULL,
    fetched INTEGER NOT NULL
) WITHOUT ROWID;

-- Articles in the order in which their posts last changed: what is made of posts (a site, for example) is brought up to
-- date by those that are new to it.
CREATE TABLE changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL UNIQUE
);

-- An identifier of this index: another index of the same archive has another one, and numbers `changes` differently.
CREATE TABLE origin (value TEXT NOT NULL);

-- The addresses by which articles of the web are known: those that have no id in a recipe.
CREATE TABLE aliases (
    address TEXT PRIMARY KEY,        -- in the form in which they are compared (archiver.identity), or an id that it had
    article INTEGER                  -- NULL: pages of several articles say that it is theirs
) WITHOUT ROWID;

-- The sources of a site that is followed (its feeds, sitemaps and pages of links), and the sitemaps in an index of
-- sitemaps.
CREATE TABLE sources (
    parent TEXT NOT NULL,            -- the address that is followed; the listing that the index is
    address TEXT NOT NULL,
    kind TEXT NOT NULL,              -- feed, sitemap or page
    title TEXT NOT NULL,
    found INTEGER NOT NULL,
    modified INTEGER,                -- what the index said when the sitemap was last read: when it was changed
    PRIMARY KEY (parent, address)
) WITHOUT ROWID;

-- Listings that said that they are gone for good (410): nobody asks for them any more.
CREATE TABLE gone (
    listing TEXT PRIMARY KEY,
    time INTEGER NOT NULL
) WITHOUT ROWID;

-- The signatures of the texts of articles (MinHash): only those of one scheme can be compared.
CREATE TABLE signatures (
    article INTEGER PRIMARY KEY,
    scheme TEXT NOT NULL,
    content BLOB NOT NULL
);

-- Pieces of signatures: articles that share one may be near-duplicates (locality-sensitive hashing).
CREATE TABLE bands (
    band INTEGER NOT NULL,
    article INTEGER NOT NULL,
    PRIMARY KEY (band, article)
) WITHOUT ROWID;

-- Articles with nearly the same text; each is noted with some of those that were there when it came.
CREATE TABLE near_duplicates (
    article INTEGER NOT NULL,
    other INTEGER NOT NULL,
    similarity REAL NOT NULL,        -- the estimated share of what one of both says that both say (Jaccard)
    PRIMARY KEY (article, other)
) WITHOUT ROWID;
CREATE INDEX near_duplicates_other ON near_duplicates (other);

-- Listings that need not be asked for again before a time, as they say themselves (ttl, Cache-Control).
CREATE TABLE resting (
    listing TEXT PRIMARY KEY,
    until INTEGER NOT NULL,
    says TEXT NOT NULL               -- what it says of when it changes, as JSON: nobody reads it where it has not changed
) WITHOUT ROWID;

-- Posts that the owner of the archive wrote: nobody but the owner changes them, and no manifest has them.
CREATE TABLE own_posts (path TEXT PRIMARY KEY) WITHOUT ROWID; -- in the output directory

-- Files of pictures: one for each content, however many addresses it has.
CREATE TABLE assets (
    path TEXT PRIMARY KEY,           -- in the output directory
    sha256 BLOB NOT NULL,
    size INTEGER NOT NULL,           -- bytes
    width INTEGER NOT NULL,          -- pixels; 0: it does not say
    height INTEGER NOT NULL,
    capture INTEGER,                 -- of the answer that it was first made of
    listed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX assets_unlisted ON assets (path) WHERE listed = 0;

-- Addresses of pictures that articles show.
CREATE TABLE pictures (
    address TEXT PRIMARY KEY,
    path TEXT,                       -- of its file; NULL: it has not come
    saved INTEGER,                   -- when it came
    page TEXT NOT NULL DEFAULT '',   -- an address of an article that shows it
    recipe TEXT NOT NULL DEFAULT '', -- of that article
    offers TEXT NOT NULL DEFAULT '[]', -- addresses to ask for it at, the best first; none: its own
    tries INTEGER NOT NULL DEFAULT 0,
    due INTEGER,                     -- when to ask for it next; NULL: not any more
    run INTEGER NOT NULL DEFAULT 0,  -- the last one in which it was asked for
    reason TEXT NOT NULL DEFAULT ''  -- why it did not come
) WITHOUT ROWID;
CREATE INDEX pictures_due ON pictures (due) WHERE due IS NOT NULL;

-- Articles whose posts show pictures from their original addresses: when such a picture comes, the posts are written
-- again.
CREATE TABLE awaited (
    address TEXT NOT NULL,
    article INTEGER NOT NULL,
    PRIMARY KEY (address, article)
) WITHOUT ROWID;
CREATE INDEX awaited_article ON awaited (article);

-- Processes that crawl together, each of a run that they share.
CREATE TABLE workers (
    worker INTEGER PRIMARY KEY AUTOINCREMENT, -- its files of captures have it in their names: it never comes again
    run INTEGER NOT NULL,
    writer INTEGER NOT NULL,         -- its number on a server; 0: there is none
    process INTEGER NOT NULL,
    host TEXT NOT NULL,
    command TEXT NOT NULL,
    started INTEGER NOT NULL,
    heard INTEGER NOT NULL,          -- when it last said that it is there
    state TEXT NOT NULL,             -- busy, idle, over (all of the run are idle), left, or lost: others took over from it
    doing TEXT NOT NULL DEFAULT '',
    articles INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0,
    results TEXT NOT NULL DEFAULT '{}'
);

-- Leases: what one worker at a time works on (listings, sites, hosts).
CREATE TABLE leases (
    name TEXT PRIMARY KEY,           -- `host`, `listing`, `recipe` or `site`, and which; or `limit`, of what
    worker INTEGER NOT NULL,         -- who has it; 0: nobody
    ready INTEGER NOT NULL DEFAULT 0, -- of a host: when it may be asked next; of a limit: what is left of it
    spacing INTEGER NOT NULL DEFAULT 0, -- of a host: between two requests
    wanted INTEGER NOT NULL DEFAULT 0, -- whether another waits for it
    run INTEGER NOT NULL DEFAULT 0   -- the last one in which it was done
) WITHOUT ROWID;
CREATE INDEX leases_worker ON leases (worker) WHERE worker <> 0;
