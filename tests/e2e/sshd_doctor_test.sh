#!/bin/sh
# SPDX-License-Identifier: ISC
# doctor on a bastion that is set up as the manual says finds nothing; each line that is weakened is found, with the line
# to change. And PAM: the service from share/pam is what opens and closes a session.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
export TOP_SRCDIR TOP_BUILDDIR
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/sshd_lib.sh"
sshd_begin "$0"

block=/etc/ssh/sshd_config.d/postern.conf
# What is wrong, one JSON a line, but for what the kernel of this machine lacks, and for advice.
wrong() { "$postern" doctor --json | grep '"level": "finding"' | grep -v '"area": "kernel"'; }
nothing "the hardened block leaves nothing to find" "$(wrong)"
if "$postern" doctor --json | grep -q '"level": "finding"'; then
	skip "and doctor ends with success" "this machine's kernel lacks something"
else
	holds "and doctor ends with success" "$postern" doctor
fi

# found WORDS FIX: doctor ends with 1 and names exactly this line to change; then everything is put back.
found() {
	"$postern" doctor --json >"$stage/json" 2>&1
	sshd_result=$?
	"$postern" doctor >"$stage/out" 2>&1
	if [ $sshd_result -eq 1 ] && grep -qF -- "    $2" "$stage/out" && [ "$(wrong | wc -l)" -eq "${3:-1}" ]; then
		pass "doctor finds $1"
	else
		sed 's/^/# /' "$stage/out"
		fail "doctor finds $1"
	fi
	cp "$stage/kept/postern.conf" "$block"
	cp "$stage/kept/sshd_config" /etc/ssh/sshd_config
	cp "$stage/kept/sshd" /etc/pam.d/sshd
	cp "$stage/kept/service" /etc/pam.d/postern
	cp "$stage/kept/policy.yaml" "$etc/policy.yaml"
	cp "$stage/kept/auditors" "$etc/auditors"
}
mkdir "$stage/kept"
cp "$block" "$stage/kept/postern.conf"
cp /etc/ssh/sshd_config "$stage/kept/sshd_config"
cp /etc/pam.d/sshd "$stage/kept/sshd"
cp /etc/pam.d/postern "$stage/kept/service"
cp "$etc/policy.yaml" "$etc/auditors" "$stage/kept"
weaken() { sed -i "$1" "$block"; }

weaken '/ForceCommand/d'
found "a missing ForceCommand" "ForceCommand $postern"
weaken 's,ForceCommand.*,ForceCommand /bin/bash,'
found "another ForceCommand" "ForceCommand $postern"
weaken '/DisableForwarding/d'
found "open forwarding" "DisableForwarding yes"
weaken 's/PermitTunnel no/PermitTunnel yes/'
found "open tunnels" "PermitTunnel no"
weaken '/PermitUserRC/d'
found "~/.ssh/rc" "PermitUserRC no"
weaken 's/^PermitUserEnvironment no/PermitUserEnvironment yes/'
found "~/.ssh/environment" "PermitUserEnvironment no"
weaken 's/^PermitUserEnvironment no/PermitUserEnvironment LD_PRELOAD/'
found "a pattern of variables in ~/.ssh/environment" "PermitUserEnvironment no"
weaken '/AuthorizedKeysFile/d'
found "key files that engineers can write" "AuthorizedKeysFile /etc/ssh/postern_keys/%u"
echo 'AcceptEnv LD_*' >>/etc/ssh/sshd_config
found "a further AcceptEnv" "AcceptEnv LANG LC_*"
sed -i 's,^Subsystem.*,Subsystem sftp internal-sftp,' /etc/ssh/sshd_config
found "internal-sftp" "Subsystem sftp $postern sftp"
echo 'PermitEmptyPasswords yes' >>/etc/ssh/sshd_config
found "empty passwords" "PermitEmptyPasswords no"
sed -i '/pam_env/s/$/ user_readenv=1/' /etc/pam.d/sshd
found "~/.pam_environment, as Debian ships it" "sed -i 's/ user_readenv=1//' /etc/pam.d/sshd"
rm /etc/pam.d/postern
found "a missing PAM service" "cp $prefix/share/postern/pam/postern /etc/pam.d/postern"
usermod -s /bin/bash pt-eng2
found "a login shell that is not Postern" "usermod --shell $postern pt-eng2"
usermod -s "$postern" pt-eng2
usermod -G '' pt-eng2
"$postern" doctor >"$stage/out" 2>&1
holds "doctor names the account that is not in the group" grep -q "(pt-eng2)" "$stage/out"
usermod -G postern pt-eng2
chmod 644 "$state/slots"
found "an open file of keys" "chmod go= $state/slots"
chmod 600 "$state/slots"
chmod 666 "$etc/policy.yaml"
found "a policy that everybody may write" "chmod go-w $etc/policy.yaml"
chmod 644 "$etc/policy.yaml"
echo nonsense >/etc/ssh/sshd_config.d/zz.conf
"$postern" doctor >"$stage/out" 2>&1
holds "doctor says so when sshd cannot be asked" grep -q "not looked at: sshd: .* says" "$stage/out"
rm /etc/ssh/sshd_config.d/zz.conf

# --- the policy, and those it names
sed -i 's/^  - role: shell$/  - role: shell\n    colour: red/' "$etc/policy.yaml"
found "a policy that is not valid" "correct the line, then: postern policy check"
sed -i '0,/by: \[appr, eng\]/s//by: ["group:pt-none"]/' "$etc/policy.yaml"
found "approvers who are nobody, and their group" "groupadd pt-none" 2
groupadd -f pt-none
sed -i '0,/by: \[appr, eng\]/s//by: ["group:pt-none"]/' "$etc/policy.yaml"
found "a group of approvers without a member" "approve: {by: [PERSON]}, with the person under \`people\`; or: usermod --append --groups GROUP ACCOUNT"
groupdel pt-none
printf 'nobody-here %s\n' "$(cut -d' ' -f1,2 "$stage/keys/pt-appr.pub")" >"$etc/approvers"
sed -i '0,/need: 1}/s//need: 1, signed: yes}/' "$etc/policy.yaml"
found "signed decisions without a key to sign them" "principal: NAME    (under \`people\`), and a line \`NAME ssh-ed25519 ...\` in $etc/approvers"
sed -i '0,/need: 1}/s//need: 1, signed: yes}/; s/{person: appr, /{person: appr, principal: nobody-here, /; s/{person: eng, /{person: eng, principal: nobody-there, /' "$etc/policy.yaml"
nothing "and nothing once the one who decides has it" "$(wrong)"
cp "$stage/kept/policy.yaml" "$etc/policy.yaml"
rm "$etc/approvers"
head -n 1 "$stage/kept/auditors" >"$etc/auditors"
found "a single auditor's key" "postern keygen auditor, kept offline, and its public key as a second line into the file auditors"
sed -i '/^Subsystem/d' /etc/ssh/sshd_config
nothing "without a role that copies files no subsystem is missed" "$(wrong)"
sed -i '0,/^    as: pt-role/s//    as: pt-role\n    files: {download: yes}/' "$etc/policy.yaml"
found "a role that copies files, and no subsystem for them" "Subsystem sftp $postern sftp"

# --- keys and state
for file in log.key log.pub; do
	mv "$state/$file" "$stage/kept/$file"
	found "a missing $file" "put $state/$file back"
	mv "$stage/kept/$file" "$state/$file"
done
mv "$state/epochs" "$stage/kept/epochs"
found "a missing key of the hour" "systemctl restart posternd"
mv "$stage/kept/epochs" "$state/epochs"
for file in log.key epochs slots; do
	chmod 640 "$state/$file"
	found "a $file that a group may read" "chmod go= $state/$file"
	chmod 600 "$state/$file"
	chown root "$state/$file"
	# Without the slots the catalogue does not open either, which is one more.
	found "a $file that is root's" "chown $(id -u _postern) $state/$file" "$([ $file = slots ] && echo 2 || echo 1)"
	chown _postern "$state/$file"
done
chmod 500 "$state/rec"
found "a folder of recordings that cannot be written" "mkdir -p $state/rec && chown $(id -u _postern) $state/rec && chmod 700 $state/rec"
chmod 700 "$state/rec"
mv "$state/slots" "$stage/kept/slots"
found "missing slots" "systemctl stop posternd, and put $state/slots back from its replica"
mv "$stage/kept/slots" "$state/slots"
nothing "and nothing once they are back" "$(wrong)"

# --- the machine
# Made read-only elsewhere: over the state itself the gate might begin to write in between.
mkdir "$stage/ro" && mount --bind "$state" "$stage/ro" && mount -o remount,bind,ro "$stage/ro" && mount --bind "$stage/ro" "$state"
"$postern" doctor >"$stage/out" 2>&1
holds "a state on a read-only disk is found" grep -q "^disk: the file system of the state is read-only" "$stage/out"
holds "and that nothing can be recorded there" grep -q "^state: $state cannot be written: Read-only file system" "$stage/out"
umount -l "$state"	# the gate may be reading there
umount "$stage/ro"
mkdir -p "$stage/small/state" "$stage/small/etc"
cp "$stage/kept/policy.yaml" "$stage/kept/auditors" "$stage/small/etc"
mount -t tmpfs -o size=4m,nr_inodes=500 tmpfs "$stage/small/state"
"$postern" doctor --root "$stage/small" >"$stage/out" 2>&1
holds "a disk below the reserve is found" grep -q "^disk: .* KiB are left for recordings, less than the 8 MiB that each session is promised: nobody gets in" "$stage/out"
holds "and one for few files" grep -q "^disk: only 4.. more files fit on the disk of the state" "$stage/out"
umount "$stage/small/state"
while umount -l "$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)" 2>/dev/null; do doctor_groups=gone; done
if [ "${doctor_groups:-}" = gone ]; then
	"$postern" doctor >"$stage/out" 2>&1
	holds "a machine without cgroup v2 is found" grep -q "^kernel: cgroup v2 is mounted nowhere" "$stage/out"
	holds "with the line to type" grep -q "^    mount -t cgroup2 none /sys/fs/cgroup" "$stage/out"
	mkdir -p "$stage/cgroup" && mount -t cgroup2 none "$stage/cgroup"
else
	skip "a machine without cgroup v2 is found" "it has none"
	skip "with the line to type" "it has none"
fi
kill "$daemon" && wait "$daemon"
found "a posternd that is not there" "systemctl start posternd, and read: journalctl -u posternd"
sshd_gate
nothing "with everything put back there is nothing to find" "$(wrong)"

# --- PAM
cat >"$stage/pam" <<TXT
#!/bin/sh
echo "\$PAM_TYPE \$PAM_SERVICE \$PAM_USER" >>$stage/pam.log
TXT
chmod 755 "$stage/pam"
echo "session required pam_exec.so quiet $stage/pam" >>/etc/pam.d/postern
echo "pt-role hard nofile 777" >/etc/security/limits.conf
granted shell 10m || fail "a grant"
holds "limits of PAM hold in a session" sh -c "[ \"\$(ssh pt-eng enter shell -- ulimit -Hn)\" = 777 ]"
closes() { grep -qx "close_session postern pt-role" "$stage/pam.log"; }
holds "the warden opens a session of PAM's service postern for the role's account" grep -qx "open_session postern pt-role" "$stage/pam.log"
holds "and closes it" within $sshd_limit closes
usermod -e 1970-01-02 pt-role
no ssh pt-eng enter shell -- id
sed 's/^/# /' "$stage/no"
nothing "an account that PAM refuses is not entered" "$(grep uid= "$stage/no")"
holds "and the engineer reads that it was PAM" grep -q "PAM refuses the role's account (account): .*[^.][.] Recording" "$stage/no"
usermod -e '' pt-role
touch /etc/nologin
no ssh pt-appr requests
rm /etc/nologin
holds "a machine that is going down lets nobody in" test -s "$stage/no"
holds "afterwards the role works again" sh -c "[ \"\$(ssh pt-eng enter shell -- id -un)\" = pt-role ]"
tap_end
