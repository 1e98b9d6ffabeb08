# What a person types. Needs Python 3.11 or later and make; everything else goes into .venv.
SHELL := /bin/sh
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP := $(BIN)/python -m pip install -q --prefer-binary -c constraints.txt

.PHONY: help run test chaos quality fuzz bench screenshots lint audit strings up clean

help: ## Say what there is.
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

run: .venv/installed ## Start the service, make an example assessment, keep serving (ONCE=1: end after it; PORT=8000).
	@exec $(BIN)/assessgen demo --host $(HOST) --port $(PORT) $(if $(ONCE),--once)

test: .venv/installed-dev ## Run every test, two at a time, with PostgreSQL and Redis (ARGS= goes to pytest).
	@$(BIN)/python -m tests.services --browser -- $(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

chaos: .venv/installed-dev ## Kill, freeze and fill up everything in mid-job, and write docs/chaos-table.md (up to 15 minutes).
	@ASSESSGEN_CHAOS_TABLE=docs/chaos-table.md $(BIN)/python -m tests.services -- \
	  $(BIN)/python -m pytest -m chaos -n 2 --dist load --maxschedchunk 1 tests/chaos $(ARGS)

quality: .venv/installed-dev ## Measure quality on labelled cases, write docs/quality.md, and fail below a goal.
	@$(BIN)/python -m tests.quality.report
	@$(BIN)/python -m pytest -m quality $(ARGS)

fuzz: .venv/installed-dev ## Let schemathesis make up more than 5,000 calls of every API.
	@ASSESSGEN_TEST_EXAMPLES=50 $(BIN)/python -m tests.services -- \
	  $(BIN)/python -m pytest tests/http/test_openapi_fuzz.py $(ARGS)

bench: .venv/installed-dev ## Measure accepts, polls and jobs beside the least that could be had (needs PostgreSQL and Redis).
	@$(BIN)/python -m tests.services -- $(BIN)/python -m bench

screenshots: .venv/installed-dev ## Photograph every page of the console into docs/screenshots, and write docs/console.md (needs Chromium).
	@$(BIN)/python -m tests.console.screenshots $(ARGS)

lint: .venv/installed-dev ## Check style, format, types and the directions of imports.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit -q -ll -c pyproject.toml -r api models workers migrations deploy *.py

audit: .venv/installed-dev ## Look up known holes in the pinned dependencies (asks the network; without it, says so).
	@sed 's/ *#.*//' constraints.txt > .venv/audited.txt; \
	$(BIN)/pip-audit --disable-pip --no-deps --progress-spinner off -r .venv/audited.txt > .venv/audit.log 2>&1; \
	code=$$?; skipped=$$(grep -c 'could not be audited' .venv/audit.log); \
	if grep -qE '^Found [0-9]+ known' .venv/audit.log || [ $$code -eq 0 -a $$skipped -eq 0 ]; then cat .venv/audit.log; exit $$code; fi; \
	if [ $$code -eq 0 ] || grep -qiE 'connection|resolve|timed? ?out|proxy|unreachable' .venv/audit.log; then \
	  echo "NOT AUDITED: the network told nothing of known holes (packages that could not be looked up: $$skipped)." >&2; exit 0; \
	fi; cat .venv/audit.log; exit $$code

strings: .venv/installed-dev ## Gather the pages' strings into their translations, and compile these.
	@$(BIN)/pybabel -q extract -F babel.cfg -k N_ -k _l --no-location --sort-output --omit-header -o .venv/messages.pot .
	@for language in de es; do \
	  po=api/console/translations/$$language/LC_MESSAGES/messages.po; \
	  $(BIN)/pybabel -q update -i .venv/messages.pot -o $$po -l $$language --no-fuzzy-matching --ignore-obsolete --width 110; \
	done
	@$(BIN)/pybabel -q compile -d api/console/translations --statistics

up: .venv/installed ## Run web, worker and beat on PostgreSQL and Redis, without containers (PORT=8000).
	@exec $(BIN)/python -m deploy.up --host $(HOST) --port $(PORT)

clean: ## Remove what make has installed; the data in var/ stays.
	rm -rf .venv

# A stamp holds off pip until a file that decides what is installed changes.
.venv/installed: setup.cfg pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing the pinned dependencies into .venv (about a minute, once) ..."
	@$(PIP) -e .
	@touch $@

.venv/installed-dev: setup.cfg pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing the pinned dependencies and the test tools into .venv (about a minute, once) ..."
	@$(PIP) -e '.[dev]'
	@touch .venv/installed $@

# The newest Python that can make a whole environment: Debian's lacks ensurepip without python3-venv.
.venv/bin/python:
	@for python in python3.13 python3.12 python3.11 python3; do \
	  if $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making .venv with $$($$python --version) ..."; \
	    exec $$python -m venv --clear .venv; \
	  fi; \
	done; \
	echo "No usable Python 3.11 or later was found on the PATH. Install one (Debian, Ubuntu:" \
	  "apt install python3 python3-venv; macOS: brew install python), then run make again." >&2; exit 1
