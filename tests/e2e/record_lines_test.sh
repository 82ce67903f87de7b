#!/bin/sh
# SPDX-License-Identifier: ISC
# Command lines as people saw them: recalled, edited, completed, wrapped and pasted ones, in real shells and clients.
. "$TOP_SRCDIR/tests/e2e/record.sh"
export TZ=UTC LC_ALL=C.UTF-8 HISTFILE=/dev/null INPUTRC=/dev/null PSQL_HISTORY=/dev/null SQLITE_HISTORY=/dev/null HOME="$dir" SHELL=/bin/sh
right=0 all=0

# commands NAME: the lines of a recording, without times
commands() { "$postern" export --as commands -i "$dir/identity" "$dir/$1" 2>"$dir/stderr" | sed 's/^.\{25\} *\([^ ]* *[^ ]*\)  /\1 /'; }
# prompts N: so many rows begin with the prompt, and the last has nothing else
prompts() {
	"$drive" "$pty" dump | sed 's/ *$//; s/  *right side$//' | awk -v p="$prompt" -v n="$1" 'index($0, p) == 1 { c++ } NF { last = $0 } END { exit c != n || last != p }'
}
# begin NAME PROMPT COLSxROWS COMMAND...: a recorded session
begin() {
	name=$1 pty=$dir/$1.pty prompt=$2 size=$3 count=1
	shift 3
	: >"$dir/$name.want"
	"$drive" start "$pty" "$size" "$postern" record -q -r "$me" -o "$dir/$name" -- "$@" >/dev/null
	until_true prompts 1
}
keys() { for keys_one; do "$drive" "$pty" type "$keys_one" >/dev/null; done; }
shows() { "$drive" "$pty" wait "$1" >/dev/null; }
want() { printf '%s\n' "$1" | sed 's/\\\\/\\/g' >>"$dir/$name.want"; }
answered() {
	count=$((count + 1))
	until_true prompts "$count" || "$drive" "$pty" dump | sed 's/^/# /'
}
# line WANTED KEYS...: when they are entered, WANTED is what stood there
line() {
	want "$1"
	shift
	keys "$@" '\r'
	answered
}
# finish: ends the session; all lines of it are right
finish() {
	"$drive" "$pty" end >/dev/null
	commands "$name" >"$dir/$name.all"
	commands "$name" | sed 's/^[^ ]* *[^ ]* //' >"$dir/$name.got"
	all=$((all + $(wc -l <"$dir/$name.want")))
	right=$((right + $(diff --unchanged-line-format='x
' --old-line-format= --new-line-format= "$dir/$name.want" "$dir/$name.got" | wc -l)))
	cmp -s "$dir/$name.want" "$dir/$name.got" || { diff "$dir/$name.want" "$dir/$name.got" | sed 's/^/# /'; return 1; }
}

# What line editors can do. $1 and $2 stand around a word so that it is a line that does nothing, or prints the word.
edits() {
	a=$1 b=$2
	shift 2
	line "${a}one$b" "${a}one$b"
	line "${a}two$b" "${a}two$b"
	line "${a}one$b" '\e[A' '\e[A'						# recalled
	line "${a}one$b" '\e[A'
	line "${a}one$b" '\e[A' '\e[A' '\e[B'
	line "${a}three$b" "${a}threx$b" "${b:+\\e[D}" '\x7fe'			# corrected
	line "${a}four$b" "four$b" '^A' "$a"					# its beginning last
	line "${a}five$b" "${a}five$b junk" '^W' '\x7f'			# a word taken back
	line "${a}six$b" 'nothing of this' '^U' "${a}six$b"
	line "${a}seven$b" "${a}sven$b" '^A\e[C\e[C\e[C\e[C\e[C\e[C\e[C\e[C' '^E' '^U' "${a}seven$b"
	long=$(printf 'abcdefghij%.0s' 1 2 3 4 5 6 7 8 9 10 11 12)
	line "$a$long$b" "$a$long$b"						# wrapped
	line "$a${long}x$b" '\e[A' "${b:+\\e[D}" x
	line "$a$long$b" '\e[A' '\e[A' '^E'
	line "$a$long$long$b" "$a$long$b" "${b:+\\e[D}" "$long"
	keys '^R' six
	shows "six$b"
	line "${a}six$b"							# searched
}

bash_lines() {
	printf 'PS1="one:~$ "\n' >"$dir/rc"
	mkdir -p "$dir/folder-of-mine"
	begin bash 'one:~$' 80x300 bash --noprofile --rcfile "$dir/rc" -i
	edits ': ' ''
	line ": $dir/folder-of-mine/" ": $dir/fold" '\t'
	line ' : blank before' ' : blank before'
	line ': ÅÆØ 日本語 x' ': ÅÆØ 日本語' ' x'
	want 'for i in 1; do'
	want ': $i'
	want 'done'
	keys 'for i in 1; do\r: $i\rdone\r'
	answered
	line 'for i in 1; do : $i; done' '\e[A'
	want ': pasted one⏎: pasted two'
	keys '\e[200~: pasted one\r: pasted two\e[201~'
	shows 'pasted two'
	keys '\r'
	answered
	line ': after' ': after'
	keys ': resized in'
	shows ': resized in'
	"$drive" "$pty" resize 100x200 >/dev/null
	line ': resized in the middle' ' the middle'
	keys 'read -s -p Say: x; echo\r'
	want 'read -s -p Say: x; echo'
	shows 'Say:'
	keys 'geheim-one\r'
	answered
	want 'echo ready; cat'
	want 'a line for cat'
	keys 'echo ready; cat\r'			# what comes before bash has let the terminal go is lost, or its own next line
	until_true eval '"$drive" "$pty" dump | grep -q "^ready"'
	keys 'a line for cat\r'
	"$drive" "$pty" wait 'a line for cat' >/dev/null
	until_true eval '[ "$("$drive" "$pty" dump | grep -c "^a line for cat")" = 2 ]'
	keys '^D'
	answered
	keys ': cancelled' '^C'
	answered
	line ': last' ': last'
	finish
}

zsh_lines() {
	mkdir -p "$dir/zdot"
	printf 'PROMPT="two%%%% "\nRPROMPT="right side"\nunsetopt prompt_sp\n. "%s/share/shell/postern.zsh"\n' "$TOP_SRCDIR" >"$dir/zdot/.zshrc"
	begin zsh 'two%' 80x300 env ZDOTDIR="$dir/zdot" zsh -d -i
	edits ': ' ''
	line ": $dir/folder-of-mine" ": $dir/fold" '\t'			# zsh takes the slash away again
	want 'for i in 1; do⏎: $i⏎done'
	keys '\e[200~for i in 1; do\r: $i\rdone\e[201~'
	shows 'done'
	keys '\r'
	answered
	line 'false' 'false'
	finish
}
psql_lines() {
	begin psql 'postgres=#' 80x300 sh -c "PAGER=cat exec $psql -P pager=off"
	edits '\\qecho ' ''
	line '\d nothing' '\\d noth' 'ing'
	want 'create table t ('
	want '  a int);'
	keys 'create table t (\r  a int);\r'
	answered
	line 'insert into t values (1);' 'insert into t val' '\t' '(1);'
	want 'update t⏎set a = 2⏎where a = 1;'
	want '\password ****'			# as it is masked
	keys '\e[200~update t\rset a = 2\rwhere a = 1;\e[201~' '\r'
	answered
	keys '\\password shop\r'
	shows 'Enter new password'
	keys 'geheim-two\r'
	shows 'Enter it again'
	keys 'geheim-two\r'
	answered
	finish
}
python_lines() {
	begin python '>>>' 80x300 /usr/bin/python3 -q
	edits 'x = "' '"'
	want 'for i in [1]:'
	want '    x = i'
	keys 'for i in [1]:\r' '    x = i\r\r'
	answered
	finish
}
# Own servers on sockets of this folder, which end with the test. Debian's redis-server is this program under another name.
redis_lines() {
	ln -s "$(command -v redis-check-rdb)" "$dir/redis-server"
	"$dir/redis-server" --port 0 --unixsocket "$dir/redis.s" --save '' --dir "$dir" >"$dir/redis.log" 2>&1 &
	redis_pid=$!
	until_true redis-cli -s "$dir/redis.s" ping >/dev/null 2>&1
	begin redis "redis $dir/redis.s>" 150x300 redis-cli -s "$dir/redis.s"
	line 'set one 1' 'set one 1'
	line 'get one' 'get onf\x7fe'					# corrected
	line 'get one' '\e[A'						# recalled
	line 'set one 1' '\e[A' '\e[A' '\e[A'
	line 'get two' 'nothing' '^U' 'get two'
	line 'dbsize' 'size' '^A' 'db'
	finish
	redis_result=$?
	kill "$redis_pid"
	wait "$redis_pid"
	return $redis_result
}
mariadb_lines() {
	mariadb-install-db --no-defaults --auth-root-authentication-method=normal --skip-test-db --user=root --datadir="$dir/maria" >"$dir/maria.log" 2>&1
	mariadbd --no-defaults --user=root --datadir="$dir/maria" --skip-networking --socket="$dir/maria.s" --pid-file="$dir/maria.pid" >>"$dir/maria.log" 2>&1 &
	maria_pid=$!
	until_true mariadb --no-defaults -S "$dir/maria.s" -e 'select 1' >/dev/null 2>&1
	begin mariadb 'MariaDB [(none)]>' 80x300 env MYSQL_HISTFILE=/dev/null mariadb --no-defaults -S "$dir/maria.s"
	line 'select 1;' 'select 1;'
	line 'select 12;' '\e[A' '\e[D' 2
	line 'select 3;' 'select 4\x7f3;'
	want 'select 5'
	want 'as five;'
	keys 'select 5\ras five;\r'
	answered
	finish
	maria_result=$?
	kill "$maria_pid"
	wait "$maria_pid"
	return $maria_result
}
sqlite_lines() {
	begin sqlite 'sqlite>' 80x300 sqlite3 -batch -interactive
	line 'create table t(a);' 'create table t(a);'
	line 'drop table t;' 'drop table t;'
	finish
}

holds "bash: recalled, edited, completed, wrapped, searched and pasted lines are exact" bash_lines
holds "a password for read -s is in no line" no grep -q geheim "$dir/bash.got"
if command -v zsh >/dev/null; then
	holds "zsh: the same, with marks and a prompt at the right edge" zsh_lines
	holds "with marks each command has its exit status" sh -c 'grep -qE "^ *[0-9.]+s +1 false$" "$1"' sh "$dir/zsh.all"
else
	skip "zsh: the same, with marks and a prompt at the right edge" "zsh is not here"
	skip "with marks each command has its exit status" "zsh is not here"
fi
if . "$TOP_SRCDIR/tests/e2e/postgres.sh" && postgres_begin; then
	holds "psql: the same, with statements of several rows" psql_lines
	holds "a password for \\password is in no line" no grep -q geheim "$dir/psql.got"
else
	skip "psql: the same, with statements of several rows" "no server can be started here"
	skip "a password for \\password is in no line" "no server can be started here"
fi
if [ -x /usr/bin/python3 ]; then
	holds "python: the same" python_lines
else
	skip "python: the same" "python is not here"
fi
if command -v sqlite3 >/dev/null; then
	holds "sqlite3: what is entered" sqlite_lines
else
	skip "sqlite3: what is entered" "sqlite3 is not here"
fi
if command -v redis-check-rdb >/dev/null && command -v redis-cli >/dev/null; then
	holds "redis-cli: recalled, edited and corrected lines" redis_lines
else
	skip "redis-cli: recalled, edited and corrected lines" "redis is not here"
fi
if command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null; then
	holds "mariadb: the same, with a statement of two rows" mariadb_lines
else
	skip "mariadb: the same, with a statement of two rows" "mariadb is not here"
fi
echo "# $right of $all lines are exact"
holds "of all lines 98 in 100 are exact" [ $((right * 100)) -ge $((all * 98)) ]
tap_end
