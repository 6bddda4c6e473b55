/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user plane on the machine's own kernel, whatever that has of Mobile IPv6:
 * interfaces are taken and given back as they were found, also by the process after
 * a kill; and in a network of namespaces a mobile node moves under ping and TCP.
 * All of it is in namespaces that die with the test. It needs root and TUN. */
#include "test.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 1024, DUMP = 65536, PATIENCE_MS = 10000, STEP_MS = 20 };

static char build[ROOM];

/* ---- commands ------------------------------------------------------------------------- */

static int sh(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *output_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The exit code of a shell command. */
static int sh(const char *format, ...)
{
	char command[ROOM];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* What a shell command prints; freed by the caller. */
static char *output_of(const char *format, ...)
{
	char *text = calloc(1, DUMP);
	char command[ROOM];
	va_list args;
	FILE *pipe;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	pipe = popen(command, "re");
	if (!text || !pipe)
		abort();
	text[fread(text, 1, DUMP - 1, pipe)] = '\0';
	pclose(pipe);
	return text;
}

static void pause_ms(long ms)
{
	const struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

/* Until a shell command succeeds. */
static bool wait_for(const char *command)
{
	for (int ms = 0; ms < PATIENCE_MS; ms += STEP_MS) {
		if (sh("%s", command) == 0)
			return true;
		pause_ms(STEP_MS);
	}
	return false;
}

/* ---- mip6d ------------------------------------------------------------------------------ */

static _Noreturn void become_mip6d(const char *node)
{
	char program[ROOM + 8];
	char config[ROOM];
	char control[ROOM];
	char events[ROOM];

	snprintf(program, sizeof(program), "%s/mip6d", build);
	snprintf(config, sizeof(config), "/run/%s.conf", node);
	snprintf(control, sizeof(control), "/run/%s.ctl", node);
	snprintf(events, sizeof(events), "/run/%s.events", node);
	execlp("ip", "ip", "netns", "exec", node, program, "-c", config, "--name", node, "--state",
	       "/run", "--control", control, "--events", events, (char *)NULL);
	_exit(99);
}

/* Its process; it serves when this returns. */
static pid_t start(const char *node, const char *text)
{
	char path[ROOM];
	char command[2 * ROOM];
	FILE *file;
	pid_t pid;

	snprintf(path, sizeof(path), "/run/%s.conf", node);
	file = fopen(path, "we");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
	pid = fork();
	if (pid == 0)
		become_mip6d(node);
	snprintf(command, sizeof(command), "%s/mip6ctl -s /run/%s.ctl status >/dev/null 2>&1",
		 build, node);
	CU_ASSERT_TRUE(wait_for(command));
	return pid;
}

static int stop(pid_t pid, int signal_number)
{
	int status;

	if (kill(pid, signal_number) < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool status_has(const char *node, const char *command, const char *text)
{
	char *status = output_of("%s/mip6ctl -s /run/%s.ctl %s --json 2>&1", build, node, command);
	bool has = strstr(status, text);

	if (!has)
		printf("%s has no %s: %s\n", command, text, status);
	free(status);
	return has;
}

/* ---- what the kernel has ------------------------------------------------------------------ */

static char *tables_of(const char *node)
{
	return output_of("ip -n %s -j address show dev eth0; ip -n %s -j address show dev eth1; "
			 "ip -n %s -j -6 route show table all; "
			 "ip -n %s -j -6 neighbour show nud permanent; "
			 "ip -n %s -j -6 neighbour show proxy; ip -n %s -j -6 rule; "
			 "ip netns exec %s grep -rs . --exclude=stable_secret --exclude=flush "
			 "/proc/sys/net/ipv6/conf",
			 node, node, node, node, node, node, node);
}

static void expect_same(const char *node, const char *before)
{
	char *after = tables_of(node);

	CU_ASSERT_STRING_EQUAL(before, after);
	if (strcmp(before, after) != 0)
		printf("before:\n%s\nafter:\n%s\n", before, after);
	free(after);
}

static const char *const home_agent = "NodeConfig HA;\nPlane user;\nUseMnHaIPsec disabled;\n"
				      "Interface \"eth1\";\n";

/* A node with something of everything on two interfaces. Addresses are there at
 * once, so that what was found does not change while it is looked at. */
static void make_fixed_node(void)
{
	static const char *const commands[] = {
	    "ip netns add fix",
	    "ip -n fix link set lo up",
	    "ip netns exec fix sysctl -qw net.ipv6.conf.default.accept_dad=0",
	    "ip -n fix tuntap add dev vpn mode tun",
	    "ip -n fix link set vpn up",
	    "ip -n fix address add 3fff:0:3::2/64 dev vpn",
	    "ip -n fix -6 route add default dev vpn metric 1",
	    "ip -n fix link add eth0 type veth peer name peer0",
	    "ip -n fix link add eth1 type veth peer name peer1",
	    "ip netns exec fix sysctl -qw net.ipv6.conf.peer0.disable_ipv6=1",
	    "ip netns exec fix sysctl -qw net.ipv6.conf.peer1.disable_ipv6=1",
	    "ip -n fix link set eth0 up",
	    "ip -n fix link set peer0 up",
	    "ip -n fix link set eth1 up",
	    "ip -n fix link set peer1 up",
	    "ip netns exec fix sysctl -qw net.ipv6.conf.all.forwarding=1",
	    "ip -n fix address add 3fff:0:1::1/64 dev eth0",
	    "ip -n fix address add 3fff:0:2::1/64 dev eth0 nodad metric 77",
	    "ip -n fix address add 3fff:0:3::1/128 dev eth0 noprefixroute home",
	    "ip -n fix address add 3fff:0:100::1/64 dev eth1",
	    "ip -n fix address add fe80::77/64 dev eth1",
	    "ip -n fix route add default via 3fff:0:1::ffff",
	    "ip -n fix route add 3fff:0:50::/48 dev eth0 proto static metric 50 mtu 1400",
	    "ip -n fix route add 3fff:0:51::/48 proto static nexthop via 3fff:0:1::a "
	    "nexthop via 3fff:0:100::b weight 3",
	    "ip -n fix route add 3fff:0:52::/48 via fe80::5 dev eth1 table 100",
	    "ip -n fix route add 3fff:0:53::/48 via fe80::6 dev eth1 onlink src 3fff:0:100::1",
	    "ip -n fix nexthop add id 7 via 3fff:0:1::7 dev eth0",
	    "ip -n fix route add 3fff:0:54::/48 nhid 7",
	    "ip -n fix neighbour add 3fff:0:1::ffff lladdr 02:00:00:00:00:01 dev eth0 nud "
	    "permanent",
	    "ip -n fix neighbour add proxy 3fff:0:100::99 dev eth1",
	    "ip -n fix -6 rule add from 3fff:0:3::1 table 100",
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (sh("%s", commands[i]) != 0)
			printf("failed: %s\n", commands[i]);
}

static void expect_taken(void)
{
	CU_ASSERT_TRUE(status_has("fix", "status", "\"plane\":\"user\""));
	CU_ASSERT_EQUAL(sh("test -z \"$(ip -n fix -6 address show dev eth0)\""), 0);
	CU_ASSERT_EQUAL(sh("test -z \"$(ip -n fix -6 address show dev eth1)\""), 0);
	CU_ASSERT_EQUAL(sh("ip -n fix -6 address show dev mip6up | grep -q 3fff:0:2::1/128"), 0);
	CU_ASSERT_EQUAL(sh("ip -n fix -6 route show default | grep -q mip6up"), 0);
	CU_ASSERT_EQUAL(sh("test -z \"$(ip -n fix -6 route show dev eth0)\""), 0);
	CU_ASSERT_TRUE(status_has("fix", "stats", "plane_drop_no_neighbour"));
}

static void expect_no_complaint(void)
{
	CU_ASSERT_NOT_EQUAL(sh("grep 'user plane: cannot' /run/fix.events"), 0);
}

static void interfaces_are_given_back(void)
{
	char *before;
	pid_t pid;

	make_fixed_node();
	before = tables_of("fix");
	CU_ASSERT_PTR_NOT_NULL(strstr(before, "3fff:0:53::/48"));
	pid = start("fix", home_agent);
	expect_taken();
	CU_ASSERT_EQUAL(stop(pid, SIGTERM), 0);
	expect_same("fix", before);
	expect_no_complaint();
	sh("ip netns del fix");
	free(before);
}

static void taken_again_after_a_kill(void)
{
	char *before;
	pid_t pid;

	make_fixed_node();
	before = tables_of("fix");
	pid = start("fix", home_agent);
	CU_ASSERT_EQUAL(stop(pid, SIGKILL), 128 + SIGKILL);
	CU_ASSERT_EQUAL(sh("test -z \"$(ip -n fix -6 address show dev eth0)\""), 0);
	pid = start("fix", home_agent);
	expect_taken();
	CU_ASSERT_EQUAL(stop(pid, SIGTERM), 0);
	expect_same("fix", before);
	sh("ip netns del fix");
	free(before);
}

/* A correspondent node asks nothing of the kernel, so that this runs everywhere. */
static void given_back_by_the_kernel_plane(void)
{
	char *before;
	pid_t pid;

	make_fixed_node();
	before = tables_of("fix");
	pid = start("fix", home_agent);
	CU_ASSERT_EQUAL(stop(pid, SIGKILL), 128 + SIGKILL);
	pid = start("fix", "NodeConfig CN;\nPlane kernel;\n");
	CU_ASSERT_TRUE(status_has("fix", "status", "\"plane\":\"kernel\""));
	expect_same("fix", before);
	CU_ASSERT_EQUAL(stop(pid, SIGTERM), 0);
	expect_same("fix", before);
	sh("ip netns del fix");
	free(before);
}

static bool same_inode(const char *inode)
{
	return sh("test $(ip netns exec fix stat -Lc %%i /proc/self/ns/net) = %s", inode) == 0;
}

/* A node of the same name whose interfaces have the same numbers as the fixed node's. */
static void make_next_node(const char *inode)
{
	for (int i = 0; i < 20; i++) {
		pause_ms(100); /* the kernel gives the number back by and by */
		sh("ip netns add fix");
		if (same_inode(inode))
			break;
		sh("ip netns del fix; ip netns add other%d", i);
	}
	sh("for n in $(ip netns list | grep -o 'other[0-9]*'); do ip netns del $n; done; "
	   "ip netns add fix 2>/dev/null; ip -n fix tuntap add dev vpn mode tun; "
	   "for i in 0 1; do ip -n fix link add eth$i type veth peer name peer$i; "
	   "ip -n fix link set eth$i up; ip -n fix link set peer$i up; done");
}

/* What was taken in a namespace that is gone does not come into another, though the
 * kernel gave that the number of the former. */
static void next_namespace_gets_nothing(void)
{
	char *inode;
	pid_t pid;

	make_fixed_node();
	inode = output_of("ip netns exec fix stat -Lc %%i /proc/self/ns/net");
	inode[strcspn(inode, "\n")] = '\0';
	pid = start("fix", home_agent);
	CU_ASSERT_EQUAL(stop(pid, SIGKILL), 128 + SIGKILL);
	sh("ip netns del fix");
	make_next_node(inode);
	if (!same_inode(inode)) /* the rule is tested for itself in test_journal */
		printf("next namespace: it has another inode number this time\n");
	free(inode);
	pid = start("fix", home_agent);
	CU_ASSERT_EQUAL(stop(pid, SIGTERM), 0);
	CU_ASSERT_EQUAL(sh("test -z \"$(ip -n fix -6 address show dev eth0 scope global)\""), 0);
	sh("ip netns del fix");
}

/* Lifetimes go on while the interface is ours. */
static void lifetimes_go_on(void)
{
	char *text;
	char *at;
	long left = 0;
	pid_t pid;

	make_fixed_node();
	sh("ip -n fix address add 3fff:0:9::1/64 dev eth0 valid_lft 1000 preferred_lft 500");
	pid = start("fix", home_agent);
	pause_ms(1200);
	CU_ASSERT_EQUAL(stop(pid, SIGTERM), 0);
	text = output_of("ip -n fix -6 address show dev eth0 | grep -A1 3fff:0:9::1");
	at = strstr(text, "valid_lft ");
	if (at)
		left = strtol(at + strlen("valid_lft "), NULL, 10);
	CU_ASSERT_TRUE(left > 900 && left < 1000);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "dynamic"));
	sh("ip netns del fix");
	free(text);
}

#define EXPECT_OFF(interface)                                                                      \
	CU_ASSERT_TRUE(wait_for("ip netns exec fix grep -qs 1 "                                    \
				"/proc/sys/net/ipv6/conf/" interface "/disable_ipv6"))

/* Whoever switches the kernel's IPv6 on again beside ours; the kernel itself does
 * when the MTU was too small for a while. */
static void kernel_stays_off(void)
{
	pid_t pid;

	make_fixed_node();
	pid = start("fix", home_agent);
	CU_ASSERT_EQUAL(sh("ip -n fix link set eth0 mtu 1000; ip -n fix link set eth0 mtu 1500"),
			0);
	EXPECT_OFF("eth0");
	sh("ip netns exec fix sysctl -qw net.ipv6.conf.eth1.disable_ipv6=0");
	EXPECT_OFF("eth1");
	sh("ip -n fix link set eth1 name wan");
	sh("ip netns exec fix sysctl -qw net.ipv6.conf.wan.disable_ipv6=0");
	EXPECT_OFF("wan");
	CU_ASSERT_EQUAL(stop(pid, SIGTERM), 0);
	CU_ASSERT_EQUAL(sh("ip -n fix -6 address show dev wan | grep -q 3fff:0:100::1/64"), 0);
	sh("ip netns del fix");
}

/* An address that the kernel did not take into use, as another node has it, is not
 * used by the user plane and does not come into use when it is given back. */
static void duplicate_address_stays_unused(void)
{
	pid_t pid;

	make_fixed_node();
	sh("ip netns add twin; ip -n fix link set peer0 netns twin; "
	   "ip netns exec twin sysctl -qw net.ipv6.conf.peer0.disable_ipv6=0; "
	   "ip -n twin link set peer0 up; ip -n twin address add 3fff:0:1::9/64 dev peer0 nodad; "
	   "ip netns exec fix sysctl -qw net.ipv6.conf.eth0.accept_dad=1");
	CU_ASSERT_TRUE(wait_for("ip -n fix link show dev eth0 | grep -q 'state UP'"));
	CU_ASSERT_TRUE(wait_for("ip -n twin link show dev peer0 | grep -q 'state UP'"));
	sh("ip -n fix address add 3fff:0:1::9/64 dev eth0");
	CU_ASSERT_TRUE(wait_for("ip -n fix -6 address show dev eth0 dadfailed | grep -q 1::9"));
	pid = start("fix", home_agent);
	CU_ASSERT_NOT_EQUAL(sh("ip -n fix -6 address show dev mip6up | grep 1::9"), 0);
	CU_ASSERT_EQUAL(stop(pid, SIGTERM), 0);
	CU_ASSERT_EQUAL(sh("ip -n fix -6 address show dev eth0 tentative | grep -q 1::9"), 0);
	CU_ASSERT_TRUE(wait_for("ip -n fix -6 address show dev eth0 dadfailed | grep -q 1::9"));
	sh("ip netns del fix; ip netns del twin");
}

/* An interface that the configuration names and the kernel has no IPv6 on. */
static void says_what_is_not_taken(void)
{
	pid_t pid;

	make_fixed_node();
	sh("ip netns exec fix sysctl -qw net.ipv6.conf.eth1.disable_ipv6=1");
	pid = start("fix", home_agent);
	CU_ASSERT_EQUAL(sh("grep -q 'without IPv6.*eth1' /run/fix.events"), 0);
	CU_ASSERT_NOT_EQUAL(sh("grep 'without IPv6.*peer' /run/fix.events"), 0);
	CU_ASSERT_EQUAL(stop(pid, SIGTERM), 0);
	sh("ip netns del fix");
}

/* What needs a restart is refused, and the node goes on. */
static void plane_does_not_change_by_reload(void)
{
	pid_t pid;

	make_fixed_node();
	pid = start("fix", home_agent);
	CU_ASSERT_EQUAL(sh("sed -i 's/Plane user/Plane kernel/' /run/fix.conf"), 0);
	CU_ASSERT_TRUE(status_has("fix", "reload", "a change of Plane needs a restart"));
	CU_ASSERT_TRUE(status_has("fix", "status", "\"plane\":\"user\""));
	CU_ASSERT_EQUAL(stop(pid, SIGTERM), 0);
	sh("ip netns del fix");
}

/* The device is made again when somebody removes it. */
static void device_is_made_again(void)
{
	pid_t pid;

	make_fixed_node();
	pid = start("fix", home_agent);
	CU_ASSERT_EQUAL(sh("ip -n fix link del mip6up"), 0);
	CU_ASSERT_TRUE(wait_for("ip -n fix -6 address show dev mip6up 2>/dev/null | "
				"grep -q 3fff:0:2::1/128"));
	CU_ASSERT_EQUAL(sh("ip -n fix -6 route show default | grep -q mip6up"), 0);
	CU_ASSERT_EQUAL(stop(pid, SIGTERM), 0);
	sh("ip netns del fix");
}

/* And so is what was on it. */
static void addresses_are_made_again(void)
{
	pid_t pid;

	make_fixed_node();
	pid = start("fix", home_agent);
	CU_ASSERT_EQUAL(sh("ip -n fix address del 3fff:0:2::1/128 dev mip6up"), 0);
	CU_ASSERT_TRUE(wait_for("ip -n fix -6 address show dev mip6up | "
				"grep -q 3fff:0:2::1/128"));
	CU_ASSERT_EQUAL(sh("ip -n fix link set mip6up down; ip -n fix link set mip6up up"), 0);
	CU_ASSERT_TRUE(wait_for("test $(ip -n fix -o -6 address show dev mip6up | wc -l) = 4"));
	CU_ASSERT_EQUAL(sh("ip -n fix -6 route show default | grep -q mip6up"), 0);
	CU_ASSERT_EQUAL(stop(pid, SIGTERM), 0);
	sh("ip netns del fix");
}

/* "auto" is the kernel where it has what a mobile node needs. */
static void auto_takes_what_there_is(void)
{
	bool lacks = sh("%s/mip6d --kernel-check | grep -E 'IPv6 (in IPv6|policy)|XFRM|Mobile' | "
			"grep -q NO",
			build) == 0;
	pid_t pid;

	make_fixed_node();
	pid = start("fix", "NodeConfig MN;\nUseMnHaIPsec disabled;\nInterface \"eth0\";\n"
			   "MnHomeLink \"eth0\" { HomeAgentAddress 3fff:0:100::1; "
			   "HomeAddress 3fff:0:100::10/64; }\n");
	CU_ASSERT_TRUE(
	    status_has("fix", "status", lacks ? "\"plane\":\"user\"" : "\"plane\":\"kernel\""));
	CU_ASSERT_EQUAL(sh("grep -q 'go through the user plane' /run/fix.events") == 0, lacks);
	CU_ASSERT_EQUAL(stop(pid, SIGTERM), 0);
	sh("ip netns del fix");
}

/* ---- a network ------------------------------------------------------------------------------ */

/* CN - HA - AR - MN; AR has two links, f1 and f2, as bridges. */
static void make_network(void)
{
	static const char *const commands[] = {
	    "for n in cn ha ar mn; do ip netns add $n; ip -n $n link set lo up; "
	    "ip netns exec $n sysctl -qw net.ipv6.conf.default.accept_dad=0; done",
	    "ip -n cn link add eth0 type veth peer name cn netns ha",
	    "ip -n ar link add eth0 type veth peer name eth0 netns ha",
	    "ip -n mn link add eth0 type veth peer name port netns ar",
	    "ip -n ha link add home type veth peer name wall",
	    "for f in f1 f2; do ip -n ar link add $f type bridge forward_delay 0 mcast_snooping 0; "
	    "ip -n ar link set $f up; done",
	    "ip -n ar link set port master f1",
	    "for l in cn:eth0 ha:cn ha:eth0 ha:home ha:wall ar:eth0 ar:port mn:eth0; do "
	    "ip -n ${l%:*} link set ${l#*:} up; done",
	    "for n in ha ar; do ip netns exec $n sysctl -qw net.ipv6.conf.all.forwarding=1; done",
	    "ip -n cn address add 3fff:0:1::2/64 dev eth0",
	    "ip -n ha address add 3fff:0:1::1/64 dev cn",
	    "ip -n ha address add 3fff:0:2::1/64 dev eth0",
	    "ip -n ha address add 3fff:0:100::1/64 dev home",
	    "ip -n ar address add 3fff:0:2::2/64 dev eth0",
	    "ip -n ar address add 3fff:0:201::1/64 dev f1",
	    "ip -n ar address add 3fff:0:202::1/64 dev f2",
	    "ip -n cn route add default via 3fff:0:1::1",
	    "ip -n ar route add default via 3fff:0:2::1",
	    "ip -n ha route add 3fff:0:200::/40 via 3fff:0:2::2",
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (sh("%s", commands[i]) != 0)
			printf("failed: %s\n", commands[i]);
}

struct network {
	pid_t ha, ar, mn;
};

static struct network start_network(void)
{
	struct network n;

	sh("rm -f /run/*.events /run/*.state"); /* of the test before */
	make_network();
	n.ar = start("ar", "NodeConfig AR;\n"
			   "Interface \"f1\" { SendRouterAdvs enabled; MinRtrAdvInterval 0.03; "
			   "MaxRtrAdvInterval 0.07; }\n"
			   "Interface \"f2\" { SendRouterAdvs enabled; MinRtrAdvInterval 0.03; "
			   "MaxRtrAdvInterval 0.07; }\n");
	n.ha = start("ha", "NodeConfig HA;\nPlane user;\nUseMnHaIPsec disabled;\n"
			   "Interface \"home\";\n");
	n.mn = start("mn", "NodeConfig MN;\nPlane user;\nUseMnHaIPsec disabled;\n"
			   "Interface \"eth0\";\n"
			   "MnHomeLink \"eth0\" { HomeAgentAddress 3fff:0:100::1; "
			   "HomeAddress 3fff:0:100::10/64; }\n");
	CU_ASSERT_TRUE(wait_for("grep -q '\"registered\"' /run/mn.events"));
	return n;
}

static void stop_network(const struct network *n)
{
	CU_ASSERT_EQUAL(stop(n->mn, SIGTERM), 0);
	CU_ASSERT_EQUAL(stop(n->ha, SIGTERM), 0);
	CU_ASSERT_EQUAL(stop(n->ar, SIGTERM), 0);
	sh("for n in cn ha ar mn; do ip netns del $n; done");
}

static void move(const char *to)
{
	sh("ip -n ar link set port down; ip -n ar link set port master %s; "
	   "ip -n ar link set port up",
	   to);
}

/* ---- ping: an echo request in a namespace ------------------------------------------------- */

static int ping_child(const char *node, const char *to)
{
	uint8_t request[1008] = {128, 0, 0, 0, 0x12, 0x34, 0, 1};
	uint8_t answer[2048];
	char command[ROOM];
	struct pollfd wait = {.events = POLLIN};
	struct sockaddr_in6 dst = {.sin6_family = AF_INET6};
	int space;

	snprintf(command, sizeof(command), "/run/netns/%s", node);
	space = open(command, O_RDONLY | O_CLOEXEC);
	if (space < 0 || setns(space, CLONE_NEWNET) < 0 ||
	    inet_pton(AF_INET6, to, &dst.sin6_addr) != 1)
		return 2;
	wait.fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	if (wait.fd < 0 || sendto(wait.fd, request, sizeof(request), 0,
				  (const struct sockaddr *)&dst, sizeof(dst)) < 0)
		return 3;
	while (poll(&wait, 1, 1000) > 0) {
		ssize_t n = recv(wait.fd, answer, sizeof(answer), 0);

		if (n == sizeof(request) && answer[0] == 129 && answer[4] == 0x12)
			return 0;
	}
	return 1;
}

static bool ping(const char *node, const char *to)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(ping_child(node, to));
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool ping_works(const char *node, const char *to)
{
	for (int i = 0; i < 5; i++)
		if (ping(node, to))
			return true;
	return false;
}

/* ---- UDP as browsers send it: many datagrams in one system call --------------------------- */

enum { DATAGRAM = 1000, DATAGRAMS = 30, UDP_PORT = 7777 };

/* A UDP socket of a node, bound or connected; < 0: none. */
static int udp_socket(const char *node, const char *to)
{
	struct sockaddr_in6 addr = {.sin6_family = AF_INET6, .sin6_port = htons(UDP_PORT)};
	char path[ROOM];
	int space;
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", node);
	space = open(path, O_RDONLY | O_CLOEXEC);
	if (space < 0 || setns(space, CLONE_NEWNET) < 0)
		return -1;
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (!to)
		return bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0 ? -1 : fd;
	if (inet_pton(AF_INET6, to, &addr.sin6_addr) != 1)
		return -1;
	return connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0 ? -1 : fd;
}

/* Says by a pipe that it listens; 0 when all datagrams came, whole. */
static int udp_receiver(const char *node, int ready)
{
	struct pollfd wait = {.events = POLLIN, .fd = udp_socket(node, NULL)};
	uint8_t data[2 * DATAGRAM];

	if (wait.fd < 0 || write(ready, "", 1) != 1)
		return 2;
	for (size_t i = 0; i < DATAGRAMS; i++)
		if (poll(&wait, 1, PATIENCE_MS) <= 0 ||
		    recv(wait.fd, data, sizeof(data), 0) != DATAGRAM || data[0] != i)
			return 1;
	return 0;
}

static int udp_sender(const char *node, const char *to)
{
	static uint8_t data[DATAGRAM * DATAGRAMS];
	const int size = DATAGRAM;
	int fd = udp_socket(node, to);

	for (size_t i = 0; i < DATAGRAMS; i++)
		data[i * DATAGRAM] = (uint8_t)i;
	if (fd < 0 || setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)) < 0)
		return 2;
	return send(fd, data, sizeof(data), 0) == sizeof(data) ? 0 : 1;
}

static bool datagrams_arrive(const char *from, const char *node, const char *to)
{
	int status[2] = {-1, -1};
	pid_t pid[2];
	int ends[2];
	char octet;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	pid[0] = fork();
	if (pid[0] == 0)
		_exit(udp_receiver(node, ends[1]));
	close(ends[1]);
	if (read(ends[0], &octet, 1) == 1) {
		pid[1] = fork();
		if (pid[1] == 0)
			_exit(udp_sender(from, to));
		waitpid(pid[1], &status[1], 0);
	}
	close(ends[0]);
	waitpid(pid[0], &status[0], 0);
	return status[0] == 0 && status[1] == 0;
}

/* ---- tests on it ---------------------------------------------------------------------------- */

static void ping_and_tcp_over_a_move(void)
{
	struct network n = start_network();
	pid_t server;
	pid_t client;
	int status;

	CU_ASSERT_TRUE(ping_works("cn", "3fff:0:100::10"));
	CU_ASSERT_TRUE(ping_works("mn", "3fff:0:1::2"));
	CU_ASSERT_TRUE(ping_works("cn", "3fff:0:100::1"));
	/* Up at the home agent, through its tunnel, and out of the mobile node's. */
	CU_ASSERT_TRUE(datagrams_arrive("cn", "ha", "3fff:0:100::1"));
	CU_ASSERT_TRUE(datagrams_arrive("cn", "mn", "3fff:0:100::10"));
	CU_ASSERT_TRUE(datagrams_arrive("mn", "cn", "3fff:0:1::2"));
	sh("ip -n mn link set eth0 down; ip -n mn link set eth0 up");
	sh("ip -n ha link set cn down; ip -n ha link set cn up");
	CU_ASSERT_TRUE(ping_works("cn", "3fff:0:100::10"));
	server = fork();
	if (server == 0) {
		execlp("ip", "ip", "netns", "exec", "cn", "iperf3", "-s", "-1", "--logfile",
		       "/run/server", (char *)NULL);
		_exit(99);
	}
	CU_ASSERT_TRUE(wait_for("ip netns exec cn ss -Hltn 'sport = :5201' | grep -q 5201"));
	client = fork();
	if (client == 0) {
		execlp("ip", "ip", "netns", "exec", "mn", "iperf3", "-c", "3fff:0:1::2", "-t", "3",
		       "-i", "1", "--logfile", "/run/client", (char *)NULL);
		_exit(99);
	}
	pause_ms(1000);
	move("f2");
	waitpid(client, &status, 0);
	CU_ASSERT_EQUAL(status, 0);
	waitpid(server, &status, 0);
	CU_ASSERT_EQUAL(status, 0);
	/* The last second's line: TCP goes on after the move. */
	CU_ASSERT_EQUAL(sh("grep -E ' 2\\.00-3\\.0' /run/client | grep -qE '[MG]bits/sec'"), 0);
	CU_ASSERT_TRUE(ping_works("cn", "3fff:0:100::10"));
	CU_ASSERT_TRUE(status_has("mn", "registrations", "3fff:0:202:"));
	CU_ASSERT_EQUAL(sh("grep -c '\"bu_tx\"' /run/mn.events | grep -qx 2"), 0);
	CU_ASSERT_TRUE(status_has("ha", "stats", "\"plane_drop_wrong_coa\""));
	stop_network(&n);
}

/* Both ends of the tunnel are killed; a new process goes on where they were. */
static void traffic_after_a_kill(void)
{
	struct network n = start_network();

	CU_ASSERT_EQUAL(stop(n.mn, SIGKILL), 128 + SIGKILL);
	CU_ASSERT_EQUAL(stop(n.ha, SIGKILL), 128 + SIGKILL);
	n.ha = start("ha", "NodeConfig HA;\nPlane user;\nUseMnHaIPsec disabled;\n"
			   "Interface \"home\";\n");
	CU_ASSERT_TRUE(status_has("ha", "bindings", "3fff:0:100::10"));
	n.mn = start("mn", "NodeConfig MN;\nPlane user;\nUseMnHaIPsec disabled;\n"
			   "Interface \"eth0\";\n"
			   "MnHomeLink \"eth0\" { HomeAgentAddress 3fff:0:100::1; "
			   "HomeAddress 3fff:0:100::10/64; }\n");
	CU_ASSERT_TRUE(ping_works("cn", "3fff:0:100::10"));
	stop_network(&n);
}

/* ---- the test's own namespaces -----------------------------------------------------------------
 */

static bool enter(void)
{
	if (geteuid() != 0 || access("/dev/net/tun", R_OK | W_OK) < 0)
		return false;
	return unshare(CLONE_NEWNET | CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("run", "/run", "tmpfs", 0, NULL) == 0;
}

static void nothing_to_do(void)
{
	test_skip("it needs root and /dev/net/tun");
}

static void find_build(void)
{
	ssize_t n = readlink("/proc/self/exe", build, sizeof(build) - 1);

	build[n > 0 ? n : 0] = '\0';
	for (int up = 0; up < 3; up++) {
		char *slash = strrchr(build, '/');

		if (slash)
			*slash = '\0';
	}
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"interfaces are given back", interfaces_are_given_back},
	    {"taken again after a kill", taken_again_after_a_kill},
	    {"given back by the kernel plane", given_back_by_the_kernel_plane},
	    {"next namespace gets nothing", next_namespace_gets_nothing},
	    {"lifetimes go on", lifetimes_go_on},
	    {"kernel stays off", kernel_stays_off},
	    {"duplicate address stays unused", duplicate_address_stays_unused},
	    {"says what is not taken", says_what_is_not_taken},
	    {"plane does not change by reload", plane_does_not_change_by_reload},
	    {"device is made again", device_is_made_again},
	    {"addresses are made again", addresses_are_made_again},
	    {"auto takes what there is", auto_takes_what_there_is},
	    {"ping and TCP over a move", ping_and_tcp_over_a_move},
	    {"traffic after a kill", traffic_after_a_kill},
	};
	static const struct test_case none[] = {{"all", nothing_to_do}};

	find_build();
	if (!enter())
		return test_run("uplane", none, 1);
	return test_run("uplane", tests, sizeof(tests) / sizeof(tests[0]));
}
