#!/bin/sh
# SPDX-License-Identifier: ISC
# A role's rights through a real gate: what policy check says, what the kernel refuses, what show tells of it.
. "$TOP_SRCDIR/tests/tap.sh"
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

is() {
	words=$1
	shift
	if "$@" >out 2>&1; then pass "$words"; else
		sed 's/^/# /' out
		fail "$words"
	fi
}
status() { # status NUMBER COMMAND...
	want=$1
	shift
	"$@" >said 2>&1 </dev/null
	got=$?
	[ "$got" -eq "$want" ] || { cat said; echo "exit status $got instead of $want"; return 1; }
}
says() { grep -qE -- "$1" said || { cat said; return 1; }; }
silent() { ! says "$1" >/dev/null; }
as() { person=$1 verb=$2; shift 2; "$postern" "$verb" --root "$root" --as "$person" "$@"; }

policy() { # policy FILE: roles on standard input
	{
		echo 'people: [{person: engineer}, {person: approver}, {person: auditor}]'
		echo 'auditors: [auditor]'
		echo 'roles:'
		cat
	} >"$1/policy.yaml"
}

mkdir -p check
policy check <<'END'
  - {role: open, who: [engineer], as: nobody, approve: {by: [approver]}}
  - role: reader
    who: [engineer]
    as: nobody
    may:
      exec: [/bin/cat]
      read: [/etc, /usr/bin]
    approve: {by: [approver]}
END
is "policy check refuses a folder of programs that may only be read" status 1 "$postern" policy check check
is "with file, line and a sentence" says "^policy.yaml:10: role 'reader': /usr/bin holds [0-9]+ programs outside .exec. \(.*\); name narrower folders, or say .loose: yes."
is "and remarks on a role without rights" says "^warning: role 'open' has no .may.: its sessions reach every file"
policy check <<'END'
  - {role: reader, who: [engineer], as: nobody, may: {exec: [/bin/cat, /nowhere], read: [/usr/bin]}, loose: yes, approve: {by: [approver]}}
END
is "loose: yes allows it" status 0 "$postern" policy check check
is "what is not there is said" says "there is no /nowhere on this machine"
mkdir -p show/etc && policy show/etc <<'END'
  - {role: reader, who: [engineer], as: nobody, system: yes, may: {exec: [/bin/cat], read: [/etc], connect: [5432, 80]}, approve: {by: [approver]}}
END
is "policy show tells the rights" status 0 "$postern" policy show --root "$dir/show"
is "what is executed" says "^  executes    /bin/cat$"
is "what is read" says "^  reads       /etc$"
is "what is connected to" says "^  connects to 5432, 80$"

is "a role can be tried" status 0 "$postern" policy test engineer reader --try --root "$dir/show"
is "what it may execute" says "^  allowed  run /bin/cat$"
is "what it may read" says "^  allowed  read /etc$"
is "where it may connect to" says "^  allowed  connect 5432$"
is "where not" says "^  refused  connect 443: "
is "what it may not run" says "^  refused  run /bin/sh: Permission denied$"
is "what it may not write" says "^  refused  write /tmp: "
is "nor use" says "^  refused  use udp: Permission denied$"
is "as objects too" status 0 "$postern" policy test engineer reader --try --json --root "$dir/show"
is "a line each" says '^\{"allowed":false,"act":"run","what":"/bin/sh","why":"Permission denied"\}$'

mkdir -p "$root/etc"
policy "$root/etc" <<'END'
  - role: shell
    who: [engineer]
    as: nobody
    may: {shell: yes}
    approve: {by: [approver]}
  - role: cat
    who: [engineer]
    as: nobody
    run: [/bin/cat, /etc/hostname, /etc/fstab]
    may: {read: [/etc/hostname, /missing]}
    approve: {by: [approver]}
END
echo 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p' >"$root/etc/auditors"
"$TOP_BUILDDIR/recorder/posternd" --trial --root "$root" 2>>journal &
gate=$!
for _ in $(seq 600); do
	as engineer roles >/dev/null 2>&1 && break
	sleep 0.1
done
session() { # session ROLE [COMMAND]: what it says stays in `said`
	role=$1
	shift
	id=$(as engineer request "$role" --reason INC-1) && as approver grant "$id" >/dev/null &&
		as engineer enter "$role" -- "$@" >said 2>&1 </dev/null
	session=$(as auditor ls --json | head -n 1 | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/')
}
session shell 'echo hello; cat /etc/hostname >/dev/null && echo read; echo x >~/x && echo written; ls /home; exec 3<>/dev/tcp/127.0.0.1/22'
is "a shell with the baseline runs" says "^hello"
is "reads" says "^read"
is "writes at home" says "^written"
is "and does not look elsewhere" says "/home.*Permission denied"
is "show tells what was enforced" status 0 as auditor show "$session"
is "by Landlock" says "^Enforced +Landlock [0-9]+ held it to [0-9]+ files"
is "what it had" says "It had the baseline of a shell"
is "and what it had not" says "It had no (network at all|UDP)"
is "in sentences, not in signs" silent "enforced: .\\{"
is "as an object too" status 0 as auditor show --json "$session"
is "with all of it" says '^\{"session":"[0-9a-f]{32}","enforced":\{"landlock":[0-9]+,.*"by":\["confined"'
session cat
is "a command reads what it may" says "cat: /etc/fstab: Permission denied"
is "and its record" status 0 as auditor show "$session"
is "names what is missing on the machine" says "The role names what is not there: /missing"
stop
tap_end
