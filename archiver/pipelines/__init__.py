"""Pipelines: an article as a page has it in, a post on disk out. One job each; docs/architecture.md has their order."""
