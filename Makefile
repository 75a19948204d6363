# Needs Python 3.11 and make; everything else is made here.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SPARK := $(VENV)/.spark
DUCKDB2 := $(VENV)/duckdb2
ENGINE_TESTS := tests/functions tests/scenarios tests/properties src/batuta/engines
ON_DUCKDB := --ignore src/batuta/engines/postgres
ON_POSTGRES := tests/functions tests/scenarios tests/properties tests/chinook src/batuta/engines/postgres \
	src/batuta/engines/sql src/batuta/engines/test_load.py
ARGS ?=
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
	--no-emit-trusted-host --no-emit-find-links --no-header

.PHONY: demo test test-slow check bench docs format lock clean

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

$(SPARK): requirements-spark.lock $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	touch $(SPARK)

$(DUCKDB2)/.ready: requirements-duckdb2.lock $(READY)
	rm -rf $(DUCKDB2)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		--target $(DUCKDB2) -r requirements-duckdb2.lock
	touch $(DUCKDB2)/.ready

demo: $(READY)
	$(BIN)/batuta demo $(ARGS)

test: $(READY) $(DUCKDB2)/.ready
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist worksteal
	PYTHONPATH=$(DUCKDB2) BATUTA_ENGINES=duckdb $(BIN)/python -m pytest -m "not slow" -n 2 $(ENGINE_TESTS) $(ON_DUCKDB)

test-slow: $(READY) $(DUCKDB2)/.ready $(SPARK)
	$(BIN)/python -m pytest -m slow
	PYTHONPATH=$(DUCKDB2) BATUTA_ENGINES=duckdb $(BIN)/python -m pytest -m slow tests/functions tests/properties $(ON_DUCKDB)
	$(BIN)/python -m tests.debian_postgres $(ON_POSTGRES)

check: $(READY)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry .

bench: $(READY)
	$(BIN)/python -m bench $(ARGS)

docs: $(READY)
	$(BIN)/python -m batuta.rules.manual docs/manual/functions

format: $(READY)
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock: $(READY)
	$(COMPILE) --extra dev --output-file requirements.lock pyproject.toml
	echo "duckdb>=2,<3" | $(COMPILE) --output-file requirements-duckdb2.lock -
	echo "pyspark>=4,<5" | $(COMPILE) --output-file requirements-spark.lock -

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
