/* SPDX-License-Identifier: ISC */
/* What fills the screens of engineers: logs, listings, builds, prose. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/mask/benign.h"

static void
add_some(struct script *s, struct dice *dice, const char *alphabet, unsigned count)
{
	char c[2] = "";

	for (; count > 0; count--) {
		c[0] = alphabet[dice_below(dice, (unsigned)strlen(alphabet))];
		script_add(s, c);
	}
}

static void
add_hex(struct script *s, struct dice *dice, unsigned count)
{
	add_some(s, dice, "0123456789abcdef", count);
}

static void
add_base64(struct script *s, struct dice *dice, unsigned count)
{
	add_some(s, dice, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", count);
}

static const char *
pick(struct dice *dice, const char *const *words, unsigned count)
{
	return words[dice_below(dice, count)];
}

#define PICK(dice, words)	pick(dice, words, sizeof (words) / sizeof (words)[0])

static void
make_git(struct script *s, struct dice *dice)
{
	static const char *const subjects[] = {
		"Fix token refresh in the session handler", "docs: explain how to reset a password",
		"secret: rename the helper", "Merge branch 'auth' into main", "Add key rotation tests",
	};

	script_add(s, "\033[33mcommit ");
	add_hex(s, dice, 40);
	script_addf(s, "\033[m\r\nDate:   Fri Nov %u 14:%02u:40 2026 +0100\r\n\r\n    %s\r\n\r\n", 1 + dice_below(dice, 28),
	    dice_below(dice, 60), PICK(dice, subjects));
	add_hex(s, dice, 7);
	script_addf(s, " %s\r\nindex ", PICK(dice, subjects));
	add_hex(s, dice, 10);
	script_add(s, "..");
	add_hex(s, dice, 10);
	script_add(s, " 100644\r\n");
}

static void
make_ids(struct script *s, struct dice *dice)
{
	static const unsigned parts[] = { 8, 4, 4, 4, 12 };

	script_add(s, "request id ");
	for (unsigned i = 0; i < 5; i++) {
		add_hex(s, dice, parts[i]);
		script_add(s, i < 4 ? "-" : " done\r\n");
	}
	script_addf(s, "order %u%08u%08u shipped\r\n", 1 + dice_below(dice, 9), dice_below(dice, 100000000),
	    dice_below(dice, 100000000));
}

static void
make_hashes(struct script *s, struct dice *dice)
{
	static const unsigned lengths[] = { 32, 40, 56, 64, 96, 128 };

	add_hex(s, dice, lengths[dice_below(dice, 6)]);
	script_add(s, "  src/main.c\r\nsha256:");
	add_hex(s, dice, 64);
	script_add(s, "\r\n\"integrity\": \"sha512-");
	add_base64(s, dice, 86);
	script_add(s, "==\",\r\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI");
	add_base64(s, dice, 43);
	script_add(s, " root@db1\r\nSHA256:");
	add_base64(s, dice, 43);
	script_add(s, " (ED25519)\r\n");
}

static void
make_listing(struct script *s, struct dice *dice)
{
	static const char *const names[] = { "tokens.c", "password.h", "secret_key.pub", "Makefile", "auth_token_test.go", "id_rsa.pub" };

	for (int i = 0; i < 6; i++)
		script_addf(s, "-rw-r--r-- 1 root root %8u Nov %2u %02u:%02u %s\r\n", dice_below(dice, 99999999), 1 + dice_below(dice, 28),
		    dice_below(dice, 24), dice_below(dice, 60), PICK(dice, names));
	script_add(s, "\033[0m\033[01;34mbin\033[0m  \033[01;32mrun.sh\033[0m\r\n");
}

static void
make_build(struct script *s, struct dice *dice)
{
	script_addf(s, "gcc -DHAVE_CONFIG_H -I. -O2 -g -Wall -c -o password_%u.o password_%u.c\r\n", dice_below(dice, 90),
	    dice_below(dice, 90));
	script_addf(s, "auth.c:%u:17: warning: unused variable 'token' [-Wunused-variable]\r\n", 1 + dice_below(dice, 900));
	script_addf(s, "[%3u%%] Building C object CMakeFiles/secret.dir/key.c.o\r\nPASS: tests/token_test %u\r\n", dice_below(dice, 100),
	    dice_below(dice, 100));
	script_add(s, "make[1]: Leaving directory '/usr/src/app'\r\nif (password == NULL)\r\n\treturn token_free(token);\r\n");
}

static void
make_dump(struct script *s, struct dice *dice)
{
	for (unsigned row = 0; row < 4; row++) {
		script_addf(s, "%08x  ", row * 16);
		for (int i = 0; i < 16; i++) {
			add_hex(s, dice, 2);
			script_add(s, i == 7 ? "  " : " ");
		}
		script_add(s, " |");
		add_some(s, dice, "abcXYZ0189....-+ ", 16);
		script_add(s, "|\r\n");
	}
}

static void
make_prose(struct script *s, struct dice *dice)
{
	static const char *const lines[] = {
		"The password must be at least twelve characters long.", "Ask an administrator for a token; it expires after a day.",
		"He kept the secret: nobody knew, and nobody asked.", "Authorization is required before you can enter the room.",
		"Your password: follow the link in the message to set a new one.", "A bearer of good news arrived at noon.",
		"Cookies are baked at 180 degrees, and the key to success is butter.", "The api key field may be left empty.",
		"Failed password for invalid user admin from 192.0.2.7 port 51123 ssh2", "Usage: tool [--password-file FILE] [--token-file FILE]",
		"password authentication failed for user \"app\"", "error: unexpected token: string", "The secret is out; see chapter 12, page 345.",
	};

	for (int i = 0; i < 4; i++)
		script_addf(s, "%s\r\n", PICK(dice, lines));
}

static void
make_trace(struct script *s, struct dice *dice)
{
	script_addf(s, "java.lang.IllegalStateException: token is null\r\n\tat com.example.auth.TokenStore.get(TokenStore.java:%u)\r\n",
	    dice_below(dice, 999));
	script_addf(s, "Traceback (most recent call last):\r\n  File \"/app/secret.py\", line %u, in password\r\nKeyError: 'name'\r\n",
	    dice_below(dice, 999));
	script_addf(s, "goroutine 1 [running]:\r\nmain.main()\r\n\t/src/key.go:%u +0x1d\r\n#0  0x00007f%08x in token_next ()\r\n",
	    dice_below(dice, 999), (unsigned)dice_next(dice));
}

static void
make_addresses(struct script *s, struct dice *dice)
{
	script_addf(s, "inet 10.%u.%u.%u/24 brd 10.0.0.255 scope global eth0\r\n", dice_below(dice, 256), dice_below(dice, 256),
	    dice_below(dice, 256));
	script_add(s, "inet6 2001:db8:");
	for (int i = 0; i < 6; i++) {
		add_hex(s, dice, 1 + dice_below(dice, 4));
		script_add(s, i < 5 ? ":" : "/64 scope link\r\nlink/ether ");
	}
	for (int i = 0; i < 6; i++) {
		add_hex(s, dice, 2);
		script_add(s, i < 5 ? ":" : "\r\n");
	}
	script_addf(s, "tcp 0 0 127.0.0.1:5432 0.0.0.0:* LISTEN %u/postgres\r\nhttp://localhost:%u/a@b https://e.org:8443/x\r\n",
	    dice_below(dice, 65536), 1024 + dice_below(dice, 60000));
}

static void
make_times(struct script *s, struct dice *dice)
{
	unsigned h = dice_below(dice, 24);
	unsigned m = dice_below(dice, 60);

	script_addf(s, "2026-11-%02u %02u:%02u:%02u.%06u +0100\r\n", 1 + dice_below(dice, 28), h, m, dice_below(dice, 60),
	    dice_below(dice, 1000000));
	script_addf(s, "20261120T%02u%02u00Z 1763%06u 1763%06u%03u 1763%06u%06u%03u\r\n", h, m, dice_below(dice, 1000000),
	    dice_below(dice, 1000000), dice_below(dice, 1000), dice_below(dice, 1000000), dice_below(dice, 1000000),
	    dice_below(dice, 1000));
	script_addf(s, " %02u:%02u:01 up 12 days,  3:04,  2 users,  load average: 0.%02u, 0.10, 0.05\r\n", h, m, dice_below(dice, 100));
	script_addf(s, "real\t0m%u.%03us\r\npi is 3.14159265358979323846 and 4111111111111112 is no card\r\n", dice_below(dice, 60),
	    dice_below(dice, 1000));
}

/* Names of columns where no table is. */
static void
make_names(struct script *s, struct dice *dice)
{
	static const char *const texts[] = {
		"-rw-r--r-- 1 root root   12 Nov 20 14:02 email\r\n-rw-r--r-- 1 root root   12 Nov 20 14:02 token\r\n",
		"id,email\r\nYes of course\r\nand no\r\n", "Email\r\n-----\r\n\r\nThe email is sent at noon, to all of them.\r\n",
		"select id, email, phone\r\n  from customers\r\n where email is not null, and more, or less;\r\n",
		"create table t (\r\n  id integer,\r\n  email text,\r\n  phone text\r\n);\r\n", "user:email\r\ngit:email\r\n",
		"email = read_email(user)\r\nprint(email, phone)\r\n", "Token | what it is for\r\nthe first one | nothing at all\r\n",
		"Send the email, then call the phone number: somebody will answer, perhaps.\r\n", "email|phone\r\nplain words here\r\n",
		"  email/token.c | 12 ++--\r\n  phone.c       |  3 +\r\n 2 files changed, 15 insertions(+)\r\n", "* token\r\n  main\r\n",
		"-[ email ]-\r\n+ email: changed\r\n", " email   the address\r\n phone   the number\r\n",
	};

	for (int i = 0; i < 4; i++)
		script_add(s, PICK(dice, texts));
}

const struct benign benign_kinds[] = {
	{ "git", make_git },
	{ "ids", make_ids },
	{ "hashes", make_hashes },
	{ "ls", make_listing },
	{ "make", make_build },
	{ "hexdump", make_dump },
	{ "prose", make_prose },
	{ "stack traces", make_trace },
	{ "addresses", make_addresses },
	{ "times", make_times },
	{ "names of columns", make_names },
	{ NULL, NULL },
};
