-- Made when all rows are in: sorting once costs less than keeping the order.
CREATE INDEX articles_published ON articles (published_utc);
CREATE INDEX articles_saved ON articles (saved);
CREATE INDEX articles_source ON articles (source, published_utc);
CREATE INDEX articles_id ON articles (id);
CREATE INDEX articles_sha256 ON articles (sha256);
CREATE INDEX article_listings_listing ON article_listings (listing);
