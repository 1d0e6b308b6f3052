# Each target does its own set-up. On a machine with Python 3.11 to 3.13 and make, nothing else is needed.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin

# One Airflow for demo, up and the command line: everything it writes lies under .airflow/ and data/.
export AIRFLOW_HOME ?= $(CURDIR)/.airflow
export PYTHONPATH := $(CURDIR)
export ICANDID_STORAGE ?= file://$(CURDIR)/data
export AIRFLOW__CORE__DAGS_FOLDER := $(CURDIR)/dags
export AIRFLOW__CORE__PLUGINS_FOLDER := $(CURDIR)/plugins
include airflow.env
export $(shell sed -n 's/=.*//p' airflow.env)
unexport PYTHONDONTWRITEBYTECODE

# Chaos has a home of its own: nothing of it reaches what demo and up show.
CHAOS_HOME := $(CURDIR)/.airflow/chaos
CHAOS := AIRFLOW_HOME=$(CHAOS_HOME) ICANDID_STORAGE=file://$(CHAOS_HOME)/storage

# The stack too; its logs stay there until the next start.
STACK_HOME := $(CURDIR)/.airflow/stack

.DEFAULT_GOAL := help
.PHONY: help demo up stack sandbox chaos worlds bench index test test-stack test-browser test-foreign lint format lock clean

help: ## list every target
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

demo: .airflow/.migrated ## harvest a sample research project from the sandbox, inside Airflow
	@$(BIN)/python -m ops.demo

up: .airflow/.migrated ## start Airflow with its UI, and the sandbox, until Ctrl-C
	@$(BIN)/python -m ops.up

stack: .venv/.installed-stack ## start the deployment of docker-compose.yaml without Docker, until Ctrl-C
	@AIRFLOW_HOME=$(STACK_HOME) $(BIN)/python -m ops.stack

sandbox: .venv/.installed ## start the sandbox of the TikTok Research API alone
	@$(BIN)/python -m include.sandbox

chaos: .airflow/.chaos ## harvest under faults, kill -9 and quota that runs out (SEEDS=20 FIRST=1)
	@$(CHAOS) $(BIN)/python -m ops.chaos --seeds $(or $(SEEDS),3) $(if $(FIRST),--first $(FIRST))

worlds: .venv/.installed-dev ## simulate worlds of faults and kills, each from its seed (N=2000 FIRST=1)
	@$(BIN)/python -m tests.worlds --worlds $(or $(N),200) --first $(or $(FIRST),1)

bench: .venv/.installed-dev ## measure, each figure beside its aim, into bench/results.json (SCALE=0.05 for a quick run)
	@$(BIN)/python -m bench --scale $(or $(SCALE),1)

index: .airflow/.migrated ## rebuild the index of research projects from their Variables
	@$(BIN)/python -m ops.index

test: .venv/.installed-dev ## run the tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-storage: .venv/.installed-dev ## test the object storage on a real S3 server: Ceph, from Debian
	@ICANDID_TEST_S3=$(or $(ICANDID_TEST_S3),ceph) $(BIN)/python -m pytest tests/storage -k real_s3

test-stack: .venv/.installed-stack ## harvest on the stack while workers, scheduler, triggerer and object store die
	@AIRFLOW_HOME=$(STACK_HOME) $(BIN)/python -m ops.stack_chaos

test-browser: .venv/.installed-dev ## fill in the registration form with chromium, from Debian
	@ICANDID_BROWSER=wanted $(BIN)/python -m pytest tests/browser

test-foreign: .venv/.installed-dev ## point a public client that we did not write at the sandbox (installs it from PyPI)
	@ICANDID_FOREIGN_CLIENTS=1 $(BIN)/python -m pytest tests/foreign

lint: .venv/.installed-dev ## check style, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: .venv/.installed-dev ## correct what can be corrected by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: .venv/.installed-dev ## compile the pinned locks from requirements*.in
	$(BIN)/uv pip compile $(LOCK) requirements.in -o requirements.txt
	$(BIN)/uv pip compile $(LOCK) requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile $(LOCK) --no-strip-extras requirements-stack.in -o requirements-stack.txt
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"

clean: ## remove the virtual environment and the Airflow home (data/ stays)
	rm -rf .venv .airflow .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is $$($(PYTHON) -V). Name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/.installed: requirements.txt | .venv/bin/python
	@echo "installing requirements.txt into .venv (about a minute, once)"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@echo "installing requirements-dev.txt into .venv (about half a minute, once)"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

.venv/.installed-stack: requirements-stack.txt .venv/.installed
	@echo "installing requirements-stack.txt into .venv (about a quarter of a minute, once)"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-stack.txt
	@touch $@

.airflow/.chaos: .venv/.installed
	@mkdir -p .airflow/chaos
	@$(CHAOS) $(BIN)/airflow db migrate > .airflow/chaos.log 2>&1 || { cat .airflow/chaos.log; exit 1; }
	@touch $@

.airflow/.migrated: .venv/.installed
	@echo "creating the Airflow home under .airflow/"
	@mkdir -p .airflow data
	@$(BIN)/airflow db migrate > .airflow/migrate.log 2>&1 || { cat .airflow/migrate.log; exit 1; }
	@touch $@
