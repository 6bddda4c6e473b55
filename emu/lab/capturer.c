/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/capturer.h"
#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	BLOCK_MS = 1000,
	START_MS = 120000, /* without a message from the process that starts */
	FILE_BUFFER = 256 << 10,
	EVENTS = 64,
	FILES_MORE = 64 /* descriptors that are neither a socket nor a file of a capture */
};

/* The kernel takes the memory of its blocks at once and clears it, a millisecond for
 * each MB. In exact time a little is enough: time stands still until this process has
 * had its turn. Many captures share what a few have each, down to four blocks. */
enum { RING_EXACT = 2 << 20, RING_REAL = 8 << 20, RING_LEAST = 1 << 20, RINGS = 64 << 20 };

/* From the process to who starts it: one for each capture that listens; with a
 * text, that it ends and why. */
struct message {
	char error[CAPTURER_ERROR];
};

struct tap {
	const char *node;
	const char *iface;
	pcap_t *pcap;
	FILE *file;
	char *buffer; /* of the file */
	pcap_dumper_t *dumper;
	uint64_t written;
	bool failed;
};

struct capturer {
	struct netns *net;
	const char *raw;
	struct tap *taps;
	size_t count;
	int tell; /* the pipe */
	int term; /* signalfd for SIGTERM */
	int epoll;
};

static const char unwritten[] = "its file cannot be written: ";

/* ---- opening ----------------------------------------------------------------------- */

static int cannot(const struct tap *t, const char *why, char *error)
{
	snprintf(error, CAPTURER_ERROR, "the capture at %.31s does not start: %.15s: %.160s",
		 t->node, t->iface, why);
	return -1;
}

static int ring_size(const struct lab_plan *plan)
{
	size_t most = lab_engine_exact(plan->engine) ? RING_EXACT : RING_REAL;
	size_t share = RINGS / plan->capture_count;

	share = share > most ? most : share;
	return (int)(share < RING_LEAST ? RING_LEAST : share);
}

/* The kernel cuts frames only where a filter tells it to; else the blocks would
 * hold them whole. */
static int cut_frames(pcap_t *pcap)
{
	struct bpf_insn keep = BPF_STMT(BPF_RET | BPF_K, CAPTURER_SNAPLEN);
	struct bpf_program program = {1, &keep};

	return pcap_setfilter(pcap, &program);
}

static int open_interface(struct tap *t, int ring, char *error)
{
	char text[PCAP_ERRBUF_SIZE] = "";
	int status;

	t->pcap = pcap_create(t->iface, text);
	if (!t->pcap)
		return cannot(t, text, error);
	pcap_set_snaplen(t->pcap, CAPTURER_SNAPLEN);
	pcap_set_promisc(t->pcap, 0);
	pcap_set_timeout(t->pcap, BLOCK_MS);
	pcap_set_buffer_size(t->pcap, ring);
	pcap_set_tstamp_precision(t->pcap, PCAP_TSTAMP_PRECISION_NANO);
	status = pcap_activate(t->pcap);
	if (status < 0 && status != PCAP_ERROR)
		return cannot(t, pcap_statustostr(status), error);
	/* In this order: the timeout of the blocks is read while it is activated. */
	if (status < 0 || pcap_setnonblock(t->pcap, 1, text) < 0 || cut_frames(t->pcap) < 0)
		return cannot(t, text[0] ? text : pcap_geterr(t->pcap), error);
	return 0;
}

static int open_file(const struct capturer *c, struct tap *t, char *error)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/%s-%s.pcap", c->raw, t->node, t->iface);
	t->file = fopen(path, "wbe");
	t->buffer = malloc(FILE_BUFFER);
	if (!t->file || !t->buffer || setvbuf(t->file, t->buffer, _IOFBF, FILE_BUFFER) != 0)
		return cannot(t, strerror(errno), error);
	t->dumper = pcap_dump_fopen(t->pcap, t->file);
	return t->dumper ? 0 : cannot(t, pcap_geterr(t->pcap), error);
}

static int watch(const struct capturer *c, int fd, uint64_t index)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = index};

	return epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &event);
}

static int open_tap(struct capturer *c, size_t index, char *error)
{
	const struct lab_capture *capture = &c->net->plan->captures[index];
	const struct lab_node *node = &c->net->plan->nodes[capture->node];
	struct tap *t = &c->taps[index];

	t->node = node->name;
	t->iface = node->ifaces[capture->iface].name;
	if (netns_enter(c->net, capture->node) < 0)
		return cannot(t, c->net->error, error);
	if (open_interface(t, ring_size(c->net->plan), error) < 0 || open_file(c, t, error) < 0)
		return -1;
	if (watch(c, pcap_get_selectable_fd(t->pcap), index) < 0)
		return cannot(t, strerror(errno), error);
	return 0;
}

static int open_waiting(struct capturer *c)
{
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_SETMASK, &term, NULL);
	signal(SIGINT, SIG_IGN);
	c->term = signalfd(-1, &term, SFD_CLOEXEC | SFD_NONBLOCK);
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	c->taps = calloc(c->count, sizeof(*c->taps));
	return c->term < 0 || c->epoll < 0 || !c->taps ? -1 : watch(c, c->term, c->count);
}

/* A socket and a file for each capture, besides what the parent left open. */
static void allow_files(size_t captures)
{
	struct rlimit limit;
	int used = open("/dev/null", O_RDONLY | O_CLOEXEC);

	close(used);
	if (used < 0 || getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = (rlim_t)used + 2 * captures + FILES_MORE;
	if (limit.rlim_max < limit.rlim_cur)
		limit.rlim_max = limit.rlim_cur;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int tell(const struct capturer *c, const struct message *m)
{
	return write(c->tell, m, sizeof(*m)) == (ssize_t)sizeof(*m) ? 0 : -1;
}

static int open_all(struct capturer *c)
{
	struct message m = {""};

	if (open_waiting(c) < 0) {
		snprintf(m.error, sizeof(m.error), "the captures do not start: %s",
			 strerror(errno));
		tell(c, &m);
		return -1;
	}
	for (size_t i = 0; i < c->count && !m.error[0]; i++) {
		open_tap(c, i, m.error);
		if (tell(c, &m) < 0)
			return -1;
	}
	close(c->tell);
	return m.error[0] ? -1 : 0;
}

/* ---- capturing --------------------------------------------------------------------- */

static void put(u_char *arg, const struct pcap_pkthdr *header, const u_char *data)
{
	struct tap *t = (struct tap *)(void *)arg;

	pcap_dump((u_char *)t->dumper, header, data);
	t->written++;
}

static int fail(struct tap *t, const char *what, const char *why)
{
	/* What was wrong once is wrong in the end too: it is told once. */
	if (!t->failed)
		fprintf(stderr, "%s %s: %s%s\n", t->node, t->iface, what, why);
	t->failed = true;
	return -1;
}

/* What the kernel has handed over goes to the file: who reads that after a kill
 * finds all but the last second. */
static int drain(struct tap *t)
{
	if (pcap_dispatch(t->pcap, -1, put, (u_char *)t) < 0)
		return fail(t, "", pcap_geterr(t->pcap));
	errno = 0;
	if (pcap_dump_flush(t->dumper) < 0 || ferror(t->file))
		return fail(t, unwritten, strerror(errno));
	return 0;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000) + ts.tv_nsec / 1000000;
}

/* Until SIGTERM, and then for as long as the kernel may keep a block open. */
static int serve(struct capturer *c)
{
	struct epoll_event events[EVENTS];
	int64_t end = -1;
	int64_t left = -1;

	while (end < 0 || left > 0) {
		int n = epoll_wait(c->epoll, events, EVENTS, (int)left);

		for (int i = 0; i < n; i++) {
			if (events[i].data.u64 < c->count) {
				if (drain(&c->taps[events[i].data.u64]) < 0)
					return -1;
				continue;
			}
			end = now_ms() + CAPTURER_END_MS;
			epoll_ctl(c->epoll, EPOLL_CTL_DEL, c->term, NULL);
		}
		left = end < 0 ? -1 : end - now_ms();
	}
	return 0;
}

/* The account of a capture. What came while it ended is in neither number: the
 * kernel still holds it. */
static int settle(struct tap *t)
{
	struct pcap_stat kernel = {0};

	if (drain(t) < 0)
		return -1;
	pcap_stats(t->pcap, &kernel);
	fprintf(stderr, "%s %s: %llu packets, %u dropped\n", t->node, t->iface,
		(unsigned long long)t->written, kernel.ps_drop);
	return fclose(t->file) == 0 ? 0 : fail(t, unwritten, strerror(errno));
}

/* ---- the process ------------------------------------------------------------------- */

/* Its words go to the log, those of the library too. The first of them also takes the
 * block on the disk that there may be no room for when a file cannot be written. */
static void open_log(const struct capturer *c)
{
	char path[600];
	int fd;

	snprintf(path, sizeof(path), "%s/captures.log", c->raw);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	if (fd >= 0)
		dup2(fd, STDERR_FILENO);
	fprintf(stderr, "%zu captures\n", c->count);
}

/* Never returns, and leaves by _exit: what the parent has in the buffers of its own
 * files is not this process's to write. */
static _Noreturn void run(struct capturer *c)
{
	int result;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, CAPTURER_NAME);
	open_log(c);
	allow_files(c->count);
	if (open_all(c) < 0)
		_exit(1);
	/* It may wait, daemons may not; beside others' work on the machine's own kernel it
	 * would wait for ever. Niceness would not do: UML's scheduler counts
	 * time in ticks of 10 ms, so a task that only weighs less keeps the processor
	 * until the next one. */
	if (c->net->plan->engine != LAB_ENGINE_HOST)
		(void)sched_setscheduler(0, SCHED_IDLE, &(struct sched_param){0});
	result = serve(c);
	for (size_t i = 0; i < c->count; i++)
		if (settle(&c->taps[i]) < 0)
			result = -1;
	_exit(result == 0 ? 0 : 1);
}

/* ---- who starts it ----------------------------------------------------------------- */

static int hear(int fd, struct message *m, char *error)
{
	struct pollfd what = {.fd = fd, .events = POLLIN};

	if (poll(&what, 1, START_MS) <= 0)
		snprintf(error, CAPTURER_ERROR, "the captures do not start: nothing for %d s",
			 START_MS / 1000);
	else if (read(fd, m, sizeof(*m)) != (ssize_t)sizeof(*m))
		snprintf(error, CAPTURER_ERROR,
			 "the captures do not start: their process ended; its last words are in "
			 "captures.log");
	else if (m->error[0])
		memcpy(error, m->error, CAPTURER_ERROR);
	return error[0] ? -1 : 0;
}

static int await(int fd, size_t count, void (*listening)(void *arg, size_t done, size_t of),
		 void *arg, char *error)
{
	struct message m;

	error[0] = '\0';
	for (size_t done = 1; done <= count; done++) {
		if (hear(fd, &m, error) < 0)
			return -1;
		if (listening)
			listening(arg, done, count);
	}
	return 0;
}

pid_t capturer_start(struct netns *net, const char *raw,
		     void (*listening)(void *arg, size_t done, size_t of), void *arg, char *error)
{
	struct capturer c = {.net = net, .raw = raw, .count = net->plan->capture_count};
	int pipes[2];
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) < 0) {
		snprintf(error, CAPTURER_ERROR, "the captures do not start: %s", strerror(errno));
		return -1;
	}
	c.tell = pipes[1];
	pid = fork();
	if (pid == 0) {
		close(pipes[0]);
		run(&c);
	}
	close(pipes[1]);
	if (pid < 0) {
		snprintf(error, CAPTURER_ERROR, "the captures do not start: %s", strerror(errno));
	} else if (await(pipes[0], c.count, listening, arg, error) < 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		pid = -1;
	}
	close(pipes[0]);
	return pid;
}
