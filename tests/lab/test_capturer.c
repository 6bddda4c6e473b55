/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capture process. In the virtual kernel, with this program as PID 1 in the place
 * of the runner: what it writes, how often it wakes, and how it ends or fails. And
 * in a whole run: what it wrote against what the probes say. */
#include "lab/capture.h"
#include "lab/capturer.h"
#include "runs_help.h"
#include "scenario_help.h"
#include "test.h"
#include "uml/inside.h"
#include "uml/uml.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 1024, LIMIT_S = 1200, CN = 0, MN = 2, PORT = 4000, PAYLOAD = 1000, STEP_MS = 10 };

/* ---- the network of scenario_help.h, inside ------------------------------------------ */

struct bench {
	struct lab_plan *plan;
	struct netns net;
	size_t heard; /* captures that listen, as the parent was told */
	bool in_order;
	char error[CAPTURER_ERROR];
	pid_t pid;
};

static struct bench bench;
static const char raw[] = "/run/raw";

/* The first thing that is not so ends the job; the console tells it. */
static void must(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void must(bool good, const char *format, ...)
{
	va_list args;

	if (good)
		return;
	va_start(args, format);
	printf("not so: ");
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	_exit(1);
}

static void heard(void *arg, size_t done, size_t of)
{
	struct bench *b = arg;

	b->in_order = b->in_order && done == b->heard + 1 && of == b->plan->capture_count;
	b->heard = done;
}

static void build(const char *scenario)
{
	struct lab_error error = {0};

	bench.plan = lab_plan_load(scenario, NULL, NULL, 0, 1, LAB_ENGINE_VIRTUAL, &error);
	must(bench.plan != NULL, "a plan: %s", error.text);
	must(bench.plan->capture_count == 4, "four captures");
	must(netns_build(&bench.net, bench.plan, NULL) == 0, "a network: %s", bench.net.error);
	must(mkdir(raw, 0755) == 0, "a folder");
}

static void start(void)
{
	bench.in_order = true;
	bench.pid = capturer_start(&bench.net, raw, heard, &bench, bench.error);
}

static void pause_ms(long ms)
{
	const struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

/* Datagrams from cn to ha, one each STEP_MS. */
static void send_datagrams(int count)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
	const char payload[PAYLOAD] = "";
	int fd;

	inet_pton(AF_INET6, "3fff:0:1::1", &to.sin6_addr);
	must(netns_enter(&bench.net, CN) == 0, "in cn");
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	must(netns_enter(&bench.net, -1) == 0, "out of cn");
	for (int i = 0; i < count; i++) {
		must(sendto(fd, payload, sizeof(payload), 0, (struct sockaddr *)&to, sizeof(to)) ==
			 PAYLOAD,
		     "datagram %d", i);
		pause_ms(STEP_MS);
	}
	close(fd);
}

static void read_file(struct capture *c, const char *name)
{
	char path[ROOM];
	char error[256] = "";

	snprintf(path, sizeof(path), "%s/%s.pcap", raw, name);
	must(capture_read(c, path, error, sizeof(error)) == 0, "%s: %s", name, error);
}

/* Those of send_datagrams in a file. All are cut, and know how long they were; not
 * all came at a whole microsecond. */
static unsigned datagrams_in(const char *name)
{
	enum { HEADERS = 14 + 40 + 8 };
	struct capture c;
	unsigned count = 0;
	bool fine = false;

	read_file(&c, name);
	for (size_t i = 0; i < c.count; i++)
		if (c.packets[i].original == HEADERS + PAYLOAD) {
			must(c.packets[i].len == CAPTURER_SNAPLEN, "a frame is cut");
			fine = fine || c.packets[i].time % 1000 != 0;
			count++;
		}
	must(fine, "stamps in nanoseconds");
	capture_free(&c);
	return count;
}

static bool log_says(const char *text)
{
	char path[ROOM];
	char log[ROOM];
	FILE *file;

	snprintf(path, sizeof(path), "%s/captures.log", raw);
	file = fopen(path, "re");
	must(file != NULL, "a log");
	log[fread(log, 1, sizeof(log) - 1, file)] = '\0';
	fclose(file);
	if (strstr(log, text))
		return true;
	printf("the log: %s\n", log);
	return false;
}

/* ---- jobs, inside ------------------------------------------------------------------------ */

static void interface_that_is_not_there(void)
{
	strcpy(bench.plan->nodes[MN].ifaces[0].name, "nothing0");
	start();
	must(bench.pid < 0, "it does not start");
	must(strstr(bench.error, "the capture at mn does not start: nothing0") != NULL,
	     "the error names the node: %s", bench.error);
	must(bench.heard < 4, "not all of them listen");
	must(waitpid(-1, NULL, WNOHANG) < 0, "no process is left");
}

static void account_is_right(const char *name, const char *words)
{
	struct capture c;
	char line[64];

	read_file(&c, name);
	snprintf(line, sizeof(line), "\n%s: %zu packets, 0 dropped\n", words, c.count);
	must(log_says(line), "the account of %s", words);
	capture_free(&c);
}

static void leave_room_for(rlim_t files)
{
	int next = dup(0);
	struct rlimit limit;

	close(next);
	must(getrlimit(RLIMIT_NOFILE, &limit) == 0, "a limit");
	limit.rlim_cur = (rlim_t)next + files;
	must(setrlimit(RLIMIT_NOFILE, &limit) == 0, "a lower limit");
}

/* 5 s with a datagram each 10 ms, and an end right after the last. The parent may open
 * few files more: many nodes are many. */
static void everything_is_in_the_files(void)
{
	struct rusage used;
	struct timespec before;
	struct timespec after;
	int status;

	leave_room_for(4);
	start();
	must(bench.pid > 0 && bench.heard == 4 && bench.in_order, "it starts: %s", bench.error);
	send_datagrams(250);
	kill(bench.pid, SIGINT);
	send_datagrams(250);
	clock_gettime(CLOCK_MONOTONIC, &before);
	kill(bench.pid, SIGTERM);
	must(wait4(bench.pid, &status, 0, &used) == bench.pid && status == 0, "a good end");
	clock_gettime(CLOCK_MONOTONIC, &after);
	must(after.tv_sec - before.tv_sec <= 2, "an end in time");
	must(datagrams_in("cn-eth0") == 500, "all that cn sent");
	must(datagrams_in("ha-eth0") == 500, "all that ha received");
	account_is_right("cn-eth0", "cn eth0");
	account_is_right("ha-eth0", "ha eth0");
	account_is_right("ha-lan", "ha lan");
	/* Four interfaces, a block of each in a second. */
	must(used.ru_nvcsw < 4 * 10, "it wakes once a second: %ld times", used.ru_nvcsw);
}

static void killed(void)
{
	unsigned count;

	start();
	send_datagrams(350);
	kill(bench.pid, SIGKILL);
	waitpid(bench.pid, NULL, 0);
	count = datagrams_in("cn-eth0");
	must(count >= 240 && count < 350, "all but the last second: %u", count);
}

static void no_room(void)
{
	int status = 0;

	must(mount("full", raw, "tmpfs", 0, "size=64k") == 0, "a small disk");
	start();
	must(bench.pid > 0, "it starts: %s", bench.error);
	send_datagrams(500);
	must(waitpid(bench.pid, &status, WNOHANG) == bench.pid, "it has ended");
	must(WIFEXITED(status) && WEXITSTATUS(status) == 1, "exit code 1");
	must(log_says("eth0: its file cannot be written: No space left on device\n"), "the reason");
}

struct job {
	const char *name;
	void (*run)(void);
};

static const struct job jobs[] = {
    {"interface_that_is_not_there", interface_that_is_not_there},
    {"everything_is_in_the_files", everything_is_in_the_files},
    {"killed", killed},
    {"no_room", no_room},
};

static void run_job(const char *name, const char *scenario)
{
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
		if (strcmp(jobs[i].name, name) == 0) {
			build(scenario);
			jobs[i].run();
			_exit(0);
		}
	must(false, "a job named %s", name);
}

/* The job has a process of its own: PID 1 must live to hand out how it ended. */
static int inside_main(void)
{
	static struct uml_inside inside;
	int status;
	pid_t pid;

	if (uml_inside_start(&inside, false) < 0 ||
	    uml_inside_modules(&inside, uml_inside_lab_modules()) < 0)
		uml_inside_poweroff(&inside, 99);
	pid = fork();
	if (pid == 0)
		run_job(inside.args[0], inside.args[1]);
	waitpid(pid, &status, 0);
	uml_inside_poweroff(&inside, WIFEXITED(status) ? WEXITSTATUS(status) : 98);
}

/* ---- outside ------------------------------------------------------------------------------ */

static void in_the_kernel(const char *job)
{
	char self[ROOM] = "";
	struct lab_kernel paths;
	char console[] = "/tmp/mip6lab-capturer-XXXXXX";
	struct folder folder;
	const char *args[] = {job, folder.scenario, NULL};
	struct uml_boot boot = {.seed = 1,
				.init = self,
				.args = args,
				.mem_mb = 256,
				.console_log = console,
				.timeout_s = LIMIT_S};
	struct uml_run uml = {0};

	CU_ASSERT_TRUE_FATAL(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	CU_ASSERT_TRUE_FATAL(lab_kernel(&paths, &boot, false));
	close(mkstemp(console));
	folder_make(&folder);
	write_lines(folder.topology, topology_text, 7, "  wire: {}");
	CU_ASSERT_EQUAL_FATAL(uml_start(&boot, &uml), 0);
	CU_ASSERT_EQUAL(uml_wait(&uml, -1, LIMIT_S), 1);
	CU_ASSERT_EQUAL(uml.end, UML_POWEROFF);
	CU_ASSERT_EQUAL(uml.code, 0);
	if (uml.code != 0) {
		char command[ROOM];

		snprintf(command, sizeof(command), "cat %s", console);
		CU_ASSERT_EQUAL(system(command), 0);
	}
	unlink(console);
	folder_remove(&folder);
}

static void test_not_there(void)
{
	in_the_kernel("interface_that_is_not_there");
}

static void test_everything(void)
{
	in_the_kernel("everything_is_in_the_files");
}

static void test_killed(void)
{
	in_the_kernel("killed");
}

static void test_no_room(void)
{
	in_the_kernel("no_room");
}

/* Lines of probes.csv that begin so and, where they must, tell of an arrival. */
static unsigned probes_of(const struct lab_run *run, const char *stream, bool arrived)
{
	size_t len;
	char *text = lab_file(run, "probes.csv", &len);
	unsigned count = 0;
	char *save = NULL;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		count += strncmp(line, stream, strlen(stream)) == 0 &&
			 (!arrived || strstr(line, ",ok") != NULL);
	free(text);
	return count;
}

/* Probes in the capture of cn: streams are down and up, in the plan's order. */
static unsigned captured(const struct capture *c, uint32_t stream, const uint8_t mac[6])
{
	unsigned count = 0;

	for (size_t i = 0; i < c->count; i++) {
		struct capture_view v;

		count += capture_look(&c->packets[i], mac, &v) && v.kind == CAPTURE_PROBE &&
			 v.stream == stream;
	}
	return count;
}

/* Each probe of a run is in the capture of the node that sent it or got it. */
static void test_run_of_probes(void)
{
	static const char *const files[] = {"cn-eth0", "ha-eth0", "ha-home", "mn-eth0"};
	struct lab_run run;
	size_t len;
	char *log;

	lab_run(&run, (const char *const[]){"handover", "-p", "moves=2", "--keep-captures", NULL});
	CU_ASSERT_EQUAL_FATAL(run.code, 0);
	log = lab_file(&run, "raw/captures.log", &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(log);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const uint8_t none[6] = {0};
		char path[ROOM];
		char line[64];
		struct capture c;

		snprintf(path, sizeof(path), "%s/raw/%s.pcap", run.folder, files[i]);
		CU_ASSERT_EQUAL_FATAL(capture_read(&c, path, line, sizeof(line)), 0);
		snprintf(line, sizeof(line), "%.2s %s: %zu packets, 0 dropped\n", files[i],
			 files[i] + 3, c.count);
		CU_ASSERT_PTR_NOT_NULL(strstr(log, line));
		if (i == 0) {
			CU_ASSERT_EQUAL(captured(&c, 0, none), probes_of(&run, "down,", false));
			CU_ASSERT_EQUAL(captured(&c, 1, none), probes_of(&run, "up,", true));
			CU_ASSERT_TRUE(probes_of(&run, "up,", true) > 1000);
		}
		capture_free(&c);
	}
	free(log);
	lab_run_free(&run);
}

/* Each packet is stored once: in capture.pcapng, unless the rest is to be kept. */
static void test_stored_once(void)
{
	struct lab_run run;
	size_t len;
	char *log;

	LAB_RUN(&run, "handover", "-p", "moves=1");
	CU_ASSERT_EQUAL(run.code, 0);
	CU_ASSERT_PTR_NULL(lab_file(&run, "raw/mn-eth0.pcap", &len));
	log = lab_file(&run, "capture.pcapng", &len);
	CU_ASSERT_PTR_NOT_NULL(log);
	CU_ASSERT_TRUE(len > 100000);
	free(log);
	lab_run_free(&run);
}

/* Help is help, wherever it is asked for. */
static void test_help(void)
{
	static const char *const commands[][4] = {
	    {"run", "--help", NULL},  {"run", "handover", "--help", NULL},
	    {"plan", "-h", NULL},     {"agree", "--help", NULL},
	    {"list", "--help", NULL}, {"check", "--help", NULL},
	    {"--help", NULL},
	};
	struct lab_run run;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		lab_command(&run, commands[i]);
		CU_ASSERT_EQUAL(run.code, 0);
		CU_ASSERT_PTR_NOT_NULL(strstr(run.output, "usage: mip6lab run SCENARIO"));
		lab_run_free(&run);
	}
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"not_there", test_not_there},
	    {"everything", test_everything},
	    {"killed", test_killed},
	    {"no_room", test_no_room},
	    {"probes", test_run_of_probes},
	    {"stored once", test_stored_once},
	    {"help", test_help},
	};

	if (uml_inside_here())
		return inside_main();
	return test_run("capturer", tests, sizeof(tests) / sizeof(tests[0]));
}
