"""The net: a request out, a response in; politely, and only to where a crawl may go."""
