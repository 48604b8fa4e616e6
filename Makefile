PYTHON ?= python3
STAMP := .venv/installed.stamp
# Two OpenMP threads that spin beside other test processes cost several times the work.
CALM := OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE

.PHONY: demo test wheel-test fuzz zoo lint docs bench clean

demo: $(STAMP)
	.venv/bin/ganforge train dcgan --set size=32 --set width=24 --set train.optimizer.lr=1e-3 \
		--batch 16 --kimg 76 --out demo --overwrite
	@echo "The samples are in demo/samples.png"

test: $(STAMP)
	$(CALM) .venv/bin/python -m pytest -q -n 2

# The wheel in an empty environment away from the checkout, with a plugin: takes minutes.
wheel-test: $(STAMP)
	.venv/bin/python tests/packaging/outside.py

# Every shipped spec, mutated thousands of times: `make fuzz FUZZ="--count 100 dcgan"` for less.
fuzz: $(STAMP)
	$(CALM) .venv/bin/python tests/fuzz/campaign.py $(FUZZ)

# Every shipped spec, 200 rounds at tiny size, on real images where GANFORGE_SHARED has them; `ylg`
# too, after `.venv/bin/pip install ./plugins/ganforge-ylg`.
zoo: $(STAMP)
	.venv/bin/python tests/zoo/run.py

lint: $(STAMP)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

docs: $(STAMP)
	.venv/bin/python docs/generate.py

bench: $(STAMP)
	.venv/bin/python tests/bench/run.py

clean:
	rm -rf demo runs fuzz zoo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find ganforge plugins tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	$(PYTHON) -m venv .venv

$(STAMP): pyproject.toml constraints.txt | .venv/bin/python
	.venv/bin/pip install -q -c constraints.txt -e '.[train,dev]'
	touch $@
