# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# Job control as it is typed, on a pty with a shell behind it: typed_jobs DRIVER'S-SOCKET WORDS. Needs $drive.
# A job that was stopped says so itself when it goes on in front: by then the terminal is its own. None starts a program by
# vfork(2) when it is stopped: whoever is stopped between that and exec holds its parent, on any Linux.
typed() { "$drive" "$1" type "$2" >/dev/null; }
sees() { "$drive" "$1" wait "$2" || { "$drive" "$1" dump | sed 's/^/# /'; return 1; }; }
typed_jobs() {
	typed "$1" 'exec bash --norc\r' && typed "$1" 'PS1="job""s> "; clear\r' && sees "$1" 'jobs>' >/dev/null
	typed "$1" 'sh -c "trap \"echo go""ing\" CONT; sleep 300 & echo be""gun; while :; do wait; done"\r'
	sees "$1" begun >/dev/null
	typed "$1" '^Z'
	holds "$2: ^Z stops what stands in front" sees "$1" '[1]+  Stopped'
	typed "$1" 'bg; jobs -r; echo a-$((40+2))\r'
	holds "$2: bg lets it go on" sees "$1" '[1]+  Running'
	sees "$1" a-42 >/dev/null
	sees "$1" going >/dev/null
	typed "$1" 'kill -STOP %1; until [ -n "$(jobs -s)" ]; do :; done; clear\r'
	"$drive" "$1" gone going >/dev/null
	typed "$1" 'fg\r'
	sees "$1" going >/dev/null
	typed "$1" '^C'
	typed "$1" 'echo st""atus $?\r'
	holds "$2: fg has it back, and ^C ends it" sees "$1" 'status 130'
	typed "$1" 'clear; sh -c "echo fi""rst; exec sleep 300" | cat\r'
	sees "$1" first >/dev/null
	typed "$1" '^Z'
	holds "$2: ^Z stops all of a pipeline" sees "$1" 'Stopped'
	typed "$1" 'kill %1; fg\r'
	typed "$1" 'clear; jobs; echo emp""ty\r'
	holds "$2: and they can be killed" sees "$1" empty
	typed "$1" 'clear; bash --norc\r'
	typed "$1" 'PS1="in""ner> "\r'
	sees "$1" 'inner>' >/dev/null
	typed "$1" 'suspend\r'
	holds "$2: a shell in a shell suspends itself" sees "$1" '[1]+  Stopped                 bash --norc'
	typed "$1" 'fg\r'
	typed "$1" 'echo aw""ake\r'
	holds "$2: and comes back" sees "$1" awake
}
