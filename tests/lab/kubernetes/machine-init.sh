#!/bin/bash
# machine-init.sh MACHINE: the first process of a machine, in its new namespaces. It sets up the root file system and
# then becomes `pause`.
set -euo pipefail
cd "$(dirname "$0")"; . ./settings.sh; . ./machines.sh
name=$1 own=$STATE/$1
root=$own/root
mount -t overlay machine -o "lowerdir=$NODE_ROOT,upperdir=$own/upper,workdir=$own/work" "$root"
# An overlayfs cannot have another overlayfs as its upper layer. So the data of the runtimes and etcd are on the host's disk.
bring() { mkdir -p "$root$2"; mount --bind "$1" "$root$2"; } # bring HOST_DIR DIR: mounts HOST_DIR at DIR of the machine
mkdir -p "$own"/disk/{containerd,containers,kubelet,etcd,registry}
bring "$own/disk/containerd" /var/lib/containerd
bring "$own/disk/containers" /var/lib/containers
bring "$own/disk/kubelet" /var/lib/kubelet
bring "$own/disk/etcd" /var/lib/etcd
bring "$own/disk/registry" /var/lib/docker-registry
bring "$own/log" /var/log
bring "$own/config" /config
bring "$STATE/shared" /shared
bring "$STATE/shared/volumes" "$VOLUMES"
bring "$PROGRAMS" /opt/kubernetes
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs run "$root/run"
# Pods with a user namespace may mount a proc only if the machine has one that nothing covers. Below, files of the other
# one are covered.
mkdir "$root/run/proc"; mount -t proc proc "$root/run/proc"
# This directory has the addresses of the pods. After a boot there are none.
mkdir -p "$root/var/lib/cni"; mount -t tmpfs cni "$root/var/lib/cni"
mount -t tmpfs cgroup "$root/sys/fs/cgroup"
for hierarchy in $(hierarchies); do bring "$hierarchy" "$hierarchy"; done
# A kubelet would change these settings for the whole host. Files with the values it wants are mounted over the real
# ones, so that it changes nothing.
pretend() { # pretend SETTING VALUE
  local file=$root/run/sysctl/${1//\//.}
  mkdir -p "${file%/*}"; echo "$2" >"$file"; mount --bind "$file" "$root/proc/sys/$1"
}
pretend vm/overcommit_memory 1
pretend vm/panic_on_oom 0
pretend kernel/panic 10
pretend kernel/panic_on_oops 1
pretend kernel/keys/root_maxkeys 1000000
pretend kernel/keys/root_maxbytes 25000000
pretend kernel/random/boot_id "$(cat /proc/sys/kernel/random/uuid)"     # a new id tells the kubelet of the boot
md5sum <<<"$name" | cut -c-32 >"$root/etc/machine-id"
echo "# there is no name server" >"$root/etc/resolv.conf"
echo "$name" >"$root/etc/hostname"
{ echo "127.0.0.1 localhost"; for node in $NODES; do echo "$(node_ip "$node") $node"; done; echo "$CONTROL_IP control $REGISTRY"; } >"$root/etc/hosts"
hostname "$name"
cp "$own/config/ca.crt" "$root/etc/ssl/certs/crik-lab.pem"    # so that a runtime trusts the registry
cd "$root"; mkdir -p host; pivot_root . host; cd /
umount --lazy /host
mount --make-rshared /                        # lets a pod share its mounts with others, if the pod asks for that
exec /opt/kubernetes/pause
