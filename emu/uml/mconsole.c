/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "uml/mconsole.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MAGIC 0xcafebabeu

enum { VERSION = 2, DATA_MAX = 512 };

struct request {
	uint32_t magic;
	uint32_t version;
	uint32_t length;
	char data[DATA_MAX];
};

struct reply {
	uint32_t error;
	uint32_t more; /* another part follows */
	uint32_t length;
	char data[DATA_MAX];
};

/* The path of the socket may be longer than an address: it is named by the folder's
 * descriptor. */
static int send_request(int fd, const struct uml_run *run, const char *command)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	struct request request = {.magic = MAGIC, .version = VERSION};
	int folder = open(run->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ssize_t sent;

	if (folder < 0)
		return -1;
	snprintf(to.sun_path, sizeof(to.sun_path), "/proc/self/fd/%d/kernel/mconsole", folder);
	snprintf(request.data, sizeof(request.data), "%s", command);
	request.length = (uint32_t)strlen(request.data);
	sent = sendto(fd, &request, sizeof(request), MSG_DONTWAIT, (const struct sockaddr *)&to,
		      sizeof(to));
	close(folder);
	return sent == (ssize_t)sizeof(request) ? 0 : -1;
}

/* A socket with an address that the system picks, for the kernel to answer to. */
static int open_socket(void)
{
	const struct sockaddr_un any = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && bind(fd, (const struct sockaddr *)&any, sizeof(sa_family_t)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Adds one part. 1 when it was the last one, 0 when more follows, -1 without one. */
static int take_part(int fd, int wait_ms, char *answer, size_t size)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	size_t used = strlen(answer);
	struct reply reply;
	ssize_t length;

	if (poll(&ready, 1, wait_ms) <= 0)
		return -1;
	length = recv(fd, &reply, sizeof(reply), 0);
	if (length < (ssize_t)(sizeof(reply) - DATA_MAX))
		return -1;
	snprintf(answer + used, size - used, "%.*s",
		 (int)(length - (ssize_t)sizeof(reply) + DATA_MAX), reply.data);
	return reply.more ? 0 : 1;
}

bool uml_mconsole_ask(const struct uml_run *run, const char *command, const char *until,
		      int wait_ms, char *answer, size_t size)
{
	int fd = open_socket();
	int last = 0;
	bool found = false;

	answer[0] = '\0';
	if (fd < 0)
		return false;
	if (send_request(fd, run, command) < 0)
		last = -1;
	while (last == 0 && !found) {
		last = take_part(fd, wait_ms, answer, size);
		found = until ? strstr(answer, until) != NULL : last == 1;
	}
	close(fd);
	return found;
}
