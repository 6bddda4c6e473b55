/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_UML_PULSE_H
#define EMU_UML_PULSE_H

/* Whether a kernel from which nothing is heard hangs, or only was not given time to run.
 *
 * A limit in wall time cannot tell: on a busy machine a kernel may wait for minutes for
 * what it does in a second. So its own processor time counts. It hangs when it used much
 * of that since the last news, or when for long it neither used nor wanted any. */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	/* Of processor time without news. The most that was seen, on Debian's kernel and
	 * with 185 mobile nodes, is 16 s for the start of their captures, and 3 s once the
	 * run's clock goes. */
	UML_PULSE_CPU_MS = 40000,
	/* Of wall time in which it had nothing to do. */
	UML_PULSE_STILL_MS = 60000,
	/* The most that counts between two looks: who looks may have been kept waiting
	 * as well. */
	UML_PULSE_LOOK_MS = 4000,
};

enum uml_pulse_state {
	UML_PULSE_GOOD,
	UML_PULSE_BUSY,	 /* it works without end, and nothing comes of it */
	UML_PULSE_STILL, /* it has nothing to do, and nothing will wake it */
};

/* What is seen of it at one moment. */
struct uml_pulse_sample {
	int64_t wall_ms;
	int64_t cpu_ms; /* processor time of all its processes, also of those that ended */
	bool wants;	/* one of them runs, could run, waits for a disk, or was stopped */
};

struct uml_pulse {
	int64_t cpu_limit_ms;
	struct uml_pulse_sample last;
	int64_t cpu_at_news_ms;
	int64_t still_ms; /* how long it has had nothing to do, up to the last sample */
	bool begun;
};

/* Begins. cpu_limit_ms is UML_PULSE_CPU_MS, but for tests. */
void uml_pulse_init(struct uml_pulse *pulse, int64_t cpu_limit_ms);

/* Takes in a sample; `news`: something was heard of the run since the last one. */
enum uml_pulse_state uml_pulse_judge(struct uml_pulse *pulse, const struct uml_pulse_sample *sample,
				     bool news);

/* Takes a sample from /proc and judges. To be called each few seconds. */
enum uml_pulse_state uml_pulse_look(struct uml_pulse *pulse, pid_t kernel, bool news);

#endif
