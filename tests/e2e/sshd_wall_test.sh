#!/bin/sh
# SPDX-License-Identifier: ISC
# No shell without a grant. Whatever an engineer asks sshd for, and whatever lies in their home, runs nothing: everything
# that is tried would leave a mark, and no mark is left.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
export TOP_SRCDIR TOP_BUILDDIR
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/sshd_lib.sh"
sshd_begin "$0"

marks=$stage/marks
mkdir -m 777 "$marks"
home=$stage/home/pt-eng
mark="touch $marks"
preload=$stage/preload.so
cp "$TOP_BUILDDIR/tests/e2e/sshd_preload.so" "$preload" && chmod 755 "$preload"

# --- a home full of traps
mkdir "$home/.ssh"
for name in .bashrc .profile .bash_profile .bash_login .zshrc .kshrc .shrc .ssh/rc .logout .bash_logout; do echo "$mark/$(basename $name)" >"$home/$name"; done
printf 'LD_PRELOAD=%s\nSSHD_MARK=%s/environment\nENV=%s/.shrc\nBASH_ENV=%s/.bashrc\n' "$preload" "$marks" "$home" "$home" >"$home/.ssh/environment"
sed 's/environment/pam_environment/' "$home/.ssh/environment" >"$home/.pam_environment"
printf 'Host *\n\tProxyCommand %s/proxy\n\tKnownHostsCommand /usr/bin/touch %s/known\n\tPermitLocalCommand yes\n\tLocalCommand %s/local\n' "$mark" "$marks" "$mark" >"$home/.ssh/config"
cp "$stage/keys/pt-eng.pub" "$home/.ssh/authorized_keys"
ssh-keygen -q -t ed25519 -N '' -f "$stage/keys/other"
echo "command=\"$mark/authorized\" $(cat "$stage/keys/other.pub")" >>"$home/.ssh/authorized_keys"
chown -R pt-eng: "$home"
chmod 700 "$home/.ssh"

# Processes of the engineer: nothing but sshd and what Postern consists of.
strangers() {
	for pid in $(of pt-eng); do
		name=$(cat "/proc/$pid/comm" 2>/dev/null) || continue
		case $name in
		sshd | postern | postern-console | postern-player) ;;
		*) echo "$name ($(tr '\0' ' ' <"/proc/$pid/cmdline"))" ;;
		esac
	done
}
# tried WORDS COMMAND...: the command leaves no mark and no process. Its end is waited for, but not long.
tried() {
	words=$1
	shift
	timeout 20 "$@" >"$stage/out" 2>"$stage/err" </dev/null
	result=$?
	found=$(ls "$marks"; strangers)
	nothing "$words runs nothing" "$found"
	rm -rf "$marks"/*
}
fails() { # as tried, and ssh does not even say that it worked
	tried "$@"
	if [ $result -ne 0 ] && [ $result -ne 124 ]; then pass "and $1 is refused"; else fail "and $1 is refused"; fi
}
says() { if grep -qF -- "$1" "$stage/err" "$stage/out"; then pass "with a sentence: $1"; else sed 's/^/# /' "$stage/err"; fail "with a sentence: $1"; fi; }

# --- the traps spring where they should: the test could fail
b pt-eng sh -c ". $home/.bashrc"
LD_PRELOAD=$preload SSHD_MARK=$marks/preloaded /bin/true
holds "the traps would leave marks" test -e "$marks/.bashrc" -a -e "$marks/preloaded"
rm -f "$marks"/* "$marks"/.[a-z]*

# --- commands
fails "ssh host COMMAND" ssh pt-eng "$mark/a"
fails "ssh host /bin/sh" ssh pt-eng /bin/sh -c "'$mark/a'"
says "without a grant there is no shell"
fails "ssh -t host /bin/bash" ssh -tt pt-eng /bin/bash
fails "ssh host bash" ssh pt-eng bash
for text in "roles; $mark/a" "roles | $mark/a" "roles && $mark/a" "\$($mark/a)" "\`$mark/a\`" "roles
$mark/a" "roles \$($mark/a)" "-c $mark/a" "'' -c '$mark/a'" "roles > $marks/a" "postern roles & $mark/a" "../../bin/sh" "--" "enter shell -- $mark/a" "postern enter shell -- $mark/a" "./postern roles; sh"; do
	tried "ssh host '$(printf %s "$text" | tr '\n' '~' | sed "s,$stage,,g")'" ssh pt-eng "$text"
done
printf '%s/stdin\nexit\n' "$mark" >"$stage/script"
timeout 20 ssh pt-eng <"$stage/script" >"$stage/out" 2>&1
nothing "commands on the standard input of a login run nothing" "$(ls "$marks")"

# --- every command of Postern
for verb in roles "roles --all" "request shell --reason x" status "status --json" requests "requests --all" sessions "sessions --all" ls console stdio \
    "cancel 0" "grant 0" "deny 0 --reason x" "revoke 0" "say 0 x" "show 0" "play 0" "retention plan" "retention run" menu end "note x" --help --version; do
	tried "ssh host $verb" ssh pt-eng $verb
done
for verb in "record -- $mark/a" "record -o $marks/a -- true" "export --as raw 0" "export --as raw $home/.bashrc" "export -o $marks/a --as raw 0" redact "redact --rules $home/.bashrc" \
    "import --as script $home/.bashrc -o $marks/a" try "try --keep" doctor "policy check $home" "policy show" "play $home/.bashrc" "play .bashrc" "ls -H x" "ls --host x" "ls --host=x" "ls -Hx" "console -H x" \
    "console --host=x" "ls --root $home" "roles --root=$home" "requests --as appr" "play -i $home/.bashrc 0" "play --identity $home/.bashrc 0" "play --speed -- -H x 0" "ls --person -- -H x" \
    "console -- -H x" "enter --reason -- --root $home shell -- true" "requests -o $marks/a" "roles -o $marks/a" "--root $home roles"; do
	fails "ssh host $(printf %s "$verb" | sed "s,$stage,,g")" ssh pt-eng $verb
done

# --- files
for program in "sftp -b $stage/batch" "scp -O" "scp -s"; do
	echo "put $stage/batch $marks/a" >"$stage/batch"
	case $program in
	sftp*) fails "sftp" $program pt-eng ;;
	*) fails "$program" $program "$stage/batch" "pt-eng:$marks/a" ;;
	esac
done
fails "scp from the bastion" scp -O pt-eng:/etc/passwd "$stage/passwd"
nothing "no file came out" "$(ls "$stage/passwd" 2>/dev/null)"
fails "the sftp subsystem" ssh -s pt-eng sftp

# --- forwardings: sshd's own port is what would answer
greets() { bash -c 'exec 3<>/dev/tcp/127.0.0.1/'"$1"' && { [ -z "$2" ] || { printf "\5\1\0\5\1\0\1\177\0\0\1$2" >&3; sleep 0.5; }; } && timeout 3 head -c 40 <&3 | grep -aq SSH-' sh "$@" 2>/dev/null; }
holds "a port without Postern in between answers" greets "$port" ''
tried "ssh -W" ssh -W 127.0.0.1:"$port" pt-eng
nothing "and connects nothing" "$(grep -a SSH- "$stage/out")"
other=$((port + 1))
octal=$(printf '\\%03o\\%03o' $((port / 256)) $((port % 256)))
forwards() { # OPTION ARGUMENT REQUEST: ssh -N with it; is anything behind it?
	ssh -N "$1" "$2" pt-eng >"$stage/out" 2>"$stage/err" </dev/null &
	forward=$!
	within $sshd_limit bash -c "exec 3<>/dev/tcp/127.0.0.1/$other"
	greets "$other" "$3"
	sshd_result=$?
	found=$(strangers)
	kill $forward && wait $forward
	return $sshd_result
} 2>/dev/null
holds "ssh -L forwards nothing" no forwards -L "$other:127.0.0.1:$port" ''
holds "ssh -D forwards nothing" no forwards -D "$other" "$octal"
holds "ssh -L to a unix socket forwards nothing" no forwards -L "$other:/run/postern/gate.sock" ''
nothing "ssh -N runs nothing" "$found"
fails "ssh -R" ssh -N -o ExitOnForwardFailure=yes -R "$other:127.0.0.1:$port" pt-eng
fails "ssh -R of a unix socket" ssh -N -o ExitOnForwardFailure=yes -R "$marks/socket:127.0.0.1:$port" pt-eng
fails "ssh -w" ssh -N -o ExitOnForwardFailure=yes -w 5:5 pt-eng
eval "$(ssh-agent -s)" >/dev/null
ssh -A -f -N pt-eng 2>/dev/null
nothing "ssh -A leaves no socket of an agent" "$(find /tmp -maxdepth 1 -name 'ssh-*' -user pt-eng 2>/dev/null)"
ssh-agent -k >/dev/null
for pid in $(of pt-eng); do kill "$pid"; done

# --- variables and keys
tried "SendEnv and SetEnv of LD_PRELOAD" ssh -o "SetEnv LD_PRELOAD=$preload SSHD_MARK=$marks/a BASH_ENV=$home/.bashrc" -o "SendEnv LD_*" pt-eng roles
SSH_ORIGINAL_COMMAND="$mark/a" POSTERN_ROOT=$home tried "SendEnv of Postern's variables" ssh -o "SendEnv POSTERN_* SSH_*" pt-eng roles
tried "a strange TERM and locale" env TERM="../../$home" LC_ALL="../../$home" LANG="\$($mark/a)" ssh -tt pt-eng roles
fails "a key in the engineer's own authorized_keys" ssh -i "$stage/keys/other" -o IdentityFile="$stage/keys/other" -o IdentitiesOnly=yes -F none -p "$port" -o HostKeyAlias=bastion -o UserKnownHostsFile="$stage/known_hosts" -o BatchMode=yes pt-eng@127.0.0.1
tried "a login with ~/.ssh/rc and ~/.ssh/environment" ssh pt-eng status

# --- the two halves of the wall hold alone, too
fails "as login shell, -c COMMAND" b pt-eng "$postern" -c "$mark/a"
fails "as login shell, -c with an option" b pt-eng "$postern" -c "play --speed -- -H x 0"
tried "as login shell, -l" b pt-eng bash -c "exec -a -postern '$postern'"
sed -i 's/PermitUserRC no/PermitUserRC no\n    PermitTTY yes/; s/^    ForceCommand.*//' /etc/ssh/sshd_config.d/postern.conf
kill -HUP "$sshd"
within $sshd_limit ssh pt-eng roles
fails "without ForceCommand, ssh host COMMAND" ssh pt-eng "$mark/a"
fails "without ForceCommand, sftp" sftp -b "$stage/batch" pt-eng
fails "without ForceCommand, scp" scp "$stage/batch" "pt-eng:$marks/a"
tried "without ForceCommand, a login" ssh -tt pt-eng

# --- and after all that the gate still answers, and nobody holds anything
holds "the gate has granted nothing" sh -c "! grep -q 'granted\|session-started' '$stage/posternd.log'"
holds "and still answers" within $sshd_limit u pt-appr requests
tap_end
