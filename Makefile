# Ce que l'on fait ici. « make » seul affiche cette liste.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe \
	--strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
	--build-deps-for wheel --build-deps-for editable
PACKAGES := ledger reconcile reports portal
SOURCES := $(shell find $(PACKAGES) alembic -name '*.py' 2>/dev/null)

# Deux processus de test au moins, quatre au plus : chacun a son serveur PostgreSQL.
PYTEST := $(BIN)/pytest -n auto --maxprocesses 4 -ra

.DEFAULT_GOAL := help
.PHONY: help setup dev demo test check bench million fuzz docs lock wheel clean

help: ## Affiche cette liste
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@echo "Environnement Python : $(VENV)" >&2
	@$(PYTHON) -m venv $(VENV)

# Une empreinte par verrou : rien n'est réinstallé tant que le verrou et pyproject.toml ne changent pas.
$(VENV)/.setup: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Dépendances : requirements.lock" >&2
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Dépendances des tests et des contrôles : requirements-dev.lock" >&2
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $(VENV)/.setup $@

setup: $(VENV)/.setup ## Prépare l'environnement Python (.venv) d'après le verrou

dev: $(VENV)/.dev ## Y ajoute ce qu'il faut aux tests et aux contrôles

demo: $(VENV)/.setup ## Une année et demie fictive de bout en bout ; classeurs dans out/
	@$(BIN)/pcaes demo --out out

test: $(VENV)/.dev ## Tous les tests, sur SQLite et sur PostgreSQL
	@bash tests/system-packages.sh
	@$(PYTEST)

check: $(VENV)/.dev ## Style, types et sens des couches
	@failed=0; \
	$(BIN)/ruff check . || failed=1; \
	$(BIN)/ruff format --check . || failed=1; \
	$(BIN)/mypy $(PACKAGES) || failed=1; \
	$(BIN)/lint-imports || failed=1; \
	exit $$failed

bench: $(VENV)/.dev ## Mesures de vitesse, rapportées à une référence prise dans le même passage
	@failed=0; \
	for file in bench/bench_*.py; do $(BIN)/python $$file || failed=1; done; \
	exit $$failed

million: $(VENV)/.dev ## Les livres à un million d'écritures : longue mesure, à part de « make bench »
	@$(BIN)/python bench/bench_books.py --entries 1000000

fuzz: $(VENV)/.dev ## Fichiers abîmés par milliers, vies d'ordres au hasard, puis propriétés avec d'autres tirages
	@$(BIN)/python bench/fuzz_readers.py
	@$(BIN)/python bench/fuzz_orders.py
	@$(PYTEST) -m hypothesis --hypothesis-profile=fuzz

docs: $(VENV)/.dev ## Réécrit les pages tirées du code (errors.md, commands.md, ordres.md)
	@$(BIN)/python tests/errors_page.py
	@$(BIN)/python tests/commands_page.py
	@$(BIN)/python tests/order_page.py

lock: | $(BIN)/python ## Recalcule les deux verrous d'après pyproject.toml
	@$(PIP) install "pip-tools>=7.6"
	@echo "Verrou : requirements.lock" >&2
	@$(COMPILE) --output-file requirements.lock pyproject.toml
	@echo "Verrou : requirements-dev.lock" >&2
	@$(COMPILE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

wheel: dist/.done ## Construit le paquet installable dans dist/

dist/.done: $(SOURCES) pyproject.toml README.md | $(VENV)/.dev
	@rm -rf dist
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist . >/dev/null
	@touch $@
	@ls dist/*.whl

clean: ## Efface ce qui se refait : environnement, paquets, classeurs, caches
	@rm -rf $(VENV) dist build out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
