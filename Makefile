# smallcap: the commands of the project. `make run` and `make test` set everything up by themselves.
SHELL := bash
# Without compiled files each command would compile the libraries anew, for seconds.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DOCS := .venv-docs
DOCS_INSTALLED := $(DOCS)/.installed
COMPILE := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help setup shell run test drill soak unit check bench bench-smoke ui clean lock docs pictures

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

setup: $(INSTALLED) ## install what is missing into .venv

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 14) else "smallcap needs Python 3.11 to 3.13; name one with: make PYTHON=python3.11 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

run: $(INSTALLED) ## run the main job on the embedded sample universe, for its latest complete year
	$(BIN)/smallcap run

# One process more than there are cores, because a quarter of the time is spent waiting for browsers, servers and
# commands; the longest files begin first. Each has one thread of Polars: with a thread per core a run of a small
# home takes a tenth more processor time. In the drill, runs that are killed or stopped have all threads.
AT_ONCE := $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
PYTEST := $(BIN)/python -m pytest --numprocesses $(AT_ONCE) --dist loadfile --no-loadscope-reorder

test: $(INSTALLED) ## lint, types, import directions and tests: ten minutes on two cores; prints seconds per part
	@TIMEFORMAT='check: %0R seconds'; time $(MAKE) --no-print-directory check
	POLARS_MAX_THREADS=1 $(BIN)/python -m pytest tests/unit --numprocesses auto
	POLARS_MAX_THREADS=1 $(PYTEST) tests --ignore tests/unit

drill: $(INSTALLED) ## the longer figures, over an hour on two cores: many kills, long backfills, many examples; nothing is skipped
	POLARS_MAX_THREADS=1 $(PYTEST) tests -m 'drill or service or hypothesis' --hypothesis-profile drill

soak: $(INSTALLED) ## make soak PART=name: up to two hours, or SOAK_MINUTES; without PART the parts are listed
ifdef PART
	$(BIN)/python -m pytest -s -m soak tests/soak/test_$(PART).py
else
	@for part in tests/soak/test_*.py; do name=$${part##*/test_}; echo "make soak PART=$${name%.py}"; done
endif

unit: $(INSTALLED) ## the unit tests only
	POLARS_MAX_THREADS=1 $(BIN)/python -m pytest tests/unit --numprocesses auto

check: $(INSTALLED) ## lint, types and import directions only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers auto
	$(BIN)/lint-imports --no-cache

bench: $(INSTALLED) ## measure speed and memory as ratios, and write docs/benchmarks.md; SECTIONS=... runs some
	$(BIN)/python -m benchmarks $(SECTIONS)

bench-smoke: $(INSTALLED) ## count the work of a small run, and fail where it grew by over 5%
	$(BIN)/python -m benchmarks.smoke

ui: $(INSTALLED) ## Dagster's UI and daemon on 127.0.0.1
	$(BIN)/smallcap ui

shell: $(INSTALLED) ## a shell that finds `smallcap`
	@PATH="$(CURDIR)/$(BIN):$$PATH" exec "$${SHELL:-bash}"

# The environment of the site is installed last: without it the generated pages are still written.
docs: $(INSTALLED) ## write the generated pages again, and build the site into .artefacts/site; a broken link fails
	$(BIN)/python -m smallcap.tables.dictionary > docs/data-dictionary.md
	$(BIN)/python -m smallcap.tables.joins_picture > docs/pictures/joins.svg
	@$(MAKE) --no-print-directory $(DOCS_INSTALLED)
	NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/mkdocs build --strict

$(DOCS_INSTALLED): docs/requirements.lock
	test -x $(DOCS)/bin/python || $(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/python -m pip install --quiet --require-hashes --requirement docs/requirements.lock
	touch $@

pictures: $(INSTALLED) ## draw docs/pictures again: the report and the terminal (needs chromium and chromedriver)
	$(BIN)/python -m docs.pictures

lock: ## pin the requirements again, with hashes and without addresses (needs uv)
	$(COMPILE) --no-strip-extras --extra dev --extra xlsx --extra yahoo --extra alerts --extra notebook --extra postgres --extra store pyproject.toml --output-file requirements.lock
	$(COMPILE) --no-strip-extras --no-annotate --extra xlsx --extra yahoo --extra alerts --extra postgres --extra store --constraint requirements.lock pyproject.toml --output-file deploy/requirements.lock
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["docs"], sep="\n")' | \
		$(COMPILE) --no-annotate - --output-file docs/requirements.lock

clean: ## remove what runs and set-up made; never data/reference
	rm -rf $(VENV) .venv-* data/home .artefacts .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
