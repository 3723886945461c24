# edigate: every command of the project. `make` alone lists them.

PYTHON ?=
N ?= 3000
SECONDS ?= 900
FLOWS ?= 400
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup tools demo test check bench bench-page bench-directory profile simulate simulate-page fuzz torture docs clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv, so that .venv/bin/edigate runs

$(STAMP): pyproject.toml hatch_build.py constraints.txt
	@PYTHON="$(PYTHON)" scripts/setup "$(VENV)"
	@touch $@

tools:
	@scripts/tools

demo: setup ## Show in the default gate what becomes of sandbox flows, and live lives of invoices
	@$(BIN)/edigate demo

test: setup tools ## Run every test (ARGS="-k name" is handed to pytest)
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

check: setup tools ## Tests, formatting, lint, types, import contracts, stale generated docs
	@scripts/check

bench: setup ## Measure the gate beside its floor (N=3000 flows ARGS="--only lone,lines --quick --json")
	@$(BIN)/python -m bench $(if $(filter file,$(origin N)),,$(N)) $(ARGS)

bench-page: setup ## Write the newest figures of make bench into docs/performance.md
	@$(BIN)/python -m bench.page

profile: setup ## Tell where the processor time goes, by step and function (N=3000 flows ARGS="--top 40 --kilobytes 100")
	@$(BIN)/python -m bench.profiling $(N) $(ARGS)

simulate: setup ## Replay a year of load against measured service times (ARGS="--invoices-per-year 1e9 --within 60")
	@$(BIN)/python -m simulate $(ARGS)

simulate-page: setup ## Write what the rates of docs/scaling.md take by the newest report of make bench
	@$(BIN)/python -m simulate.page

bench-directory: setup ## Measure the import of a directory flow of 200,000 structures and 80,000 services
	@$(BIN)/python -m bench.directory

fuzz: setup ## Feed N=20000 damaged files to whatever reads what others sent (SEED=… ARGS="--only pdf --seconds 600")
	@$(BIN)/python -m fuzz $(if $(filter file,$(origin N)),20000,$(N)) $(if $(SEED),--seed $(SEED)) $(ARGS)

torture: setup tools ## Kill and starve the gate, then count what was lost or doubled (SECONDS=900 FLOWS=400 SEED=… ROUNDS=…)
	@$(BIN)/python -m torture --seconds $(SECONDS) --flows $(FLOWS) $(if $(SEED),--seed $(SEED)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(ARGS)

docs: setup ## Regenerate docs/reference from the tables in the code
	@$(BIN)/python -m edigate.docs

clean: ## Remove .venv, caches and builds; the default gate's data stays
	rm -rf $(VENV) build dist .coverage .coverage.* htmlcov
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests bench simulate fuzz torture -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
