#!/bin/sh
# SPDX-License-Identifier: ISC
# What is installed as it is: sshd takes our block and obeys it, scripts parse, templates have no holes left.
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/lint/sources.sh"
made=$TOP_BUILDDIR/share
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

nothing "no template has a hole left" "$(grep -nE '@[A-Za-z_]+@' "$made/sshd/postern.conf" "$made"/units/* 2>&1)"
nothing "every path in the unit is whole" \
    "$(grep -E '^Exec' "$made/units/posternd.service" | grep -vE '^Exec[A-Za-z]+=/')"

sshd=$(command -v sshd || ls /usr/sbin/sshd 2>/dev/null)
effective() { "$sshd" -T -f "$dir/sshd_config" -C user=root,host=a.example.org,addr=192.0.2.1 2>&1; }
why=
[ -n "$sshd" ] || why="openssh-server is not installed"
# Debian's service makes this folder; here sshd may never have been started.
[ -n "$why" ] || [ -d /run/sshd ] || mkdir -m 755 /run/sshd 2>/dev/null || why="sshd wants /run/sshd, which only root can make"
if [ -n "$why" ]; then
	skip "sshd takes the block" "$why"
	skip "sshd keeps every way round Postern shut" "$why"
else
	# root stands for the group's members: sshd resolves the user, and the group need not exist here.
	{ echo "HostKey $dir/key"; sed 's/^Match Group .*/Match User root/' "$made/sshd/postern.conf"; } >"$dir/sshd_config"
	ssh-keygen -q -t ed25519 -N '' -f "$dir/key"
	effective >"$dir/obeyed"
	holds "sshd takes the block" test $? -eq 0
	nothing "sshd keeps every way round Postern shut" "$(while read -r line; do
		grep -qixF "$line" "$dir/obeyed" || echo "not in force: $line"
	done <<-TXT
		forcecommand $(sed -n 's/^    ForceCommand //p' "$made/sshd/postern.conf")
		disableforwarding yes
		permittunnel no
		permituserrc no
		permituserenvironment no
		authorizedkeysfile /etc/ssh/postern_keys/%u
	TXT
	)"
fi

nothing "every script parses" "$(for f in $(sources '*.sh') .ci/run; do
	case $(head -n 1 "$f") in
	*bash*) ! command -v bash >/dev/null || bash -n "$f" 2>&1 ;;
	*) sh -n "$f" 2>&1 ;;
	esac
done
! command -v bash >/dev/null || bash -n share/completions/postern 2>&1)"
tap_end
