# crik: the commands of CONTRIBUTING.md. Everything that is missing is installed by the targets themselves.
SHELL := /bin/bash
CRIK := artifacts/crik

.PHONY: crik demo test unit-test system-test format bench clean

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

## bench: what crik costs beside tini and criu alone (QUICK=1: fewer and smaller cases, OPTIONS: see bench/bench.py)
bench:
	@tests/lab/install.sh
	@command -v tini >/dev/null || apt-get install -y -qq tini >/dev/null
	@$(MAKE) --no-print-directory $(CRIK)
	@tests/lab/rootfs.sh experimental
	@python3 bench/bench.py $(if $(QUICK),--quick) $(OPTIONS)

## format: what CI looks at
format:
	dotnet format Crik.slnx --verify-no-changes

clean:
	rm -rf artifacts
