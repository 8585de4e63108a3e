-- From the seventh schema to the eighth: changes are numbered by one transaction at a time.
CREATE OR REPLACE FUNCTION number_change() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    changed BIGINT;
BEGIN
    IF TG_TABLE_NAME = 'articles' THEN
        changed := NEW.key;
    ELSIF TG_OP = 'DELETE' THEN
        changed := OLD.article;
    ELSE
        changed := NEW.article;
    END IF;
    -- Until this transaction has ended no other numbers a change: they can be seen in the order of their numbers.
    PERFORM pg_advisory_xact_lock(hashtext(current_schema()) & 2147483647, -1);
    DELETE FROM changes WHERE article = changed;
    INSERT INTO changes (article) VALUES (changed);
    RETURN NULL;
END $$;
