-- What a build knows of the site that is there. Times are microseconds since 1970 (UTC).
CREATE TABLE facts (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE entries (
    number INTEGER PRIMARY KEY,      -- for ever: sitemaps are cut by it
    key TEXT NOT NULL UNIQUE,        -- recipe:id:form
    recipe TEXT NOT NULL,
    id TEXT NOT NULL,
    form TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,       -- of its page: the first that it had
    moment INTEGER NOT NULL,         -- when it was published
    published TEXT NOT NULL,         -- the same with the source's offset
    changed TEXT NOT NULL,           -- when it was last saved
    title TEXT NOT NULL,
    source TEXT NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    category INTEGER NOT NULL,       -- lists.number
    day INTEGER NOT NULL,            -- the same
    digest TEXT                      -- of its text, if that tells anything
);
CREATE INDEX entries_article ON entries (recipe, id);
CREATE INDEX entries_moment ON entries (moment, number);
CREATE INDEX entries_digest ON entries (digest) WHERE digest IS NOT NULL;

CREATE TABLE lists (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,              -- category or day
    name TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    size INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, name)
);
CREATE TABLE members (
    list INTEGER NOT NULL, moment INTEGER NOT NULL, entry INTEGER NOT NULL,
    PRIMARY KEY (list, moment, entry)
) WITHOUT ROWID;
-- The numbered pages of a list: where each begins. It holds what comes before the next.
CREATE TABLE ranges (
    list INTEGER NOT NULL, moment INTEGER NOT NULL, entry INTEGER NOT NULL, label TEXT NOT NULL,
    PRIMARY KEY (list, moment, entry)
) WITHOUT ROWID;
-- The names of sources that a category has, and how it is spelled.
CREATE TABLE names (
    list INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (list, kind, name)
) WITHOUT ROWID;

-- The files of titles, and the days of what is in each.
CREATE TABLE parts (number INTEGER PRIMARY KEY, first TEXT NOT NULL, last TEXT NOT NULL);

-- What the build that is at work has to write yet.
CREATE TABLE touched (list INTEGER NOT NULL, moment INTEGER NOT NULL, entry INTEGER NOT NULL,
    PRIMARY KEY (list, moment, entry)) WITHOUT ROWID;
-- gone: an article with that text is on the site no more.
CREATE TABLE touched_digests (digest TEXT PRIMARY KEY, gone INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE touched_near (number INTEGER PRIMARY KEY);
CREATE TABLE touched_sitemaps (number INTEGER PRIMARY KEY);
CREATE TABLE staged (path TEXT PRIMARY KEY NOT NULL, file TEXT) WITHOUT ROWID; -- NULL: it is to go
