# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# A private gate in trial mode for the tests of the trail. Source it after tests/tap.sh; the working directory is its own then.
postern=$TOP_BUILDDIR/recorder/postern
dir=$(mktemp -d) || exit 1
chmod 755 "$dir"
gate=
stop() { if [ -n "$gate" ]; then kill "$gate"; wait "$gate"; fi 2>/dev/null; gate=; }
trap 'stop; rm -rf "$dir"' EXIT
cd "$dir" || exit 1
export HOME="$dir" TZ=UTC LC_ALL=C.UTF-8
unset POSTERN_ROOT POSTERN_LOGIN
root=$dir/root
as() { person=$1 verb=$2; shift 2; "$postern" "$verb" --root "$root" --as "$person" "$@"; }
says() { grep -qE -- "$1" said || { sed 's/^/# /' said | cut -c1-300 | tail -n 40; return 1; }; }
begin() {
	"$TOP_BUILDDIR/recorder/posternd" --trial --root "$root" 2>>journal &
	gate=$!
	for _ in $(seq 600); do
		as engineer roles >/dev/null 2>&1 && break
		sleep 0.1
	done
}
