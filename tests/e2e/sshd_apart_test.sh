#!/bin/sh
# SPDX-License-Identifier: ISC
# What an engineer cannot do: decide for themselves, touch the recorder, open what is kept, look out of a session. Where it
# matters, code of theirs runs under their own uid, as if the wall in front had a hole.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
export TOP_SRCDIR TOP_BUILDDIR
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/sshd_lib.sh"
sshd_begin "$0"

probe=$stage/probe
cp "$TOP_BUILDDIR/tests/e2e/sshd_probe" "$probe" && chmod 755 "$probe"
row_is() { u pt-appr requests "$1" --json | grep -q "\"state\":\"$2\""; }
refused() { # WORDS SENTENCE COMMAND...: fails, and says so
	words=$1 sentence=$2
	shift 2
	if no "$@" && grep -qF -- "$sentence" "$stage/no"; then pass "$words"; else sed 's/^/# /' "$stage/no"; fail "$words"; fi
}

# --- four eyes
request=$(ssh pt-eng request shell --reason "'INC-2 four eyes'")
refused "an engineer cannot grant their own request" "nobody decides their own request" ssh pt-eng grant "$request"
refused "nor from the second account of the same person" "nobody decides their own request" ssh pt-eng2 grant "$request"
refused "nor on the bastion itself" "nobody decides their own request" u pt-eng2 grant "$request"
refused "nor as somebody else by an option" "refused here" ssh pt-eng grant "$request" --as appr
no u pt-eng grant "$request" --as appr >/dev/null
holds "the request still waits" row_is "$request" waiting
refused "somebody without a place in the policy is nobody" "" b pt-role "$postern" grant "$request"
refused "who may decide nothing cannot grant it" "" ssh pt-aud grant "$request"
holds "an approver can" within 1 u pt-appr grant "$request"
refused "a grant cannot be entered by somebody else" "" ssh pt-appr enter shell -- true
holds "the second account of the person may use it" sh -c '[ "$(ssh pt-eng2 enter shell -- id -un)" = pt-role ]'

# --- a session to aim at, and its processes
on victim ssh -tt pt-eng enter shell
d victim wait '$' >/dev/null
session=$(u pt-appr sessions --json | grep '"state":"running"' | field session)
inside=$(of pt-role | head -n 1)
parent() { awk '{ print $4 }' "/proc/$1/stat"; }
init=$(parent "$inside")
warden=$(parent "$init")
for dir in /proc/[0-9]*; do
	case $(readlink "$dir/fd/4") in "$state/rec/$session.rec") worker=${dir#/proc/} ;; esac
done
gate=$(for pid in $(cat "/proc/$daemon/task/$daemon/children"); do grep -lx postern-gate "/proc/$pid/comm" | cut -d/ -f3; done)
keeper=$(for pid in $(cat "/proc/$daemon/task/$daemon/children"); do grep -lx postern-keeper "/proc/$pid/comm" | cut -d/ -f3; done)
names=$(cat "/proc/$init/comm" "/proc/$warden/comm" "/proc/$worker/comm" | tr '\n' ' ')
holds "init, warden and worker are found" [ "$names" = "postern-init postern-warden postern-worker " ]
holds "the worker runs as its own account" [ "$(stat -c %U "/proc/$worker")" = _posternw ]
holds "the gate runs as its own account" [ "$(stat -c %U "/proc/$gate")" = _postern ]
holds "the probe itself works" sh -c "'$probe' signal $worker >/dev/null"

closed() { # PID TRICK...: ACCOUNT may do none of these
	for trick in signal trace memory descriptor; do
		if b "$1" "$probe" $trick "$2" >/dev/null; then echo "$1 may $trick $3"; fi
	done
	for file in mem maps environ fd fdinfo cwd root syscall stack; do
		if b "$1" ls "/proc/$2/$file/" >/dev/null 2>&1 || b "$1" head -c 1 "/proc/$2/$file" >/dev/null 2>&1 || b "$1" readlink "/proc/$2/$file" >/dev/null 2>&1; then echo "$1 may read $file of $3"; fi
	done
}
for account in pt-eng pt-role; do
	who=$([ $account = pt-eng ] && echo "the engineer's" || echo "the role's")
	nothing "$who account cannot read, trace or signal the worker" "$(closed $account "$worker" worker)"
	nothing "$who account cannot read, trace or signal the warden" "$(closed $account "$warden" warden)"
	nothing "$who account cannot read, trace or signal init" "$(closed $account "$init" init)"
	nothing "$who account cannot read, trace or signal the gate" "$(closed $account "$gate" gate)"
	nothing "$who account cannot read, trace or signal the keeper" "$(closed $account "$keeper" keeper)"
	nothing "$who account cannot open recording, slots, catalogue" "$(find "$state" -type f | while read -r file; do b $account head -c 1 "$file" >/dev/null 2>&1 && echo "$file"; done)"
	nothing "$who account cannot list what is kept" "$(b $account ls "$state" "$state/rec" 2>/dev/null)"
	nothing "$who account cannot change the settings" "$(for file in "$etc" "$etc"/*; do b $account test -w "$file" && echo "$file"; done)"
	nothing "$who account cannot reach a worker's own socket" "$(for file in "/run/postern/w/$session" "/run/postern/s/$session/session.sock"; do b $account "$probe" connect "$file" >/dev/null && echo "$file"; done)"
	holds "$who account cannot take the gate's place" no b $account sh -c 'rm -f /run/postern/gate.sock || mv /run/postern /run/other || : >/run/postern/x'
done
nothing "the engineer's account cannot signal what runs in the session" "$(closed pt-eng "$inside" shell | grep -v 'cwd\|root' )"
holds "the worker's account cannot open what is kept" no b _posternw head -c 1 "$state/catalogue.db"

# --- from inside
in_session() { ssh pt-eng enter shell -- "$@"; }
script() { cat >"$stage/script-$1" && chmod 755 "$stage/script-$1"; }
in_session true || fail "a second session under the same grant"
nothing "inside, the gate cannot be reached" "$(in_session "$probe" connect /run/postern/gate.sock | grep 'it worked')"
nothing "nor by the root of another process" "$(for pid in 1 self; do in_session "$probe" connect /proc/$pid/root/run/postern/gate.sock | grep 'it worked'; done)"
holds "inside, /run/postern holds session.sock and nothing else" [ "$(in_session ls -A /run/postern)" = session.sock ]
holds "inside, postern talks to its own session" sh -c "ssh pt-eng enter shell -- '$postern' status | grep -q 'eng as shell, granted by appr: INC-2 four eyes'"
holds "inside, postern cannot ask the gate" no in_session "$postern" roles
nothing "inside, nothing that is kept can be seen" "$(in_session ls -A "$state" 2>/dev/null)"
script pids <<'TXT'
for dir in /proc/[0-9]*; do cat $dir/comm; done 2>/dev/null | sort -u | grep -vx 'postern-init\|postern-tracer\|sh\|cat\|sort\|grep\|script-pids'
TXT
nothing "inside, other processes cannot be seen" "$(in_session "$stage/script-pids")"
holds "inside, pid 1 cannot be signalled" no in_session "$probe" signal 1
holds "inside, pid 1 cannot be traced" no in_session "$probe" trace 1
nothing "inside, processes outside cannot be named" "$(for pid in "$worker" "$warden" "$init" "$gate"; do in_session "$probe" signal "$pid" | grep 'it worked'; done)"
LANG=C.UTF-8 LC_TIME=C LC_ALL='' FOO=bar ssh -o "SendEnv *" -o "SetEnv LD_PRELOAD=/x EVIL=1" pt-eng enter shell -- env | sed 's/=.*//' | sort | tr '\n' ' ' >"$stage/names"
sed 's/^/# /' "$stage/names"; echo
holds "the environment inside is from scratch; only LANG and LC_* crossed" grep -qx 'HOME LANG LC_ALL LC_TIME LOGNAME PATH POSTERN_SESSION PWD SHELL USER \|HOME LANG LC_TIME LOGNAME PATH POSTERN_SESSION PWD SHELL USER ' "$stage/names"
d victim type 'echo "t=$TERM"\r'
holds "with a terminal TERM crossed too" d victim wait t=xterm-256color
holds "no_new_privs is set" sh -c "ssh pt-eng enter shell -- cat /proc/self/status | grep -q '^NoNewPrivs:.1'"
nothing "no capability is left" "$(in_session cat /proc/self/status | grep '^Cap' | grep -v 'CapBnd\|0000000000000000')"
cp /usr/bin/id "$stage/setuid" && chmod 4755 "$stage/setuid"
holds "a setuid program gives nothing" sh -c "! ssh pt-eng enter shell -- '$stage/setuid' | grep -q 'euid=0'"
holds "outside the same program would have" sh -c "setpriv --reuid pt-role --clear-groups '$stage/setuid' | grep -q 'euid=0'"
script fds <<'TXT'
left=1; for fd in 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$fd ] && readlink /proc/$$/fd/$fd && left=0; done; exit $left
TXT
nothing "no descriptor is left open" "$(in_session "$stage/script-fds")"
d victim type "$stage/script-fds; echo done-\$?\r"
holds "with a terminal neither" d victim wait done-1
holds "no descriptor of ours is in it" sh -c "ssh pt-eng enter shell -- ls /proc/self/fd </dev/null | tr '\\n' ' ' | grep -q '^0 1 2 3 \$'"
ssh -tt pt-eng enter shell -- ls /proc/self/fd </dev/null >"$stage/fds" 2>&1
holds "nor with a terminal" grep -Eq '0 +1 +2 +3[^0-9 ]*$' "$stage/fds"
holds "groups are those of the role" sh -c "[ \"\$(ssh pt-eng enter shell -- id -Gn)\" = pt-role ]"
holds "nothing can be mounted inside" no in_session mount -t tmpfs tmpfs /mnt
holds "the session to aim at is unharmed" d victim alive

# --- an end by the engineer's own hand
for pid in $(of pt-eng); do [ "$(cat "/proc/$pid/comm")" != postern ] || kill -9 "$pid"; done
holds "whoever kills their client ends the session" within $sshd_limit none_of pt-role
holds "and nothing of it remains" within $sshd_limit sh -c "! [ -e /proc/$worker ] && ! [ -e /proc/$warden ] && ! [ -e /proc/$init ]"
tap_end
