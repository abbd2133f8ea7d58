# runtimes.sh: functions for the container runtime of a node, which is containerd or CRI-O.
# shellcheck shell=bash

runtime_of() { cat "$STATE/$1/runtime" 2>/dev/null || echo containerd; } # runtime_of NODE: prints containerd or crio

# wanted_runtime NODE: prints the runtime that the node should have. One runtime in CRIK_CLUSTER_RUNTIMES is that of all
# nodes. Without the variable a node keeps what it has.
wanted_runtime() {
  local runtimes
  read -ra runtimes <<<"${CRIK_CLUSTER_RUNTIMES:-$(runtime_of "$1")}"
  echo "${runtimes[${1#node-} - 1]:-${runtimes[0]}}"
}

# Gives each node of a stopped cluster the runtime that it should have. A node that gets another one becomes a new
# machine with the old name.
change_runtimes() {
  local node runtime
  for node in $NODES; do
    runtime=$(wanted_runtime "$node")
    case $runtime in containerd | crio) ;; *) die "there is no runtime '$runtime'; use containerd or crio" ;; esac
    [ "$(runtime_of "$node")" != "$runtime" ] || continue
    rm -rf --one-file-system "${STATE:?}/$node"
    mkdir -p "$STATE/$node"; echo "$runtime" >"$STATE/$node/runtime"
  done
}

keep_runtimes() { # fails if a node of the running cluster does not have the runtime that it should have
  local node
  for node in $NODES; do
    [ "$(wanted_runtime "$node")" = "$(runtime_of "$node")" ] ||
      die "$node runs $(runtime_of "$node"); run cluster.sh stop before you start it with another runtime"
  done
}

runtime_socket() { # runtime_socket NODE
  case $(runtime_of "$1") in containerd) echo /run/containerd/containerd.sock ;; crio) echo /run/crio/crio.sock ;; esac
}

start_runtime() { # start_runtime NODE: starts the runtime, if it does not run, and waits until it answers
  case $(runtime_of "$1") in
    containerd)
      start_program "$1" containerd --config /config/containerd.toml
      wait_until 120 "$STATE/$1/log/containerd.log" inside "$1" ctr version ;;
    crio)
      start_program "$1" crio --config /config/crio.conf --config-dir ''
      wait_until 120 "$STATE/$1/log/crio.log" inside "$1" curl --fail --unix-socket /run/crio/crio.sock http://crio/info ;;
  esac
}

load_image() { # load_image NODE FILE
  local log=$STATE/$1/log/load.log
  take_image "$1" "$2" >"$log" 2>&1 ||
    { tail "$log" >&2; die "the image $2 could not be loaded into $1; above is the end of $log"; }
}

take_image() { # take_image NODE FILE: fails if the runtime does not take the image
  local name
  case $(runtime_of "$1") in
    containerd) inside "$1" ctr --namespace k8s.io images import - <"$2" ;;
    crio)
      inside "$1" sh -c 'cat >/run/image.tar' <"$2" # skopeo cannot read an OCI archive from a pipe
      for name in $(image_names "$2"); do
        inside "$1" skopeo copy --quiet "$(image_format "$2"):/run/image.tar" "containers-storage:$name" || return
      done
      inside "$1" rm /run/image.tar ;;
  esac
}

image_format() { # image_format FILE: prints the format that skopeo knows it by
  if tar -tf "$1" manifest.json >/dev/null 2>&1; then echo docker-archive; else echo oci-archive; fi
}

image_names() { # image_names FILE: prints the names of an image of make-image.sh, or of an OCI archive
  if [ "$(image_format "$1")" = docker-archive ]; then
    tar -xOf "$1" manifest.json | python3 -c 'import json, sys; print("\n".join(json.load(sys.stdin)[0]["RepoTags"]))'
  else
    tar -xOf "$1" index.json |
      python3 -c 'import json, sys; print(json.load(sys.stdin)["manifests"][0]["annotations"]["io.containerd.image.name"])'
  fi
}

# kill_container NODE ID: ends the processes of a container at once, without its runtime.
kill_container() {
  local processes
  processes=$(find "$MEMBERS/$1" -path "*$2*" -name cgroup.procs -exec cat {} +)
  [ -n "$processes" ] || die "$1 has no processes of the container $2"
  # shellcheck disable=SC2086
  kill -KILL $processes
}

write_runtime_config() { # write_runtime_config NODE
  case $(runtime_of "$1") in
    containerd) write_containerd_config "$STATE/$1/config/containerd.toml" ;;
    crio)
      cp runc-here.sh "$STATE/$1/config/"
      write_crio_config "$STATE/$1/config/crio.conf" ;;
  esac
}

write_containerd_config() { # write_containerd_config FILE
  cat >"$1" <<C
version = 3
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "localhost/pause:1"
[plugins."io.containerd.cri.v1.runtime"]
  disable_apparmor = true
  restrict_oom_score_adj = true      # some hosts do not let root lower it
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["/usr/lib/cni"]
    conf_dir = "/config/network"
C
}

write_crio_config() { # write_crio_config FILE
  cat >"$1" <<C
[crio]
storage_driver = "overlay"
[crio.api]
listen = "/run/crio/crio.sock"
[crio.runtime]
cgroup_manager = "cgroupfs"
conmon_cgroup = "pod"
pinns_path = "/opt/kubernetes/pinns"
apparmor_profile = "unconfined"
enable_criu_support = true
decryption_keys_path = "/config/keys"
drop_infra_ctr = false
default_runtime = "runc"
[crio.runtime.runtimes.runc]
runtime_path = "/config/runc-here.sh"
monitor_path = "/usr/bin/conmon"
monitor_cgroup = "pod"
[crio.checkpoint_restore]
container_level_enabled = "checkpoint_restore"
[crio.image]
pause_image = "localhost/pause:1"
pause_command = "/pause"
# There is no signature_policy here, because CRI-O refuses to restore a container when there is one.
[crio.network]
network_dir = "/config/network"
plugin_dirs = ["/usr/lib/cni"]
[crio.nri]
enable_nri = false
C
}
