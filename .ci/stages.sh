# stages.sh: functions that run the stages of CI, for .ci/run. The output of a stage goes into a file of its own and is
# shown while the run waits for that stage, so the outputs of stages that run at the same time do not mix. The first
# stage that fails ends the run with everything that it has started, as INT and TERM do. Every run ends with a table of
# its stages and the sum of their tests, in which a failure without a test counts as one.
# shellcheck shell=bash

logs=$(mktemp -d)
names=()                                  # of the stages, in the order of their starts
declare -A began=() took=() result=()     # by name: in seconds since the start of the run, in seconds, how it ended
declare -A running=()                     # by process id: the name
follower=                                 # the process that shows the output of a stage
trap end_run EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

stage() { start "$@"; finish "$1"; }      # stage NAME COMMAND...: runs a stage

start() { # start NAME COMMAND...: starts a stage in a process group of its own, so that all of it can be ended
  names+=("$1"); began[$1]=$SECONDS; : >"$logs/$1"
  set -m; "${@:2}" >"$logs/$1" 2>&1 </dev/null & set +m
  running[$!]=$1
}

finish() { # finish NAME...: shows the output of each stage until it has ended
  local name pid
  for name in "$@"; do
    echo "=== $name"
    if [ -n "${result[$name]:-}" ]; then
      cat "$logs/$name"
    else
      for pid in "${!running[@]}"; do [ "${running[$pid]}" != "$name" ] || follow "$name" "$pid"; done
      while [ -z "${result[$name]:-}" ]; do sleep 0.2; look "$name"; done
      wait "$follower"; follower=
    fi
    report "$name"
  done
}

report() { echo "=== $1: ${result[$1]} after $(minutes "${took[$1]}")"; }

follow() { tail --follow --lines=+1 --sleep-interval=0.2 --pid="$2" "$logs/$1" & follower=$!; } # follow NAME PID

look() { # look SHOWN: looks which stages have ended, and ends the run if one of them has failed
  local pid name code
  for pid in "${!running[@]}"; do
    ! kill -0 "$pid" 2>/dev/null || continue
    name=${running[$pid]} code=0
    wait "$pid" || code=$?
    unset "running[$pid]"
    took[$name]=$((SECONDS - began[$name])) result[$name]=passed
    [ $code != 0 ] || continue
    result[$name]="FAILED with $code"
    if [ "$name" = "$1" ]; then wait "$follower"; else echo "=== $name"; cat "$logs/$name"; fi
    report "$name"
    exit 1
  done
}

end_run() {
  local code=$? pid name
  set +e
  trap '' INT TERM
  end_stages
  [ -z "$follower" ] || wait "$follower"
  printf '\n%-34s %8s %8s\n' stage start time
  for name in "${names[@]}"; do
    printf '%-34s %8s %8s  %s\n' "$name" "$(minutes "${began[$name]}")" \
      "$(minutes "${took[$name]:-$((SECONDS - began[$name]))}")" "${result[$name]}"
  done
  printf '%-34s %8s %8s\n' all '' "$(minutes $SECONDS)"
  [ $code = 0 ] || echo "CI FAILED with $code"
  cat "$logs"/* | awk -v code=$code '/^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ {passed += $1; failed += $3; skipped += $5}
    END {if (code != 0 && failed == 0) failed = 1; printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped}'
  rm -rf "$logs"
}

# Ends all stages that run, after 90 s with SIGKILL. A stage may have to stop its cluster.
end_stages() {
  local pid tries=0
  for pid in "${!running[@]}"; do kill -TERM -- "-$pid"; result[${running[$pid]}]=ended; done
  for pid in "${!running[@]}"; do
    while has_processes "$pid"; do
      [ $((tries += 1)) -lt 900 ] || kill -KILL -- "-$pid"
      sleep 0.1
    done
  done 2>/dev/null
}

# has_processes GROUP: whether one runs. Not every first process of a container reaps those that have ended.
has_processes() { cat /proc/[0-9]*/stat | sed 's/.*) //' | awk -v group="$1" '$3 == group && $1 != "Z" {found = 1} END {exit !found}'; }

minutes() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }
