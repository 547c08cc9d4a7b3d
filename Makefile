# Every step of work on Huxin; `make` alone lists them.
#
# All set-up is done on the way, once: each step leaves a stamp in .venv and is skipped until
# what it depends on changes.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
LOCKED := $(PIP) install --require-hashes --no-build-isolation
TESTS  ?=
ARGS   ?=

.DEFAULT_GOAL := help
.PHONY: help run install tools telegram-demo weights servers test check lint types layers format lock bench clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: install ## start everything in one process and print the address (Ctrl-C stops it; make run ARGS="--settings my.toml")
	@$(BIN)/huxin run $(ARGS)

install: $(VENV)/installed ## make .venv and the command .venv/bin/huxin

tools: $(VENV)/tools ## install also what tests and checks need

weights: install ## make the second reader's weights anew from nlp/corpus (a few minutes)
	@$(LOCKED) -r requirements/training.txt
	@$(BIN)/python -m nlp.training

telegram-demo: tools ## start an office, an emulated Telegram and a page to speak as everybody
	@$(BIN)/python -m tests.telegram_demo

servers: ## get PostgreSQL, Redis, Chromium and fonts for the tests, where the machine allows it
	@.ci/packages servers

test: tools servers ## run the tests (some: make test TESTS="tests/app -k settings")
	@$(BIN)/pytest -n auto --maxprocesses=4 --dist=worksteal $(TESTS)

check: lint types layers test ## everything that must be good before a change goes in

lint: tools ## ruff: rules and format
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: tools ## mypy, strict
	@$(BIN)/mypy

layers: tools ## import-linter: who may import whom
	@$(BIN)/lint-imports

format: tools ## bring the code into ruff's format
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix --show-fixes

bench: tools servers ## run every measurement in bench/
	@set -e; for measurement in bench/*.py; do \
	  case "$$measurement" in */__init__.py | */_*) continue ;; esac; \
	  echo "== $$measurement"; $(BIN)/python "$$measurement"; \
	done

clean: ## remove .venv and caches; the office's own data in var/ stays
	rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -path ./var -prune -o -name __pycache__ -type d -exec rm -rf {} +

# Set-up ------------------------------------------------------------------------------------

$(VENV)/made:
	@.ci/packages venv
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# jieba comes as source only, so the build tool goes in first, by its own hash.
$(VENV)/installed: $(VENV)/made requirements/build.txt requirements/run.txt pyproject.toml
	@echo "Installing Huxin into $(VENV) …"
	@$(LOCKED) -r requirements/build.txt
	@$(LOCKED) -r requirements/run.txt
	@$(PIP) install --no-build-isolation --no-deps --no-index --editable .
	@touch $@

$(VENV)/tools: $(VENV)/installed requirements/check.txt requirements/training.txt
	@echo "Installing what tests and checks need …"
	@$(LOCKED) -r requirements/check.txt
	@$(LOCKED) -r requirements/training.txt
	@touch $@

# The lock ----------------------------------------------------------------------------------
# Versions and hashes as PyPI publishes them, whatever this machine's pip is told: no other
# index, no local files, and no address in the result.

COMPILE := env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL -u PIP_INDEX_URL PIP_CONFIG_FILE=/dev/null \
  CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --allow-unsafe --strip-extras \
  --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links $(LOCK)

lock: tools ## choose versions anew within pyproject.toml and write their hashes (LOCK=--upgrade: the newest)
	@$(COMPILE) --output-file requirements/build.txt requirements/build.in
	@$(COMPILE) --output-file requirements/run.txt pyproject.toml
	@$(COMPILE) --extra check --constraint requirements/build.txt --constraint requirements/run.txt \
	  --output-file requirements/check.txt pyproject.toml
	@$(COMPILE) --extra training --constraint requirements/build.txt --constraint requirements/run.txt \
	  --output-file requirements/training.txt pyproject.toml
