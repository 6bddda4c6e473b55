/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/lines.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The whole lines of a chunk; how many octets they are, and whether one matched. */
static size_t match_lines(char *chunk, size_t size, bool (*match)(void *arg, const char *line),
			  void *arg, bool *ret_found)
{
	char *start = chunk;
	char *end;

	while (!*ret_found && (end = memchr(start, '\n', size - (size_t)(start - chunk)))) {
		*end = '\0';
		*ret_found = match(arg, start);
		start = end + 1;
	}
	return (size_t)(start - chunk);
}

/* A line whose end is not there yet is read again once there is more, unless it is too long
 * to become one. */
static bool read_on(struct lines *lines, FILE *file, bool (*match)(void *arg, const char *line),
		    void *arg)
{
	char chunk[LINES_LONGEST];
	bool found = false;

	while (!found && fseek(file, lines->read, SEEK_SET) == 0) {
		size_t size = fread(chunk, 1, sizeof(chunk), file);
		size_t used = match_lines(chunk, size, match, arg, &found);

		if (used == 0 && size < sizeof(chunk))
			break;
		lines->read += (long)(used ? used : size);
	}
	return found;
}

bool lines_look(struct lines *lines, const char *path, bool (*match)(void *arg, const char *line),
		void *arg)
{
	FILE *file = fopen(path, "re");
	struct stat st;
	bool found = false;

	if (!file)
		return false;
	if (fstat(fileno(file), &st) == 0 && st.st_size != lines->size) {
		found = read_on(lines, file, match, arg);
		lines->size = found ? 0 : st.st_size;
	}
	fclose(file);
	return found;
}
