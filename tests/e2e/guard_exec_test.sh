#!/bin/sh
# SPDX-License-Identifier: ISC
# Guards on exec: a program is held before it is executed, typed or in a script, with a terminal and without one.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
export TZ=UTC LC_ALL=C.UTF-8
days_begin guard-exec
no() { if "$@"; then return 1; fi; }

# ---- programs that would do harm are scripts that say that they ran
tools=$root.tools
mkdir "$tools" && chmod 755 "$tools"
for tool in rm deploy wipe ship note; do
	printf '#!/bin/sh\necho ran-%s-"$1"\n' "$tool" >"$tools/$tool"
done
printf '#!/bin/sh\nPATH=%s:$PATH\nrm -rf /\necho script-"$?"\n' "$tools" >"$tools/clean.sh"
cat >"$tools/many.sh" <<'END'
for i in $(seq 300); do /bin/true "$i" & done
wait
for i in $(seq 24); do wipe "$i" & done
wait
echo many-"done"
END
printf 'PATH=%s:$PATH\nwipe x\necho over\n' "$tools" >"$tools/inner.sh"
printf 'PATH=%s:$PATH\nrm $(seq 3000) -rf /\necho over\n' "$tools" >"$tools/padded.sh"
printf 'PATH=%s:$PATH\nrm $(yes x | head -n 600) -rf /\necho over\n' "$tools" >"$tools/many-words.sh"
printf 'cd %s\n/proc/self/cwd/rm -rf /\n/proc/thread-self/cwd/rm -rf /\necho over\n' "$tools" >"$tools/self.sh"
printf 'PATH=/nowhere:%s:$PATH\nenv absent-thing\nenv rm -rf /\necho over-$?\n' "$tools" >"$tools/tries.sh"
printf 'PATH=%s:$PATH\nship z\nsleep 60\n' "$tools" >"$tools/late.sh"
chmod 755 "$tools"/*

# ---- the policy
roles() {
	cat >"$1" <<YAML
- role: held
  who: [engineer]
  as: nobody
  approve: {by: [approver]}
  sessions: 9
  guard:
    - {use: shell, do: deny, in: exec}
    - {match: deploy, do: warn, in: exec, why: it is Friday}
    - {match: wipe, do: confirm, in: exec, why: it is gone then}
    - {match: ship, do: ask, in: exec, why: somebody else looks at it}
    - {match: note, do: confirm, in: [command, exec], why: once is enough}
- {role: free, who: [engineer], as: nobody, approve: {by: [approver]}}
YAML
}
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
mkdir -p "$root/etc/roles.d"
roles "$root/etc/roles.d/guard.yaml"
holds "a policy with guards on exec is valid" "$bin/postern" policy check "$root/etc"
fault() {	# WORDS SED: the policy with that change has this fault
	rm -rf "$root.bad" && cp -r "$root/etc" "$root.bad"
	roles "$root.bad/roles.d/guard.yaml" && sed -i "$2" "$root.bad/roles.d/guard.yaml"
	"$bin/postern" policy check "$root.bad" >"$root.said" 2>&1
	grep -qF "$1" "$root.said" || { sed 's/^/# /' "$root.said"; return 1; }
}
holds "a place that is none is a fault" fault "roles.d/guard.yaml:8: role 'held': \`in\` is command" 's/warn, in: exec/warn, in: screen/'
holds "in a list too" fault "roles.d/guard.yaml:11: role 'held': \`in\` is command" 's/\[command, exec\]/[command, screen]/'
holds "guards on exec without a trail are a fault" fault "role 'held': guards on exec are asked by the tracer" 's/sessions: 9/trail: off/'
days_loaded=$(grep -c policy-loaded "$root.log")
kill -HUP "$posternd"
within $days_limit sh -c "[ \$(grep -c policy-loaded '$root.log') -gt $days_loaded ]"
has_role() { p engineer roles | grep -q held; }
within $days_limit has_role

# ---- with a terminal
id=$(p engineer request held --reason guards --for 30m) && p approver grant "$id" >/dev/null
enter_pty one held || { fail "a session starts"; tap_end; }
type() { for type_one; do "$drive" "$pty" type "$type_one" >/dev/null; done; }
sees() { "$drive" "$pty" wait "$1" >/dev/null; }
quiet() { "$drive" "$pty" gone "$1" >/dev/null; }
never() { no "$drive" "$pty" saw "$1"; }
type "PATH=$tools:\$PATH; clear\\r"
type 'echo be""fore\r'
holds "a program that no rule knows is executed" sees before
type 'rm -rf /; echo status-$?\r'
holds "denied: the screen says what and why" sees 'Not run: rm -rf / (rm-root: it removes everything'
holds "and the shell hears that it may not" sees status-126
type 'clear; clean.sh\r'
holds "in a script as well, which goes on" sees script-126
type "clear; sh -c 'exec $tools/rm -rf /'; echo 'over'-\$?\\r"
holds "and by its whole path" sees over-126
holds "none of them ran" never ran-rm
quiet 'Not run'
type 'clear; deploy now\r'
holds "warned: it is said" sees 'Careful: deploy now (deploy: it is Friday)'
holds "and it runs" sees ran-deploy-now
type 'clear; wipe a\r'
holds "to be confirmed: a word is asked for" sees 'Type yes to run it, or Esc'
type 'yes'
sees 'yes_'
type '\r'
holds "and the word runs it" sees ran-wipe-a
type 'clear; wipe b; echo after-$?\r'
sees 'Type yes to run it'
type '\e'
holds "Esc refuses it" sees after-126
holds "and it has not run" never ran-wipe-b
type 'clear; note x\r'
sees 'Type yes to enter it'
type 'yes'
sees 'yes_'
type '\r'
holds "what was confirmed as a line is not asked about again" sees ran-note-x
type 'clear; ship c\r'
holds "asked: the engineer waits" sees 'An approver is being asked; Esc says no. ship c'
waits() { p approver sessions --json | grep -q "waits for a yes or no: $1"; }
holds "the approver sees rule and command" within $days_limit waits 'ship: ship c'
p approver allow "$session" --reason "for the audit" >/dev/null
holds "a yes runs it" sees ran-ship-c
type 'clear; ship d; echo after-$?\r'
sees 'being asked'
within $days_limit waits 'ship: ship d'
p approver refuse "$session" --reason "not now" >/dev/null
holds "a no is told with its reason" sees 'approver says no: not now'
holds "and refuses it" sees after-126
holds "it has not run" never ran-ship-d
quiet 'says no'
type 'clear; (ship e; echo after-"$?") & sleep 0; echo goes-"on"\r'
sees 'being asked'
holds "others go on while one waits" sees goes-on
type '\e'
sees after-126
type "clear; sh $tools/many.sh\\r"
answered() {	# Esc to whatever is asked, until all is over
	"$drive" "$pty" has many-done && return
	if "$drive" "$pty" has 'Type yes to run it'; then type '\e'; fi
	return 1
}
within $days_limit answered >/dev/null
holds "hundreds at once are answered, and no more wait than there is room for" sees many-done
holds "and those that nobody confirmed have not run" never ran-wipe-1
type '^C' 'exit\r'
holds "the session ends" within $days_limit is_over "$pty"
kept() { p auditor export --reason test --as commands "$session" 2>/dev/null; }
within $days_limit eval 'kept >"$root.kept" && [ -s "$root.kept" ]'
for word in 'rm-root: denied] rm -rf /' 'deploy: warned] deploy now' 'wipe: confirmed] wipe a' 'wipe: withdrawn] wipe b' \
	'ship: allowed by approver] ship c' 'ship: refused by approver] ship d'; do
	holds "the recording tells [guard $word" grep -qF "[guard $word" "$root.kept"
done
holds "the log tells it as well" within $days_limit sh -c "'$peer' log '$root' '$session' | grep -q 'guarded: ship: refused by approver'"

# ---- without one
id=$(p engineer request held --reason guards --for 30m) && p approver grant "$id" >/dev/null
run() { p engineer enter held -- "$@" >"$root.out" 2>"$root.err" </dev/null; }
run "$tools/rm -rf /"
status=$?
holds "without a terminal it is denied" [ $status -ne 0 ]
holds "with a sentence" grep -q 'Not run: ' "$root.err"
run "sh $tools/inner.sh"
holds "what cannot be confirmed is not run" grep -q 'Not run: without a terminal nothing can be confirmed. wipe x' "$root.err"
holds "and what comes behind it is" grep -q '^over$' "$root.out"
holds "neither has run" no grep -q ran- "$root.out"
stops() {	# SCRIPT: what it runs is refused, and it goes on
	run "sh $tools/$1.sh"
	grep -q '^over' "$root.out" && no grep -q ran- "$root.out" || { sed 's/^/# /' "$root.out" "$root.err"; return 1; }
}
holds "nor what stands behind so many arguments that nobody reads them" stops padded
holds "which is said" grep -q 'too-long: only 8 KiB' "$root.err"
holds "nor behind many short ones" stops many-words
holds "nor a path that means something else to whom looks" stops self
holds "nor what is found behind a folder that is missing" stops tries
holds "what is missing is missing" grep -q "absent-thing.*No such file" "$root.err"
printf 'one\003\ntwo\n' >"$root.in"
p engineer enter held -- "PATH=$tools:\$PATH; ship y; ship y; cat" >"$root.out" 2>"$root.err" <"$root.in" &
asking=$!
days_mine="$days_mine $asking"
holds "without a terminal an approver is asked" within $days_limit waits 'ship: bash -c PATH='
holds "which is said" within $days_limit grep -q 'An approver is being asked. bash -c PATH=' "$root.err"
session=$(p approver sessions --json | grep 'waits for a yes' | ids)
p approver allow "$session" >/dev/null
wait "$asking"
holds "a yes to the whole command runs all of it" [ "$(grep -c ran-ship-y "$root.out")" = 2 ]
holds "and standard input was left alone" grep -q two "$root.out"

# ---- nobody is there to answer
if [ "$as_root" = yes ]; then
	p engineer enter held -- "sh $tools/late.sh" >"$root.out" 2>"$root.err" </dev/null &
	asking=$!
	days_mine="$days_mine $asking"
	within $days_limit waits 'ship: ship z'
	session=$(p approver sessions --json | grep 'waits for a yes' | ids)
	kill -9 "$(worker_of "$session")"
	wait "$asking"
	holds "with its worker the session ends" within $days_limit is_gone "$session"
	holds "and what was held has not run" no grep -q ran-ship-z "$root.out"
else
	skip "with its worker the session ends" "only root sees whose worker it is"
	skip "and what was held has not run" "only root sees whose worker it is"
fi
tap_end
