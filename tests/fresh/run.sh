#!/usr/bin/env bash
# run.sh SUITE…: makes a Debian of its own with git and nothing else (debootstrap), clones this repository's HEAD into it,
# and runs the README's two commands there: ./scripts/run until it answers, then ./scripts/test SUITE….
# Needs root. Takes packages from where this machine takes its own, and its proxy, certificate, npm and pip settings.
#   FRESH_CODENAME=trixie   another release than this machine's
#   FRESH_KEEP=1            leaves the root there, and says where
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/lib.sh
here=$PWD
codename=${FRESH_CODENAME:-$(. /etc/os-release && echo "$VERSION_CODENAME")}

# Address|suite|components of each Debian archive in this machine's own list, the main one first.
archives() {
  apt-get indextargets --format '$(REPO_URI)|$(CODENAME)|$(COMPONENT)|$(ORIGIN)' 'Created-By: Packages' |
    awk -F'|' '$4 == "Debian" {at[$1 "|" $2] = at[$1 "|" $2] " " $3} END {for (a in at) print a "|" at[a]}' |
    awk -F'|' '{print length($2) "\t" $0}' | sort -n | cut -f2
}
mapfile -t lists < <(archives | sort -u)
own=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(archives | awk -F'|' -v own="$own" '$2 == own {print $1; exit}')
[ -n "$mirror" ] || { skipped 1 "apt has no list of a Debian archive here (apt-get update makes it)"; exit 0; }

work=$(mktemp -d "${FRESH_DIR:-/var/tmp}/daybook-fresh.XXXXXX")
root=$work/root
if [ -n "${FRESH_KEEP:-}" ]; then echo "keeping $work"; else trap 'rm -rf --one-file-system "$work"' EXIT; fi

say "Debian $codename into $root"
debootstrap --variant=minbase --include=git "$codename" "$root" "$mirror" >"$work/debootstrap.log" 2>&1 ||
  { tail -n 20 "$work/debootstrap.log"; failed 1 "debootstrap made no root"; exit 0; }

# How this machine reaches packages: what a person at a fresh one would have typed in before.
for list in "${lists[@]}"; do
  IFS='|' read -r uri suite components <<<"$list"
  echo "deb $uri ${suite/#$own/$codename} $components"
done >"$root/etc/apt/sources.list"
apt-config dump | grep -iE '^Acquire::(https?::(Proxy|CAInfo|CaPath)|Retries)' >"$root/etc/apt/apt.conf.d/90machine" || true
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
# Authorities that this machine trusts beside Debian's: installing ca-certificates takes them in.
[ ! -d /usr/local/share/ca-certificates ] || cp -rL /usr/local/share/ca-certificates "$root/usr/local/share/"
mkdir "$root/machine"
settings=()
while IFS='=' read -r name value; do
  if [ -f "$value" ]; then
    cp -L "$value" "$root/machine/$name"
    value=/machine/$name
  elif [[ $value == /* ]]; then
    continue
  fi
  settings+=("$name=$value")
done < <(env | grep -iE '^(https?_proxy|ftp_proxy|all_proxy|no_proxy|npm_config_[a-z_]*|pip_[a-z_]*|[a-z_]*(ca_certs|cert_file|cainfo|ca_bundle|pip_cert))=')
for file in /etc/npmrc /etc/pip.conf "$HOME/.npmrc" "$HOME/.config/pip/pip.conf"; do
  [ ! -f "$file" ] || install -D -m 600 "$file" "$root/${file/#$HOME/root}"
done

git clone -q --bare --no-hardlinks "$here" "$root/machine/daybook.git"
cp tests/fresh/inside.sh "$root/machine/"
# Others may hold the usual port on this machine; on a fresh one nobody does.
if (exec 3<>/dev/tcp/127.0.0.1/8000) 2>/dev/null; then
  settings+=("DAYBOOK_LISTEN=127.0.0.1:$((20000 + RANDOM % 20000))")
  echo "port 8000 is taken here: ${settings[-1]}"
fi

# Mounts and processes end with this command, whatever becomes of it.
unshare --mount --pid --fork --kill-child bash -c '
  root=$1
  shift
  mount --bind "$root" "$root" && mount --rbind /dev "$root/dev" && mount -t proc proc "$root/proc" && mount --rbind /sys "$root/sys" || exit 1
  exec env -i "$@"' - "$root" \
  HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${settings[@]}" \
  chroot "$root" bash /machine/inside.sh "$@" || true
if [ -s "$root/machine/results" ]; then cat "$root/machine/results" >>"$RESULTS"; else failed 1 "nothing ran in the root"; fi
