-- What only SQLite has: triggers that number the changes of posts, and the origin of this index.
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
INSERT INTO origin VALUES (hex(randomblob(16)));
