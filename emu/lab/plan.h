/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_PLAN_H
#define LAB_PLAN_H

/* A plan is a scenario and its topology with every parameter resolved and every
 * random moment drawn: what an engine carries out and what the analysis reads.
 * It is a pure function of (scenario file, topology file, parameters, seed), so
 * the process inside a UML makes the same plan again from the same files. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAB_NAME      32
#define LAB_NS_SECOND INT64_C(1000000000)
#define LAB_NS_MS     INT64_C(1000000)

#define LAB_MAX_DAEMONS 32 /* of a node */

enum lab_engine {
	LAB_ENGINE_HOST,
	LAB_ENGINE_UML,
	LAB_ENGINE_VIRTUAL,
	LAB_ENGINE_NS3,
	LAB_ENGINES
};

struct lab_param {
	char name[LAB_NAME];
	char *text;   /* the value as it was given or as the default stands */
	double value; /* number; times in ns, rates in bit/s, ratios 0..1 */
	char unit[8]; /* "count", "time", "rate", "ratio", "choice", "bytes" */
	bool is_default;
	bool fixed;	  /* the scenario does not let it be set */
	char *about;	  /* a line for people; "" when the file has none */
	char *allowed;	  /* "30ms .. 1800s", "answered, dropped" */
	const char *file; /* where it is declared */
	int line;
};

/* What a transmitter adds on its way out (netem). */
struct lab_impairment {
	int64_t delay_ns;
	int64_t jitter_ns;
	double loss;	 /* 0..1 */
	double rate_bps; /* 0: no limit */
};

/* One broadcast domain. Two fixed members: a veth pair; else, and where a
 * member moves, a bridge in the lab's own namespace. */
struct lab_link {
	char name[LAB_NAME];
	struct lab_impairment imp; /* each direction */
	unsigned mtu;		   /* 0: 1500 */
	bool wifi;		   /* IEEE 802.11 in place of a cable: only ns3 has it */
};

struct lab_iface {
	char name[16];
	int link;    /* index of the link at start, -1: detached */
	bool mobile; /* may be moved: its end of the veth is a bridge port */
	uint8_t mac[6];
	unsigned ifindex; /* explicit; never equal to its peer's */
	char **addrs;	  /* "3fff:0:1::1/64" */
	size_t addr_count;
	bool own_imp; /* what it sends is delayed by imp, not by the link's */
	struct lab_impairment imp;
};

struct lab_route {
	char dst[52]; /* "default" or prefix */
	char via[46];
	char dev[16]; /* may be empty */
};

/* When a daemon is ready: what the run waits for before its clock starts, and what a
 * `wait_for` step can ask for. */
enum lab_ready_kind {
	LAB_READY_NONE,	  /* as soon as it was started */
	LAB_READY_NOTIFY, /* it says READY=1 as sd_notify(3) does */
	LAB_READY_FILE,	  /* `text`, ${...} as in argv: the file is there, anew */
	LAB_READY_PORT,	  /* a TCP port listens, or a UDP port is bound, at its node */
	LAB_READY_LINE,	  /* a line of its output contains `text` */
};

struct lab_ready {
	enum lab_ready_kind kind;
	char *text;
	uint16_t port;
};

struct lab_daemon {
	char name[LAB_NAME]; /* unique in its node: "mip6d", "radvd" */
	char **argv;	     /* "ns3:Radvd": what ns-3 brings; else a program,
			      * resolved but for what only the runner knows: ${dir}
			      * the folder of the node's files, ${events} the path
			      * of `events` below, ${mip6d} and ${mip6ctl} the
			      * programs, ${node}, ${results} the result folder
			      * (all of them in config_text and in a command's
			      * argv too) */
	size_t argc;
	char *config_name; /* file to write before start, or NULL */
	char *config_text;
	int stop_signal;
	int64_t start_ns; /* since the run's t = 0 */
	char *events;	  /* "NODE.DAEMON.events.jsonl", in the results' raw/, of a
			   * daemon whose command has ${events}; else NULL */
	bool must_live;	  /* its death fails the run (default) */
	struct lab_ready ready;
};

/* "net.ipv6.conf.default.dad_transmits"; written in order before the node gets
 * its interfaces, which begin with the values under `default`. */
struct lab_sysctl {
	char *path;
	char *value;
};

struct lab_node {
	char name[LAB_NAME];
	char role[LAB_NAME]; /* "mn", "ha", "cn", "ar", "router": for the analysis */
	struct lab_iface *ifaces;
	size_t iface_count;
	struct lab_route *routes;
	size_t route_count;
	struct lab_sysctl *sysctls;
	size_t sysctl_count;
	struct lab_daemon *daemons;
	size_t daemon_count;
	char hoa[46];  /* mobile node: home address, "" otherwise */
	char ha[46];   /* mobile node: its home agent's address */
	int home_link; /* mobile node: index of its home link, -1 otherwise */
	bool drop_rs;  /* solicitations are dropped on arrival (rs=dropped) */
};

enum lab_action_kind {
	LAB_ACT_MOVE,	  /* node, iface, link, gap_ns, link_event */
	LAB_ACT_DETACH,	  /* node, iface: carrier away */
	LAB_ACT_IMPAIR,	  /* link, imp */
	LAB_ACT_SIGNAL,	  /* node, daemon, signal */
	LAB_ACT_START,	  /* node, daemon: (again) */
	LAB_ACT_COMMAND,  /* node, argv: started then, runs beside the timeline; its
			   * output goes to the result folder; an exit status
			   * other than exit_status fails the run */
	LAB_ACT_TCP,	  /* node, to, src, dst, port, octets, output: one TCP
			   * connection that carries so many octets from node to
			   * `to`. Its output is {"asked": octets, "octets": those
			   * that arrived, "seconds": from the action to the last of
			   * them}, also when the run ends before it does */
	LAB_ACT_PING,	  /* node, to, src, dst, count, interval_ns, output: ICMPv6
			   * echo requests from node to `to`, the first at once. Its
			   * output is {"sent", "received", "rtt_min_ms",
			   * "rtt_mean_ms", "rtt_max_ms"}, the times null where
			   * nothing was received */
	LAB_ACT_WAIT_FOR, /* node, daemon, event, filters, within_ns, line: the steps after
			   * it are put off until the event was written since the timeline
			   * last did something to the node; or (event NULL) until the
			   * daemon is ready */
	LAB_ACT_END,	  /* end of the run */
};

struct lab_action {
	int64_t at_ns;
	enum lab_action_kind kind;
	int node, iface, link, daemon;
	int to; /* LAB_ACT_TCP, LAB_ACT_PING: the other node */
	int64_t gap_ns;
	bool link_event;
	bool handover; /* LAB_ACT_MOVE: counts as one handover of the table */
	bool home;     /* LAB_ACT_MOVE: the new link is the mobile node's home link */
	int signal;
	struct lab_impairment imp;
	char **argv;
	size_t argc;
	char *output;	 /* file name in the result folder: LAB_ACT_COMMAND: for stdout,
			  * or NULL; LAB_ACT_TCP, LAB_ACT_PING: never NULL */
	int exit_status; /* LAB_ACT_COMMAND: the one expected, normally 0 */
	char *src, *dst; /* addresses: a mobile node's is its home address */
	uint16_t port;	 /* LAB_ACT_TCP: on which `to` listens; each has its own */
	uint64_t octets;
	unsigned count;
	int64_t interval_ns;
	char *event;	/* LAB_ACT_WAIT_FOR; its daemon is -1: whichever writes it */
	char **filters; /* "field=value" */
	size_t filter_count;
	int64_t within_ns; /* the run fails when it takes longer */
	int line;	   /* in the scenario file */
};

#define LAB_MAX_PROBES 200

/* A UDP probe stream, sent from one node every interval. */
struct lab_probe {
	char name[LAB_NAME]; /* "down" (CN to home address) or "up" for one MN */
	int from, to;	     /* nodes */
	int mn;		     /* the mobile node whose handovers it measures */
	bool down;
	char src[46], dst[46];
	uint16_t port; /* destination; sequence number in the payload */
	int64_t interval_ns;
	int64_t start_ns, stop_ns;
	unsigned size; /* UDP payload octets, at least 24 */
};

struct lab_capture {
	int node, iface;
};

struct lab_expect {
	char *text;  /* the expression */
	char *about; /* may be NULL */
	int line;    /* in the scenario file */
};

struct lab_plan {
	char scenario[LAB_NAME];
	char topology[LAB_NAME];
	char *scenario_file; /* as given */
	char *topology_file;
	char *about;		   /* the scenario in one line */
	bool engines[LAB_ENGINES]; /* which of them the scenario is for */
	char **needs;		   /* features of a kernel (features.h) that it uses */
	size_t need_count;
	uint64_t seed;
	enum lab_engine engine;
	struct lab_param *params;
	size_t param_count;
	struct lab_link *links;
	size_t link_count;
	struct lab_node *nodes;
	size_t node_count;
	struct lab_action *actions; /* by time; the last is LAB_ACT_END */
	size_t action_count;
	struct lab_probe *probes;
	size_t probe_count;
	struct lab_capture *captures;
	size_t capture_count;
	struct lab_expect *expects;
	size_t expect_count;
	char **notes; /* what of the scenario is left out, and why: shown as warnings */
	size_t note_count;
	int64_t duration_ns;
	int64_t settle_ns; /* before this, nothing is measured (registration) */
};

/* An error in a file that the user wrote. line and column from 1, 0: unknown. */
struct lab_error {
	char file[256];
	int line;
	int column;
	bool engine; /* nothing is wrong but that the engine cannot do it */
	char text[512];
};

struct lab_setting { /* one name=value of set="..." */
	const char *name;
	const char *value;
};

/* Loads and checks scenario and topology and draws the timeline. `scenario` is
 * a path. topology_path: a path, or a name in ../topologies/ beside the scenario; NULL:
 * the one that it names. NULL with *ret_error set when anything is wrong. */
struct lab_plan *lab_plan_load(const char *scenario_path, const char *topology_path,
			       const struct lab_setting *settings, size_t setting_count,
			       uint64_t seed, enum lab_engine engine, struct lab_error *ret_error);
void lab_plan_free(struct lab_plan *plan);
const struct lab_param *lab_plan_param(const struct lab_plan *plan, const char *name);
int lab_plan_node(const struct lab_plan *plan, const char *name); /* -1: none */
/* Whether a daemon of the node writes events; `daemon` -1: any. */
bool lab_writes_events(const struct lab_node *node, int daemon);
const char *lab_engine_name(enum lab_engine engine);
/* Whether its time is exact: nothing that the machine does shows in the figures. */
bool lab_engine_exact(enum lab_engine engine);
/* "file:line:column: text" with what of the place is known, cut to cap. */
void lab_error_text(const struct lab_error *error, char *text, size_t cap);

#endif
