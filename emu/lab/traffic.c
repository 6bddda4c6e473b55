/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process has sockets in both nodes, since a socket stays in the namespace in
 * which it was made: nothing must be started and awaited at the other end, and
 * nobody waits busily, which virtual time would not survive. */
#include "lab/traffic.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 65536, PING_SIZE = 56, LINGER_MS = 1000, MS = 1000000 };

struct traffic {
	const struct lab_action *action;
	size_t index;
	const char *path;
	int stop;     /* a signal waits */
	int from, to; /* to: TCP only; it listens */
};

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * LAB_NS_SECOND + ts.tv_nsec;
}

static struct sockaddr_in6 endpoint(const char *addr, uint16_t port)
{
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	inet_pton(AF_INET6, addr, &sin6.sin6_addr);
	return sin6;
}

/* A socket of a node with one of its addresses, which may come later. */
static int open_socket(struct netns *net, int node, int type, int protocol, const char *addr,
		       uint16_t port)
{
	struct sockaddr_in6 own = endpoint(addr, port);
	int on = 1;
	int fd;

	if (netns_enter(net, node) < 0)
		return -1;
	fd = socket(AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on)) < 0 ||
	    bind(fd, (const struct sockaddr *)&own, sizeof(own)) < 0) {
		snprintf(net->error, sizeof(net->error), "stream at %s: %s",
			 net->plan->nodes[node].name, strerror(errno));
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	return netns_enter(net, -1) < 0 ? -1 : fd;
}

/* ---- TCP ---- */

struct tcp {
	uint64_t sent, arrived;
	int64_t last; /* when the last octets arrived */
	int accepted; /* -1: not yet */
	bool over;
};

static void tcp_send(struct traffic *t, struct tcp *tcp)
{
	static const uint8_t zeros[CHUNK];
	uint64_t left = t->action->octets - tcp->sent;
	ssize_t n = send(t->from, zeros, left < CHUNK ? (size_t)left : CHUNK, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		tcp->over = true; /* refused, timed out */
	if (n > 0)
		tcp->sent += (uint64_t)n;
	if (tcp->sent == t->action->octets)
		shutdown(t->from, SHUT_WR);
}

static void tcp_receive(struct traffic *t, struct tcp *tcp)
{
	uint8_t buffer[CHUNK];
	ssize_t n;

	if (tcp->accepted < 0) {
		tcp->accepted = accept4(t->to, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		return;
	}
	n = recv(tcp->accepted, buffer, sizeof(buffer), 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		tcp->over = true;
		return;
	}
	tcp->arrived += (uint64_t)n;
	tcp->last = now_ns();
}

static int run_tcp(struct traffic *t)
{
	struct tcp tcp = {.accepted = -1, .last = now_ns()};
	struct sockaddr_in6 peer = endpoint(t->action->dst, t->action->port);
	int64_t begin = tcp.last;
	FILE *out;

	tcp.over = connect(t->from, (const struct sockaddr *)&peer, sizeof(peer)) < 0 &&
		   errno != EINPROGRESS;
	while (!tcp.over) {
		bool sending = tcp.sent < t->action->octets;
		struct pollfd fds[] = {
		    {.fd = t->stop, .events = POLLIN},
		    {.fd = tcp.accepted < 0 ? t->to : tcp.accepted, .events = POLLIN},
		    {.fd = sending ? t->from : -1, .events = POLLOUT}};

		if (poll(fds, 3, -1) < 0 || fds[0].revents)
			break;
		if (fds[1].revents)
			tcp_receive(t, &tcp);
		if (fds[2].revents)
			tcp_send(t, &tcp);
	}
	out = fopen(t->path, "we");
	if (!out)
		return 1;
	fprintf(out, "{\"asked\":%llu,\"octets\":%llu,\"seconds\":%.6f}\n",
		(unsigned long long)t->action->octets, (unsigned long long)tcp.arrived,
		(double)(tcp.last - begin) / 1e9);
	return fclose(out) == 0 ? 0 : 1;
}

/* ---- echo requests ---- */

struct ping {
	unsigned sent, received;
	int64_t next, last_sent;
	int64_t min, max, sum;
};

struct echo {
	struct icmp6_hdr header;
	int64_t sent;
	uint8_t rest[PING_SIZE - sizeof(int64_t)];
};

static void ping_send(struct traffic *t, struct ping *p, int64_t now)
{
	struct sockaddr_in6 peer = endpoint(t->action->dst, 0);
	struct echo echo = {.sent = now};

	echo.header.icmp6_type = ICMP6_ECHO_REQUEST;
	echo.header.icmp6_id = htons((uint16_t)t->index);
	echo.header.icmp6_seq = htons((uint16_t)p->sent);
	p->sent++;
	p->last_sent = now;
	p->next += t->action->interval_ns;
	/* One that cannot be sent counts as lost. */
	(void)sendto(t->from, &echo, sizeof(echo), 0, (const struct sockaddr *)&peer, sizeof(peer));
}

static void ping_receive(struct traffic *t, struct ping *p)
{
	struct echo echo;
	int64_t time;

	if (recv(t->from, &echo, sizeof(echo), 0) != (ssize_t)sizeof(echo) ||
	    echo.header.icmp6_type != ICMP6_ECHO_REPLY ||
	    echo.header.icmp6_id != htons((uint16_t)t->index))
		return;
	time = now_ns() - echo.sent;
	p->min = p->received == 0 || time < p->min ? time : p->min;
	p->max = time > p->max ? time : p->max;
	p->sum += time;
	p->received++;
}

static void ping_only_replies(int fd)
{
	struct icmp6_filter filter;

	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
	setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter));
}

static int write_ping(const char *path, const struct ping *p)
{
	FILE *out = fopen(path, "we");

	if (!out)
		return 1;
	fprintf(out, "{\"sent\":%u,\"received\":%u,", p->sent, p->received);
	if (p->received)
		fprintf(out, "\"rtt_min_ms\":%.6f,\"rtt_mean_ms\":%.6f,\"rtt_max_ms\":%.6f}\n",
			(double)p->min / MS, (double)p->sum / p->received / MS,
			(double)p->max / MS);
	else
		fputs("\"rtt_min_ms\":null,\"rtt_mean_ms\":null,\"rtt_max_ms\":null}\n", out);
	return fclose(out) == 0 ? 0 : 1;
}

/* Until every reply is there, or a while after the last request. */
static int run_ping(struct traffic *t)
{
	struct pollfd fds[] = {{.fd = t->stop, .events = POLLIN},
			       {.fd = t->from, .events = POLLIN}};
	struct ping p = {.next = now_ns()};

	while (p.sent < t->action->count || p.received < p.sent) {
		int64_t now = now_ns();
		int64_t until =
		    p.sent < t->action->count ? p.next : p.last_sent + (int64_t)LINGER_MS * MS;
		struct timespec wait = {0};

		if (p.sent < t->action->count && now >= p.next) {
			ping_send(t, &p, now);
			continue;
		}
		if (now >= until)
			break;
		wait.tv_sec = (until - now) / LAB_NS_SECOND;
		wait.tv_nsec = (until - now) % LAB_NS_SECOND;
		if (ppoll(fds, 2, &wait, NULL) < 0 || fds[0].revents)
			break;
		if (fds[1].revents)
			ping_receive(t, &p);
	}
	return write_ping(t->path, &p);
}

/* ---- the process ---- */

static int open_ends(struct netns *net, struct traffic *t)
{
	const struct lab_action *a = t->action;

	t->to = -1;
	if (a->kind == LAB_ACT_PING) {
		t->from = open_socket(net, a->node, SOCK_RAW, IPPROTO_ICMPV6, a->src, 0);
		if (t->from >= 0)
			ping_only_replies(t->from);
		return t->from < 0 ? -1 : 0;
	}
	t->to = open_socket(net, a->to, SOCK_STREAM, 0, a->dst, a->port);
	t->from = t->to < 0 || listen(t->to, 1) < 0
		      ? -1
		      : open_socket(net, a->node, SOCK_STREAM, 0, a->src, 0);
	return t->from < 0 ? -1 : 0;
}

static _Noreturn void become(struct traffic *t)
{
	sigset_t signals;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	t->stop = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (t->stop < 0)
		_exit(1);
	_exit(t->action->kind == LAB_ACT_TCP ? run_tcp(t) : run_ping(t));
}

pid_t traffic_start(struct netns *net, size_t action, const char *path)
{
	struct traffic t = {.action = &net->plan->actions[action], .index = action, .path = path};
	pid_t pid = -1;

	if (open_ends(net, &t) == 0) {
		pid = fork();
		if (pid == 0)
			become(&t);
		if (pid < 0)
			snprintf(net->error, sizeof(net->error), "cannot start a stream: %s",
				 strerror(errno));
	}
	if (t.from >= 0)
		close(t.from);
	if (t.to >= 0)
		close(t.to);
	return pid;
}
