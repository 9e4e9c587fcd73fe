# ocitidy: a thin wrapper over the CMake presets. `make help` lists the targets.
# The rest is CMakePresets.json, tools/setup (packages) and tools/demo.sh.
.DEFAULT_GOAL := help
.PHONY: help demo test build asan tsan fuzz tidy format format-check clean
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
FUZZ_SECONDS ?= 60
# what a sanitizer adds nothing to: tests of other tools, of scripts, of documents
SANITIZER_SKIPS := e2e|install|meta|bench

help:
	@echo 'make demo     installs missing packages, builds, lints a good and a bad image'
	@echo 'make test     the same set-up, then every test'
	@echo 'make build    release build            -> build/release/cli/ocitidy'
	@echo 'make asan     tests under address and undefined behaviour sanitizers (part of make test)'
	@echo 'make tsan     tests under the thread sanitizer'
	@echo 'make fuzz     each fuzz target for FUZZ_SECONDS=$(FUZZ_SECONDS) (clang 19)'
	@echo 'make tidy     clang-tidy 19 over everything'
	@echo 'make format   rewrites the C++ files with clang-format 19; make format-check only looks'
	@echo 'make clean    removes build/'

demo: build
	@tools/demo.sh build/release/cli/ocitidy

build:
	@tools/setup build
	cmake --preset release
	cmake --build --preset release --parallel $(JOBS) --target ocitidy-cli

test:
	@tools/setup test
	@$(MAKE) --no-print-directory format-check
	cmake --preset release
	cmake --build --preset release --parallel $(JOBS)
	tools/ctest.sh release --parallel $(JOBS)
	@$(MAKE) --no-print-directory asan

asan tsan:
	@tools/setup test
	cmake --preset $@
	cmake --build --preset $@ --parallel $(JOBS)
	tools/ctest.sh $@ --parallel $(JOBS) --label-exclude '$(SANITIZER_SKIPS)'

fuzz:
	@tools/setup clang
	cmake --preset fuzz
	cmake --build --preset fuzz --parallel $(JOBS)
	tools/fuzz.sh build/fuzz $(FUZZ_SECONDS)

tidy:
	@tools/setup clang
	cmake --preset tidy
	cmake --build --preset tidy --parallel $(JOBS)

format:
	@tools/format.sh fix

format-check:
	@tools/format.sh check

clean:
	rm -rf build
