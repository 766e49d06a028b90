# make grade [SUBMISSIONS=path] [OUT=folder]   set up and grade hand-ins
# make test                                     set up and run the project's suite
# make platforms                                set up and try the zips with the platforms' own tools, and Dask (a quarter of an hour)
# make thorough                                 set up and run the suite's tests that make test leaves out, too (half an hour)
# make attacks                                  set up and send every attack through them too (twenty minutes)
# make seeds | mutation | prices                 see tests/submissions, tests/mutation
# make bench [BENCH="one start --device cuda"]   see tests/benchmarks
# make random [SEED=number]                     set up and draw new examples for the tests that draw (make test draws the same ones always)
# make surroundings [IN="user random"]          set up and run the suite as others will: see tests/README.md (an hour or two)
# make screens                                  set up and take the README's pictures of pages
# make fuzz [TARGETS="decoder zips"]             set up and fuzz what reads hand-ins (half an hour)
# make soak                                     set up and kill the grader 50 times over a class of 200
# make versions                                 set up and try each Python with the oldest and newest packages (20 GB, half an hour)
# make cuda [WHEELS=folder] [REPORT=file]        try on this machine's GPU what is else tried without one (ten minutes)
# make container                                set up and grade the honest styles with 768 MB and half a processor (as root; an hour)
# make release [DIST=folder]                    set up and build every zip to hand out or upload

PYTHON ?= python3
SUBMISSIONS ?= tests/submissions/class
OUT ?= graded
DIST ?= dist
REPORT ?= cuda-report.md
SEED ?= $(shell date +%s)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: grade test platforms thorough release lint check bench mutation prices seeds random surroundings attacks screens fuzz soak versions cuda container clean

grade: .venv/grader
	$(BIN)/autograder grade "$(SUBMISSIONS)" --out "$(OUT)"

test: lint check
	$(PYTEST)

platforms: .venv/dev
	$(PYTEST) -m platforms

thorough: .venv/dev
	THOROUGH=1 $(PYTEST)

release: .venv/dev
	$(BIN)/autograder release --out "$(DIST)"

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: .venv/dev
	$(BIN)/autograder stubs --check
	$(BIN)/autograder check

bench: .venv/dev
	$(BIN)/python -m tests.benchmarks $(BENCH)

mutation: .venv/dev
	$(BIN)/python -m tests.mutation

prices: .venv/dev
	$(BIN)/python -m tests.mutation.prices

seeds: .venv/dev
	ALL_HAND_INS=1 $(PYTEST) tests/test_seeds.py tests/test_corpus.py tests/test_honest.py \
		tests/test_as_handed_in.py tests/test_pretended.py

random: .venv/dev
	HYPOTHESIS_PROFILE=random $(BIN)/python -m pytest -m "hypothesis and not platforms" --hypothesis-seed=$(SEED)

surroundings:
	$(PYTHON) -m tests.surroundings $(IN)

attacks: .venv/dev
	ALL_ATTACKS=1 $(PYTEST) -m "platforms or not platforms" tests/test_attacks*.py

screens: .venv/dev
	$(BIN)/python -m tests.screens

fuzz: .venv/dev
	$(BIN)/python -m tests.fuzz $(TARGETS)

soak: .venv/dev
	$(BIN)/python -m tests.soak

versions: .venv/dev
	$(BIN)/python -m tests.versions

# with the torch of this Python, which the GPU works with: nothing is set up
cuda:
	$(PYTHON) -m tests.cuda --out "$(REPORT)" $(if $(WHEELS),--wheels "$(WHEELS)")

container: .venv/dev
	$(BIN)/python -m tests.small_container

clean:
	rm -rf .venv graded

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/grader: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing what grading needs into .venv (the first time takes a minute) ..."
	# where there is no wheel of the chart library, the page of a class does without charts
	$(PIP) --editable '.[class]' || $(PIP) --editable '.[grader]'
	@touch $@

.venv/dev: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing what the test suite needs into .venv (the first time takes a minute) ..."
	$(PIP) --editable '.[dev]'
	@touch $@ .venv/grader
