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
"$postern" doctor >"$stage/out" 2>&1
sshd_result=$?
nothing "the hardened block leaves nothing to find" "$(grep -v '^Nothing is wrong' "$stage/out")"
holds "and doctor ends with success" [ $sshd_result -eq 0 ]

# found WORDS FIX: doctor ends with 1 and names exactly this line to change; then everything is put back.
found() {
	"$postern" doctor >"$stage/out" 2>&1
	sshd_result=$?
	if [ $sshd_result -eq 1 ] && grep -qF -- "    $2" "$stage/out" && [ "$(tail -n 1 "$stage/out")" = "1 finding." ]; then
		pass "doctor finds $1"
	else
		sed 's/^/# /' "$stage/out"
		fail "doctor finds $1"
	fi
	cp "$stage/kept/postern.conf" "$block"
	cp "$stage/kept/sshd_config" /etc/ssh/sshd_config
	cp "$stage/kept/sshd" /etc/pam.d/sshd
	cp "$stage/kept/service" /etc/pam.d/postern
}
mkdir "$stage/kept"
cp "$block" "$stage/kept/postern.conf"
cp /etc/ssh/sshd_config "$stage/kept/sshd_config"
cp /etc/pam.d/sshd "$stage/kept/sshd"
cp /etc/pam.d/postern "$stage/kept/service"
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
"$postern" doctor >"$stage/out" 2>&1
nothing "with everything put back there is nothing to find" "$(grep -v '^Nothing is wrong' "$stage/out")"

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
