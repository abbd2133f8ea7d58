# crik: the commands of CONTRIBUTING.md. Everything that is missing is installed by the targets themselves.
SHELL := /bin/bash
CRIK := artifacts/crik

.PHONY: crik demo test unit-test system-test matrix format clean

## crik: the native binary, artifacts/crik, and what it costs
crik: $(CRIK)
	@tests/lab/cost.sh

$(CRIK): $(shell find src/Crik.Cli -name '*.cs' -not -path '*/obj/*') src/Crik.Cli/Crik.Cli.csproj Directory.Build.props Directory.Packages.props global.json
	tests/lab/publish.sh src/Crik.Cli/Crik.Cli.csproj artifacts/native/crik
	install -m755 artifacts/native/crik/crik $@

## demo: a counter that lives through three pods (LEVEL=basic|full|privileged|nonroot)
demo:
	@tests/lab/install.sh
	@$(MAKE) --no-print-directory $(CRIK)
	@tests/lab/demo.sh

## test: unit tests, then the binary in real containers
test:
	@tests/lab/install.sh
	@$(MAKE) --no-print-directory $(CRIK)
	@tests/lab/rootfs.sh experimental
	@tests/lab/test.sh Crik.slnx

unit-test:
	@tests/lab/test.sh tests/Crik.Cli.Tests

system-test: $(CRIK)
	@tests/lab/test.sh tests/Crik.SystemTests

## matrix: which programs survive their pods (ONLY=redis,go CYCLES=2)
matrix:
	@tests/lab/install.sh
	@$(MAKE) --no-print-directory $(CRIK)
	@tests/lab/matrix/run.py $(if $(ONLY),--only $(ONLY)) $(if $(CYCLES),--cycles $(CYCLES))

## format: what CI looks at
format:
	dotnet format Crik.slnx --verify-no-changes

clean:
	rm -rf artifacts
