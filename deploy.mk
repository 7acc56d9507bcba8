# Building, checking and deploying; included by the Makefile.

.PHONY: configure status check-deploy local-aws smoke-aws

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

configure: setup ## look an account over, ask the rest, configure sam
	@$(PYTHON) -m deployment.configure

status: setup ## where a migration on AWS stands: ID=redash-...
	@$(PYTHON) -m deployment.status

check-deploy: setup .venv-deploy/.ready .venv-deploy/scan/.ready ## templates, builds, security scan (needs python3.13, npx)
	@$(PYTHON) -m deployment.check

local-aws: setup ## PostgreSQL and AWS here for sam local invoke
	@$(PYTHON) -m deployment.local_aws

smoke-aws: setup ## questions for a real account (opt-in)
	@$(PYTHON) -m deployment.account
