/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flood FROM TO RATE SECONDS: sends Mobility Headers that a home agent refuses, of two
 * kinds in turn (not its home subnet, an unknown type), RATE a second, in bursts of a
 * millisecond. For lab runs, inside the emulated node. */
#include <mip6/wire.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { BURSTS = 1000, KINDS = 2 };

static int message(const struct mip6_addr *src, const struct mip6_addr *dst, unsigned n,
		   uint8_t *buf, size_t cap)
{
	struct mh_message m = {.type = MH_BU, .bu = {(uint16_t)n, MH_BU_A | MH_BU_H, 100}};
	int len = mh_build(src, dst, &m, buf, cap);

	/* The kernel puts in the checksum. */
	if (len > 0 && n % KINDS == 1)
		buf[2] = 99;
	return len;
}

static int open_socket(const struct mip6_addr *src, const struct mip6_addr *dst)
{
	struct sockaddr_in6 from = {.sin6_family = AF_INET6};
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};
	int fd = socket(AF_INET6, SOCK_RAW, IP6_NH_MH);

	memcpy(&from.sin6_addr, src->b, sizeof(src->b));
	memcpy(&to.sin6_addr, dst->b, sizeof(dst->b));
	if (fd >= 0 && bind(fd, (struct sockaddr *)&from, sizeof(from)) == 0 &&
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	perror("flood: socket");
	return -1;
}

static int open_timer(void)
{
	struct itimerspec every = {.it_interval.tv_nsec = 1000000000L / BURSTS,
				   .it_value.tv_nsec = 1};
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);

	if (fd >= 0 && timerfd_settime(fd, 0, &every, NULL) == 0)
		return fd;
	perror("flood: timer");
	return -1;
}

int main(int argc, char **argv)
{
	struct mip6_addr src;
	struct mip6_addr dst;
	unsigned bursts = argc == 5 ? BURSTS * (unsigned)atoi(argv[4]) : 0;
	unsigned each = argc == 5 ? (unsigned)atoi(argv[3]) / BURSTS : 0;
	unsigned sent = 0;
	uint64_t ticks;
	int timer;
	int fd;

	if (each == 0 || mip6_addr_parse(argv[1], &src) < 0 || mip6_addr_parse(argv[2], &dst) < 0) {
		fputs("usage: flood FROM TO RATE SECONDS\n", stderr);
		return 2;
	}
	fd = open_socket(&src, &dst);
	timer = open_timer();
	if (fd < 0 || timer < 0)
		return 1;
	for (unsigned i = 0; i < bursts && read(timer, &ticks, sizeof(ticks)) > 0; i++) {
		for (unsigned k = 0; k < each; k++) {
			uint8_t buf[64];
			int len = message(&src, &dst, sent, buf, sizeof(buf));

			sent += send(fd, buf, (size_t)len, 0) == len;
		}
	}
	printf("{\"sent\": %u}\n", sent);
	return 0;
}
