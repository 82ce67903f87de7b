/* SPDX-License-Identifier: ISC */
/* One walk over all types; a second one only for a struct without a name inside one that is wanted. */
#include "config.h"

#include <linux/btf.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/err.h"
#include "recorder/trail/btf.h"

#define DEPTH_MOST	4	/* structs without a name inside each other */
#define NOWHERE		UINT32_MAX
#define KIND_ENUM64	19	/* Linux 6.0 */

struct btf {
	const uint8_t	*types;
	size_t		 types_bytes;
	const char	*strings;	/* the last of them ends in a NUL */
	size_t		 strings_bytes;
};

/* One type, and where the next one is. */
struct at {
	struct btf_type	 type;
	const uint8_t	*rest;		/* what its kind adds; whole */
	size_t		 next;
};

static bool
open_btf(const uint8_t *bytes, size_t count, struct btf *btf)
{
	struct btf_header header;

	if (count < sizeof header)
		return false;
	memcpy(&header, bytes, sizeof header);
	if (header.magic != BTF_MAGIC || header.version != BTF_VERSION || header.hdr_len > count)
		return false;
	bytes += header.hdr_len;
	count -= header.hdr_len;
	if (header.type_off > count || header.type_len > count - header.type_off || header.str_off > count ||
	    header.str_len > count - header.str_off || header.str_len == 0 || bytes[header.str_off + header.str_len - 1] != '\0')
		return false;
	*btf = (struct btf){ bytes + header.type_off, header.type_len, (const char *)bytes + header.str_off, header.str_len };
	return true;
}

/* Bytes behind the head of a type; NOWHERE for a kind that came after this program, behind which nothing can be found. */
static uint32_t
rest_bytes(uint32_t info)
{
	/* clang-format off */
	static const struct { uint8_t is_known, fixed, each; } kinds[] = {
		[BTF_KIND_INT]       = { 1, 4, 0 },  [BTF_KIND_PTR]      = { 1, 0, 0 },  [BTF_KIND_ARRAY]      = { 1, 12, 0 },
		[BTF_KIND_STRUCT]    = { 1, 0, 12 }, [BTF_KIND_UNION]    = { 1, 0, 12 }, [BTF_KIND_ENUM]       = { 1, 0, 8 },
		[BTF_KIND_FWD]       = { 1, 0, 0 },  [BTF_KIND_TYPEDEF]  = { 1, 0, 0 },  [BTF_KIND_VOLATILE]   = { 1, 0, 0 },
		[BTF_KIND_CONST]     = { 1, 0, 0 },  [BTF_KIND_RESTRICT] = { 1, 0, 0 },  [BTF_KIND_FUNC]       = { 1, 0, 0 },
		[BTF_KIND_FUNC_PROTO] = { 1, 0, 8 }, [BTF_KIND_VAR]      = { 1, 4, 0 },  [BTF_KIND_DATASEC]    = { 1, 0, 12 },
		[BTF_KIND_FLOAT]     = { 1, 0, 0 },  [BTF_KIND_DECL_TAG] = { 1, 4, 0 },  [BTF_KIND_TYPE_TAG]   = { 1, 0, 0 },
		[KIND_ENUM64]        = { 1, 0, 12 },
	};
	/* clang-format on */
	uint32_t kind = BTF_INFO_KIND(info);

	if (kind >= sizeof kinds / sizeof kinds[0] || !kinds[kind].is_known)
		return NOWHERE;
	return kinds[kind].fixed + kinds[kind].each * BTF_INFO_VLEN(info);
}

/* The type that stands `offset` bytes into the section. False at its end, and where it is no section of types. */
static bool
read_type(const struct btf *btf, size_t offset, struct at *at)
{
	uint32_t rest;

	if (offset > btf->types_bytes || btf->types_bytes - offset < sizeof at->type)
		return false;
	memcpy(&at->type, btf->types + offset, sizeof at->type);
	rest = rest_bytes(at->type.info);
	offset += sizeof at->type;
	if (rest == NOWHERE || btf->types_bytes - offset < rest)
		return false;
	at->rest = btf->types + offset;
	at->next = offset + rest;
	return true;
}

static const char *
text(const struct btf *btf, uint32_t offset)
{
	return offset < btf->strings_bytes ? btf->strings + offset : "";
}

static bool
is_struct(const struct at *at)
{
	return BTF_INFO_KIND(at->type.info) == BTF_KIND_STRUCT || BTF_INFO_KIND(at->type.info) == BTF_KIND_UNION;
}

/* Types are numbered from 1 in their order. */
static bool
read_number(const struct btf *btf, uint32_t number, struct at *at)
{
	size_t offset = 0;

	for (uint32_t i = 1; read_type(btf, offset, at); i++) {
		if (i == number)
			return true;
		offset = at->next;
	}
	return false;
}

/* With the flag of the kind set, a member's offset has its width as a bit field on top. */
static uint32_t
member_bits(const struct at *at, const struct btf_member *member)
{
	if (!BTF_INFO_KFLAG(at->type.info))
		return member->offset;
	return BTF_MEMBER_BITFIELD_SIZE(member->offset) == 0 ? BTF_MEMBER_BIT_OFFSET(member->offset) : NOWHERE;
}

static uint32_t
find_member(const struct btf *btf, const struct at *at, const char *name, int depth)
{
	for (uint32_t i = 0; i < BTF_INFO_VLEN(at->type.info); i++) {
		struct btf_member member;
		struct at inner;
		uint32_t bits, within;

		memcpy(&member, at->rest + i * sizeof member, sizeof member);
		bits = member_bits(at, &member);
		if (bits == NOWHERE || bits % 8 != 0)
			continue;
		if (strcmp(text(btf, member.name_off), name) == 0)
			return bits / 8;
		if (text(btf, member.name_off)[0] != '\0' || depth == 0 || !read_number(btf, member.type, &inner) || !is_struct(&inner))
			continue;
		within = find_member(btf, &inner, name, depth - 1);
		if (within != NOWHERE)
			return bits / 8 + within;
	}
	return NOWHERE;
}

static void
answer(const struct btf *btf, const struct at *at, struct btf_field *fields, size_t count)
{
	const char *name = text(btf, at->type.name_off);

	for (size_t i = 0; i < count; i++)
		if (fields[i].bytes == NOWHERE && strcmp(fields[i].type, name) == 0)
			fields[i].bytes = fields[i].member == NULL ? at->type.size : find_member(btf, at, fields[i].member, DEPTH_MOST);
}

int
btf_find(const void *bytes, size_t count, struct btf_field *fields, size_t field_count)
{
	struct btf btf;
	struct at at;

	if (!open_btf(bytes, count, &btf))
		return ERR_UNSUPPORTED;
	for (size_t i = 0; i < field_count; i++)
		fields[i].bytes = NOWHERE;
	for (size_t offset = 0; read_type(&btf, offset, &at); offset = at.next)
		if (is_struct(&at))
			answer(&btf, &at, fields, field_count);
	for (size_t i = 0; i < field_count; i++)
		if (fields[i].bytes == NOWHERE)
			return ERR_UNSUPPORTED;
	return 0;
}
