"""The network side of a crawl: requests out, responses in; politely, and only to hosts that a crawl may reach."""
