"""Tests of the index. `test_contract_*` hold for every implementation; the others are about SQLite and its file."""
