/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cases of both planes (tests/planes) on the user-space plane: a node whose
 * protocol wants nothing, and the objects put below it. */
#include "planes/planes.h"
#include <core/node_internal.h>
#include <soft/internal.h>

/* What the node sent and took since it was asked last. */
struct soft_rig {
	struct mip6_soft *s;
	mip6_time now;
	struct plane_seen seen;
};

static struct soft_rig rig;

/* ---- the host ------------------------------------------------------------------------------ */

static void on_frames(void *ctx, unsigned ifindex, const struct mip6_buf *frames, size_t count)
{
	struct soft_rig *r = ctx;

	for (size_t i = 0; i < count; i++) {
		struct plane_frame *f = &r->seen.frames[r->seen.frame_count++];

		CU_ASSERT_FATAL(r->seen.frame_count < PLANE_FRAMES && frames[i].len <= PLANE_ROOM);
		f->ifindex = ifindex;
		f->len = frames[i].len;
		memcpy(f->octets, frames[i].data, f->len);
	}
}

static void keep_up(struct soft_rig *r, const struct plane_up *up)
{
	CU_ASSERT_FATAL(r->seen.up_count < PLANE_FRAMES);
	r->seen.ups[r->seen.up_count++] = *up;
}

static void on_up(void *ctx, const struct mip6_buf *packets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct ip6_packet p;
		struct plane_up up;

		CU_ASSERT_EQUAL_FATAL(ip6_parse(packets[i].data, packets[i].len, &p), MIP6_OK);
		CU_ASSERT_FALSE(p.has_hao || p.has_rh2);
		if (p.next_header != 17 || p.payload_len <= PLANE_UDP)
			continue;
		CU_ASSERT_EQUAL(ip6_checksum(&p.src, &p.dst, 17, p.payload, p.payload_len), 0);
		up = (struct plane_up){17, p.payload[PLANE_UDP], p.src, p.dst};
		keep_up(ctx, &up);
	}
}

static void on_event(void *ctx, const struct mip6_event *event)
{
	(void)ctx;
	(void)event;
}

static int on_save(void *ctx, const struct mip6_record *record)
{
	(void)ctx;
	(void)record;
	return 0;
}

static void on_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	memset(buf, 7, len);
}

/* What the plane has for the protocol: the linker puts this in the place of
 * mip6_node_receive (Makefile.d/planes.mk), so that nothing comes of it. */
void __wrap_mip6_node_receive(struct mip6_node *node, mip6_time now, unsigned ifindex,
			      const struct ip6_packet *p);

void __wrap_mip6_node_receive(struct mip6_node *node, mip6_time now, unsigned ifindex,
			      const struct ip6_packet *p)
{
	struct plane_up up = {IP6_NH_MH, 0, *ip6_checksum_src(p), *ip6_checksum_dst(p)};

	(void)node;
	(void)now;
	(void)ifindex;
	if (p->next_header == IP6_NH_MH)
		keep_up(&rig, &up);
}

/* ---- the rig -------------------------------------------------------------------------------- */

static const struct plane_rig soft_rig;

static void plug(unsigned ifindex, const char *address)
{
	struct mip6_link link = {
	    .ifindex = ifindex, .up = true, .attached = true, .mac_len = 6, .mtu = PLANE_MTU};
	struct mip6_prefix p;

	CU_ASSERT_EQUAL_FATAL(mip6_prefix_parse(address, &p), MIP6_OK);
	memcpy(link.mac, soft_rig.mac[ifindex - PLANE_A], 6);
	snprintf(link.name, sizeof(link.name), "eth%u", ifindex);
	mip6_soft_link(rig.s, rig.now, &link);
	CU_ASSERT_EQUAL(mip6_soft_address(rig.s, rig.now, ifindex, &p, true), MIP6_OK);
}

/* What every node wants; the cases begin with nothing. */
static void take_first_wish(void)
{
	const struct mip6_object o = o_mh_input(true, "::");

	CU_ASSERT_EQUAL(soft_apply(rig.s, &o, NULL), MIP6_OK);
	soft_finish(rig.s);
}

static void rig_open(void)
{
	static const struct mip6_soft_host host = {on_frames, on_up,   NULL,
						   on_event,  on_save, on_random};
	struct mip6_config config;

	memset(&rig, 0, sizeof(rig));
	rig.now = MIP6_SECOND;
	mip6_config_default(&config);
	rig.s = mip6_soft_new(&config, &host, &rig);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig.s);
	CU_ASSERT_EQUAL(mip6_soft_start(rig.s, rig.now), MIP6_OK);
	take_first_wish();
	plug(PLANE_A, "3fff:a::1/64");
	plug(PLANE_B, "3fff:b::1/64");
}

static void rig_close(void)
{
	mip6_soft_free(rig.s);
}

static int rig_apply(const struct mip6_object *was, const struct mip6_object *is)
{
	int err = soft_apply(rig.s, was, is);

	soft_finish(rig.s);
	return err;
}

/* In memory of the packet's own size, so that a sanitizer sees a step beyond. */
static struct mip6_buf buffer(const uint8_t *octets, size_t len)
{
	uint8_t *memory = malloc(MIP6_SOFT_HEADROOM + len);

	CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
	memcpy(memory + MIP6_SOFT_HEADROOM, octets, len);
	return (struct mip6_buf){
	    .data = memory + MIP6_SOFT_HEADROOM, .len = len, .headroom = MIP6_SOFT_HEADROOM};
}

static void rig_inject(unsigned ifindex, const uint8_t *frame, size_t len)
{
	struct mip6_buf buf = buffer(frame, len);
	uint8_t *memory = buf.data - MIP6_SOFT_HEADROOM;

	mip6_soft_receive(rig.s, rig.now, ifindex, &buf, 1);
	free(memory);
}

static void rig_output(const struct mip6_addr *src, const struct mip6_addr *dst,
		       const uint8_t *data, size_t len)
{
	uint8_t udp[PLANE_ROOM];
	uint8_t packet[PLANE_ROOM];
	struct mip6_writer w = wr_init(udp, sizeof(udp));
	struct ip6_packet p = {.hop_limit = 64,
			       .src = *src,
			       .dst = *dst,
			       .next_header = 17,
			       .payload = udp,
			       .payload_len = PLANE_UDP + len};
	struct mip6_buf buf;
	uint8_t *memory;

	wr_u16(&w, PLANE_UDP_PORT);
	wr_u16(&w, PLANE_UDP_PORT);
	wr_u16(&w, (uint16_t)p.payload_len);
	wr_u16(&w, 0);
	wr_copy(&w, data, len);
	CU_ASSERT_FALSE_FATAL(w.failed);
	wr_patch_u16(&w, 6, ip6_checksum(src, dst, 17, udp, p.payload_len));
	buf = buffer(packet, (size_t)ip6_build(&p, packet, sizeof(packet)));
	memory = buf.data - MIP6_SOFT_HEADROOM;
	mip6_soft_output(rig.s, rig.now, &buf, 1);
	free(memory);
}

static void rig_pass(unsigned ms)
{
	const mip6_time end = rig.now + ms * MIP6_MS;

	while (mip6_soft_deadline(rig.s) <= end) {
		if (mip6_soft_deadline(rig.s) > rig.now)
			rig.now = mip6_soft_deadline(rig.s);
		mip6_soft_tick(rig.s, rig.now);
	}
	rig.now = end;
}

static void rig_take(struct plane_seen *seen)
{
	*seen = rig.seen;
	rig.seen.frame_count = 0;
	rig.seen.up_count = 0;
}

static const struct plane_rig soft_rig = {
    .open = rig_open,
    .close = rig_close,
    .apply = rig_apply,
    .inject = rig_inject,
    .output = rig_output,
    .pass = rig_pass,
    .take = rig_take,
    .mac = {{2, 0, 0, 0, 1, 1}, {2, 0, 0, 0, 1, 2}},
};

int main(void)
{
	return planes_run("plane_soft", &soft_rig, false);
}
