"""Extensions of Scrapy: they keep what went wrong in a run, and report at its end."""
