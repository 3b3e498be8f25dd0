# `make help` lists the targets. Everything happens in .venv; pip's own environment variables
# (PIP_INDEX_URL, PIP_EXTRA_INDEX_URL, PIP_NO_INDEX, ...) reach pip as they are.

VENV ?= .venv
# A Python that is new enough: the first of these that exists. `make PYTHON=/path/to/python book` chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= 2
# A busy machine runs PyTorch with two threads slower than with one (see "How to use this book").
export OMP_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help book test test-site lab check format notebooks bench doctor clean clean-all

help:  ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# One install for every target. It runs again only when the pins or the project's own requirements change.
$(STAMP): constraints.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found. Install one, or name it: make PYTHON=/path/to/python"; exit 1; }
	@test -x $(BIN)/python || { echo "Making the virtual environment $(VENV) with $(PYTHON)"; $(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "No virtual environment could be made (Debian and Ubuntu: apt install python3-venv)."; exit 1; }; }
	@echo "Installing the pinned packages into $(VENV) (once; some minutes)"
	@PIP_USER=0 $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[course,book,test,dev]"
	@touch $@

book: $(STAMP)  ## run the notebooks that changed, build the site, say where it is
	@$(BIN)/python book/_tools/build.py

test: $(STAMP)  ## run every test, the notebooks among them
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -q

test-site: $(STAMP)  ## look at the built site in Chromium: links, network, widths, accessibility
	@PIP_USER=0 $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[browser]"
	@$(BIN)/python -m pytest -n $(WORKERS) -q tests/site

lab: $(STAMP)  ## open the notebooks in JupyterLab
	@$(BIN)/python -m jupyterlab --LabApp.news_url=None \
		--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate book

check: $(STAMP)  ## lint, formatting, and the stored form of the notebooks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python book/_tools/notebooks.py --check

format: $(STAMP)  ## mend what `make check` finds and can mend
	@$(BIN)/python book/_tools/notebooks.py
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

notebooks: $(STAMP)  ## store the outputs of the checked cells anew (after a change of their code)
	@$(BIN)/python book/_tools/notebooks.py --run

bench: $(STAMP)  ## time the engine against PyTorch; ONLY=c,mnist picks workloads, MNIST=folder has its data
	@$(BIN)/python -m benchmarks --only "$(ONLY)" --mnist "$(MNIST)"

doctor: $(STAMP)  ## say whether this machine can run the course
	@$(BIN)/lessons doctor

clean:  ## remove what was built; keep the virtual environment
	rm -rf _build dist .pytest_cache .ruff_cache .hypothesis

clean-all: clean  ## remove the virtual environment too
	rm -rf $(VENV)
