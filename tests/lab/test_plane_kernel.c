/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The cases of both planes (tests/planes) on the kernel's own. This program boots
 * the virtual kernel and is PID 1 inside; each case has a namespace of its own whose
 * two interfaces are veths with this program at their far ends. In virtual time
 * waiting costs nothing. */
#include "planes/planes.h"
#include "runs_help.h"

#include "linux/kplane.h"
#include "uml/inside.h"
#include "uml/uml.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define STATE "/run/plane-kernel-test.sysctl"

enum {
	FAR = 100,     /* index of a far end: that of the near one and this */
	QUIET_MS = 20, /* nothing for so long: nothing more comes of it */
	SETTLED_MS = 60000,
};

/* The sockets that tell what happened. */
enum { LINK_A, LINK_B, UP_UDP, UP_MH, SOCKETS };

struct kernel_rig {
	int home; /* namespaces: of the far ends, of the node */
	int node;
	int sockets[SOCKETS];
	struct kplane *plane;
};

static struct kernel_rig rig;

/* ---- namespaces ------------------------------------------------------------------------------ */

static int namespace_fd(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	CU_ASSERT_FATAL(fd >= 0);
	return fd;
}

static void enter(int namespace)
{
	CU_ASSERT_EQUAL_FATAL(setns(namespace, CLONE_NEWNET), 0);
}

static void run(const char *command)
{
	if (system(command) != 0) {
		printf("failed: %s\n", command);
		CU_FAIL_FATAL("command");
	}
}

static void sleep_ms(unsigned ms)
{
	const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000L};

	nanosleep(&pause, NULL);
}

/* In the node's namespace: both veths have carrier, and addresses of their own. */
static bool links_ready(void)
{
	char line[128];
	unsigned found = 0;
	FILE *f = fopen("/proc/net/if_inet6", "re");
	char addr[33];
	char name[IF_NAMESIZE];
	unsigned index;
	unsigned len;
	unsigned scope;
	unsigned flags;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%32s %x %x %x %x %15s", addr, &index, &len, &scope, &flags,
			   name) == 6 &&
		    (index == PLANE_A || index == PLANE_B) && !(flags & 0x40))
			found++;
	if (f)
		fclose(f);
	return found == 4;
}

static void await_links(void)
{
	for (int i = 0; i < SETTLED_MS / 10; i++) {
		if (links_ready())
			return;
		sleep_ms(10);
	}
	CU_FAIL_FATAL("links");
}

static void write_setting(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, value, strlen(value)), (ssize_t)strlen(value));
	close(fd);
}

/* In a new namespace: both interfaces, with their addresses. One process does it
 * all, as there are many cases. */
static void make_links(void)
{
	static const char *const addresses[] = {"3fff:a::1/64", "3fff:b::1/64"};
	char command[1024];
	size_t len = 0;

	write_setting("/proc/sys/net/ipv6/conf/all/accept_dad", "0");
	write_setting("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
	write_setting("/proc/sys/net/ipv6/conf/default/router_solicitations", "0");
	len += (size_t)snprintf(command, sizeof(command), "ip -batch - <<END\nlink set lo up\n");
	for (unsigned i = PLANE_A; i <= PLANE_B; i++) {
		const uint8_t *mac = planes_mac(i);

		len += (size_t)snprintf(
		    command + len, sizeof(command) - len,
		    "link add eth%u index %u address %02x:%02x:%02x:%02x:%02x:%02x type veth "
		    "peer name far%u index %u netns /proc/1/fd/%d\n"
		    "link set eth%u up\naddr add %s dev eth%u nodad\n",
		    i, i, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], i, i + FAR, rig.home, i,
		    addresses[i - PLANE_A], i);
		CU_ASSERT_FATAL(len < sizeof(command));
	}
	run(command);
}

static void set_up(const char *name)
{
	struct ifreq r = {.ifr_flags = IFF_UP};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	CU_ASSERT_EQUAL_FATAL(ioctl(fd, SIOCSIFFLAGS, &r), 0);
	close(fd);
}

/* A namespace goes, with its interfaces, some time after its last user. */
static void await_no_links(void)
{
	for (int i = 0; i < SETTLED_MS / 10; i++) {
		if (!if_nametoindex("far102") && !if_nametoindex("far103"))
			return;
		sleep_ms(10);
	}
	CU_FAIL_FATAL("links stay");
}

/* ---- sockets ------------------------------------------------------------------------------------
 */

/* At the far end: all IPv6 frames that the node sends. */
static int open_far(unsigned ifindex)
{
	const struct sockaddr_ll at = {.sll_family = AF_PACKET,
				       .sll_protocol = htons(ETH_P_IPV6),
				       .sll_ifindex = (int)(ifindex + FAR)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	CU_ASSERT_EQUAL_FATAL(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static int open_up(int type, int protocol, const struct mip6_addr *at)
{
	struct sockaddr_in6 here = {.sin6_family = AF_INET6};
	int fd = socket(AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	int on = 1;

	CU_ASSERT_FATAL(fd >= 0);
	if (type == SOCK_DGRAM)
		here.sin6_port = htons(PLANE_UDP_PORT);
	if (at)
		memcpy(&here.sin6_addr, at->b, sizeof(at->b));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&here, sizeof(here)), 0);
	return fd;
}

/* ---- the rig
 * ------------------------------------------------------------------------------------- */

static void rig_open(void)
{
	char error[256] = "";
	const int no_checksum = -1;

	rig.home = namespace_fd();
	/* So that nothing is said at the far ends but by this program. */
	write_setting("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	CU_ASSERT_EQUAL_FATAL(unshare(CLONE_NEWNET), 0);
	rig.node = namespace_fd();
	make_links();
	rig.sockets[UP_UDP] = open_up(SOCK_DGRAM, 0, NULL);
	rig.sockets[UP_MH] = open_up(SOCK_RAW, IP6_NH_MH, NULL);
	setsockopt(rig.sockets[UP_MH], IPPROTO_RAW, IPV6_CHECKSUM, &no_checksum,
		   sizeof(no_checksum));
	enter(rig.home);
	set_up("far102");
	set_up("far103");
	rig.sockets[LINK_A] = open_far(PLANE_A);
	rig.sockets[LINK_B] = open_far(PLANE_B);
	enter(rig.node);
	await_links();
	unlink(STATE);
	rig.plane = kplane_open(STATE, error, sizeof(error));
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig.plane);
	CU_ASSERT_EQUAL(kplane_adopt(rig.plane), 0);
	kplane_settle(rig.plane);
}

static void rig_close(void)
{
	kplane_close(rig.plane);
	for (size_t i = 0; i < SOCKETS; i++)
		close(rig.sockets[i]);
	enter(rig.home);
	close(rig.node);
	close(rig.home);
	await_no_links();
}

/* An address gets its local route from a kernel thread, a moment later. */
static int rig_apply(const struct mip6_object *was, const struct mip6_object *is)
{
	int err = kplane_apply(rig.plane, was, is);

	if (err < 0)
		printf("%s\n", kplane_error(rig.plane));
	sleep_ms(QUIET_MS);
	return err;
}

static void rig_inject(unsigned ifindex, const uint8_t *frame, size_t len)
{
	int fd = rig.sockets[ifindex == PLANE_A ? LINK_A : LINK_B];

	CU_ASSERT_EQUAL(send(fd, frame, len, 0), (ssize_t)len);
}

/* Where there is no way, sending fails: that is what is to be seen. */
static void rig_output(const struct mip6_addr *src, const struct mip6_addr *dst,
		       const uint8_t *data, size_t len)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(PLANE_UDP_PORT)};
	int fd = open_up(SOCK_DGRAM, 0, src);

	memcpy(&to.sin6_addr, dst->b, sizeof(dst->b));
	(void)!sendto(fd, data, len, 0, (struct sockaddr *)&to, sizeof(to));
	close(fd);
}

static void rig_pass(unsigned ms)
{
	sleep_ms(ms);
}

/* ---- what was seen
 * -------------------------------------------------------------------------------- */

static bool take_frame(unsigned ifindex, int fd, struct plane_seen *seen)
{
	struct plane_frame f = {.ifindex = ifindex};
	ssize_t n = recv(fd, f.octets, sizeof(f.octets), 0);

	if (n <= 0)
		return false;
	f.len = (size_t)n;
	CU_ASSERT_FATAL(seen->frame_count < PLANE_FRAMES);
	seen->frames[seen->frame_count++] = f;
	return true;
}

static struct mip6_addr address(const struct in6_addr *from)
{
	struct mip6_addr a;

	memcpy(a.b, from->s6_addr, sizeof(a.b));
	return a;
}

static bool take_up(uint8_t next_header, int fd, struct plane_seen *seen)
{
	struct plane_up up = {.next_header = next_header};
	_Alignas(struct cmsghdr) uint8_t control[256];
	uint8_t data[PLANE_ROOM];
	struct sockaddr_in6 from;
	struct iovec to = {.iov_base = data, .iov_len = sizeof(data)};
	struct msghdr m = {.msg_name = &from,
			   .msg_namelen = sizeof(from),
			   .msg_iov = &to,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	struct in6_pktinfo info;

	if (recvmsg(fd, &m, 0) <= 0)
		return false;
	up.number = data[0];
	up.src = address(&from.sin6_addr);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			up.dst = address(&info.ipi6_addr);
		}
	CU_ASSERT_FATAL(seen->up_count < PLANE_FRAMES);
	seen->ups[seen->up_count++] = up;
	return true;
}

static bool take_one(size_t socket, struct plane_seen *seen)
{
	const int fd = rig.sockets[socket];

	switch (socket) {
	case LINK_A:
		return take_frame(PLANE_A, fd, seen);
	case LINK_B:
		return take_frame(PLANE_B, fd, seen);
	case UP_UDP:
		return take_up(17, fd, seen);
	default:
		return take_up(IP6_NH_MH, fd, seen);
	}
}

/* Until nothing happens for a while. */
static void rig_take(struct plane_seen *seen)
{
	struct pollfd p[SOCKETS + 1] = {{.fd = kplane_fd(rig.plane), .events = POLLIN}};

	seen->frame_count = 0;
	seen->up_count = 0;
	for (size_t i = 0; i < SOCKETS; i++)
		p[i + 1] = (struct pollfd){.fd = rig.sockets[i], .events = POLLIN};
	while (poll(p, SOCKETS + 1, QUIET_MS) > 0) {
		kplane_serve(rig.plane);
		for (size_t i = 0; i < SOCKETS; i++)
			while (p[i + 1].revents && take_one(i, seen))
				continue;
	}
}

static const struct plane_rig kernel_rig = {
    .open = rig_open,
    .close = rig_close,
    .apply = rig_apply,
    .inject = rig_inject,
    .output = rig_output,
    .pass = rig_pass,
    .take = rig_take,
    .mac = {{2, 0, 0, 0, 1, 1}, {2, 0, 0, 0, 1, 2}},
};

/* ---- the machine's side
 * ----------------------------------------------------------------------------- */

static int inside(void)
{
	struct uml_inside in;
	int code = 1;

	if (uml_inside_start(&in, false) < 0 ||
	    uml_inside_modules(&in, uml_inside_lab_modules()) < 0) {
		printf("inside: %s\n", in.error);
	} else {
		code = planes_run("inside", &kernel_rig, true);
	}
	fflush(stdout);
	uml_inside_poweroff(&in, code);
}

static void print_file(const char *path)
{
	char line[512];
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f))
		fputs(line, stdout);
	if (f)
		fclose(f);
}

static void boot(bool built)
{
	char log[] = "/tmp/test-plane-kernel-XXXXXX";
	char self[PATH_MAX] = "";
	struct lab_kernel paths;
	struct uml_run uml;
	struct uml_boot how = {
	    .seed = 1, .init = self, .mem_mb = 256, .console_log = log, .timeout_s = 1200};

	if (!lab_kernel(&paths, &how, built))
		return;
	CU_ASSERT_FATAL(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	close(mkstemp(log));
	if (uml_start(&how, &uml) < 0) {
		printf("%s\n", uml.error);
		CU_FAIL("uml_start");
	} else {
		uml_wait(&uml, -1, -1);
		printf("%s, code %d\n", uml_end_text(uml.end), uml.code);
		CU_ASSERT(uml.end == UML_POWEROFF && uml.code == 0);
		print_file(log);
	}
	unlink(log);
}

static void test_built(void)
{
	boot(true);
}

static void test_debian(void)
{
	boot(false);
}

static const struct test_case tests[] = {{"built kernel", test_built},
					 {"Debian's kernel", test_debian}};

int main(void)
{
	if (uml_inside_here())
		return inside();
	return test_run("plane_kernel", tests, sizeof(tests) / sizeof(tests[0]));
}
