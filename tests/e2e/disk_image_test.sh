#!/bin/sh
# SPDX-License-Identifier: ISC
# Everything a gate keeps lies on a file system of its own; after sessions full of secrets, some of them killed in the middle,
# the raw image of that file system is searched for them.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
export TZ=UTC LC_ALL=C.UTF-8
days_begin image
base=$root
image=$base.img disk=$base.disk
mount_image() {
	mkdir "$disk" && truncate -s 96M "$image" && mkfs.ext4 -q -F "$image" && mount -o loop "$image" "$disk"
}
if [ "$as_root" = no ]; then skip "no secret is on the disk" "a file system of its own needs root"; tap_end; fi
if ! command -v mkfs.ext4 >/dev/null || ! mount_image 2>/dev/null; then skip "no secret is on the disk" "no file system can be mounted here"; tap_end; fi
days_mounts="$days_mounts $disk"
chmod 755 "$disk"
mkdir -m 1777 "$disk/tmp" "$disk/home"
export TMPDIR="$disk/tmp" HOME="$disk/home"
root=$disk/gate
ulimit -c unlimited

# Values of this run alone, off the image.
feed=$base.feed
mkdir -m 755 "$feed"
any() { head -c 400 /dev/urandom | base64 -w0 | tr -dc "$1" | head -c "$2"; }
token=ghp_$(any 'A-Za-z0-9' 36)
aws=AKIA$(any 'A-Z2-7' 16)
word=Pw$(any 'a-z0-9' 18)
typed=ghp_$(any 'A-Za-z0-9' 36)
body=$(any 'A-Za-z0-9' 60)
title=ghp_$(any 'A-Za-z0-9' 36)
slow=ghp_$(any 'A-Za-z0-9' 36)
half=ghp_$(any 'A-Za-z0-9' 36)
blind=$(any 'a-z0-9' 20)
mail=$(any 'a-z' 14)@$(any 'a-z' 12).example
cat >"$feed/secrets" <<FEED
echo "token $token in a line"
printf 'aws_access_key_id = \033[1;31m%s\033[0m%s\n' '$(printf %s "$aws" | cut -c1-9)' '$(printf %s "$aws" | cut -c10-)'
echo '{"user": "x", "password": "$word", "n": 1}'
printf -- '-----BEGIN OPENSSH PRIVATE KEY-----\n$body\n$body\n-----END OPENSSH PRIVATE KEY-----\n'
printf '\033]0;%s\007' '$title'
for c in $(printf '%s' "$slow" | sed 's/./& /g'); do printf %s "\$c"; done; echo
printf 'overprint\r%s\n' '$slow'
echo 'mail $mail'
FEED
chmod 644 "$feed/secrets"
echo "$half" >"$feed/half"

days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
sed -i 's/^    keep: standard$/&\n    mask: [secrets, personal]/' "$root/etc/policy.yaml"
kill -HUP "$posternd"
masks() { "$bin/postern" policy show --root "$root" | grep -q 'masks .*personal'; }
within $days_limit masks
p engineer request shell --reason "INC-9 $token" --for 30m >/dev/null
days_grant shell 30m

enter_pty one shell
"$drive" "$pty" type 'unset HISTFILE\r' >/dev/null	# what the shell itself writes down is not ours to mask
holds "a session shows secrets in many ways" "$drive" "$pty" type "sh $feed/secrets; echo all''-said\\r"
holds "they are covered" "$drive" "$pty" wait 'all-said'
"$drive" "$pty" type "stty -echo; echo as''k; read answer; stty echo; echo got''-it\\r" >/dev/null
"$drive" "$pty" wait 'ask' >/dev/null
"$drive" "$pty" type "$blind\\r" >/dev/null
"$drive" "$pty" wait 'got-it' >/dev/null
"$drive" "$pty" type ": export TOKEN=$typed\\r" >/dev/null
"$drive" "$pty" type 'echo typed""-all\r' >/dev/null
holds "one is typed, and one at a prompt that does not show it" "$drive" "$pty" wait 'typed-all'
"$drive" "$pty" dump >"$disk/tmp/screen"
p engineer status >/dev/null 2>&1
"$drive" "$pty" type 'exit\r' >/dev/null
within $days_limit is_gone "$session"
first=$session

# Killed with half a secret undecided, and aborted: neither leaves it behind, not in a core either.
for signal in KILL ABRT; do
	enter_pty "$signal" shell
	"$drive" "$pty" type "head -c 25 $feed/half; sleep 100\\r" >/dev/null
	sleep 0.3
	kill -s "$signal" "$(worker_of "$session")"
	within $days_limit is_gone "$session"
done
holds "killed workers end their sessions" within $days_limit is_gone "$session"
holds "no core is left" sh -c "! find '$disk' / -xdev -maxdepth 1 -name 'core*' -newer '$feed/half' | grep -q ."
p auditor ls >/dev/null
"$bin/postern" export --reason "a look at it" --root "$root" --as auditor "$first" -i "$root/auditor.key" --as raw -o "$disk/tmp/raw" >/dev/null 2>&1 ||
	XDG_CONFIG_HOME=$disk/tmp p auditor show "$first" >/dev/null
kill "$posternd"
wait "$posternd" 2>/dev/null
sync
for pty in $days_ptys; do "$drive" "$pty" end; done >/dev/null 2>&1	# their sockets hold it
within $days_limit umount "$disk" && days_mounts=''
root=$base

# Each value, and each run of sixteen characters of its secret part.
windows() {
	for value in "$token" "$aws" "$word" "$typed" "$body" "$title" "$slow" "$blind" "$mail" "$(head -c 25 "$feed/half")"; do
		printf '%s\n' "$value" | awk '{ s = substr($0, 1, 4) == "ghp_" ? substr($0, 5) : $0
			print s; for (i = 1; i + 15 <= length(s); i += 4) print substr(s, i, 16) }'
	done
}
if [ -n "${DAYS_KEEP:-}" ]; then
	printf '# %s\n' "token $token" "aws $aws" "word $word" "typed $typed" "title $title" "slow $slow" "blind $blind" "mail $mail" "half $half"
fi
windows | sort -u >"$feed/patterns"
found() { LC_ALL=C grep -a -o -F -f "$feed/patterns" "$1" | sort | uniq -c; }
holds "what is searched for would be found" sh -c "[ \"\$(LC_ALL=C grep -a -c -F -f '$feed/patterns' '$feed/secrets')\" -gt 3 ]"
nothing "no secret is on the disk, the journal with it" "$(found "$image")"
tap_end
