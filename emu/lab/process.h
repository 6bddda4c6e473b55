/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_PROCESS_H
#define LAB_PROCESS_H

/* Processes of a run: programs in nodes (daemons, commands), and what runs beside
 * them (captures, the scheduling-lag probe). */
#include "lab/lines.h"
#include "netns/netns.h"
#include <stdbool.h>
#include <sys/types.h>

enum process_kind { PROCESS_DAEMON, PROCESS_COMMAND, PROCESS_CAPTURE, PROCESS_LAG };

/* What is known of a daemon's readiness (lab_ready). */
struct process_ready {
	bool told;  /* it was ready once */
	int notify; /* socket on which it says so; 0: none */
	char notify_path[108];
	char file[512];	   /* LAB_READY_FILE */
	uint64_t file_id;  /* of one that was there before; 0: none */
	int64_t file_time; /* ns, of that one */
	struct lines said; /* LAB_READY_LINE: in the log */
};

struct process {
	enum process_kind kind;
	int node;      /* -1: beside the nodes */
	int index;     /* of the daemon in its node, of the action */
	pid_t pid;     /* 0: not running */
	bool may_end;  /* its end is no failure */
	bool asked;    /* the run sent it a signal that ends it */
	int status;    /* wait status once ended */
	char log[512]; /* its standard error, and its output where no file is named */
	struct process_ready ready;
};

struct process_spawn {
	int node;
	char *const *argv;  /* NULL at the end */
	const char *output; /* file for standard output; NULL: the log */
	const char *log;
	const char *notify; /* NOTIFY_SOCKET of its environment; NULL: it has none */
};

/* Starts a program in a node's namespace, with no input. Its pid, or -1 with
 * net->error. */
pid_t process_spawn(struct netns *net, const struct process_spawn *spawn);

struct process_variable {
	const char *name; /* "mip6d" stands for ${mip6d} */
	const char *value;
};

/* A copy of text with ${name} replaced; unknown names stay. NULL: no memory. */
char *process_expand(const char *text, const struct process_variable *variables, size_t count);
/* The same for a whole argv, NULL at the end; freed by process_free_argv. */
char **process_expand_argv(char *const *argv, size_t argc, const struct process_variable *variables,
			   size_t count);
void process_free_argv(char **argv);

#endif
