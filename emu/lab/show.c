/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/list.h"
#include "lab/value.h"
#include <signal.h>
#include <string.h>

static void print_time(FILE *out, int64_t ns)
{
	fprintf(out, "%lld.%06lld s", (long long)(ns / LAB_NS_SECOND),
		(long long)(ns % LAB_NS_SECOND / 1000));
}

static void print_words(FILE *out, char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fprintf(out, " %s", words[i]);
}

static void print_impairment(FILE *out, const struct lab_impairment *imp)
{
	char text[32];

	value_print((double)imp->delay_ns, VALUE_TIME, text, sizeof(text));
	fprintf(out, " delay %s", text);
	if (imp->jitter_ns) {
		value_print((double)imp->jitter_ns, VALUE_TIME, text, sizeof(text));
		fprintf(out, " jitter %s", text);
	}
	if (imp->loss > 0) {
		value_print(imp->loss, VALUE_RATIO, text, sizeof(text));
		fprintf(out, " loss %s", text);
	}
	if (imp->rate_bps > 0) {
		value_print(imp->rate_bps, VALUE_RATE, text, sizeof(text));
		fprintf(out, " rate %s", text);
	}
}

static void print_links(const struct lab_plan *plan, FILE *out)
{
	for (size_t i = 0; i < plan->link_count; i++) {
		fprintf(out, "link %s", plan->links[i].name);
		print_impairment(out, &plan->links[i].imp);
		if (plan->links[i].wifi)
			fputs(" wifi", out);
		if (plan->links[i].mtu)
			fprintf(out, " mtu %u", plan->links[i].mtu);
		fputc('\n', out);
	}
}

static void print_iface(const struct lab_plan *plan, const struct lab_iface *iface, FILE *out)
{
	const uint8_t *m = iface->mac;

	fprintf(out, "  interface %s (%u, %02x:%02x:%02x:%02x:%02x:%02x) on %s%s", iface->name,
		iface->ifindex, m[0], m[1], m[2], m[3], m[4], m[5],
		iface->link < 0 ? "none" : plan->links[iface->link].name,
		iface->mobile ? ", mobile" : "");
	print_words(out, iface->addrs, iface->addr_count);
	if (iface->own_imp)
		print_impairment(out, &iface->imp);
	fputc('\n', out);
}

static void print_daemon(const struct lab_daemon *daemon, FILE *out)
{
	fprintf(out, "  daemon %s from ", daemon->name);
	print_time(out, daemon->start_ns);
	fputc(':', out);
	print_words(out, daemon->argv, daemon->argc);
	fputc('\n', out);
	if (daemon->config_text)
		fprintf(out, "    %s:\n", daemon->config_name);
	for (const char *line = daemon->config_text; line && *line;) {
		size_t length = strcspn(line, "\n");

		fprintf(out, "    | %.*s\n", (int)length, line);
		line += length + (line[length] == '\n');
	}
}

static void print_node(const struct lab_plan *plan, const struct lab_node *node, FILE *out)
{
	fprintf(out, "node %s, %s%s\n", node->name, node->role,
		node->drop_rs ? ", drops solicitations" : "");
	if (node->hoa[0])
		fprintf(out, "  home address %s, home agent %s, home link %s\n", node->hoa,
			node->ha[0] ? node->ha : "-",
			node->home_link < 0 ? "-" : plan->links[node->home_link].name);
	for (size_t i = 0; i < node->iface_count; i++)
		print_iface(plan, &node->ifaces[i], out);
	for (size_t i = 0; i < node->route_count; i++)
		fprintf(out, "  route %s via %s %s\n", node->routes[i].dst,
			node->routes[i].via[0] ? node->routes[i].via : "-", node->routes[i].dev);
	for (size_t i = 0; i < node->sysctl_count; i++)
		fprintf(out, "  sysctl %s = %s\n", node->sysctls[i].path, node->sysctls[i].value);
	for (size_t i = 0; i < node->daemon_count; i++)
		print_daemon(&node->daemons[i], out);
}

static void print_move(const struct lab_plan *plan, const struct lab_action *a, FILE *out)
{
	const struct lab_node *node = &plan->nodes[a->node];
	char gap[32];

	value_print((double)a->gap_ns, VALUE_TIME, gap, sizeof(gap));
	fprintf(out, "move %s %s to %s, gap %s%s%s%s", node->name, node->ifaces[a->iface].name,
		plan->links[a->link].name, gap, a->home ? ", home" : "",
		a->link_event ? "" : ", carrier kept", a->handover ? "" : ", no handover");
}

static void print_stream(const struct lab_plan *plan, const struct lab_action *a, FILE *out)
{
	char interval[32];

	value_print((double)a->interval_ns, VALUE_TIME, interval, sizeof(interval));
	fprintf(out, "%s %s %s -> %s %s, ", a->kind == LAB_ACT_TCP ? "tcp" : "ping",
		plan->nodes[a->node].name, a->src, plan->nodes[a->to].name, a->dst);
	if (a->kind == LAB_ACT_TCP)
		fprintf(out, "port %u, %llu octets", a->port, (unsigned long long)a->octets);
	else
		fprintf(out, "%u every %s", a->count, interval);
	fprintf(out, ", to %s", a->output);
}

static void print_wait_for(const struct lab_node *node, const struct lab_action *a, FILE *out)
{
	char within[32];

	value_print((double)a->within_ns, VALUE_TIME, within, sizeof(within));
	fprintf(out, "wait for %s%s%s:", node->name, a->daemon < 0 ? "" : " ",
		a->daemon < 0 ? "" : node->daemons[a->daemon].name);
	fprintf(out, " %s", a->event ? a->event : "ready");
	print_words(out, a->filters, a->filter_count);
	fprintf(out, ", at most %s", within);
}

static void print_action(const struct lab_plan *plan, const struct lab_action *a, FILE *out)
{
	const struct lab_node *node = &plan->nodes[a->node];

	print_time(out, a->at_ns);
	fputs(": ", out);
	switch (a->kind) {
	case LAB_ACT_MOVE:
		print_move(plan, a, out);
		break;
	case LAB_ACT_DETACH:
		fprintf(out, "detach %s %s", node->name, node->ifaces[a->iface].name);
		break;
	case LAB_ACT_IMPAIR:
		fprintf(out, "impair %s", plan->links[a->link].name);
		print_impairment(out, &a->imp);
		break;
	case LAB_ACT_SIGNAL:
		fprintf(out, "signal %s %s %s", node->name, node->daemons[a->daemon].name,
			sigabbrev_np(a->signal));
		break;
	case LAB_ACT_START:
		fprintf(out, "start %s %s", node->name, node->daemons[a->daemon].name);
		break;
	case LAB_ACT_COMMAND:
		fprintf(out, "command %s:", node->name);
		print_words(out, a->argv, a->argc);
		break;
	case LAB_ACT_TCP:
	case LAB_ACT_PING:
		print_stream(plan, a, out);
		break;
	case LAB_ACT_WAIT_FOR:
		print_wait_for(node, a, out);
		break;
	case LAB_ACT_END:
		fputs("end", out);
		break;
	}
	fputc('\n', out);
}

static void print_probe(const struct lab_plan *plan, const struct lab_probe *p, FILE *out)
{
	char interval[32];

	value_print((double)p->interval_ns, VALUE_TIME, interval, sizeof(interval));
	fprintf(out, "probe %s: %s %s -> %s %s port %u, %u octets every %s, from ", p->name,
		plan->nodes[p->from].name, p->src, plan->nodes[p->to].name, p->dst, p->port,
		p->size, interval);
	print_time(out, p->start_ns);
	fputs(" to ", out);
	print_time(out, p->stop_ns);
	fputc('\n', out);
}

void lab_plan_print(FILE *out, const struct lab_plan *plan)
{
	fprintf(out, "scenario %s on %s, engine %s, seed %llu: %s\n", plan->scenario,
		plan->topology, lab_engine_name(plan->engine), (unsigned long long)plan->seed,
		plan->about);
	for (size_t i = 0; i < plan->param_count; i++)
		fprintf(out, "parameter %s = %s%s\n", plan->params[i].name, plan->params[i].text,
			plan->params[i].is_default ? "" : " (set)");
	print_links(plan, out);
	for (size_t i = 0; i < plan->node_count; i++)
		print_node(plan, &plan->nodes[i], out);
	for (size_t i = 0; i < plan->probe_count; i++)
		print_probe(plan, &plan->probes[i], out);
	for (size_t i = 0; i < plan->capture_count; i++) {
		const struct lab_node *node = &plan->nodes[plan->captures[i].node];

		fprintf(out, "capture %s %s\n", node->name,
			node->ifaces[plan->captures[i].iface].name);
	}
	for (size_t i = 0; i < plan->expect_count; i++)
		fprintf(out, "expect %s\n", plan->expects[i].text);
	fputs("settled at ", out);
	print_time(out, plan->settle_ns);
	fputc('\n', out);
	for (size_t i = 0; i < plan->action_count; i++)
		print_action(plan, &plan->actions[i], out);
}
