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

.PHONY: help setup rehearse rehearse-help test unit lint format bench faults clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

setup: $(VENV)/.ready ## the virtual environment, from pinned and hashed requirements

$(VENV)/.ready: requirements/dev.txt
	@test -n "$(BASE_PYTHON)" || { echo "No Python 3.11 or newer with venv was found. Install one, or name it: make BASE_PYTHON=/path/to/python3"; exit 1; }
	@echo "Setting up $(VENV) with $$($(BASE_PYTHON) --version) (once, about a minute)"
	@test -x $(PYTHON) || $(BASE_PYTHON) -m venv $(VENV)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

rehearse: setup ## a whole migration here: APPROVE=auto SCALE=small|medium|large SOURCE_DUMP=file FAULT=name
	@$(PYTHON) -m rehearsal

rehearse-help: setup ## every setting of a rehearsal, and the faults it can show
	@$(PYTHON) -m rehearsal --help

test: setup lint ## format, lint, types and every test that needs no AWS account
	@$(PYTHON) -m pytest -n 3 --dist loadgroup tests

unit: setup ## the quick tests only
	@$(PYTHON) -m pytest -q tests/unit tests/machine

lint: setup
	@$(PYTHON) -m ruff format --check --quiet .
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m mypy --no-error-summary layers/redash_migration/redash_migration functions rehearsal deployment docs_generator benchmarks tests

format: setup ## format and mend what can be mended
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

bench: setup ## the data plane against its limits and its peers
	@$(PYTHON) -m benchmarks

faults: setup ## every fault in the matrix, one rehearsal each: NAMES="dms-* disk-full" runs only these
	@$(PYTHON) -m rehearsal.faults $(NAMES)

clean: ## remove what was made here
	rm -rf $(VENV) .venv-deploy .rehearsal .aws-sam .pytest_cache .mypy_cache .ruff_cache

-include deploy.mk
