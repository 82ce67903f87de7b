# SPDX-License-Identifier: ISC
# Marks for Postern's recordings (OSC 133), as postern.bash makes them. In the profile of a role's account (~/.zshrc):
#	[[ ! -r /usr/share/postern/shell/postern.zsh ]] || . /usr/share/postern/shell/postern.zsh

if [[ -o interactive && -z ${__postern_ran+x} ]]; then
	typeset -gi __postern_ran=0

	# First of all that a prompt runs, as it needs the status.
	__postern_ended() {
		local last=$?

		(( __postern_ran == 0 )) || printf '\e]133;D;%d;aid=%d\a' $last $$
		__postern_ran=0
		return $last
	}

	# Last of it, as others make the prompt anew.
	__postern_prompt() {
		local last=$?

		[[ $PS1 == *'133;B'* ]] || PS1=$'%{\e]133;A;aid='$$$'\a%}'$PS1$'%{\e]133;B\a%}'
		return $last
	}

	__postern_runs() {
		__postern_ran=1
		printf '\e]133;C;aid=%d\a' $$
	}

	typeset -ga precmd_functions preexec_functions
	precmd_functions=(__postern_ended $precmd_functions __postern_prompt)
	preexec_functions+=(__postern_runs)
fi
