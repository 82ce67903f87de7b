/* SPDX-License-Identifier: ISC */
/* Values from templates: "%36B" is 36 letters and digits. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/mask/forge.h"

#define UPPER	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER	"abcdefghijklmnopqrstuvwxyz"
#define DIGITS	"0123456789"

struct kind {
	const char	*rule, *name, *before, *template, *after;
	bool		 is_alone;
};

/* What %N stands for, by its letter. */
static const struct {
	char		 letter;
	const char	*alphabet;
} alphabets[] = {
	{ 'B', UPPER LOWER DIGITS },
	{ 'U', UPPER LOWER DIGITS "-_" },
	{ 'h', "0123456789abcdef" },
	{ 'A', UPPER DIGITS },
	{ 'T', UPPER "234567" },
	{ 'D', DIGITS },
	{ 'L', UPPER LOWER },
	{ 'l', LOWER },
	{ 'S', UPPER LOWER DIGITS "+/" },
	{ 'c', UPPER LOWER DIGITS "./" },
	{ 'k', "qpzry9x8gf2tvdw0s3jn54khce6mua7l" },
	{ 'K', "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L" },
	{ 'W', UPPER LOWER DIGITS "!#%^*_+.~=" },	/* as people and managers of passwords make them */
};

/* clang-format off */
static const struct kind kinds[] = {
	{ "aws-key-id", "id", "access key ", "AKIA%16T", " is active", true },
	{ "aws-key-id", "id", "", "ASIA%16T", "", true },
	{ "aws-secret-key", "aws_secret_access_key", "aws_secret_access_key = ", "%40S", "", false },
	{ "aws-session-token", "aws_session_token", "aws_session_token=", "FwoGZXIv%160S", "", false },
	{ "aws-key-id", "id", "", "ACCA%16A", "", true },
	{ "aws-key-pair", NULL, "AKIAQYLPMN5HFIQR7BBB,", "%40S", "", false },
	{ "aws-signature", NULL, "?X-Amz-Expires=60&X-Amz-Signature=", "%64h", "&x=1", false },
	{ "google-api-key", "maps", "key ", "AIza%35U", " ok", true },
	{ "google-client-secret", "oauth", "id and ", "GOCSPX-%28U", "", true },
	{ "google-access-token", "value", "", "ya29.a0%60U", "", true },
	{ "azure-storage-key", NULL, "AccountName=x;AccountKey=", "%86S==", ";EndpointSuffix=core.windows.net", false },
	{ "azure-sas", NULL, "https://a.blob.core.windows.net/c?sv=2022-11-02&sig=", "%43B%%3D", "&sp=r", false },
	{ "azure-client-secret", "value", "", "%3B8Q~%34B", "", true },
	{ "digitalocean-token", "value", "doctl -t ", "dop_v1_%64h", "", true },
	{ "heroku-key", "value", "", "HRKU-%8h-%4h-%4h-%4h-%12h", "", true },
	{ "databricks-token", "value", "pat ", "dapi%32h", "", true },
	{ "github-token", "value", "remote ", "ghp_%36B", " pushed", true },
	{ "github-token", "value", "", "gho_%36B", "", true },
	{ "github-token", "value", "", "ghs_%36B", "", true },
	{ "github-fine-grained-token", "value", "", "github_pat_%22B_%59B", "", true },
	{ "gitlab-token", "value", "clone with ", "glpat-%20U", "", true },
	{ "gitlab-token", "value", "", "glrt-%20U", "", true },
	{ "gitlab-token", "value", "", "GR1348941%20B", "", true },
	{ "gitlab-token", "value", "", "glpat-%27U.0%1D.%9B", "", true },
	{ "slack-token", "value", "", "xoxb-%12D-%12D-%24B", "", true },
	{ "slack-token", "value", "", "xoxp-%12D-%12D-%12D-%32h", "", true },
	{ "slack-app-token", "value", "", "xapp-1-A%10A-%13D-%64h", "", true },
	{ "slack-webhook", NULL, "POST https://hooks.slack.com/services/", "T%8A/B%8A/%24B", "", false },
	{ "npm-token", "value", "npm whoami ", "npm_%36B", "", true },
	{ "npm-authtoken", NULL, "//registry.example.org/:_authToken=", "%8h-%4h-4%3h-a%3h-%12h", "", false },
	{ "pypi-token", "value", "", "pypi-AgEIcHlwaS5vcmc%100U", "", true },
	{ "rubygems-key", "value", "", "rubygems_%48h", "", true },
	{ "docker-token", "value", "", "dckr_pat_%27U", "", true },
	{ "huggingface-token", "value", "", "hf_%34L", "", true },
	{ "openai-key", "value", "", "sk-%20BT3BlbkFJ%20B", "", true },
	{ "openai-key", "value", "", "sk-proj-%74UT3BlbkFJ%74U", "", true },
	{ "openai-key", "value", "", "sk-%46B%2D", "", true },
	{ "anthropic-key", "value", "", "sk-ant-api03-%93U-%6UAA", "", true },
	{ "stripe-key", "value", "charge with ", "sk_live_%24B", "", true },
	{ "stripe-key", "value", "", "rk_test_%99B", "", true },
	{ "stripe-webhook-secret", "value", "", "whsec_%32B", "", true },
	{ "sendgrid-key", "value", "", "SG.%22U.%43U", "", true },
	{ "mailgun-key", "value", "", "key-%32h", "", true },
	{ "mailgun-key-parted", "value", "", "%32h-%8h-%8h", "", true },
	{ "mailchimp-key", "value", "", "%32h-us%1D", "", true },
	{ "twilio-key", "value", "", "SK%32h", "", true },
	{ "twilio-key", "value", "", "AC%32h", "", true },
	{ "shopify-token", "value", "", "shpat_%32h", "", true },
	{ "vault-token", "value", "", "hvs.%95U", "", true },
	{ "vault-legacy-token", "vault_token", "VAULT_TOKEN=", "s.%24B", "", false },
	{ "vault-legacy-bare", "value", "with ", "s.a%20B%1D%1lZ", "", true },
	{ "terraform-token", "value", "", "%14B.atlasv1.%64B", "", true },
	{ "grafana-token", "value", "", "glsa_%32B_%8h", "", true },
	{ "newrelic-key", "value", "", "NRAK-%27A", "", true },
	{ "newrelic-key", "value", "", "%36hNRAL", "", true },
	{ "pulumi-token", "value", "", "pul-%40h", "", true },
	{ "linear-key", "value", "", "lin_api_%40B", "", true },
	{ "telegram-bot-token", "value", "bot ", "%10D:AA%32U%1B", "", true },
	{ "telegram-bot-url", NULL, "curl https://api.telegram.org/bot", "%9D:AA%33U", "/getMe", false },
	{ "discord-token", "value", "", "MTk4NjIy%18B.%6B.%37B%1B", "", true },
	{ "discord-token", "value", "token ", "N%1D%23U.%6U.%38U", " ok", true },
	{ "discord-token-named", NULL, "DISCORD_TOKEN=", "x%23B.%6U.%27U", "", false },
	{ "age-secret-key", "value", "", "AGE-SECRET-KEY-1%58K", "", true },
	{ "onepassword-key", "value", "", "A3-%6A-%11A-%5A-%5A-%5A", "", true },
	{ "onepassword-service-token", "value", "", "ops_eyJ%200B", "", true },
	{ "atlassian-token", "value", "", "ATATT3xFfGF0%160U=%8A", "", true },
	{ "square-token", "value", "", "sq0atp-%21U%1B", "", true },
	{ "postman-key", "value", "", "PMAK-%24h-%34h", "", true },
	{ "jwt", "value", "claims ", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ%60U.%43U", " ok", true },
	{ "jwt", "value", "", "eyJ%80U.eyJ%240U.%86U", "", true },
	{ "jwe", "value", "", "eyJ%40U..%16U.%80U.%22U", "", true },
	{ "url-password", NULL, "connecting to postgres://app:", "%14B", "@db1.example.org:5432/orders", false },
	{ "url-password", NULL, "amqp://guest:", "%12B!%4B", "@mq/", false },
	{ "authorization-header", NULL, "Authorization: Bearer ", "%40U", "", false },
	{ "authorization-header", NULL, "authorization: Basic ", "%28B=", "", false },
	{ "digest-credentials", NULL, "Authorization: Digest username=\"m\", uri=\"/\", response=\"", "%32h", "\"", false },
	{ "bearer-token", NULL, "sent bearer ", "%12B%2D%24B", "", false },
	{ "secret-header", NULL, "X-Api-Key: ", "%32B", "", false },
	{ "secret-header", NULL, "X-Vault-Token: ", "%26B", "", false },
	{ "cookie", NULL, "Cookie: session=", "%32B", "", false },
	{ "cookie", NULL, "Cookie: lang=en; sid=", "%32B", "; x=1", false },
	{ "curl-cookie", NULL, "$ curl -s -b sid=", "%32B", " https://e.org/", false },
	{ "cookie-jar", NULL, "#HttpOnly_e.org FALSE / TRUE 0 sid ", "%32B", "", false },
	{ "password-assignment", "password", "DB_PASSWORD=", "%10B%4W%1B", "", false },
	{ "password-assignment", "db_pass", "db_pass = \"", "%16W%1B", "\"", false },
	{ "password-colon", "password", "  password: ", "%6W%1D%5B", "", false },
	{ "password-line", "password", "password: ", "%10l", "", false },
	{ "passphrase-line", NULL, "passphrase: ", "%6l %5l %7l %6l", "", false },
	{ "password-words", NULL, "setenv DB_PASSWORD ", "%14B", "", false },
	{ "password-words", NULL, "define('DB_PASSWORD', '", "%14W%1B", "');", false },
	{ "secret-assignment", "client_secret", "CLIENT_SECRET=", "%24B%2D", "", false },
	{ "secret-assignment", "api_key", "https://e.org/v1?api_key=", "%24B%2D", "&x=1", false },
	{ "secret-field", "api_key", "api_key: ", "%24B%2D", "", false },
	{ "secret-line", "token", "token: ", "%6lXQK%6l", "", false },
	{ "named-value", NULL, "{\"name\":\"DB_PASSWORD\",\"value\":\"", "%14W%1B", "\"}", false },
	{ "secret-list", NULL, "\"X-Api-Key\": [\"", "%24B%2D", "\"]", false },
	{ "typed-secret", NULL, "var apiToken string = \"", "%24B%2D", "\"", false },
	{ "secret-argument", NULL, "props.setProperty(\"db.password\", \"", "%12B%2D", "\");", false },
	{ "secret-element", NULL, "<entry key=\"db.password\">", "%12B%2D", "</entry>", false },
	{ "secret-beside", NULL, "db_password    ", "L%10B%2D", "", false },
	{ "password-sentence", NULL, "the new password is ", "L%10B%2D", "", false },
	{ "service-secret", NULL, "Unseal Key 1: ", "%43S=", "", false },
	{ "device-secret", NULL, "snmp-server community ", "%10B%2D", " RO", false },
	{ "xml-secret", NULL, "<password>", "%12B", "</password>", false },
	{ "xml-attribute", NULL, "<add key=\"ClientSecret\" value=\"", "%16B", "\"/>", false },
	{ "password-option", NULL, "$ docker login -u me --password ", "%14B", " reg.example.org", false },
	{ "mysql-option", NULL, "$ mysql -h db1 -u app -p", "%14B", " orders", false },
	{ "login-option", NULL, "$ docker login -u me -p ", "%14B", " reg.example.org", false },
	{ "login-option", NULL, "$ sqlcmd -S db -U sa -P ", "%14B", "", false },
	{ "password-argument", NULL, "$ htpasswd -b /etc/x anna ", "%14B", "", false },
	{ "password-argument", NULL, "127.0.0.1:6379> AUTH ", "%14B", "", false },
	{ "snmp-auth-option", NULL, "$ snmpget -v3 -u u -A ", "%14B", " h", false },
	{ "snmp-privacy-option", NULL, "$ snmpget -v3 -u u -x AES -X ", "%14B", " h", false },
	{ "oracle-login", NULL, "$ sqlplus scott/", "%14B", "@orcl", false },
	{ "curl-user", NULL, "$ curl -s -u admin:", "%14B", " https://e.org/", false },
	{ "sshpass-option", NULL, "$ sshpass -p ", "%12B", " ssh a@b", false },
	{ "redis-auth", NULL, "requirepass ", "%12B", "", false },
	{ "openssl-pass", NULL, "$ openssl rsa -in k -passin pass:", "%12B", " -out p", false },
	{ "ldap-option", NULL, "$ ldapsearch -x -D cn=admin -w ", "%12B", " uid=a", false },
	{ "ldap-new-password", NULL, "$ ldappasswd -x -s ", "%12B", " uid=a", false },
	{ "password-pipe", NULL, "$ echo 'root:", "%12B", "' | chpasswd", false },
	{ "netrc", NULL, "machine e.org login anna password ", "%12B", "", false },
	{ "pgpass", NULL, "db1.example.org:5432:orders:app:", "%14B", "", false },
	{ "kubeconfig", NULL, "    client-key-data: ", "%200S==", "", false },
	{ "docker-auth", NULL, "  \"auth\": \"", "%32B", "\"", false },
	{ "sql-password", NULL, "CREATE USER app IDENTIFIED BY '", "%12B", "';", false },
	{ "sql-password", NULL, "ALTER ROLE app WITH PASSWORD '", "%12B", "';", false },
	{ "sql-password-bare", NULL, "ALTER USER app IDENTIFIED BY ", "T%12B", ";", false },
	{ "password-hash", "hash", "root:", "$6$%16c$%86c", ":19000:0:99999:7:::", true },
	{ "password-hash", "hash", "", "$2b$12$%53c", "", true },
	{ "password-hash", "hash", "", "$argon2id$v=19$m=65536,t=3,p=4$%22S$%43S", "", true },
	{ "wireguard-key", NULL, "PrivateKey = ", "%43S=", "", false },
	{ "payment-card", "note", "card ", "%C", " exp 12/29", true },
	{ "payment-card", "note", "", "%c", "", true },
	{ "iban", "note", "IBAN ", "%I", "", true },
	{ "iban-small", "note", "iban ", "%i", " ok", true },
	{ "iban-letters", "note", "IBAN ", "%V", "", true },
	{ "us-ssn", "note", "ssn ", "%S", " on file", true },
	{ "us-ssn-named", NULL, "ssn=", "2191%4D7", "", false },
	{ "email", "note", "mail ", "%8l.%6l@%7l.example.com", " sent", true },
	{ "email-uri", NULL, "mailto:", "%8l.%6l@%7l.example.com", "?subject=x", false },
	{ "phone", "note", "call ", "+47%1D%7D", " now", true },
	{ "private-key-base64", NULL, "  tls.key: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVkt", "%200S==", "", false },
};
/* clang-format on */

const size_t forge_count = sizeof kinds / sizeof kinds[0];

static void
put(char *out, char c)
{
	size_t length = strlen(out);

	if (length + 1 < FORGE_VALUE) {
		out[length] = c;
		out[length + 1] = '\0';
	}
}

static void
put_some(char *out, struct dice *dice, char letter, unsigned count)
{
	for (size_t i = 0; i < sizeof alphabets / sizeof alphabets[0]; i++) {
		if (alphabets[i].letter != letter)
			continue;
		for (; count > 0; count--)
			put(out, alphabets[i].alphabet[dice_below(dice, (unsigned)strlen(alphabets[i].alphabet))]);
		return;
	}
	abort();	/* a letter that the table does not have */
}

/* 16 digits of which the last makes the Luhn sum right; in groups of four, or in one piece. */
static void
put_card(char *out, struct dice *dice, bool in_groups)
{
	char digits[17] = "4";
	int sum = 0;

	for (int i = 1; i < 15; i++)
		digits[i] = (char)('0' + dice_below(dice, 10));
	for (int i = 0; i < 15; i++) {
		int value = digits[i] - '0';

		if (i % 2 == 0)
			value = value * 2 > 9 ? value * 2 - 9 : value * 2;
		sum += value;
	}
	digits[15] = (char)('0' + (10 - sum % 10) % 10);
	for (int i = 0; i < 16; i++) {
		if (in_groups && i > 0 && i % 4 == 0)
			put(out, ' ');
		put(out, digits[i]);
	}
}

/* An IBAN of `country` with the bank's code `bank` and so many digits; two more so that the remainder by 97 is 1. */
static void
put_iban(char *out, struct dice *dice, const char *country, const char *bank, unsigned count)
{
	char text[40] = "";
	unsigned rest = 0;

	strcat(text, bank);
	put_some(text, dice, 'D', count);
	strcat(text, country);
	for (const char *p = text; *p != '\0'; p++) {
		if (*p >= 'A')
			rest = (rest * 100 + (unsigned)(*p - 'A') + 10) % 97;
		else
			rest = (rest * 10 + (unsigned)(*p - '0')) % 97;
	}
	rest = rest * 100 % 97;
	text[strlen(text) - 2] = '\0';
	snprintf(out + strlen(out), FORGE_VALUE - strlen(out), "%s%02u%s", country, 98 - rest, text);
}

static void
put_small_iban(char *out, struct dice *dice)
{
	char *iban = out + strlen(out);

	put_iban(out, dice, "DE", "", 18);
	for (; *iban != '\0'; iban++)
		*iban = (char)tolower((unsigned char)*iban);
}

static void
put_special(char *out, struct dice *dice, char letter)
{
	if (letter == 'C' || letter == 'c')
		put_card(out, dice, letter == 'C');
	else if (letter == 'I')
		put_iban(out, dice, "DE", "", 18);
	else if (letter == 'i')
		put_small_iban(out, dice);
	else if (letter == 'V')
		put_iban(out, dice, "LV", "BANK", 13);
	else if (letter == 'S')
		snprintf(out + strlen(out), FORGE_VALUE - strlen(out), "%03u-%02u-%04u", 100 + dice_below(dice, 500),
		    1 + dice_below(dice, 99), 1 + dice_below(dice, 9999));
	else
		put(out, letter);
}

void
forge(size_t kind, struct dice *dice, struct forged *forged)
{
	const struct kind *k = &kinds[kind];
	const char *p = k->template;
	char *end;

	*forged = (struct forged){ .rule = k->rule, .name = k->name, .before = k->before, .after = k->after,
		.is_alone = k->is_alone };
	while (*p != '\0') {
		unsigned long count;

		if (*p != '%') {
			put(forged->value, *p++);
			continue;
		}
		count = strtoul(p + 1, &end, 10);
		if (end == p + 1)
			put_special(forged->value, dice, *end);
		else
			put_some(forged->value, dice, *end, (unsigned)count);
		p = end + 1;
	}
}

void
forge_key(struct script *script, struct dice *dice, unsigned lines, const char *indent)
{
	char line[128];

	script_addf(script, "%s-----BEGIN RSA PRIVATE KEY-----\r\n", indent);
	for (unsigned i = 0; i < lines; i++) {
		line[0] = '\0';
		for (int k = i + 1 < lines ? 64 : 24; k > 0; k--)
			put_some(line, dice, 'S', 1);
		script_secret(script, line);
		script_addf(script, "%s%s\r\n", indent, line);
	}
	script_addf(script, "%s-----END RSA PRIVATE KEY-----\r\n", indent);
}
