#!/bin/sh
# SPDX-License-Identifier: ISC
# Events go out to a file, a syslog socket and a command: each of them, in order, masked, also after the sink was away.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin outputs
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
owner=$(stat -c %u "$root/state")
mine() { chown "$owner" "$@" 2>/dev/null || true; }
to=$root/to
mkdir "$to" && mine "$to"
export_now() { "$bin/postern" log export --state "$root/state" | grep '^{"entry"'; }
events() { export_now >"$root.export"; [ -s "$root.export" ]; }
# same FILE: the export's lines, and the same ones in FILE, each at least once and first in order.
same() {
	events && awk '!seen[$0]++' "$1" >"$root.once" && cmp -s "$root.export" "$root.once"
}
exact() { events && cmp -s "$root.export" "$1"; }
reload() { kill -HUP "$posternd"; }
work() { days_grant shell 5m && p engineer enter shell -- "echo $1" </dev/null >/dev/null 2>&1; }
python3 "$TOP_SRCDIR/tests/e2e/outputs.py" "$root/log.sock" "$root.syslog" &
syslogd=$!
days_mine="$days_mine $syslogd"
within $days_limit test -S "$root/log.sock"
chmod 666 "$root/log.sock"

# A command that dies whenever it has taken a dozen lines.
cat >"$root/taker" <<TXT
#!/bin/sh
n=0
[ -z "\${SSH_AUTH_SOCK-}\${HOSTILE-}" ] || echo LEAK >>$to/taken
while [ \$n -lt 12 ] && IFS= read -r line; do printf '%s\n' "\$line" >>$to/taken; n=\$((n + 1)); done
[ \$n -lt 12 ] || exit 3
TXT
chmod 755 "$root/taker"
cat >"$root/etc/outputs" <<TXT
# where events go
archive file $to/events.json
siem syslog $root/log.sock
ship run $root/taker --to nowhere
wrong carrier pigeon
TXT
chmod 644 "$root/etc/outputs"
reload
holds "the log says what goes where" within $days_limit journal "output archive: file $to/events.json"
holds "and which line is not understood" within $days_limit journal "'wrong carrier pigeon' is not understood"
work one
days_reason='ask AKIAIOSFODNN7EXAMPLE for it'
p engineer request shell --reason "$days_reason" >/dev/null
holds "a file has what log export prints, line by line" within $days_limit exact "$to/events.json"
holds "with the names of events" grep -q '"name":"granted"' "$to/events.json"
holds "its mode is 0640" [ "$(stat -c %a "$to/events.json")" = 640 ]
holds "syslog has each as a frame of RFC 5424" within $days_limit same "$root.syslog"
holds "and none that is wrong" sh -c "! grep -q BAD '$root.syslog'"
holds "a command that dies again and again misses nothing" within 60 same "$to/taken"
holds "in an environment of its own" sh -c "! grep -q LEAK '$to/taken'"
holds "its deaths are in the log" journal 'output-lost: output ship does not work: the command ended with status 3'
holds "and that it came back" journal 'output-back: output ship works again'
holds "secrets in reasons are masked on their way out" sh -c "grep -q 'ask .* for it' '$to/events.json' && ! grep -q AKIAIOSFODNN7 '$to/events.json' '$root.syslog' '$to/taken'"

# Rotated: the old file keeps what it has, the new one goes on behind it.
mv "$to/events.json" "$to/events.1"
work two
rotated() { cat "$to/events.1" "$to/events.json" >"$root.both" && exact "$root.both"; }
holds "after a rotation a new file goes on" within $days_limit rotated

# Away: the folder is missing; syslog is not there.
mv "$to" "$to.away"
kill "$syslogd"
wait "$syslogd" 2>/dev/null
rm -f "$root/log.sock"
work three
holds "a folder that is missing is said" within $days_limit journal 'output-lost: output archive does not work: No such file'
holds "a syslog that is missing too" within $days_limit journal 'output-lost: output siem does not work'
trouble() { "$bin/postern" doctor --root "$root" 2>/dev/null | grep -q "$1"; }
holds "the doctor says it" within $days_limit trouble 'output archive'
gate=$(child gate)
kill -9 "$gate"
holds "while it is away the gate may die" within $days_limit days_answers
work four
mv "$to.away" "$to"
python3 "$TOP_SRCDIR/tests/e2e/outputs.py" "$root/log.sock" "$root.syslog" &
days_mine="$days_mine $!"
within $days_limit test -S "$root/log.sock"
chmod 666 "$root/log.sock"
holds "once it is back nothing is missing" within 90 rotated
holds "nor there" within 90 same "$root.syslog"
holds "which the log says" within $days_limit journal 'output-back: output archive works again'
holds "and the doctor is content" within $days_limit sh -c "! '$bin/postern' doctor --root '$root' 2>/dev/null | grep -q 'output archive'"

# A full disk.
if [ "$as_root" = yes ] && mount -t tmpfs -o size=16k,mode=777 none "$to" 2>/dev/null; then
	days_mounts="$days_mounts $to"
	lost() { [ "$(grep -c 'output-lost: output archive does not work: No space' "$root.log")" -gt 0 ]; }
	fill() { work five; lost; }
	holds "a full disk is said" within 60 fill
	holds "and no line is torn" sh -c "python3 -c 'import json,sys; [json.loads(l) for l in open(sys.argv[1])]' '$to/events.json'"
	mount -o remount,size=4m "$to"
	# The command writes there as well and has lost lines by its own fault; the file has none twice.
	filled() { cat "$to/events.json" >"$root.rest" && events && tail -n "$(wc -l <"$root.rest")" "$root.export" | cmp -s - "$root.rest" && grep -q 'output archive works again' "$root.rest"; }
	holds "and made good when there is room" within 90 filled
else
	skip "a full disk" "needs a mount"
fi
sed -i /archive/d "$root/etc/outputs"
reload
holds "a line that was taken out ends its output" within $days_limit journal 'output archive is there no more'
tap_end
