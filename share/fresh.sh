#!/bin/sh
# SPDX-License-Identifier: ISC
# From a fresh Debian to a Postern that works, in one command. Safe to run again: what is done is not done twice,
# and without a network it works if the packages are there.
set -u
umask 022

usage() {
	cat <<'TXT'
usage: sh share/fresh.sh deps | try | check [--sanitizers] [--clang]

  deps    installs the Debian packages that are missing (apt-get, through sudo if you are not root), nothing else
  try     deps, builds, and runs `postern try`: the whole product in one temporary folder
  check   deps, builds, runs all tests; the last line says how many passed and failed

  --sanitizers   builds with AddressSanitizer and UndefinedBehaviorSanitizer, beside the ordinary build
  --clang        builds with clang

environment: BUILD=DIR where to build (./build), CC=compiler, CI=true warnings are errors, JOBS=N of make,
CHECK_JOBS=N tests at once (1). Some tests need root: run `check` as root to have them all.
TXT
}

# What each package is for. First word: build = to compile and to try, test = for the tests, clang = for --clang.
packages() {
	cat <<'TXT'
build gcc			the compiler
build make			the build
build autoconf			makes ./configure
build automake			makes Makefile.in
build pkgconf			finds the libraries
build libc6-dev			the C library
build libncurses-dev		console and player
build libvterm-dev		the screens of console and player
build libsqlite3-dev		the catalogue and the log
build libsodium-dev		all cryptography
build libcyaml-dev		policy, roles and rules
build libyaml-dev		lines and columns of mistakes in them
build libjansson-dev		JSON out, asciicast in
build libevent-dev		the gate's loop
build libpam0g-dev		accounts and sessions, in root mode
build libsystemd-dev		readiness and watchdog of posternd
build libzstd-dev		recordings
build libpcre2-dev		masking rules
build ncurses-base		descriptions of terminals
build procps			ps inside a session
build tzdata			times are shown in the viewer's zone
test libcmocka-dev		unit tests
test openssh-server		the real sshd of the end-to-end tests, on a port and with a configuration of their own
test openssh-client		ssh into it, and ssh-keygen -Y verify as the second opinion on signatures
test tmux			drives programs in a terminal and reads their screens
test age			opens our key envelopes with stock age
test curl			asks a witness over HTTP
test sqlite3			writes into copies of a catalogue, as an intruder would
test python3			computes roots and proofs of the log anew, from the published formats
test sudo			sudo inside a session
test strace			a second witness of what a session executes and changes
test gdb			a debugger inside a session
test less			a pager in a shell with the baseline of rights
test vim			an editor that a dropped connection leaves and comes back to
test htop		a program that redraws its screen, likewise
test passwd			accounts, made and removed by the tests
test util-linux			script, unshare, setpriv
test e2fsprogs		a file system of its own, whose raw image is searched for secrets
test postgresql			psql on a server that a test starts, reached by nobody else
test mariadb-client-core	its command lines in recordings
test mariadb-server-core	what they are told to, started by a test, reached by nobody else
test redis-tools		redis-cli, and the server that the same program is, likewise
test zsh			its command lines in recordings, with our marks
test faketime			a wall clock that jumps
test ncurses-term		more kinds of terminals
test universal-ctags		lengths of functions, for lint
test mandoc			checks the manual pages
test xz-utils			make distcheck
clang clang			the second compiler
TXT
}

say() { printf 'postern: %s\n' "$*"; }

# Whoever reads our last line must find the count there, also when nothing could be tested.
give_up() {
	say "$*" >&2
	[ "$verb" != check ] || echo "0 passed, 1 failed"
	exit 1
}

# quiet WORDS COMMAND...: says the words; the command's output goes to the log and is shown only if it fails.
quiet() {
	say "$1 (log: $log)"
	shift
	printf '\n$ %s\n' "$*" >>"$log"
	if ! "$@" >>"$log" 2>&1 </dev/null; then
		tail -n 40 "$log" >&2
		give_up "that failed; the end of $log stands above"
	fi
}

# ---- packages

missing() {
	wanted=$(packages | awk -v groups=" $1 " 'index(groups, " " $1 " ") { print $2 }')
	# shellcheck disable=SC2086
	have=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $wanted 2>/dev/null | awk '$2 == "installed" { print $1 }')
	for package in $wanted; do
		printf '%s\n' "$have" | grep -qxF "$package" || printf '%s ' "$package"
	done
}

# Runs as root. Debian starts a service as soon as its package is installed; the tests want sshd's program, not a second
# way into a newcomer's machine. policy-rc.d is Debian's switch for that: 101 means "do not start". One that is there
# already is the administrator's, and decides.
# shellcheck disable=SC2016
as_root_install='
guard=/usr/sbin/policy-rc.d
if [ ! -e "$guard" ] || grep -q "share/fresh.sh" "$guard"; then
	trap "rm -f $guard" EXIT
	trap "exit 1" HUP INT TERM
	printf "%s\n" "#!/bin/sh" "# Here only while share/fresh.sh of Postern installs packages." "exit 101" >"$guard"
	chmod 755 "$guard"
fi
had_sshd=$(dpkg-query -W -f "\${db:Status-Status}" openssh-server 2>/dev/null)
had_postgresql=$(dpkg-query -W -f "\${db:Status-Status}" postgresql 2>/dev/null)
export DEBIAN_FRONTEND=noninteractive
apt-get update || echo "apt-get update failed; trying with the lists that are here"
apt-get install -y --no-install-recommends "$@" || exit 1
case " $* " in
*" openssh-server "*)
	[ "$had_sshd" = installed ] || update-rc.d ssh disable || true ;;
esac
case " $* " in
*" postgresql "*)
	[ "$had_postgresql" = installed ] || update-rc.d postgresql disable || true ;;
esac
'

install_packages() {
	if ! command -v dpkg-query >/dev/null 2>&1; then
		say "this is not Debian; see share/fresh.sh for what must be there"
		return
	fi
	need=$(missing "$1")
	if [ -z "$need" ]; then
		say "all packages are there"
		return
	fi
	as_root=
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null 2>&1 || give_up "run this as root, or first install: $need"
		as_root=sudo
	fi
	say "missing: $need"
	# shellcheck disable=SC2086
	quiet "installing them with apt-get" $as_root sh -c "$as_root_install" sh $need
	case " $need" in
	*" openssh-server "*) say "openssh-server is there for the tests; its service was neither started nor enabled" ;;
	esac
}

# ---- source and build

# Newer than ./configure, or no ./configure at all.
configure_is_stale() {
	[ -x "$1/configure" ] || return 0
	for part in "$1/configure.ac" "$1"/m4/postern.m4; do
		[ -z "$(find "$part" -newer "$1/configure")" ] || return 0
	done
	return 1
}

# Leaves the folder to configure from in $source: the tree itself, or a copy if the tree cannot be written to.
prepare_source() {
	source=$top
	configure_is_stale "$top" || return 0
	if [ ! -w "$top" ]; then
		source=$build/source
		mkdir -p "$source"
		(cd "$top" && tar -cf - --exclude=./.git --exclude='./build*' .) | (cd "$source" && tar -xf -) ||
		    give_up "cannot copy the source to $source"
		configure_is_stale "$source" || return 0
	fi
	quiet "making ./configure" autoreconf -fi "$source"
}

configure_and_make() {
	prepare_source
	set --
	[ "${CI:-}" != true ] || set -- "$@" --enable-werror
	[ "$sanitizers" = no ] || set -- "$@" --enable-sanitizers
	if [ "$clang" = yes ]; then set -- "$@" CC="${CC:-clang}"; elif [ -n "${CC:-}" ]; then set -- "$@" CC="$CC"; fi
	if [ ! -f "$build/Makefile" ] || [ "$(cat "$build/fresh.args" 2>/dev/null)" != "$source $*" ] ||
	    [ -n "$(find "$source/configure" -newer "$build/Makefile")" ]; then
		quiet "configuring" sh -c 'cd "$1" && shift && exec "$@"' sh "$build" "$source/configure" "$@"
		printf '%s\n' "$source $*" >"$build/fresh.args"
	fi
	quiet "building" make -C "$build" -j "${JOBS:-$(nproc)}" all
	[ "$verb" != check ] || quiet "building the tests" make -C "$build" -j "${JOBS:-$(nproc)}" tests-built
}

# ---- verbs

check() {
	install_packages "$([ "$clang" = yes ] && echo build test clang || echo build test)"
	configure_and_make
	say "testing$([ "$(id -u)" -eq 0 ] || echo '; not as root, so some tests will be skipped')"
	status=$build/fresh.status
	echo 1 >"$status"
	{
		make -C "$build" --no-print-directory -s check CHECK_JOBS="${CHECK_JOBS:-1}" 2>&1 </dev/null
		echo $? >"$status"
	} | tee "$build/fresh.check" | sed -u -e '/^[0-9]* passed, [0-9]* failed/d' -e '/^make/d'
	count=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$build/fresh.check" | tail -n 1)
	result=$(cat "$status")
	[ -n "$count" ] || give_up "the tests did not run to their end; see $build/fresh.check"
	printf '%s\n' "$count"
	[ "$result" -eq 0 ]
}

try() {
	install_packages build
	configure_and_make
	[ -x "$build/recorder/postern" ] || give_up "the build made no postern"
	exec "$build/recorder/postern" try "$@"
}

verb=${1:-}
[ $# -eq 0 ] || shift
sanitizers=no clang=no
if [ "$verb" = check ]; then
	for option in "$@"; do
		case $option in
		--sanitizers) sanitizers=yes ;;
		--clang) clang=yes ;;
		*) usage >&2; exit 2 ;;
		esac
	done
fi

top=$(cd "$(dirname "$0")/.." && pwd) || exit 1
if [ -n "${BUILD:-}" ]; then
	build=$BUILD
elif [ -w "$top" ]; then
	build=$top/build
else
	build=${XDG_CACHE_HOME:-$HOME/.cache}/postern/build
fi
[ "$clang" = no ] || build=$build-clang
[ "$sanitizers" = no ] || build=$build-sanitizers

case $verb in
deps | try | check) ;;
-h | --help) usage; exit 0 ;;
*) usage >&2; exit 2 ;;
esac
mkdir -p "$build" || give_up "cannot make $build; name another folder: BUILD=DIR"
build=$(cd "$build" && pwd)
log=$build/fresh.log
: >"$log"

case $verb in
deps) install_packages "build test" ;;
try) try "$@" ;;
check) check ;;
esac
