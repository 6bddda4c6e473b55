/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the cases of both planes are made of: objects, frames that go in, and
 * questions about what came of them. */
#include "planes.h"

static const struct plane_rig *rig;
static bool on_kernel;
static struct plane_seen seen;
static uint8_t number;			/* of the last packet that was sent */
static unsigned applied;		/* objects that the plane holds */
static const struct plane_frame *found; /* by left(), left_tunnelled() */
static struct ip6_packet outer;
static struct ip6_packet inner;

/* ---- the node ---------------------------------------------------------------------------- */

void planes_begin(void)
{
	applied = 0;
	rig->open();
}

void planes_end(void)
{
	CU_ASSERT_EQUAL(applied, 0);
	rig->close();
}

const uint8_t *planes_mac(unsigned ifindex)
{
	return rig->mac[ifindex - PLANE_A];
}

static void apply(const struct mip6_object *was, const struct mip6_object *is)
{
	char text[200];
	int err = rig->apply(was, is);

	if (err != MIP6_OK)
		printf("apply: %d: %s\n", err,
		       mip6_object_format(is ? is : was, text, sizeof(text)));
	CU_ASSERT_EQUAL(err, MIP6_OK);
	applied += !was;
	applied -= !is;
}

void put(struct mip6_object o)
{
	apply(NULL, &o);
}

void change(struct mip6_object was, struct mip6_object is)
{
	CU_ASSERT_TRUE(mip6_object_same(&was, &is));
	CU_ASSERT_FALSE(mip6_object_equal(&was, &is));
	apply(&was, &is);
}

void take(struct mip6_object o)
{
	apply(&o, NULL);
}

/* ---- objects ------------------------------------------------------------------------------ */

static struct mip6_prefix prefix_of(const char *text)
{
	struct mip6_prefix p;

	if (mip6_prefix_parse(text, &p) != MIP6_OK)
		abort();
	return p;
}

struct mip6_object o_sysctl(enum mip6_sysctl name, unsigned ifindex, int value)
{
	return (struct mip6_object){.kind = MIP6_OBJ_SYSCTL,
				    .sysctl = {.name = name, .ifindex = ifindex, .value = value}};
}

struct mip6_object o_device_mn(const char *local, const char *remote)
{
	return (struct mip6_object){.kind = MIP6_OBJ_DEVICE,
				    .device = {.device = MIP6_DEVICE_MN,
					       .local = addr_of(local),
					       .remote = addr_of(remote)}};
}

struct mip6_object o_device_ha(void)
{
	return (struct mip6_object){.kind = MIP6_OBJ_DEVICE, .device.device = MIP6_DEVICE_HA};
}

struct mip6_object o_address(unsigned ifindex, const char *text, unsigned flags)
{
	const struct mip6_prefix p = prefix_of(text);

	return (struct mip6_object){
	    .kind = MIP6_OBJ_ADDRESS,
	    .address = {.ifindex = ifindex,
			.device = ifindex ? MIP6_DEVICE_NONE : MIP6_DEVICE_MN,
			.addr = p.addr,
			.prefix_len = p.len,
			.flags = flags}};
}

struct mip6_object o_neighbour(unsigned ifindex, const char *text, uint8_t last)
{
	return (struct mip6_object){.kind = MIP6_OBJ_NEIGHBOUR,
				    .neighbour = {.ifindex = ifindex,
						  .addr = addr_of(text),
						  .lladdr = {2, 0, 0, 0, 9, last}}};
}

struct mip6_object o_route(unsigned table, const char *dst, unsigned ifindex, const char *gateway)
{
	return (struct mip6_object){
	    .kind = MIP6_OBJ_ROUTE,
	    .route = {.table = table,
		      .dst = prefix_of(dst),
		      .metric = 512,
		      .ifindex = ifindex,
		      .device = ifindex ? MIP6_DEVICE_NONE : MIP6_DEVICE_MN,
		      .gateway = gateway ? addr_of(gateway) : (struct mip6_addr){{0}}}};
}

struct mip6_object o_rule(const char *from, unsigned priority, unsigned table)
{
	return (struct mip6_object){
	    .kind = MIP6_OBJ_RULE,
	    .rule = {.from = prefix_of(from), .priority = priority, .table = table}};
}

struct mip6_object o_binding(const char *hoa, const char *coa)
{
	return (struct mip6_object){
	    .kind = MIP6_OBJ_BINDING,
	    .binding = {.hoa = addr_of(hoa), .coa = addr_of(coa), .ha = addr_of("3fff:a::1")}};
}

struct mip6_object o_proxy(unsigned ifindex, const char *text, bool router)
{
	return (struct mip6_object){
	    .kind = MIP6_OBJ_PROXY,
	    .proxy = {.ifindex = ifindex, .addr = addr_of(text), .router = router}};
}

struct mip6_object o_mh_input(bool hao, const char *hoa)
{
	return (struct mip6_object){.kind = MIP6_OBJ_MH_INPUT,
				    .mh_input = {.hao = hao, .hoa = addr_of(hoa)}};
}

/* ---- what happens to the node --------------------------------------------------------------- */

/* What was there before has no part in what follows. */
static void forget(void)
{
	rig->take(&seen);
}

static void inject(unsigned ifindex, const struct ip6_packet *p)
{
	uint8_t frame[PLANE_ROOM];
	struct mip6_writer w = wr_init(frame, sizeof(frame));
	static const uint8_t from[6] = {2, 0, 0, 0, 9, 9};
	int len = ip6_build(p, frame + PLANE_ETH, sizeof(frame) - PLANE_ETH);

	CU_ASSERT_FATAL(len > 0);
	if (mip6_addr_is_multicast(&p->dst)) {
		wr_u16(&w, 0x3333);
		wr_copy(&w, p->dst.b + 12, 4);
	} else {
		wr_copy(&w, planes_mac(ifindex), 6);
	}
	wr_copy(&w, from, sizeof(from));
	wr_u16(&w, 0x86dd);
	forget();
	rig->inject(ifindex, frame, PLANE_ETH + (size_t)len);
	rig->take(&seen);
}

/* The UDP packet with the next number in all its data; `packet` has room for it. */
static struct ip6_packet udp(uint8_t *data, const char *src, const char *dst, size_t len)
{
	struct ip6_packet p = {.hop_limit = 64,
			       .src = addr_of(src),
			       .dst = addr_of(dst),
			       .next_header = 17,
			       .payload = data,
			       .payload_len = len - 40};
	struct mip6_writer w = wr_init(data, PLANE_ROOM);
	uint16_t sum;

	number++;
	wr_u16(&w, PLANE_UDP_PORT);
	wr_u16(&w, PLANE_UDP_PORT);
	wr_u16(&w, (uint16_t)p.payload_len);
	wr_u16(&w, 0);
	memset(data + PLANE_UDP, number, p.payload_len - PLANE_UDP);
	sum = ip6_checksum(&p.src, &p.dst, 17, data, p.payload_len);
	wr_patch_u16(&w, 6, sum);
	return p;
}

enum { SHORT = 100 };

void in_udp(unsigned ifindex, const char *src, const char *dst, size_t len)
{
	uint8_t data[PLANE_ROOM];
	const struct ip6_packet p = udp(data, src, dst, len);

	inject(ifindex, &p);
}

void in_hop_limit(unsigned ifindex, const char *src, const char *dst, uint8_t hop_limit)
{
	uint8_t data[PLANE_ROOM];
	struct ip6_packet p = udp(data, src, dst, SHORT);

	p.hop_limit = hop_limit;
	inject(ifindex, &p);
}

void in_class(unsigned ifindex, const char *src, const char *dst, uint8_t traffic_class)
{
	uint8_t data[PLANE_ROOM];
	struct ip6_packet p = udp(data, src, dst, SHORT);

	p.traffic_class = traffic_class;
	inject(ifindex, &p);
}

/* What is particular about it. */
struct tunnelled {
	uint8_t outer_class;
	uint8_t inner_class;
	uint8_t hop_limit; /* inner one */
};

static void send_tunnelled(unsigned ifindex, const char *outer_src, const char *outer_dst,
			   const char *src, const char *dst, const struct tunnelled *t)
{
	uint8_t data[PLANE_ROOM];
	uint8_t packet[PLANE_ROOM];
	struct ip6_packet in = udp(data, src, dst, SHORT);
	struct ip6_packet out = {.traffic_class = t->outer_class,
				 .hop_limit = 64,
				 .src = addr_of(outer_src),
				 .dst = addr_of(outer_dst),
				 .next_header = IP6_NH_IPV6,
				 .payload = packet};

	in.traffic_class = t->inner_class;
	in.hop_limit = t->hop_limit;
	out.payload_len = (size_t)ip6_build(&in, packet, sizeof(packet));
	inject(ifindex, &out);
}

void in_tunnelled_class(unsigned ifindex, const char *outer_src, const char *outer_dst,
			const char *src, const char *dst, uint8_t outer_class, uint8_t inner_class)
{
	const struct tunnelled t = {outer_class, inner_class, 64};

	send_tunnelled(ifindex, outer_src, outer_dst, src, dst, &t);
}

void in_tunnelled_hop_limit(unsigned ifindex, const char *outer_src, const char *outer_dst,
			    const char *src, const char *dst, uint8_t hop_limit)
{
	const struct tunnelled t = {.hop_limit = hop_limit};

	send_tunnelled(ifindex, outer_src, outer_dst, src, dst, &t);
}

void in_tunnelled(unsigned ifindex, const char *outer_src, const char *outer_dst, const char *src,
		  const char *dst)
{
	in_tunnelled_class(ifindex, outer_src, outer_dst, src, dst, 0, 0);
}

static void send_ns(unsigned ifindex, const char *src, const char *target, bool unicast)
{
	struct nd_ns ns = {.target = addr_of(target), .slla = {6, {2, 0, 0, 0, 9, 9}}};
	uint8_t message[64];
	struct ip6_packet p = {.hop_limit = 255, .next_header = IP6_NH_ICMPV6, .payload = message};
	int len;

	if (src)
		p.src = addr_of(src);
	else
		ns.slla.len = 0;
	p.dst = unicast ? ns.target : mip6_addr_solicited_node(&ns.target);
	len = nd_build_ns(&p.src, &p.dst, &ns, message, sizeof(message));
	CU_ASSERT_FATAL(len > 0);
	p.payload_len = (size_t)len;
	inject(ifindex, &p);
}

void in_ns(unsigned ifindex, const char *src, const char *target)
{
	send_ns(ifindex, src, target, false);
}

void in_ra(unsigned ifindex, const char *router, const char *prefix)
{
	struct nd_ra ra = {.hop_limit = 64, .lifetime = 1800, .pio_count = 1};
	const struct mip6_prefix p = prefix_of(prefix);
	uint8_t message[128];
	struct ip6_packet packet = {.hop_limit = 255,
				    .src = addr_of(router),
				    .dst = mip6_addr_all_nodes(),
				    .next_header = IP6_NH_ICMPV6,
				    .payload = message};
	int len;

	ra.pio[0] = (struct nd_pio){.len = p.len,
				    .flags = ND_PIO_L | ND_PIO_A,
				    .valid = 86400,
				    .preferred = 14400,
				    .prefix = p.addr};
	len = nd_build_ra(&packet.src, &packet.dst, &ra, message, sizeof(message));
	CU_ASSERT_FATAL(len > 0);
	packet.payload_len = (size_t)len;
	inject(ifindex, &packet);
}

void in_probe(unsigned ifindex, const char *src, const char *target)
{
	send_ns(ifindex, src, target, true);
}

/* A Mobility Header for the checksum of these addresses. */
static void put_mh(struct ip6_packet *p, uint8_t type, uint8_t *room)
{
	struct mh_message m = {.type = type};
	int len;

	if (type == MH_BU)
		m.bu.lifetime = 10;
	len = mh_build(ip6_checksum_src(p), ip6_checksum_dst(p), &m, room, PLANE_ROOM);
	CU_ASSERT_FATAL(len > 0);
	p->next_header = IP6_NH_MH;
	p->payload = room;
	p->payload_len = (size_t)len;
}

void in_mobile(unsigned ifindex, const char *src, const char *dst, const char *hao, const char *rh2,
	       enum plane_payload payload)
{
	uint8_t data[PLANE_ROOM];
	struct ip6_packet p = udp(data, hao ? hao : src, rh2 ? rh2 : dst, SHORT);

	p.src = addr_of(src);
	p.dst = addr_of(dst);
	p.has_hao = hao != NULL;
	p.has_rh2 = rh2 != NULL;
	p.rh2_segments_left = 1;
	if (hao)
		p.hao = addr_of(hao);
	if (rh2)
		p.rh2 = addr_of(rh2);
	if (payload != PLANE_DATA)
		put_mh(&p, payload == PLANE_BU ? MH_BU : MH_BA, data);
	inject(ifindex, &p);
}

void in_segments(unsigned ifindex, const char *src, const char *dst, const char *rh2,
		 uint8_t segments)
{
	uint8_t data[PLANE_ROOM];
	struct ip6_packet p = {.hop_limit = 64,
			       .src = addr_of(src),
			       .dst = addr_of(dst),
			       .has_rh2 = true,
			       .rh2 = addr_of(rh2),
			       .rh2_segments_left = segments};

	put_mh(&p, MH_BA, data);
	inject(ifindex, &p);
}

void in_too_big(unsigned ifindex, const char *src, const char *dst, uint32_t mtu)
{
	struct icmp6_error e = {.type = ICMP6_PACKET_TOO_BIG, .value = mtu};
	uint8_t message[PLANE_ROOM];
	struct ip6_packet p = {.hop_limit = 64,
			       .src = addr_of(src),
			       .dst = addr_of(dst),
			       .next_header = IP6_NH_ICMPV6,
			       .payload = message};
	int len;

	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	e.packet = found->octets + PLANE_ETH;
	e.packet_len = found->len - PLANE_ETH;
	len = icmp6_build_error(&p.src, &p.dst, &e, message, sizeof(message));
	CU_ASSERT_FATAL(len > 0);
	p.payload_len = (size_t)len;
	inject(ifindex, &p);
}

void out_udp_of(const char *src, const char *dst, size_t len)
{
	const struct mip6_addr from = addr_of(src);
	const struct mip6_addr to = addr_of(dst);
	uint8_t data[PLANE_ROOM];

	memset(data, ++number, sizeof(data));
	forget();
	rig->output(&from, &to, data, len - 40 - PLANE_UDP);
	rig->take(&seen);
}

void out_udp(const char *src, const char *dst)
{
	out_udp_of(src, dst, SHORT);
}

void pass_time(unsigned ms)
{
	forget();
	rig->pass(ms);
	rig->take(&seen);
}

/* ---- what was seen ----------------------------------------------------------------------------
 */

static bool parse(const struct plane_frame *f, struct ip6_packet *ret)
{
	return ip6_parse(f->octets + PLANE_ETH, f->len - PLANE_ETH, ret) == MIP6_OK;
}

/* The last packet that was sent, from src to dst (NULL: whoever). */
static bool is_ours(const struct ip6_packet *p, const char *src, const char *dst)
{
	const struct mip6_addr from = addr_of(src ? src : "::");
	const struct mip6_addr to = addr_of(dst ? dst : "::");

	return p->next_header == 17 && p->payload_len > PLANE_UDP &&
	       p->payload[PLANE_UDP] == number && (!src || mip6_addr_equal(&p->src, &from)) &&
	       (!dst || mip6_addr_equal(&p->dst, &to));
}

bool left(unsigned ifindex, uint8_t mac, const char *src, const char *dst)
{
	const uint8_t to[6] = {2, 0, 0, 0, 9, mac};

	for (size_t i = 0; i < seen.frame_count; i++) {
		const struct plane_frame *f = &seen.frames[i];

		if (f->ifindex == ifindex && parse(f, &outer) && is_ours(&outer, src, dst) &&
		    (!mac || memcmp(f->octets, to, sizeof(to)) == 0)) {
			found = f;
			return true;
		}
	}
	return false;
}

static bool parse_tunnelled(const struct plane_frame *f)
{
	return parse(f, &outer) && outer.next_header == IP6_NH_IPV6 &&
	       ip6_parse(outer.payload, outer.payload_len, &inner) == MIP6_OK;
}

static bool parse_between(const struct plane_frame *f, unsigned ifindex, const char *outer_src,
			  const char *outer_dst)
{
	const struct mip6_addr from = addr_of(outer_src);
	const struct mip6_addr to = addr_of(outer_dst);

	return f->ifindex == ifindex && parse_tunnelled(f) && mip6_addr_equal(&outer.src, &from) &&
	       mip6_addr_equal(&outer.dst, &to);
}

bool left_tunnelled(unsigned ifindex, const char *outer_src, const char *outer_dst, const char *src,
		    const char *dst)
{
	for (size_t i = 0; i < seen.frame_count; i++)
		if (parse_between(&seen.frames[i], ifindex, outer_src, outer_dst) &&
		    is_ours(&inner, src, dst)) {
			found = &seen.frames[i];
			return true;
		}
	return false;
}

static bool parse_header(const struct plane_frame *f, unsigned ifindex, const char *coa,
			 const char *hoa)
{
	const struct mip6_addr to = addr_of(coa);
	const struct mip6_addr home = addr_of(hoa);

	return f->ifindex == ifindex && parse(f, &outer) && outer.has_rh2 &&
	       outer.rh2_segments_left == 1 && mip6_addr_equal(&outer.dst, &to) &&
	       mip6_addr_equal(&outer.rh2, &home);
}

bool left_with_header(unsigned ifindex, const char *src, const char *coa, const char *hoa)
{
	for (size_t i = 0; i < seen.frame_count; i++)
		if (parse_header(&seen.frames[i], ifindex, coa, hoa) && is_ours(&outer, src, coa))
			return true;
	return false;
}

bool nothing_with_header(void)
{
	struct ip6_packet p;

	for (size_t i = 0; i < seen.frame_count; i++)
		if (parse(&seen.frames[i], &p) && p.has_rh2)
			return false;
	return true;
}

bool left_nested(unsigned ifindex, const char *outer_src, const char *outer_dst, const char *src,
		 const char *dst)
{
	struct ip6_packet innermost;

	for (size_t i = 0; i < seen.frame_count; i++)
		if (parse_between(&seen.frames[i], ifindex, outer_src, outer_dst) &&
		    inner.next_header == IP6_NH_IPV6 &&
		    ip6_parse(inner.payload, inner.payload_len, &innermost) == MIP6_OK &&
		    is_ours(&innermost, src, dst))
			return true;
	return false;
}

/* A fragment header: the part's place is in eights of octets, and whether more come. */
bool left_in_fragments(unsigned ifindex, const char *outer_src, const char *outer_dst, size_t len)
{
	const struct mip6_addr from = addr_of(outer_src);
	const struct mip6_addr to = addr_of(outer_dst);
	size_t octets = 0;
	size_t count = 0;

	for (size_t i = 0; i < seen.frame_count; i++) {
		if (seen.frames[i].ifindex != ifindex || !parse(&seen.frames[i], &outer) ||
		    outer.next_header != IP6_NH_FRAGMENT || outer.payload_len < 8 ||
		    outer.payload[0] != IP6_NH_IPV6 || !mip6_addr_equal(&outer.src, &from) ||
		    !mip6_addr_equal(&outer.dst, &to))
			continue;
		octets += outer.payload_len - 8;
		count++;
	}
	return count > 1 && octets == len;
}

const struct ip6_packet *found_outer(void)
{
	return &outer;
}

const struct ip6_packet *found_inner(void)
{
	return &inner;
}

bool nothing_left(void)
{
	for (size_t i = 0; i < seen.frame_count; i++) {
		const struct plane_frame *f = &seen.frames[i];

		if ((parse(f, &outer) && is_ours(&outer, NULL, NULL)) ||
		    (parse_tunnelled(f) && is_ours(&inner, NULL, NULL)))
			return false;
	}
	return true;
}

static bool up(uint8_t next_header, const char *src, const char *dst)
{
	const struct mip6_addr from = addr_of(src);
	const struct mip6_addr to = addr_of(dst);

	for (size_t i = 0; i < seen.up_count; i++) {
		const struct plane_up *u = &seen.ups[i];

		if (u->next_header == next_header && mip6_addr_equal(&u->src, &from) &&
		    mip6_addr_equal(&u->dst, &to) && (next_header != 17 || u->number == number))
			return true;
	}
	return false;
}

bool went_up(const char *src, const char *dst)
{
	return up(17, src, dst);
}

bool mh_went_up(const char *src, const char *dst)
{
	return up(IP6_NH_MH, src, dst);
}

bool nothing_up(void)
{
	return seen.up_count == 0;
}

/* An ICMPv6 message of this type; its payload is that of *ret. */
static bool is_icmp6(const struct plane_frame *f, unsigned ifindex, uint8_t type,
		     struct ip6_packet *ret)
{
	return f->ifindex == ifindex && parse(f, ret) && ret->next_header == IP6_NH_ICMPV6 &&
	       icmp6_type(&ret->src, &ret->dst, ret->payload, ret->payload_len) == type;
}

bool asked_for(unsigned ifindex, const char *target)
{
	const struct mip6_addr addr = addr_of(target);
	struct ip6_packet p;
	struct nd_ns ns;

	for (size_t i = 0; i < seen.frame_count; i++)
		if (is_icmp6(&seen.frames[i], ifindex, ICMP6_NS, &p) &&
		    nd_parse_ns(p.payload, p.payload_len, &ns) == MIP6_OK &&
		    mip6_addr_equal(&ns.target, &addr))
			return true;
	return false;
}

bool answered(unsigned ifindex, const char *target, struct plane_answer *ret)
{
	const struct mip6_addr addr = addr_of(target);
	struct ip6_packet p;

	for (size_t i = 0; i < seen.frame_count; i++)
		if (is_icmp6(&seen.frames[i], ifindex, ICMP6_NA, &p) &&
		    nd_valid(ICMP6_NA, &p) == MIP6_OK &&
		    nd_parse_na(p.payload, p.payload_len, &ret->na) == MIP6_OK &&
		    mip6_addr_equal(&ret->na.target, &addr)) {
			ret->src = p.src;
			ret->dst = p.dst;
			return true;
		}
	return false;
}

bool told(unsigned ifindex, const char *dst, uint8_t type, uint8_t code, uint32_t value)
{
	const struct mip6_addr to = addr_of(dst);
	struct icmp6_error e;
	struct ip6_packet p;

	for (size_t i = 0; i < seen.frame_count; i++)
		if (is_icmp6(&seen.frames[i], ifindex, type, &p) &&
		    icmp6_parse_error(p.payload, p.payload_len, &e) == MIP6_OK &&
		    mip6_addr_equal(&p.dst, &to) && e.code == code && e.value == value)
			return true;
	return false;
}

bool told_with_header(unsigned ifindex, const char *coa, const char *hoa, uint8_t type,
		      uint8_t code)
{
	for (size_t i = 0; i < seen.frame_count; i++)
		if (parse_header(&seen.frames[i], ifindex, coa, hoa) &&
		    outer.next_header == IP6_NH_ICMPV6 &&
		    icmp6_type(&outer.src, &outer.rh2, outer.payload, outer.payload_len) == type &&
		    outer.payload[1] == code)
			return true;
	return false;
}

/* ---- all cases ------------------------------------------------------------- */

bool planes_known(enum plane_difference which)
{
	return planes_differences[which].kernel == on_kernel;
}

int planes_run(const char *name, const struct plane_rig *r, bool kernel)
{
	const struct test_case *const lists[] = {planes_link_cases, planes_ha_cases,
						 planes_mn_cases};
	struct test_case all[64];
	size_t count = 0;

	rig = r;
	on_kernel = kernel;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct test_case *c = lists[i]; c->name && count < 64; c++)
			all[count++] = *c;
	return test_run(name, all, count);
}
