/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The node's ways out: what every engine uses to send messages, to tell events
 * and to have the plane brought up to date. */
#include "node_internal.h"
#include <stdio.h>
#include <string.h>

enum { ND_HOP_LIMIT = 255, MH_HOP_LIMIT = 64 };
/* An advertisement with every option that we send, prefixes included. */
enum { RA_MAX = 16 + 4 * 8 + ND_PIO_MAX * 32 };
/* Octets of an invoking packet's payload: all that an error has room for. */
enum { QUOTE_MAX = 1280 - 40 - 8 };

/* The second of each pair is for one prefix. */
static const struct reply_rate reply_rates[NODE_REPLIES] = {
    [NODE_REPLY_ERROR] = {{100, 100}, {10, 10}},
    [NODE_REPLY_REFUSAL] = {{500, 500}, {20, 50}},
    [NODE_REPLY_REFUSAL_BOUND] = {{1000, 1000}, {50, 100}},
    [NODE_REPLY_RA] = {{1000, 1000}, {20, 20}},
};

bool node_may_reply(struct mip6_node *node, mip6_time now, enum node_reply kind,
		    const struct mip6_addr *peer)
{
	return reply_limit_take(&node->replies[kind], &reply_rates[kind], now, peer);
}

/* ---- events ------------------------------------------------------------------------- */

static void tell(void *arg, const struct mip6_event *event)
{
	struct mip6_node *node = arg;

	node->host->event(node->ctx, event);
}

static void account(void *arg, mip6_time now)
{
	struct mip6_node *node = arg;

	event_limit_account(&node->event_limit, now, tell, node);
}

void node_events_init(struct mip6_node *node)
{
	timer_init(&node->event_limit.timer, account, node);
}

void node_events_end(struct mip6_node *node, mip6_time now)
{
	timer_stop(&node->timers, &node->event_limit.timer);
	account(node, now);
}

void node_emit(struct mip6_node *node, const struct mip6_event *event)
{
	struct event_limit *limit = &node->event_limit;

	if (event_limit_take(limit, event)) {
		tell(node, event);
		return;
	}
	if (timer_is_set(&limit->timer))
		return;
	limit->since = event->time;
	(void)timer_set(&node->timers, &limit->timer, event->time + EVENT_PERIOD);
}

void node_warn(struct mip6_node *node, mip6_time now, const char *text)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_WARNING, now, 0);

	mip6_event_text(&e, "text", text);
	node_emit(node, &e);
}

static uint64_t *drop_counter(struct mip6_stats *s, int reason)
{
	switch (reason) {
	case MIP6_ERR_TRUNCATED:
		return &s->drop_truncated;
	case MIP6_ERR_LENGTH:
		return &s->drop_length;
	case MIP6_ERR_CHECKSUM:
		return &s->drop_checksum;
	case MIP6_ERR_TYPE:
		return &s->drop_type;
	case MIP6_ERR_PROTO:
		return &s->drop_proto;
	case MIP6_ERR_HOPLIMIT:
		return &s->drop_hoplimit;
	case MIP6_ERR_VALUE:
		return &s->drop_value;
	case MIP6_ERR_DUPLICATE:
		return &s->drop_duplicate;
	case MIP6_ERR_STATE:
		return &s->drop_sequence;
	default:
		return &s->drop_policy;
	}
}

void node_drop(struct mip6_node *node, mip6_time now, unsigned ifindex, int reason,
	       const struct mip6_addr *src)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_DROP, now, ifindex);

	(*drop_counter(&node->stats, reason))++;
	mip6_event_text(&e, "reason", mip6_strerror(reason));
	mip6_event_addr(&e, "src", src);
	node_emit(node, &e);
}

int node_send_mh(struct mip6_node *node, const struct mip6_tx *tx, const struct mh_message *m)
{
	uint8_t buf[512];
	struct mip6_tx out = *tx;
	int len = mh_build(tx->has_hao ? &tx->hao : &tx->src, tx->has_rh2 ? &tx->rh2 : &tx->dst, m,
			   buf, sizeof(buf));

	if (len < 0)
		return len;
	if (out.hop_limit == 0)
		out.hop_limit = MH_HOP_LIMIT;
	out.next_header = IP6_NH_MH;
	out.payload = buf;
	out.payload_len = (size_t)len;
	if (m->type < 8)
		node->stats.tx_mh[m->type]++;
	node->host->send(node->ctx, &out);
	return MIP6_OK;
}

/* tx has interface and addresses. */
static void send_icmp6_as(struct mip6_node *node, struct mip6_tx *tx, uint8_t hop_limit,
			  const uint8_t *data, int len)
{
	if (len < 0)
		return;
	tx->hop_limit = hop_limit;
	tx->next_header = IP6_NH_ICMPV6;
	tx->payload = data;
	tx->payload_len = (size_t)len;
	node->host->send(node->ctx, tx);
}

static void send_icmp6(struct mip6_node *node, unsigned ifindex, const struct mip6_addr *src,
		       const struct mip6_addr *dst, uint8_t hop_limit, const uint8_t *data, int len)
{
	struct mip6_tx tx = {.ifindex = ifindex, .src = *src, .dst = *dst};

	send_icmp6_as(node, &tx, hop_limit, data, len);
}

struct nd_lladdr node_lladdr(const struct mip6_node *node, unsigned ifindex)
{
	const struct iface *iface = node_iface(node, ifindex);
	struct nd_lladdr l2 = {0};

	if (!iface || iface->link.mac_len != 6)
		return l2;
	l2.len = 6;
	memcpy(l2.addr, iface->link.mac, 6);
	return l2;
}

void node_send_rs(struct mip6_node *node, unsigned ifindex, const struct mip6_addr *src)
{
	struct mip6_addr dst = mip6_addr_all_routers();
	struct nd_rs rs = {0};
	uint8_t buf[64];

	if (!mip6_addr_is_unspecified(src))
		rs.slla = node_lladdr(node, ifindex);
	node->stats.tx_rs++;
	send_icmp6(node, ifindex, src, &dst, ND_HOP_LIMIT, buf,
		   nd_build_rs(src, &dst, &rs, buf, sizeof(buf)));
}

void node_send_ra(struct mip6_node *node, unsigned ifindex, const struct mip6_addr *src,
		  const struct mip6_addr *dst, const struct nd_lladdr *l2, const struct nd_ra *ra)
{
	struct mip6_tx tx = {.ifindex = ifindex, .src = *src, .dst = *dst};
	struct nd_ra out = *ra;
	uint8_t buf[RA_MAX];

	out.slla = node_lladdr(node, ifindex);
	if (l2) {
		tx.l2_len = l2->len;
		memcpy(tx.l2_dst, l2->addr, l2->len);
	}
	node->stats.tx_ra++;
	send_icmp6_as(node, &tx, ND_HOP_LIMIT, buf, nd_build_ra(src, dst, &out, buf, sizeof(buf)));
}

static uint64_t mixed(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < len; i++) {
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
		hash ^= hash >> 29;
	}
	return hash;
}

struct nd_nonce node_nonce(struct mip6_node *node, unsigned ifindex, const struct mip6_addr *target)
{
	struct nd_nonce nonce = {.len = 6};
	uint64_t hash;

	while (node->nonce_secret == 0)
		node->nonce_secret = (uint64_t)node_random_u32(node) << 32 | node_random_u32(node);
	hash = mixed(node->nonce_secret, &ifindex, sizeof(ifindex));
	hash = mixed(hash, target->b, sizeof(target->b));
	for (size_t i = 0; i < nonce.len; i++)
		nonce.bytes[i] = (uint8_t)(hash >> (8 * i));
	return nonce;
}

/* Who asks as nobody adds the nonce, by which it knows its own question again. */
void node_send_ns(struct mip6_node *node, unsigned ifindex, const struct mip6_addr *src,
		  const struct mip6_addr *dst, const struct mip6_addr *target)
{
	struct nd_ns ns = {.target = *target};
	uint8_t buf[64];

	if (!mip6_addr_is_unspecified(src))
		ns.slla = node_lladdr(node, ifindex);
	else
		ns.nonce = node_nonce(node, ifindex, target);
	node->stats.tx_ns++;
	send_icmp6(node, ifindex, src, dst, ND_HOP_LIMIT, buf,
		   nd_build_ns(src, dst, &ns, buf, sizeof(buf)));
}

void node_send_na(struct mip6_node *node, unsigned ifindex, const struct mip6_addr *src,
		  const struct mip6_addr *dst, const struct mip6_addr *target, unsigned na_flags)
{
	struct nd_na na = {.target = *target, .flags = (uint8_t)na_flags};
	uint8_t buf[64];

	na.tlla = node_lladdr(node, ifindex);
	node->stats.tx_na++;
	send_icmp6(node, ifindex, src, dst, ND_HOP_LIMIT, buf,
		   nd_build_na(src, dst, &na, buf, sizeof(buf)));
}

/* So that bad packets cannot make us a source of many (RFC 4443 2.4 f, RFC 6275
 * 9.3.3). */
static bool error_allowed(struct mip6_node *node, mip6_time now, const struct ip6_packet *p)
{
	return node_may_reply(node, now, NODE_REPLY_ERROR, &p->src);
}

/* An error goes to a unicast source only, from the address that was meant. */
static bool error_possible(const struct ip6_packet *p)
{
	return !mip6_addr_is_multicast(&p->src) && !mip6_addr_is_unspecified(&p->src) &&
	       !mip6_addr_is_multicast(&p->dst);
}

/* What goes back about a packet goes to its source, and follows no binding (RFC 6275
 * 9.2, 9.3.3): who sends from a home address that is bound is on the home link. */
static struct mip6_tx back_to_source(const struct mip6_node *node, const struct ip6_packet *p)
{
	struct mip6_tx tx = {.src = p->dst, .dst = p->src};

	if (node->ha)
		tx.ifindex = ha_link_of(node, &p->src);
	tx.direct = tx.ifindex != 0;
	return tx;
}

void node_send_be(struct mip6_node *node, mip6_time now, const struct ip6_packet *p, uint8_t status)
{
	struct mh_message m = {.type = MH_BE, .be.status = status};
	struct mip6_tx tx = back_to_source(node, p);
	struct mip6_event e;

	if (!error_possible(p) || !error_allowed(node, now, p))
		return;
	if (p->has_hao)
		m.be.hoa = p->hao;
	if (node_send_mh(node, &tx, &m) < 0)
		return;
	e = mip6_event_make(MIP6_EV_BE_TX, now, 0);
	mip6_event_addr(&e, "peer", &p->src);
	mip6_event_addr(&e, "hoa", &m.be.hoa);
	mip6_event_uint(&e, "status", status);
	node_emit(node, &e);
}

/* The invoking packet is built again from its parts: what was on the wire is not at
 * hand, and this has the same headers. Of a long payload there is the beginning, of
 * which an error can hold no more. */
bool node_send_parameter_problem(struct mip6_node *node, mip6_time now, const struct ip6_packet *p,
				 size_t pointer)
{
	uint8_t packet[QUOTE_MAX + 128]; /* with the headers that ip6_build knows */
	uint8_t buf[1280];
	struct icmp6_error m = {.type = ICMP6_PARAM_PROBLEM};
	struct ip6_packet quoted = *p;
	struct mip6_tx tx = back_to_source(node, p);
	int len;

	if (quoted.payload_len > QUOTE_MAX)
		quoted.payload_len = QUOTE_MAX;
	len = ip6_build(&quoted, packet, sizeof(packet));
	if (len < 0 || !error_possible(p) || !error_allowed(node, now, p))
		return false;
	m.value = (uint32_t)((size_t)len - quoted.payload_len + pointer);
	m.packet = packet;
	m.packet_len = (size_t)len;
	send_icmp6_as(node, &tx, MH_HOP_LIMIT, buf,
		      icmp6_build_error(&p->dst, &p->src, &m, buf, sizeof(buf)));
	return true;
}

uint32_t node_random_u32(struct mip6_node *node)
{
	uint32_t v = 0;

	node->host->random(node->ctx, &v, sizeof(v));
	return v;
}

/* A home agent whose tunnel device went fails with each of its bindings. */
#define TOLD_AT_ONCE 16

struct failing {
	struct mip6_node *node;
	mip6_time now;
	unsigned count;
};

static void tell_failure(void *arg, const struct mip6_object *object, int err)
{
	struct failing *f = arg;
	struct mip6_event e = mip6_event_make(MIP6_EV_PLANE_ERROR, f->now, 0);
	char text[256];

	f->node->stats.plane_errors++;
	if (f->count++ >= TOLD_AT_ONCE)
		return;
	mip6_event_text(&e, "object", mip6_object_format(object, text, sizeof(text)));
	mip6_event_text(&e, "error", mip6_strerror(err));
	node_emit(f->node, &e);
}

static void tell_rest(const struct failing *f)
{
	char text[96];

	if (f->count <= TOLD_AT_ONCE)
		return;
	snprintf(text, sizeof(text), "%u more objects of the data plane could not be set up",
		 f->count - TOLD_AT_ONCE);
	node_warn(f->node, f->now, text);
}

/* What fails is tried again with each commit, and where nothing happens after a time
 * that grows. */
static void plan_retry(struct mip6_node *node, mip6_time now, bool failures)
{
	if (!failures) {
		timer_stop(&node->timers, &node->retry);
		node->retry_interval = NODE_RETRY_FIRST;
		return;
	}
	if (timer_is_set(&node->retry) || !node->running)
		return;
	(void)timer_set(&node->timers, &node->retry, now + node->retry_interval);
	if (node->retry_interval < NODE_RETRY_LAST)
		node->retry_interval *= 2;
}

void node_commit(struct mip6_node *node, mip6_time now)
{
	struct failing f = {.node = node, .now = now};
	int failures = plane_commit(node->plane, tell_failure, &f);

	tell_rest(&f);
	plan_retry(node, now, failures > 0);
}

int node_save(struct mip6_node *node, const struct mip6_record *record)
{
	return node->host->save(node->ctx, record);
}
