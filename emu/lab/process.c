/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/process.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int redirect(const char *path, int flags, int to)
{
	int fd = open(path, flags, 0644);

	if (fd < 0 || dup2(fd, to) < 0)
		return -1;
	if (fd != to)
		close(fd);
	return 0;
}

/* In the child: never returns. 127 as a shell says it when the program cannot
 * be run. */
static _Noreturn void become(struct netns *net, const struct process_spawn *spawn)
{
	const int append = O_WRONLY | O_CREAT | O_APPEND;
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (redirect("/dev/null", O_RDONLY, 0) < 0 || redirect(spawn->log, append, 2) < 0 ||
	    redirect(spawn->output ? spawn->output : spawn->log, append, 1) < 0)
		_exit(126);
	if (netns_enter(net, spawn->node) < 0) {
		fprintf(stderr, "%s\n", net->error);
		_exit(126);
	}
	unsetenv("NOTIFY_SOCKET");
	if (spawn->notify && setenv("NOTIFY_SOCKET", spawn->notify, 1) < 0)
		_exit(126);
	execvp(spawn->argv[0], spawn->argv);
	fprintf(stderr, "cannot run %s: %s; install it, or name the right program in the command\n",
		spawn->argv[0], strerror(errno));
	_exit(127);
}

pid_t process_spawn(struct netns *net, const struct process_spawn *spawn)
{
	pid_t pid = fork();

	if (pid == 0)
		become(net, spawn);
	if (pid < 0)
		snprintf(net->error, sizeof(net->error), "cannot start %.150s: %s%s",
			 spawn->argv[0], strerror(errno),
			 errno == EAGAIN ? " (`ulimit -u` may be too low)" : "");
	return pid;
}

static const struct process_variable *find(const char *name, size_t len,
					   const struct process_variable *variables, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(variables[i].name) == len && memcmp(variables[i].name, name, len) == 0)
			return &variables[i];
	return NULL;
}

char *process_expand(const char *text, const struct process_variable *variables, size_t count)
{
	char *result = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&result, &size);

	if (!out)
		return NULL;
	while (*text) {
		const char *end = text[0] == '$' && text[1] == '{' ? strchr(text, '}') : NULL;
		const struct process_variable *v =
		    end ? find(text + 2, (size_t)(end - text - 2), variables, count) : NULL;

		if (v) {
			fputs(v->value, out);
			text = end + 1;
		} else {
			fputc(*text++, out);
		}
	}
	if (fclose(out) != 0) {
		free(result);
		return NULL;
	}
	return result;
}

void process_free_argv(char **argv)
{
	for (size_t i = 0; argv && argv[i]; i++)
		free(argv[i]);
	free(argv);
}

char **process_expand_argv(char *const *argv, size_t argc, const struct process_variable *variables,
			   size_t count)
{
	char **result = calloc(argc + 1, sizeof(*result));

	for (size_t i = 0; result && i < argc; i++) {
		result[i] = process_expand(argv[i], variables, count);
		if (!result[i]) {
			process_free_argv(result);
			return NULL;
		}
	}
	return result;
}
