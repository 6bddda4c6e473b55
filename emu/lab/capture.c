/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/capture.h"
#include "lab/records.h"
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ETHERNET = 14, TYPE_IPV6 = 0x86dd, UDP = 17, UDP_HEADER = 8, MAC = 6 };
enum { IPV6_HEADER = 40, LENGTH_AT = 4, CUT_MAX = 512 };

static int grow(void **block, size_t *size, size_t wanted, size_t each)
{
	size_t target = *size ? *size : 4096;
	void *grown;

	if (wanted <= *size)
		return 0;
	while (target < wanted)
		target *= 2;
	grown = realloc(*block, target * each);
	if (!grown)
		return -1;
	*block = grown;
	*size = target;
	return 0;
}

/* No time that a clock of ours shows: the rest of such a file is not read. */
static bool bad_time(const struct pcap_pkthdr *h)
{
	return h->ts.tv_sec < 0 || h->ts.tv_sec >= INT64_MAX / 1000000000 || h->ts.tv_usec < 0 ||
	       h->ts.tv_usec > 999999999;
}

/* Frames are kept by offset first: the block of bytes moves while it grows. */
static int keep(struct capture *c, size_t *room, const struct pcap_pkthdr *h, const u_char *data)
{
	struct capture_packet *p;

	if (bad_time(h) || h->caplen == 0)
		return -1;
	if (grow((void **)&c->packets, room, c->count + 1, sizeof(*c->packets)) < 0 ||
	    grow((void **)&c->bytes, &c->size, c->used + h->caplen, 1) < 0)
		return -1;
	p = &c->packets[c->count++];
	p->time = h->ts.tv_sec * INT64_C(1000000000) + h->ts.tv_usec; /* ns: see open */
	p->len = h->caplen;
	p->original = h->len;
	memcpy(c->bytes + c->used, data, h->caplen);
	c->used += h->caplen;
	return 0;
}

static void settle(struct capture *c)
{
	size_t offset = 0;

	for (size_t i = 0; i < c->count; i++) {
		c->packets[i].data = c->bytes + offset;
		offset += c->packets[i].len;
	}
}

/* Time stamps of a busy machine may be out of order by a little: moved to their
 * places, those of equal times stay as they came. */
static void sort(struct capture *c)
{
	for (size_t i = 1; i < c->count; i++) {
		struct capture_packet p = c->packets[i];
		size_t k = i;

		for (; k > 0 && c->packets[k - 1].time > p.time; k--)
			c->packets[k] = c->packets[k - 1];
		c->packets[k] = p;
	}
}

int capture_read(struct capture *c, const char *path, char *error, size_t cap)
{
	char text[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *header;
	const u_char *data;
	size_t room = 0;
	pcap_t *pcap =
	    pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, text);

	*c = (struct capture){0};
	if (!pcap) {
		snprintf(error, cap, "the capture cannot be read: %s", text);
		return -1;
	}
	if (pcap_datalink(pcap) != DLT_EN10MB) {
		snprintf(error, cap, "the capture is not of an Ethernet interface");
		pcap_close(pcap);
		return -1;
	}
	/* An end that was cut off ends the loop like the end of the file. */
	while (pcap_next_ex(pcap, &header, &data) == 1)
		if (keep(c, &room, header, data) < 0)
			break;
	pcap_close(pcap);
	settle(c);
	sort(c);
	return 0;
}

void capture_free(struct capture *c)
{
	free(c->packets);
	free(c->bytes);
	*c = (struct capture){0};
}

static void look_mh(const struct ip6_packet *ip, struct capture_view *v)
{
	struct mh_message m;
	size_t pointer;

	if (mh_parse(ip6_checksum_src(ip), ip6_checksum_dst(ip), ip->payload, ip->payload_len, &m,
		     &pointer) < 0)
		return;
	if (m.type == MH_BU) {
		v->kind = CAPTURE_BU;
		v->seq = m.bu.seq;
		v->lifetime = m.bu.lifetime;
		v->addr = m.options.has_alt_coa ? m.options.alt_coa : ip->src;
	} else if (m.type == MH_BA) {
		v->kind = CAPTURE_BA;
		v->seq = m.ba.seq;
		v->lifetime = m.ba.lifetime;
		v->status = m.ba.status;
	}
}

static void look_neighbour(const struct ip6_packet *ip, int type, struct capture_view *v)
{
	struct nd_ns ns;
	struct nd_na na;

	if (type == ICMP6_NS && mip6_addr_is_unspecified(&ip->src) &&
	    nd_parse_ns(ip->payload, ip->payload_len, &ns) == 0) {
		v->kind = CAPTURE_DAD;
		v->addr = ns.target;
	}
	if (type == ICMP6_NA && nd_parse_na(ip->payload, ip->payload_len, &na) == 0) {
		v->kind = CAPTURE_NA;
		v->addr = na.target;
	}
}

static void look_icmp(const struct ip6_packet *ip, struct capture_view *v)
{
	int type = icmp6_type(&ip->src, &ip->dst, ip->payload, ip->payload_len);

	if (type == ICMP6_RA)
		v->kind = CAPTURE_RA;
	else if (type == ICMP6_RS)
		v->kind = CAPTURE_RS;
	else
		look_neighbour(ip, type, v);
}

static void look_udp(const struct ip6_packet *ip, struct capture_view *v)
{
	struct mip6_reader r = rd_init(ip->payload, ip->payload_len);

	rd_bytes(&r, UDP_HEADER);
	if (rd_u32(&r) != LAB_PROBE_MAGIC)
		return;
	v->stream = rd_u32(&r);
	v->probe_seq = rd_u32(&r);
	if (!r.failed)
		v->kind = CAPTURE_PROBE;
}

/* Parses a packet, of one that the capture cut what there is of it, by a copy
 * whose length field says so. */
static bool parse_cut(const uint8_t *data, size_t len, bool cut, uint8_t copy[CUT_MAX],
		      struct ip6_packet *ret)
{
	struct mip6_writer w = wr_init(copy, CUT_MAX);

	if (!cut)
		return ip6_parse(data, len, ret) == 0;
	wr_copy(&w, data, len);
	if (len < IPV6_HEADER || w.failed)
		return false;
	wr_patch_u16(&w, LENGTH_AT, (uint16_t)(len - IPV6_HEADER));
	return ip6_parse(copy, len, ret) == 0;
}

static void look_inner(const struct ip6_packet *ip, bool cut, struct capture_view *v)
{
	uint8_t copy[CUT_MAX];
	struct ip6_packet inner;

	if (!parse_cut(ip->payload, ip->payload_len, cut, copy, &inner) || inner.next_header != UDP)
		return;
	v->tunnelled = true;
	look_udp(&inner, v);
}

bool capture_look(const struct capture_packet *p, const uint8_t mac[6], struct capture_view *ret)
{
	struct mip6_reader r = rd_init(p->data, p->len);
	bool cut = p->len < p->original;
	uint8_t copy[CUT_MAX];
	struct ip6_packet ip;
	const uint8_t *source;

	*ret = (struct capture_view){.kind = CAPTURE_OTHER};
	rd_bytes(&r, MAC);
	source = rd_bytes(&r, MAC);
	if (rd_u16(&r) != TYPE_IPV6 || r.failed)
		return false;
	ret->from_us = memcmp(source, mac, MAC) == 0;
	if (!parse_cut(p->data + ETHERNET, p->len - ETHERNET, cut, copy, &ip))
		return false;
	ret->src = ip.src;
	ret->dst = ip.dst;
	if (ip.next_header == IP6_NH_MH)
		look_mh(&ip, ret);
	else if (ip.next_header == IP6_NH_ICMPV6)
		look_icmp(&ip, ret);
	else if (ip.next_header == UDP)
		look_udp(&ip, ret);
	else if (ip.next_header == IP6_NH_IPV6)
		look_inner(&ip, cut, ret);
	return true;
}
