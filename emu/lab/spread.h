/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_SPREAD_H
#define LAB_SPREAD_H

/* How values are spread. The median of an even number of values is the mean of
 * the two in the middle; the 95th percentile is by nearest rank: the smallest
 * value that at least 95 of 100 do not exceed. */
#include <stddef.h>

struct spread {
	size_t count; /* 0: nothing else is set */
	double min;
	double median;
	double p95;
	double max;
};

enum spread_part { SPREAD_MIN, SPREAD_MEDIAN, SPREAD_P95, SPREAD_MAX, SPREAD_PARTS };

/* "min", "median", "p95", "max". */
const char *spread_part_name(enum spread_part part);
double spread_part(const struct spread *s, enum spread_part part);

/* Sorts `values` in place. */
struct spread spread_of(double *values, size_t count);

#endif
