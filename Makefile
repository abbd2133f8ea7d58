# crik: the commands of CONTRIBUTING.md. Everything that is missing is installed by the targets themselves.
SHELL := /bin/bash
CRIK := artifacts/crik
SERVER := artifacts/node-state-server

.PHONY: crik node-state-server demo test unit-test system-test bench-server format clean

## crik: the native binary, artifacts/crik, and what it costs
crik: $(CRIK)
	@tests/lab/cost.sh

$(CRIK): $(shell find src/Crik.Cli -name '*.cs' -not -path '*/obj/*') src/Crik.Cli/Crik.Cli.csproj Directory.Build.props Directory.Packages.props global.json
	tests/lab/publish.sh src/Crik.Cli/Crik.Cli.csproj artifacts/native/crik
	install -m755 artifacts/native/crik/crik $@

## node-state-server: the native binary, artifacts/node-state-server
node-state-server: $(SERVER)
	@stat -c 'size:    %s bytes' $(SERVER)

$(SERVER): $(shell find src/Crik.NodeStateServer src/Crik.Contracts -name '*.cs' -not -path '*/obj/*') src/Crik.NodeStateServer/Crik.NodeStateServer.csproj Directory.Build.props Directory.Packages.props global.json
	tests/lab/publish.sh src/Crik.NodeStateServer/Crik.NodeStateServer.csproj artifacts/native/node-state-server
	install -m755 artifacts/native/node-state-server/node-state-server $@

## demo: a counter that lives through three pods (LEVEL=basic|full|privileged|nonroot)
demo:
	@tests/lab/install.sh
	@$(MAKE) --no-print-directory $(CRIK)
	@tests/lab/demo.sh

## test: unit tests, then the binary in real containers
test:
	@tests/lab/install.sh
	@$(MAKE) --no-print-directory $(CRIK) $(SERVER)
	@tests/lab/rootfs.sh experimental
	@tests/lab/test.sh Crik.slnx

unit-test:
	@tests/lab/test.sh tests/Crik.Cli.Tests
	@tests/lab/test.sh tests/Crik.NodeStateServer.Tests

system-test: $(CRIK)
	@tests/lab/test.sh tests/Crik.SystemTests

## bench-server: the node-state server with 1,000, 5,000 and 15,000 Nodes (NODES="…"), on a core of its own where there are two
bench-server: $(SERVER)
	@dotnet build bench/NodeStateServerBench -c Release --nologo -v quiet
	@bench/node-state-server.sh $(SERVER) $(NODES)

## format: what CI looks at
format:
	dotnet format Crik.slnx --verify-no-changes

clean:
	rm -rf artifacts
