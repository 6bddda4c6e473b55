/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unbound FROM TO HOA: sends packets with a Home Address option for which there is no
 * binding, of several kinds, and prints a line for each with what came back from TO within
 * 300 ms. For lab runs, inside the emulated node. */
#include <mip6/wire.h>

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 512, UDP = 17, WAIT_MS = 300, AT_PROTO = 0, AT_LENGTH = 1, AT_TYPE = 2, AT_SUM = 4 };

/* What is wrong with a Mobility Header, or that it is none. */
enum kind { GOOD_BU, UNKNOWN_TYPE, WRONG_PROTO, TOO_SHORT, WRONG_SUM, DATA, KINDS };

static const char *const names[KINDS] = {"bu",	      "unknown type", "payload proto",
					 "too short", "checksum",     "data"};

static void set_sum(struct ip6_packet *p, uint8_t *payload, unsigned at)
{
	uint16_t sum;

	memset(payload + at, 0, 2);
	sum = ip6_checksum(ip6_checksum_src(p), ip6_checksum_dst(p), p->next_header, payload,
			   p->payload_len);
	payload[at] = (uint8_t)(sum >> 8);
	payload[at + 1] = (uint8_t)sum;
}

static void make_mh(struct ip6_packet *p, enum kind kind, uint8_t *payload)
{
	struct mh_message m = {.type = MH_BU, .bu = {1, MH_BU_A | MH_BU_H, 100}};
	int len = mh_build(ip6_checksum_src(p), ip6_checksum_dst(p), &m, payload, ROOM);

	p->next_header = IP6_NH_MH;
	p->payload_len = len > 0 ? (size_t)len : 0;
	if (kind == UNKNOWN_TYPE)
		payload[AT_TYPE] = 99;
	if (kind == WRONG_PROTO)
		payload[AT_PROTO] = IP6_NH_ICMPV6;
	if (kind == TOO_SHORT) {
		payload[AT_LENGTH] = 0;
		p->payload_len = 8;
	}
	set_sum(p, payload, AT_SUM);
	if (kind == WRONG_SUM)
		payload[AT_SUM] ^= 1;
}

static void make(struct ip6_packet *p, enum kind kind, uint8_t *payload)
{
	if (kind < DATA) {
		make_mh(p, kind, payload);
		return;
	}
	memset(payload, 0, ROOM);
	p->next_header = UDP;
	p->payload_len = 16;
	payload[1] = 7; /* ports */
	payload[3] = 7;
	payload[5] = 16; /* length */
	set_sum(p, payload, 6);
}

/* The answer in words; NULL when it is none of those that are due. */
static const char *answer_text(const struct ip6_packet *p, char buf[64])
{
	struct mh_message m;
	struct icmp6_error e;
	size_t pointer;

	if (p->next_header == IP6_NH_MH &&
	    mh_parse(ip6_checksum_src(p), ip6_checksum_dst(p), p->payload, p->payload_len, &m,
		     &pointer) == MIP6_OK) {
		if (m.type != MH_BA && m.type != MH_BE)
			return NULL;
		snprintf(buf, 64, "%s %u", m.type == MH_BA ? "BA" : "BE",
			 m.type == MH_BA ? m.ba.status : m.be.status);
		return buf;
	}
	if (p->next_header != IP6_NH_ICMPV6 ||
	    icmp6_parse_error(p->payload, p->payload_len, &e) < 0)
		return NULL;
	snprintf(buf, 64, "ICMPv6 %u/%u at %u", e.type, e.code, e.value);
	return buf;
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* All that TO sends to FROM until the time is over. */
static void print_answers(int fd, const struct ip6_packet *sent, const char *name)
{
	const long long end = now_ms() + WAIT_MS;
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	unsigned count = 0;

	printf("%s:", name);
	for (long long left = WAIT_MS; left > 0; left = end - now_ms()) {
		uint8_t octets[2048];
		struct ip6_packet p;
		char buf[64];
		ssize_t n =
		    poll(&ready, 1, (int)left) > 0 ? recv(fd, octets, sizeof(octets), 0) : 0;

		if (n <= 0 || ip6_parse(octets, (size_t)n, &p) < 0 ||
		    !mip6_addr_equal(&p.src, &sent->dst) || !mip6_addr_equal(&p.dst, &sent->src) ||
		    !answer_text(&p, buf))
			continue;
		printf(" %s", buf);
		count++;
	}
	printf("%s\n", count ? "" : " nothing");
}

int main(int argc, char **argv)
{
	struct ip6_packet p = {.hop_limit = 64, .has_hao = true};
	int in = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IPV6));
	int out = socket(AF_INET6, SOCK_RAW, IPPROTO_RAW);
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};

	if (argc != 4 || mip6_addr_parse(argv[1], &p.src) < 0 ||
	    mip6_addr_parse(argv[2], &p.dst) < 0 || mip6_addr_parse(argv[3], &p.hao) < 0) {
		fputs("usage: unbound FROM TO HOA\n", stderr);
		return 2;
	}
	if (in < 0 || out < 0) {
		perror("unbound: socket");
		return 1;
	}
	memcpy(&to.sin6_addr, p.dst.b, sizeof(p.dst.b));
	for (enum kind kind = 0; kind < KINDS; kind++) {
		uint8_t payload[ROOM];
		uint8_t packet[2 * ROOM];
		int len;

		p.payload = payload;
		make(&p, kind, payload);
		len = ip6_build(&p, packet, sizeof(packet));
		if (len < 0 ||
		    sendto(out, packet, (size_t)len, 0, (struct sockaddr *)&to, sizeof(to)) != len)
			perror("unbound: send");
		print_answers(in, &p, names[kind]);
	}
	return 0;
}
