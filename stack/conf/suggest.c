/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which word was meant: one that begins so, else by edit distance (Levenshtein) over the known
 * words. */
#include "conf/values.h"

#include <string.h>

#define LONGEST		   48
#define SHORTEST_BEGINNING 5

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

/* ASCII only, whatever the locale. */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned row[LONGEST + 1];

	for (unsigned j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned above = row[j];
			unsigned change = lower(a[i - 1]) != lower(b[j - 1]);

			row[j] = min3(above + 1, row[j - 1] + 1, diagonal + change);
			diagonal = above;
		}
	}
	return row[b_len];
}

/* That the name was broken off, but not too early. */
static bool begins_with(const char *name, const char *text, size_t text_len)
{
	if (text_len < SHORTEST_BEGINNING || strlen(name) < text_len)
		return false;
	for (size_t i = 0; i < text_len; i++)
		if (lower(name[i]) != lower(text[i]))
			return false;
	return true;
}

const char *conf_suggest(const char *text, const char *const *names, size_t count)
{
	size_t text_len = strlen(text);
	const char *best = NULL;
	unsigned best_distance = LONGEST;

	if (text_len == 0 || text_len > LONGEST)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (begins_with(names[i], text, text_len))
			return names[i];
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(names[i]);
		size_t longer = len > text_len ? len : text_len;
		unsigned d;

		if (len > LONGEST)
			continue;
		d = distance(text, text_len, names[i], len);
		/* A third of the letters may be wrong, one in a short word. */
		if (d <= (longer + 2) / 3 && d < best_distance) {
			best = names[i];
			best_distance = d;
		}
	}
	return best;
}
