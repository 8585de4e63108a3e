"""What runs a crawl again and again, as text to save: one module a scheduler, each with `render`."""
