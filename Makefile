# Every target works from any directory (make -C) and again after an interruption.
# What they make lives in .venv, .components, .cache and, for the extension of Visual Studio Code,
# in vscode-client/{node_modules,build,dist}; `make clean` takes all of it away.

PYTHON ?=
BACKEND ?= llama
ARGS ?=

VENV := .venv
RUN := $(VENV)/bin/python

# tests/setup/venv.sh reads these two; test and check may install what the system lacks.
export PYTHON
test check: export SYSTEM_PACKAGES := install

# A pip that is configured for --user or to look for its own updates would get in the way.
export PIP_USER := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.NOTPARALLEL:
.PHONY: help demo test check lint types contracts quick bench clean venv dev

help:
	@echo "make demo     complete code of examples/harbour, guided and unguided side by side"
	@echo "              BACKEND=transformers does it with torch, where there is no C++ compiler"
	@echo "make test     get what the tests can use and run all of them (ARGS='-k name' for some)"
	@echo "make check    lint, format, types, import contracts and the quick tests"
	@echo "make bench    run the benchmarks and keep their figures in benchmarks/results"
	@echo "make clean    remove the virtual environment, what was fetched, and caches"
	@echo "PYTHON=/path/to/python3 chooses the interpreter, which must be 3.10 or later."

venv:
	@sh tests/setup/venv.sh $(VENV)

dev: venv
	@$(RUN) -m tests.setup.extras dev

demo: venv
	@$(RUN) -m tests.setup.extras $(BACKEND)
	@$(RUN) -m fairlead_server demo --backend $(BACKEND:llama=llama_cpp) $(ARGS)

test: dev
	@$(RUN) -m tests.setup.obtain
	@$(RUN) -m pytest $(ARGS)

# make -k check goes on after a failure.
check: lint types contracts quick

lint: dev
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check

types: dev
	$(RUN) -m mypy

contracts: dev
	$(VENV)/bin/lint-imports

quick: dev
	$(RUN) -m pytest -m "not needs" $(ARGS)

# A benchmark prints one JSON value; the file is replaced only when the whole of it is there.
bench: dev
	@$(RUN) -m tests.setup.obtain
	@mkdir -p benchmarks/results
	@failed=; for script in benchmarks/[!_]*.py; do \
	  [ -e "$$script" ] || continue; \
	  figures=benchmarks/results/$$(basename "$$script" .py).json; \
	  echo "$$script"; \
	  if $(RUN) "$$script" --json >"$$figures.part"; then mv "$$figures.part" "$$figures"; \
	  else rm -f "$$figures.part"; failed="$$failed $$script"; fi; \
	done; \
	[ -z "$$failed" ] || { echo "failed:$$failed" >&2; exit 1; }

clean:
	rm -rf $(VENV) .components .cache build dist .pytest_cache .mypy_cache .ruff_cache
	rm -rf .hypothesis .import_linter_cache
	rm -rf vscode-client/node_modules vscode-client/build vscode-client/dist vscode-client/*.vsix
	find server decoding monitors tests examples benchmarks -name __pycache__ -prune -exec rm -rf {} +
