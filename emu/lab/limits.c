/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an engine cannot do, told before the run at the place in the file that
 * asks for it. ns-3 runs no programs: of daemons it knows mip6d, whose objects
 * are linked into it; the others have no wireless links. */
#include "lab/load.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int limits_fail(struct lab_load *load, const struct doc_node *at, const char *format, ...)
{
	char what[400];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	doc_fail(at, load->error, "engine %s: %s", lab_engine_name(load->plan->engine), what);
	load->error->engine = true;
	return -1;
}

int limits_wifi(struct lab_load *load, const struct doc_node *at)
{
	if (load->plan->engine == LAB_ENGINE_NS3)
		return 0;
	return limits_fail(load, at, "it has no wireless links; engine ns3 has");
}

int limits_step(struct lab_load *load, const struct doc_node *step)
{
	if (load->plan->engine != LAB_ENGINE_NS3 || strcmp(step->text, "command") != 0)
		return 0;
	return limits_fail(load, step,
			   "it runs no programs, so a scenario for it has no \"command\": tcp and "
			   "ping are steps of their own");
}
