/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a daemon is ready: the conditions of `ready:` in a topology. Each look is one
 * question to the kernel; nothing waits here. */
#include "lab/runner_internal.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { MESSAGE_ROOM = 4096, TCP_LISTENS = 10 };

static const struct lab_daemon *daemon_of(const struct runner *r, const struct process *p)
{
	return &r->plan->nodes[p->node].daemons[p->index];
}

static int open_notify(struct runner *r, struct process *p, const char *dir)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct process_ready *ready = &p->ready;
	int n = snprintf(ready->notify_path, sizeof(ready->notify_path), "%s/%s.notify", dir,
			 daemon_of(r, p)->name);

	if (n < 0 || (size_t)n >= sizeof(un.sun_path))
		return runner_fail(r, "the folder %.200s has too long a name for a socket in it",
				   dir);
	memcpy(un.sun_path, ready->notify_path, (size_t)n);
	unlink(un.sun_path);
	ready->notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (ready->notify < 0 || bind(ready->notify, (const struct sockaddr *)&un, sizeof(un)) < 0)
		return runner_fail(r, "cannot listen on %.100s: %s", un.sun_path, strerror(errno));
	return 0;
}

static int64_t changed(const struct stat *st)
{
	return st->st_mtim.tv_sec * LAB_NS_SECOND + st->st_mtim.tv_nsec;
}

int ready_prepare(struct runner *r, struct process *p, const char *dir, const char *text)
{
	const struct lab_ready *condition = &daemon_of(r, p)->ready;
	struct process_ready *ready = &p->ready;
	struct stat st;

	*ready = (struct process_ready){.told = condition->kind == LAB_READY_NONE};
	if (condition->kind == LAB_READY_NOTIFY)
		return open_notify(r, p, dir);
	if (condition->kind == LAB_READY_FILE) {
		snprintf(ready->file, sizeof(ready->file), "%s", text);
		if (stat(ready->file, &st) == 0) {
			ready->file_id = st.st_ino;
			ready->file_time = changed(&st);
		}
	}
	/* What the log says already was said by the process before. */
	if (condition->kind == LAB_READY_LINE && stat(p->log, &st) == 0)
		ready->said = (struct lines){(long)st.st_size, st.st_size};
	return 0;
}

/* One of the lines of the messages that wait is READY=1. */
static bool was_notified(const struct process_ready *ready)
{
	char text[MESSAGE_ROOM];
	ssize_t n;

	while ((n = recv(ready->notify, text, sizeof(text) - 1, MSG_DONTWAIT)) >= 0) {
		text[n] = '\0';
		for (char *rest = NULL, *line = strtok_r(text, "\n", &rest); line;
		     line = strtok_r(NULL, "\n", &rest))
			if (strcmp(line, "READY=1") == 0)
				return true;
	}
	return false;
}

static bool is_written(const struct process_ready *ready)
{
	struct stat st;

	return stat(ready->file, &st) == 0 &&
	       (st.st_ino != ready->file_id || changed(&st) != ready->file_time);
}

/* "  0: ADDRESS:PORT ADDRESS:PORT STATE ..." in a table of the daemon's own network. */
static bool has_port(pid_t pid, const char *table, unsigned port, bool tcp)
{
	char path[64];
	char line[256];
	unsigned local;
	unsigned state;
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/net/%s", (int)pid, table);
	file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, " %*u: %*[^:]:%x %*[^:]:%*x %x", &local, &state) == 2 &&
			local == port && (!tcp || state == TCP_LISTENS);
	if (file)
		fclose(file);
	return found;
}

static bool is_open(pid_t pid, unsigned port)
{
	return has_port(pid, "tcp6", port, true) || has_port(pid, "tcp", port, true) ||
	       has_port(pid, "udp6", port, false) || has_port(pid, "udp", port, false);
}

static bool contains(void *arg, const char *line)
{
	return strstr(line, arg) != NULL;
}

bool ready_look(struct runner *r, struct process *p)
{
	const struct lab_ready *condition = &daemon_of(r, p)->ready;

	if (p->ready.told)
		return true;
	switch (condition->kind) {
	case LAB_READY_NONE:
		p->ready.told = true;
		break;
	case LAB_READY_NOTIFY:
		p->ready.told = was_notified(&p->ready);
		break;
	case LAB_READY_FILE:
		p->ready.told = is_written(&p->ready);
		break;
	case LAB_READY_PORT:
		p->ready.told = is_open(p->pid, condition->port);
		break;
	case LAB_READY_LINE:
		p->ready.told = lines_look(&p->ready.said, p->log, contains, condition->text);
		break;
	}
	return p->ready.told;
}

void ready_free(struct process *p)
{
	if (p->ready.notify > 0)
		close(p->ready.notify);
	p->ready.notify = 0;
}
