# The tasks of this project. Bare `make` lists them.
#
# One virtual environment, .venv, serves them all. It is filled to one of two depths, each marked by
# a stamp file that is redone only when pyproject.toml changes: .venv/.demo (what the demonstration
# shows with) and .venv/.dev (everything, so it marks both).

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench accuracy pictures learn golden laws-full clean

run := .venv/bin/python -m
ARGS ?=
SEED ?= $(shell date +%s)

help: ## list these tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.dev ## fill .venv with the library and everything its development needs

demo: .venv/.demo ## one function differentiated and explained, in the terminal
	@$(run) infinitesimal demo

test: .venv/.dev ## run the tests (ARGS="-k tiny" to choose some)
	$(run) pytest -n auto $(ARGS)

check: .venv/.dev ## formatting, lint and types
	$(run) ruff format --check
	$(run) ruff check
	$(run) pyright

format: .venv/.dev ## rewrite the code as the formatter and the linter would have it
	$(run) ruff check --fix
	$(run) ruff format

bench: .venv/.dev ## measure against other libraries, in one run
	$(run) benchmarks $(ARGS)

learn: .venv/.dev ## rewrite docs/learn: a derivation by each method, as told now
	$(run) tools.learn

accuracy: .venv/.dev ## regenerate docs/accuracy.md
	$(run) tools.accuracy

pictures: .venv/.dev ## redraw the pictures of the README
	$(run) tools.pictures

golden: .venv/.dev ## rewrite tests/golden from what the library prints now
	$(run) pytest --renew-golden $(ARGS)

laws-full: .venv/.dev ## the laws on 100,000 random programs (SEED=... to repeat a run)
	@echo "seed $(SEED)"
	HYPOTHESIS_PROFILE=full $(run) pytest -n auto --hypothesis-seed=$(SEED) tests/laws $(ARGS)

clean: ## remove caches and build products (not .venv)
	rm -rf build dist .pytest_cache .ruff_cache .hypothesis
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# A failed `venv` leaves half an environment behind, which must not be taken for a whole one.
.venv/bin/python:
	@python=$$(sh tools/find-python $(PYTHON)) \
	    && { "$$python" -m venv .venv || { rm -rf .venv; exit 1; }; }

.venv/.demo: pyproject.toml | .venv/bin/python
	@echo "filling .venv for the demonstration"
	@$(run) pip install --quiet --disable-pip-version-check --editable ".[explain]"
	@touch $@

.venv/.dev: pyproject.toml | .venv/bin/python
	@echo "filling .venv for development (a few minutes, the first time)"
	@$(run) pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch .venv/.demo $@
