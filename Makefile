# One door for each chore. `make demo` and `make test` need nothing before them but Python 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DATA ?=
HEADLESS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-servers check format docs bench kafka lock clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(READY)  ## make .venv from the lock file and compile the kernels once

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.11 setup" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/riskengine warm
	@touch $(READY)

demo: setup  ## the main job on a simulated province, then API and console (HEADLESS=1: end after the summary; DATA=events.ndjson: real events)
	$(BIN)/riskengine demo $(if $(DATA),--data $(DATA)) $(if $(HEADLESS),--headless)

test: setup  ## the tests that need no server
	$(BIN)/pytest -q -m "not server"

test-servers: setup  ## the tests that need Kafka, PostgreSQL or a browser
	$(BIN)/pytest -q -m server

check: setup  ## lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup  ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup  ## write the pages that are made from the code
	$(BIN)/riskengine docs

bench: setup  ## speed and memory, as JSON lines
	$(BIN)/riskengine bench all

kafka: setup  ## a local Apache Kafka on 127.0.0.1:9092, until interrupted
	$(BIN)/python -m tests.servers.kafka_broker

lock: setup  ## resolve the lock file anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --no-header --quiet --python-version 3.11 -o requirements.lock

clean:  ## remove what make made
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
