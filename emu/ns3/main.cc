/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mip6lab-ns3 RESULTS: carries out the plan whose files lie in a result folder, in
 * ns-3, and writes the raw records that the other engines write. mip6lab starts it.
 * Exit code as of the runner: 0 done, 1 failed, 2 the files are wrong,
 * 3 the network could not be built. It is a program of its own because ns-3 is under
 * the GPL, version 2. */
#include "ns3/timeline.h"
#include <cerrno>
#include <cstring>
#include <ns3/boolean.h>
#include <ns3/global-value.h>
#include <ns3/rng-seed-manager.h>
#include <ns3/simulator.h>

namespace
{

constexpr char version[] = "ns-3.37";
constexpr uint64_t rng_seeds = 4294944442; /* ns-3's generator takes no larger seed */

enum { DONE = 0, FAILED = 1, BAD_INPUT = 2, LACKS = 3 };

void write_raw(const emu::run &run, const char *name, const char *text)
{
	FILE *file = fopen(run.raw(name).c_str(), "we");

	if (!file)
		return;
	fputs(text, file);
	fclose(file);
}

bool open_captures(emu::run &run, emu::network &net)
{
	for (size_t i = 0; i < run.plan->capture_count; i++) {
		const struct lab_capture &c = run.plan->captures[i];
		emu::port &p = net.node(c.node).port_at(static_cast<size_t>(c.iface));
		std::string name = std::string(run.plan->nodes[c.node].name) + "-" + p.plan().name;

		if (!p.capture(run.raw(name + ".pcap")))
			return run.fail("cannot write %s.pcap: %s", name.c_str(), strerror(errno));
	}
	return true;
}

/* Checksums are computed as on a real network; ns-3's own randomness follows the
 * seed. */
void prepare(const emu::run &run)
{
	ns3::GlobalValue::Bind("ChecksumEnabled", ns3::BooleanValue(true));
	ns3::RngSeedManager::SetSeed(static_cast<uint32_t>(run.plan->seed % rng_seeds) + 1);
}

int carry_out(emu::run &run)
{
	emu::network net(run);
	emu::probes streams(run);
	emu::traffic flows(run);
	emu::timeline steps(run, net, streams, flows);
	int code = DONE;

	if (net.build() && open_captures(run, net) && steps.open() && streams.open(net) &&
	    flows.open(net)) {
		ns3::Simulator::Run();
		steps.finish();
	} else {
		code = LACKS;
	}
	/* While what its objects call back is still there. */
	ns3::Simulator::Destroy();
	return code == DONE && !run.error.empty() ? FAILED : code;
}

struct lab_plan *load(const emu::run &run, struct settings *settings)
{
	std::string scenario = run.results + "/scenario.yaml";
	std::string topology = run.results + "/topology.yaml";
	struct lab_error error = {};
	struct lab_plan *plan;

	if (settings_read(settings, run.raw("settings").c_str()) < 0) {
		write_raw(run, "error", settings->error);
		return nullptr;
	}
	plan = lab_plan_load(scenario.c_str(), topology.c_str(), settings->list, settings->count,
			     settings->seed, settings->engine, &error);
	if (!plan)
		write_raw(run, "error", error.text);
	return plan;
}

} // namespace

int main(int argc, char **argv)
{
	struct settings settings = {};
	struct lab_plan *plan;
	emu::run run;
	int code;

	if (argc != 2) {
		fputs("usage: mip6lab-ns3 RESULTS\n"
		      "mip6lab run SCENARIO --engine ns3 makes the folder and starts it.\n",
		      stderr);
		return BAD_INPUT;
	}
	run.results = argv[1];
	plan = load(run, &settings);
	if (!plan)
		return BAD_INPUT;
	run.plan = plan;
	prepare(run);
	write_raw(run, "kernel", version);
	code = carry_out(run);
	if (!run.error.empty())
		write_raw(run, "error", run.error.c_str());
	lab_plan_free(plan);
	settings_free(&settings);
	return code;
}
