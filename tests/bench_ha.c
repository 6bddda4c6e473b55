/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The home agent end to end, on a User Mode Linux kernel in real time: Binding Updates
 * come in by an interface, and a binding counts as made when its Binding Acknowledgement
 * leaves by that; in between lie duplicate detection, route, proxy entry and record.
 * This program boots the kernel, is PID 1 inside, starts mip6d in a namespace, and
 * plays all mobile nodes on the other end of its foreign link.
 *
 *   bench_ha kernel|user COUNT [built]   prints lines of "NAME VALUE"; on Debian's kernel,
 *                                        or the built one
 *   unshare -nm --propagation private bench_ha kernel|user COUNT here
 *                                        the same on the machine's own kernel, with a
 *                                        tmpfs over /run: for profilers */
#include "lab/runs_help.h"
#include "uml/inside.h"
#include "uml/uml.h"

#include <mip6/wire.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	FRAME = 256,
	BATCH = 64,
	NEW_OUTSTANDING = 16384,
	REFRESH_OUTSTANDING = 256,
	LONELY = 300,	  /* Binding Updates one at a time */
	LIFETIME = 20000, /* units of 4 s */
};

#define SECOND INT64_C(1000000000)

static const char ha_address[] = "3fff:1::1";
static const char folder[] = "/run/bench";

struct mobile {
	int64_t sent;
	int64_t answered; /* 0: not yet */
	uint16_t seq;
	uint8_t status;
};

struct bench {
	int fd;
	unsigned count;
	struct mobile *mobiles;
	unsigned outstanding;
	unsigned refused;
	unsigned again; /* lost on their way into mip6d, and sent once more */
	uint8_t frames[BATCH][FRAME];
	size_t lens[BATCH];
	pid_t daemon;
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

static double seconds_since(int64_t then)
{
	return (double)(now_ns() - then) / 1e9;
}

static _Noreturn void give_up(const char *why)
{
	printf("bench_ha: %s: %s\n", why, strerror(errno));
	fflush(stdout);
	exit(1);
}

__attribute__((format(printf, 1, 2))) static void run(const char *format, ...)
{
	char command[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command) != 0)
		give_up(command);
}

static void result(const char *name, double value)
{
	printf("%s %.6g\n", name, value);
	fflush(stdout);
}

/* ---- the network ------------------------------------------------------------------ */

static void make_network(void)
{
	run("mkdir -p %s && ip netns add ha && ip link set lo up", folder);
	run("ip link add gen address 02:00:00:00:00:01 type veth "
	    "peer name foreign address 02:00:00:00:00:02 netns ha");
	run("ip link add wall type veth peer name home netns ha");
	run("for i in gen wall; do echo 1 >/proc/sys/net/ipv6/conf/$i/disable_ipv6; "
	    "ip link set $i up; done");
	run("ip netns exec ha sh -c 'cd /proc/sys/net/ipv6/conf; echo 0 >all/accept_dad; "
	    "echo 0 >default/accept_dad; echo 0 >foreign/accept_dad; echo 0 >home/accept_dad; "
	    "echo 1 >all/forwarding; echo 4194304 >/proc/sys/net/ipv6/route/max_size'");
	run("ip -n ha link set lo up; ip -n ha link set foreign up; ip -n ha link set home up");
	run("ip -n ha address add %s/64 dev home nodad", ha_address);
	run("ip -n ha address add 3fff:2::1/64 dev foreign nodad");
	run("ip -n ha neighbour add 3fff:2::2 lladdr 02:00:00:00:00:01 dev foreign nud permanent");
	run("ip -n ha route add 3fff:3::/32 via 3fff:2::2 dev foreign");
}

static void configure(const char *plane)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/ha.conf", folder);
	f = fopen(path, "w");
	if (!f)
		give_up(path);
	fprintf(f,
		"NodeConfig HA; Plane %s; UseMnHaIPsec disabled;\n"
		"Interface \"home\"; Interface \"foreign\";\n",
		plane);
	fclose(f);
}

static void open_socket(struct bench *b)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IPV6)};
	int room = 16 << 20;

	b->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_IPV6));
	at.sll_ifindex = (int)if_nametoindex("gen");
	if (b->fd < 0 || bind(b->fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		give_up("packet socket");
	setsockopt(b->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	setsockopt(b->fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	setsockopt(b->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &(int){1}, sizeof(int));
}

/* ---- mip6d ---------------------------------------------------------------------------- */

static pid_t read_pid(void)
{
	char path[128];
	int pid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/pid", folder);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%d", &pid) != 1)
		give_up("no pid of mip6d");
	fclose(f);
	return pid;
}

/* Returns when the daemon says that it is ready. */
static void start_daemon(struct bench *b, const char *programs)
{
	run("ip netns exec ha %s/mip6d -d -c %s/ha.conf --name ha --state %s", programs, folder,
	    folder);
	run("%s/mip6ctl -s %s/ha.ctl status --json | sed 's/.*\"pid\":\\([0-9]*\\).*/\\1/' >%s/pid",
	    programs, folder, folder);
	b->daemon = read_pid();
}

/* Until there is no such process; PID 1 reaps it. */
static double end_daemon(struct bench *b, int signal)
{
	int64_t began = now_ns();

	kill(b->daemon, signal);
	while (kill(b->daemon, 0) == 0) {
		const struct timespec pause = {.tv_nsec = 1000000};

		if (waitpid(b->daemon, NULL, WNOHANG) != b->daemon)
			nanosleep(&pause, NULL);
		if (seconds_since(began) > 300)
			give_up("mip6d does not end");
	}
	return seconds_since(began);
}

static double daemon_kb(const struct bench *b, const char *field)
{
	char path[64];
	char line[128];
	char format[32];
	long kb = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)b->daemon);
	snprintf(format, sizeof(format), "%s: %%ld", field);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, field, strlen(field)) == 0)
			sscanf(line + strlen(field) + 1, "%ld", &kb);
	if (f)
		fclose(f);
	return (double)kb;
}

static double daemon_cpu(const struct bench *b)
{
	char path[64];
	unsigned long user = 0;
	unsigned long system = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)b->daemon);
	f = fopen(path, "r");
	if (f && fscanf(f, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
			&system) != 2)
		user = system = 0;
	if (f)
		fclose(f);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* Memory of the kernel itself, in kB. */
static double kernel_kb(void)
{
	char line[128];
	long value;
	long sum = 0;
	FILE *f;

	run("sync; echo 3 >/proc/sys/vm/drop_caches");
	f = fopen("/proc/meminfo", "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "MemTotal: %ld", &value) == 1)
			sum += value;
		if (sscanf(line, "MemFree: %ld", &value) == 1 ||
		    sscanf(line, "AnonPages: %ld", &value) == 1 ||
		    sscanf(line, "Cached: %ld", &value) == 1 ||
		    sscanf(line, "Buffers: %ld", &value) == 1)
			sum -= value;
	}
	if (f)
		fclose(f);
	return (double)sum;
}

/* ---- Binding Updates --------------------------------------------------------------------- */

static struct mip6_addr numbered(const char *base, unsigned n)
{
	struct mip6_addr a;

	if (mip6_addr_parse(base, &a) < 0)
		abort();
	a.b[12] = (uint8_t)(n >> 24);
	a.b[13] = (uint8_t)(n >> 16);
	a.b[14] = (uint8_t)(n >> 8);
	a.b[15] = (uint8_t)n;
	return a;
}

static size_t build_frame(const struct bench *b, unsigned n, uint8_t frame[FRAME])
{
	static const uint8_t ethernet[] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x86, 0xdd};
	struct mip6_addr hoa = numbered("3fff:1::1:0:0", n + 0x10000);
	struct mip6_addr coa = numbered("3fff:3::", n + 0x10000);
	struct mip6_addr ha = numbered("3fff:1::", 1);
	struct mh_message m = {.type = MH_BU};
	uint8_t *at = frame;
	int option;
	int mh;

	memcpy(at, ethernet, sizeof(ethernet));
	at += sizeof(ethernet) + 40;
	option = ip6_build_hao(&hoa, at, 24);
	m.bu.seq = b->mobiles[n].seq;
	m.bu.flags = MH_BU_A | MH_BU_H;
	m.bu.lifetime = LIFETIME;
	m.options.has_alt_coa = true;
	m.options.alt_coa = coa;
	mh = mh_build(&hoa, &ha, &m, at + option, FRAME - sizeof(ethernet) - 40 - 24);
	if (option < 0 || mh < 0)
		abort();
	at[0] = IP6_NH_MH;
	at -= 40;
	memset(at, 0, 8);
	at[0] = 0x60;
	at[5] = (uint8_t)(option + mh);
	at[6] = 60; /* destination options */
	at[7] = 64;
	memcpy(at + 8, coa.b, 16);
	memcpy(at + 24, ha.b, 16);
	return sizeof(ethernet) + 40 + (size_t)option + (size_t)mh;
}

static void send_some(struct bench *b, const unsigned *numbers, unsigned count)
{
	struct mmsghdr messages[BATCH] = {0};
	struct iovec parts[BATCH];
	int64_t now = now_ns();
	unsigned at = 0;

	for (unsigned i = 0; i < count; i++) {
		struct mobile *m = &b->mobiles[numbers[i]];

		m->seq++;
		m->sent = now;
		m->answered = 0;
		parts[i] = (struct iovec){b->frames[i], build_frame(b, numbers[i], b->frames[i])};
		messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
	}
	while (at < count) {
		const struct timespec pause = {.tv_nsec = 1000000};
		int n = sendmmsg(b->fd, messages + at, count - at, 0);

		if (n < 0 && errno != ENOBUFS && errno != EAGAIN)
			give_up("sendmmsg");
		if (n < 0)
			nanosleep(&pause, NULL); /* the kernel is behind */
		else
			at += (unsigned)n;
	}
	b->outstanding += count;
}

/* An acknowledgement: Ethernet, IPv6 to the care-of address, type 2 routing header, MH. */
static void take(struct bench *b, const uint8_t *frame, size_t len, int64_t now)
{
	const uint8_t *coa = frame + 14 + 24;
	const uint8_t *mh = frame + 14 + 40 + 24;
	struct mobile *m;
	unsigned n;

	if (len < 14 + 40 + 24 + 12 || frame[14 + 6] != 43 || mh[2] != MH_BA)
		return;
	n = (unsigned)coa[12] << 24 | (unsigned)coa[13] << 16 | (unsigned)coa[14] << 8 | coa[15];
	n -= 0x10000;
	if (n >= b->count)
		return;
	m = &b->mobiles[n];
	if (m->answered || (uint16_t)(mh[8] << 8 | mh[9]) != m->seq)
		return;
	m->answered = now;
	m->status = mh[6];
	b->refused += m->status >= 128;
	b->outstanding--;
}

/* Takes what is there, waiting for it up to `ms`. */
static void receive(struct bench *b, int ms)
{
	static uint8_t data[BATCH][FRAME];
	static struct mmsghdr messages[BATCH];
	static struct iovec parts[BATCH];
	struct pollfd p = {.fd = b->fd, .events = POLLIN};
	int64_t now;
	int n;

	if (poll(&p, 1, ms) <= 0)
		return;
	for (unsigned i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec){data[i], FRAME};
		messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
	}
	n = recvmmsg(b->fd, messages, BATCH, MSG_DONTWAIT, NULL);
	now = now_ns();
	for (int i = 0; i < n; i++)
		take(b, data[i], messages[i].msg_len, now);
}

/* Once more to those who wait for four seconds already: a socket of the home agent was
 * full. A mobile node would do so after one and a half. */
static void send_again(struct bench *b, unsigned end)
{
	unsigned numbers[BATCH];
	unsigned count = 0;
	int64_t now = now_ns();

	for (unsigned n = 0; n < end; n++) {
		if (!b->mobiles[n].answered && now - b->mobiles[n].sent > 4 * SECOND)
			numbers[count++] = n;
		if (count < BATCH && n + 1 < end)
			continue;
		b->outstanding -= count;
		b->again += count;
		send_some(b, numbers, count);
		receive(b, 0);
		count = 0;
	}
}

/* A Binding Update of each mobile node, with so many unanswered at a time. Seconds. */
static double send_all(struct bench *b, unsigned outstanding)
{
	int64_t began = now_ns();
	int64_t looked = began;
	unsigned next = 0;

	b->outstanding = 0;
	while (next < b->count || b->outstanding > 0) {
		unsigned numbers[BATCH];
		unsigned count = 0;

		while (next < b->count && count < BATCH && b->outstanding + count < outstanding)
			numbers[count++] = next++;
		if (count)
			send_some(b, numbers, count);
		receive(b, count ? 0 : 100);
		if (count)
			sched_yield();
		if (seconds_since(looked) > 1) {
			send_again(b, next);
			looked = now_ns();
		}
		if (seconds_since(began) > 900)
			give_up("too slow");
	}
	return seconds_since(began);
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a;
	const int64_t *y = b;

	return (*x > *y) - (*x < *y);
}

static void latency(const char *name, int64_t *times, unsigned count, int64_t less)
{
	char text[64];

	qsort(times, count, sizeof(*times), compare);
	snprintf(text, sizeof(text), "%s_median_ms", name);
	result(text, (double)(times[count / 2] - less) / 1e6);
	snprintf(text, sizeof(text), "%s_p99_ms", name);
	result(text, (double)(times[count * 99 / 100] - less) / 1e6);
	snprintf(text, sizeof(text), "%s_max_ms", name);
	result(text, (double)(times[count - 1] - less) / 1e6);
}

static void latency_of_all(const struct bench *b, const char *name, int64_t less)
{
	int64_t *times = calloc(b->count, sizeof(*times));

	for (unsigned n = 0; times && n < b->count; n++)
		times[n] = b->mobiles[n].answered - b->mobiles[n].sent;
	if (times)
		latency(name, times, b->count, less);
	free(times);
}

/* One at a time, each 3 ms: what a mobile node sees of a home agent that has time. */
static void lonely(struct bench *b, const char *name)
{
	const struct timespec pause = {.tv_nsec = 3000000};
	int64_t times[LONELY];

	for (unsigned i = 0; i < LONELY; i++) {
		unsigned n = (unsigned)(i * 7919u) % b->count;

		b->outstanding = 0;
		send_some(b, &n, 1);
		while (b->outstanding)
			receive(b, 1000);
		times[i] = b->mobiles[n].answered - b->mobiles[n].sent;
		nanosleep(&pause, NULL);
	}
	latency(name, times, LONELY, 0);
}

/* A control client that lists all bindings without end. */
static pid_t busy_client(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	char request[128];
	static char answer[1 << 20];
	pid_t child = fork();
	int fd;

	if (child != 0)
		return child;
	/* What is measured is how long mip6d is busy with it, not that one processor has
	 * two programs to run. */
	sched_setscheduler(0, SCHED_IDLE, &(struct sched_param){0});
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(to.sun_path, sizeof(to.sun_path), "%s/ha.ctl", folder);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		_exit(1);
	for (unsigned long long next = 0;;) {
		size_t len = 0;
		char *found;
		int n = snprintf(request, sizeof(request),
				 "{\"command\":\"bindings\",\"offset\":%llu}\n", next);

		if (write(fd, request, (size_t)n) != n)
			_exit(1);
		while (len == 0 || answer[len - 1] != '\n') {
			ssize_t more = read(fd, answer + len, sizeof(answer) - 1 - len);

			if (more <= 0)
				_exit(1);
			len += (size_t)more;
		}
		answer[len] = '\0';
		found = strstr(answer, "\"next\":");
		next = found ? strtoull(found + 7, NULL, 10) : 0;
	}
}

/* ---- all of it ----------------------------------------------------------------------------- */

static void measure_listing(struct bench *b, const char *programs)
{
	double cpu = daemon_cpu(b);
	int64_t began = now_ns();

	run("%s/mip6ctl -s %s/ha.ctl bindings --json >%s/list; "
	    "test $(grep -o '\"hoa\"' %s/list | wc -l) = %u",
	    programs, folder, folder, folder, b->count);
	result("list_s", seconds_since(began));
	result("list_cpu_s", daemon_cpu(b) - cpu);
	run("rm %s/list", folder);
}

static void measure_busy(struct bench *b)
{
	pid_t client = busy_client();

	lonely(b, "busy");
	kill(client, SIGKILL);
	waitpid(client, NULL, 0);
}

static void measure_restart(struct bench *b, const char *programs)
{
	int64_t began;

	end_daemon(b, SIGKILL);
	began = now_ns();
	start_daemon(b, programs);
	result("restart_s", seconds_since(began));
	result("restart_cpu_s", daemon_cpu(b));
	run("%s/mip6ctl -s %s/ha.ctl status --json | grep -q '\"bindings\":%u'", programs, folder,
	    b->count);
}

static void bench(const char *programs, const char *plane, unsigned count)
{
	struct bench b = {.count = count};
	double rss;
	double kernel;
	double took;
	double cpu;

	b.mobiles = calloc(count, sizeof(*b.mobiles));
	if (!b.mobiles)
		give_up("memory");
	memset(b.mobiles, 0, count * sizeof(*b.mobiles));
	make_network();
	configure(plane);
	start_daemon(&b, programs);
	open_socket(&b);
	rss = daemon_kb(&b, "RssAnon");
	kernel = kernel_kb();
	took = send_all(&b, NEW_OUTSTANDING);
	result("again", b.again);
	/* The last second and more is that of duplicate detection alone. */
	result("new_per_s", count / (took - 1));
	result("new_cpu_us", daemon_cpu(&b) / count * 1e6);
	latency_of_all(&b, "new", SECOND);
	sleep(4); /* advertisements of home addresses */
	result("rss_kb", (daemon_kb(&b, "RssAnon") - rss) / count);
	result("kernel_kb", (kernel_kb() - kernel) / count);
	cpu = daemon_cpu(&b);
	took = send_all(&b, REFRESH_OUTSTANDING);
	result("refreshed_per_s", count / took);
	result("refreshed_cpu_us", (daemon_cpu(&b) - cpu) / count * 1e6);
	latency_of_all(&b, "refreshed", 0);
	lonely(&b, "lonely");
	measure_busy(&b);
	for (unsigned i = 0; i < 400000 / count && i < 8; i++)
		send_all(&b, REFRESH_OUTSTANDING); /* the journal is written anew meanwhile */
	latency_of_all(&b, "rewrite", 0);
	result("rss_later_kb", (daemon_kb(&b, "RssAnon") - rss) / count);
	measure_listing(&b, programs);
	result("refused", b.refused);
	measure_restart(&b, programs);
	result("stop_s", end_daemon(&b, SIGTERM));
	run("test $(ip -n ha -6 route show | wc -l) -lt 20");
	free(b.mobiles);
}

static int inside(void)
{
	static struct uml_inside in;
	int code = 1;
	pid_t bencher;

	if (uml_inside_start(&in, false) < 0 ||
	    uml_inside_modules(&in, uml_inside_lab_modules()) < 0) {
		printf("inside: %s\n", in.error);
		fflush(stdout);
		uml_inside_poweroff(&in, 99);
	}
	/* A child does it: PID 1 reaps the daemons, and outlives what gives up. */
	bencher = fork();
	if (bencher == 0) {
		bench(in.args[0], in.args[1], (unsigned)atoi(in.args[2]));
		fflush(stdout);
		_exit(0);
	}
	for (;;) {
		int status;
		pid_t child = wait(&status);

		if (child < 0)
			break;
		if (child != bencher)
			continue;
		code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
		break; /* also where a daemon is left */
	}
	fflush(stdout);
	uml_inside_poweroff(&in, code);
}

/* ---- the machine's side -----------------------------------------------------------------------
 */

static void print_figures(const char *path)
{
	char line[512];
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f))
		fputs(line, stdout);
	if (f)
		fclose(f);
}

int main(int argc, char **argv)
{
	char self[PATH_MAX] = "";
	char programs[PATH_MAX];
	char log[] = "/tmp/bench-ha-XXXXXX";
	const char *args[] = {programs, NULL, NULL, NULL};
	struct lab_kernel paths;
	struct uml_run uml;
	struct uml_boot how = {
	    .init = self, .args = args, .mem_mb = 2048, .console_log = log, .timeout_s = 1800};
	bool built = argc > 3 && strcmp(argv[3], "built") == 0;

	if (uml_inside_here())
		return inside();
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 3 || readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return 2;
	snprintf(programs, sizeof(programs), "%s", self);
	for (int up = 0; up < 3; up++)
		*strrchr(programs, '/') = '\0';
	if (argc > 3 && strcmp(argv[3], "here") == 0) {
		bench(programs, argv[1], (unsigned)atoi(argv[2]));
		return 0;
	}
	args[1] = argv[1];
	args[2] = argv[2];
	close(mkstemp(log));
	if (!lab_kernel(&paths, &how, built))
		return 2;
	how.virtual_time = false;
	if (uml_start(&how, &uml) < 0) {
		printf("%s\n", uml.error);
		return 1;
	}
	uml_wait(&uml, -1, -1);
	print_figures(log);
	unlink(log);
	return uml.end == UML_POWEROFF && uml.code == 0 ? 0 : 1;
}
