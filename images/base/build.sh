#!/usr/bin/env bash
# Makes the root file system every local image starts from, as a tar archive on standard output.
#
# Debian's own packages and nothing else: what a container registry would serve as a minimal Debian image. The
# certificates this machine trusts go in, so that package clients inside builds work behind the same proxies.
set -euo pipefail

suite=${1:?usage: build.sh SUITE}

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/etc/ssl/certs"
if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
fi
# pip brings certificates of its own and would not look at the machine's.
printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\ndisable-pip-version-check = true\n' >"$root/etc/pip.conf"
# A start of a service inside a build would outlive no layer: packages are told not to try.
mkdir -p "$root/usr/sbin"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 0755 "$root/usr/sbin/policy-rc.d"

mmdebstrap --quiet --variant=minbase --include=ca-certificates \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook="copy-in $root/etc $root/usr /" \
  --customize-hook="printf '%s\n' 'Acquire::Languages \"none\";' >\"\$1/etc/apt/apt.conf.d/90no-languages\"" \
  "$suite" -
