# Building, checking and deploying; included by the Makefile.

.PHONY: check-deploy local-aws

.venv-deploy/.ready: requirements/deploy.txt
	@rm -rf .venv-deploy
	@$(BASE_PYTHON) -m venv .venv-deploy
	@.venv-deploy/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/deploy.txt
	@touch $@

# The scanner's pins disagree with SAM's, so it has an environment of its own inside.
.venv-deploy/scan/.ready: requirements/scan.txt .venv-deploy/.ready
	@rm -rf .venv-deploy/scan
	@$(BASE_PYTHON) -m venv .venv-deploy/scan
	@.venv-deploy/scan/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/scan.txt
	@touch $@

check-deploy: setup .venv-deploy/.ready .venv-deploy/scan/.ready ## templates, builds for both architectures, state machine, security scan (needs python3.13, npx)
	@$(PYTHON) -m deployment.check

local-aws: setup ## a PostgreSQL and an AWS on this machine for sam local invoke, until Ctrl-C
	@$(PYTHON) -m deployment.local_aws
