/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a kernel configuration: a state for each feature, or an error
 * with a text. */
#include "linux/features_internal.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feature_config config;
	char error[256] = "";
	char empty[1] = "";
	FILE *file = fmemopen(size ? (void *)(uintptr_t)data : empty, size ? size : 1, "r");

	if (!file)
		return 0;
	if (feature_config_read_stream(file, "fuzz", &config, error, sizeof(error)) != 0) {
		if (error[0] == '\0')
			abort();
	} else {
		for (int id = 0; id < FEATURES; id++)
			if (feature_config_state(&config, (enum feature_id)id) == FEATURE_UNKNOWN)
				abort();
	}
	fclose(file);
	return 0;
}
