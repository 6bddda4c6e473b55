/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/value.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A hundred days in ns, 9 Pbit/s: whole numbers up to here are exact in a double. */
static const double LARGEST = 9e15;

struct suffix {
	enum value_unit unit;
	const char *word;
	double factor;
};

/* Of each unit the larger ones first: value_print takes the first that fits. */
static const struct suffix suffixes[] = {
    {VALUE_TIME, "min", 60e9}, {VALUE_TIME, "s", 1e9},	  {VALUE_TIME, "ms", 1e6},
    {VALUE_TIME, "us", 1e3},   {VALUE_TIME, "ns", 1},	  {VALUE_RATE, "Gbit", 1e9},
    {VALUE_RATE, "Mbit", 1e6}, {VALUE_RATE, "kbit", 1e3}, {VALUE_RATE, "bit", 1},
    {VALUE_RATIO, "%", 0.01},  {VALUE_RATIO, "", 1},	  {VALUE_BYTES, "MB", 1e6},
    {VALUE_BYTES, "kB", 1e3},  {VALUE_BYTES, "B", 1},	  {VALUE_COUNT, "", 1},
};

static const size_t suffix_count = sizeof(suffixes) / sizeof(suffixes[0]);

const char *value_unit_name(enum value_unit unit)
{
	static const char *const names[] = {"count", "time",   "rate", "ratio",
					    "bytes", "choice", "name"};

	return unit < VALUE_UNITS ? names[unit] : NULL;
}

const char *value_unit_help(enum value_unit unit)
{
	static const char *const help[] = {
	    "a whole number such as 12",
	    "a time with its unit (ns us ms s min) such as 50ms",
	    "a rate with its unit (bit kbit Mbit Gbit) such as 100Mbit",
	    "a ratio such as 2% or 0.02",
	    "a size with its unit (B kB MB) such as 1500B",
	    "one of its choices",
	    "a name or a path: letters, digits, . _ - /",
	};

	return unit < VALUE_UNITS ? help[unit] : "";
}

/* Digits with at most one point among them, at most 18 characters. Returns how
 * many characters they are, 0 for none. */
static size_t number_length(const char *text)
{
	size_t length = strspn(text, "0123456789.");
	const char *point = memchr(text, '.', length);

	if (length == 0 || length > 18 || text[0] == '.' || text[length - 1] == '.')
		return 0;
	if (point && memchr(point + 1, '.', length - (size_t)(point + 1 - text)))
		return 0;
	return length;
}

static const struct suffix *find_suffix(const char *word, enum value_unit unit)
{
	for (size_t i = 0; i < suffix_count; i++)
		if (suffixes[i].unit == unit && strcmp(suffixes[i].word, word) == 0)
			return &suffixes[i];
	return NULL;
}

int value_parse(const char *text, enum value_unit unit, double *ret_value)
{
	const struct suffix *suffix;
	size_t length = number_length(text);
	char digits[20];
	double number;

	if (length == 0)
		return -1;
	memcpy(digits, text, length);
	digits[length] = '\0';
	number = strtod(digits, NULL);
	suffix = find_suffix(text + length, unit);
	if (!suffix && !(number == 0 && text[length] == '\0'))
		return -1;
	number *= suffix ? suffix->factor : 1;
	if (unit == VALUE_COUNT && strchr(digits, '.'))
		return -1;
	if (unit == VALUE_RATIO && number > 1)
		return -1;
	if (number > LARGEST)
		return -1;
	/* Whole ns, octets and bits: 2.3ms is 2300000 ns whatever binary says. */
	*ret_value = unit == VALUE_RATIO ? number : (double)(int64_t)(number + 0.5);
	return 0;
}

int64_t value_time_unit(const char *word)
{
	const struct suffix *suffix = find_suffix(word, VALUE_TIME);

	return suffix ? (int64_t)suffix->factor : 0;
}

void value_decimal(int64_t ns, int64_t unit_ns, char *text, size_t cap)
{
	double fraction = (double)(ns % unit_ns) / (double)unit_ns;
	char decimals[32];
	size_t length;

	snprintf(decimals, sizeof(decimals), "%.12f", fraction);
	length = strlen(decimals);
	while (length > 1 && decimals[length - 1] == '0')
		decimals[--length] = '\0';
	if (decimals[length - 1] == '.')
		decimals[length - 1] = '\0';
	/* decimals is "0" or "0.07": the whole part stands before its point. */
	snprintf(text, cap, "%lld%s", (long long)(ns / unit_ns), decimals + 1);
}

void value_print(double value, enum value_unit unit, char *text, size_t cap)
{
	for (size_t i = 0; i < suffix_count; i++) {
		const struct suffix *suffix = &suffixes[i];
		double number = value / suffix->factor;

		if (suffix->unit != unit)
			continue;
		if (value != 0 && number < 1 && suffix->factor > 1)
			continue;
		snprintf(text, cap, "%.10g%s", number,
			 value == 0 && unit != VALUE_RATIO ? "" : suffix->word);
		return;
	}
	snprintf(text, cap, "%g", value);
}
