/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mip6d has set up stays as it should be: the tunnel's room after moves, and what
 * another program removes. */
#include "runs_help.h"
#include "test.h"

static void check_tcp(const struct lab_run *run)
{
	lab_holds(run, lab_has(run, "small-down.json", "\"octets\":100000"), "small link, down");
	lab_holds(run, lab_has(run, "small-up.json", "\"octets\":100000"), "small link, up");
	lab_holds(run, lab_has(run, "large-down.json", "\"octets\":100000"), "large link, down");
	lab_holds(run, lab_has(run, "large-up.json", "\"octets\":100000"), "large link, up");
}

/* RFC 2473 6.7, 7: the tunnel has room for what the present link takes but for a header,
 * however many moves there were, and after a restart; a smaller path is found. */
static void check_mtus(const char *plane)
{
	struct lab_run run;

	lab_run_small_with(&run, "mtus", plane);
	lab_holds(&run, lab_has(&run, "one.txt", "mtu 1460"), "the first link");
	lab_holds(&run, lab_has(&run, "small.txt", "mtu 1360"), "a smaller one");
	lab_holds(&run, lab_has(&run, "large.txt", "mtu 8960"), "a larger one");
	lab_holds(&run, lab_has(&run, "many.txt", "mtu 1460"), "after 100 moves");
	lab_holds(&run, lab_has(&run, "restart.txt", "mtu 1460"), "after a restart");
	check_tcp(&run);
	lab_run_free(&run);
}

static void mtus_kernel(void)
{
	check_mtus("plane=kernel");
}

static void mtus_user(void)
{
	check_mtus("plane=user");
}

/* RFC 2473 7.1 b: 1280 octets pass, in pieces, where the path takes less than 1320. */
static void check_narrow(const char *parameters)
{
	static const char *const transfers[] = {"down.json", "up.json", "moved-down.json",
						"moved-up.json"};
	struct lab_run run;

	lab_run_small_with(&run, "narrow", parameters);
	for (size_t i = 0; i < sizeof(transfers) / sizeof(transfers[0]); i++)
		lab_holds(&run, lab_has(&run, transfers[i], "\"octets\":100000"), transfers[i]);
	/* One is lost in the move, and one on each way tells what the path takes. */
	lab_holds(&run, lab_number(&run, "probes.full-down.received") >= 62, "1280 octets, down");
	lab_holds(&run, lab_number(&run, "probes.full-up.received") >= 62, "1280 octets, up");
	lab_run_free(&run);
}

static void narrow_kernel(void)
{
	check_narrow("plane=kernel");
	check_narrow("plane=kernel one.mtu=1300");
	check_narrow("plane=kernel one.mtu=1280 path.mtu=1500");
}

/* RFC 6275 9.2, 9.3.1, 10.3.1: what is due for each kind of packet, from whoever has no
 * binding. A Mobility Header that is too short and has a wrong checksum as well is
 * Linux's own matter (docs/design.md). */
static void check_unbound(const struct lab_run *run, const char *name, const char *to_bu)
{
	static const char *const due[] = {
	    "unknown type: BE 2\n",
	    "payload proto: ICMPv6 4/0 at 64\n",
	    "too short: ICMPv6 4/0 at 65\n",
	    "checksum: nothing\n",
	    "data: BE 1\n",
	};

	lab_holds(run, lab_has(run, name, to_bu), to_bu);
	for (size_t i = 0; i < sizeof(due) / sizeof(due[0]); i++)
		lab_holds(run, lab_has(run, name, due[i]), due[i]);
}

static void unbound(void)
{
	static const char *const planes[] = {"plane=kernel", "plane=user"};
	struct lab_run run;

	for (size_t i = 0; i < 2; i++) {
		lab_run_small_with(&run, "unbound", planes[i]);
		check_unbound(&run, "ha.txt", "bu: BA 132\n");
		check_unbound(&run, "mn-home.txt", "bu: BA 131\n");
		check_unbound(&run, "mn-coa.txt", "bu: BA 131\n");
		check_unbound(&run, "ar.txt", "bu: BA 131\n");
		lab_run_free(&run);
	}
}

static void narrow_user(void)
{
	check_narrow("plane=user one.mtu=1300");
}

/* The home agent and a mobile node that is away, with each other. */
static void own_packets(void)
{
	static const char *const planes[] = {"plane=kernel", "plane=user"};
	struct lab_run run;

	for (size_t i = 0; i < 2; i++) {
		lab_run_small_with(&run, "own", planes[i]);
		lab_run_free(&run);
	}
}

static void check_mobile_node(const struct lab_run *run)
{
	lab_holds(run, lab_has(run, "mn.txt", "900:\tfrom 3fff:0:100::10 lookup 900"), "rule");
	lab_holds(run, lab_has(run, "mn.txt", "default dev mip6mn table 900"), "route");
	lab_holds(run, lab_has(run, "mn.txt", "inet6 3fff:0:100::10/128"), "home address");
	lab_holds(run, lab_has(run, "mn.txt", "inet6 3fff:0:201::ff:fe00:6c/64"), "care-of");
	lab_holds(run, lab_has(run, "mn.txt", "inet6 fe80::ff:fe00:6c/64"), "link-local");
	lab_holds(run, lab_has(run, "mn.txt", "UP,LOWER_UP> mtu 1460"), "device");
	lab_holds(run, lab_has(run, "mn.txt", "dst 3fff:0:100::10/128"), "XFRM policy");
	lab_holds(run, lab_has(run, "mn.txt", "dst 3fff:0:100::10\n\tproto route2"), "XFRM state");
}

/* Each kind of object is made again within 100 ms, and a line names it. What is looked
 * at is what the command that removed it saw 100 ms later. */
static void stolen(void)
{
	struct lab_run run;

	lab_run_small(&run, "stolen");
	check_mobile_node(&run);
	lab_holds(&run, lab_has(&run, "mn-setting.txt", "0\n"), "MN's setting");
	lab_holds(&run, lab_has(&run, "ha-setting.txt", "1\n"), "HA's setting");
	lab_holds(&run,
		  lab_has(&run, "replaced.txt",
			  "dev home metric 1024 pref medium\n3fff:0:100::10  encap"),
		  "a route in the place of ours");
	lab_holds(&run, lab_has(&run, "proxy.txt", "3fff:0:100::10"), "proxy entry");
	lab_holds(&run, lab_has(&run, "ha-xfrm.txt", "proto mobility-header"), "HA's policy");
	lab_holds(&run, lab_has(&run, "ha-xfrm.txt", "src :: dst ::\n\tproto hao"), "its state");
	lab_holds(&run, lab_has(&run, "check.txt", "mip6d_src"), "the source check");
	lab_holds(&run, lab_has(&run, "ha.txt", "3fff:0:100::10  encap ip6"), "the binding");
	lab_holds(&run, lab_has(&run, "ha.txt", "mip6d_src"), "the check of a new device");
	lab_holds(&run, lab_has(&run, "check.txt", "mip6d_rh2"), "and what makes routing headers");
	lab_holds(&run, lab_has(&run, "ha.txt", "mip6d_rh2"), "that of a new device");
	lab_holds(&run, lab_has(&run, "ha.txt", "mip6d_cut"), "and what finds packets to cut");
	lab_holds(&run, lab_has(&run, "mn.txt", "mip6cut"), "the device for them");
	lab_holds(&run, lab_has(&run, "events.jsonl", "removed or changed rule from 3fff:0:"),
		  "what went is named");
	lab_run_free(&run);
}

static void stolen_user(void)
{
	struct lab_run run;

	lab_run_small(&run, "stolen-user");
	lab_holds(&run, lab_has(&run, "mn.txt", "inet6 3fff:0:100::10/128"), "home address");
	lab_holds(&run, lab_has(&run, "mn.txt", "default dev mip6up"), "route");
	lab_holds(&run, lab_has(&run, "mn.txt", "UP,LOWER_UP> mtu 1460"), "device");
	lab_holds(&run, !lab_has(&run, "mn.txt", "3fff:0:201::"), "the kernel stays out");
	lab_run_free(&run);
}

/* A care-of address that the kernel had made is made again as ours, and goes with us. */
static void stolen_borrowed(void)
{
	struct lab_run run;

	lab_run_small(&run, "stolen-slaac");
	lab_holds(&run, lab_has(&run, "before.txt", "inet6 3fff:0:201::ff:fe00:6c/64"), "before");
	lab_holds(&run, lab_has(&run, "after.txt", "inet6 3fff:0:201::ff:fe00:6c/64"), "after");
	lab_holds(&run, !lab_has(&run, "stopped.txt", "proto 109"), "nothing of ours stays");
	lab_run_free(&run);
}

/* Ten rounds a minute, then a pause that is told once. */
static void insists(void)
{
	struct lab_run run;

	lab_run_small(&run, "insists");
	lab_holds(&run, lab_has(&run, "events.jsonl", "keeps removing or changing rule from"),
		  "it is told that another program insists");
	lab_holds(&run, lab_has(&run, "rules.txt", "900:"), "it is there in the end");
	lab_run_free(&run);
}

/* What a daemon does itself while its node moves is no other program's work. */
static void no_false_alarm(void)
{
	struct lab_run run;

	LAB_RUN(&run, "home", "-p", "rounds=40 pause_min=400ms pause_max=800ms");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, !lab_has(&run, "events.jsonl", "another program"), "no false alarm");
	lab_run_free(&run);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"tunnel_mtu_kernel", mtus_kernel},
	    {"tunnel_mtu_user", mtus_user},
	    {"narrow_path_kernel", narrow_kernel},
	    {"narrow_path_user", narrow_user},
	    {"home_agents_own_packets", own_packets},
	    {"no_binding_for_the_option", unbound},
	    {"removed_by_others", stolen},
	    {"removed_user_plane", stolen_user},
	    {"removed_borrowed", stolen_borrowed},
	    {"removed_without_end", insists},
	    {"no_false_alarm", no_false_alarm},
	};

	return test_run("kept", tests, sizeof(tests) / sizeof(tests[0]));
}
