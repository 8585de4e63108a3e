"""A minimal site, and what breaks sites."""
