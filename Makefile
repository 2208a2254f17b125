# `make review` and `make test` set up everything they need in .venv; nothing outside this folder is touched.
.DEFAULT_GOAL := help
.PHONY: help setup review serve test thorough soak fuzz bench pictures lint format demo lock clean

# Compiled modules are kept: many short processes of ours would compile them again.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV := .venv
PORT ?= 4200
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PERIODS ?= $(notdir $(sort $(wildcard inputs/[0-9][0-9][0-9][0-9]-Q[1-4])))

help:  ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## make .venv with everything pinned in requirements.lock

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed (found: $$($(PYTHON) --version)). Set PYTHON=..."; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "python3 has no venv module; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

review: $(READY)  ## review every period under inputs/ and publish under outputs/
	@set -e; for period in $(PERIODS); do $(BIN)/cluster-review run $$period; done

serve: $(READY)  ## Prefect's server, worker and schedules on this machine: PORT=4200, Ctrl-C ends it
	@$(BIN)/python -m pipeline.operation.serve --port $(PORT)

IN_PARALLEL := -n auto --dist loadfile --no-loadscope-reorder

test: $(READY)  ## run the tests of every rule, figure, table, page, workbook: five minutes
	$(BIN)/python -m pytest $(IN_PARALLEL)

thorough: $(READY)  ## run the tests by other programs (LibreOffice, Chromium), chance, kills, quarters
	$(BIN)/python -m pytest -m 'thorough and not soak' $(IN_PARALLEL)

soak: $(READY)  ## run the tests that wait for minutes: server and worker, kills, PostgreSQL, Dask
	$(BIN)/python -m pytest -m soak

fuzz: $(READY)  ## attack it by chance: FUZZ_MINUTES=30 FUZZ_SEED=...
	FUZZ_SEED=$(FUZZ_SEED) FUZZ_MINUTES=$(FUZZ_MINUTES) $(BIN)/python -m tests.fuzz

bench: $(READY)  ## measure how fast it is: BENCH_SIZES=430,1500,4300 BENCH_REPEATS=3
	$(BIN)/python -m tests.performance

pictures: $(READY)  ## renew the pictures of README and docs/ (needs Chromium, LibreOffice, pdftoppm)
	$(BIN)/python -m tests.pictures

lint: $(READY)  ## ruff, mypy, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(READY)  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

demo: $(READY)  ## write a made-up portfolio of 90 clusters into demo/
	$(BIN)/cluster-review demo demo --clusters 90

lock:  ## pin again (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header --upgrade -o requirements.lock

clean:  ## remove what was made, keep inputs and outputs
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis build *.egg-info
