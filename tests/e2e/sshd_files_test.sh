#!/bin/sh
# SPDX-License-Identifier: ISC
# Files copied through a real sshd: sftp and scp under a grant that allows it, with their trail, and refused without.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
export TOP_SRCDIR TOP_BUILDDIR
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/sshd_lib.sh"
sshd_begin "$0"
[ -x /usr/lib/openssh/sftp-server ] || sshd_skip "/usr/lib/openssh/sftp-server is not installed"

sed -i '/role: shell$/a\    files: {upload: yes, download: yes}
/role: brief$/a\    files: {upload: yes}' "$etc/policy.yaml"
sed "s,STAGE,$stage,g" >>"$etc/policy.yaml" <<'TXT'
  - role: out
    who: [eng]
    as: pt-role
    may: {shell: yes, read: [STAGE]}
    approve: {by: [appr], need: 1}
    files: {download: yes}
  - role: none
    who: [eng]
    as: pt-role
    may: {shell: yes}
    approve: {by: [appr], need: 1}
TXT
sed -i "/role: brief$/,/keep:/s,may: {shell: yes},may: {shell: yes; write: [$stage]}," "$etc/policy.yaml"
sed -i "s,yes; write,yes\\, write," "$etc/policy.yaml"
kill -HUP "$daemon"
there() { u pt-eng roles | grep -q "^$1 "; }
within $sshd_limit there out || { cat "$stage/posternd.log"; fail "the policy is taken"; }
drop=$stage/drop
mkdir "$drop" && chown pt-role: "$drop"
head -c 3000001 /dev/urandom >"$stage/big"
printf 'password=Tr0ub4dor&3 AKIAIOSFODNN7EXAMPLE\n' >"$stage/secret"
: >"$stage/empty"
sum() { sha256sum "$1" | cut -d' ' -f1; }
said() { grep -q -- "$1" "$stage/no" && return 0; sed "s/^/# /" "$stage/no"; return 1; }
logged() { grep -qF -- "$1" "$stage/shown"; }
newest() { u pt-aud ls --json | field session; }
# What the recording of a session says, on an auditor's machine: as text, with notes.
shown() { u pt-aud show "$1" >"$stage/shown" 2>"$stage/shown.err"; }
over() { ! u pt-appr sessions --json | grep -q '"state":"running"'; }

# --- without a grant
no sftp -b /dev/null pt-eng
holds "without a grant sftp is refused" said "Connection closed"
no scp "$stage/big" "pt-eng:$drop/big"
holds "so is scp" said "Connection closed"
no ssh -n pt-eng sftp
holds "which sshd lets say no more; ssh HOST sftp tells why, and what to do" said "you hold no grant for a role that copies files; ask for it first"
holds "and nothing has come" [ ! -e "$drop/big" ]
granted none 10m
no ssh -n pt-eng sftp
holds "a grant for a role that copies none does not help" said "you hold no grant for a role that copies files"
no ssh -n pt-eng sftp none
holds "nor by its name" said "you hold no grant for none that copies files"

# --- both ways
granted shell 10m
holds "scp copies a file in" scp -q "$stage/big" "pt-eng:$drop/big"
holds "as it was" cmp "$stage/big" "$drop/big"
holds "as the role's account" [ "$(stat -c %U "$drop/big")" = pt-role ]
within $sshd_limit over
first=$(newest)
holds "and a file out" scp -q "pt-eng:$drop/big" "$stage/back"
holds "the same again" cmp "$stage/big" "$stage/back"
within $sshd_limit over
second=$(newest)
cat >"$stage/batch" <<TXT
put $stage/secret $drop/secret
put $stage/empty $drop/empty
mkdir $drop/folder
rename $drop/secret $drop/folder/kept
ls $drop/folder
get $drop/folder/kept $stage/kept
rm $drop/empty
-rm $drop/never-there
TXT
batch() { sftp -q -b "$stage/batch" pt-eng >"$stage/no" 2>&1; }
holds "sftp does what it is for" batch
holds "nothing that is masked elsewhere is changed in a file" cmp "$stage/secret" "$stage/kept"
within $sshd_limit over
third=$(newest)
holds "scp -r copies a folder" scp -qr "pt-eng:$drop/folder" "$stage/"
holds "with what is in it" cmp "$stage/secret" "$stage/folder/kept"

# --- the trail
shown "$first"
holds "the trail has what came in" logged "file: uploaded $drop/big, 3000001 bytes, SHA-256 $(sum "$stage/big")"
shown "$second"
holds "and what went out" logged "file: downloaded $drop/big, 3000001 bytes, SHA-256 $(sum "$stage/big")"
shown "$third"
holds "each file of an sftp" logged "file: uploaded $drop/secret, $(stat -c %s "$stage/secret") bytes, SHA-256 $(sum "$stage/secret")"
holds "an empty one" logged "file: uploaded $drop/empty, 0 bytes, SHA-256 $(sum "$stage/empty")"
holds "a new name" logged "file: renamed $drop/secret to $drop/folder/kept"
holds "a folder" logged "file: made the folder $drop/folder"
holds "a removal" logged "file: removed $drop/empty"
holds "and what failed" logged "file: failed: removed $drop/never-there"
holds "the recording is small: no content is in it" [ "$(find "$state/rec" -name "$first*" -size -100k | wc -l)" -ge 1 ]

# --- one way
granted brief 10m
no ssh -n pt-eng sftp
holds "of several grants one has to be named" said "several of your grants copy files"
holds "scp names it in a variable" scp -q -o SetEnv=LC_POSTERN_ROLE=brief "$stage/secret" "pt-eng:$drop/in"
no scp -o SetEnv=LC_POSTERN_ROLE=brief "pt-eng:$drop/in" "$stage/out"
holds "where files only come in, none goes out" [ ! -s "$stage/out" ]
granted out 10m
holds "where they only go out, one goes out" scp -q -o SetEnv=LC_POSTERN_ROLE=out "pt-eng:$drop/in" "$stage/out"
no scp -o SetEnv=LC_POSTERN_ROLE=out "$stage/big" "pt-eng:$drop/more"
holds "and none comes in" [ ! -e "$drop/more" ]

# --- what is no SFTP
hello() { printf 'hello there, this is no SFTP at all\n'; sleep 2; }
hello | ssh pt-eng sftp shell >"$stage/no" 2>&1
holds "what is not SFTP ends the session" said "What came was not SFTP"
# INIT, OPEN of a file, and a WRITE to the handle that it will get, before the server has given it.
guess() {
	printf '\0\0\0\005\001\0\0\0\003'
	name=$drop/guessed
	count=${#name}
	printf '\0\0\0\%03o\003\0\0\0\001\0\0\0\%03o%s\0\0\0\032\0\0\0\0' "$((1 + 4 + 4 + count + 4 + 4))" "$count" "$name"
	printf '\0\0\0\037\006\0\0\0\002\0\0\0\004\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\002hi'
	sleep 2
}
guess | ssh pt-eng sftp shell >"$stage/no" 2>&1
holds "a guessed handle takes nothing past the trail" [ ! -s "$drop/guessed" ]
# RENAME with two names of 1100 bytes, more than an entry of the log has room for, and then MKDIR.
long() {
	printf '\0\0\0\005\001\0\0\0\003'
	dots=$(printf '%01086d' 0 | sed 's,00,./,g')
	printf '\0\0\010\245\022\0\0\0\001\0\0\004\114/%srenamed-from1\0\0\004\114/%srenamed-to-12' "$dots" "$dots"
	count=$(printf %s "$drop/seen" | wc -c)
	printf "\\0\\0\\0\\$(printf %03o "$((13 + count))")\\016\\0\\0\\0\\002\\0\\0\\0\\$(printf %03o "$count")%s\\0\\0\\0\\0" "$drop/seen"
	sleep 2
}
long | ssh pt-eng sftp shell >"$stage/no" 2>&1
holds "names of any length do what they do" [ -d "$drop/seen" ]
within $sshd_limit over
shown "$(newest)"
holds "and are in the recording to their end" logged "renamed-from1 to /./"
in_log() { timeout 60 "$prefix/bin/postern" log export 2>"$stage/no" | grep -qE -- "$1"; }
holds "the log has both ends of each" within $sshd_limit in_log 'renamed /\./.*\.\.\..*renamed-from1 to /\./.*\.\.\..*renamed-to-12'
holds "and hears of what the same session does next" within $sshd_limit in_log "made the folder $drop/seen"
no scp -O "$stage/big" "pt-eng:$drop/old"
holds "the old scp is told of the new" said "the old protocol of scp is not spoken here"
no ssh -n pt-eng rsync --server . /tmp
holds "rsync is told of sftp" said "sftp or scp copy files"
no ssh -n pt-eng bash
holds "an editor's remote server gets a sentence" said "editors' remote servers are not run"
no ssh -W 127.0.0.1:22 pt-eng </dev/null
holds "and nothing is forwarded" said "forwarding\|prohibited\|open failed"
tap_end
