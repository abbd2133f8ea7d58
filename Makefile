# crik: the commands of CONTRIBUTING.md. Everything that is missing is installed by the targets themselves.
SHELL := /bin/bash
CRIK := artifacts/crik
SERVER := artifacts/node-state-server
KUBECTL := artifacts/kubectl-crik
OPERATOR := artifacts/crik-operator
AGENT := artifacts/crik-node-agent
RENDER := artifacts/render-chart
CHART := charts/node-state-server
RUNTIMES = $(if $(RUNTIME),CRIK_CLUSTER_RUNTIMES="$(RUNTIME)")

.PHONY: crik bundle node-state-server kubectl-crik crik-operator crik-node-agent demo demo-cluster chart test unit-test system-test compression-test chart-test cluster cluster-test recipes node-agent-kills migration-moves migration-kills cluster-stop matrix faults restores large bench bench-golden bench-store bench-image bench-server bench-server-real bench-migrate bench-migrations format clean

## crik: the native binary, artifacts/crik, and what it costs
crik: $(CRIK)
	@build/cost.sh

$(CRIK): $(shell find src/Crik.Cli src/Crik.Contracts -name '*.cs' -not -path '*/obj/*') $(wildcard src/Crik.Cli/Native/*.* src/Crik.Cli/Native/Linked/*) $(wildcard src/Crik.Cli/NotUsed*.xml) src/Crik.Cli/Crik.Cli.csproj Directory.Build.props Directory.Packages.props global.json
	build/publish.sh src/Crik.Cli/Crik.Cli.csproj artifacts/native/crik
	install -m755 artifacts/native/crik/crik $@

## bundle: crik, criu and their libraries for any image: artifacts/bundle, bundle.tar.gz, bundle-image.tar (docs/bundle.md)
bundle: $(CRIK)
	@build/bundle/bundle.sh $(CRIK) artifacts/bundle

## node-state-server: the native binary, artifacts/node-state-server
node-state-server: $(SERVER)
	@stat -c 'size:    %s bytes' $(SERVER)

$(SERVER): $(shell find src/Crik.NodeStateServer src/Crik.Hosting src/Crik.Kubernetes src/Crik.Contracts -name '*.cs' -not -path '*/obj/*') src/Crik.NodeStateServer/Crik.NodeStateServer.csproj src/Crik.Hosting/Crik.Hosting.csproj src/Crik.Kubernetes/Crik.Kubernetes.csproj Directory.Build.props Directory.Packages.props global.json
	build/publish.sh src/Crik.NodeStateServer/Crik.NodeStateServer.csproj artifacts/native/node-state-server
	install -m755 artifacts/native/node-state-server/node-state-server $@

## kubectl-crik: the native plugin of kubectl, artifacts/kubectl-crik
kubectl-crik: $(KUBECTL)
	@stat -c 'size:    %s bytes' $(KUBECTL)

$(KUBECTL): $(shell find src/Crik.Kubectl src/Crik.Kubernetes src/Crik.Pods src/Crik.Registry -name '*.cs' -not -path '*/obj/*') src/Crik.Kubectl/Crik.Kubectl.csproj src/Crik.Kubernetes/Crik.Kubernetes.csproj src/Crik.Pods/Crik.Pods.csproj src/Crik.Registry/Crik.Registry.csproj src/Crik.Kubectl/kubectl_complete-crik docs/configuration.schema.json Directory.Build.props Directory.Packages.props global.json
	build/publish.sh src/Crik.Kubectl/Crik.Kubectl.csproj artifacts/native/kubectl-crik
	install -m755 src/Crik.Kubectl/kubectl_complete-crik artifacts/kubectl_complete-crik
	install -m755 artifacts/native/kubectl-crik/kubectl-crik $@

## crik-operator: the native operator, artifacts/crik-operator
crik-operator: $(OPERATOR)
	@stat -c 'size:    %s bytes' $(OPERATOR)

$(OPERATOR): $(shell find src/Crik.Operator src/Crik.Contracts src/Crik.Hosting src/Crik.Kubernetes src/Crik.Pods src/Crik.Registry -name '*.cs' -not -path '*/obj/*') src/Crik.Operator/Crik.Operator.csproj src/Crik.Hosting/Crik.Hosting.csproj src/Crik.Kubernetes/Crik.Kubernetes.csproj src/Crik.Pods/Crik.Pods.csproj src/Crik.Registry/Crik.Registry.csproj docs/configuration.schema.json Directory.Build.props Directory.Packages.props global.json
	build/publish.sh src/Crik.Operator/Crik.Operator.csproj artifacts/native/crik-operator
	install -m755 artifacts/native/crik-operator/crik-operator $@

## crik-node-agent: the native node agent, artifacts/crik-node-agent
crik-node-agent: $(AGENT)
	@stat -c 'size:    %s bytes' $(AGENT)

$(AGENT): $(shell find src/Crik.NodeAgent src/Crik.Contracts src/Crik.Hosting src/Crik.Images src/Crik.Kubernetes src/Crik.Pods src/Crik.Registry -name '*.cs' -not -path '*/obj/*') src/Crik.NodeAgent/Crik.NodeAgent.csproj src/Crik.Contracts/Crik.Contracts.csproj src/Crik.Hosting/Crik.Hosting.csproj src/Crik.Images/Crik.Images.csproj src/Crik.Kubernetes/Crik.Kubernetes.csproj src/Crik.Pods/Crik.Pods.csproj src/Crik.Registry/Crik.Registry.csproj Directory.Build.props Directory.Packages.props global.json
	build/publish.sh src/Crik.NodeAgent/Crik.NodeAgent.csproj artifacts/native/crik-node-agent
	install -m755 artifacts/native/crik-node-agent/crik-node-agent $@

## demo: a counter that lives through three pods (LEVEL=basic|full|privileged|nonroot)
demo:
	@build/install.sh
	@$(MAKE) --no-print-directory $(CRIK)
	@tests/lab/demo.sh

## demo-cluster: a label, a drain, and the program goes on elsewhere, on the cluster below
demo-cluster:
	@build/install.sh
	@$(MAKE) --no-print-directory bundle $(SERVER) $(OPERATOR) $(AGENT) $(RENDER)
	@$(RUNTIMES) tests/lab/demo-cluster.sh

## chart: the objects of a chart, for kubectl apply -f - (CHART=charts/crik ARGS="--release crik --namespace crik --set replicas=3"; node-state-server without CHART)
chart: $(RENDER)
	@$(RENDER) $(ARGS) $(CHART)

$(RENDER): $(wildcard tests/lab/chart/*)
	@tests/lab/chart/build.sh $@

## test: unit tests, the chart, then the binary in real containers
test:
	@build/install.sh
	@$(MAKE) --no-print-directory bundle $(SERVER) $(RENDER)
	@for suite in experimental trixie bookworm static musl; do tests/lab/rootfs.sh $$suite; done
	@tests/lab/test.sh Crik.slnx

unit-test:
	@tests/lab/test.sh tests/Crik.Cli.Tests
	@tests/lab/test.sh tests/Crik.Hosting.Tests
	@tests/lab/test.sh tests/Crik.Images.Tests
	@tests/lab/test.sh tests/Crik.Kubectl.Tests
	@tests/lab/test.sh tests/Crik.Kubernetes.Tests
	@tests/lab/test.sh tests/Crik.NodeStateServer.Tests
	@tests/lab/test.sh tests/Crik.NodeAgent.Tests
	@tests/lab/test.sh tests/Crik.Operator.Tests
	@tests/lab/test.sh tests/Crik.Pods.Tests
	@tests/lab/test.sh tests/Crik.Registry.Tests

system-test: bundle
	@tests/lab/test.sh tests/Crik.SystemTests

## compression-test: with a criu that has LZ4: CRIK_LZ4_CRIU=FILE, or compiled from Debian's source, once
compression-test:
	@build/install.sh
	@$(MAKE) --no-print-directory $(CRIK)
	@tests/lab/compression-test.sh

## bench-golden: a warmed-up server as a checkpoint: cold start against restore, alone and many at once (REPLICAS=20 ROUNDS=5)
bench-golden: $(CRIK)
	@build/install.sh
	@python3 bench/golden.py --replicas $(or $(REPLICAS),20) --rounds $(or $(ROUNDS),5)

## bench-store: many generations, many additional files
bench-store: $(CRIK)
	@build/install.sh
	@python3 bench/store.py

## bench-image: from a checkpoint archive of 2 GiB to an image in a registry, beside buildah (MIB=2048, DIRECTORY=/var/tmp)
bench-image:
	@build/install.sh
	@build/publish.sh bench/ImageBench/ImageBench.csproj artifacts/native/image-bench
	@MIB=$(or $(MIB),2048) DIRECTORY=$(or $(DIRECTORY),/var/tmp) bench/image.sh artifacts/native/image-bench/ImageBench

## bench-migrate: how long a pod is away while it moves to another node, beside deleting it and starting afresh (SIZES=10,256,2048 in MiB, ROUNDS=5)
bench-migrate:
	@build/install.sh
	@$(MAKE) --no-print-directory bundle $(SERVER) $(OPERATOR) $(AGENT) $(RENDER)
	@python3 bench/migrate.py $(if $(SIZES),--sizes $(SIZES)) $(if $(ROUNDS),--rounds $(ROUNDS))

## bench-server: the node-state server with 1,000, 5,000 and 15,000 Nodes (NODES="…"), on a core of its own where there are two, and beside slow readers
bench-server: $(SERVER)
	@dotnet build bench/NodeStateServerBench -c Release --nologo -v quiet
	@bench/node-state-server.sh $(SERVER) $(NODES)
	@bench/node-state-server.sh slow $(SERVER)

## bench-server-real: the same questions to a real API server with 1,000 Nodes (NODES=…)
bench-server-real: $(SERVER)
	@dotnet build bench/NodeStateServerBench -c Release --nologo -v quiet
	@bench/node-state-server-real.sh $(SERVER) $(NODES)

## bench-migrations: what moving pods costs the operator and the API server, at a stand-in for that (MOVES=1000, OPEN=50 at a time)
bench-migrations: $(OPERATOR)
	@dotnet build bench/MigrationBench -c Release --nologo -v quiet
	@bench/migrations.sh $(OPERATOR) $(or $(MOVES),1000) $(or $(OPEN),50)

## bench: what crik costs beside tini and criu alone (QUICK=1: fewer and smaller cases, OPTIONS: see bench/bench.py)
bench:
	@build/install.sh
	@command -v tini >/dev/null || apt-get install -y -qq tini >/dev/null
	@$(MAKE) --no-print-directory bundle
	@tests/lab/rootfs.sh experimental
	@python3 bench/bench.py $(if $(QUICK),--quick) $(OPTIONS)

## large: very large programs, each once, beside criu alone: processes, threads, open files, mappings, memory
large:
	@build/install.sh
	@$(MAKE) --no-print-directory $(CRIK)
	@tests/lab/rootfs.sh experimental
	@python3 bench/bench.py --large $(OPTIONS)

## cluster: a real Kubernetes of two nodes (CRIK_CLUSTER_NODES=3: of three; CRIK_KUBERNETES=DIR: its programs, which are downloaded otherwise; RUNTIME as below)
cluster:
	@$(RUNTIMES) tests/lab/kubernetes/cluster.sh start

## cluster-test: the chart, the server and pods on that cluster, which is stopped again (RUNTIME=containerd|crio|"containerd crio"; without it nodes keep theirs)
cluster-test:
	@build/install.sh
	@$(MAKE) --no-print-directory bundle $(SERVER) $(KUBECTL) $(OPERATOR) $(AGENT) $(RENDER)
	@$(RUNTIMES) tests/lab/cluster-test.sh

## recipes: docs/recipes.md on that cluster, also PyTorch and Jupyter, whose images have gigabytes
recipes:
	@build/install.sh
	@$(MAKE) --no-print-directory $(CRIK) $(SERVER) $(RENDER)
	@$(RUNTIMES) tests/lab/cluster-test.sh FullyQualifiedName~RecipeTests

## node-agent-kills: the agent, the registry and the API server are killed while checkpoints become images (KILLS=200 SEED=)
node-agent-kills:
	@build/install.sh
	@$(MAKE) --no-print-directory bundle $(SERVER) $(OPERATOR) $(AGENT) $(KUBECTL) $(RENDER)
	@$(RUNTIMES) CRIK_KILLS=$(or $(KILLS),200) $(if $(SEED),CRIK_SEED=$(SEED)) tests/lab/cluster-test.sh FullyQualifiedName~NodeAgentKillTests

## migration-moves: pods of every kind of owner move from node to node while a client counts (MOVES=20; CRIK_CLUSTER_NODES=3: on three nodes)
migration-moves:
	@build/install.sh
	@$(MAKE) --no-print-directory bundle $(SERVER) $(OPERATOR) $(AGENT) $(KUBECTL) $(RENDER)
	@$(RUNTIMES) CRIK_MOVES=$(or $(MOVES),20) tests/lab/cluster-test.sh FullyQualifiedName~MigrationTests

## migration-kills: operator, API server, nodes and webhook are killed while ten pods move at a time (KILLS=300: so many moves, SEED=)
migration-kills:
	@build/install.sh
	@$(MAKE) --no-print-directory bundle $(SERVER) $(OPERATOR) $(AGENT) $(KUBECTL) $(RENDER)
	@$(RUNTIMES) CRIK_KILLS=$(or $(KILLS),300) $(if $(SEED),CRIK_SEED=$(SEED)) tests/lab/cluster-test.sh FullyQualifiedName~MigrationKillTests

cluster-stop:
	@tests/lab/kubernetes/cluster.sh stop

chart-test: $(RENDER)
	@tests/lab/test.sh tests/Crik.ChartTests

## matrix: which programs survive their pods (ONLY=redis,go LIGHT=1 CYCLES=2 CRIU=trixie)
matrix:
	@build/install.sh
	@$(MAKE) --no-print-directory $(CRIK)
	@tests/lab/matrix/run.py $(if $(ONLY),--only $(ONLY)) $(if $(LIGHT),--light) $(if $(CYCLES),--cycles $(CYCLES)) $(if $(CRIU),--criu $(CRIU))

## faults: SIGKILL and other mishaps at every instant of checkpoint and restore (MINUTES=10 COUNT=0 SEED= ONLY=)
faults:
	@build/install.sh
	@$(MAKE) --no-print-directory $(CRIK)
	@tests/lab/faults/faults.py $(if $(MINUTES),--minutes $(MINUTES)) $(if $(COUNT),--count $(COUNT)) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only "$(ONLY)")

## restores: many restores of processes that wait for each other (COUNT=200 LEVEL=basic|full|nonroot METHOD=fork|forkserver|spawn)
restores:
	@build/install.sh
	@$(MAKE) --no-print-directory $(CRIK)
	@tests/lab/restores.py $(if $(COUNT),--count $(COUNT)) $(if $(LEVEL),--level $(LEVEL)) $(if $(METHOD),--method $(METHOD))

## format: what CI looks at
format:
	dotnet format Crik.slnx --verify-no-changes

clean:
	rm -rf artifacts
