# `make demo` and `make test` need nothing but Python 3.11 or later; both create the environment.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
# Tests that start Ray follow one another in one process; the others share the rest.
PARALLEL := --numprocesses=auto --maxprocesses=4 --dist=loadgroup

.PHONY: demo test test-all test-cluster soak lint types bench clean help

help:
	@echo "make demo      a real sweep on embedded data and its HTML report (a few minutes)"
	@echo "make test      the tests, without the slow ones"
	@echo "make test-all  all tests but those of a cluster"
	@echo "make test-cluster  sweeps on a launched cluster through faults (root; 20 minutes)"
	@echo "make soak      KILLS=200 random kills of sweeps, here and on a cluster (an hour or two)"
	@echo "make lint      ruff and import-linter      make types  mypy --strict"
	@echo "make bench     speed of sweeps, steps, loading and reports, as tables"

$(STAMP): pyproject.toml constraints.txt
	@echo "== creating $(VENV) with the tested versions of constraints.txt"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $(STAMP)

demo: $(STAMP)
	@echo "== C-VITAE on real handwritten digits: 3 parametrizations x 4 learning rates x 5 seeds"
	$(BIN)/unbraid sweep space=vitae_stability scale=small scale.epochs=40 seeds=5 run_dir=runs/demo
	@echo "== the report:"
	@$(BIN)/unbraid report runs/demo --out runs/demo/report.html

test: $(STAMP)
	@echo "== the tests, without the slow ones (make test-all runs those too)"
	$(BIN)/python -m pytest -m "not slow" $(PARALLEL)

test-all: $(STAMP)
	$(BIN)/python -m pytest -m "not cluster" $(PARALLEL)

# Hosts in namespaces; docs/cluster.md says what they need. One after another: they share the processors.
test-cluster: $(STAMP)
	$(BIN)/python -m pytest tests/cluster -m cluster --numprocesses=0

KILLS ?= 200
SEED  ?= 0
soak: $(STAMP)
	$(BIN)/python -m tests.cluster.soak --kills $(KILLS) --seed $(SEED)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(STAMP)
	$(BIN)/mypy

bench: $(STAMP)
	@echo "== measuring; nothing else should run on this machine"
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build *.egg-info
