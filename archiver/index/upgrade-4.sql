-- From the third schema to the fourth: which posts changed, in their order.
-- Articles in the order in which their posts last changed: who makes something of posts asks for what is new to it.
CREATE TABLE changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL UNIQUE
);
CREATE TRIGGER post_inserted AFTER INSERT ON posts BEGIN
    DELETE FROM changes WHERE article = NEW.article;
    INSERT INTO changes (article) VALUES (NEW.article);
END;
CREATE TRIGGER post_updated AFTER UPDATE OF path, sha256, revision, capture ON posts BEGIN
    DELETE FROM changes WHERE article = NEW.article;
    INSERT INTO changes (article) VALUES (NEW.article);
END;
CREATE TRIGGER post_deleted AFTER DELETE ON posts BEGIN
    DELETE FROM changes WHERE article = OLD.article;
    INSERT INTO changes (article) VALUES (OLD.article);
END;
CREATE TRIGGER article_withdrawn AFTER UPDATE OF state ON articles
WHEN (OLD.state = 'withdrawn') <> (NEW.state = 'withdrawn') BEGIN
    DELETE FROM changes WHERE article = NEW.key;
    INSERT INTO changes (article) VALUES (NEW.key);
END;
INSERT INTO changes (article) SELECT DISTINCT article FROM posts ORDER BY article;

-- What tells this index from another of the same archive: `changes` are numbered anew in each.
CREATE TABLE origin (value TEXT NOT NULL);
INSERT INTO origin VALUES (hex(randomblob(16)));
