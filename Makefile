# The plain commands behind each target are in README.md, for people without make.
PYTHON ?= python3
VENV ?= .venv
ARGS ?=
BIN := $(VENV)/bin

.PHONY: help forecast test test-slow check docs site tutorial plausibility showcase claims bench bench-sweeps sweeps notebooks clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

$(VENV)/core: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/test: $(VENV)/core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

$(VENV)/docs: $(VENV)/core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	@touch $@

$(VENV)/develop: $(VENV)/test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,develop]'
	@touch $@

$(VENV)/notebooks: $(VENV)/core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[notebooks]'
	@touch $@

forecast: $(VENV)/core  ## set up, then the baseline forecast (ARGS="--replicates 20" for a quick look)
	$(BIN)/wifaq run scenarios/baseline.yaml $(ARGS)

test: $(VENV)/test  ## set up, then the tests (under ten minutes on two cores)
	$(BIN)/python -m pytest -n 2 --dist worksteal

# what the tests in a browser ask about access (they are skipped without it, or without Chromium)
$(VENV)/axe: $(VENV)/test
	-npm install --silent --no-save --prefix $(VENV) axe-core@4.14.1 && touch $@

test-slow: $(VENV)/test $(VENV)/axe  ## the tests that take minutes each
	$(BIN)/python -m pytest -m slow

check: $(VENV)/develop  ## style and types
	$(BIN)/ruff check .
	$(BIN)/mypy

docs: $(VENV)/core  ## write the schema of scenario files, and the pages of docs/reference/
	$(BIN)/python -m simulation.scenario.json_schema
	$(BIN)/python -m docs.pages

site: $(VENV)/docs  ## build the schema and all pages into a site that opens from disk: build/site/index.html
	$(BIN)/python -m simulation.scenario.json_schema
	$(BIN)/sphinx-build --fresh-env --fail-on-warning --keep-going --quiet -c docs . build/site

tutorial: $(VENV)/core  ## rerun the commands of docs/tutorial.md and put what they print into it (some minutes)
	$(BIN)/python -m tests.docs.tutorial

plausibility: $(VENV)/core  ## rerun the tables of docs/results/calibration.md (a few minutes)
	$(BIN)/python -m simulation.evidence.plausibility $(ARGS)

showcase: $(VENV)/core  ## rerun results/showcase/ and the forecast in README.md (a few minutes)
	$(BIN)/python -m simulation.report.showcase $(ARGS)

claims: $(VENV)/core  ## test every claim of the paper: docs/results/claims.csv and docs/results/claims.md (about ten minutes; ARGS="--stale" for what changed)
	$(BIN)/python -m simulation.evidence.claims $(ARGS)

bench: $(VENV)/test  ## measure the engine and write docs/results/performance.md (about ten minutes)
	$(BIN)/python -m tests.benchmarks.bench_engine $(ARGS)

bench-sweeps: $(VENV)/test  ## measure sweeps and write the table of docs/results/sweeps.md (about ten minutes)
	$(BIN)/python -m tests.benchmarks.sweeping $(ARGS)

sweeps: $(VENV)/core  ## run the three shipped sweeps: results/ and results/showcase/sweeps/ (about ten minutes on two cores)
	$(BIN)/python -m simulation.report.showcase_sweeps $(ARGS)

notebooks: $(VENV)/notebooks  ## set up, then open the notebooks in the browser
	$(BIN)/jupyter lab --notebook-dir . notebooks/01_first_forecast.ipynb

clean:  ## remove the environment and caches
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache
