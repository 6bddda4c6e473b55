/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/timeline.h"
#include <cerrno>
#include <cstring>
#include <ns3/simulator.h>

namespace emu
{

timeline::timeline(struct run &run, network &net, probes &streams, traffic &flows)
    : run_(run), net_(net), probes_(streams), traffic_(flows), touched_(run.plan->node_count),
      plugs_(run.plan->action_count)
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
	plan_daemons();
	plan_actions();
	for (planned &step : planned_)
		schedule(step);
	ns3::Simulator::Schedule(ns3::NanoSeconds(LAB_NS_SECOND), &timeline::watch, this);
	return true;
}

void timeline::schedule(planned &step)
{
	step.event = ns3::Simulator::Schedule(ns3::NanoSeconds(step.at - plan_now()), step.run);
}

/* They start at their own times, also while the timeline stands still: one of them may be
 * what is waited for. */
void timeline::plan_daemons()
{
	for (int n = 0; n < static_cast<int>(run_.plan->node_count); n++)
		for (int d = 0; d < static_cast<int>(run_.plan->nodes[n].daemon_count); d++)
			planned_.push_back({run_.plan->nodes[n].daemons[d].start_ns,
					    [this, n, d] { net_.node(n).start(d); },
					    {},
					    true,
					    false});
}

/* ns-3 carries out what is due at the same time in the order in which it was
 * scheduled: all of the timeline comes before probes and packets of that instant. */
void timeline::plan_actions()
{
	for (size_t i = 0; i < run_.plan->action_count; i++) {
		const struct lab_action &a = run_.plan->actions[i];

		planned_.push_back({a.at_ns, [this, &a, i] { act(a, i); }, {}, false, false});
		if (a.kind != LAB_ACT_MOVE)
			continue;
		plugs_[i] = planned_.size();
		planned_.push_back({a.at_ns + a.gap_ns, [this, &a] { plug(a); }, {}, false, false});
	}
}

/* ---- waiting ------------------------------------------------------------------------ */

bool timeline::is_there(const struct lab_action &a)
{
	if (!a.event)
		return net_.node(a.node).runs(a.daemon);
	net_.node(a.node).flush_files();
	return awaited_look(&awaited_);
}

void timeline::wait_for(const struct lab_action &a)
{
	awaited_init(&awaited_, run_.plan, &a, run_.results.c_str(), touched_[a.node]);
	held_ = plan_now();
	if (is_there(a))
		return;
	hold();
	ns3::Simulator::Schedule(ns3::NanoSeconds(awaited_step(run_.plan)), &timeline::look, this,
				 std::cref(a));
}

void timeline::look(const struct lab_action &a)
{
	char text[300];

	if (is_there(a)) {
		go_on();
	} else if (plan_now() < held_ + a.within_ns) {
		ns3::Simulator::Schedule(ns3::NanoSeconds(awaited_step(run_.plan)), &timeline::look,
					 this, std::cref(a));
	} else {
		run_.note("late", "%s", "");
		awaited_late(run_.plan, &a, text, sizeof(text));
		run_.fail("%s", text);
	}
}

void timeline::hold()
{
	for (planned &step : planned_) {
		step.held = !step.begun && step.event.IsRunning();
		if (step.held)
			step.event.Cancel();
	}
	probes_.hold(held_);
}

void timeline::go_on()
{
	int64_t ns = plan_now() - held_;

	for (planned &step : planned_) {
		if (!step.held)
			continue;
		step.at += ns;
		schedule(step);
	}
	probes_.release(ns);
	run_.note("waited", ",\"ns\":%lld", static_cast<long long>(ns));
}

/* ---- acting ------------------------------------------------------------------------- */

void timeline::act(const struct lab_action &a, size_t index)
{
	if (a.kind != LAB_ACT_WAIT_FOR && a.kind != LAB_ACT_IMPAIR && a.kind != LAB_ACT_END)
		touched_[a.node] = wall_now();
	if (a.kind == LAB_ACT_MOVE)
		planned_[plugs_[index]].begun = true;
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
	case LAB_ACT_WAIT_FOR:
		wait_for(a);
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
	touched_[a.node] = wall_now();
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
