-- From the seventh schema to the eighth: workers that crawl together.
ALTER TABLE intents ADD COLUMN worker INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN shared INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN asked TEXT NOT NULL DEFAULT '{}';
CREATE TABLE workers (
    worker INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL,
    writer INTEGER NOT NULL,
    process INTEGER NOT NULL,
    host TEXT NOT NULL,
    command TEXT NOT NULL,
    started INTEGER NOT NULL,
    heard INTEGER NOT NULL,
    state TEXT NOT NULL,
    doing TEXT NOT NULL DEFAULT '',
    articles INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0,
    results TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    worker INTEGER NOT NULL,
    ready INTEGER NOT NULL DEFAULT 0,
    spacing INTEGER NOT NULL DEFAULT 0,
    wanted INTEGER NOT NULL DEFAULT 0,
    run INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX leases_worker ON leases (worker) WHERE worker <> 0;
