# One entry point for people and for CI. Works with GNU make 3.81 (macOS) and newer.

SHELL := bash
.DEFAULT_GOAL := help

# The first Python on PATH that is new enough; name another with `make run PYTHON=/path/to/python`.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$p" -c '$(NEW_ENOUGH)' 2>/dev/null && echo "$$p" && break; done)
PORT ?= 8501
VENV := .venv
PY := $(VENV)/bin/python
# Prerequisites are steps, in this order, also under `make -j`.
.NOTPARALLEL:

SBOM = build/speko-playground-$(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' speko_client/version.py).cdx.json

BROWSERS := chromium chromium-browser google-chrome google-chrome-stable

# Each of these folders is watched by `make dev`.
SOURCES := playground pages speko_client speko_gateway

.PHONY: help run dev test quick check format format-check lint types lock upgrade lock-check \
	audit sbom bench screenshots sync-client clean venv install install-dev chromium port model

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: install port model ## install what is missing, then serve http://localhost:8501 (PORT=... for another)
	@echo "Speko Playground: http://localhost:$(PORT)  (Ctrl-C stops it)"
	@trap "exit 0" INT; $(PY) -m streamlit run app.py --server.port $(PORT)

dev: install-dev port model ## as run, and start again whenever a file is saved; open pages follow
	@echo "Speko Playground: http://localhost:$(PORT)  (Ctrl-C stops it)"
	@exec $(PY) -m watchdog.watchmedo auto-restart --recursive --debounce-interval 0.5 \
		$(addprefix --directory ,$(SOURCES)) \
		--pattern '**/*.py;**/*.css;**/*.js;**/*.json;**/*.tsv;**/*.yaml;**/*.svg' --ignore-pattern '**/.*' \
		-- $(PY) -m streamlit run .ci/dev.py --server.port $(PORT)

test: install-dev chromium model ## run every test, the browser journeys included (COVERAGE=1 says which lines ran)
	@$(PY) -m pytest $(if $(COVERAGE),--cov)

quick: format types model ## while you write: format, lint, types, and the tests that take no browser and little time
	@$(PY) -m pytest -m "not browser and not fire and not slow"

check: install-dev lock-check format-check lint types test ## the gate: pins, format, lint, types, tests

format: install-dev ## rewrite the code in the one format
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

format-check: install-dev
	@$(PY) -m ruff format --check .

lint: install-dev
	@$(PY) -m ruff check .

types: install-dev
	@$(PY) -m mypy

lock: install-dev ## compile requirements*.txt from pyproject.toml, with the pins that still fit
	@$(PY) .ci/lock.py

upgrade: install-dev ## compile them with the newest releases that pyproject.toml allows
	@$(PY) .ci/lock.py --upgrade

lock-check: install-dev
	@$(PY) .ci/lock.py --check

audit: install-dev ## ask whether a pinned package has a known vulnerability; without a network, say so
	@$(PY) .ci/audit.py

sbom: install-dev ## list what a release consists of, as CycloneDX, in build/
	@mkdir -p build
	@PYTHONWARNINGS=ignore $(PY) -m uv tool run --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py requirements requirements.txt \
		--pyproject pyproject.toml --output-reproducible --output-file $(SBOM)
	@echo "$(SBOM)"

bench: install-dev chromium model ## measure what the README's figures say (some minutes, on a quiet machine)
	@$(PY) -m benchmarks

screenshots: install-dev chromium ## take the pictures in docs/ again, the moving one too
	@$(PY) -m docs.take_screenshots
	@$(PY) -m docs.record_demo

sync-client: install-dev ## make the sync client anew from the async one
	@$(PY) -m docs.make_sync_client

clean: ## remove the environment and all caches (conversations and the model stay)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis .coverage test-artifacts build *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment is good when its Python starts, is new enough and has pip, and when no install was
# cut short in it (`installing` is still there: half-written packages would pass for whole ones).
venv:
	@if [ -e $(VENV)/installing ] || ! $(PY) -c 'import pip; $(NEW_ENOUGH)' 2>/dev/null; then \
		if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c '$(NEW_ENOUGH)'; then \
			echo "Python 3.11 or newer is needed, and '$(PYTHON)' is not that." >&2; \
			echo "Install it, or say where it is: make run PYTHON=/path/to/python3.11" >&2; exit 1; \
		fi; \
		echo "Making $(VENV) with $$("$(PYTHON)" --version)"; \
		rm -rf $(VENV) && "$(PYTHON)" -m venv $(VENV); \
	fi

install: venv
	$(call pip_install,requirements.txt,$(VENV)/installed.txt)

install-dev: venv
	$(call pip_install,requirements-dev.txt,$(VENV)/installed-dev.txt)
	@cp requirements.txt $(VENV)/installed.txt

# $(call pip_install,FILE,RECORD): installs what FILE lists, unless RECORD says that this was done with FILE as
# it is now. RECORD is written last, and by a rename.
define pip_install
@cmp -s $(1) $(2) || { \
	set -o pipefail; \
	echo "Installing $(1) (once; a few minutes on a slow line)"; \
	touch $(VENV)/installing && \
	$(PY) -m pip install --disable-pip-version-check --no-input --progress-bar off -r $(1) | \
		awk -v live="$$([ -t 1 ] && echo 1)" '/^Collecting/ {n++; if (live) {printf "\r  %3d  %-48s", n, $$2; fflush()}} \
			/^Installing collected/ {if (live) printf "\r"; printf "  %d packages collected, writing them\n", n; fflush()}' && \
	cp $(1) $(2).new && mv $(2).new $(2) && rm $(VENV)/installing; }
endef

# The journeys drive a real browser: any Chromium or Chrome on PATH will do.
chromium:
	@for b in $(BROWSERS); do command -v $$b >/dev/null && exit 0; done; \
	[ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the browser journeys"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -qq -y --no-install-recommends chromium >/dev/null; \
	else \
		echo "The browser journeys need Chromium or Chrome on PATH ($(BROWSERS))." >&2; \
		echo "Install one (Debian, Ubuntu: sudo apt-get install chromium), then run this again." >&2; exit 1; \
	fi

port:
	@$(PY) -c 'import socket; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", $(PORT)))' 2>/dev/null || { \
		echo "Port $(PORT) is in use. Stop what runs there, or take another: make run PORT=$$(($(PORT) + 1))" >&2; exit 1; }

model:
	@$(PY) -c 'import sys; from speko_gateway.local_model.model_file import present; sys.exit(not present())' || \
		$(PY) -m speko_gateway pull-model || \
		echo "The local model could not be fetched; the app starts with scripted words and offers to fetch it." >&2
