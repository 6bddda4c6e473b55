/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an engine cannot do, told before the run at the place in the file that
 * asks for it. ns-3 runs no programs: of daemons it knows mip6d, whose objects
 * are linked into it, and ns-3's own Radvd; the others have neither that nor
 * wireless links. */
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

static const char application_family[] = "ns3:";
static const char application_radvd[] = "ns3:Radvd";

/* No program, but what ns-3 brings. */
static bool is_application(const struct lab_daemon *daemon)
{
	return strncmp(daemon->argv[0], application_family, strlen(application_family)) == 0;
}

static bool is_mobile(const struct lab_node *node)
{
	for (size_t i = 0; i < node->iface_count; i++)
		if (node->ifaces[i].mobile)
			return true;
	return false;
}

static int check_application(struct lab_load *load, const struct lab_node *node,
			     const struct doc_node *map, const struct lab_daemon *daemon)
{
	const struct doc_node *command = doc_get(map, "command");

	if (strcmp(daemon->argv[0], application_radvd) != 0 || daemon->argc != 1)
		return limits_fail(load, command,
				   "of ns-3's applications it has %s, without arguments",
				   application_radvd);
	if (!daemon->config_text)
		return limits_fail(load, map, "%s needs its \"config\"", application_radvd);
	if (is_mobile(node))
		return limits_fail(load, command,
				   "%s runs above ns-3's own IPv6, which cannot move as %s does",
				   application_radvd, node->name);
	return 0;
}

/* Their configuration is parsed there, from the text that the file would have. */
static int check_ns3_daemon(struct lab_load *load, const struct doc_node *key,
			    const struct doc_node *map, const struct lab_daemon *daemon)
{
	const struct param *advertiser = param_find(&load->params, "ra");

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

int limits_daemon(struct lab_load *load, const struct lab_node *node, const struct doc_node *key,
		  const struct doc_node *map, const struct lab_daemon *daemon)
{
	bool application = is_application(daemon);

	if (load->plan->engine != LAB_ENGINE_NS3)
		return application
			   ? limits_fail(load, doc_get(map, "command"),
					 "it has no applications of ns-3, this is \"%.40s\"; "
					 "engine ns3 has",
					 daemon->argv[0])
			   : 0;
	/* A node has the stack's data plane or ns-3's. */
	if (node->daemon_count > 0 && (application || is_application(&node->daemons[0])))
		return limits_fail(load, key,
				   "an application of ns-3 is the only daemon of a node");
	return application ? check_application(load, node, map, daemon)
			   : check_ns3_daemon(load, key, map, daemon);
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
	return limits_fail(load, at,
			   "daemons are no processes there: they know TERM, INT, KILL and HUP");
}
