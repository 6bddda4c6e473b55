/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control requests from a hostile client: whatever the line, the request is
 * either good and within its bounds or refused with a text. */
#include "linux/control.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct control_request r;
	char error[256] = "";
	int err = control_parse((const char *)data, size, &r, error, sizeof(error));

	if (err && error[0] == '\0')
		abort();
	if (!err && (r.limit == 0 || r.limit > CONTROL_PAGE || r.command >= CONTROL_COMMANDS))
		abort();
	if (!err && r.command == CONTROL_SET && (!r.name[0] || !r.value[0]))
		abort();
	if (strnlen(r.name, CONTROL_NAME) == CONTROL_NAME ||
	    strnlen(r.value, CONTROL_NAME) == CONTROL_NAME)
		abort();
	control_request_clear(&r);
	return 0;
}
