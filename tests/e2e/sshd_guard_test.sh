#!/bin/sh
# SPDX-License-Identifier: ISC
# Guards on exec behind a real sshd, as another account: by which ways a program is run and refused, and which of them pass.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
export TOP_SRCDIR TOP_BUILDDIR
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/sshd_lib.sh"
sshd_policy() {
	sed "s,STAGE,$stage,g" >"$etc/policy.yaml" <<'TXT'
host: bastion
people:
  - {person: eng, accounts: [pt-eng, pt-eng2]}
  - {person: appr, accounts: [pt-appr]}
  - {person: aud, accounts: [pt-aud]}
auditors: [aud]
admins: [aud]
roles:
  - role: held
    about: A shell without wipe
    who: [eng]
    as: pt-role
    may: {shell: yes, exec: [STAGE], write: [STAGE]}
    for: {default: 10m, most: 1h}
    approve: {by: [appr], need: 1}
    sessions: 9
    guard:
      - {match: wipe, do: deny, in: exec, why: it is gone then}
TXT
}
sshd_begin "$0"

# ---- wipe says that it ran; goes executes it in ways that a shell has no words for
tools=$stage/tools
mkdir -m 755 "$tools" && mkdir -m 777 "$stage/work"
cat >"$stage/wipe.c" <<'END'
#include <stdio.h>
int main(int argc, char **argv) { printf("ran-%s\n", argc > 1 ? argv[argc - 1] : "nothing"); return 0; }
END
cat >"$stage/goes.c" <<'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char *words[] = { argc > 3 ? argv[3] : "wipe", "x", NULL };
	if (argc < 3) { puts("ran-again"); return 0; }
	if (strcmp(argv[1], "fd") == 0) fexecve(open(argv[2], O_RDONLY | O_CLOEXEC), words, environ);
	if (strcmp(argv[1], "path") == 0) execv(argv[2], words);
	perror("goes");
	return 0;
}
END
cc=$(command -v cc || command -v gcc || command -v clang) || sshd_skip "there is no compiler"
"$cc" -o "$tools/wipe" "$stage/wipe.c" && "$cc" -o "$tools/goes" "$stage/goes.c" || sshd_die "a program"
mkdir "$tools/static" && "$cc" -static -o "$tools/static/wipe" "$stage/wipe.c" 2>"$stage/static.out" || rm -f "$tools/static/wipe"
cp "$tools/wipe" "$tools/tidy" && ln "$tools/wipe" "$tools/neat" && ln -s wipe "$tools/clean"
printf '#!/bin/sh\n%s/wipe x\necho over\n' "$tools" >"$tools/script"
printf '#!%s/wipe\n' "$tools" >"$tools/innocent"
chmod 755 "$tools"/* "$tools/static"

granted held 10m || sshd_die "a grant"
# run LINE...: by the shell of a session, from a file, so that the command by itself is not what the rule finds
run() {
	printf 'cd %s\nPATH=%s:$PATH\n' "$stage/work" "$tools" >"$stage/work/line"
	printf '%s\n' "$@" 'echo line-over' >>"$stage/work/line"
	ssh pt-eng enter held -- "sh $stage/work/line" >"$stage/out" 2>"$stage/err" </dev/null
	grep -q line-over "$stage/out" || { sed 's/^/# /' "$stage/out" "$stage/err"; false; }
}
refused() { run "$@" && grep -q 'Not run: ' "$stage/err" && ! grep -q 'ran-' "$stage/out" || { sed 's/^/# /' "$stage/out" "$stage/err"; false; }; }
passes() { run "$@" && grep -q 'ran-' "$stage/out" || { sed 's/^/# /' "$stage/out" "$stage/err"; false; }; }

holds "who runs it is the role's account" sh -c "ssh pt-eng enter held -- id -un </dev/null 2>&1 | grep -q pt-role"
holds "what no rule knows is executed" passes 'goes'
holds "refused: by a shell" refused 'wipe x'
holds "by env" refused 'env wipe x'
holds "by xargs" refused 'echo x | xargs wipe'
holds "by find" refused "find $tools/script -exec wipe {} ';'"
holds "in a script" refused 'script'
holds "by its whole path" refused "$tools/wipe x"
holds "by a path through the process itself" refused "cd $tools; /proc/self/cwd/wipe x"
holds "through a link to its folder" refused "ln -sfn $tools there; there/wipe x"
holds "by a descriptor" refused "goes fd $tools/wipe"
holds "by a descriptor, called otherwise" refused "goes fd $tools/wipe tidy"
holds "called otherwise" refused "goes path $tools/wipe tidy"
holds "by the loader" refused "\$(ls /lib64/ld-linux-*.so.* /lib/ld-linux-*.so.* 2>/dev/null | head -n 1) $tools/wipe x"
holds "by a program that is called like it" refused "goes path $tools/tidy wipe"
holds "by /proc/self/exe, called like it" refused 'goes path /proc/self/exe wipe'
if [ -e "$tools/static/wipe" ]; then
	holds "linked statically" refused 'static=1; '"$tools/static/wipe x"
else
	skip "linked statically" "there is no static C library"
fi
holds "in the background" refused '(wipe x) & wait'
run "(setsid sh -c 'sleep 2; wipe x >$stage/work/late; touch $stage/work/was-there') >/dev/null 2>&1 &"
nobody() { none_of pt-role; }
holds "a job that the shell leaves behind ends with the session" within $sshd_limit nobody
holds "and has not run anything" sh -c "[ ! -e '$stage/work/late' ] && [ ! -e '$stage/work/was-there' ]"

# ---- postern-policy(5) says that these pass: a guard knows names, and only `may` knows files
holds "as the manual says, a copy under another name passes" passes 'tidy x'
holds "and a hard link" passes 'neat x'
holds "and a symbolic link" passes 'clean x'
holds "and an interpreter that a script names" passes 'innocent x'
tap_end
