/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "uml/pulse.h"

#include "uml/group.h"

#include <string.h>
#include <time.h>

void uml_pulse_init(struct uml_pulse *pulse, int64_t cpu_limit_ms)
{
	*pulse = (struct uml_pulse){.cpu_limit_ms = cpu_limit_ms};
}

/* The sum may fall: a process that ends between two reads is counted with neither. */
static int64_t risen(const struct uml_pulse *pulse, int64_t cpu_ms)
{
	return cpu_ms > pulse->last.cpu_ms ? cpu_ms : pulse->last.cpu_ms;
}

static int64_t between_looks(const struct uml_pulse *pulse, int64_t wall_ms)
{
	int64_t passed = wall_ms - pulse->last.wall_ms;

	return passed < UML_PULSE_LOOK_MS ? passed : UML_PULSE_LOOK_MS;
}

enum uml_pulse_state uml_pulse_judge(struct uml_pulse *pulse, const struct uml_pulse_sample *sample,
				     bool news)
{
	int64_t cpu_ms = risen(pulse, sample->cpu_ms);
	bool moved = sample->wants || cpu_ms != pulse->last.cpu_ms;

	if (news || !pulse->begun)
		pulse->cpu_at_news_ms = cpu_ms;
	if (news || !pulse->begun || moved)
		pulse->still_ms = 0;
	else
		pulse->still_ms += between_looks(pulse, sample->wall_ms);
	pulse->begun = true;
	pulse->last = *sample;
	pulse->last.cpu_ms = cpu_ms;
	if (cpu_ms - pulse->cpu_at_news_ms >= pulse->cpu_limit_ms)
		return UML_PULSE_BUSY;
	return pulse->still_ms >= UML_PULSE_STILL_MS ? UML_PULSE_STILL : UML_PULSE_GOOD;
}

struct sum {
	pid_t kernel;
	int64_t ticks;
	bool wants;
};

static void add(void *arg, const struct uml_process *process)
{
	struct sum *sum = arg;

	sum->ticks += process->user + process->system;
	if (process->pid == sum->kernel)
		sum->ticks += process->reaped;
	sum->wants = sum->wants || strchr("RDT", process->state) != NULL;
}

enum uml_pulse_state uml_pulse_look(struct uml_pulse *pulse, pid_t kernel, bool news)
{
	struct sum sum = {.kernel = kernel};
	struct uml_pulse_sample sample;
	struct timespec now;

	/* Whoever cannot see it cannot say that it hangs. */
	if (!uml_group_each(kernel, add, &sum))
		return UML_PULSE_GOOD;
	clock_gettime(CLOCK_MONOTONIC, &now);
	sample.wall_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	sample.cpu_ms = uml_ticks_ms(sum.ticks);
	sample.wants = sum.wants;
	return uml_pulse_judge(pulse, &sample, news);
}
