# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# For the tests with a real sshd: a bastion of their own, as an administrator would set it up. What was built is installed
# where it was configured for, but in a mount namespace in which that place, /etc, /run and /var/log are private: Debian's
# own sshd_config, our block, real accounts, PAM, doctor, all at their true paths, and nothing of it is seen outside. A
# pid namespace around it ends every process with the test. Source it after tests/tap.sh, then `sshd_begin "$0"`.
sshd_limit=60		# seconds for anything that is waited for
bin=$TOP_BUILDDIR/recorder
drive=$TOP_BUILDDIR/tests/term/drive
export TERM_LIMIT=$sshd_limit LC_ALL=C.UTF-8

# Everything in the script is skipped for this reason.
sshd_skip() {
	skip "a bastion with a real sshd" "$1"
	tap_end
}

# Around the script itself: outside, an empty folder and the namespaces; inside, the stage. Returns only inside.
sshd_begin() {
	case ${SSHD_STAGE:-} in
	'') sshd_outside "$1" ;;
	*)
		stage=$SSHD_STAGE
		sshd_private "$1"
		trap sshd_clean EXIT
		trap 'exit 1' INT TERM HUP
		sshd_stage
		;;
	esac
}

sshd_outside() {
	[ "$(id -u)" -eq 0 ] || sshd_skip "needs root: accounts, namespaces, sshd"
	for sshd_tool in sshd ssh ssh-keygen sftp scp tmux age-keygen unshare useradd setpriv; do
		PATH=$PATH:/usr/sbin command -v $sshd_tool >/dev/null || sshd_skip "$sshd_tool is not installed"
	done
	sshd_prefix
	case $prefix in
	/ | /usr) sshd_skip "it is configured for $prefix, and the machine's own programs there cannot be hidden" ;;
	esac
	sshd_why=$(unshare -m -p -f --propagation unchanged mount -t proc proc /proc 2>&1) ||
	    sshd_skip "no private namespaces here: $sshd_why"
	SSHD_STAGE=$(mktemp -d /tmp/postern-sshd.XXXXXX)
	export SSHD_STAGE
	trap 'rm -rf "$SSHD_STAGE"' EXIT
	trap 'exit 1' INT TERM HUP
	# The first process only waits: it collects what the others leave behind.
	unshare -m -p -f --kill-child --propagation unchanged sh -c 'sh "$1"; exit $?' sh "$1"
	exit
}

sshd_prefix() { prefix=$(sed -n 's/^prefix = //p' "$TOP_BUILDDIR/Makefile"); }

# Nothing is mounted before it is certain that the machine outside does not see it. In a chroot "/" is no mount point and
# cannot be made private; there a private copy of the whole tree becomes the root.
sshd_private() {
	if [ "${SSHD_ROOTED:-}" = yes ] || mount --make-rprivate / 2>/dev/null; then
		mount -t proc proc /proc
		return
	fi
	mount --make-rprivate /sys && mount --rbind / /sys && mount --make-rprivate /sys || sshd_skip "no private mounts in this chroot"
	exec chroot /sys env SSHD_ROOTED=yes sh -c 'cd "$1" && exec sh "$2"' sh "$PWD" "$1"
}

within() { # within SECONDS COMMAND...: true as soon as the command succeeds
	sshd_until=$(($(cut -d. -f1 /proc/uptime) + $1))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ "$(cut -d. -f1 /proc/uptime)" -lt "$sshd_until" ] || return 1
		sleep 0.05
	done
}

sshd_stage() {
	sshd_prefix
	chmod 755 "$stage"
	mount -t tmpfs -o mode=755,size=4g tmpfs "$stage" || sshd_die "a tmpfs"
	cp -a /etc "$stage/etc" && mount --bind "$stage/etc" /etc || sshd_die "a private /etc"
	mount -t tmpfs -o mode=755,size=64m tmpfs /run && mkdir -m 755 /run/sshd || sshd_die "a private /run"
	mount -t tmpfs -o mode=755,size=16m tmpfs /var/log || sshd_die "a private /var/log"
	sshd_install
	sshd_accounts
	sshd_keys
	sshd_sshd
	sshd_policy
	sshd_gate
}

sshd_die() {
	fail "the stage is set: $1"
	for sshd_file in "$stage"/*.log; do [ ! -f "$sshd_file" ] || tail -n 20 "$sshd_file" >&2; done
	tap_end
}

# Installed as a package would, then laid over the prefix (which is made, and removed again, if it was not there).
sshd_install() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$TOP_BUILDDIR" install DESTDIR="$stage/inst" >"$stage/install.out" 2>&1 ||
	    sshd_die "make install"
	chmod -R go+rX "$stage/inst"
	[ -d "$prefix" ] || { mkdir -p "$prefix" && made_prefix=yes; }
	mount --bind "$stage/inst$prefix" "$prefix" || sshd_die "a private $prefix"
	postern=$(sshd_dir bindir)/postern
	posternd=$(sshd_dir sbindir)/posternd
	etc=$(sshd_dir sysconfdir)/postern
	state=$(sshd_dir localstatedir)/lib/postern
	mkdir -p "$etc" "$prefix/share"
	case $state in
	"$prefix"/*) mkdir -p "${state%/*}" ;;
	*) mount -t tmpfs -o mode=755,size=4g tmpfs "${state%/*}" || sshd_die "a private ${state%/*}" ;;
	esac
	cp "$prefix/share/postern/pam/postern" /etc/pam.d/postern
	sed -i 's/ user_readenv=1//' /etc/pam.d/sshd
}
sshd_dir() { make -s --no-print-directory -C "$TOP_BUILDDIR" --eval="where:; @echo \$($1)" where; }

# eng and eng2 are one person. Numbers are far away from everybody else's, and differ from run to run: a number is all
# that the kernel knows, also of processes outside.
sshd_accounts() {
	groupadd -f postern
	sshd_uid=$((100000 + $(od -An -N2 -tu2 /dev/urandom) * 10))
	for sshd_name in pt-eng pt-eng2 pt-appr pt-aud; do
		sshd_account $sshd_name "$postern" -G postern
	done
	sshd_account pt-role /bin/sh
	getent passwd _postern >/dev/null || useradd -l -r -M -s /usr/sbin/nologin _postern
	getent passwd _posternw >/dev/null || useradd -l -r -M -s /usr/sbin/nologin _posternw
}
sshd_account() { # NAME SHELL OPTION...
	sshd_name=$1 sshd_shell=$2
	shift 2
	sshd_uid=$((sshd_uid + 1))
	mkdir -p "$stage/home/$sshd_name"
	useradd -l -U -u $sshd_uid -M -d "$stage/home/$sshd_name" -s "$sshd_shell" "$@" "$sshd_name" 2>"$stage/useradd.out" ||
	    sshd_die "the account $sshd_name"
	chown "$sshd_name:" "$stage/home/$sshd_name"
}

sshd_keys() {
	mkdir -m 755 "$stage/keys" /etc/ssh/postern_keys
	for sshd_name in pt-eng pt-eng2 pt-appr pt-aud; do
		ssh-keygen -q -t ed25519 -N '' -f "$stage/keys/$sshd_name"
		cp "$stage/keys/$sshd_name.pub" /etc/ssh/postern_keys/$sshd_name
	done
	chmod 644 /etc/ssh/postern_keys/*
	rm -f /etc/ssh/ssh_host_*
	ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
	age-keygen -o "$stage/keys/auditor" 2>/dev/null
	age-keygen -o "$stage/keys/offline" 2>/dev/null
	{ age-keygen -y "$stage/keys/auditor" && age-keygen -y "$stage/keys/offline"; } >"$etc/auditors"
}

# Debian's own configuration and our block. The client knows each account as a host.
sshd_sshd() {
	rm -rf /etc/ssh/sshd_config.d /etc/ssh/ssh_config.d
	mkdir /etc/ssh/sshd_config.d /etc/ssh/ssh_config.d
	cp /usr/share/openssh/sshd_config /etc/ssh/sshd_config
	cp "$prefix/share/postern/sshd/postern.conf" /etc/ssh/sshd_config.d/postern.conf
	until sshd_port; do :; done
	for sshd_name in pt-eng pt-eng2 pt-appr pt-aud; do
		cat <<TXT
Host $sshd_name
	User $sshd_name
	IdentityFile $stage/keys/$sshd_name
TXT
	done >/etc/ssh/ssh_config.d/stage.conf
	cat >>/etc/ssh/ssh_config.d/stage.conf <<TXT
Host pt-*
	HostName 127.0.0.1
	Port $port
	IdentitiesOnly yes
	UserKnownHostsFile $stage/known_hosts
	HostKeyAlias bastion
	BatchMode yes
TXT
	printf 'bastion %s\n' "$(cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub)" >"$stage/known_hosts"
	grep -q '^Include /etc/ssh/ssh_config.d' /etc/ssh/ssh_config || cp "$stage/etc/ssh/ssh_config.d/stage.conf" /etc/ssh/ssh_config
	sshd_start
}
# A port that nobody listens on, and the one behind it; the kernel gives out none of these by itself.
sshd_port() {
	port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
	! grep -qi -e ":$(printf %04X $port) " -e ":$(printf %04X $((port + 1))) " /proc/net/tcp /proc/net/tcp6 2>/dev/null
}
sshd_start() {
	/usr/sbin/sshd -D -E "$stage/sshd.log" -o "Port $port" -o "ListenAddress 127.0.0.1" -o "PidFile none" </dev/null >/dev/null 2>&1 &
	sshd=$!
	within $sshd_limit grep -q 'Server listening' "$stage/sshd.log" || sshd_die "sshd"
}

# The test may give its own; this is what all have in common.
sshd_policy() {
	sed "s,STAGE,$stage,g; s,FAR,$((port + 1)),g" >"$etc/policy.yaml" <<'TXT'
host: bastion
people:
  - {person: eng, accounts: [pt-eng, pt-eng2]}
  - {person: appr, accounts: [pt-appr]}
  - {person: aud, accounts: [pt-aud]}
auditors: [aud]
admins: [aud]
classes:
  - {class: standard, recording: 90d, texts: 1y, log: forever}
  - {class: short, recording: 1d, texts: 1y, log: forever}
roles:
  - role: shell
    about: A shell on this machine
    who: [eng]
    as: pt-role
    may: {shell: yes, exec: [STAGE], write: [STAGE], connect: [FAR]}
    for: {default: 10m, most: 1h}
    approve: {by: [appr, eng], need: 1}
    sessions: 3
  - role: brief
    about: A shell whose recording is not kept long
    who: [eng]
    as: pt-role
    may: {shell: yes}
    for: {default: 10m, most: 1h}
    approve: {by: [appr], need: 1}
    keep: short
  - role: copy
    about: What comes in goes out
    who: [eng]
    as: pt-role
    run: [/bin/cat]
    may: {}
    for: {default: 10m, most: 1h}
    approve: {by: [appr], need: 1}
TXT
}

sshd_gate() {
	"$posternd" >"$stage/posternd.log" 2>&1 &
	daemon=$!
	within $sshd_limit u pt-appr requests || sshd_die "posternd"
}

# u ACCOUNT VERB...: a command of Postern on the bastion. b ACCOUNT COMMAND...: any command as that account.
b() {
	sshd_who=$1
	shift
	timeout 60 setpriv --reuid "$sshd_who" --regid "$sshd_who" --init-groups env -i PATH=/usr/local/bin:/usr/bin:/bin HOME="$stage/home/$sshd_who" \
	    USER="$sshd_who" TERM=xterm-256color LANG=C.UTF-8 "$@"
}
u() {
	sshd_as=$1
	shift
	b "$sshd_as" "$postern" "$@"
}
# Asks over ssh and grants on the bastion: the request's id in $request.
granted() { # ROLE SPAN
	request=$(ssh pt-eng request "$1" --reason "'INC-1 test'" --for "$2") && u pt-appr grant "$request" >/dev/null
}
# A driver of a program on a pty: on NAME COMMAND..., then d NAME VERB...
on() {
	sshd_name=$1
	shift
	rm -f "$stage/$sshd_name.drive"
	"$drive" start "$stage/$sshd_name.drive" 80x24 "$@"
}
d() {
	sshd_name=$1
	shift
	"$drive" "$stage/$sshd_name.drive" "$@"
}
no() { if "$@" >"$stage/no" 2>&1; then return 1; fi; }
none_of() { [ -z "$(of "$1")" ]; }
of() { # the processes of an account, here and inside sessions
	sshd_number=$(id -u "$1")
	for sshd_dir in /proc/[0-9]*; do
		if [ "$(stat -c %u "$sshd_dir" 2>/dev/null)" = "$sshd_number" ]; then echo "${sshd_dir#/proc/}"; fi
	done
}
# field NAME: its first value in the JSON on standard input.
field() { sed -n "s/.*\"$1\":\"\\{0,1\\}\\([^\",}]*\\).*/\\1/p" | head -n 1; }

sshd_clean() {
	sshd_status=$?
	set +e
	if [ "$sshd_status" -ne 0 ] && [ -n "${SSHD_LOGS:-}" ]; then tail -n 50 "$stage"/*.log >&2; fi
	# The namespaces take processes and mounts away; only what was made outside of them remains.
	if [ "${made_prefix:-}" = yes ]; then umount -l "$prefix" && rmdir "$prefix"; fi
	exit "$sshd_status"
}
