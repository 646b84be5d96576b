# Where the Gradient Goes. `make` alone lists the targets.
PYTHON ?= python3
PORT ?= 8000
ONLY ?=
WITH ?=
VENV := .venv
BIN := $(VENV)/bin

# Nothing is written outside the checkout.
export XDG_CACHE_HOME := $(CURDIR)/.cache
export PIP_CACHE_DIR := $(CURDIR)/.cache/pip
export npm_config_cache := $(CURDIR)/.cache/npm
export PLAYWRIGHT_BROWSERS_PATH := $(CURDIR)/.cache/browsers
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help serve test check lint site archive measure spread arm weave mutate zensical lock audit clean

help: ## list the targets
	@echo "Where the Gradient Goes: make TARGET"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

serve: $(VENV)/build ## the site at 127.0.0.1:8000, rebuilt as you edit (PORT=… for another port)
	$(BIN)/mkdocs serve --dev-addr 127.0.0.1:$(PORT)

test: $(VENV)/test ## everything: re-measurement, code blocks, claims, the site in a real browser
	@$(BIN)/python -m tests.support.browser
	$(BIN)/python -m pytest --numprocesses=logical --maxprocesses=4 --dist=loadfile --no-loadscope-reorder --durations=20

check: $(VENV)/build ## pages against their sources, in seconds and without PyTorch
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --diff .
	@$(BIN)/python -m snippets.weave --check && echo "make check: every number, formula, block and link is in order"

lint: ## faults in the scripts, as ESLint finds them (needs Node.js; fetches ESLint)
	npx --yes eslint@10.15.0 docs snippets

site: $(VENV)/build ## the site as static files in site/
	$(BIN)/mkdocs build --strict

archive: $(VENV)/build ## the site to read without a network, as one file in archive/
	@$(BIN)/python -m snippets.chores.archive

measure: $(VENV)/test ## run experiments and blocks again (ONLY=deep_stack, ONLY=blocks/understand)
	$(BIN)/python -m snippets.measure $(ONLY)

spread: $(VENV)/test ## how far numbers and printed lines move with other threads and instructions (WITH=…/bin/python: another PyTorch)
	$(BIN)/python -m snippets.spread $(ONLY) $(if $(WITH),--with "$(WITH)")

arm: $(VENV)/test ## the same for blocks and notebooks on an emulated ARM processor; needs root and hours (ONLY=blocks/understand)
	PYTHON=$(BIN)/python snippets/arm.sh .cache/arm
	$(BIN)/python -m snippets.spread $(or $(ONLY),blocks notebooks) --with .cache/arm/python

weave: $(VENV)/build ## rewrite the generated parts of the pages
	$(BIN)/python -m snippets.weave

mutate: $(VENV)/test ## break one thing at a time and see which check notices; hours (ONLY="a sign" for one kind)
	$(BIN)/python -m tests.mutations $(if $(ONLY),"$(ONLY)")

zensical: $(VENV)/zensical ## the same site by the successor of Material for MkDocs, in .cache/zensical/site
	$(BIN)/python -m snippets.weave.zensical

lock: $(VENV)/build ## compile requirements/*.in into *.txt
	$(BIN)/pip install --quiet pip-tools==7.6.2
	cd requirements && for list in build zensical test audit video field; do ../$(BIN)/pip-compile --quiet --strip-extras --annotation-style=line \
	  --no-emit-find-links --no-emit-index-url --no-emit-trusted-host --no-emit-options --output-file=$$list.txt $$list.in; done
	cd requirements && sed -i.old 's/^\(torch==[0-9.]*\)+cpu/\1/' test.txt field.txt && rm test.txt.old field.txt.old

audit: ## ask for known vulnerabilities of the pinned packages (needs pypi.org)
	$(PYTHON) -m venv .cache/audit
	.cache/audit/bin/pip install --quiet --requirement requirements/audit.txt
	.cache/audit/bin/pip-audit --strict --no-deps --disable-pip --progress-spinner off $(patsubst %,--requirement %,$(wildcard requirements/*.txt))

clean: ## remove the environment, the caches and the built site
	rm -rf $(VENV) .cache site archive *.egg-info

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1 || echo missing). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/build: $(VENV)/made requirements/build.txt pyproject.toml
	$(BIN)/pip install --quiet --requirement requirements/build.txt
	$(BIN)/pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/test: $(VENV)/build requirements/test.txt
	$(BIN)/pip install --quiet --requirement requirements/test.txt
	@touch $@

$(VENV)/zensical: $(VENV)/build requirements/zensical.txt
	$(BIN)/pip install --quiet --requirement requirements/zensical.txt
	@touch $@
