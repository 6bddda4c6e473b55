/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "uml/group.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_ROOM = 1024 };

bool uml_process_parse(const char *line, struct uml_process *ret)
{
	/* The name may hold anything, brackets too. */
	const char *fields = strrchr(line, ')');
	int pid;
	int group;
	long long user;
	long long system;
	long long reaped_user;
	long long reaped_system;

	*ret = (struct uml_process){0};
	if (!fields || sscanf(line, "%d (", &pid) != 1 ||
	    sscanf(fields, ") %c %*d %d %*d %*d %*d %*u %*u %*u %*u %*u %lld %lld %lld %lld",
		   &ret->state, &group, &user, &system, &reaped_user, &reaped_system) != 6)
		return false;
	ret->pid = pid;
	ret->group = group;
	ret->user = user;
	ret->system = system;
	ret->reaped = reaped_user + reaped_system;
	return true;
}

static bool read_process(int proc, const char *name, struct uml_process *ret)
{
	char path[64];
	char line[LINE_ROOM];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "%.32s/stat", name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	length = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (length <= 0)
		return false;
	line[length] = '\0';
	return uml_process_parse(line, ret);
}

bool uml_group_each(pid_t kernel, void (*take)(void *arg, const struct uml_process *process),
		    void *arg)
{
	DIR *proc = opendir("/proc");
	struct uml_process process;
	struct dirent *entry;
	bool found = false;

	while (proc && (entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !read_process(dirfd(proc), entry->d_name, &process) || process.group != kernel)
			continue;
		found = found || process.pid == kernel;
		take(arg, &process);
	}
	if (proc)
		closedir(proc);
	return found;
}

int64_t uml_ticks_ms(int64_t ticks)
{
	long per_second = sysconf(_SC_CLK_TCK);

	return ticks * 1000 / (per_second > 0 ? per_second : 100);
}
