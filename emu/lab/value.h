/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_VALUE_H
#define LAB_VALUE_H

/* Quantities as people write them: a number and its unit without a space
 * ("50ms", "1.5s", "2%", "100Mbit"). A quantity without its unit is an error,
 * since 50 may be milliseconds to one reader and seconds to the next; only 0
 * needs none. */
#include <stddef.h>
#include <stdint.h>

enum value_unit {
	VALUE_COUNT,  /* whole number */
	VALUE_TIME,   /* ns us ms s min; in ns */
	VALUE_RATE,   /* bit kbit Mbit Gbit, each a second; in bit/s */
	VALUE_RATIO,  /* 2% or 0.02; 0..1 */
	VALUE_BYTES,  /* B kB MB, powers of ten */
	VALUE_CHOICE, /* a word of a list */
	VALUE_NAME,   /* any word: letters, digits, . _ - / */
	VALUE_UNITS
};

/* "count", "time" ...; NULL beyond the last. */
const char *value_unit_name(enum value_unit unit);

/* What a value of this unit looks like, for messages. */
const char *value_unit_help(enum value_unit unit);

/* Reads `text` as a quantity of `unit` (neither VALUE_CHOICE nor VALUE_NAME). 0, or -1 when it is
 * none. No quantity is negative. */
int value_parse(const char *text, enum value_unit unit, double *ret_value);

/* Prints a time of `ns` as a decimal number of `unit_ns` ns ("0.07", "30"). */
void value_decimal(int64_t ns, int64_t unit_ns, char *text, size_t cap);

/* Prints a quantity with the largest unit in which it is short ("50ms"). */
void value_print(double value, enum value_unit unit, char *text, size_t cap);

/* ns of "ns", "us", "ms", "s", "min"; 0 for another word. */
int64_t value_time_unit(const char *word);

#endif
