/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_LOAD_H
#define LAB_LOAD_H

/* What the steps of loading a plan share: where memory comes from, the
 * parameters, the plan as far as it is, and how values are read from a document.
 * All functions return -1 with load->error set when a file is wrong. */
#include "lab/doc.h"
#include "lab/param.h"

#define LAB_MAX_NODES	 256
#define LAB_MAX_LINKS	 128
#define LAB_MAX_IFACES	 600 /* of all nodes: their numbers are 100, 101 ... */
#define LAB_MAX_ACTIONS	 20000
#define LAB_MAX_EXPANDED ((size_t)1 << 24) /* octets of all values with parameters put in */
#define LAB_MAX_DURATION (24 * 3600 * LAB_NS_SECOND)

struct lab_load {
	struct arena *arena;
	struct lab_plan *plan;
	struct lab_error *error;
	struct param_set params;
	size_t expanded;
};

/* ---- reading values (read.c) ---- */

/* Is `map` a mapping with none but the `count` known keys? `what` names the
 * thing in the message ("a link"). */
int read_keys(struct lab_load *load, const struct doc_node *map, const char *what,
	      const char *const *known, size_t count);

/* The text of a node, parameters put in; NULL: wrong. */
char *read_scalar(struct lab_load *load, const struct doc_node *node);

/* The text below a key. *ret is left alone when the key is absent, which is an
 * error only if `required`. */
int read_text(struct lab_load *load, const struct doc_node *map, const char *key, bool required,
	      char **ret);

/* The same into an array of `cap` octets. */
int read_name(struct lab_load *load, const struct doc_node *map, const char *key, bool required,
	      char *ret, size_t cap);

/* A quantity; times and counts as whole numbers. */
int read_number(struct lab_load *load, const struct doc_node *map, const char *key,
		enum value_unit unit, double *ret);
int read_time(struct lab_load *load, const struct doc_node *map, const char *key, int64_t *ret);
int read_unsigned(struct lab_load *load, const struct doc_node *map, const char *key, unsigned low,
		  unsigned high, unsigned *ret);

/* yes or no. */
int read_flag(struct lab_load *load, const struct doc_node *map, const char *key, bool *ret);

/* Whether the condition under "when" holds for the parameters as they are set
 * (when.c); there is none: it does. */
int read_when(struct lab_load *load, const struct doc_node *map, bool *ret);

/* One of `count` words; its index. */
int read_choice(struct lab_load *load, const struct doc_node *map, const char *key,
		const char *const *words, size_t count, int *ret);

/* A list of texts (a single text stands for a list of one); each is expanded. */
int read_list(struct lab_load *load, const struct doc_node *map, const char *key, size_t limit,
	      char ***ret, size_t *ret_count);

/* A signal's name ("TERM", "KILL", "HUP" ...). */
int read_signal(struct lab_load *load, const struct doc_node *map, const char *key, int *ret);

/* delay, jitter, loss and rate of a mapping that has other keys too. */
int read_impairment(struct lab_load *load, const struct doc_node *map, struct lab_impairment *imp);

/* An IPv6 address with ("a::1/64") or without a prefix length, as a check. */
int read_address(struct lab_load *load, const struct doc_node *at, const char *text,
		 bool with_length);

/* Index of a name; an error at `at` that lists the nearest. */
int find_node(struct lab_load *load, const struct doc_node *at, const char *name, int *ret);
int find_link(struct lab_load *load, const struct doc_node *at, const char *name, int *ret);
int find_iface(struct lab_load *load, const struct doc_node *at, int node, const char *name,
	       int *ret);
int find_daemon(struct lab_load *load, const struct doc_node *at, int node, const char *name,
		int *ret);

/* The address by which a node takes part in probes and streams: a mobile node's
 * home address, another's first; NULL: it has none. */
char *find_address(struct lab_load *load, int node);

/* ---- what an engine cannot do (limits.c) ---- */

/* The error that the plan's engine is not able to `what`, which others may be:
 * always -1, with load->error->engine set. */
int limits_fail(struct lab_load *load, const struct doc_node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A wireless link, a daemon, a setting of this name, a timeline step of this name,
 * a signal to a daemon: 0, or -1 where the plan's engine has no such thing. */
int limits_wifi(struct lab_load *load, const struct doc_node *at);
int limits_daemon(struct lab_load *load, const struct lab_node *node, const struct doc_node *key,
		  const struct doc_node *map, const struct lab_daemon *daemon);
int limits_sysctl(struct lab_load *load, const struct doc_node *at);
/* Whether every wireless link of a topology has an access point. */
int limits_cells(struct lab_load *load, const struct doc_node *links);
int limits_step(struct lab_load *load, const struct doc_node *step);
int limits_signal(struct lab_load *load, const struct doc_node *at, int signal);

/* ---- parts of a plan ---- */

/* Builds load->plan from both files' trees: parameters with their settings,
 * topology, scenario (plan.c). lab_plan_load without the files. */
int plan_build(struct lab_load *load, const struct doc_node *scenario,
	       const struct doc_node *topology, const struct lab_setting *settings,
	       size_t setting_count);

/* Everything that a topology file says (topology.c). */
int topology_build(struct lab_load *load, const struct doc_node *file);

/* The daemons of `map` are added to a node (daemon.c). */
int daemon_build(struct lab_load *load, struct lab_node *node, const struct doc_node *map);

/* Everything that a scenario file says but its timeline (scenario.c). */
int scenario_build(struct lab_load *load, const struct doc_node *file);

/* The timeline: the actions and the plan's duration (timeline.c). */
int timeline_build(struct lab_load *load, const struct doc_node *steps);

#endif
