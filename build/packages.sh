# packages.sh: functions that install Debian's packages. They try again, because a mirror may change or fail meanwhile.
# shellcheck shell=bash

again() { # again COMMAND...: runs it up to three times
  local try
  for try in 1 2; do
    "$@" && return
    echo "$1 failed; trying again" >&2
    sleep $((try * 5))
  done
  "$@"
}

install_packages() { # install_packages PACKAGE...
  echo "installing $*" >&2
  again apt-get update -qq -o DPkg::Lock::Timeout=300
  DEBIAN_FRONTEND=noninteractive again apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >/dev/null
}
