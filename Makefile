# The plain commands behind each target are in README.md, for people without make.
PYTHON ?= python3
VENV ?= .venv
ARGS ?=
BIN := $(VENV)/bin

.PHONY: help forecast test test-slow check site pages bench notebooks clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

$(VENV)/core: pyproject.toml constraints.txt
	$(PYTHON) -m venv --upgrade-deps $(VENV)
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

test: $(VENV)/test  ## set up, then the tests (less than eight minutes on two cores)
	$(BIN)/python -m pytest -n 2 --dist worksteal

# what the tests in a browser ask about access (they are skipped without it, or without Chromium)
$(VENV)/axe: $(VENV)/test
	-npm install --silent --no-save --prefix $(VENV) axe-core@4.14.1 && touch $@

test-slow: $(VENV)/test $(VENV)/axe  ## the tests that take longer, seconds to minutes each
	$(BIN)/python -m pytest -m "slow or long"

check: $(VENV)/develop  ## style and types
	$(BIN)/ruff check .
	$(BIN)/mypy

site: $(VENV)/docs  ## build the schema and all pages into a site that opens from disk: build/site/index.html
	$(BIN)/python -m simulation.scenario.json_schema
	$(BIN)/sphinx-build --fresh-env --fail-on-warning --keep-going --quiet -c docs . build/site

# what programs write into the repository; ARGS goes to the program
WRITERS := schema tutorial plausibility parameters showcase claims sweeps
schema := simulation.scenario.json_schema
tutorial := tests.docs.tutorial
plausibility := simulation.evidence.plausibility
parameters := simulation.evidence.parameter_effects
showcase := simulation.report.showcase
claims := simulation.evidence.claims
sweeps := simulation.report.showcase_sweeps
WHAT ?= $(WRITERS)
UNKNOWN := $(filter-out $(WRITERS),$(WHAT))

pages: $(VENV)/core  ## rewrite pages, tables and charts: WHAT="schema tutorial plausibility parameters showcase claims sweeps", default all (an hour)
	$(if $(UNKNOWN),$(error nothing writes $(UNKNOWN); there are $(WRITERS)))
	$(foreach writer,$(WHAT),$(BIN)/python -m $($(writer)) $(ARGS) &&) true

bench: $(VENV)/test  ## measure the engine and sweeps: docs/results/performance.md, docs/results/sweeps.md (twenty minutes)
	$(BIN)/python -m tests.benchmarks.bench_engine $(ARGS)
	$(BIN)/python -m tests.benchmarks.sweeping

notebooks: $(VENV)/notebooks  ## set up, then open the notebooks in the browser
	$(BIN)/jupyter lab --notebook-dir . notebooks/01_first_forecast.ipynb

clean:  ## remove the environment and caches
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache
