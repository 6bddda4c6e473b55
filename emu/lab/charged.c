/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that ran on without ever waiting. On Debian's kernel they are charged virtual
 * time, so that others come to run and they to their end; on a real machine what they do
 * takes another time. Who reads the figures has to know. */
#include "lab/findings.h"
#include "uml/uml.h"
#include <stdlib.h>
#include <string.h>

int charged(struct findings *f, const char *results)
{
	char path[700];
	char line[256];
	int64_t first = 0;
	unsigned times = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/raw/console.log", results);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		const char *at = strstr(line, UML_CHARGED);
		int64_t since = at ? strtoll(at + strlen(UML_CHARGED), NULL, 10) : 0;

		if (since < f->history.t0)
			continue;
		first = times++ == 0 ? since : first;
	}
	if (file)
		fclose(file);
	if (times == 0)
		return 0;
	return findings_warn(
	    f,
	    "a program ran on without ever waiting at %.3f s (%u times in all): from "
	    "its 100,000th turn on each was counted as 5 us",
	    (double)(first - f->history.t0) / 1e9, times);
}
