#!/bin/sh
# Installs what Isthmus needs and nothing else: npm packages from package-lock.json, Debian packages whose commands are missing.
# Says each thing it does in one line; silent and quick when all is there. Then asks the kernel, in a throwaway child,
# whether it gives us namespaces and nftables.
#   set-up.sh           installs; exit 1 when something could not be installed; a kernel that says no is told in one line
#   set-up.sh --probe   installs nothing; exit 3 and one line when the kernel says no
set -u
cd "$(dirname "$0")/.." || exit 1
# Debian gives an ordinary user no sbin.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

# command:package
needs='nft:nftables ip:iproute2 conntrack:conntrack mmdebstrap:mmdebstrap tcpdump:tcpdump perl:perl ps:procps
  dig:dnsutils curl:curl aws:awscli newuidmap:uidmap unshare:util-linux nsenter:util-linux setpriv:util-linux'

say() { printf 'set-up: %s\n' "$*" >&2; }

missing_packages() {
  for need in $needs; do
    command -v "${need%%:*}" >/dev/null 2>&1 || printf ' %s' "${need#*:}"
  done
}

install_debian_packages() {
  packages=$(missing_packages)
  [ -n "$packages" ] || return 0
  if ! command -v apt-get >/dev/null 2>&1; then
    say "missing:$packages, and there is no apt-get here; install them with this system's package manager"
    return 1
  fi
  if [ "$(id -u)" != 0 ]; then
    say "missing:$packages. Run: sudo apt-get update && sudo apt-get install -y --no-install-recommends$packages"
    return 1
  fi
  say "installing Debian packages:$packages"
  log=$(mktemp)
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # a list of package names
  if apt-get update -q >"$log" 2>&1 && apt-get install -y -q --no-install-recommends $packages >>"$log" 2>&1; then
    rm -f "$log"
    return 0
  fi
  tail -n 15 "$log" >&2
  say "apt-get could not install:$packages (all of its output: $log)"
  return 1
}

install_npm_packages() {
  # npm writes node_modules/.package-lock.json last: it is there and newer only after a whole installation.
  if [ -e node_modules/.package-lock.json ] && [ ! package-lock.json -nt node_modules/.package-lock.json ]; then
    return 0
  fi
  say 'installing npm packages (npm ci)'
  if ! npm ci --include=dev --no-audit --no-fund --loglevel=error >&2; then
    say 'npm ci failed; mend what it names above and run this again'
    return 1
  fi
  touch node_modules/.package-lock.json
}

# One line that says what the kernel refuses and what mends it; silent when it refuses nothing.
probe_kernel() {
  if [ "$(id -u)" = 0 ]; then own=-mn; else own=-Urmn; fi
  if ! answer=$(unshare -U true 2>&1); then
    refuse 'gives no user namespaces' 'sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=65536'
  elif ! answer=$(unshare $own true 2>&1); then
    case $answer in
      *'No space left'*) refuse 'gives no network namespaces' 'sysctl -w user.max_net_namespaces=65536 user.max_mnt_namespaces=65536' ;;
      *uid_map*) refuse 'gives user namespaces no rights' 'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu 24.04 and later)' ;;
      *) refuse 'gives no network namespaces' 'run as root; in a container, with --privileged' ;;
    esac
  elif ! answer=$(unshare $own ip link add isthmus-probe type veth 2>&1); then
    refuse 'makes no veth links' 'modprobe veth; in a container, --privileged'
  elif ! answer=$(unshare $own nft add table inet isthmus-probe 2>&1); then
    refuse 'has no nftables' 'modprobe nf_tables; in a container, --privileged'
  fi
}

refuse() {
  printf 'this machine %s (%s); mend: %s' "$1" "$(printf '%s' "$answer" | tr '\n' ' ')" "$2"
}

if [ "${1:-}" = --probe ]; then
  refusal=$(probe_kernel)
  [ -z "$refusal" ] && exit 0
  printf '%s\n' "$refusal" >&2
  exit 3
fi

failed=0
install_npm_packages || failed=1
install_debian_packages || failed=1
refusal=$(probe_kernel)
[ -z "$refusal" ] || say "$refusal"
exit $failed
