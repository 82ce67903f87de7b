# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# For the tests of bad days: one private posternd below a temporary root, sessions on ptys, and a clean end whatever
# happens. Source it after tests/tap.sh; then `days_begin NAME`, `days_start`, ... , `days_end`.
days_limit=60		# seconds for anything that is waited for
days_mine=''		# processes to kill at the end
days_ptys=''		# sockets of drivers
days_mounts=''
days_accounts='' days_groups=''
bin=$TOP_BUILDDIR/recorder
peer=$TOP_BUILDDIR/tests/e2e/days_peer
drive=$TOP_BUILDDIR/tests/term/drive
export TERM_LIMIT=$days_limit

days_begin() {
	trap days_clean EXIT
	trap 'exit 1' INT TERM HUP
	root=$(mktemp -d "/tmp/postern-days-$1.XXXXXX")
	as_root=no
	[ "$(id -u)" -ne 0 ] || as_root=yes
	days_programs
}

# Accounts must reach the programs; a build in the home of root is closed to them, so they get a copy.
days_programs() {
	if [ "$as_root" = no ] || setpriv --reuid nobody --clear-groups test -x "$bin/postern"; then return; fi
	for days_room in recorder console player; do
		mkdir -p "$root.programs/$days_room"
		find "$TOP_BUILDDIR/$days_room" -maxdepth 1 -name 'postern*' -type f -perm -100 -exec cp {} "$root.programs/$days_room" \;
	done
	bin=$root.programs/recorder
}

# say REASON WORDS...: each WORDS is skipped for that reason.
skip_all() {
	days_reason=$1
	shift
	for days_words in "$@"; do skip "$days_words" "$days_reason"; done
}

# within SECONDS COMMAND...: true as soon as the command succeeds.
within() {
	days_until=$(($(cut -d. -f1 /proc/uptime) + $1))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ "$(cut -d. -f1 /proc/uptime)" -lt "$days_until" ] || return 1
		sleep 0.05
	done
}

# Runs as somebody: p PERSON COMMAND... in trial mode (there --as chooses), u ACCOUNT COMMAND... installed.
p() {
	days_who=$1 days_verb=$2
	shift 2
	timeout 60 "$bin/postern" "$days_verb" --root "$root" --as "$days_who" "$@"
}
u() {
	days_who=$1 days_verb=$2
	shift 2
	timeout 60 setpriv --reuid "$days_who" --regid "$(id -g "$days_who")" --init-groups "$bin/postern" "$days_verb" --root "$root" "$@"
}

# The daemon; arguments go to posternd. Its journal is $root.log.
days_start() {
	"$bin/posternd" --root "$root" "$@" >>"$root.log" 2>&1 9>&- &
	posternd=$!
	days_mine="$days_mine $posternd"
	within $days_limit days_answers
}
days_answers() { "$peer" hello "$root/run/gate.sock" approver; }

# Its children by name: gate or keeper.
child() {
	for days_pid in $(cat "/proc/$posternd/task/$posternd/children"); do
		if [ "$(cat "/proc/$days_pid/comm")" = "postern-$1" ]; then echo "$days_pid"; fi
	done
}
journal() { grep -q -- "$1" "$root.log"; }

# The worker of a session, by its recording; warden and init by their tree. A worker shows its descriptors to root only:
# for anyone else it is the one that was the newest when the session had begun on a pty.
worker_of() {
	if [ "$as_root" = no ]; then
		days_pid=$(awk -v session="$1" '$1 == session { print $2 }' "$root.workers" 2>/dev/null)
		[ "$(cat "/proc/${days_pid:-none}/comm" 2>/dev/null)" != postern-worker ] || echo "$days_pid"
		return
	fi
	for days_dir in /proc/[0-9]*; do
		case $(readlink "$days_dir/fd/4" 2>/dev/null) in
		"$root/state/rec/$1.rec"*) basename "$days_dir" ;;
		esac
	done
}
parent() { awk '{ print $4 }' "/proc/$1/stat" 2>/dev/null; }
inside_of() {	# processes of the session itself, by their environment
	for days_dir in /proc/[0-9]*; do
		if tr '\0' '\n' <"$days_dir/environ" 2>/dev/null | grep -q "^POSTERN_SESSION=$1\$"; then basename "$days_dir"; fi
	done 2>/dev/null
}
named_above() {	# the nearest process of this name above PID
	days_up=$1
	while [ -n "$days_up" ] && [ "$days_up" -gt 1 ]; do
		if [ "$(cat "/proc/$days_up/comm" 2>/dev/null)" = "$2" ]; then echo "$days_up"; return; fi
		days_up=$(parent "$days_up")
	done
}
is_gone() { [ -z "$(inside_of "$1")" ] && [ -z "$(worker_of "$1")" ]; }
is_over() { ! "$drive" "$1" alive; }
none_inside() { [ -z "$(inside_of "$1")" ]; }

# A grant for the engineer: its request's id in $request.
days_grant() {	# ROLE SPAN
	request=$(p engineer request "$1" --reason "INC-1 bad day" --for "$2") && p approver grant "$request" >/dev/null
}
# A session on a pty: enter_pty NAME ROLE [COMMAND]; its id in $session, its driver in $pty.
enter_pty() {
	pty=$root.$1.drive
	days_ptys="$days_ptys $pty"
	days_old=$(p approver sessions --json | ids)
	"$drive" start "$pty" 80x24 "$bin/postern" enter "$2" --root "$root" --as engineer >/dev/null || return 1
	within $days_limit days_new_session || return 1
	[ "$as_root" = yes ] || echo "$session $(pgrep -n -u "$(id -u)" -x postern-worker)" >>"$root.workers"
	"$drive" "$pty" type 'PS1="ready> "; cd /\r' >/dev/null && "$drive" "$pty" wait 'ready>' >/dev/null
}
ids() { sed -n 's/.*"session":"\([0-9a-f]*\)".*/\1/p'; }
days_new_session() {
	for days_id in $(p approver sessions --json | grep '"state":"running"' | ids); do
		case " $(echo $days_old) " in
		*" $days_id "*) ;;
		*) session=$days_id; return 0 ;;
		esac
	done
	return 1
}
# row SESSION FIELD: what the gate says about it.
row() { p approver sessions "$1" --json | sed -n "s/.*\"$2\":\"\\{0,1\\}\\([^\",}]*\\).*/\\1/p"; }
row_is() { [ "$(row "$1" "$2")" = "$3" ]; }

# Accounts that the test makes and removes; _postern and _posternw only if they are missing.
days_account() {	# NAME
	if getent passwd "$1" >/dev/null; then return 0; fi
	days_system=''
	case $1 in _*) days_system=--system ;; esac
	# shellcheck disable=SC2086
	useradd $days_system --no-create-home --home-dir "$root/home-$1" --shell /bin/sh --user-group "$1" >/dev/null 2>&1 || return 1
	days_accounts="$days_accounts $1"
}
days_group() { groupadd "$1" && days_groups="$days_groups $1"; }

# The installed way, with the policy in $root/etc: PAM, a pair of keys ($root/key/auditor.key), posternd with real accounts.
# days_installed ENGINEER: true once that account gets answers.
days_installed() {
	days_engineer=$1
	chmod 755 "$root"
	mkdir -p "$root/etc/pam.d"
	cp "$TOP_SRCDIR/share/pam/postern" "$root/etc/pam.d/postern"
	"$bin/posternd" --trial --root "$root/key" >/dev/null 2>&1 &	# only for the keys
	days_maker=$!
	days_mine="$days_mine $days_maker"
	within $days_limit [ -s "$root/key/etc/auditors" ]
	within $days_limit [ -S "$root/key/run/gate.sock" ]
	kill "$days_maker" && wait "$days_maker"
	cp "$root/key/etc/auditors" "$root/etc/auditors"
	chmod 644 "$root/etc/auditors" "$root/etc/policy.yaml"
	"$bin/posternd" --root "$root" >>"$root.log" 2>&1 9>&- &
	posternd=$!
	days_mine="$days_mine $posternd"
	within $days_limit days_installed_answers
}
days_installed_answers() { u "$days_engineer" roles; }

days_clean() {
	set +e
	for days_pty in $days_ptys; do [ ! -S "$days_pty" ] || "$drive" "$days_pty" end; done >/dev/null 2>&1
	for days_pid in $days_mine; do kill "$days_pid" && wait "$days_pid"; done >/dev/null 2>&1
	for days_dir in /proc/[0-9]*; do	# workers without a gate, and by their deaths their sessions
		case $(readlink "$days_dir/fd/4" 2>/dev/null) in
		"$root/state/rec/"*) kill -9 "$(basename "$days_dir")" ;;
		esac
	done >/dev/null 2>&1
	if [ -e "$root.workers" ]; then
		while read -r days_id days_pid; do
			[ "$(cat "/proc/$days_pid/comm")" != postern-worker ] || kill -9 "$days_pid"
		done <"$root.workers"
	fi >/dev/null 2>&1
	for days_mount in $days_mounts; do umount "$days_mount" || umount -l "$days_mount"; done >/dev/null 2>&1
	for days_name in $days_accounts; do userdel -f "$days_name"; done >/dev/null 2>&1
	for days_name in $days_groups; do groupdel "$days_name"; done >/dev/null 2>&1
	if [ -n "${DAYS_KEEP:-}" ]; then echo "# kept: $root $root.log" >&2; else rm -rf "$root" "$root".*; fi
}
