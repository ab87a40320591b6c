# What people type. Needs only Python 3.11 or newer, git and make: uv is used where it is installed,
# and otherwise put into .venv.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
export UV_PROJECT_ENVIRONMENT := .venv
unexport VIRTUAL_ENV

VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.ready-to-run
DEV_READY := $(VENV)/.ready-to-develop

# The newest Python that will do, or nothing.
find_python = for one in python3.13 python3.12 python3.11 python3 python; do \
	$$one -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$one; break; }; done

# `uv`, or the one inside .venv; makes .venv and installs uv there where there is none.
define UV_SYNC
@set -eu; \
uv=$$(command -v uv || true); \
if [ -z "$$uv" ]; then \
	python=$$($(find_python)); \
	if [ -z "$$python" ]; then \
		echo "stuck needs Python 3.11 or newer, and found none. Install it (https://www.python.org/downloads/) and try again." >&2; exit 1; \
	fi; \
	if [ ! -x $(BIN)/uv ]; then \
		echo "Making .venv with $$($$python --version) …"; \
		$$python -m venv $(VENV) || { echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check uv; \
	fi; \
	uv=$(BIN)/uv; \
fi; \
echo "Installing the libraries that stuck needs into .venv. Once; later starts skip this …"; \
"$$uv" sync --frozen --inexact --quiet
endef

.PHONY: help demo test test-code test-pages scenarios soak coverage check audit bench lock screenshot docs clean

help: ## say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

$(RUN_READY): pyproject.toml uv.lock
	$(UV_SYNC) --no-dev
	@touch $@

$(DEV_READY): pyproject.toml uv.lock
	$(UV_SYNC)
	@touch $@ $(RUN_READY)

demo: $(RUN_READY) ## the whole product on a pretend world: open the printed address (PORT=9000: another port)
	@$(BIN)/stuck demo $(if $(PORT),--port $(PORT))

check: $(DEV_READY) ## ruff, mypy and the arrows between rooms
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

audit: $(DEV_READY) ## whether a library has a known vulnerability
	@BIN=$(BIN) .ci/audit

test: test-code test-pages ## every test

# Many of them wait for real sockets and processes, so that more run at once than there are cores.
test-code: $(DEV_READY)
	$(BIN)/pytest -n $(or $(WORKERS),3) -m "not browser" --ignore=tests/benchmarks --ignore=tests/soak $(COVER)

# One Chromium at a time. Where all of them skip, pytest ends with 5 (nothing ran); they have then said what is missing.
test-pages: $(DEV_READY)
	$(BIN)/pytest -m browser tests/browser -rs $(COVER) || [ $$? -eq 5 ]

scenarios: $(DEV_READY) ## every kind of gap against the labelled cases: found, missed, false
	$(BIN)/pytest -n 2 tests/scenarios

soak: $(DEV_READY) ## hours in minutes, in which everything fails at random (MINUTES=1 SEED=7: how long, and which bad luck)
	$(if $(MINUTES),STUCK_SOAK_MINUTES=$(MINUTES)) $(if $(SEED),STUCK_SOAK_SEED=$(SEED)) $(BIN)/pytest tests/soak -s

coverage: $(DEV_READY) ## every test, and which lines and branches none of them reached
	$(BIN)/coverage erase
	$(MAKE) test COVER="--cov --cov-append --cov-report="
	$(BIN)/coverage report --skip-covered

bench: $(DEV_READY) ## the benchmarks, as ratios
	$(BIN)/pytest tests/benchmarks -s

screenshot: $(DEV_READY) ## take the README's pictures anew, from the stories that browser tests play
	STUCK_SCREENSHOT=docs/demo.png $(BIN)/pytest tests/browser/test_demo_story.py -rs
	STUCK_SCREENSHOT=docs/home.png $(BIN)/pytest tests/browser/test_demo_home.py -k queue -rs
	STUCK_SCREENSHOT=docs/audit.png $(BIN)/pytest tests/browser/test_audit_sample.py -rs

docs: $(DEV_READY) ## write docs/commands.md and docs/kinds.md anew from the code
	$(BIN)/python -m bot.cli_page > docs/commands.md
	$(BIN)/python -m bot.gaps.handbook > docs/kinds.md

lock: $(DEV_READY) ## resolve the newest versions that pyproject.toml allows
	@uv=$$(command -v uv || echo $(BIN)/uv); "$$uv" lock --upgrade

clean: ## remove everything that can be made again
	rm -rf $(VENV) .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
