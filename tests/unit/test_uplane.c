/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user plane's pure parts: virtio's header in both directions, segments put
 * together in the memory that packets are read to, and what was found on an
 * interface, in the state file and out again. */
#include "linux/uplane_internal.h"
#include "test.h"
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <unistd.h>

enum { TCP_AT = 14 + 40, MSS = 100 };

static uint8_t slots[UPLANE_BATCH * UPLANE_SLOT];
static struct uplane_pool pool = {.slots = slots};

/* A frame with a TCP segment of MSS octets in slot i. */
static struct mip6_buf segment(size_t i, uint32_t sequence)
{
	uint8_t *data = uplane_slot(&pool, i);
	struct mip6_buf buf = {.data = data,
			       .len = TCP_AT + 20 + MSS,
			       .headroom = MIP6_SOFT_HEADROOM,
			       .csum_partial = true,
			       .csum_start = TCP_AT,
			       .csum_offset = 16};
	struct mip6_writer w = wr_init(data + TCP_AT + 4, 4);

	memset(data, 0, buf.len);
	data[12] = 0x86;
	data[13] = 0xdd;
	data[14] = 0x60;
	data[14 + 5] = 20 + MSS;
	data[14 + 6] = 6;
	wr_u32(&w, sequence);
	data[TCP_AT + 12] = 0x50;
	data[TCP_AT + 13] = 0x10;
	return buf;
}

/* ---- virtio's header ------------------------------------------------------------------ */

static void plain_packet_has_an_empty_header(void)
{
	struct mip6_buf buf = segment(0, 1);
	struct virtio_net_hdr vnet = {.flags = 0};

	buf.csum_partial = false;
	CU_ASSERT_TRUE(uplane_vnet_read(&vnet, &buf));
	CU_ASSERT_FALSE(buf.csum_partial || buf.csum_valid || buf.gso_size);
	vnet = uplane_vnet_write(&buf);
	CU_ASSERT_EQUAL(vnet.flags, 0);
	CU_ASSERT_EQUAL(vnet.gso_type, VIRTIO_NET_HDR_GSO_NONE);
}

static void many_segments_keep_their_size(void)
{
	struct mip6_buf buf = segment(0, 1);
	struct virtio_net_hdr vnet = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
				      .gso_type = VIRTIO_NET_HDR_GSO_TCPV6 | VIRTIO_NET_HDR_GSO_ECN,
				      .gso_size = 50,
				      .csum_start = TCP_AT,
				      .csum_offset = 16};

	buf.csum_partial = false;
	CU_ASSERT_TRUE_FATAL(uplane_vnet_read(&vnet, &buf));
	CU_ASSERT_EQUAL(buf.gso_size, 50);
	CU_ASSERT_EQUAL(buf.transport, TCP_AT);
	CU_ASSERT_TRUE(buf.csum_partial);
	vnet = uplane_vnet_write(&buf);
	CU_ASSERT_EQUAL(vnet.gso_type, VIRTIO_NET_HDR_GSO_TCPV6);
	CU_ASSERT_EQUAL(vnet.gso_size, 50);
	CU_ASSERT_EQUAL(vnet.hdr_len, TCP_AT + 20);
	CU_ASSERT_EQUAL(vnet.csum_start, TCP_AT);
	buf.data[TCP_AT + 13] |= 0x80; /* CWR */
	vnet = uplane_vnet_write(&buf);
	CU_ASSERT_EQUAL(vnet.gso_type, VIRTIO_NET_HDR_GSO_TCPV6 | VIRTIO_NET_HDR_GSO_ECN);
}

static void odd_forms_are_refused(void)
{
	static const struct virtio_net_hdr odd[] = {
	    {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 200, .csum_offset = 16},
	    {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 54, .csum_offset = 65535},
	    {.gso_type = VIRTIO_NET_HDR_GSO_TCPV6, .gso_size = 50},
	    {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
	     .gso_type = VIRTIO_NET_HDR_GSO_TCPV6,
	     .csum_start = 54,
	     .csum_offset = 16},
	    {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
	     .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
	     .gso_size = 50,
	     .csum_start = 54,
	     .csum_offset = 16},
	    {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
	     .gso_type = VIRTIO_NET_HDR_GSO_TCPV6,
	     .gso_size = 50,
	     .csum_start = 155,
	     .csum_offset = 16},
	};

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct mip6_buf buf = segment(0, 1);

		buf.csum_partial = false;
		CU_ASSERT_FALSE(uplane_vnet_read(&odd[i], &buf));
	}
}

/* UDP datagrams in one: each is a frame in the memory of the whole, with the room of
 * all that comes before it. */
static void datagrams_become_frames(void)
{
	enum { COUNT = 3, SIZE = 40, HEAD = 14 + 40 + 8 };
	struct mip6_buf frame = segment(0, 1);
	struct virtio_net_hdr vnet = {
	    .flags = VIRTIO_NET_HDR_F_DATA_VALID, .gso_type = 5, .gso_size = SIZE};

	frame.csum_partial = false;
	frame.data[14 + 6] = 17;
	memset(frame.data + HEAD, 0, COUNT * SIZE);
	for (size_t i = 0; i < COUNT; i++)
		memset(frame.data + HEAD + i * SIZE, (int)('a' + i), SIZE);
	frame.len = HEAD + COUNT * SIZE - 10;
	frame.data[14 + 5] = (uint8_t)(frame.len - 14 - 40);
	memcpy(frame.data - sizeof(vnet), &vnet, sizeof(vnet));
	CU_ASSERT_TRUE_FATAL(uplane_take_slot(&pool, 0, sizeof(vnet) + frame.len, 0));
	CU_ASSERT_TRUE(pool.datagrams[0]);
	frame = pool.bufs[0];
	CU_ASSERT_EQUAL_FATAL(uplane_split_datagrams(&pool, &frame), COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		struct mip6_buf one = uplane_datagram(&frame, &pool.segments[i]);
		size_t len = i < COUNT - 1 ? SIZE : SIZE - 10;

		CU_ASSERT_EQUAL(one.len, HEAD + len);
		CU_ASSERT_EQUAL(one.headroom, MIP6_SOFT_HEADROOM + i * SIZE);
		CU_ASSERT_EQUAL(one.data[12], 0x86);
		CU_ASSERT_EQUAL(one.data[HEAD - 3], 8 + len);
		CU_ASSERT_EQUAL(one.data[HEAD], 'a' + i);
		CU_ASSERT_EQUAL(one.data[one.len - 1], 'a' + i);
		CU_ASSERT_TRUE(one.csum_partial && !one.gso_size);
	}
	vnet.flags = 0; /* nobody looked at the checksum */
	memcpy(frame.data - sizeof(vnet), &vnet, sizeof(vnet));
	CU_ASSERT_FALSE(uplane_take_slot(&pool, 0, sizeof(vnet) + frame.len, 0));
}

/* ---- memory ------------------------------------------------------------------------------ */

static void room_ends_with_the_slot(void)
{
	uint8_t other[4];

	CU_ASSERT_EQUAL(uplane_room(&pool, uplane_slot(&pool, 0)),
			UPLANE_SLOT - MIP6_SOFT_HEADROOM);
	CU_ASSERT_EQUAL(uplane_room(&pool, uplane_slot(&pool, 3) - MIP6_SOFT_HEADROOM),
			UPLANE_SLOT);
	CU_ASSERT_EQUAL(uplane_room(&pool, slots + sizeof(slots) - 1), 1);
	CU_ASSERT_EQUAL(uplane_room(&pool, other), 0);
}

static void segments_in_a_row_become_one(void)
{
	struct mip6_buf bufs[] = {segment(0, 1), segment(1, 1 + MSS), segment(2, 1 + 2 * MSS),
				  segment(3, 9999)};

	CU_ASSERT_EQUAL(uplane_merge(&pool, &bufs[0], &bufs[1], 3, 14), 2);
	CU_ASSERT_EQUAL(bufs[0].gso_size, MSS);
	CU_ASSERT_EQUAL(bufs[0].len, TCP_AT + 20 + 3 * MSS);
}

/* Behind an outer header they would have to be split again. */
static void tunnelled_segments_stay(void)
{
	struct mip6_buf bufs[] = {segment(0, 1), segment(1, 1 + MSS)};

	bufs[0].data[14 + 6] = 41;
	bufs[1].data[14 + 6] = 41;
	CU_ASSERT_FALSE(uplane_is_plain_tcp(&bufs[0], 14));
	CU_ASSERT_EQUAL(uplane_merge(&pool, &bufs[0], &bufs[1], 1, 14), 0);
}

/* ---- the state file ---------------------------------------------------------------------- */

struct state_file {
	char folder[64];
	char path[80];
	struct journal *journal;
};

static void open_state(struct state_file *f)
{
	struct journal_load load;
	char error[256];

	f->journal = uplane_state_open(f->path, error, sizeof(error), &load);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->journal);
}

static void new_state(struct state_file *f)
{
	snprintf(f->folder, sizeof(f->folder), "/tmp/test-uplane-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/found", f->folder);
	open_state(f);
}

static void end_state(struct state_file *f)
{
	journal_close(f->journal);
	unlink(f->path);
	rmdir(f->folder);
}

/* A message of `len` octets, each of which tells its place. */
static void add_message(struct uplane_found *f, size_t len, uint8_t seed)
{
	uint8_t bytes[2048];
	struct nlmsghdr h = {.nlmsg_len = (uint32_t)len, .nlmsg_type = RTM_NEWROUTE};

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(seed + i);
	memcpy(bytes, &h, sizeof(h));
	CU_ASSERT_EQUAL_FATAL(uplane_found_append(f, bytes, len), MIP6_OK);
}

static void what_was_found_survives(void)
{
	struct uplane_found found = {.ifindex = 7, .accept_dad = 2, .at = 123456789};
	struct uplane_found back;
	struct state_file f = {.journal = NULL};
	unsigned list[4];

	add_message(&found, 64, 1);
	add_message(&found, 256, 2);
	add_message(&found, 1000, 3); /* more than one record holds */
	new_state(&f);
	CU_ASSERT_EQUAL(uplane_state_save(f.journal, &found), MIP6_OK);
	journal_close(f.journal);
	open_state(&f);
	CU_ASSERT_EQUAL(uplane_state_list(f.journal, list, 4), 1);
	CU_ASSERT_EQUAL(list[0], 7);
	CU_ASSERT_EQUAL_FATAL(uplane_state_load(f.journal, 7, &back), MIP6_OK);
	CU_ASSERT_EQUAL(back.accept_dad, 2);
	CU_ASSERT_EQUAL(back.at, 123456789);
	CU_ASSERT_EQUAL_FATAL(back.count, 3);
	for (size_t i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL_FATAL(back.messages[i].len, found.messages[i].len);
		CU_ASSERT_EQUAL(
		    memcmp(back.messages[i].bytes, found.messages[i].bytes, back.messages[i].len),
		    0);
	}
	uplane_found_clear(&back);
	CU_ASSERT_EQUAL(uplane_state_load(f.journal, 8, &back), MIP6_ERR_NOTFOUND);
	uplane_found_clear(&found);
	end_state(&f);
}

static void forgotten_interfaces_are_gone(void)
{
	struct uplane_found found = {.ifindex = 7};
	struct uplane_found back;
	struct state_file f = {.journal = NULL};

	add_message(&found, 600, 1);
	new_state(&f);
	CU_ASSERT_EQUAL(uplane_state_save(f.journal, &found), MIP6_OK);
	found.ifindex = 9;
	CU_ASSERT_EQUAL(uplane_state_save(f.journal, &found), MIP6_OK);
	uplane_state_forget(f.journal, 7);
	CU_ASSERT_EQUAL(uplane_state_load(f.journal, 7, &back), MIP6_ERR_NOTFOUND);
	CU_ASSERT_EQUAL_FATAL(uplane_state_load(f.journal, 9, &back), MIP6_OK);
	CU_ASSERT_EQUAL(back.count, 1);
	uplane_found_clear(&back);
	uplane_found_clear(&found);
	end_state(&f);
}

/* A piece that was not written any more: the message it belongs to is none. */
static void broken_messages_are_left_out(void)
{
	struct uplane_found found = {.ifindex = 7};
	struct uplane_found back;
	struct mip6_record piece = {.kind = (enum mip6_record_kind)(MIP6_RECORD_KINDS + 1),
				    .key = {{0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 1}}};
	struct state_file f = {.journal = NULL};

	add_message(&found, 64, 1);
	add_message(&found, 512, 2);
	new_state(&f);
	CU_ASSERT_EQUAL(uplane_state_save(f.journal, &found), MIP6_OK);
	CU_ASSERT_EQUAL(journal_save(f.journal, &piece), MIP6_OK);
	CU_ASSERT_EQUAL_FATAL(uplane_state_load(f.journal, 7, &back), MIP6_OK);
	CU_ASSERT_EQUAL_FATAL(back.count, 1);
	CU_ASSERT_EQUAL(back.messages[0].len, 64);
	uplane_found_clear(&back);
	uplane_found_clear(&found);
	end_state(&f);
}

/* ---- telling a node ------------------------------------------------------------------------ */

static void no_frames(void *ctx, unsigned ifindex, const struct mip6_buf *frames, size_t count)
{
	(void)ctx, (void)ifindex, (void)frames, (void)count;
}

static void no_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	memset(buf, 1, len);
}

static void count_address(void *arg, const struct mip6_addr *addr)
{
	unsigned *count = arg;

	(void)addr;
	(*count)++;
}

/* The kernel's word of 3fff:0:201::5/64 on interface 7. */
static void add_address(struct uplane_found *f, uint32_t flags)
{
	const struct ifaddrmsg body = {
	    .ifa_family = AF_INET6, .ifa_prefixlen = 64, .ifa_index = f->ifindex};
	const struct mip6_addr addr = {{0x3f, 0xff, 0, 0, 2, 1, [15] = 5}};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_NEWADDR, 0, &body, sizeof(body));

	nlsock_put_addr(m, IFA_ADDRESS, &addr);
	mnl_attr_put_u32(m, IFA_FLAGS, flags);
	CU_ASSERT_EQUAL_FATAL(uplane_found_append(f, m, m->nlmsg_len), MIP6_OK);
}

static struct mip6_soft *plain_node(void)
{
	static const struct mip6_soft_host host = {.frames = no_frames, .random = no_random};
	const struct mip6_link link = {
	    .ifindex = 7, .name = "eth0", .up = true, .mac_len = 6, .mac = {2, 1}, .mtu = 1500};
	struct mip6_soft *soft = mip6_soft_new(NULL, &host, NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(soft);
	CU_ASSERT_EQUAL(mip6_soft_start(soft, 0), MIP6_OK);
	mip6_soft_link(soft, 0, &link);
	return soft;
}

/* Whether a node that was told asks for a neighbour with that prefix; *ret_global is
 * how many addresses its upper layers get. */
static bool is_on_link(uint32_t flags, bool mobile, unsigned *ret_global)
{
	struct uplane_found found = {.ifindex = 7};
	struct mip6_soft *soft = plain_node();
	struct mip6_buf packet = {
	    .data = uplane_slot(&pool, 0), .len = 40, .headroom = MIP6_SOFT_HEADROOM};
	struct mip6_soft_stats stats;

	*ret_global = 0;
	add_address(&found, flags);
	uplane_found_tell(&found, soft, 0, mobile, count_address, ret_global);
	memset(packet.data, 0, 40);
	packet.data[0] = 0x60;
	packet.data[6] = 59;
	packet.data[7] = 64;
	memcpy(packet.data + 8, (const uint8_t[16]){0x3f, 0xff, 0, 0, 2, 1, [15] = 5}, 16);
	memcpy(packet.data + 24, (const uint8_t[16]){0x3f, 0xff, 0, 0, 2, 1, [15] = 9}, 16);
	mip6_soft_output(soft, 1, &packet, 1);
	mip6_soft_stats(soft, &stats);
	CU_ASSERT_EQUAL(stats.neighbours_solicited + stats.drop_no_route, 1);
	mip6_soft_free(soft);
	uplane_found_clear(&found);
	return stats.neighbours_solicited == 1;
}

static void what_was_found_is_told(void)
{
	unsigned global;

	CU_ASSERT_TRUE(is_on_link(IFA_F_PERMANENT, false, &global));
	CU_ASSERT_EQUAL(global, 1);
	CU_ASSERT_TRUE(is_on_link(0, false, &global));
	CU_ASSERT_EQUAL(global, 1);
}

/* A prefix of the link where it was learned would be taken for one of the next. */
static void mobile_node_is_not_told_of_advertised_prefixes(void)
{
	unsigned global;

	CU_ASSERT_TRUE(is_on_link(IFA_F_PERMANENT, true, &global));
	CU_ASSERT_FALSE(is_on_link(0, true, &global));
	CU_ASSERT_EQUAL(global, 0);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"plain packet has an empty header", plain_packet_has_an_empty_header},
	    {"many segments keep their size", many_segments_keep_their_size},
	    {"odd forms are refused", odd_forms_are_refused},
	    {"datagrams become frames", datagrams_become_frames},
	    {"room ends with the slot", room_ends_with_the_slot},
	    {"segments in a row become one", segments_in_a_row_become_one},
	    {"tunnelled segments stay", tunnelled_segments_stay},
	    {"what was found survives", what_was_found_survives},
	    {"forgotten interfaces are gone", forgotten_interfaces_are_gone},
	    {"broken messages are left out", broken_messages_are_left_out},
	    {"what was found is told", what_was_found_is_told},
	    {"mobile node is not told of advertised prefixes",
	     mobile_node_is_not_told_of_advertised_prefixes},
	};

	return test_run("uplane", tests, sizeof(tests) / sizeof(tests[0]));
}
