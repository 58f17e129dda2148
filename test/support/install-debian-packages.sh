#!/usr/bin/env bash
# Installs the Debian packages that a make target needs; where it may not, prints the command that would.
set -euo pipefail
target=$1
list=$(dirname "$0")/../debian-packages.txt
missing=()
architecture=$(dpkg --print-architecture)
for name in $(awk -v target="$target" '$1 !~ /^#/ && ($2 == target || $3 == target) { print $1 }' "$list"); do
  # The kernel of the virtual machine, which runs this machine's own programs: no use elsewhere.
  [[ $name == *-amd64 && $architecture != amd64 ]] && continue
  dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
done
[ ${#missing[@]} -eq 0 ] && exit 0
# The benchmark reports a peer that is not here; a test cannot do without its tools.
optional=0
[ "$target" = bench ] && optional=1
if [ "$(id -u)" -ne 0 ]; then
  echo "make $target needs Debian packages that are not here. Install them with:" >&2
  echo "  sudo apt-get install --no-install-recommends ${missing[*]}" >&2
  exit $((1 - optional))
fi
echo "Installing Debian packages: ${missing[*]} …"
export DEBIAN_FRONTEND=noninteractive

# Several packages are daemons, and Debian starts a daemon when it is installed. Nothing here wants them as
# services: policy-rc.d forbids the start (an administrator's own file is left alone), and what was enabled
# for the next boot is disabled.
policy=/usr/sbin/policy-rc.d
log=$(mktemp)
guarded=0
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  guarded=1
fi
finish() {
  rm -f "$log"
  if [ "$guarded" -eq 1 ]; then rm -f "$policy"; fi
}
trap finish EXIT
trap 'exit 130' INT TERM

install_now() {
  apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1 </dev/null
}

# The services that a package brought: stopped should one run all the same, and not started at the next boot.
retire_services() {
  local file name
  for file in $(dpkg-query -L "$1" 2>/dev/null | grep -E '^(/usr)?/lib/systemd/system/[^/@]+\.service$|^/etc/init\.d/' || true); do
    name=$(basename "$file" .service)
    if [ -d /run/systemd/system ]; then
      systemctl disable --now "$name" >/dev/null 2>&1 || true
    elif [ -x "/etc/init.d/$name" ]; then
      "/etc/init.d/$name" stop >/dev/null 2>&1 || true
      update-rc.d "$name" disable >/dev/null 2>&1 || true
    fi
  done
}

apt-get update -qq -o DPkg::Lock::Timeout=300 >/dev/null 2>&1 || true # an old list may still do
if ! install_now "${missing[@]}"; then
  if [ "$optional" -eq 0 ]; then
    cat "$log" >&2
    exit 1
  fi
  for name in "${missing[@]}"; do install_now "$name" || echo "not installable here: $name"; done
fi
for name in "${missing[@]}"; do retire_services "$name"; done
