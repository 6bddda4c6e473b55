/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as mip6d.conf: they load or are refused with a place and a text,
 * and nothing leaks. Files that include others are left out: what they do
 * depends on the machine. */
#include <mip6/conf.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mip6_config config;
	struct mip6_config copy;
	struct mip6_conf_error error;
	int err;

	if (memmem(data, size, "include", 7))
		return 0;
	err = mip6_conf_parse("fuzz.conf", (const char *)data, size, &config, &error);
	if (err == MIP6_OK) {
		if (mip6_config_copy(&copy, &config) != MIP6_OK)
			abort();
		mip6_config_clear(&copy);
		mip6_config_clear(&config);
		return 0;
	}
	if (error.text[0] == '\0' || (size <= 1024 * 1024 && error.line < 1))
		abort();
	return 0;
}
