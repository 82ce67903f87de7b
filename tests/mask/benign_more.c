/* SPDX-License-Identifier: ISC */
/* More of what fills screens, with the shapes that masks fall for: long runs, digits in groups, words like "token". */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/mask/benign.h"

#define HEX	"0123456789abcdef"
#define BASE64	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
#define LOWER	"abcdefghijklmnopqrstuvwxyz"
#define DIGITS	"0123456789"
#define PICK(dice, words)	(words)[dice_below(dice, sizeof (words) / sizeof (words)[0])]

static void
add_some(struct script *s, struct dice *dice, const char *alphabet, unsigned count)
{
	for (; count > 0; count--)
		script_add_bytes(s, alphabet + dice_below(dice, (unsigned)strlen(alphabet)), 1);
}

/* "%40h" and the like: h hexadecimal, b base64, l letters, d digits; all else as it is. */
static void
fill(struct script *s, struct dice *dice, const char *template)
{
	static const struct {
		char		 letter;
		const char	*alphabet;
	} alphabets[] = { { 'h', HEX }, { 'b', BASE64 }, { 'l', LOWER }, { 'd', DIGITS } };

	for (const char *p = template; *p != '\0';) {
		char *end;
		unsigned count;

		if (*p != '%') {
			script_add_bytes(s, p++, 1);
			continue;
		}
		count = (unsigned)strtoul(p + 1, &end, 10);
		for (size_t i = 0; i < sizeof alphabets / sizeof alphabets[0]; i++)
			if (alphabets[i].letter == *end)
				add_some(s, dice, alphabets[i].alphabet, count);
		p = end + 1;
	}
	script_add(s, "\r\n");
}

static void
fill_all(struct script *s, struct dice *dice, const char *const *templates, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fill(s, dice, templates[i]);
}

#define FILL(s, dice, templates)	fill_all(s, dice, templates, sizeof (templates) / sizeof (templates)[0])

static void
make_graph(struct script *s, struct dice *dice)
{
	static const char *const lines[] = {
		"* commit %40h (HEAD -> main, tag: v1.%1d.%2d)", "|\\  Merge: %7h %7h", "| | Author: A Person <noreply>", "| |     auth: pass the token on",
		"| * diff --git a/src/auth.c b/src/auth.c", "| | index %10h..%10h 100644", "| | @@ -1%2d,7 +1%2d,9 @@ static int check_password(struct auth *auth)",
		"| | -\tif (password == NULL)", "| | +\tif (password == NULL || *password == '\\0')", "| | +\t\treturn token_error(auth, \"no password\");",
		"| | +\tconst char *secret = getenv(name);", "|/", "%7h refs/heads/secret-store", "+    password = read_password(prompt)", "-    self.token = token",
	};

	FILL(s, dice, lines);
}

static void
make_sums(struct script *s, struct dice *dice)
{
	static const char *const lines[] = {
		"\"integrity\": \"sha512-%86b==\",", "\"resolved\": \"https://registry.npmjs.org/a/-/a-1.%1d.%1d.tgz#%40h\",",
		"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ%340b= anna@laptop", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI%43b root@db1",
		"2048 SHA256:%43b no comment (RSA)", "%64h  postern_1.0_amd64.deb", "%32h  ./usr/share/doc/copyright", "sha256:%64h",
		"h1:%43b= golang.org/x/crypto v0.%1d.0/go.mod", "--hash=sha256:%64h \\", "checksum = \"%64h\"", "ETag: \"%32h\"", "\"etag\": \"%32h-%2d\"",
		"<script src=\"a.js\" integrity=\"sha384-%64b\" crossorigin=\"anonymous\">", "Docker-Content-Digest: sha256:%64h", "nonce-%22b==",
	};

	FILL(s, dice, lines);
}

static void
make_image(struct script *s, struct dice *dice)
{
	static const char *const lines[] = { "<img src=\"data:image/png;base64,iVBORw0KGgo%180b\">", "%76b", "%76b", "%76b", "%40b==" };

	FILL(s, dice, lines);
}

static void
make_certificate(struct script *s, struct dice *dice)
{
	static const char *const lines[] = { "-----BEGIN CERTIFICATE-----", "MII%61b", "%64b", "%64b", "%24b==", "-----END CERTIFICATE-----",
		"-----BEGIN PUBLIC KEY-----", "MII%61b", "%30b==", "-----END PUBLIC KEY-----", "-----BEGIN PGP SIGNATURE-----", "", "iQ%62b", "=%4b",
		"-----END PGP SIGNATURE-----", "        Serial Number:", "            %2h:%2h:%2h:%2h:%2h:%2h:%2h:%2h:%2h:%2h:%2h:%2h:%2h:%2h:%2h:%2h",
		"        Subject Public Key Info:", "                    00:%2h:%2h:%2h:%2h:%2h:%2h:%2h:%2h:%2h:%2h:%2h:%2h:%2h:%2h" };

	FILL(s, dice, lines);
}

static void
make_orders(struct script *s, struct dice *dice)
{
	static const char *const lines[] = {
		"order 3%11d, invoice INV-%6d, parcel 1Z%16d", "tracking %4d-%4d-%4d", "isbn 978-%1d-%2d-%6d-%1d", "ean 73%11d", "vat NO%9dMVA",
		"imei 35%13d", "%2d.%2d.2026 14:02  1%3d.%2d EUR  ref %10d", "case #%8d closed after %2d days", "po 45%8d line %2d qty %3d",
		"1 %3d %3d %3d bytes in %2d files", "lat 59.%6d lon 10.%6d", "block 8%2d%3d%3d hash 0000%60h", "uid=1%3d(anna) gid=1%3d(anna)",
	};

	FILL(s, dice, lines);
}

static void
make_table(struct script *s, struct dice *dice)
{
	static const char *const lines[] = {
		" id |  name  |  created_at          | total ", "----+--------+----------------------+-------", "  %1d | %6l | 2026-11-%1d0 14:0%1d:4%1d  | %5d",
		"  %1d | %6l | 2026-11-%1d1 14:0%1d:4%1d  | %5d", "(2 rows)", "NAME                     READY   STATUS    RESTARTS   AGE",
		"web-%10h-%5h     1/1     Running   0          %2dd", "NAMESPACE   NAME    TYPE     DATA   AGE", "default     db      Opaque   3      %2dh",
		"CONTAINER ID   IMAGE     COMMAND", "%12h   nginx     \"/docker-entrypoint.\"", "tcp   LISTEN 0   128   [::]:22   [::]:*   users:((\"sshd\",pid=%4d,fd=4))",
		"Filesystem     1K-blocks     Used Available Use% Mounted on", "/dev/sda1       1%7d  %7d  %7d  4% /",
	};

	FILL(s, dice, lines);
}

static void
make_code(struct script *s, struct dice *dice)
{
	static const char *const lines[] = {
		"    def set_password(self, password: str) -> None:", "        self.password_hash = hash_password(password)", "if (token != TOKEN_END)",
		"const token = await getToken({ scope });", "  secret: ${SECRET}",
		"export API_KEY=$(vault read -field=key secret/app)", "password=<your password>", "token: {{ .Values.token }}",
		"passwordField.setText(\"\");", "#define TOKEN_MAX 1024", "case T_SECRET: return parse_secret(p);",
		"auth_token = os.environ[\"AUTH_TOKEN\"]", "    secretName: app-tls", "    secretKeyRef:", "      key: password", "        name: db-secret",
		"password_file: /run/secrets/db", "ssl_certificate_key /etc/ssl/private/e.org.key;", "ENCRYPTED_PASSWORD=", "api_key: null,", "token_type: bearer",
		"\"token_type\": \"Bearer\",", "\"expires_in\": 3600", "http://user@host/path", "git@github.com:org/repo-%4d.git", "max_token_length = 4096",
		"tokenizer.encode(text, max_length=512)", "secrets.token_urlsafe(32)", "PasswordAuthentication no", "PermitRootLogin prohibit-password",
	};

	FILL(s, dice, lines);
}

static void
make_shell(struct script *s, struct dice *dice)
{
	static const char *const lines[] = {
		"anna@db1:~$ passwd", "Changing password for anna.", "Current password: ", "New password: ", "passwd: password updated successfully",
		"anna@db1:~$ ssh -p 2222 anna@192.0.2.%2d", "anna@192.0.2.17's password: ", "Permission denied, please try again.", "anna@db1:~$ sudo -i",
		"[sudo] password for anna: ", "Sorry, try again.", "mysql -u root -p orders", "Enter password: ", "psql: error: FATAL:  password authentication failed",
		"Login incorrect", "Username for 'https://github.com': anna", "Password for 'https://anna@github.com': ", "docker login -u anna --password-stdin",
		"curl -sS https://e.org:8443/health -H 'Accept: text/plain'", "tar -pxzf a-%1d.%1d.tar.gz", "gpg: key %16h marked as ultimately trusted",
		"Token expired at 2026-11-20T14:02:4%1dZ", "kubectl create secret generic db --from-file=./password", "history | grep token",
	};

	FILL(s, dice, lines);
}

static void
make_network(struct script *s, struct dice *dice)
{
	static const char *const lines[] = {
		"%2h:%2h:%2h:%2h:%2h:%2h", "fe80::%4h:%4h:%4h:%4h%%eth0", "2001:db8:%4h:%4h:%4h:%4h:%4h:%4h/64", "::ffff:192.0.2.%2d", "10.%2d.0.0/16 via 10.%2d.0.1 dev eth0",
		"PING e.org (192.0.2.7) 56(84) bytes of data.", "64 bytes from 192.0.2.7: icmp_seq=%1d ttl=5%1d time=1%1d.%1d ms", "rtt min/avg/max/mdev = 1.%3d/2.%3d/3.%3d/0.%3d ms",
		"e.org.  300  IN  TXT  \"v=spf1 include:_spf.e.org -all\"", "_dmarc.e.org. 300 IN TXT \"v=DMARC1; p=none; rua=\"", "; <<>> DiG 9.18 <<>> e.org",
		"14:02:40.%6d IP 192.0.2.7.443 > 10.0.0.1.5%4d: Flags [P.], seq 1%3d:2%3d, ack %4d", "tls 1.3 (TLS_AES_256_GCM_SHA384) %32h", "x-request-id: %8h-%4h-4%3h-a%3h-%12h",
		"traceparent: 00-%32h-%16h-01", "cf-ray: %16h-OSL", "server: nginx/1.2%1d.%1d",
	};

	FILL(s, dice, lines);
}

static void
make_versions(struct script *s, struct dice *dice)
{
	static const char *const lines[] = {
		"libssl3/stable-security 3.0.1%1d-1~deb12u%1d amd64", "postgresql-15 (15.%1d-0+deb12u1)", "linux-image-6.1.0-%2d-amd64 6.1.%2d-1", "react@18.%1d.0",
		"@babel/core@7.2%1d.0", "Collecting cryptography<43,>=41.0.%1d", "  Downloading token_utils-0.1.%1d-py3-none-any.whl (1%1d kB)", "go1.22.%1d linux/amd64",
		"gcc (Debian 12.2.0-14) 12.2.0", "[  %3d.%6d] usb 1-%1d: New USB device found, idVendor=1d6b, idProduct=000%1d", "[%5d.%6d] ata1.00: %7d sectors",
		"CPU MHz: 2%3d.%3d", "cc -O2 -DTOKEN_MAX=64 -o build/secret.o src/secret.c", "[ %2d%%] Building C object CMakeFiles/token.dir/token.c.o",
		"ok   tests/password_test   %2d passed", "PASS: secret_test %1d - tokens are compared in constant time", "real    0m%1d.%3ds",
	};

	FILL(s, dice, lines);
}

static void
make_words(struct script *s, struct dice *dice)
{
	static const char *const lines[] = {
		"Please enter your password, then press Enter.", "The token is valid for 24 hours; the secret never expires.", "Passwords: 3 changed, 2 unchanged, 17 expired",
		"Your secret: keep it to yourself!", "api key: see the documentation", "Password policy: at least 12 characters", "secret = something that few know",
		"He said: \"the password is not here\".", "Authorization: required", "Cookie: a small cake", "bearer of bad news", "basic training begins at 08:00",
		"login: Mon Nov 23 14:02 on pts/0 from 192.0.2.7", "credentials: invalid or missing", "token=none secret=unset password=false", "pin: see the back of the card",
		"call +1 for yes, +0 for no", "from 12 to 14 and 100 200 300 400", "5 10 15 20 25 30 35 40 45 50 55 60", "0000 1111 2222 3333", "1234 5678 9012 3456",
		"AC power, SK hynix 1024 MB, SG 12", "a@b c@d @user @everyone user@", "@@ -1,7 +1,7 @@", "user:group 755 2026-11-20", "anna:x:1000:1000:Anna:/home/anna:/bin/bash",
		"nobody:!:19000::::::", "00:00:00 up 3 days", "a:b:c:d:e", "key: value", "- name: password", "  description: Password of the user",
	};

	for (int i = 0; i < 6; i++)
		fill(s, dice, PICK(dice, lines));
}

/* What has the name of a secret and is none. */
static void
make_near(struct script *s, struct dice *dice)
{
	static const char *const lines[] = {
		"password: must be at least 12 characters", "Password must contain 8 characters, 1 digit and 1 symbol", "The token: the word that opens the gate",
		"token: expected ';'", "Unexpected token: '}' at line 12", "The password is 12 characters long", "The password is base64-encoded",
		"the token is valid for 24h", "passwd: password expiry information changed.", "password: ********", "\"token_type\": \"Bearer\"",
		"\"password\": {\"type\": \"string\", \"minLength\": 8}", "primary_key: id1", "foreign_key: user_id2", "secretName: db-secret-1",
		"- name: TOKEN_TTL", "- name: DB_PASSWORD", "  valueFrom:", "      key: password", "\"name\": \"token\",",
		"\"version\": \"1.0.12\",", "password    varchar(255)", "password    text        not null",
		" token    | text                  |           |          |", "secret/db-creds   Opaque   3   5d12h",
		"default-token-abc12          kubernetes.io/service-account-token   3      10d", "passwd        1:4.13+dfsg1-1+deb12u1 amd64", "jsonwebtoken  9.0.2",
		"java.lang.IllegalArgumentException: secret: length 12 < 16", "fn token(&self) -> Option<Token2> {", "password: str = Field(min_length=8)",
		"api_key: str | None = None", "assertEquals(\"token\", tokens.get(0));", "map.put(\"password\", password1);", "f(\"secret\", secret_2)",
		"<label for=\"password\">Password (8+ chars)</label>", "<string name=\"password_hint\">At least 8</string>", "api.token.ttl -> 3600",
		"pass=2 fail=0", "1st pass: 34.5s", "token_duration      768h", "password: ${{ secrets.PYPI_TOKEN }}",
		"SyntaxError: Unexpected token in JSON at position %3d",
	};

	for (int i = 0; i < 12; i++)
		fill(s, dice, PICK(dice, lines));
}

/* Rows of blanks, bars and full width, with words at their ends. */
static void
make_painted(struct script *s, struct dice *dice)
{
	script_add(s, "\033[?1049h\033[H\033[2J");
	for (unsigned i = 1; i < 23; i++)
		script_addf(s, "\033[%u;1H\033[7m%-39s\033[m\u2502%-40s", i, i % 5 == 0 ? "Password:" : "Host", i % 3 == 0 ? "[          ]" : "token list");
	script_addf(s, "\033[24;1H%5u anna 20 0 %6u S %2u.0 secretd --token-file /run/t\033[K\033[?1049l", dice_below(dice, 30000), dice_below(dice, 99999),
	    dice_below(dice, 90));
}

const struct benign benign_more[] = {
	{ "git log --graph -p", make_graph },
	{ "sums and public keys", make_sums },
	{ "images in base64", make_image },
	{ "certificates", make_certificate },
	{ "order numbers", make_orders },
	{ "tables", make_table },
	{ "code", make_code },
	{ "prompts and commands", make_shell },
	{ "networks", make_network },
	{ "versions", make_versions },
	{ "words", make_words },
	{ "nearly secrets", make_near },
	{ "painted", make_painted },
	{ NULL, NULL },
};
