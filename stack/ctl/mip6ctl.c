/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mip6ctl asks a running mip6d and tells it things. Exit codes: 0 all commands
 * done, 1 mip6d refused one, 2 bad usage, 3 no mip6d to talk to. */
#include "client.h"
#include "print.h"
#include "version.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_NAME "mip6d"
#define RUN_DIR	     "/run/mip6d"
#define WORDS_MAX    32
#define INPUT_MAX    1024

enum exit_code { DONE = 0, REFUSED = 1, BAD_USAGE = 2, NO_DAEMON = 3 };

static const char usage[] =
    "usage: mip6ctl [options] COMMAND [ARGUMENT...] [, COMMAND ...]\n"
    "       mip6ctl [options]           commands from standard input, one on a line\n"
    "  -n, --name NAME     the node's name (default " DEFAULT_NAME ")\n"
    "  -s, --control PATH  its control socket, as mip6d was told (default\n"
    "                      " RUN_DIR "/NAME.ctl); --socket means the same\n"
    "  -j, --json          answers as JSON, one object on a line\n"
    "      --version, -h, --help\n"
    "commands:\n"
    "  status              the node at a glance\n"
    "  bindings            home agent: the binding cache\n"
    "  registrations       mobile node: the binding update list\n"
    "  interfaces          interfaces, routers and care-of addresses\n"
    "  stats               counters\n"
    "  objects             what the node wants in the kernel\n"
    "  settings            settings that may change while mip6d runs\n"
    "  set NAME VALUE [INTERFACE]\n"
    "                      changes one of them until the next reload\n"
    "  reload              reads mip6d.conf again\n"
    "  refresh             mobile node: registers again at once\n"
    "  monitor [EVENT...]  shows events as they happen, all or those named\n"
    "--json may also follow a command: mip6ctl bindings --json\n";

struct ctl {
	struct client client;
	const char *path;
	bool connected;
	bool json;
};

/* ---- commands ----------------------------------------------------------------------- */

static enum exit_code refuse_usage(const char *word, const char *text)
{
	fprintf(stderr, "mip6ctl: %s: %s; see mip6ctl --help\n", word, text);
	return BAD_USAGE;
}

static bool event_wanted(const json_t *line, char **names, size_t count)
{
	const char *event = json_string_value(json_object_get(line, "event"));

	for (size_t i = 0; event && i < count; i++)
		if (strcmp(event, names[i]) == 0)
			return true;
	return event && count == 0;
}

static void show_event(const struct ctl *ctl, const char *line, char **names, size_t count)
{
	json_t *event = json_loads(line, 0, NULL);

	if (event_wanted(event, names, count) && ctl->json) {
		puts(line); /* as it came: a number of JSON keeps fewer digits */
		fflush(stdout);
	} else if (event_wanted(event, names, count)) {
		print_event(stdout, event);
	}
	json_decref(event);
}

/* Lasts until the daemon ends or the user has seen enough. */
static enum exit_code monitor(struct ctl *ctl, char **names, size_t count)
{
	const char *line;

	while ((line = client_line(&ctl->client)))
		show_event(ctl, line, names, count);
	if (!ctl->client.error[0])
		return DONE;
	fprintf(stderr, "mip6ctl: %s\n", ctl->client.error);
	return NO_DAEMON;
}

static enum exit_code show(struct ctl *ctl, const char *command, json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));

	if (!json_is_true(json_object_get(answer, "ok"))) {
		fprintf(stderr, "mip6ctl: %s: %s\n", command, error ? error : "refused");
		return REFUSED;
	}
	if (ctl->json) {
		json_dumpf(answer, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12));
		putchar('\n');
	} else if (strcmp(command, "monitor") != 0) {
		print_answer(stdout, command, answer);
	}
	fflush(stdout);
	return DONE;
}

static json_t *make_request(char **words, size_t count)
{
	json_t *request = json_object();

	json_object_set_new(request, "command", json_string(words[0]));
	if (strcmp(words[0], "set") != 0)
		return request;
	json_object_set_new(request, "name", json_string(words[1]));
	json_object_set_new(request, "value", json_string(words[2]));
	if (count > 3)
		json_object_set_new(request, "interface", json_string(words[3]));
	return request;
}

static bool connect_once(struct ctl *ctl)
{
	if (ctl->connected)
		return true;
	ctl->connected = client_open(&ctl->client, ctl->path) == 0;
	if (!ctl->connected)
		fprintf(stderr, "mip6ctl: %s\n", ctl->client.error);
	return ctl->connected;
}

static enum exit_code run_command(struct ctl *ctl, char **words, size_t count)
{
	bool is_set = strcmp(words[0], "set") == 0;
	bool is_monitor = strcmp(words[0], "monitor") == 0;
	enum exit_code code;
	json_t *request;
	json_t *answer;

	if (is_set && (count < 3 || count > 4))
		return refuse_usage(words[0], "takes NAME VALUE [INTERFACE]");
	if (!is_set && !is_monitor && count > 1)
		return refuse_usage(words[1], "unexpected");
	if (!connect_once(ctl))
		return NO_DAEMON;
	request = make_request(words, count);
	answer = client_ask(&ctl->client, request);
	json_decref(request);
	if (!answer) {
		fprintf(stderr, "mip6ctl: %s\n", ctl->client.error);
		return NO_DAEMON;
	}
	code = show(ctl, words[0], answer);
	json_decref(answer);
	if (is_monitor && code == DONE)
		code = monitor(ctl, words + 1, count - 1);
	return code;
}

/* ---- where commands come from ---------------------------------------------------------- */

/* Takes --json out of the words wherever it stands; returns how many are left. */
static size_t take_json(struct ctl *ctl, char **words, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i], "--json") == 0)
			ctl->json = true;
		else
			words[kept++] = words[i];
	}
	return kept;
}

/* Commands are separated by a comma, alone or at the end of a word. The first
 * failure decides the exit code; a refusal does not keep the rest from running. */
static enum exit_code run_arguments(struct ctl *ctl, char **words, size_t count)
{
	enum exit_code result = DONE;
	size_t begin = 0;

	for (size_t i = 0; i <= count; i++) {
		size_t len = i < count ? strlen(words[i]) : 0;
		bool comma = len > 0 && words[i][len - 1] == ',';
		enum exit_code code = DONE;
		size_t end;

		if (i < count && !comma)
			continue;
		if (comma)
			words[i][len - 1] = '\0';
		end = i + (comma && len > 1 ? 1 : 0);
		end = begin + take_json(ctl, words + begin, end - begin);
		if (end > begin)
			code = run_command(ctl, words + begin, end - begin);
		if (result == DONE)
			result = code;
		if (code == NO_DAEMON || code == BAD_USAGE)
			return code;
		begin = i + 1;
	}
	return result;
}

static enum exit_code run_input(struct ctl *ctl, FILE *in)
{
	enum exit_code result = DONE;
	char line[INPUT_MAX];

	while (fgets(line, sizeof(line), in)) {
		char *words[WORDS_MAX];
		size_t count = 0;
		char *save = NULL;
		enum exit_code code;

		for (char *w = strtok_r(line, " \t\n", &save); w && count < WORDS_MAX;
		     w = strtok_r(NULL, " \t\n", &save))
			words[count++] = w;
		if (count == 0 || words[0][0] == '#')
			continue;
		code = run_arguments(ctl, words, count);
		if (result == DONE)
			result = code;
		if (code == NO_DAEMON)
			break;
	}
	return result;
}

/* ---- options ------------------------------------------------------------------------------ */

enum { OPT_VERSION = 256 };

static const struct option long_options[] = {
    {"name", required_argument, NULL, 'n'},
    {"control", required_argument, NULL, 's'},
    {"socket", required_argument, NULL, 's'},
    {"json", no_argument, NULL, 'j'},
    {"version", no_argument, NULL, OPT_VERSION},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

int main(int argc, char **argv)
{
	struct ctl ctl = {.client = {.fd = -1}};
	const char *name = DEFAULT_NAME;
	enum exit_code code;
	char path[512];
	int option;

	/* '+': what follows the first command belongs to the commands. */
	while ((option = getopt_long(argc, argv, "+n:s:jh", long_options, NULL)) != -1) {
		if (option == 'n') {
			name = optarg;
		} else if (option == 's') {
			ctl.path = optarg;
		} else if (option == 'j') {
			ctl.json = true;
		} else if (option == 'h') {
			fputs(usage, stdout);
			return DONE;
		} else if (option == OPT_VERSION) {
			printf("mip6ctl %s (%s)\n", MIP6_VERSION, MIP6_COMMIT);
			return DONE;
		} else {
			fputs("mip6ctl: see mip6ctl --help\n", stderr);
			return BAD_USAGE;
		}
	}
	if (!ctl.path) {
		snprintf(path, sizeof(path), RUN_DIR "/%s.ctl", name);
		ctl.path = path;
	}
	if (optind < argc)
		code = run_arguments(&ctl, argv + optind, (size_t)(argc - optind));
	else
		code = run_input(&ctl, stdin);
	client_close(&ctl.client);
	return code;
}
