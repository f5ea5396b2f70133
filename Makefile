# assess: every command of the project. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
SERVE ?= 1
# A process that is kept from writing its compiled modules compiles them at every start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check serve bench simulate attack pictures gallery clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/.stamp: pyproject.toml constraints.txt
	python3 -m venv .venv
	@$(PY) -m pip --quiet --disable-pip-version-check install uv || echo "uv cannot be had: falling back to pip"
	@if [ -x .venv/bin/uv ]; then .venv/bin/uv pip install --quiet --python $(PY) -c constraints.txt -e '.[test]'; \
	else $(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'; fi
	@touch $@

demo: .venv/.stamp ## an invented client, three quarters of ballots, reports in en and fr, then a served page (SERVE=0 exits)
	@./bench/system.sh pango
	@.venv/bin/assess demo $(if $(filter 0,$(SERVE)),--no-serve,)

test: .venv/.stamp ## the whole test suite
	@./bench/system.sh pango chromium poppler qpdf
	@.venv/bin/pytest -n 2 --dist loadfile --no-loadscope-reorder

check: .venv/.stamp ## format, lint, types, import contracts, templates, instruments, catalogue, unit tests
	@./bench/system.sh pango poppler
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/assess instrument check instruments/sales-marketing
	@.venv/bin/pytest tests/unit tests/architecture -n 2

serve: .venv/.stamp ## serve the application on 127.0.0.1:8000 with its due steps
	@.venv/bin/assess serve

bench: .venv/.stamp ## measure speed and memory as ratios in one run; writes bench/latest.json
	@./bench/system.sh pango
	@$(PY) -m bench

simulate: .venv/.stamp ## coverage and false alarms at full size, a planted weakness beside each; 20,000 samples a cell
	@$(PY) tests/simulation

attack: .venv/.stamp ## every attack on anonymity at full size, a planted weakness beside each; writes docs/attacks.json
	@$(PY) tests/anonymity

pictures: .venv/.stamp ## redraw the README's pictures from a fresh demo
	@./bench/system.sh pango poppler
	@.venv/bin/assess demo --no-serve
	@mkdir -p docs/img
	@pdftoppm -png -r 80 -singlefile -f 1 var/demo/report.en.pdf docs/img/report-brief
	@pdftoppm -png -r 80 -singlefile -f 5 var/demo/report.en.pdf docs/img/report-gaps

gallery: .venv/.stamp ## a picture of every state of the employee's pages; contact sheets in docs/img/
	@./bench/system.sh chromium
	@$(PY) tests/browser

clean: ## remove what was made here, state and virtual environment included
	rm -rf .venv .otree var build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
