/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/pcapng.h"
#include <string.h>

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_NAMES = 4,
	BLOCK_PACKET = 6,
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_APPLICATION = 4,
	OPTION_IF_NAME = 2,
	OPTION_IF_TSRESOL = 9,
	NAME_IPV6 = 2,
	NAME_END = 0,
	RESOLUTION_NS = 9,
};

static size_t padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static size_t option_size(size_t len)
{
	return 4 + padded(len);
}

static int put(FILE *out, const void *data, size_t len)
{
	return fwrite(data, 1, len, out) == len ? 0 : -1;
}

static int put_u16(FILE *out, uint16_t v)
{
	return put(out, &v, sizeof(v));
}

static int put_u32(FILE *out, uint32_t v)
{
	return put(out, &v, sizeof(v));
}

static int put_padded(FILE *out, const void *data, size_t len)
{
	static const uint8_t zero[4];

	if (put(out, data, len) < 0)
		return -1;
	return put(out, zero, padded(len) - len);
}

static int put_option(FILE *out, uint16_t code, const void *data, size_t len)
{
	if (put_u16(out, code) < 0 || put_u16(out, (uint16_t)len) < 0)
		return -1;
	return put_padded(out, data, len);
}

/* Type and total length: `body` octets between, which the caller writes. */
static int begin(FILE *out, uint32_t type, size_t body)
{
	return put_u32(out, type) < 0 ? -1 : put_u32(out, (uint32_t)(body + 12));
}

static int end(FILE *out, size_t body)
{
	return put_u32(out, (uint32_t)(body + 12));
}

int pcapng_section(FILE *out, const char *application)
{
	size_t body = 16 + option_size(strlen(application)) + 4;
	const uint64_t unknown_length = UINT64_MAX;

	if (begin(out, BLOCK_SECTION, body) < 0 || put_u32(out, BYTE_ORDER_MAGIC) < 0 ||
	    put_u16(out, 1) < 0 || put_u16(out, 0) < 0 ||
	    put(out, &unknown_length, sizeof(unknown_length)) < 0 ||
	    put_option(out, OPTION_APPLICATION, application, strlen(application)) < 0 ||
	    put_option(out, OPTION_END, "", 0) < 0)
		return -1;
	return end(out, body);
}

int pcapng_interface(FILE *out, const char *name, uint16_t link_type, uint32_t snaplen)
{
	const uint8_t resolution = RESOLUTION_NS;
	size_t body = 8 + option_size(strlen(name)) + option_size(1) + 4;

	if (begin(out, BLOCK_INTERFACE, body) < 0 || put_u16(out, link_type) < 0 ||
	    put_u16(out, 0) < 0 || put_u32(out, snaplen) < 0 ||
	    put_option(out, OPTION_IF_NAME, name, strlen(name)) < 0 ||
	    put_option(out, OPTION_IF_TSRESOL, &resolution, 1) < 0 ||
	    put_option(out, OPTION_END, "", 0) < 0)
		return -1;
	return end(out, body);
}

static int put_name(FILE *out, const struct pcapng_name *name)
{
	size_t len = 16 + strlen(name->name) + 1;
	static const uint8_t zero[4];

	if (put_u16(out, NAME_IPV6) < 0 || put_u16(out, (uint16_t)len) < 0 ||
	    put(out, name->addr, 16) < 0 || put(out, name->name, strlen(name->name) + 1) < 0)
		return -1;
	return put(out, zero, padded(len) - len);
}

int pcapng_names(FILE *out, const struct pcapng_name *names, size_t count)
{
	size_t body = 4;

	for (size_t i = 0; i < count; i++)
		body += option_size(16 + strlen(names[i].name) + 1);
	if (begin(out, BLOCK_NAMES, body) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (put_name(out, &names[i]) < 0)
			return -1;
	if (put_u16(out, NAME_END) < 0 || put_u16(out, 0) < 0)
		return -1;
	return end(out, body);
}

int pcapng_packet(FILE *out, const struct pcapng_packet *p)
{
	size_t comment = p->comment ? option_size(strlen(p->comment)) + 4 : 0;
	size_t body = 20 + padded(p->len) + comment;
	uint64_t time = (uint64_t)p->time;

	if (begin(out, BLOCK_PACKET, body) < 0 || put_u32(out, p->iface) < 0 ||
	    put_u32(out, (uint32_t)(time >> 32)) < 0 || put_u32(out, (uint32_t)time) < 0 ||
	    put_u32(out, p->len) < 0 || put_u32(out, p->original) < 0 ||
	    put_padded(out, p->data, p->len) < 0)
		return -1;
	if (p->comment && (put_option(out, OPTION_COMMENT, p->comment, strlen(p->comment)) < 0 ||
			   put_option(out, OPTION_END, "", 0) < 0))
		return -1;
	return end(out, body);
}
