#!/bin/sh
# SPDX-License-Identifier: ISC
# Words are found in recordings, wherever they stood; who searches and who watches a running session is told in the log.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin search
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
export XDG_STATE_HOME="$root/home"
sed -i 's/^auditors:.*/auditors: [auditor, approver2]/' "$root/etc/policy.yaml"
kill -HUP "$posternd"
run() { days_grant shell 5m && p engineer enter shell -- "$1" </dev/null >/dev/null 2>&1; }
# search WANTED WORD...: as the auditor; what is found goes to $root.found.
search() {
	search_wanted=$1
	shift
	p auditor search --reason "INC-5 who saw it" "$@" </dev/null >"$root.found" 2>"$root.said"
	search_status=$?
	[ "$search_status" -eq "$search_wanted" ] || sed "s/^/# status $search_status: /" "$root.said"
	[ "$search_status" -eq "$search_wanted" ]
}
has() { grep -q -- "$1" "$root.found" || { sed 's/^/# /' "$root.found"; false; }; }
says() { grep -q -- "$1" "$root.said" || { sed 's/^/# /' "$root.said"; false; }; }
lines() { [ "$(grep -c -- "$1" "$root.found")" -eq "$2" ] || { sed 's/^/# /' "$root.found"; false; }; }
# logged TYPE TEXT: an entry of this type says so; next to it what people wrote.
logged() { "$bin/postern" log export --state "$root/state" 2>/dev/null | grep "\"name\":\"$1\"" | grep -q -- "$2"; }
count() { "$bin/postern" log export --state "$root/state" | grep -c "\"name\":\"$1\""; }

# Words that the commands do not have themselves, so that what is found was shown.
run 'seq 1 2000; printf "the ni%s is full\n" ght; seq 1 200'
run 'printf "\033[?1049h\033[2J\033[Hni%s page\033[2J\033[?1049l" ght'
run 'printf "ni%s that was erased\r\033[Kday\n" ght'
run 'printf "%090d ni%s\n" 7 ght; : >night-file'
run 'echo day only; echo key AKIAIOSFODNN7EXAMPLE'
holds "five sessions are searched" search 0 night
holds "a line is found that has long left the screen" has 'shown .*the night is full'
holds "a page that a full-screen program showed and cleared" has 'shown .*night page'
holds "what was erased at once" has 'shown .*night that was erased'
holds "a line that was wrapped, as one" has 'shown .*00000000007 night'
holds "what was entered" has 'entered .*: >night-file'
holds "what was executed" has 'ran .*/bash -c '
holds "with whose session it is" has 'engineer as shell, .*: INC-1 bad day'
holds "and how many there are" says "in 4 of 5 recordings"
holds "case does not count, and all words must be in a line" search 0 FULL Night
holds "which one has" lines 'shown' 1
holds "words in quotes belong together" search 6 "night the"
holds "nothing is a status of its own" says "0 lines in 0 of 5"
holds "each hit can be JSON" search 0 --json "night page"
holds "with the session, the moment and the line" has '^{"session":"[0-9a-f]*","person":"engineer","role":"shell","at":"[^"]*","t_us":[0-9]*,"what":"shown","line":"night page"}$'
holds "a person who was not there is not searched" search 6 --person nobody night
holds "nor a time before" search 6 --until 1h night
holds "what was masked is not found" search 6 AKIAIOSFODNN7EXAMPLE
holds "nobody but auditors" sh -c "'$bin/postern' search night --root '$root' --as engineer --reason x >/dev/null 2>&1; [ \$? -eq 3 ]"
holds "without a reason nothing is opened" sh -c "'$bin/postern' search night --root '$root' --as auditor </dev/null >/dev/null 2>&1; [ \$? -eq 2 ]"
holds "through a login not at all" sh -c "POSTERN_LOGIN=1 '$bin/postern' search night --root '$root' --as auditor >/dev/null 2>&1; [ \$? -eq 3 ]"

holds "a search is one entry, with how many recordings" logged searched 'auditor searches 5 recordings"'
holds "whose" logged searched 'auditor searches 5 recordings'
holds "what for and why stands beside it" logged reason "'FULL Night': INC-5 who saw it"
holds "what the rules mask is masked there too" sh -c "! '$bin/postern' log export --state '$root/state' | grep -q AKIAIOSFODNN7EXAMPLE"
holds "each recording's opening is an entry too" logged recording-opened 'auditor opened the recording of engineer as shell (search)'

# ---- watching
opened=$(count recording-opened)
days_grant shell 10m && enter_pty one shell
"$drive" start "$root.watch" 100x30 "$bin/postern" play "$session" --root "$root" --as auditor --reason "INC-6 live" >/dev/null
days_ptys="$days_ptys $root.watch"
"$drive" "$pty" type 'echo see $((40+2))\r' >/dev/null
holds "a running session is watched" "$drive" "$root.watch" wait 'see 42'
holds "that is an entry of its own, about this session" logged watched "$session.*auditor watches the running session of engineer as shell"
holds "with the reason" logged reason "$session.*INC-6 live"
holds "and no opening like others" test "$(count recording-opened)" -eq "$opened"
holds "while it goes on, its end is not told" test "$(count watch-ended)" -eq 0
"$drive" "$root.watch" type q >/dev/null
holds "its end is told, with how long it was" within $days_limit logged watch-ended "$session.*auditor no longer watches this session, after "
"$drive" start "$root.watch2" 100x30 "$bin/postern" play "$session" --root "$root" --as approver2 --reason "INC-6 live" >/dev/null
days_ptys="$days_ptys $root.watch2"
holds "somebody else watches too" "$drive" "$root.watch2" wait 'see 42'
p auditor keys retire approver2 --reason "has left" >/dev/null 2>&1
holds "a right that is taken away ends it" within $days_limit logged watch-ended 'approver2 no longer watches'
holds "the report tells who watched" sh -c "'$bin/postern' report --root '$root' --as auditor --reason audit --format csv --table watched | grep -q 'watched,$session,'"
kill "$posternd" && wait "$posternd"
holds "the log of all this is fine" sh -c "'$bin/postern' verify --root '$root' >/dev/null"
tap_end
