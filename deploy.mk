# Building, checking and deploying; included by the Makefile.

.PHONY: check-deploy local-aws smoke-aws

.venv-deploy/.ready: requirements/deploy.txt
	@echo "Setting up SAM in .venv-deploy (once, some minutes)"
	@rm -rf .venv-deploy
	@$(BASE_PYTHON) -m environment .venv-deploy requirements/deploy.txt --no-deps
	@touch $@

# The scanner's pins disagree with SAM's, so it has an environment of its own inside.
.venv-deploy/scan/.ready: requirements/scan.txt .venv-deploy/.ready
	@echo "Setting up the security scanner beside it (once, some minutes)"
	@rm -rf .venv-deploy/scan
	@$(BASE_PYTHON) -m environment .venv-deploy/scan requirements/scan.txt --no-deps
	@touch $@

check-deploy: setup .venv-deploy/.ready .venv-deploy/scan/.ready ## templates, builds, security scan (needs python3.13, npx)
	@$(PYTHON) -m deployment.check

local-aws: setup ## PostgreSQL and AWS here for sam local invoke, until Ctrl-C
	@$(PYTHON) -m deployment.local_aws

smoke-aws: setup ## questions for a real account with a deployed stack: STACK=redash-migration (opt-in)
	@$(PYTHON) -m deployment.account
