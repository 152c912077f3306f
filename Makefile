# Every verb a person needs, one line each. STACK= chooses the stack, SYSTEM=x is short for STACK=x-dev.
SHELL := /bin/sh
STACK ?= $(if $(SYSTEM),$(SYSTEM)-dev,dev)

VERB = . .venv/environment.sh && python -m operations
BIN = .venv/bin
OWN = apps/assistant images/audio-converter images/probe

.DEFAULT_GOAL := help
.PHONY: help setup python checked up images official preview down destroy smoke status logs shell restart rebuild \
  move-data import-env lock-images credentials review test test-apps e2e e2e-all evolution-real bench check \
  docs diagram format

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

setup: ## install what is missing: Python environment, Docker engine, Pulumi tool chain
	@scripts/setup.sh all

python:
	@scripts/setup.sh python

# What a person has to correct is told before a tool chain is built for it.
checked: python
	@$(BIN)/python -m operations check --stack $(STACK)

up: checked ## start a stack, or make it what its configuration says
	@scripts/setup.sh rest
	@$(VERB) up --stack $(STACK)

images: setup ## build the local images a stack needs, where no registry is reachable
	@$(VERB) images --stack $(STACK)

official: setup ## build a second set of local images, nearer to the official ones; SOURCE=their repositories
	@$(VERB) official --stack $(STACK) --source "$(SOURCE)"

preview: checked ## show what up would do
	@scripts/setup.sh rest
	@$(VERB) preview --stack $(STACK)

down: setup ## remove containers and networks; data and secrets stay
	@$(VERB) down --stack $(STACK)

destroy: setup ## remove everything, data included (refused in production)
	@$(VERB) destroy --stack $(STACK)

smoke: setup ## follow one message through every system of a stack
	@$(VERB) smoke --stack $(STACK)

status: setup ## show every service; WATCH=1 goes on until Ctrl-C
	@$(VERB) status --stack $(STACK) $(if $(WATCH),--watch)

logs: setup ## show what SERVICE= (or every service) prints; FOLLOW=1, TAIL=100
	@$(VERB) logs --stack $(STACK) $(if $(SERVICE),--service $(SERVICE)) $(if $(TAIL),--tail $(TAIL)) $(if $(FOLLOW),--follow)

shell: setup ## open a shell inside SERVICE=, REPLICA=1
	@$(VERB) shell --stack $(STACK) --service "$(SERVICE)" $(if $(REPLICA),--replica $(REPLICA))

restart: setup ## restart SERVICE=, a replica after the other
	@$(VERB) restart --stack $(STACK) --service "$(SERVICE)"

rebuild: setup ## build SERVICE= from its source and replace it, and nothing else
	@$(VERB) rebuild --stack $(STACK) --service "$(SERVICE)"

move-data: setup ## move the data of SERVICE= to the version of the image that the configuration names
	@$(VERB) move-data --stack $(STACK) --service "$(SERVICE)"

import-env: setup ## take over an old compose .env: FILE=old.env STACK=prod, APP_SECRETS=A,B
	@$(VERB) import-env --stack $(STACK) --file "$(FILE)" --app-secrets "$(APP_SECRETS)"

lock-images: setup ## compare images.lock with the registries; WRITE=1 writes what has moved
	@$(VERB) lock-images --stack $(STACK) $(if $(WRITE),--write)

credentials: setup ## show the generated credentials
	@$(VERB) credentials --stack $(STACK)

review: $(if $(PREVIEW),setup,python) ## write what a change does, for its reviewer: BASE=origin/main or PREVIEW=prod, OUT=file
	@$(if $(PREVIEW),$(VERB),$(BIN)/python -m operations) review --base "$(or $(BASE),origin/main)" \
	  --preview "$(PREVIEW)" --out "$(OUT)"

test: python ## run the fast tests; needs nothing but Python
	@$(BIN)/python -m pytest -m "not engine" --cov=infra --cov=components --cov=stacks \
	  --cov-branch --cov-report=term:skip-covered --cov-fail-under=95

test-apps: python ## run the tests of our own applications, each with its own pinned libraries
	@set -e; for folder in $(OWN); do \
	  echo "== $$folder"; \
	  (cd $$folder && $(CURDIR)/$(BIN)/uv run --quiet --no-project --isolated --with-requirements requirements.lock \
	    --with pytest==9.2.0 python -m pytest -q); \
	done

e2e: setup ## run the engine tests: real containers; stacks named e2e and e2e-… are theirs, and removed
	@. .venv/environment.sh && python -m pytest -m "engine and not long" -v --durations=15

e2e-all: setup ## the same with the long ones
	@. .venv/environment.sh && python -m pytest -m engine -v --durations=30

evolution-real: setup ## run the flagship on a real Evolution API: IMAGE=its name on the engine
	@. .venv/environment.sh && EVOLUTION_IMAGE="$(IMAGE)" python -m pytest -m engine -v tests/engine/test_flagship_real.py

bench: setup ## measure the flagship beside docker compose with the same containers; OUT=file, REPEAT=3
	@. .venv/environment.sh && python -m bench --out "$(OUT)" --repeat $(or $(REPEAT),3)

check: python ## lints, types, shell scripts, Dockerfiles, workflows
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@set -e; for folder in $(OWN); do (cd $$folder && ruff=$(CURDIR)/$(BIN)/ruff; $$ruff check . && $$ruff format --check .); done
	@$(BIN)/shellcheck $$(git ls-files '*.sh') .ci/run
	@$(BIN)/hadolint $$(git ls-files '*Dockerfile*')
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

docs: python ## write the configuration's schema, its reference page, .env.example and the systems' pictures
	@$(BIN)/python -m infra.documents

diagram: docs ## draw each system: services, networks, who uses whom (docs/<system>.svg)

format: python ## format the code
	@$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format --quiet .
