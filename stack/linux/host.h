/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_HOST_H
#define LINUX_HOST_H

/* The Linux host of one node: it owns the node and everything that joins it to
 * the kernel, and it is the struct mip6_host of that node. The main program
 * opens it, runs it until a signal ends it, and closes it. */
#include "control.h"
#include "eventlog.h"
#include "journal.h"
#include "kplane.h"
#include "linkmon.h"
#include "loop.h"
#include "sockets.h"
#include "uplane.h"
#include <mip6/conf.h>
#include <signal.h>

#define HOST_ERROR 1024
#define HOST_PATH  512

/* What the command line says. Texts are borrowed for the host's life. */
struct host_options {
	const char *config;  /* mip6d.conf */
	const char *name;    /* the node's name: in events and in paths */
	const char *events;  /* file for events; NULL: standard error */
	const char *control; /* path of the control socket; NULL: by name */
	const char *state;   /* folder for all of them; NULL: HOST_RUN_DIR, HOST_LIB_DIR */
	bool daemon;	     /* no standard error to write events to */
	unsigned verbose;    /* added to DebugLevel */
};

#define HOST_RUN_DIR "/run/mip6d"
#define HOST_LIB_DIR "/var/lib/mip6d" /* state that is to outlive a reboot */

/* What the host itself counts, beside the core's struct mip6_stats. */
struct host_stats {
	uint64_t tx_errors;
	uint64_t save_errors;
	uint64_t saves; /* since the last that failed */
	uint64_t reloads;
	uint64_t reload_errors;
};

/* Kinds of objects of which another program may have removed some (host_renew.c). */
struct host_renewal {
	unsigned kinds;		/* bits */
	mip6_time due;		/* when to look; MIP6_NEVER: there is no reason to */
	mip6_time since;	/* begin of the present window */
	unsigned rounds;	/* in it */
	mip6_time next_proxies; /* when to ask for some; MIP6_NEVER: there are none */
	mip6_time round_since;	/* when they were begun with */
	unsigned round_asked;	/* of them since */
	uint64_t cursor;	/* where to go on with them; 0: a new round */
};

struct host {
	const struct host_options *options;
	struct mip6_config config;
	struct mip6_host callbacks; /* the node's way to us */
	struct mip6_node *node;	    /* with the user plane: uplane_node's */
	bool user_plane;	    /* which of the two there is */
	struct kplane *kplane;
	struct uplane *uplane;
	struct journal *journal;
	struct linkmon *linkmon;
	struct control *control;
	struct eventlog log;
	struct loop loop;
	struct sock_icmp6 icmp6;
	bool together; /* what is sent and saved now may wait for the end of the input */
	struct sock_outbox outbox;
	int mh_fd;
	int stray_fd; /* packets that the source check drops; -1: not a home agent's kernel */
	int packet_fd;
	int signal_fd;
	int lock_fd;
	struct loop_watch watch_mh;
	struct loop_watch watch_stray;
	struct loop_watch watch_icmp6;
	struct loop_watch watch_links;
	struct loop_watch watch_plane;
	struct loop_watch watch_signals;
	struct host_stats stats;
	mip6_time started;
	mip6_time now; /* of the input at work */
	unsigned debug_level;
	struct host_renewal renewal;
	struct loop_watch watch_settings;
	struct loop_watch watch_xfrm;
	struct loop_watch watch_reports;
	int last_tx_error; /* told once until it changes */
	bool told_uncut;   /* that packets of a tunnel cannot be cut */
	bool told_no_rh2;  /* that own packets to mobile nodes are tunnelled */
	bool save_failing; /* told; until what could not be saved has been */
	char control_path[HOST_PATH];
	char state_path[HOST_PATH];
	char error[HOST_ERROR]; /* for people, after a failure */
};

/* Reads the configuration, takes the node's lock, reads what a former process
 * left behind, and starts the node. On failure a negative error, h->error says
 * why, and everything is closed again. */
int host_open(struct host *h, const struct host_options *options);
/* Serves until SIGTERM or SIGINT. */
void host_run(struct host *h);
/* Withdraws all that the node wanted in the kernel, and closes. */
void host_close(struct host *h);

/* Reads a configuration file. On error a text for people with file, line and
 * column, and *ret is cleared. */
int host_load_config(const char *path, struct mip6_config *ret, char *error, size_t cap);
/* HaMaxBindings where mip6d.conf gives none (host_memory.c): as many as a machine with
 * this many octets of memory holds, and as this one does. */
uint32_t host_bindings_for(uint64_t octets);
uint32_t host_bindings_default(void);
/* Loads the configuration file anew (SIGHUP, `mip6ctl reload`). On error the
 * old one stays and `error` gets a text. */
int host_reload(struct host *h, mip6_time now, char *error, size_t cap);
/* Takes `config` (copied) for the running node. */
int host_reconfigure(struct host *h, mip6_time now, const struct mip6_config *config, char *error,
		     size_t cap);
/* An event of the host's own, logged and given to monitors as the core's. */
void host_event(struct host *h, const struct mip6_event *event);
/* A debug line, made only when the level is at least `level`. */
void host_debug(struct host *h, unsigned level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* host_io.c */
/* A packet was sent (err 0), or not, with a negative errno. */
void host_sent(struct host *h, const struct mip6_tx *tx, int err);
/* A record could not be written: errno. */
void host_tell_save_error(struct host *h, int error);

/* host_together.c: system calls are spared where many packets come at once. From _begin to
 * _end what is saved and sent waits, for _end or _flush: then all records are written, and
 * after them all packets leave. */
void host_together_begin(struct host *h);
void host_together_end(struct host *h);
/* What is to be done after all before it, changes of the plane among them, asks for that. */
void host_together_flush(struct host *h);
/* False: it is to be sent now, after a flush. */
bool host_together_put(struct host *h, const struct mip6_tx *tx);

/* host_renew.c: what another program removed is made again. */
/* Objects of these kinds (KPLANE_BIT) went or changed, by our hand or another's. */
void host_touched(struct host *h, mip6_time now, unsigned kinds);
/* All has just been read: what was touched until now is known. */
void host_renewal_begin(struct host *h);
/* An object was made: some kinds have to be asked for from time to time. */
void host_made(struct host *h, const struct mip6_object *object);
/* Makes again what is missing, when it is time. */
void host_renew(struct host *h, mip6_time now);
mip6_time host_renewal_deadline(const struct host *h);

/* host_paths.c: the node's files. */
/* FOLDER/NAME.suffix, where the folder is --state if given; it is made when it
 * is not there. */
int host_path(struct host *h, const char *folder, const char *suffix, char *path, size_t cap);
/* Refuses a second daemon of the same name. */
int host_lock(struct host *h);

/* host_plane.c: the node above the kernel plane or the user plane. */
/* Which of them is to be, by the configuration and by what the kernel can.
 * MIP6_ERR_UNSUPPORTED with a text where the kernel's was asked for and lacks something. */
int host_plane_choose(struct host *h);
/* Opens it, reads what a former process left, and makes the node. */
int host_plane_open(struct host *h);
void host_plane_close(struct host *h);
int host_node_start(struct host *h);
void host_node_stop(struct host *h);
int host_node_reconfigure(struct host *h, mip6_time now, const struct mip6_config *config);
int host_node_refresh(struct host *h, mip6_time now);
void host_node_tick(struct host *h, mip6_time now);
mip6_time host_node_deadline(const struct host *h);

/* control_stats.c: every counter, as an object by name. */
json_t *control_host_stats(const struct host *h);

/* What a state file could not tell, as a warning. */
void host_tell_load(struct host *h, const struct journal_load *load, const char *path);

/* host_io.c: the members of struct mip6_host, with the host as ctx. */
void host_callbacks(struct mip6_host *callbacks);
/* After each input: whether what could not be saved has been saved by now. */
void host_check_saves(struct host *h);
/* Opens and watches sockets and signals. */
int host_open_io(struct host *h);
/* Once the plane is open: hears of what others do to what is ours. */
int host_watch_others(struct host *h);
/* Watches the kernel plane, which is opened later. */
int host_watch_plane(struct host *h);
void host_close_io(struct host *h);

#endif
