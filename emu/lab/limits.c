/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an engine cannot do, told before the run at the place in the file that
 * asks for it. ns-3 runs no programs: of daemons it knows mip6d, whose objects
 * are linked into it; the others have no wireless links. */
#include "lab/load.h"
#include <signal.h>
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

static bool has_fixed_member(const struct lab_plan *plan, int link)
{
	for (size_t n = 0; n < plan->node_count; n++)
		for (size_t i = 0; i < plan->nodes[n].iface_count; i++)
			if (plan->nodes[n].ifaces[i].link == link &&
			    !plan->nodes[n].ifaces[i].mobile)
				return true;
	return false;
}

int limits_cells(struct lab_load *load, const struct doc_node *links)
{
	for (size_t l = 0; l < load->plan->link_count; l++)
		if (load->plan->links[l].wifi && !has_fixed_member(load->plan, (int)l))
			return limits_fail(load, doc_get(links->items[l], "kind"),
					   "a wireless link needs a member that does not move: its "
					   "access point");
	return 0;
}

int limits_step(struct lab_load *load, const struct doc_node *step)
{
	if (load->plan->engine != LAB_ENGINE_NS3 || strcmp(step->text, "command") != 0)
		return 0;
	return limits_fail(load, step,
			   "it runs no programs, so a scenario for it has no \"command\": tcp and "
			   "ping are steps of their own");
}

/* Its configuration is parsed there, from the text that the file would have. */
int limits_daemon(struct lab_load *load, const struct doc_node *key, const struct doc_node *map,
		  const struct lab_daemon *daemon)
{
	const struct param *advertiser = param_find(&load->params, "ra");

	if (load->plan->engine != LAB_ENGINE_NS3)
		return 0;
	if (strcmp(daemon->name, "mip6d") != 0)
		return limits_fail(load, key, "it has no daemon but mip6d, this is \"%.40s\"%s",
				   daemon->name,
				   advertiser && strcmp(daemon->name, "radvd") == 0
				       ? "; ra=mip6d has routers without it"
				       : "");
	if (strcmp(daemon->argv[0], "${mip6d}") != 0)
		return limits_fail(load, doc_get(map, "command"),
				   "it has no daemon but ${mip6d}, this is \"%.40s\"",
				   daemon->argv[0]);
	if (!daemon->config_text)
		return limits_fail(load, map, "mip6d needs its \"config\" there");
	return 0;
}

static bool is_one_of(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

int limits_sysctl(struct lab_load *load, const struct doc_node *at)
{
	/* Nothing in ns-3 detects duplicates or takes advertisements but mip6d. */
	static const char *const idle[] = {"accept_dad", "accept_ra", "autoconf", "dad_transmits",
					   "router_solicitations"};
	static const char family[] = "net.ipv6.conf.";
	const char *last = strrchr(at->text, '.');

	if (load->plan->engine != LAB_ENGINE_NS3 ||
	    strcmp(at->text, "net.ipv6.conf.all.forwarding") == 0)
		return 0;
	if (strncmp(at->text, family, strlen(family)) == 0 && last &&
	    is_one_of(last + 1, idle, sizeof(idle) / sizeof(idle[0])))
		return 0;
	return limits_fail(load, at, "it has no such setting, only net.ipv6.conf.all.forwarding");
}

int limits_signal(struct lab_load *load, const struct doc_node *at, int signal)
{
	if (load->plan->engine != LAB_ENGINE_NS3 || signal == SIGTERM || signal == SIGINT ||
	    signal == SIGKILL || signal == SIGHUP)
		return 0;
	return limits_fail(load, at, "mip6d is no process there: it knows TERM, INT, KILL and HUP");
}
