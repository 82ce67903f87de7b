#!/bin/sh
# SPDX-License-Identifier: ISC
# From a session by ssh to a second sshd: the passwords that are typed there, at the login and behind it, are in no file; the
# commands that are typed there are in the recording.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
export TOP_SRCDIR TOP_BUILDDIR
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/sshd_lib.sh"
sshd_begin "$0"

# --- the machine behind the bastion: another sshd, accounts with passwords
login=tulip-$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')
asked=crocus-$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')
other=anemone-$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')
sshd_account pt-far /bin/bash
sshd_account pt-far2 /bin/sh
printf 'pt-far:%s\npt-far2:%s\n' "$login" "$other" | chpasswd || sshd_die "passwords"
far=$((port + 1))
cat >"$stage/far.conf" <<TXT
Port $far
ListenAddress 127.0.0.1
HostKey /etc/ssh/ssh_host_ed25519_key
PasswordAuthentication yes
KbdInteractiveAuthentication no
UsePAM yes
PidFile none
TXT
/usr/sbin/sshd -D -E "$stage/far.log" -f "$stage/far.conf" </dev/null >/dev/null 2>&1 &
within $sshd_limit grep -q 'Server listening' "$stage/far.log" || sshd_die "the second sshd"

# --- the session
granted shell 10m
on eng ssh -tt pt-eng enter shell
d eng wait '$' >/dev/null
d eng type "PS1='he''re> '\\r"
holds "a session is open" d eng wait 'here>'
session=$(u pt-appr sessions --json | field session)
d eng type "ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -p $far pt-far@127.0.0.1\\r"
holds "the other machine asks for a password" d eng wait "pt-far@127.0.0.1's password:"
d eng type "$login\\r"
holds "and takes it" d eng wait '~$'
d eng type "PS1='the''re> '\\r"
holds "a shell is open there" d eng wait 'there>'
d eng type 'echo from $((40 + 2)) afar\r'
holds "commands run there" d eng wait 'from 42 afar'
d eng type '\e[A again\r'
holds "one is recalled there, and goes on" d eng wait 'from 42 afar again'
d eng type 'echo corrext\x7f\x7fct$((1))\r'
holds "one is corrected" d eng wait 'correct1'
d eng type 'stty -echo; echo rea""dy; read x; stty echo; echo "${#x} letters"\r'
d eng wait ready >/dev/null
d eng type "$asked\\r"
holds "a question without echo there is answered" d eng wait "${#asked} letters"
d eng type 'su pt-far2 -c "echo as \\$(id -un)"\r'
d eng wait 'Password:' >/dev/null
d eng type "$other\\r"
holds "so is su there" d eng wait 'as pt-far2'
d eng type 'echo le""aving; exit\r'
holds "the engineer comes back" d eng wait 'closed.'
d eng type 'echo ho""me; exit\r'
d eng status >/dev/null
ended() { u pt-appr sessions "$session" --json | grep -q '"state":"ended"'; }
holds "the session is over" within $sshd_limit ended

# --- what is left of it
nowhere() { # NAME SECRET: neither it nor its second half is in a file, and it is looked for where something is found
	nowhere_found=$(grep -raslF -e "$2" -e "${2#*-}" "$stage" "$state" /run /var/log /dev/shm)
	nothing "$1" "$nowhere_found"
}
nowhere "the password of the login is in no file" "$login"
nowhere "nor is the one that was asked for there" "$asked"
nowhere "nor that of su there" "$other"
holds "a word that is there is found" grep -rasqF 'Server listening' "$stage" "$state" /run /var/log
desk() { unshare -m sh -c 'mount -t tmpfs tmpfs /run/postern && exec "$@"' sh "$@"; }
for sshd_format in input raw text asciicast commands; do
	desk "$postern" export --reason "a look at it" -H pt-aud -i "$stage/keys/auditor" --as $sshd_format "$session" -o "$stage/export.$sshd_format"
	holds "it can be exported as $sshd_format" test -s "$stage/export.$sshd_format"
done
nowhere "and no export has the password of the login" "$login"
nowhere "or the one that was asked for" "$asked"
nowhere "or that of su" "$other"
tr '\r' '\n' <"$stage/export.input" >"$stage/lines"
sed 's/^/# /' "$stage/lines"
typed() { grep -qxF -e "$1" "$stage/lines"; }
holds "the command that went there is recorded" grep -q "^ssh .*pt-far@127.0.0.1\$" "$stage/lines"
holds "a command that was typed there is recorded" typed 'echo from $((40 + 2)) afar'
holds "and the one that asked" typed 'stty -echo; echo rea""dy; read x; stty echo; echo "${#x} letters"'
holds "and su" typed 'su pt-far2 -c "echo as \$(id -un)"'
holds "and the last" typed 'echo le""aving; exit'
holds "and one back here" typed 'echo ho""me; exit'
sed 's/^/# /' "$stage/export.commands"
entered() { grep -qF -e "  $1" "$stage/export.commands"; }
holds "the lines are told as they stood on the screen: the one that was recalled there" entered 'echo from $((40 + 2)) afar again'
holds "the one that was corrected" entered 'echo correct$((1))'
holds "the one that left" entered 'echo le""aving; exit'
holds "an answer without echo makes no line" [ "$(grep -c "{#x} letters" "$stage/export.commands")" = 1 ]
tap_end
