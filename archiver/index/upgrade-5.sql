-- From the fourth schema to the fifth: the addresses of articles that no recipe knows by an id.
CREATE TABLE aliases (
    address TEXT PRIMARY KEY,        -- in the form in which addresses are compared (archiver.identity)
    article INTEGER                  -- NULL: pages of several articles say that it is theirs
) WITHOUT ROWID;
