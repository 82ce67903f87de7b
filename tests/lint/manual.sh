#!/bin/sh
# SPDX-License-Identifier: ISC
# The manual tells what the programs do: each command and option of --help, and no other command.
. "$TOP_SRCDIR/tests/tap.sh"
cd "$TOP_SRCDIR" || exit 1
postern=$TOP_BUILDDIR/recorder/postern
manual=share/man/postern.1

# `  verb args   words` between the first empty line after ABOUT and the last sentence.
verbs() { "$postern" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p'; }
options() { "$postern" "$1" --help | sed -n 's/^  \(-., \)\{0,1\} *\(--[a-z0-9-]*\).*/\2/p'; }

# The part of a page from `.It Ic VERB` to the next one; and what holds for all commands.
section() {
	awk -v verb="$1" '/^\.It Ic / { inside = $3 == verb } /^\.S[hs] / { inside = 0 } inside' "$manual"
}
common() { sed -n '/^\.Ss Options of every command/,/^\.Ss Commands for engineers/p' "$manual"; }
elsewhere() {
	case $1 in
	console) cat share/man/postern-console.1 ;;
	report) cat share/man/postern-report.1 ;;
	ls | show | play | export | search | verify | log | import) cat share/man/postern-play.1 ;;
	esac
}

if [ ! -x "$postern" ]; then
	skip "every command has a section in postern(1), and every option its words" "postern is not built"
	skip "every section of postern(1) is a command" "postern is not built"
else
	bad=$(for verb in $(verbs); do
		[ -n "$(section "$verb")" ] || echo "$manual: nothing about '$verb'"
		"$postern" "$verb" --help >/dev/null 2>&1 </dev/null || echo "postern $verb --help: exit status $?"
		options=$(options "$verb" 2>/dev/null)
		for option in $options; do
			{ section "$verb"; common; elsewhere "$verb"; } |
				grep -qE "^\.It .*Fl -${option#--}( |\$)" || echo "$manual: '$verb' without $option"
		done
	done)
	nothing "every command has a section in postern(1), and every option its words" "$bad"
	bad=$(for verb in $(sed -n 's/^\.It Ic \([a-z][a-z-]*\).*/\1/p' "$manual"); do
		verbs | grep -qx "$verb" || echo "$manual: there is no command '$verb'"
	done)
	nothing "every section of postern(1) is a command" "$bad"
fi

# The exit statuses are an enum; the manual lists each number.
statuses=$(sed -n 's/^[ \t]*STATUS_[A-Z_]* = \([0-9]*\).*/\1/p' lib/base/cli.h)
nothing "every exit status stands in postern(1)" "$(for s in $statuses; do
	sed -n '/^\.Sh EXIT STATUS/,/^\.Sh EXAMPLES/p' "$manual" | grep -qx "\.It $s" || echo "exit status $s"
done)"

# Keys of the policy, from the schema that reads it.
keys=$(sed -n 's/^[ \t]*\(TEXT\|WORDS\|YES_NO\|CYAML_FIELD_[A-Z_]*\)("\([a-z-]*\)".*/\2/p' recorder/policy/policy_schema.c)
nothing "every key of the policy stands in postern-policy(5)" "$(for k in $keys; do
	grep -qE "Cm (.* )?$k( |\$)|^\.Cm ([a-z-]+ , )*$k( |\$)" share/man/postern-policy.5 || echo "key $k"
done)"
holds "the keys were found" test "$(echo "$keys" | wc -l)" -gt 20

if command -v mandoc >/dev/null 2>&1; then
	nothing "mandoc finds nothing wrong with the pages" "$(mandoc -Tlint -Wwarning share/man/*.[0-9] 2>/dev/null)"
else
	skip "mandoc finds nothing wrong with the pages" "mandoc is not installed"
fi
tap_end
