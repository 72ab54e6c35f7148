# The commands of this project. `make help` lists them.

SWIFT ?= swift
# SCRATCH=folder keeps build products elsewhere.
SCRATCH ?= .build
BUILD = --scratch-path $(SCRATCH)
EXAMPLE = examples/orders-summary.yaml

.PHONY: help dependencies demo demo-embeddings build release test check format docs-reference worker-programs engine-programs expected clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' Makefile

dependencies: ## Install the system libraries that are missing (PCRE2, zlib, Zstandard, SQLite and the header of curl)
	@scripts/install-dependencies.sh

demo: dependencies ## Build a release and run the main example on its real input
	$(SWIFT) build $(BUILD) -c release --product beamstack
	@echo; echo '$$ beamstack run $(EXAMPLE)'
	@"$$($(SWIFT) build $(BUILD) -c release --show-bin-path)/beamstack" run $(EXAMPLE)
	@echo; echo '$$ head -n 5 examples/output/orders-summary.csv-00000-of-00001'
	@head -n 5 examples/output/orders-summary.csv-00000-of-00001
	@echo; echo "The binary: $$($(SWIFT) build $(BUILD) -c release --show-bin-path)/beamstack"

demo-embeddings: release ## 10,000 texts into a vector store, and questions answered from it; offline once the packages are there
	@"$$($(SWIFT) build $(BUILD) -c release --static-swift-stdlib --show-bin-path)/beamstack" run examples/embeddings/index.yaml
	@"$$($(SWIFT) build $(BUILD) -c release --static-swift-stdlib --show-bin-path)/beamstack" run examples/embeddings/ask.yaml

build: dependencies ## Debug build
	$(SWIFT) build $(BUILD)

release: dependencies ## Release build with Swift's own libraries linked in, to be copied to other machines
	$(SWIFT) build $(BUILD) -c release --product beamstack --static-swift-stdlib

test: dependencies ## All tests: of the workers' Python, with the packages and servers that are here, then of all else
	scripts/test-worker-programs.sh
	$(SWIFT) test $(BUILD) --parallel

check: ## Is everything formatted?
	$(SWIFT) format lint --strict --recursive --configuration .swift-format Package.swift Sources Tests

format: ## Format everything
	$(SWIFT) format --in-place --recursive --configuration .swift-format Package.swift Sources Tests

docs-reference: build ## Write docs/reference and docs/errors.md anew from the catalogue
	scripts/generate-reference.sh "$$($(SWIFT) build $(BUILD) --show-bin-path)/beamstack"

worker-programs: ## List the workers' Python files for embedding, after one was added or removed
	scripts/embed-worker-programs.sh

engine-programs: ## List the engines' Java files for embedding, after one was added or removed
	scripts/embed-engine-programs.sh

expected: build ## Write examples/expected anew from what the examples give now; look at the diff
	scripts/generate-expected.sh "$$($(SWIFT) build $(BUILD) --show-bin-path)/beamstack"

clean: ## Remove build products and the examples' outputs
	rm -rf $(SCRATCH) examples/output
