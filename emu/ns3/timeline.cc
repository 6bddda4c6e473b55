/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/timeline.h"
#include <cerrno>
#include <cstring>
#include <ns3/simulator.h>

namespace emu
{

timeline::timeline(struct run &run, network &net, probes &streams, traffic &flows)
    : run_(run), net_(net), probes_(streams), traffic_(flows)
{
}

timeline::~timeline()
{
	if (run_.timeline)
		fclose(run_.timeline);
	if (progress_)
		fclose(progress_);
	run_.timeline = nullptr;
}

const char *timeline::link_name(int link) const
{
	return link >= 0 ? run_.plan->links[link].name : "";
}

bool timeline::open()
{
	run_.timeline = fopen(run_.raw("timeline.jsonl").c_str(), "we");
	progress_ = fopen(run_.raw("progress").c_str(), "we");
	if (!run_.timeline || !progress_)
		return run_.fail("cannot write to %s/raw: %s", run_.results.c_str(),
				 strerror(errno));
	for (size_t i = 0; i < run_.plan->action_count; i++)
		run_.moves_total += run_.plan->actions[i].handover;
	run_.note("t0", ",\"seed\":%llu", static_cast<unsigned long long>(run_.plan->seed));
	schedule_daemons();
	schedule_actions();
	ns3::Simulator::Schedule(ns3::NanoSeconds(LAB_NS_SECOND), &timeline::watch, this);
	return true;
}

void timeline::schedule_daemons()
{
	for (int n = 0; n < static_cast<int>(run_.plan->node_count); n++)
		for (int d = 0; d < static_cast<int>(run_.plan->nodes[n].daemon_count); d++)
			ns3::Simulator::Schedule(
			    ns3::NanoSeconds(run_.plan->nodes[n].daemons[d].start_ns),
			    [this, n, d] { net_.node(n).start(d); });
}

/* ns-3 carries out what is due at the same time in the order in which it was
 * scheduled: all of the timeline comes before probes and packets of that instant. */
void timeline::schedule_actions()
{
	for (size_t i = 0; i < run_.plan->action_count; i++) {
		const struct lab_action &a = run_.plan->actions[i];

		ns3::Simulator::Schedule(ns3::NanoSeconds(a.at_ns), [this, &a] { act(a); });
		if (a.kind == LAB_ACT_MOVE)
			ns3::Simulator::Schedule(ns3::NanoSeconds(a.at_ns + a.gap_ns),
						 [this, &a] { plug(a); });
	}
}

void timeline::act(const struct lab_action &a)
{
	switch (a.kind) {
	case LAB_ACT_MOVE:
		unplug(a, a.link_event);
		break;
	case LAB_ACT_DETACH:
		unplug(a, true);
		break;
	case LAB_ACT_IMPAIR:
		run_.note("impair", ",\"link\":\"%s\"", link_name(a.link));
		net_.impair(a.link, a.imp);
		break;
	case LAB_ACT_SIGNAL:
		net_.node(a.node).signal(a.daemon, a.signal);
		break;
	case LAB_ACT_START:
		net_.node(a.node).start(a.daemon);
		break;
	case LAB_ACT_COMMAND:
		run_.fail("ns-3 runs no commands");
		break;
	case LAB_ACT_TCP:
	case LAB_ACT_PING:
		traffic_.start(a);
		break;
	case LAB_ACT_END:
		ns3::Simulator::Stop();
		break;
	}
}

void timeline::unplug(const struct lab_action &a, bool link_event)
{
	const struct lab_node &node = run_.plan->nodes[a.node];
	int from = net_.link_now(a.node, a.iface);

	net_.unplug(a.node, a.iface, link_event);
	probes_.mark();
	plugged_ = INT64_MAX;
	run_.note("link_down", ",\"node\":\"%s\",\"iface\":\"%s\",\"link\":\"%s\",\"n\":%u",
		  node.name, node.ifaces[a.iface].name, link_name(from),
		  a.handover ? run_.moves + 1 : 0);
}

void timeline::plug(const struct lab_action &a)
{
	net_.plug(a.node, a.iface, a.link, [this, &a] { plugged(a); });
}

void timeline::plugged(const struct lab_action &a)
{
	const struct lab_node &node = run_.plan->nodes[a.node];

	run_.moves += a.handover;
	plugged_ = wall_now();
	run_.note("link_up",
		  ",\"node\":\"%s\",\"iface\":\"%s\",\"link\":\"%s\",\"n\":%u,\"home\":%s",
		  node.name, node.ifaces[a.iface].name, link_name(a.link),
		  a.handover ? run_.moves : 0, a.home ? "true" : "false");
}

/* A line for the watcher. */
void timeline::report()
{
	/* A cut is known once something has arrived behind it. */
	if (run_.moves && run_.plan->probe_count && probes_.last_arrival() > plugged_)
		last_cut_ = probes_.longest_gap();
	fprintf(progress_, "%lld %u %u %lld %llu\n", static_cast<long long>(plan_now()), run_.moves,
		run_.moves_total, static_cast<long long>(last_cut_),
		static_cast<unsigned long long>(probes_.sent()));
	fflush(progress_);
}

/* Once each simulated second everything goes to disk: a run that is killed can be
 * read up to there. */
void timeline::watch()
{
	report();
	probes_.flush();
	fflush(run_.timeline);
	for (int n = 0; n < static_cast<int>(net_.node_count()); n++)
		net_.node(n).flush_files();
	ns3::Simulator::Schedule(ns3::NanoSeconds(LAB_NS_SECOND), &timeline::watch, this);
}

void timeline::finish()
{
	report();
	traffic_.write();
	for (int n = 0; n < static_cast<int>(net_.node_count()); n++)
		net_.node(n).stop();
	run_.note("end", ",\"ok\":%s", run_.error.empty() ? "true" : "false");
}

} // namespace emu
