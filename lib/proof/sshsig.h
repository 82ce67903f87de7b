/* SPDX-License-Identifier: ISC */
/*
 * Signatures by ssh keys over any text (OpenSSH's PROTOCOL.sshsig): what `ssh-keygen -Y sign` makes and `-Y verify` checks.
 * ed25519, and ed25519 in a security key (PROTOCOL.u2f); other kinds of keys are refused by name.
 */
#ifndef POSTERN_LIB_PROOF_SSHSIG_H
#define POSTERN_LIB_PROOF_SSHSIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SSHSIG_POINT		32
#define SSHSIG_APPLICATION	64	/* room for a security key's application ("ssh:"), with the NUL */
#define SSHSIG_BLOB_MOST	4096	/* longest signature that is read */
#define SSHSIG_KEY_TEXT		256	/* room for a key as text: kind, blank, base64 */

enum sshsig_kind { SSHSIG_ED25519 = 1, SSHSIG_SK_ED25519 };

/* Flags that a security key vouches for. */
enum { SSHSIG_TOUCHED = 1, SSHSIG_VERIFIED = 4 };

struct sshsig_key {
	enum sshsig_kind	kind;
	uint8_t			point[SSHSIG_POINT];
	char			application[SSHSIG_APPLICATION];	/* "" if it is no security key */
};

/* A signature that holds. */
struct sshsig_signed {
	struct sshsig_key	key;
	uint8_t			flags;		/* of a security key; else 0 */
	uint32_t		counter;	/* of the security key: goes up with each signature, or stays 0 */
};

struct buf;

/* "ssh-ed25519 AAAA... [comment]", as in .pub files. 0; ERR_UNSUPPORTED (a good key of another kind), ERR_KEY. */
int	sshsig_key_parse(const char *text, struct sshsig_key *key);
void	sshsig_key_print(const struct sshsig_key *key, char text[SSHSIG_KEY_TEXT]);
bool	sshsig_key_is(const struct sshsig_key *a, const struct sshsig_key *b);

#define SSHSIG_FINGERPRINT	52	/* room for "SHA256:" and 43 letters, with the NUL */

/* As `ssh-keygen -l` prints it, of a key of any kind ("ssh-rsa AAAA..."). 0 or ERR_KEY. */
int	sshsig_fingerprint(const char *text, char fingerprint[SSHSIG_FINGERPRINT]);

/* The key as the agent and signatures carry it. Reading: as sshsig_key_parse. Making: 0 or ERR_BUF_FULL. */
int	sshsig_key_read(const uint8_t *blob, size_t count, struct sshsig_key *key);
int	sshsig_key_make(const struct sshsig_key *key, struct buf *blob);

/* "-----BEGIN SSH SIGNATURE-----" and so on, to the blob in it and back. 0, ERR_SIGNATURE or ERR_BUF_FULL. */
int	sshsig_unarmor(const char *text, struct buf *blob);
int	sshsig_armor(const uint8_t *blob, size_t count, struct buf *text);

struct sshsig_message {
	const char	*namespace;	/* what the signature is for: one made for another purpose does not count */
	const void	*bytes;
	size_t		 count;
};

/*
 * 0 and who has signed; ERR_SIGNATURE if it is damaged, for another namespace or text, or false; ERR_UNSUPPORTED for other
 * keys. A security key's touch is in the flags: the caller asks for it.
 */
int	sshsig_verify(const uint8_t *blob, size_t count, const struct sshsig_message *message, struct sshsig_signed *signer);

/* Somebody was there: it is no security key's, or that one was touched. */
bool	sshsig_is_present(const struct sshsig_signed *signer);

/* For signing: the bytes that the key signs, and the blob around its signature (string kind, string bytes, ...). 0 or ERR_BUF_FULL. */
int	sshsig_to_sign(const struct sshsig_message *message, struct buf *bytes);
int	sshsig_wrap(const struct sshsig_key *key, const struct sshsig_message *message, const struct buf *signature, struct buf *blob);

#endif
