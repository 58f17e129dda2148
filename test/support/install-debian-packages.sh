#!/usr/bin/env bash
# Installs the Debian packages that a make target needs; where it may not, prints the command that would.
set -euo pipefail
target=$1
list=$(dirname "$0")/../debian-packages.txt
missing=()
for name in $(awk -v target="$target" '$1 !~ /^#/ && $2 == target { print $1 }' "$list"); do
  dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "make $target needs Debian packages that are not here. Install them with:" >&2
  echo "  sudo apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
echo "Installing Debian packages: ${missing[*]} …"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null 2>&1 || true # an old list may still do
log=$(mktemp)
install_now() { apt-get install -qq -y --no-install-recommends "$@" >"$log" 2>&1; }
# A peer that cannot be installed is the benchmark's to report; a test cannot do without its tools.
if ! install_now "${missing[@]}"; then
  if [ "$target" = bench ]; then
    for name in "${missing[@]}"; do install_now "$name" || echo "not installable here: $name"; done
  else
    cat "$log" >&2
    exit 1
  fi
fi
