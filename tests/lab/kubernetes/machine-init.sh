#!/bin/bash
# machine-init.sh MACHINE: the first process of a machine, in its new namespaces: makes its root file system and becomes `pause`.
set -euo pipefail
cd "$(dirname "$0")"; . ./settings.sh; . ./machines.sh
name=$1 own=$STATE/$1
root=$own/root
mount -t overlay machine -o "lowerdir=$NODE_ROOT,upperdir=$own/upper,workdir=$own/work" "$root"
# overlayfs cannot lie on overlayfs: what containerd and etcd keep is on the disk below
bring() { mkdir -p "$root$2"; mount --bind "$1" "$root$2"; } # bring DIR OF_THE_HOST AS
mkdir -p "$own"/disk/{containerd,kubelet,etcd}
bring "$own/disk/containerd" /var/lib/containerd
bring "$own/disk/kubelet" /var/lib/kubelet
bring "$own/disk/etcd" /var/lib/etcd
bring "$own/log" /var/log
bring "$own/config" /config
bring "$STATE/shared" /shared
bring "$PROGRAMS" /opt/kubernetes
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs run "$root/run"
mkdir -p "$root/var/lib/cni"; mount -t tmpfs cni "$root/var/lib/cni"   # the addresses given to pods: none after a boot
mount -t tmpfs cgroup "$root/sys/fs/cgroup"
for hierarchy in $(hierarchies); do bring "$hierarchy" "$hierarchy"; done
# What a kubelet would change for the whole host, it finds changed: files that say so lie over the real ones.
pretend() {
  local file=$root/run/sysctl/${1//\//.}
  mkdir -p "${file%/*}"; echo "$2" >"$file"; mount --bind "$file" "$root/proc/sys/$1"
}
pretend vm/overcommit_memory 1
pretend vm/panic_on_oom 0
pretend kernel/panic 10
pretend kernel/panic_on_oops 1
pretend kernel/keys/root_maxkeys 1000000
pretend kernel/keys/root_maxbytes 25000000
pretend kernel/random/boot_id "$(cat /proc/sys/kernel/random/uuid)"     # a kubelet tells by it that its node was booted
md5sum <<<"$name" | cut -c-32 >"$root/etc/machine-id"
echo "# there is no name server" >"$root/etc/resolv.conf"
echo "$name" >"$root/etc/hostname"
{ echo "127.0.0.1 localhost"; for node in $NODES; do echo "$(node_ip "$node") $node"; done; echo "$CONTROL_IP control"; } >"$root/etc/hosts"
hostname "$name"
cd "$root"; mkdir -p host; pivot_root . host; cd /
umount --lazy /host
mount --make-rshared /                        # so that what a pod mounts can be seen by others, if it asks for that
exec /opt/kubernetes/pause
