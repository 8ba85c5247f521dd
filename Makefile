# Hush: `make run` opens the viewer, `make test` runs every test, `make check` the static checks.
# Arguments pass on: make run ARGS="--scene cornell-box"

# The newest Python of 3.10 to 3.13 that runs here; PYTHON=python3.12 takes another, in a virtual
# environment of its own.
PYTHON ?=
PYTHONS := $(or $(PYTHON),python3.13 python3.12 python3.11 python3.10)
VENV := .venv$(if $(PYTHON),-$(notdir $(PYTHON)))
BIN := $(VENV)/bin
ARGS ?=
# One display for the window's tests; xvfb-run picks a free number.
SYSTEM_PACKAGES := xvfb xauth xdotool libgl1 libegl1 libgl1-mesa-dri

.PHONY: run test check format clean

run: $(VENV)/run.stamp
	$(BIN)/python run_viewer.py $(ARGS)

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(ARGS)

check: $(VENV)/check.stamp
	$(BIN)/black --check --quiet . || (echo "run: make format"; exit 1)
	$(BIN)/isort --check-only --quiet . || (echo "run: make format"; exit 1)
	$(BIN)/flake8
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/check.stamp
	$(BIN)/isort --quiet .
	$(BIN)/black --quiet .

clean:
	rm -rf $(VENV)

$(BIN)/python:
	@for python in $(PYTHONS); do \
		if $$python -c "" 2>/dev/null; then exec $$python -m venv $(VENV); fi; \
	done; \
	echo "Hush needs Python 3.10 to 3.13; not found: $(PYTHONS)"; \
	exit 1

$(VENV)/run.stamp: setup.cfg constraints.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/test.stamp: setup.cfg constraints.txt tests/install_system.sh | $(BIN)/python
	sh tests/install_system.sh $(SYSTEM_PACKAGES)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test,stacks,raw,baselines,oidn,ktx2]"
	@touch $@

$(VENV)/check.stamp: setup.cfg constraints.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test,stacks,raw,baselines,oidn,ktx2,check]"
	@touch $@
