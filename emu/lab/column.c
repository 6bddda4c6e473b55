/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures of a handover by name: one table for the CSV file, the summary
 * and the expectations. */
#include "lab/handover.h"
#include <string.h>

struct column_text {
	const char *name;
	bool time;
};

static const struct column_text columns[COLUMNS] = {
    [COLUMN_L2_GAP] = {"l2_gap_ms", true},
    [COLUMN_RA] = {"ra_ms", true},
    [COLUMN_COA] = {"coa_ms", true},
    [COLUMN_BU] = {"bu_ms", true},
    [COLUMN_BA] = {"ba_ms", true},
    [COLUMN_FIRST_DOWN] = {"first_down_ms", true},
    [COLUMN_FIRST_UP] = {"first_up_ms", true},
    [COLUMN_LOST_DOWN] = {"lost_down", false},
    [COLUMN_LOST_UP] = {"lost_up", false},
    [COLUMN_DUP_DOWN] = {"dup_down", false},
    [COLUMN_DUP_UP] = {"dup_up", false},
    [COLUMN_REORDERED_DOWN] = {"reordered_down", false},
    [COLUMN_REORDERED_UP] = {"reordered_up", false},
    [COLUMN_BU_BA] = {"bu_ba_ms", true},
    [COLUMN_HOME] = {"home", false},
    [COLUMN_NUMBER] = {"n", false},
    [COLUMN_FIRST_REGISTRATION] = {"first_registration", false},
};

const char *column_name(enum column column)
{
	return column < COLUMNS ? columns[column].name : NULL;
}

bool column_is_time(enum column column)
{
	return columns[column].time;
}

enum column column_find(const char *name)
{
	enum column column = 0;

	while (column < COLUMNS && strcmp(columns[column].name, name) != 0)
		column++;
	return column;
}

static struct expr_value span(bool known, int64_t from, int64_t to)
{
	return (struct expr_value){known, known ? (double)(to - from) / 1e6 : 0};
}

static struct expr_value after_up(const struct handover *h, const struct mark *m)
{
	return span(m->known, h->move.up, m->time);
}

static struct expr_value count_of(const struct way *way, unsigned count)
{
	return (struct expr_value){way->measured, count};
}

struct expr_value handover_value(const struct handover *h, enum column column)
{
	const struct way *down = &h->ways[WAY_DOWN];
	const struct way *up = &h->ways[WAY_UP];

	switch (column) {
	case COLUMN_L2_GAP:
		return span(true, h->move.down, h->move.up);
	case COLUMN_RA:
		return after_up(h, &h->ra);
	case COLUMN_COA:
		return after_up(h, &h->coa);
	case COLUMN_BU:
		return after_up(h, &h->bu);
	case COLUMN_BA:
		return after_up(h, &h->ba);
	case COLUMN_FIRST_DOWN:
		return span(down->restored, h->move.up, down->first);
	case COLUMN_FIRST_UP:
		return span(up->restored, h->move.up, up->first);
	case COLUMN_LOST_DOWN:
		return count_of(down, down->lost);
	case COLUMN_LOST_UP:
		return count_of(up, up->lost);
	case COLUMN_DUP_DOWN:
		return count_of(down, down->duplicated);
	case COLUMN_DUP_UP:
		return count_of(up, up->duplicated);
	case COLUMN_REORDERED_DOWN:
		return count_of(down, down->reordered);
	case COLUMN_REORDERED_UP:
		return count_of(up, up->reordered);
	case COLUMN_BU_BA:
		return span(h->ba.known, h->bu.time, h->ba.time);
	case COLUMN_HOME:
		return (struct expr_value){true, h->move.home};
	case COLUMN_NUMBER:
		return (struct expr_value){true, h->move.n};
	case COLUMN_FIRST_REGISTRATION:
		return (struct expr_value){true, h->first_registration};
	case COLUMNS:
		break;
	}
	return (struct expr_value){0};
}
