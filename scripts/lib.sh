# shellcheck shell=bash
# What the scripts share. Source it first: it goes to the top of the repository and knows how to get
# what is missing. Nothing is printed while nothing is missing.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# One optimiser run can hang for good; a build that takes longer than this has.
build_limit=${PORTICO_BUILD_LIMIT:-2400}

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Prints those of the packages named that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      printf '%s\n' "$package"
  done
}

# Runs a command as root, or fails with one line that says what was to be done.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    sudo "$@"
  else
    return 77
  fi
}

# A package that brings a server must not start it: it would take the ports of whoever runs this.
# dpkg asks policy-rc.d; one that is there already is left to decide.
without_starting_services() {
  local policy=/usr/sbin/policy-rc.d status=0
  if [ -e "$policy" ]; then
    "$@"
    return
  fi
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
  "$@" || status=$?
  as_root rm -f "$policy"
  return "$status"
}

# Installs those of the Debian packages named that are missing.
need_packages() {
  command -v dpkg-query >/dev/null || return 0 # Not Debian: the build says what it misses.
  local missing log=.build/logs/apt.log
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  as_root true || fail "please install: ${missing[*]} (not root, and no sudo to do it)"
  printf 'installing: %s\n' "${missing[*]}"
  mkdir -p "$(dirname "$log")"
  if ! { as_root apt-get -q update && without_starting_services as_root \
    env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
    install --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    fail "could not install: ${missing[*]}"
  fi
}

# need_command nginx nginx-light: the package is installed only if nobody provides the command.
need_command() {
  PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null || need_packages "$2"
}

# Finds a Swift toolchain that is new enough, or says so in one line.
need_toolchain() {
  local directory version major minor
  if ! command -v swift >/dev/null; then # sudo, for one, forgets PATH.
    for directory in "$HOME/.local/share/swiftly/bin" /opt/swift/usr/bin /usr/local/swift/usr/bin; do
      [ ! -x "$directory/swift" ] || { PATH=$directory:$PATH && break; }
    done
  fi
  command -v swift >/dev/null ||
    fail 'no Swift toolchain found; Portico needs Swift 6.3 or newer (https://swift.org/install)'
  # A toolchain that was unpacked, not installed, brings none of the libraries that it is linked with.
  swift build --version >/dev/null 2>&1 ||
    need_packages libcurl4 libncurses6 libsqlite3-0 libxml2
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
  IFS=. read -r major minor _ <<<"${version:-0.0}"
  [ "$major" -gt 6 ] || { [ "$major" = 6 ] && [ "${minor:-0}" -ge 3 ]; } ||
    fail "Swift ${version:-of an unknown version} is too old; Portico needs 6.3 or newer (https://swift.org/install)"
}

# A toolchain, and what SwiftPM, the linker and the system libraries need on Debian.
need_build_tools() {
  need_toolchain
  need_packages binutils ca-certificates g++ git libc-ares-dev libssl-dev pkg-config zlib1g-dev
}

# Runs a command of Swift's with a place of its own for temporary files: its driver leaves some behind.
with_temporary_files() {
  local directory status=0
  directory=$(mktemp -d)
  TMPDIR=$directory "$@" || status=$?
  rm -rf "$directory"
  return "$status"
}

# The release executable, linked with the Swift runtime inside. What requests need lies side by side in it
# (docs/internals.md, "Why functions are laid out by a list").
build_release() {
  with_temporary_files timeout "$build_limit" swift build -c release --static-swift-stdlib \
    --product portico -Xswiftc -Xfrontend -Xswiftc -function-sections -Xswiftc -use-ld=lld \
    -Xlinker --symbol-ordering-file=Benchmarks/Layout/hot-functions.txt -Xlinker --no-warn-symbol-ordering
}

# A virtual environment in .build/venv with exactly what requirements.txt pins.
need_python() {
  local requirements=Tests/EndToEnd/requirements.txt stamp=.build/venv/stamp python=python3
  python3 -c 'import venv, ensurepip' 2>/dev/null || {
    need_packages python3 python3-venv
    python=/usr/bin/python3
  }
  if ! cmp -s "$requirements" "$stamp" || ! .build/venv/bin/python -c pass 2>/dev/null; then
    mkdir -p .build/logs
    printf 'installing into .build/venv: %s\n' \
      "$(sed -n 's/==.*//p' "$requirements" | tr '\n' ' ')"
    { "$python" -m venv --clear .build/venv &&
      .build/venv/bin/python -m pip install --quiet --disable-pip-version-check \
        -r "$requirements"; } >.build/logs/pip.log 2>&1 </dev/null || {
      tail -n 20 .build/logs/pip.log >&2
      fail "could not install $requirements"
    }
    cp "$requirements" "$stamp"
  fi
}
