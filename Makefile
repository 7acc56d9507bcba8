# make rehearse      a whole migration on this machine
# make test          every test that needs no AWS account
# make help          the rest

SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
PYTHON := $(VENV)/bin/python
# Any Python from 3.11 on; the first that is found.
BASE_PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& { echo $$p; break; }; done)

MINUTES ?= 30

.PHONY: help setup browser rehearse rehearse-help test suite unit lint style types format bench soak faults pictures clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) \
	| awk -F ':.*## ' '{ printf "  make %-15s %s\n", $$1, $$2 }'

setup: $(VENV)/.ready ## the virtual environment, from hashed requirements

$(VENV)/.ready: requirements/dev.txt
	@test -n "$(BASE_PYTHON)" || { echo "No Python 3.11 or newer with venv was found. Install one (Debian: apt-get install python3-venv), or name it: make BASE_PYTHON=/path/to/python3"; exit 1; }
	@$(BASE_PYTHON) -m environment $(VENV) requirements/dev.txt
	@touch $@

browser: setup ## look again for a browser for the tests of the pages
	@rm -rf $(VENV)/browser
	@$(PYTHON) -m environment.browser

$(VENV)/browser/found.json: $(VENV)/.ready
	@$(PYTHON) -m environment.browser

rehearse: setup ## a whole migration on this machine
	@$(PYTHON) -m rehearsal

rehearse-help: setup ## its settings, and the faults it can show
	@$(PYTHON) -m rehearsal --help

# Types are judged beside the tests: mypy works a minute on one processor alone.
test: setup $(VENV)/browser/found.json style ## every check and test that needs no AWS account
	@$(MAKE) --no-print-directory -j 2 types suite

suite: setup $(VENV)/browser/found.json
	@$(PYTHON) -m pytest -n 4 --no-loadscope-reorder tests

unit: setup ## the quick tests only
	@$(PYTHON) -m pytest -q -n 2 --no-loadscope-reorder tests/unit tests/machine

lint: style types ## format, lint, types

style: setup
	@$(PYTHON) -m ruff format --check --quiet .
	@$(PYTHON) -m ruff check --quiet .

types: setup
	@$(PYTHON) -m mypy --no-error-summary layers/redash_migration/redash_migration functions rehearsal deployment docs_generator benchmarks environment tests

format: setup ## format, and mend what can be mended
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

bench: setup ## the data plane against its limits and its peers
	@$(PYTHON) -m benchmarks

soak: setup ## generated databases, for MINUTES=30 (CONTRIBUTING.md)
	@$(PYTHON) -m tests.net --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) $(if $(BREAK),--break '$(BREAK)')
	@$(if $(BREAK),: ,)MINUTES=$(MINUTES) $(PYTHON) -m pytest -q -s --timeout 0 tests/unit/record/test_record_ownership_interleavings.py

pictures: setup $(VENV)/browser/found.json ## the pictures of the README, from a rehearsal
	@$(PYTHON) -m docs_generator.pictures

faults: setup ## a rehearsal for each fault; NAMES="dms-*": only these
	@$(PYTHON) -m rehearsal.faults $(NAMES)

clean: ## remove what was made here
	@$(if $(BASE_PYTHON),$(BASE_PYTHON) -m rehearsal.folder)
	rm -rf $(VENV) .venv-deploy .rehearsal .aws-sam .pytest_cache .mypy_cache .ruff_cache

-include deploy.mk
