"""Text for schedulers that run a crawl regularly: one module for each scheduler, each with a function `render`."""
