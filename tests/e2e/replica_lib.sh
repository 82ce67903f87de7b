# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# A second host for the key slots: a real sshd on a port of its own, whose forced commands are the replica's. Source it after
# days_lib.sh; then replica_host, and replica_for ROOT once a gate has run there.

replica_host() {	# the replica in $second, the key that gates name in $replica_key
	second=$root.second
	PATH=$PATH:/usr/sbin
	command -v sshd >/dev/null && command -v ssh >/dev/null || return 1
	[ -d /run/sshd ] || { [ "$as_root" = yes ] && mkdir -m 755 /run/sshd; } || return 1
	mkdir -p "$second/keys" && chmod 755 "$second" "$second/keys"
	for replica_name in host gate admin; do ssh-keygen -q -t ed25519 -N '' -f "$second/keys/$replica_name" || return 1; done
	replica_key=$("$bin/postern" retention replica --init "$second/slots" --name second/slots) || return 1
	{
		printf 'restrict,command="%s retention replica --serve %s" %s\n' "$bin/postern" "$second/slots" "$(cat "$second/keys/gate.pub")"
		printf 'restrict,command="%s retention replica --serve %s --give" %s\n' "$bin/postern" "$second/slots" "$(cat "$second/keys/admin.pub")"
	} >"$second/authorized_keys"
	until replica_free; do :; done
	cat >"$second/sshd_config" <<TXT
Port $replica_port
ListenAddress 127.0.0.1
HostKey $second/keys/host
AuthorizedKeysFile $second/authorized_keys
PidFile none
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
TXT
	replica_start
}
replica_free() {	# a port that nobody listens on; the kernel gives out none of these by itself
	replica_port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
	! grep -qi ":$(printf %04X $replica_port) " /proc/net/tcp /proc/net/tcp6 2>/dev/null
}
replica_start() {
	sshd -t -f "$second/sshd_config" || return 1
	"$(command -v sshd)" -D -f "$second/sshd_config" -E "$second/sshd.log" </dev/null >/dev/null 2>&1 &
	second_sshd=$!
	days_mine="$days_mine $second_sshd"
	within $days_limit sh -c "ssh-keyscan -p $replica_port 127.0.0.1 2>/dev/null | grep -q ed25519"
}
replica_stop() {
	kill "$second_sshd"
	wait "$second_sshd" 2>/dev/null
	for replica_pid in $(pgrep -f "retention replica --serve $second/slots"); do kill "$replica_pid"; done
}

# What the gate below DIR needs; KEY is gate or admin. The key belongs to whom the gate runs as.
replica_for() {	# DIR KEY
	replica_owner=$(stat -c %u "$1/state/slots" 2>/dev/null || id -u)
	cp "$second/keys/$2" "$1/etc/replica_key" && chmod 600 "$1/etc/replica_key" && chown "$replica_owner" "$1/etc/replica_key"
	printf '[127.0.0.1]:%s %s\n' "$replica_port" "$(cut -d' ' -f1,2 "$second/keys/host.pub")" >"$1/etc/replica_hosts"
	cat >"$1/etc/ssh_config" <<TXT
Host second
	HostName 127.0.0.1
	Port $replica_port
	User $(id -un)
	IdentityFile $1/etc/replica_key
	IdentitiesOnly yes
	UserKnownHostsFile $1/etc/replica_hosts
	StrictHostKeyChecking yes
TXT
	printf 'to second\nkey %s\n' "$replica_key" >"$1/etc/replica"
	chmod 644 "$1/etc/ssh_config" "$1/etc/replica" "$1/etc/replica_hosts"
}
# state_of FILE UNIT: live, erased or none, as the slots file says.
slot_state() {
	case $(od -An -v -tx1 -j $((64 * $2 + 6)) -N 2 "$1" 2>/dev/null | tr -d ' \n') in
	0001) echo live ;;
	0002) echo erased ;;
	*) echo none ;;
	esac
}
slot_is() { [ "$(slot_state "$1" "$2")" = "$3" ]; }
slot_key() { od -An -v -tx1 -j $((64 * $2 + 16)) -N 32 "$1" | tr -d ' \n'; }
