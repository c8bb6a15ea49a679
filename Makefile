# Everything a person types. Needs Python 3.11 or newer, Node 20 or newer with npm, make and git.
PYTHON ?= python3
PORT ?= 8000
STATE ?= $(or $(SYNPUNKT_STATE),.local)
UV ?=
RUN = .venv/bin/python
TEST = .venv-test/bin/python

.PHONY: help run reset test test-fast lint check-infra bench package geodata lock venv-run venv-test web

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: needs venv-run web ## Set up and run everything on http://127.0.0.1:8000 (PORT=, STATE=)
	@exec $(RUN) -m infra.local --port $(PORT) --state $(STATE)

reset: ## Forget everything the local stack holds
	@$(PYTHON) -m infra.local.reset $(STATE)

.PHONY: needs
needs:
	@command -v $(PYTHON) >/dev/null || { echo "Synpunkt needs Python 3.11 or newer, and $(PYTHON) is not on the PATH." >&2; exit 1; }
	@$(PYTHON) infra/webbuild.py --check

venv-run: needs
	@$(PYTHON) infra/venvs.py run emulator

venv-test: needs
	@$(PYTHON) infra/venvs.py run emulator test

web: needs
	@$(PYTHON) infra/webbuild.py

test: venv-test web lint ## Set up and pass every test, the fast ones first
	@SYNPUNKT_CHROMIUM=$$($(PYTHON) infra/browser.py) && export SYNPUNKT_CHROMIUM && \
	for part in unit contract infra component system web; do \
		[ -d tests/$$part ] || continue; \
		case $$part in system|web) at_once=0;; *) at_once=auto;; esac; \
		echo "== tests/$$part"; $(TEST) -m pytest -q -n $$at_once tests/$$part || exit 1; \
	done

test-fast: venv-test ## The tests that need neither the stack nor a browser
	@for part in unit contract infra component; do \
		[ -d tests/$$part ] || continue; \
		echo "== tests/$$part"; $(TEST) -m pytest -q -n auto tests/$$part || exit 1; \
	done

lint: venv-test ## Style and types
	@$(TEST) -m ruff check . && $(TEST) -m ruff format --check . && $(TEST) -m mypy

check-infra: venv-test ## Expand the templates, lint them, hold them to our own rules
	@$(TEST) -m pytest -q tests/infra

bench: venv-test web ## Print the measured times, beside peers and floors
	@$(PYTHON) infra/venvs.py geodata && .venv-geodata/bin/python -m bench.locate && .venv-geodata/bin/python -m bench.areas && $(TEST) -m bench.rules && $(TEST) -m bench.flow && $(TEST) -m bench.push

package: venv-run web ## Build the cloud's zips into build/package/cloud
	@$(RUN) -m infra.package

.PHONY: bridge bridge-deploy bridge-attention
BRIDGE = .venv-bridge/bin/python -m infra.bridge
ADAPTER_OPTION = $(if $(ADAPTER),--adapter $(ADAPTER))
bridge: ## Build the bridge's zip and template into build/bridge (ADAPTER=)
	@$(PYTHON) infra/venvs.py bridge && $(BRIDGE) package $(ADAPTER_OPTION)

bridge-deploy: ## Deploy the bridge into your AWS account (STAGE=, SETTINGS=bridge.json, ADAPTER=)
	@test -n "$(STAGE)" || { echo "Say which: make bridge-deploy STAGE=prod" >&2; exit 1; }
	@$(PYTHON) infra/venvs.py bridge && $(BRIDGE) deploy --stage $(STAGE) --settings $(or $(SETTINGS),bridge.json) $(ADAPTER_OPTION)

bridge-attention: ## The bridge's cases that need a person (STAGE=)
	@$(PYTHON) infra/venvs.py bridge && $(BRIDGE) attention --stage $(STAGE)

geodata: needs ## Build the boundary index from its source
	@$(PYTHON) infra/venvs.py geodata && .venv-geodata/bin/python geodata/build.py

lock: needs ## Compile requirements/*.txt with uv (UV=, UPGRADE=--upgrade)
	@UV="$(UV)" $(PYTHON) infra/lock.py $(UPGRADE)
