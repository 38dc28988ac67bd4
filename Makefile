# FarmLab: `make` lists what there is.
PYTHON ?= python3
BIN := .venv/bin
HOME_DEMO := data/demo

# uv reads neither pip.conf nor PIP_*: hand it what pip would use, unless it was told itself.
export UV_SYSTEM_CERTS ?= 1
export UV_PYTHON_DOWNLOADS := never
PIP_INDEX := $(or $(PIP_INDEX_URL),$(shell $(PYTHON) -m pip config get global.index-url 2>/dev/null))
ifneq ($(PIP_INDEX),)
export UV_DEFAULT_INDEX ?= $(PIP_INDEX)
endif
export DO_NOT_TRACK := 1
export MPLBACKEND ?= agg
# several processes share the cores; threads of small matrices only get in each other's way
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help demo test up lab check bench torture pictures lock clean

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { \
	  echo "FarmLab needs Python 3.11, 3.12 or 3.13; name one, as in: make PYTHON=python3.12 demo" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "This Python cannot make environments; install its venv package (Debian, Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@echo "Making .venv from requirements.lock (about 1 GB; once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check 'uv>=0.8,<0.14' && \
	  $(BIN)/uv pip install -q --compile-bytecode --python $(BIN)/python -r requirements.lock && \
	  $(BIN)/uv pip install -q --python $(BIN)/python --no-deps -e . || { \
	  echo "uv cannot be used here; pip takes a minute longer"; \
	  $(BIN)/python -m pip install -q --no-deps -r requirements.lock && \
	  $(BIN)/python -m pip install -q --no-deps -e .; }
	@touch $@

demo: .venv/installed ## from nothing to a published site of a simulated farm and a real room
	@$(BIN)/farmlab --home $(HOME_DEMO) demo

test: .venv/installed ## all tests, with branch coverage
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --nbval-lax --nbval-current-env notebooks
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile \
	  --cov --cov-branch --cov-report=term:skip-covered --cov-fail-under=90 farmlab flows tests

up: .venv/installed ## everything running: schedules, dashboards (DEMO=1: with the simulated farm)
	@$(BIN)/farmlab $(if $(DEMO),--home $(HOME_DEMO) up --demo,up)

lab: .venv/installed ## JupyterLab with the notebooks
	@$(BIN)/farmlab $(if $(DEMO),--home $(HOME_DEMO)) lab

check: .venv/installed ## lint, format, types, layers
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: .venv/installed ## benchmarks: ratios measured in one run (ONLY=name for one)
	@$(BIN)/python -m tests.benchmarks $(ONLY)

torture: .venv/installed ## what must run longer than the tests may
	@$(BIN)/python -m pytest -p no:cacheprovider -n 2 --timeout 900 tests/torture

pictures: .venv/installed ## the pictures of README and docs, from the demo
	@$(BIN)/python docs/pictures.py

lock: ## compile requirements.lock from pyproject.toml
	@$(BIN)/uv pip compile -q pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes -o requirements.lock

clean: ## remove what was generated, keep .venv
	@rm -rf data/demo data/bench reports/site build dist .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
