/* SPDX-License-Identifier: ISC */
/*
 * One error type for the whole tree: 0 or more is good, below zero is -errno or one of ours.
 * All texts stand in the list below; err_text() knows both.
 */
#ifndef POSTERN_LIB_BASE_ERR_H
#define POSTERN_LIB_BASE_ERR_H

/* clang-format off */
#define ERR_LIST(X) \
	X(ERR_MSG_SHORT,	"the message is shorter than its fields") \
	X(ERR_MSG_LONG,		"the message has bytes after its last field") \
	X(ERR_MSG_LENGTH,	"the message's length is out of bounds") \
	X(ERR_MSG_UNKNOWN,	"the kind of message is unknown") \
	X(ERR_MSG_REFUSED,	"the message is not allowed from this peer at this moment") \
	X(ERR_MSG_TEXT,		"a text in the message is not clean UTF-8") \
	X(ERR_MSG_VERSION,	"the peer speaks another version") \
	X(ERR_PEER_GONE,	"the other side has gone") \
	X(ERR_BUF_FULL,		"the buffer is full") \
	X(ERR_BAD_ID,		"this is not an id (32 hexadecimal digits, or their unique beginning)") \
	X(ERR_BAD_TIME,		"this is not a length of time (write 90s, 30m, 2h or 90d)") \
	X(ERR_KEY,		"the key is not valid") \
	X(ERR_KEY_WRONG,	"none of the keys opens this") \
	X(ERR_KEY_LOCKED,	"the identity file needs its passphrase") \
	X(ERR_KEY_PASSPHRASE,	"the passphrase is wrong") \
	X(ERR_KEY_OPEN,		"others may read or write the key's file; make its mode 0600") \
	X(ERR_ENVELOPE,		"the key envelope is damaged or not an age file") \
	X(ERR_LAYERS,		"one auditor's key alone does not open this") \
	X(ERR_REC_FORMAT,	"this is not a recording") \
	X(ERR_REC_VERSION,	"the recording has a version that this program does not know") \
	X(ERR_REC_KEY,		"the key does not belong to this recording") \
	X(ERR_REC_EXTERNAL,	"the recording's key is kept by its gate; play it by its id") \
	X(ERR_REC_DAMAGED,	"the recording is damaged") \
	X(ERR_REC_FULL,		"there is no space for the recording") \
	X(ERR_STORE_BUSY,	"the catalogue is locked by another process") \
	X(ERR_STORE_DAMAGED,	"the catalogue is damaged; restore it from the backup") \
	X(ERR_STORE_BEHIND,	"the catalogue has lost entries that were on the disk; see LOST ENTRIES in posternd(8)") \
	X(ERR_STORE_VERSION,	"the catalogue was made by a newer version") \
	X(ERR_STORE_MISSING,	"the catalogue is missing") \
	X(ERR_STORE_CONFLICT,	"somebody else was faster") \
	X(ERR_STORE_ROLLED_BACK, "an error has undone this transaction of the catalogue") \
	X(ERR_STORE,		"the catalogue cannot do that") \
	X(ERR_NOTE,		"this is not a signed note") \
	X(ERR_SIGNATURE,	"the signature is not valid") \
	X(ERR_PROOF,		"the proof does not hold") \
	X(ERR_AGENT,		"the ssh agent has refused to sign") \
	X(ERR_NOT_FOUND,	"there is no such thing") \
	X(ERR_AMBIGUOUS,	"the beginning of the id fits more than one") \
	X(ERR_DECIDED,		"the request is decided already") \
	X(ERR_OWN_REQUEST,	"nobody decides their own request") \
	X(ERR_UNREVIEWED,	"the last break-glass of the same person has not been reviewed yet") \
	X(ERR_LAPSED,		"its time is over") \
	X(ERR_EARLY,		"its time has not come yet") \
	X(ERR_DENIED,		"the request was denied") \
	X(ERR_EXPIRED,		"its retention window has lapsed") \
	X(ERR_NO_RIGHT,		"you are not allowed to do that") \
	X(ERR_IN_USE,		"it is in use as often as the role allows") \
	X(ERR_HELD,		"a legal hold stops this") \
	X(ERR_SLOTS_MISSING,	"the file of key slots is missing; restore it from its replica") \
	X(ERR_SLOT_DAMAGED,	"the key slot is damaged") \
	X(ERR_SLOT_GONE,	"the key slot has been erased") \
	X(ERR_WRAP_MISSING,	"the key slots are wrapped, and the key that wraps them is not here; see WRAPPED SLOTS in posternd(8)") \
	X(ERR_WRAP_WRONG,	"the key slots are wrapped under another key than the one that is here; see WRAPPED SLOTS in posternd(8)") \
	X(ERR_WRAP_KEY,		"this is no key of key slots, or it is mistyped") \
	X(ERR_WRAP_OLD,		"there is an old key of the key slots and none in force; see WRAPPED SLOTS in posternd(8)") \
	X(ERR_CLOCK,		"the wall clock has jumped; nothing is deleted until somebody confirms") \
	X(ERR_TOO_MANY,		"more than a tenth of a class would go at once; nothing is deleted until somebody confirms") \
	X(ERR_HOURS,		"the role is not open at this hour") \
	X(ERR_POLICY,		"the policy is not valid") \
	X(ERR_POLICY_NONE,	"there is no valid policy") \
	X(ERR_MASK_RULES,	"the masking rules are not valid") \
	X(ERR_CONFIG,		"the configuration is not valid") \
	X(ERR_SCREEN,		"the terminal emulator has died") \
	X(ERR_USAGE,		"the command line is not valid") \
	X(ERR_UNSUPPORTED,	"this system cannot do that")

enum err {
	ERR_FIRST = -8192,
#define X(name, text) name,
	ERR_LIST(X)
#undef X
	ERR_LAST
};
/* clang-format on */

/* The sentence (no full stop) for -errno or ERR_*. Never NULL; static. */
const char	*err_text(int error);

/* Name as in the list ("ERR_DENIED") for logs; "errno" for -errno. */
const char	*err_name(int error);

#endif
