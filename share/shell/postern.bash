# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Marks for Postern's recordings (OSC 133): where a prompt ends, when a command runs, how it ended. With them each command in a
# recording has its exit status and how long it took. Terminals that know the marks use them too; the others ignore them.
# Needs bash 4.4. In the profile of a role's account, or of any account that sessions go on to (~/.bashrc):
#	[ ! -r /usr/share/postern/shell/postern.bash ] || . /usr/share/postern/shell/postern.bash

if [[ $- == *i* && -z ${__postern_ran+x} ]] && ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)); then
	__postern_ran=0

	# First of all that a prompt runs, as it needs the status; the status stays as it was for what follows.
	__postern_ended() {
		local status=$?

		((__postern_ran == 0)) || printf '\e]133;D;%d;aid=%d\a' "$status" "$$"
		__postern_ran=0
		return "$status"
	}

	# Last of it, as others make the prompt anew.
	__postern_prompt() {
		local status=$?

		[[ $PS1 == *'133;B'* ]] || PS1="\[\e]133;A;aid=$$\a\]$PS1\[\e]133;B\a\]"
		return "$status"
	}

	# shellcheck disable=SC2178,SC2128	# an array or not, as others have it: this changes its first element
	PROMPT_COMMAND="__postern_ended${PROMPT_COMMAND:+; $PROMPT_COMMAND}; __postern_prompt"
	# shellcheck disable=SC2016	# expanded when a command is about to run; it leaves nothing but the mark
	PS0="${PS0-}"'${__postern_none:$((__postern_ran = 1, 0)):0}'"\e]133;C;aid=$$\a"
fi
