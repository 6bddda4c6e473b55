/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small runs in virtual time: what mip6d does beside moving, and what its users
 * see of it by mip6ctl and ip. */
#include "runs_help.h"
#include "test.h"

/* The first address has the interface's identifier and is taken; the one that
 * replaces it has not. */
static void duplicate_address(void)
{
	struct lab_run run;

	lab_run_small(&run, "duplicate");
	lab_holds(&run, lab_has(&run, "mn-two.txt", "3fff:0:202:0:"), "the replacement is there");
	lab_holds(&run, !lab_has(&run, "mn-two.txt", "3fff:0:202::ff:fe00:aa"),
		  "the duplicate is not");
	lab_holds(&run, lab_equals(&run, "handover.first_up_ms.count", 2),
		  "traffic after both moves");
	lab_run_free(&run);
}

static void two_interfaces(void)
{
	struct lab_run run;

	lab_run_small(&run, "failover");
	lab_holds(&run, lab_has(&run, "before.json", "3fff:0:201::ff:fe00:aa"),
		  "the preferred one");
	lab_holds(&run, lab_has(&run, "without.json", "3fff:0:202::ff:fe00:bb"), "the other one");
	lab_holds(&run, lab_has(&run, "after.json", "3fff:0:201::ff:fe00:aa"),
		  "the preferred one again");
	lab_holds(&run, lab_has(&run, "set.json", "3fff:0:202::ff:fe00:bb"),
		  "preferred by mip6ctl set");
	lab_run_free(&run);
}

static void check_answers(const struct lab_run *run)
{
	static const char *const wanted[][2] = {
	    {"mn.txt", "HOME ADDRESS "},
	    {"mn.txt", "registered"},
	    {"mn.txt", "PREFERENCE"},
	    {"mn.txt", "tx_bu              1"},
	    {"mn.txt", "address 3fff:0:100::10/128 dev mn-tunnel home"},
	    {"mn.jsonl", "\"command\":\"status\",\"node\":\"mn\",\"role\":\"MN\""},
	    {"mn.jsonl", "\"command\":\"registrations\""},
	    {"mn.jsonl", "\"command\":\"interfaces\""},
	    {"mn.jsonl", "\"command\":\"stats\""},
	    {"mn.jsonl", "\"command\":\"objects\""},
	    {"mn.jsonl", "\"command\":\"settings\""},
	    {"ha.txt", "bound"},
	    {"bindings.json", "\"hoa\":\"3fff:0:100::10\""},
	    {"monitor.txt", "mn config_reloaded"},
	    {"set.jsonl", "{\"name\":\"MnMaxHaBindingLife\",\"value\":\"40\"}"},
	    {"set.jsonl", "{\"name\":\"DebugLevel\",\"value\":\"2\"}"},
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		lab_holds(run, lab_has(run, wanted[i][0], wanted[i][1]), wanted[i][1]);
}

/* mip6ctl and live daemons: answers, events, settings; SIGHUP and reload with a
 * slip in the file, whose place is told, keep what was there. */
static void control(void)
{
	struct lab_run run;

	lab_run_small(&run, "control");
	check_answers(&run);
	lab_holds(&run, lab_has(&run, "monitor.txt", "mip6d.conf:8:1: unknown keyword NodeConfg"),
		  "the slip has its place");
	lab_holds(&run, lab_has(&run, "kept.jsonl", "\"value\":\"40\""), "the old settings stay");
	lab_holds(&run, lab_has(&run, "kept.jsonl", "\"reload_errors\":2"),
		  "both reloads were refused");
	lab_holds(&run, lab_has(&run, "reloaded.jsonl", "\"value\":\"400\""),
		  "the good file counts");
	lab_holds(&run, lab_has(&run, "reloaded.jsonl", "\"reloads\":1"), "once");
	lab_run_free(&run);
}

static void removed_by_others(void)
{
	struct lab_run run;

	lab_run_small(&run, "robbed");
	lab_holds(&run, lab_has(&run, "mn.txt", "inet6 3fff:0:100::10/128"), "home address");
	lab_holds(&run, lab_has(&run, "mn.txt", "inet6 3fff:0:201::ff:fe00:aa/64"),
		  "care-of address");
	lab_holds(&run, lab_has(&run, "mn.txt", "default dev mip6mn table 900"),
		  "route of the device");
	lab_holds(&run, lab_has(&run, "ha.txt", "3fff:0:100::10  encap ip6"),
		  "route of the binding");
	lab_holds(&run, lab_has(&run, "ha.txt", "mip6d_src"), "the source check");
	lab_holds(&run, lab_has(&run, "mn-stopped.txt", "eth0"), "MN, stopped");
	lab_holds(&run, !lab_has(&run, "mn-stopped.txt", "3fff:0:"), "leaves none of it");
	lab_holds(&run, !lab_has(&run, "mn-stopped.txt", "mip6mn"), "nor the device");
	lab_run_free(&run);
}

static void another_home_address(void)
{
	struct lab_run run;

	lab_run_small(&run, "renumber");
	lab_holds(&run, lab_has(&run, "bindings.json", "\"hoa\":\"3fff:0:100::11\""),
		  "the new binding");
	lab_holds(&run, lab_has(&run, "mn.txt", "inet6 3fff:0:100::11/128"), "the new address");
	lab_holds(&run, !lab_has(&run, "mn.txt", "3fff:0:100::10"), "the old one is gone");
	lab_run_free(&run);
}

/* Routes tell a home agent its home prefixes. */
static void home_prefix_by_route(void)
{
	struct lab_run run;

	lab_run_small(&run, "routed");
	lab_holds(&run, lab_has(&run, "second.json", "\"hoa\":\"3fff:0:101::10\""),
		  "the second prefix");
	lab_holds(&run, !lab_has(&run, "events.jsonl", "\"status\": 132"), "nothing is refused");
	lab_run_free(&run);
}

/* Asked for by name, the kernel plane is there as a whole or mip6d does not run. */
static void kernel_lacks_tunnels(void)
{
	static const char text[] = "lacks what \"Plane kernel\" needs: IPv6 in IPv6 tunnels, "
				   "Mobile IPv6 headers";
	struct lab_run run;

	LAB_RUN(&run, "tests/lab/runs/scenarios/lacks.yaml", "-k", "debian");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, lab_has(&run, "mn.txt", text), "MN says what is missing");
	lab_holds(&run, lab_has(&run, "ha.txt", text), "HA too");
	lab_holds(&run, !lab_has(&run, "mn.txt", "\"event\""), "it has not begun anything");
	lab_holds(&run, !lab_has(&run, "mn-after.txt", "3fff:0:"), "nothing of it is left");
	lab_holds(&run, lab_has(&run, "ha-no-tun.txt", "\"event\": \"started\""),
		  "without TUN it serves");
	lab_holds(&run, lab_has(&run, "ha-no-tun.txt", "packets of a tunnel cannot be cut"),
		  "and says what it cannot");
	lab_holds(&run, lab_has(&run, "mn-auto.txt", "packets go through the user plane"),
		  "Plane auto takes the other plane");
	lab_holds(&run, lab_has(&run, "mn-auto.txt", "\"event\": \"started\""), "and starts");
	lab_run_free(&run);
}

/* A kernel that is asked in vain for a module keeps the daemon waiting for modprobe. */
static void no_modprobe(void)
{
	struct lab_run run;

	LAB_RUN(&run, "tests/lab/runs/scenarios/modprobe.yaml", "-k", "debian");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, lab_has(&run, "works.txt", "rtnl-link-nosuchkind"),
		  "modprobe is seen where it is run");
	lab_holds(&run, lab_has(&run, "modprobe.txt", "end"), "what was asked for is there");
	lab_holds(&run, !lab_has(&run, "modprobe.txt", "-"), "mip6d asks for nothing");
	lab_holds(&run, lab_has(&run, "registrations.json", "registered"), "while it serves");
	lab_holds(&run, lab_has(&run, "mn-user.txt", "\"event\": \"started\""), "on both planes");
	lab_holds(&run, lab_has(&run, "ha-user.txt", "\"event\": \"started\""), "HA, too");
	lab_run_free(&run);
}

/* Time 0 is when the daemons are ready; a step waits for one that starts later. */
static void readiness(void)
{
	struct lab_run run;

	lab_run_small(&run, "ready");
	lab_holds(&run, lab_has(&run, "raw/timeline.jsonl", "\"what\":\"waited\",\"ns\":2000"),
		  "2 s for the one that starts later");
	lab_run_free(&run);
}

/* A mobile node that starts late: no handover holds its first registration. */
static void late_registration(void)
{
	struct lab_run run;

	LAB_RUN(&run, "handover", "-p", "mn.mip6d_start=5s moves=2");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, lab_at_most(&run, "handover.first_down_ms.max", 35.3), "30 ms + p");
	lab_holds(&run, !lab_says(&run, "first registration"), "none of them is the first");
	lab_run_free(&run);
	LAB_RUN(&run, "handover", "-p", "mn.mip6d_start=63s moves=1");
	lab_holds(&run, run.code == 1, "what does not come fails the run");
	lab_holds(&run, lab_says(&run, "mn did not tell \"registered\" within 1min (wait_for in"),
		  "and it says what");
	lab_run_free(&run);
	LAB_RUN(&run, "home", "-p", "rounds=1");
	lab_holds(&run, lab_says(&run, "in it: handover 1\n"), "a first registration is marked");
	lab_run_free(&run);
}

/* Another way to be mobile, or none at all, gets its table from the probes. */
static void rival(void)
{
	struct lab_run run;

	lab_run_small(&run, "rival");
	lab_holds(&run, lab_says(&run, "brief at cn ended with exit code 7 at 1.0"),
		  "what ended with an error");
	lab_holds(&run, lab_says(&run, "wait_for in line"), "what is left out");
	lab_run_free(&run);
	LAB_RUN(&run, "handover", "-p", "mn.daemon=none");
	lab_holds(&run, run.code == 1, "without any there is no way");
	lab_holds(&run, lab_says(&run, "no probe of the stream \"down\" from cn to mn arrived"),
		  "which is said of the probes");
	lab_run_free(&run);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"duplicate_address", duplicate_address},
	    {"two_interfaces", two_interfaces},
	    {"control", control},
	    {"removed_by_others", removed_by_others},
	    {"another_home_address", another_home_address},
	    {"home_prefix_by_route", home_prefix_by_route},
	    {"kernel_lacks_tunnels", kernel_lacks_tunnels},
	    {"no_modprobe", no_modprobe},
	    {"readiness", readiness},
	    {"late_registration", late_registration},
	    {"rival", rival},
	};

	return test_run("small_runs", tests, sizeof(tests) / sizeof(tests[0]));
}
