"""The tests. `make test` runs them all; docs/architecture.md says which covers what."""
