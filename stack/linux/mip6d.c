/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mip6d, the daemon: its command line. Exit codes: 0 in order, 1 for an error
 * (a configuration that is not good, a kernel that refuses), 2 for bad usage;
 * --kernel-check has its own 3 for a kernel that lacks something. */
#include "daemon.h"
#include "features.h"
#include "host.h"
#include "version.h"

#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_CONFIG "/etc/mip6d.conf"
#define DEFAULT_NAME   "mip6d"

enum { OPT_EVENTS = 256, OPT_CONTROL, OPT_STATE, OPT_NAME, OPT_VERSION, OPT_KERNEL_CHECK };

enum mode { MODE_RUN, MODE_TEST, MODE_KERNEL_CHECK, MODE_DONE, MODE_BAD };

static const char usage[] =
    "usage: mip6d [options]\n"
    "Mobile IPv6 (RFC 6275) mobile node or home agent.\n"
    "  -c, --config FILE     configuration (default " DEFAULT_CONFIG ")\n"
    "  -t, --test            check the configuration and exit\n"
    "  -d, --daemon          run in the background\n"
    "      --events FILE     append events to FILE (default: standard error)\n"
    "      --control PATH    control socket (default " HOST_RUN_DIR "/NAME.ctl)\n"
    "      --state DIR       folder for state files (default " HOST_RUN_DIR ")\n"
    "      --name NAME       the node's name in events and paths (default " DEFAULT_NAME ")\n"
    "  -v, --verbose         more debug events; may be given twice\n"
    "      --kernel-check [FILE]\n"
    "                        say what this kernel, or a kernel's config FILE, lacks\n"
    "      --version         print the version\n"
    "  -h, --help            print this\n";

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"test", no_argument, NULL, 't'},
    {"daemon", no_argument, NULL, 'd'},
    {"events", required_argument, NULL, OPT_EVENTS},
    {"control", required_argument, NULL, OPT_CONTROL},
    {"state", required_argument, NULL, OPT_STATE},
    {"name", required_argument, NULL, OPT_NAME},
    {"verbose", no_argument, NULL, 'v'},
    {"kernel-check", no_argument, NULL, OPT_KERNEL_CHECK},
    {"version", no_argument, NULL, OPT_VERSION},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* The name becomes part of paths. */
static bool name_is_good(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len >= EVENTLOG_NODE || name[0] == '.')
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
	       len;
}

static enum mode take_option(int option, struct host_options *o, enum mode mode)
{
	switch (option) {
	case 'c':
		o->config = optarg;
		return mode;
	case 't':
		return MODE_TEST;
	case 'd':
		o->daemon = true;
		return mode;
	case 'v':
		o->verbose++;
		return mode;
	case OPT_EVENTS:
		o->events = optarg;
		return mode;
	case OPT_CONTROL:
		o->control = optarg;
		return mode;
	case OPT_STATE:
		o->state = optarg;
		return mode;
	case OPT_NAME:
		o->name = optarg;
		return mode;
	case OPT_KERNEL_CHECK:
		return MODE_KERNEL_CHECK;
	case OPT_VERSION:
		printf("mip6d %s (%s)\n", MIP6_VERSION, MIP6_COMMIT);
		return MODE_DONE;
	case 'h':
		fputs(usage, stdout);
		return MODE_DONE;
	default:
		fputs("mip6d: see mip6d --help\n", stderr);
		return MODE_BAD;
	}
}

static enum mode parse_options(int argc, char **argv, struct host_options *o)
{
	enum mode mode = MODE_RUN;
	int option;

	*o = (struct host_options){.config = DEFAULT_CONFIG, .name = DEFAULT_NAME};
	while (mode < MODE_DONE &&
	       (option = getopt_long(argc, argv, "c:tdvh", long_options, NULL)) != -1)
		mode = take_option(option, o, mode);
	if (mode >= MODE_DONE)
		return mode;
	if (argc - optind > (mode == MODE_KERNEL_CHECK ? 1 : 0)) {
		fprintf(stderr, "mip6d: unexpected argument \"%s\"; see mip6d --help\n",
			argv[argc - 1]);
		return MODE_BAD;
	}
	if (!name_is_good(o->name)) {
		fprintf(stderr,
			"mip6d: a name has 1 to %d letters, digits, '.', '_' and '-', and does "
			"not begin with '.'\n",
			EVENTLOG_NODE - 1);
		return MODE_BAD;
	}
	return mode;
}

static void print_warning(void *arg, const char *text)
{
	const char *const *path = arg;

	fprintf(stderr, "%s: warning: %s\n", *path, text);
}

static int test_config(const char *path)
{
	struct mip6_config config;
	char error[HOST_ERROR];

	if (host_load_config(path, &config, error, sizeof(error))) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	mip6_conf_warnings(&config, print_warning, &path);
	mip6_config_clear(&config);
	printf("%s: good\n", path);
	return 0;
}

/* The path as it is from any folder: a daemon leaves the one it was started in.
 * Freed by the caller; NULL stays NULL. */
static char *absolute(const char *path)
{
	char *folder = path && path[0] != '/' ? getcwd(NULL, 0) : NULL;
	char *ret = NULL;

	if (!path)
		return NULL;
	if (asprintf(&ret, "%s%s%s", folder ? folder : "", folder ? "/" : "", path) < 0)
		ret = NULL;
	free(folder);
	return ret;
}

static int serve(struct host *h, const struct host_options *o)
{
	int report = o->daemon ? daemon_begin() : -1;

	if (o->daemon && report < 0) {
		fprintf(stderr, "mip6d: cannot become a daemon: %s\n", strerror(errno));
		return 1;
	}
	if (host_open(h, o)) {
		fprintf(stderr, "mip6d: %s\n", h->error);
		return 1;
	}
	if (o->daemon)
		daemon_ready(report);
	daemon_notify();
	host_run(h);
	host_close(h);
	return 0;
}

/* What is this large goes back to the kernel when it is freed (core/pool.h). Left to
 * itself the C library keeps ever larger blocks. */
static void give_back_blocks(void)
{
#ifdef M_MMAP_THRESHOLD
	enum { LARGE_BLOCK = 128 * 1024 };

	mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
#endif
}

static int run(const struct host_options *options)
{
	struct host_options o = *options;
	struct host *h = calloc(1, sizeof(*h));
	char *config = absolute(options->config);
	char *control = absolute(options->control);
	char *state = absolute(options->state);
	char *events = absolute(options->events);
	int code = 1;

	o.config = config;
	o.control = control;
	o.state = state;
	o.events = events;
	if (h && config)
		code = serve(h, &o);
	else
		fputs("mip6d: out of memory\n", stderr);
	free(config);
	free(control);
	free(state);
	free(events);
	free(h);
	return code;
}

int main(int argc, char **argv)
{
	struct host_options options;

	switch (parse_options(argc, argv, &options)) {
	case MODE_RUN:
		give_back_blocks();
		return run(&options);
	case MODE_TEST:
		return test_config(options.config);
	case MODE_KERNEL_CHECK:
		return features_check(stdout, optind < argc ? argv[optind] : NULL);
	case MODE_DONE:
		return 0;
	default:
		return 2;
	}
}
