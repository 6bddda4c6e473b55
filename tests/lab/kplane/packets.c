/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Packets through what the plane has made. */
#include "kplane/bench.h"
#include "kplane/tests.h"

#include <mip6/wire.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- packets ------------------------------------------------------------------------- */

/* A home agent and a mobile node on one link, each in its own namespace:
 *
 *     cn, ha (lo) -- HA -- eth0 -------- eth0 -- MN
 *     3fff:1::1, 3fff:c::c   3fff:2::1    3fff:2::10 (coa), 3fff:2::11 (another) */
#define CN    "3fff:c::c"
#define OTHER "3fff:2::11"

struct pair {
	int ha;
	int mn;
};

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

/* In a new namespace, which the caller is in afterwards. */
static int make_node(void)
{
	int fd;

	CU_ASSERT_EQUAL_FATAL(unshare(CLONE_NEWNET), 0);
	fd = namespace_fd();
	bench_run("ip link set lo up; cd /proc/sys/net/ipv6/conf; echo 0 >all/accept_dad; "
		  "echo 0 >default/accept_dad");
	return fd;
}

/* Waits for what the kernel does by and by. */
static void await(const char *condition)
{
	const struct timespec pause = {.tv_nsec = 10000000};

	for (int i = 0; i < 300; i++) {
		if (system(condition) == 0)
			return;
		nanosleep(&pause, NULL);
	}
	printf("does not come true: %s\n", condition);
	CU_FAIL_FATAL("await");
}

#define LINK_IS_READY                                                                              \
	"ip link show eth0 | grep -q 'state UP' && "                                               \
	"ip -6 addr show dev eth0 -tentative | grep -q fe80::"

/* The caller is in the home agent's namespace afterwards. The two ends have
 * different indices: only then does the kernel report their carrier at once. */
static struct pair make_pair(void)
{
	struct pair p;
	char command[256];

	unlink(STATE);
	unlink(STATE_MN);
	p.mn = make_node();
	p.ha = make_node();
	snprintf(command, sizeof(command),
		 "ip link add eth0 index 101 type veth peer name eth0 index 102 "
		 "netns /proc/1/fd/%d",
		 p.mn);
	bench_run(command);
	bench_run("ip addr add " HA "/128 dev lo; ip addr add " CN
		  "/128 dev lo; ip link set eth0 up; "
		  "ip addr add 3fff:2::1/64 dev eth0 nodad");
	enter(p.mn);
	bench_run("ip link set eth0 up; ip addr add " COA1 "/64 dev eth0 nodad; "
		  "ip addr add " OTHER "/64 dev eth0 nodad; ip -6 route add default via 3fff:2::1");
	await(LINK_IS_READY);
	enter(p.ha);
	await(LINK_IS_READY);
	return p;
}

static void close_pair(struct pair p)
{
	close(p.ha);
	close(p.mn);
}

/* Writes an IPv6 header. */
static void put_header(struct mip6_writer *w, size_t payload, uint8_t next, const char *src,
		       const char *dst)
{
	const struct mip6_addr from = bench_addr(src);
	const struct mip6_addr to = bench_addr(dst);

	wr_u32(w, UINT32_C(0x60000000));
	wr_u16(w, (uint16_t)payload);
	wr_u8(w, next);
	wr_u8(w, 64);
	wr_addr(w, &from);
	wr_addr(w, &to);
}

#define UDP_PORT 7275u

/* Sends one octet by UDP in an IPv6 tunnel, with any addresses. */
static void send_tunnelled(int raw, const char *outer_src, const char *outer_dst,
			   const char *inner_src, const char *inner_dst, uint8_t octet)
{
	uint8_t udp[9] = {UDP_PORT >> 8, UDP_PORT & 0xff, UDP_PORT >> 8, UDP_PORT & 0xff, 0, 9};
	uint8_t packet[40 + 40 + sizeof(udp)];
	struct mip6_writer w = wr_init(packet, sizeof(packet));
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};
	const struct mip6_addr src = bench_addr(inner_src);
	const struct mip6_addr dst = bench_addr(inner_dst);
	uint16_t sum;

	udp[8] = octet;
	sum = ip6_checksum(&src, &dst, IPPROTO_UDP, udp, sizeof(udp));
	udp[6] = (uint8_t)(sum >> 8);
	udp[7] = (uint8_t)sum;
	put_header(&w, 40 + sizeof(udp), IPPROTO_IPV6, outer_src, outer_dst);
	put_header(&w, sizeof(udp), IPPROTO_UDP, inner_src, inner_dst);
	wr_copy(&w, udp, sizeof(udp));
	CU_ASSERT_FALSE(w.failed);
	inet_pton(AF_INET6, outer_dst, &to.sin6_addr);
	CU_ASSERT_EQUAL(sendto(raw, packet, w.pos, 0, (struct sockaddr *)&to, sizeof(to)),
			(ssize_t)w.pos);
}

static int open_udp_at(const char *text)
{
	struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_port = htons(UDP_PORT)};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET6, text, &at.sin6_addr);
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* The next octet that arrives, -1 when none does within a second. */
static int receive_octet(int udp)
{
	struct pollfd p = {.fd = udp, .events = POLLIN};
	uint8_t octet;

	if (poll(&p, 1, 1000) != 1 || recv(udp, &octet, 1, 0) != 1)
		return -1;
	return octet;
}

/* Packets keep their order: when the good one that follows is the first to
 * arrive, the one before it was dropped. */
void test_spoofed(void)
{
	const struct mip6_object device = bench_device_ha();
	const struct mip6_object bound = bench_binding(HOME, COA1, HA);
	const struct mip6_object moved = bench_binding(HOME, OTHER, HA);
	struct pair p = make_pair();
	struct kplane *k = bench_adopt();
	struct kplane_drops drops;
	int udp = open_udp_at(CN);
	int raw;

	bench_apply(k, NULL, &device);
	bench_apply(k, NULL, &bound);
	enter(p.mn);
	raw = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	CU_ASSERT_FATAL(raw >= 0);
	send_tunnelled(raw, COA1, HA, HOME, CN, 1);
	CU_ASSERT_EQUAL(receive_octet(udp), 1);
	send_tunnelled(raw, OTHER, HA, HOME, CN, 2);	    /* outer source spoofed */
	send_tunnelled(raw, COA1, HA, "3fff:1::11", CN, 3); /* inner source not bound */
	send_tunnelled(raw, COA1, HA, COA1, CN, 4);
	send_tunnelled(raw, COA1, HA, HOME, "fe80::1", 5);
	send_tunnelled(raw, COA1, HA, HOME, CN, 6);
	CU_ASSERT_EQUAL(receive_octet(udp), 6);
	enter(p.ha);
	kplane_drops(k, &drops);
	CU_ASSERT_EQUAL(drops.wrong_coa, 1);
	CU_ASSERT_EQUAL(drops.no_binding, 2);
	CU_ASSERT_EQUAL(drops.link_local, 1);
	CU_ASSERT_EQUAL(drops.not_ipv6, 0);
	bench_apply(k, &bound, &moved);
	enter(p.mn);
	send_tunnelled(raw, COA1, HA, HOME, CN, 7);
	send_tunnelled(raw, OTHER, HA, HOME, CN, 8);
	CU_ASSERT_EQUAL(receive_octet(udp), 8);
	enter(p.ha);
	bench_apply(k, &moved, NULL);
	enter(p.mn);
	send_tunnelled(raw, OTHER, HA, HOME, CN, 9);
	CU_ASSERT_EQUAL(receive_octet(udp), -1);
	kplane_close(k);
	close(raw);
	close(udp);
	close_pair(p);
}

/* Octets of what waits for the home agent's socket; -1: nothing. The outer source is
 * told. */
static ssize_t receive_stray(int fd, struct mip6_addr *ret_src)
{
	struct sockaddr_in6 from = {.sin6_family = AF_INET6};
	socklen_t len = sizeof(from);
	uint8_t packet[2048];
	ssize_t n =
	    recvfrom(fd, packet, sizeof(packet), MSG_DONTWAIT, (struct sockaddr *)&from, &len);

	memcpy(ret_src->b, &from.sin6_addr, sizeof(ret_src->b));
	return n;
}

/* The socket that the home agent hears of lost bindings from gets what the source check
 * drops for its binding, and none of the traffic. */
void test_strays(void)
{
	const struct mip6_object device = bench_device_ha();
	const struct mip6_object bound = bench_binding(HOME, COA1, HA);
	const struct mip6_addr coa = bench_addr(COA1);
	const struct mip6_addr other = bench_addr(OTHER);
	struct pair p = make_pair();
	struct kplane *k = bench_adopt();
	struct mip6_addr src;
	int strays = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_IPV6);
	int udp = open_udp_at(CN);
	int raw;

	CU_ASSERT_FATAL(strays >= 0);
	CU_ASSERT_EQUAL(kplane_filter_strays(k, strays), -ENOENT);
	bench_apply(k, NULL, &device);
	CU_ASSERT_EQUAL(kplane_filter_strays(k, strays), 0);
	bench_apply(k, NULL, &bound);
	enter(p.mn);
	raw = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	CU_ASSERT_FATAL(raw >= 0);
	send_tunnelled(raw, COA1, HA, HOME, CN, 1);
	send_tunnelled(raw, OTHER, HA, HOME, CN, 2);
	send_tunnelled(raw, COA1, HA, "3fff:1::11", CN, 3);
	send_tunnelled(raw, COA1, HA, HOME, CN, 4);
	CU_ASSERT_EQUAL(receive_octet(udp), 1);
	CU_ASSERT_EQUAL(receive_octet(udp), 4);
	CU_ASSERT_EQUAL(receive_stray(strays, &src), 40 + 9);
	CU_ASSERT_TRUE(mip6_addr_equal(&src, &other));
	CU_ASSERT_EQUAL(receive_stray(strays, &src), 40 + 9);
	CU_ASSERT_TRUE(mip6_addr_equal(&src, &coa));
	CU_ASSERT_EQUAL(receive_stray(strays, &src), -1);
	enter(p.ha);
	bench_apply(k, &bound, NULL);
	enter(p.mn);
	send_tunnelled(raw, COA1, HA, HOME, CN, 5);
	CU_ASSERT_EQUAL(receive_octet(udp), -1);
	CU_ASSERT_EQUAL(receive_stray(strays, &src), 40 + 9);
	kplane_close(k);
	close(raw);
	close(udp);
	close(strays);
	close_pair(p);
}

/* The mobile node's side of a tunnel, in the caller's namespace. */
static struct kplane *open_mobile_node(struct wants *w, const char *coa)
{
	char error[256] = "";
	struct kplane *k = kplane_open(STATE_MN, error, sizeof(error));

	CU_ASSERT_PTR_NOT_NULL_FATAL(k);
	w->count = 0;
	bench_want(w, bench_device_mn(coa, HA));
	bench_want(w, bench_address(0, MIP6_DEVICE_MN, HOME "/128", MIP6_ADDRESS_HOME));
	bench_want(w, bench_route(900, "::/0", 0, MIP6_DEVICE_MN, "::"));
	bench_want(w, bench_rule(HOME "/128", 900));
	bench_want(w, bench_mh_input(false, HOME));
	CU_ASSERT_EQUAL(kplane_adopt(k), 0);
	bench_add_all(k, w);
	kplane_settle(k);
	/* An address gets its local route from a kernel thread, a moment later. */
	await("ip -6 route show table local | grep -q 'local 3fff:1::10 dev mip6mn'");
	return k;
}

/* UDP sockets of both ends, each in its own namespace. */
struct talk {
	int mn;
	int cn;
};

static bool send_to(int fd, const char *text, size_t len)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(UDP_PORT)};
	const char data[1400] = "";

	inet_pton(AF_INET6, text, &to.sin6_addr);
	return sendto(fd, data, len, 0, (struct sockaddr *)&to, sizeof(to)) == (ssize_t)len;
}

/* Whether a packet of the mobile node arrives, and the answer at its home
 * address. */
static bool both_ways(const struct talk *t, size_t len)
{
	return send_to(t->mn, CN, len) && receive_octet(t->cn) == 0 && send_to(t->cn, HOME, len) &&
	       receive_octet(t->mn) == 0;
}

/* Both ways through both kinds of device, over a handover, and while either
 * side's process is gone. */
void test_tunnel(void)
{
	const struct mip6_object device = bench_device_ha();
	const struct mip6_object bound = bench_binding(HOME, COA1, HA);
	const struct mip6_object moved = bench_binding(HOME, OTHER, HA);
	const struct mip6_object there = bench_device_mn(OTHER, HA);
	struct pair p = make_pair();
	struct kplane *ha = bench_adopt();
	struct talk t = {.cn = open_udp_at(CN)};
	struct wants w;
	struct kplane *mn;

	bench_apply(ha, NULL, &device);
	bench_apply(ha, NULL, &bound);
	enter(p.mn);
	mn = open_mobile_node(&w, COA1);
	t.mn = open_udp_at(HOME);
	CU_ASSERT(both_ways(&t, 100));
	bench_apply(mn, &w.items[0], &there);
	CU_ASSERT_FALSE(both_ways(&t, 100)); /* the home agent does not know yet */
	enter(p.ha);
	bench_apply(ha, &bound, &moved);
	CU_ASSERT(both_ways(&t, 100));
	kplane_close(mn);
	CU_ASSERT(both_ways(&t, 100));
	enter(p.mn);
	mn = open_mobile_node(&w, OTHER);
	CU_ASSERT(both_ways(&t, 100));
	enter(p.ha);
	kplane_close(ha);
	CU_ASSERT(both_ways(&t, 100));
	ha = bench_adopt();
	bench_apply(ha, NULL, &device);
	bench_apply(ha, NULL, &moved);
	CU_ASSERT(both_ways(&t, 100));
	kplane_settle(ha);
	CU_ASSERT(both_ways(&t, 1400)); /* fits: 1460 octets with its headers */
	kplane_close(ha);
	kplane_close(mn);
	close(t.mn);
	close(t.cn);
	close_pair(p);
}

#define HOME2 "3fff:1::20"

/* Two mobile nodes of one home agent: in by the tunnel device and out by it. */
static void expect_forwarded_between(const struct pair *p)
{
	struct sockaddr_in6 at = {.sin6_family = AF_INET6};
	struct sockaddr_in6 from = {.sin6_family = AF_UNSPEC};
	socklen_t from_len = sizeof(from);
	struct pollfd arrives = {.events = POLLIN};
	const struct mip6_addr outer = bench_addr(HA);
	const struct mip6_addr inner = bench_addr(HOME);
	uint8_t packet[128] = {0};
	int raw;

	enter(p->mn);
	raw = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	arrives.fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_IPV6);
	inet_pton(AF_INET6, OTHER, &at.sin6_addr);
	CU_ASSERT_EQUAL_FATAL(bind(arrives.fd, (struct sockaddr *)&at, sizeof(at)), 0);
	send_tunnelled(raw, COA1, HA, HOME, HOME2, 1);
	CU_ASSERT_EQUAL(poll(&arrives, 1, 1000), 1);
	CU_ASSERT_EQUAL(recvfrom(arrives.fd, packet, sizeof(packet), MSG_DONTWAIT,
				 (struct sockaddr *)&from, &from_len),
			40 + 9);
	CU_ASSERT_EQUAL(memcmp(&from.sin6_addr, outer.b, sizeof(outer.b)), 0);
	CU_ASSERT_EQUAL(memcmp(packet + 8, inner.b, sizeof(inner.b)), 0);
	CU_ASSERT_EQUAL(packet[7], 63); /* one hop */
	close(raw);
	close(arrives.fd);
	enter(p->ha);
}

void test_between_mobile_nodes(void)
{
	const struct mip6_object forwarding = bench_sysctl(MIP6_SYSCTL_FORWARDING, 0, 1);
	const struct mip6_object device = bench_device_ha();
	const struct mip6_object one = bench_binding(HOME, COA1, HA);
	const struct mip6_object two = bench_binding(HOME2, OTHER, HA);
	struct pair p = make_pair();
	struct kplane *k = bench_adopt();

	bench_apply(k, NULL, &forwarding);
	bench_apply(k, NULL, &device);
	bench_apply(k, NULL, &one);
	bench_apply(k, NULL, &two);
	expect_forwarded_between(&p);
	kplane_close(k);
	close_pair(p);
}

/* ---- Mobility Header ------------------------------------------------------------------ */

/* A Binding Update (type 5) or Acknowledgement (6) of the right shape. */
#define MH_LENGTH 16u

static int open_mh(const char *text)
{
	struct sockaddr_in6 at = {.sin6_family = AF_INET6};
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, 135);
	int none = -1;

	inet_pton(AF_INET6, text, &at.sin6_addr);
	CU_ASSERT_EQUAL(setsockopt(fd, IPPROTO_RAW, IPV6_CHECKSUM, &none, sizeof(none)), 0);
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* Sends with one extension header as ancillary data. */
static void send_mh(int fd, const char *dst, uint8_t type, int option, const uint8_t *ext,
		    size_t ext_len)
{
	uint8_t mh[MH_LENGTH] = {59, 1, type};
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(24)] = {0};
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};
	struct iovec data = {.iov_base = mh, .iov_len = sizeof(mh)};
	struct msghdr m = {.msg_name = &to,
			   .msg_namelen = sizeof(to),
			   .msg_iov = &data,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = CMSG_SPACE(ext_len)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	inet_pton(AF_INET6, dst, &to.sin6_addr);
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = option;
	c->cmsg_len = CMSG_LEN(ext_len);
	memcpy(CMSG_DATA(c), ext, ext_len);
	CU_ASSERT_EQUAL(sendmsg(fd, &m, 0), (ssize_t)sizeof(mh));
}

/* The type of the next message that arrives within a second; -1: none. */
static int receive_mh(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	uint8_t mh[64];

	if (poll(&p, 1, 1000) != 1 || recv(fd, mh, sizeof(mh), 0) < (ssize_t)MH_LENGTH)
		return -1;
	return mh[2];
}

/* No packet of ours may count among the drops of /proc/net/xfrm_stat. */
static bool no_xfrm_errors(void)
{
	return bench_holds(
	    "! grep -v ' 0$' /proc/net/xfrm_stat | sed 's/[ \t]*0$//' | grep -q '[1-9]$'");
}

void test_hao(void)
{
	const struct mip6_object input = bench_mh_input(true, "::");
	const struct mip6_addr home = bench_addr(HOME);
	struct pair p = make_pair();
	struct kplane *k = bench_adopt();
	int ha = open_mh(HA);
	uint8_t hao[24];
	int mn;

	bench_apply(k, NULL, &input);
	enter(p.mn);
	mn = open_mh(COA1);
	CU_ASSERT_EQUAL(ip6_build_hao(&home, hao, sizeof(hao)), 24);
	send_mh(mn, HA, 5, IPV6_DSTOPTS, hao, sizeof(hao));
	CU_ASSERT_EQUAL(receive_mh(ha), 5);
	enter(p.ha);
	CU_ASSERT(no_xfrm_errors());
	bench_apply(k, &input, NULL);
	kplane_close(k);
	close(mn);
	close(ha);
	close_pair(p);
}

/* The routing header on its way names the care-of address as the first hop; the
 * destination given to the socket is the home address. */
void test_rh2(void)
{
	const struct mip6_object device = bench_device_ha();
	const struct mip6_object bound = bench_binding(HOME, COA1, HA);
	const struct mip6_addr coa = bench_addr(COA1);
	struct pair p = make_pair();
	struct kplane *k = bench_adopt();
	int ha = open_mh(HA);
	uint8_t rh2[24];
	struct wants w;
	struct kplane *other;
	int mn;

	CU_ASSERT_EQUAL(ip6_build_rh2(&coa, rh2, sizeof(rh2)), 24);
	bench_apply(k, NULL, &device);
	bench_apply(k, NULL, &bound);
	enter(p.mn);
	other = open_mobile_node(&w, COA1);
	mn = open_mh("::");
	send_mh(ha, HOME, 6, IPV6_RTHDR, rh2, sizeof(rh2));
	CU_ASSERT_EQUAL(receive_mh(mn), 6);
	CU_ASSERT(no_xfrm_errors());
	bench_apply(other, &w.items[w.count - 1], NULL);
	send_mh(ha, HOME, 6, IPV6_RTHDR, rh2, sizeof(rh2));
	CU_ASSERT_EQUAL(receive_mh(mn), -1);
	enter(p.ha);
	kplane_close(other);
	kplane_close(k);
	close(mn);
	close(ha);
	close_pair(p);
}
