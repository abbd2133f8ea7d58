# packages.sh: Debian's packages, from a mirror that may change or fail in between: what fails is tried again.
# shellcheck shell=bash

again() { # again COMMAND...: at most three times
  local try
  for try in 1 2; do
    "$@" && return
    echo "$1 failed; once more" >&2
    sleep $((try * 5))
  done
  "$@"
}

install_packages() { # install_packages PACKAGE...
  echo "installing $*" >&2
  again apt-get update -qq -o DPkg::Lock::Timeout=300
  DEBIAN_FRONTEND=noninteractive again apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >/dev/null
}
