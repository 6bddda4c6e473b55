/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/spread.h"
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

struct spread spread_of(double *values, size_t count)
{
	struct spread s = {.count = count};

	if (count == 0)
		return s;
	qsort(values, count, sizeof(*values), compare);
	s.min = values[0];
	s.max = values[count - 1];
	s.median = (values[(count - 1) / 2] + values[count / 2]) / 2;
	s.p95 = values[(count * 95 + 99) / 100 - 1];
	return s;
}

const char *spread_part_name(enum spread_part part)
{
	static const char *const names[SPREAD_PARTS] = {"min", "median", "p95", "max"};

	return names[part];
}

double spread_part(const struct spread *s, enum spread_part part)
{
	const double parts[SPREAD_PARTS] = {s->min, s->median, s->p95, s->max};

	return parts[part];
}
