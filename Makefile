# Two commands do everything on a machine with Python and make: `make serve` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help serve test trials cover bench fuzz faults audit published release lint check derive lock pictures wheel clean

help: ## Say what can be made.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

# A lock names all that is to be installed, so pip need not look for anything: it would look at what was released since, too.
# Where a lock has changed, the environment is made anew: nothing is left in it that no lock names.
$(VENV)/pyvenv.cfg: requirements.txt .ci/requirements.txt benchmarks/requirements.txt
	$(PYTHON) -m venv --clear $(VENV)

$(VENV)/run: $(VENV)/pyvenv.cfg pyproject.toml
	$(PIP) install --no-deps --require-hashes -r requirements.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	$(PIP) check
	@touch $@

$(VENV)/dev: $(VENV)/run
	$(PIP) install --no-deps --require-hashes -r .ci/requirements.txt
	$(PIP) check
	@touch $@

$(VENV)/bench: $(VENV)/dev
	$(PIP) install --no-deps --require-hashes -r benchmarks/requirements.txt
	$(PIP) check
	@touch $@

serve: $(VENV)/run ## Set up, check and load the dataset, serve it on 127.0.0.1:8000.
	$(BIN)/diplomatic-events serve

# Tests start Python many times, which must not compile the code each time where this is set.
unexport PYTHONDONTWRITEBYTECODE
# Files are shared out in the order of the tests, of which those that take longest come first; a third of the time is waiting, so
# three processes keep two cores at work.
PYTEST = $(BIN)/python -m pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder

test: $(VENV)/bench ## Set up and run the tests: every promise, in its short form.
	$(PYTEST) -m "not trials"

trials: $(VENV)/bench ## Run the long forms: the interface on PostgreSQL too, more bad input and more faults.
	$(PYTEST) -m trials

cover: $(VENV)/bench ## Run both, and say which lines no test has run.
	$(PYTEST) --cov --cov-report=term-missing:skip-covered

bench: $(VENV)/bench ## Measure beside the peers and write benchmarks/RESULTS.md; BENCH=--short takes five minutes.
	$(BIN)/python -m benchmarks.run $(BENCH)

fuzz: $(VENV)/dev ## Try bad input by the thousand and write the figures to docs/reliability.md; ONLY=<name> tries one promise.
	PYTHONPATH=tests $(BIN)/python -m trials fuzz $(ONLY)

faults: $(VENV)/dev ## Try faults many times and write the figures to docs/reliability.md; ONLY=<name> tries one promise.
	PYTHONPATH=tests $(BIN)/python -m trials faults $(ONLY)

lint: $(VENV)/bench ## Lint, format, types, import order, dataset, drift of derived files, breaking changes.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/diplomatic-events check
	$(BIN)/diplomatic-events fmt --check
	$(BIN)/diplomatic-events openapi --output openapi.yaml --check
	$(BIN)/python .ci/contract.py
	$(BIN)/diplomatic-events schema --output dataset/schemas --check
	$(BIN)/diplomatic-events codebook README.md docs/*.md dataset/README.md --check

audit: $(VENV)/dev ## Look the locked dependencies up among the known vulnerabilities, where the index tells them.
	$(BIN)/python .ci/audit.py

published: $(VENV)/dev ## Make the files of the published versions below releases/, from the history of the repository.
	$(BIN)/python .ci/published.py

release: published ## Publish the dataset's version below releases/, beside those published before.
	$(BIN)/diplomatic-events release

check: $(VENV)/run ## List the errors of the dataset.
	$(BIN)/diplomatic-events check

derive: $(VENV)/dev ## Write anew what is derived: formats, openapi.yaml, schemas, tables.
	$(BIN)/ruff format .
	$(BIN)/diplomatic-events fmt
	$(BIN)/diplomatic-events openapi --output openapi.yaml
	$(BIN)/diplomatic-events schema --output dataset/schemas
	$(BIN)/diplomatic-events codebook README.md docs/*.md dataset/README.md
	PYTHONPATH=tests $(BIN)/python -m doubt_table

lock: $(VENV)/dev ## Resolve the dependencies anew, with hashes and without addresses.
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade \
	  --group pyproject.toml:build --extra postgresql --extra redis --extra watch pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade \
	  --group pyproject.toml:dev -c requirements.txt -o .ci/requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade \
	  --extra release -c requirements.txt -c .ci/requirements.txt pyproject.toml -o deploy/release.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade \
	  --group pyproject.toml:bench -c requirements.txt -c .ci/requirements.txt -o benchmarks/requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade \
	  --group pyproject.toml:tools -o tests/fixtures/tools/requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade \
	  --no-deps --group pyproject.toml:tools-data -o tests/fixtures/tools/data.txt

pictures: $(VENV)/dev ## Take the pictures of the pages in docs/ anew, with Chromium.
	PYTHONPATH=tests $(BIN)/python .ci/pictures.py

wheel: $(VENV)/dev ## Build the wheel, dataset included.
	$(BIN)/python -m build --wheel --no-isolation

clean: ## Remove everything that was made.
	rm -rf $(VENV) dist build diplomatic-events-data .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
