# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# For tests that act as several persons in a trial and read what each is told. Source it after days_lib.sh.
reload() { kill -HUP "$posternd"; }
shows() { "$bin/postern" policy show --root "$root" | grep -q "$1"; }
says() { grep -q -- "$1" "$root.said" || { sed 's/^/# /' "$root.said"; false; }; }
# act WANTED PERSON VERB ...: what is said goes to $root.said.
act() {
	act_wanted=$1
	shift
	p "$@" </dev/null >"$root.said" 2>&1
	act_status=$?
	[ "$act_status" -eq "$act_wanted" ] || sed "s/^/# status $act_status: /" "$root.said"
	[ "$act_status" -eq "$act_wanted" ]
}
# work COMMAND: one session of the engineer's; newest: the last recording.
work() { days_grant shell 5m && p engineer enter shell -- "$1" </dev/null >/dev/null 2>&1; }
newest() { p auditor ls --json | ids | head -n 1; }
