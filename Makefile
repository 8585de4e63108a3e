# Everything runs in a virtual environment of the project's own; nothing is installed outside it, but for Jekyll, Hugo,
# Chromium, cron and systemd's tools (make test, where that is possible).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests start many processes; what Python has compiled for one is kept for the next, whatever the environment says.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test test-flaky bench quality screenshots format clean

# The first command of the README: a virtual environment, and the real command against a replica of the share site.
demo: $(VENV)/.installed
	$(BIN)/archiver demo

# The second: all checks.
test: $(VENV)/.installed-test
	@tests/install-jekyll
	@tests/install-hugo
	@tests/install-consumers
	@tests/install-axe
	@tests/install-schedulers
	@tests/install-postgres
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest
	$(BIN)/python -m bench pipelines --quick

# Tests in which files, runs and signals meet, ten times, each time in another order: the same result each time. Then
# the properties, on other examples than those that `make test` has every time.
FLAKY := tests/test_replay.py tests/test_crawl.py tests/test_versions.py tests/test_kill.py tests/test_runs.py
PROPERTIES = $(shell grep -rl --include='test_*.py' '^from hypothesis import' tests)
test-flaky: $(VENV)/.installed-test
	@for seed in 1 2 3 4 5 6 7 8 9 10; do \
		echo "round $$seed of 10"; $(BIN)/pytest --random-order --random-order-seed=$$seed $(FLAKY) || exit 1; done
	$(BIN)/pytest --hypothesis-profile search $(PROPERTIES)

bench: $(VENV)/.installed-test
	$(BIN)/python -m bench

# How well pages are read, beside other tools: on the page sets at CORPORA, where they are there.
CORPORA ?= ../shared/corpora
quality: $(VENV)/.installed-quality
	$(BIN)/python -m bench.quality --corpora $(CORPORA)

# Pictures of the main pages of a site, of made-up articles: on a phone and a desktop, light and dark.
SCREENSHOTS ?= build/screenshots
screenshots: $(VENV)/.installed-test
	@tests/install-consumers
	@tests/install-fonts
	$(BIN)/python -m tests.screenshots $(SCREENSHOTS)

format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "archiver needs Python 3.11 or newer; name one with: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/.installed

# The other tools are only there to compare with: what cannot be installed is left out of the table.
$(VENV)/.installed-quality: pyproject.toml | $(VENV)/.installed-test
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade pip  # the pip of Python 3.11 cannot resolve their extras
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[quality]' || echo "other tools are left out"
	@touch $@
