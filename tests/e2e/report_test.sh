#!/bin/sh
# SPDX-License-Identifier: ISC
# A report of real sessions: its forms agree, nothing that people wrote becomes more than text, a sample can be drawn again,
# what is left out is noticed, and its bundle is checked by sha256sum and ssh-keygen alone.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
command -v python3 >/dev/null || { skip "a report in all its forms" "python3 is not here"; tap_end; }
days_begin report
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }

home=$root.home
mkdir -p "$home/state"
ssh-keygen -q -t ed25519 -N '' -C approver -f "$home/approver"
sed -i -e 's/person: approver$/&\n    principal: alice@example.org/' -e 's/need: 1}/need: 1, signed: yes}/' "$root/etc/policy.yaml"
printf 'alice@example.org %s\n' "$(cut -d' ' -f1,2 "$home/approver.pub")" >"$root/etc/approvers"
kill -HUP "$posternd"
is_loaded() { p engineer roles >/dev/null && [ "$(grep -c 'policy .* with' "$root.log")" -ge 2 ]; }
within $days_limit is_loaded

report() { XDG_STATE_HOME=$home/state p auditor report "$@" >"$root.said" 2>&1; }
is() {	# is STATUS OPTIONS...: the report ends so
	wanted=$1
	shift
	report "$@"
	status=$?
	[ "$status" -eq "$wanted" ] || sed "s/^/# status $status: /" "$root.said"
	[ "$status" -eq "$wanted" ]
}
says() { grep -qE -- "$1" "$root.said" || { sed 's/^/# /' "$root.said"; false; }; }
silent() { ! grep -qE -- "$1" "$root.said"; }
json() { python3 -c "import json, sys; r = json.load(open('$root.json')); print(($1))"; }
is_json() { [ "$(json "$1")" = "$2" ] || { echo "# $1 is $(json "$1")"; false; }; }
session_run() {	# REASON [COMMAND]
	request=$(p engineer request shell --reason "$1" --for 10m) &&
		XDG_STATE_HOME=$home/state p approver grant "$request" --key "$home/approver" >/dev/null &&
		p engineer enter shell -- "${2:-exit 7}" </dev/null >/dev/null 2>&1
	[ $? -eq 7 ]
}
holds "before anybody came there is a report, too" is 0 --last 1h
holds "of nobody" says '^Population +0 sessions'
holds "a session" session_run 'INC-481 look, "quoted"'
holds "one whose reason would be markup" session_run '<script>alert(1)</script> & INC-4821'
holds "one whose reason would be a formula" session_run "=cmd|' /C calc'!A0"
holds "one whose reason would be lines" session_run "$(printf 'inc-481, the first\nand the second line')"
p engineer request shell --reason 'INC-9 never entered' >"$root.id"
XDG_STATE_HOME=$home/state p approver grant "$(cat "$root.id")" --key "$home/approver" >/dev/null
p engineer request shell2 --reason 'not decided' >/dev/null
p approver deny "$(p engineer request shell2 --reason 'denied')" --reason 'no, thanks' >/dev/null
closed() { [ "$(p auditor ls --json | grep -c '"state":"kept"')" -eq 4 ]; }
holds "all recordings are closed" within $days_limit closed
first=$(p auditor ls --json | sed -n 's/.*"session": *"\([0-9a-f]*\)".*/\1/p' | tail -n 1)
p auditor export --reason "a look at it" --as text "$first" >/dev/null 2>&1

holds "who is no auditor gets none" sh -c "$bin/postern report --root $root --as engineer >$root.said 2>&1; [ \$? -eq 3 ]"
holds "with a sentence" says 'for the auditors'
holds "and nothing else" silent 'INC-'
holds "the report is made" is 0 --last 1d --reason 'quarterly review' --bundle "$root.bundle" --sample 2 --seed 2026-Q4 --who-could "$(date +%Y-%m-%d)"
holds "its four forms agree, and are well-formed" sh -c "python3 $TOP_SRCDIR/tests/e2e/report_forms.py $root.bundle >$root.said"
holds "about four sessions" says '^4 sessions'
holds "markup is text in the page" grep -q '&lt;script&gt;alert(1)&lt;/script&gt; &amp; INC-4821' "$root.bundle/report.html"
holds "and nowhere else" sh -c "! grep -qi '<script' $root.bundle/report.html"
holds "a formula is none in a spreadsheet" grep -q "\"'=cmd|' /C calc'!A0\"" "$root.bundle/tables/sessions.csv"
holds "commas and quotes stay in their field" grep -q '"INC-481 look, ""quoted"""' "$root.bundle/tables/sessions.csv"
holds "the lines of a reason are one" grep -q 'inc-481, the first.*and the second line' "$root.bundle/tables/sessions.csv"

cp "$root.bundle/report.json" "$root.json"
holds "the entries are complete" is_json 'r["log"]["complete"], r["log"]["sessions"]' '(True, 4)'
holds "each session has its entries" is_json 'all(s["entered"] < s["ended_entry"] for s in r["sessions"])' True
holds "who decided is told" is_json 'set(s["decided_by"] for s in r["sessions"])' "{'approver'}"
holds "and that it was signed" is_json 'sum(d["signature"] == "signed" for d in r["decisions"])' 5
holds "a denial with its comment" is_json '[(d["verdict"], d["comment"]) for d in r["decisions"] if d["state"] == "denied"]' "[('deny', 'no, thanks')]"
holds "who opened a recording is told" is_json '[w["session"] for w in r["watched"] if w["kind"] == "recording-opened"]' "['$first']"
holds "and counted" is_json '[s["watched"] for s in r["sessions"] if s["session"] == "'"$first"'"]' '[1]'
holds "the report itself is in the log" is_json '["quarterly review" in w["text"] for w in r["watched"] if w["entry"] == r["log"]["report_entry"]]' '[True]'
holds "what was granted and not used" is_json '[(u["grants"], u["unused_grants"], u["granted_s"]) for u in r["privileges"]]' '[(5, 1, 4200)]'
holds "a role that nobody used" is_json '[x["use"] for x in r["roles"] if x["role"] == "shell2"]' "['asked for, not used']"
holds "who could ask for it" is_json 'sorted(c["who"] for c in r["who-could"] if c["right"] == "request" and c["role"] == "shell2")' "['engineer']"
holds "who could decide" is_json 'sorted(c["who"] for c in r["who-could"] if c["right"] == "decide" and c["role"] == "shell")' "['approver', 'approver2']"

# The sample, drawn again by hand.
json '"\n".join(s["session"] for s in r["sessions"])' | while read -r id; do
	echo "$(printf '%s\n%s' 2026-Q4 "$id" | sha256sum | cut -c1-64) $id"
done | sort | head -n 2 | cut -d' ' -f2 | sort >"$root.drawn"
holds "the sample is the one that its seed draws" is_json 'sorted(s["session"] for s in r["sessions"] if s["sample"])' "$(python3 -c "print([line.strip() for line in open('$root.drawn')])")"
report --last 1d --json --sample 2 --seed 2026-Q4
cp "$root.said" "$root.json"
holds "and again" is_json 'sorted(s["session"] for s in r["sessions"] if s["sample"])' "$(python3 -c "print([line.strip() for line in open('$root.drawn')])")"
holds "a seed without a number is a mistake" is 2 --seed x
holds "so is none" is 2 --sample 0

# Filters narrow what is shown, never what is proven.
report --last 1d --json --ticket INC-481
cp "$root.said" "$root.json"
holds "a ticket is found in small letters, and not in a longer one" is_json 'sorted(s["reason"][:7] for s in r["sessions"])' "['INC-481', 'inc-481']"
holds "all four sessions are proven all the same" is_json 'r["log"]["complete"], r["log"]["sessions"], r["report"]["sessions"]' '(True, 4, 2)'
report --last 1d --json --role shell2
cp "$root.said" "$root.json"
holds "a role that nobody entered has no session" is_json 'len(r["sessions"]), len(r["decisions"])' '(0, 2)'
report --last 1d --json --person approver
cp "$root.said" "$root.json"
holds "nor has a person who entered nothing" is_json 'len(r["sessions"]), len(r["decisions"])' '(0, 0)'
report --from 3d --to 2d --json
cp "$root.said" "$root.json"
holds "a time before all is empty, and complete" is_json 'len(r["sessions"]), r["log"]["entries"], r["log"]["complete"]' '(0, 0, True)'
holds "what begins after its end is a mistake" is 2 --from 1d --to 2d
holds "one table alone" is 0 --table blocked
holds "is alone" silent '^Who had access'
holds "what was run stands in the recordings" is 0 --commands --table commands --reason 'what ran'
holds "and is told" says 'engineer +shell +exit 7'
holds "that it was opened for that is in the log" sh -c "$bin/postern show --root $root --as auditor $first | grep -q '(report): what ran'"

# The policy changes: what it was stays known.
sleep 1
before=$(date '+%Y-%m-%d %H:%M:%S')
sleep 1
sed -i 's/who: \[engineer, approver\]/who: [engineer]/' "$root/etc/policy.yaml"
loaded=$(grep -c 'policy .* with' "$root.log")
kill -HUP "$posternd"
is_new() { [ "$(grep -c 'policy .* with' "$root.log")" -gt "$loaded" ]; }
within $days_limit is_new
could() {	# MOMENT: who could ask for `shell`
	report --last 1d --json --who-could "$1"
	cp "$root.said" "$root.json"
	json 'sorted(c["who"] for c in r["who-could"] if c["right"] == "request" and c["role"] == "shell")'
}
fewer() { [ "$(could "$(date +%Y-%m-%d)")" = "['engineer']" ]; }
holds "now fewer may ask" within $days_limit fewer
holds "then more could" test "$(could "$before")" = "['approver', 'engineer']"
holds "before there was a policy that is said" is 6 --who-could 300d
holds "in a sentence" says 'no policy of .* is on record'

# The bundle, elsewhere: nothing of ours is there but its own scripts.
mv "$root.bundle" "$home/elsewhere"
check() { (cd "$home" && env -i PATH=/usr/bin:/bin sh elsewhere/check.sh) >"$root.said" 2>&1; }
holds "sha256sum and ssh-keygen find the bundle good" check
holds "it says so" says '^The bundle is good'
holds "five signatures were checked" test "$(grep -c '^Good "approve@postern" signature for alice@example.org' "$root.said")" -eq 5
holds "the entries lead to the signed root" says 'all there and without a gap'
holds "the population is counted from them by hand" test "$(awk '$1 == "entry" && substr($3, 41, 4) == "001e" { print substr($3, 57, 32) }' "$home/elsewhere/log/range.txt" | sort -u | wc -l)" -eq 4
holds "the sample's entries have proofs of their own" test "$(find "$home/elsewhere/log/proofs" -name '*.tlog-proof' | wc -l)" -eq 4
tampered() {	# FILE SED: changed, with its sum made anew
	rm -rf "$home/other"
	cp -r "$home/elsewhere" "$home/other"
	sed -i "$2" "$home/other/$1"
	(cd "$home/other" && find . -type f ! -name SHA256SUMS | sed 's|^\./||' | sort | xargs sha256sum >SHA256SUMS)
	[ -e "$home/other/check.sh" ] && ! (cd "$home" && sh other/check.sh) >"$root.said" 2>&1
}
holds "an entry left out is noticed" tampered log/range.txt '/^entry 3 /d'
holds "with its number" says 'is not where it should be'
holds "an entry that was altered is noticed" tampered log/range.txt '/^entry 3 /s/....$/0000/'
holds "by the root" says 'do NOT lead to the signed root'
text=$(cd "$home/elsewhere" && find approvals -name '*.text' | head -n 1)
holds "an approval that was altered is noticed" tampered "$text" 's/^seconds .*/seconds 7200/'
holds "so is another request beside it" tampered "${text%.text}.request" 's/^seconds .*/seconds 7200/'

holds "an archive holds the same" is 0 --last 1d --bundle "$root.tar" --reason archive
holds "and checks, too" sh -c "mkdir $home/archive && tar -C $home/archive -xf $root.tar && sh $home/archive/*/check.sh >/dev/null 2>&1"
holds "it takes no file's place" is 1 --last 1d --bundle "$root.tar"

# A gate that tells less than its log: a session is taken out of the catalogue, its entry is not.
if command -v sqlite3 >/dev/null; then
	kill "$posternd"
	wait "$posternd"
	sqlite3 "$root/state/catalogue.db" "PRAGMA foreign_keys = OFF; UPDATE sessions SET started_us = 1, ended_us = 2 WHERE hex(id) = upper('$first')"
	days_start --trial
	holds "a session that the gate does not tell of is missed" is 21 --last 1d
	holds "by its entry" says "NOT COMPLETE +entry [0-9]+ says that session $first was entered"
else
	skip_all "sqlite3 is not here" "a session that the gate does not tell of is missed" "by its entry"
fi
rm -rf "$home" "$root.bundle" "$root.tar" "$root.json" "$root.said" "$root.id" "$root.drawn"
tap_end
