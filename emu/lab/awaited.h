/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_AWAITED_H
#define LAB_AWAITED_H

/* An event that a `wait_for` step waits for. It is looked for in the event files of
 * the node's daemons, which grow while one looks: each look reads what is new. */
#include "lab/lines.h"
#include "lab/plan.h"

struct awaited {
	const struct lab_plan *plan;
	const struct lab_action *action; /* LAB_ACT_WAIT_FOR with an event */
	const char *results;		 /* the result folder */
	int64_t since;			 /* run clock: what was written before does not count */
	struct lines files[LAB_MAX_DAEMONS];
};

/* What it points to must stay. */
void awaited_init(struct awaited *awaited, const struct lab_plan *plan,
		  const struct lab_action *action, const char *results, int64_t since);
/* Whether the event has been written by now. */
bool awaited_look(struct awaited *awaited);

/* How long from one look to the next: ns. */
int64_t awaited_step(const struct lab_plan *plan);
/* What did not come in time, for people: "mn did not tell \"registered\" within 60s
 * (wait_for in line 12 of the scenario)", and where its last words are. */
void awaited_late(const struct lab_plan *plan, const struct lab_action *action, char *text,
		  size_t cap);

#endif
