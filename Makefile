# Everything runs in .venv, which is made on first use. Needed beforehand: Python 3.11 or newer, and make.
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH := build/bench/.ready
NPM := tests/servers/node_modules/.package-lock.json
PYTHON ?=
PIP := -m pip --disable-pip-version-check --quiet

# The first of these that starts and is new enough; `make PYTHON=/path/to/python3 …` names another.
CANDIDATES := $(PYTHON) python3.13 python3.12 python3.11 python3 python
FIND_PYTHON = for one in $(CANDIDATES); do \
	if $$one -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$one; exit; fi; done; \
	echo 'reconcile needs Python 3.11 or newer, with its venv module (Debian: python3-venv). None of these has it: $(strip $(CANDIDATES)).' >&2; \
	echo 'Install one, or name it: make PYTHON=/path/to/python3' >&2; exit 1

.PHONY: help
help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

.PHONY: demo
demo: $(READY) ## plan, apply, drift and repair against local stand-ins: no account, no key
	@$(BIN)/reconcile demo

.PHONY: test
test: $(READY) ## all tests
	@$(BIN)/python -m pytest -n auto --dist worksteal

.PHONY: servers
servers: $(READY) $(NPM) ## install the servers that tests start; a test that needs one does it, too
	@$(BIN)/python -m tests.servers.packages

.PHONY: check
check: $(READY) ## lint, format, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

.PHONY: bench
bench: $(READY) $(BENCH) ## measure, against others too; the results go to docs/performance.md
	@$(BIN)/python -m benchmarks.run --save

.PHONY: reference
reference: $(READY) ## make docs/providers anew from the tables
	@$(BIN)/python docs/providers.py

.PHONY: lock
lock: ## make requirements.lock anew from pyproject.toml
	@python=$$($(FIND_PYTHON)) && $$python -m venv build/lock
	@build/lock/bin/python $(PIP) install pip-tools
	@build/lock/bin/pip-compile --quiet --upgrade --generate-hashes --extra dev --strip-extras --allow-unsafe \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
		--output-file build/lock/requirements.txt pyproject.toml
	@{ head -1 requirements.lock; cat build/lock/requirements.txt; } > build/lock/new && mv build/lock/new requirements.lock

.PHONY: clean
clean: ## remove .venv, caches and what was built
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find reconciler tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@python=$$($(FIND_PYTHON)) && echo "Setting up $(VENV) with $$($$python --version) …" && $$python -m venv --clear $(VENV)
	@$(BIN)/python $(PIP) install --require-hashes --no-deps --no-compile --requirement requirements.lock
	@$(BIN)/python $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(NPM): tests/servers/package-lock.json
	@cd tests/servers && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(BENCH): benchmarks/requirements.txt
	@python=$$($(FIND_PYTHON)) && $$python -m venv --clear build/bench
	@build/bench/bin/python $(PIP) install --requirement benchmarks/requirements.txt
	@touch $@
