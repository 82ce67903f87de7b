#!/bin/sh
# SPDX-License-Identifier: ISC
# hunt.sh NAME [libFuzzer options]: builds NAME_fuzz.c with clang's libFuzzer and sanitizers and lets it search. Run it in a
# configured build directory; new inputs go to ./hunt-NAME/found, worth keeping ones belong into tests/fuzz/corpus/NAME.
set -eu
name=${1:?usage: hunt.sh NAME [options of libFuzzer]}
shift
src=$(cd "$(dirname "$0")/../.." && pwd)
[ -f config.h ] || { echo "hunt.sh: no config.h here; run it where configure was run" >&2; exit 2; }
mkdir -p "hunt-$name/found"
case $name in
policy)	rooms="$src/recorder/policy/policy*.c $src/recorder/policy/when.c $src/recorder/keeper/roletable.c $src/recorder/keeper/roletable_make.c" ;;
mask | input) rooms="$src/lib/term/[cgp]*.c $src/lib/term/width.c $src/lib/wire/codec.c $src/tests/unit/recorder/mask_kit.c
	$(find "$src/recorder/mask" -name '*.c' ! -name 'mask_l[io][na][td]*' ! -name 'mask_rules.c' ! -name 'mask_sc*' ! -name 'mask_sh*' ! -name 'mask_packer*')" ;;
sftp)	rooms="$src/recorder/worker/sftp.c $src/recorder/worker/sftp_packet.c" ;;
terminal) rooms="$src/lib/term/*.c" ;;
*)	rooms="$src/lib/record/*.c" ;;
esac
# shellcheck disable=SC2086 # patterns; no folder of ours has a space in its name
clang -std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined -I. -I"$src" \
	-DPOSTERN_RUNDIR='""' -DPOSTERN_STATEDIR='""' -DPOSTERN_SYSCONFDIR='""' -DPOSTERN_LIBEXECDIR='""' -DPOSTERN_SBINDIR='""' -DPOSTERN_BINDIR='""' \
	-DPOSTERN_GATE_USER='"_postern"' -DPOSTERN_WORKER_USER='"_posternw"' \
	"$src/tests/fuzz/${name}_fuzz.c" $rooms "$src"/lib/base/*.c \
	-o "hunt-$name/$name" -lsodium -lzstd -lcyaml -lyaml -lvterm -lpcre2-8
exec "hunt-$name/$name" "$@" "hunt-$name/found" "$src/tests/fuzz/corpus/$name"
