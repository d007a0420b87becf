# Everything starts here: `make run` sets up and runs the whole way from files to ROI, `make test` tests it.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
# Compiling all of it at once costs a third of the set-up; Python compiles what is used when it is first used, and keeps it
# even where, as in many container images, it is told not to: else each process would compile dbt and Dagster anew.
unexport PYTHONDONTWRITEBYTECODE
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps
# What a run needs, and what tests, lint and the dashboard need on top.
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready
SPARK_READY := $(VENV)/.spark-ready

export DO_NOT_TRACK := 1

.PHONY: help run test lint dagster dashboard docs lock clean setup screenshots spark-setup spark-up spark-down test-spark test-spark-slow

help: ## what can be typed
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUN_READY) ## load, build, test, publish, and print the ROI table
	@$(BIN)/python -m orchestration.cli run

test: $(DEV_READY) ## all tests
	@$(BIN)/python -m pytest

lint: $(DEV_READY) ## ruff, mypy, sqlfluff
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy
	@$(BIN)/python -m sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/tests

dagster: $(RUN_READY) ## open the orchestrator's pages
	@$(BIN)/python -m orchestration.cli dagster

dashboard: $(DEV_READY) ## open the dashboard over what was published
	@$(BIN)/python -m orchestration.cli dashboard

docs: $(RUN_READY) ## dbt's documentation of what `make run` built, as one page
	@$(BIN)/python -m orchestration.cli dbt docs generate --static
	@echo "Open $${ROI_DATA:-data}/dbt/target/static_index.html in a browser: models, columns, metrics, lineage, exposures."

screenshots: $(DEV_READY) ## take the pictures of docs/screenshots anew, over what was published
	@$(BIN)/python -m docs.screenshots.make

setup: $(DEV_READY) ## set up everything without running it

spark-up: $(SPARK_READY) ## start a Spark cluster on this machine; then ROI_TARGET=spark make run
	@$(BIN)/python -m orchestration.lib.spark up

spark-down: $(SPARK_READY) ## end that cluster; its tables stay
	@$(BIN)/python -m orchestration.lib.spark down

test-spark: $(DEV_READY) $(SPARK_READY) ## the cluster, each macro, and the sample on Spark as on DuckDB
	@$(BIN)/python -m pytest --numprocesses=0 -m "not slow" tests/spark

test-spark-slow: $(DEV_READY) $(SPARK_READY) ## random and hostile worlds on Spark, with a lost worker
	@$(BIN)/python -m pytest --numprocesses=0 -m slow tests/spark

spark-setup: $(SPARK_READY) ## set up Spark without starting it

# Python 3.11 to 3.13: DuckDB needs 3.11, dagster-dbt stops before 3.14. PYTHON=... names one by hand.
$(RUN_READY): requirements.lock pyproject.toml
	@set -e; \
	if ! $(BIN)/python -c '' 2>/dev/null; then \
		python=$$(sh .ci/find-python); \
		echo "Setting up $(VENV) with $$python (once, about a minute) ..."; \
		"$$python" -m venv --clear $(VENV) || { \
			rm -rf $(VENV); \
			echo "$$python cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
			exit 1; }; \
	fi
	@$(PIP_INSTALL) --require-hashes -r requirements.lock
	@$(PIP_INSTALL) --no-build-isolation --editable .
	@touch $@

$(DEV_READY): $(RUN_READY) requirements-dev.lock
	@echo "Setting up the tools for tests ..."
	@$(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

$(SPARK_READY): $(RUN_READY) requirements-spark.lock
	@echo "Setting up Spark (once, about 500 MB) ..."
	@$(PIP_INSTALL) --require-hashes -r requirements-spark.lock
	@touch $@

# uv resolves for every platform and Python at once; it lives in a throw-away environment because only this needs it.
lock: ## resolve requirements*.in anew into requirements*.lock
	@set -e; tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; \
	python=$$(sh .ci/find-python); \
	"$$python" -m venv "$$tools"; "$$tools/bin/python" -m pip install --quiet --disable-pip-version-check uv; \
	compile="$$tools/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-strip-extras --no-header --no-emit-index-url --no-emit-find-links --override overrides.txt"; \
	$$compile requirements.in --output-file requirements.lock; \
	$$compile requirements.in requirements-dev.in --constraint requirements.lock --output-file requirements-dev.lock; \
	$$compile requirements.in requirements-spark.in --constraint requirements-dev.lock --output-file requirements-spark.lock; \
	if grep -n '://' requirements.lock requirements-dev.lock requirements-spark.lock; then \
		echo "A lock names a host; take the line out before committing." >&2; exit 1; fi

clean: ## remove what runs and tests wrote (not the virtual environment, not landing files)
	@rm -rf data .pytest_cache .mypy_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs logs target
