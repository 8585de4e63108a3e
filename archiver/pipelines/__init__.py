"""Item pipelines: what a crawl does with articles."""
