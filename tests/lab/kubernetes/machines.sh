# machines.sh: functions for the machines of the cluster. A machine is a set of namespaces with its own root file
# system, network and cgroup. Its first process is `pause`. When that process is killed, the kernel ends all others, and
# mounts and network end with the last one. A process belongs to a machine when it is in the machine's cgroup. No file
# records that, so it stays true when a script is interrupted.
# shellcheck shell=bash

hierarchies() { awk '$3 == "cgroup" {print $2}' /proc/mounts; }
MEMBERS=$(awk '$3 == "cgroup" && $4 ~ /(^|,)pids(,|$)/ {print $2; exit}' /proc/mounts)/$CGROUP

make_cgroups() { # make_cgroups MACHINE
  local hierarchy parent file
  for hierarchy in $(hierarchies); do
    mkdir -p "$hierarchy/$CGROUP/$1"
    for file in cpuset.cpus cpuset.mems; do       # they are empty in a new cgroup, and then no process may enter it
      [ -e "$hierarchy/$file" ] || continue
      for parent in "$CGROUP" "$CGROUP/$1"; do cat "$hierarchy/$file" >"$hierarchy/$parent/$file"; done
    done
  done
}

remove_cgroups() { # remove_cgroups PATH: removes the cgroups at PATH and below it in every hierarchy
  local hierarchy left=0
  for hierarchy in $(hierarchies); do
    [ ! -d "$hierarchy/$1" ] || find "$hierarchy/$1" -depth -type d -exec rmdir {} + || left=1
  done
  return $left
}

enter_cgroup() { # enter_cgroup MACHINE: moves the calling subshell into the cgroup; the caller must be a subshell
  local hierarchy
  for hierarchy in $(hierarchies); do echo "$BASHPID" >"$hierarchy/$CGROUP/$1/cgroup.procs"; done
}

processes() { # processes [MACHINE]: prints the pids of all processes, including those in pods
  [ ! -d "$MEMBERS/${1:-}" ] || find "$MEMBERS/${1:-}" -name cgroup.procs -exec cat {} +
}

first_process() { # first_process MACHINE: prints the pid of the process that is PID 1 in it; fails if there is none
  # grep fails if another process has ended in the meantime, even if it has found the right one.
  [ -d "$MEMBERS/$1" ] &&
    sed 's|.*|/proc/&/status|' "$MEMBERS/$1/cgroup.procs" | { xargs -r grep -lsE '^NSpid:\s+[0-9]+\s+1$' || true; } | cut -d/ -f3 | grep .
}

is_booted() { # is_booted MACHINE: succeeds when machine-init.sh is done
  local pid; pid=$(first_process "$1") && [[ $(readlink "/proc/$pid/exe") == */pause ]]
}

# A machine is up when its network is set up too. The mark is on a file system that ends with the machine.
mark_up() { touch "/proc/$(first_process "$1")/root/run/up"; }
is_up() { local pid; pid=$(first_process "$1") && [ -e "/proc/$pid/root/run/up" ]; }

boot() { # boot MACHINE
  make_cgroups "$1"
  mkdir -p "$STATE/$1"/{upper,work,root,disk,log,config}
  (enter_cgroup "$1"; exec setsid unshare --mount --pid --net --ipc --uts --fork --kill-child ./machine-init.sh "$1") \
    >"$STATE/$1/log/boot.log" 2>&1 </dev/null 8>&- &
  wait_until 120 "$STATE/$1/log/boot.log" is_booted "$1"
}

halt() { # halt [MACHINE]: ends it at once, as a power failure does; without MACHINE, ends all machines
  local pids tries=0 hierarchy
  while pids=$(processes "${1:-}"); [ -n "$pids" ]; do
    [ $((tries += 1)) -lt 300 ] || die "these processes do not end after SIGKILL: $pids"
    # shellcheck disable=SC2086
    kill -KILL $pids 2>/dev/null || true
    for hierarchy in $(hierarchies); do           # SIGKILL does not end a frozen process
      find "$hierarchy/$CGROUP/${1:-}" -name freezer.state -exec sh -c 'echo THAWED >"$0"' {} \; 2>/dev/null || true
    done
    sleep 0.1
  done
  wait_until 60 /dev/null remove_cgroups "$CGROUP/${1:-}"
}

inside() { # inside MACHINE COMMAND...: runs COMMAND in the machine
  local machine=$1 pid; shift
  pid=$(first_process "$machine") || die "$machine is not running"
  (enter_cgroup "$machine"; exec nsenter --target "$pid" --mount --pid --net --ipc --uts --root --wd -- \
    env -i HOME=/root CONTAINERD_SUPPRESS_DEPRECATION_WARNINGS=1 PATH=/opt/kubernetes:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@") 8>&-
}

program() { # program MACHINE NAME: prints the pids of its processes that run the program NAME; fails if there is none
  local pid found=1
  while read -r pid; do
    if [[ $(readlink "/proc/$pid/exe") == */"$2" ]]; then echo "$pid"; found=0; fi
  done <"$MEMBERS/$1/cgroup.procs"
  return $found
}

# start_program MACHINE NAME ARGUMENTS...: starts a program in the background, if it does not run. `pause` becomes its
# parent. The time of /run/NAME.started is that of the start. The output is in /var/log/NAME.log.
start_program() {
  local machine=$1 name=$2; shift 2
  ! program "$machine" "$name" >/dev/null || return 0
  # shellcheck disable=SC2016
  inside "$machine" setsid sh -c 'touch "/run/$1.started"; "$@" >>"/var/log/$1.log" 2>&1 </dev/null &' - "$name" "$@"
}

network_of() { # network_of MACHINE COMMAND...: runs a command of the host in the network of a machine
  local pid; pid=$(first_process "$1") || die "$1 is not running"
  shift; nsenter --target "$pid" --net -- "$@"
}
