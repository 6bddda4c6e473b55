/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Any text as an address or prefix: what is read can be written, within the
 * room that the header promises, and is the same when it is read again. */
#include <mip6/types.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_text(const char *text)
{
	struct mip6_prefix p;
	struct mip6_prefix again;
	char buf[MIP6_PREFIX_TEXT];

	if (mip6_prefix_parse(text, &p) != MIP6_OK)
		return;
	check(p.len <= 128);
	check(mip6_prefix_parse(mip6_prefix_format(&p, buf), &again) == MIP6_OK);
	check(p.len == again.len && mip6_addr_equal(&p.addr, &again.addr));
	check(mip6_addr_parse(mip6_addr_format(&p.addr, buf), &again.addr) == MIP6_OK);
	check(mip6_addr_equal(&p.addr, &again.addr));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);

	check(text != NULL);
	if (len)
		memcpy(text, data, len);
	text[len] = '\0';
	check_text(text);
	free(text);
	return 0;
}
