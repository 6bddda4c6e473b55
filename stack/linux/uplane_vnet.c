/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Virtio's header says of a packet from a TUN device or a packet socket that its
 * checksum is still to be completed, and that it is many TCP segments in one. A
 * stream in which the kernel, this plane and the kernel again handle 64 kB at a
 * time costs a fraction of one handled packet by packet. */
#include "linux/uplane_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
	IP6_HEADER = 40,
	IP6_NEXT_HEADER = 6, /* where it stands in the header */
	PROTO_TCP = 6,
	TCP_OFFSET = 12, /* where the header's length stands */
	TCP_FLAGS = 13,
	TCP_CWR = 0x80,
	TCP_CHECKSUM = 16,
	TCP_HEADER = 20,
	/* VIRTIO_NET_HDR_GSO_UDP_L4, which headers before Linux 6.2 do not have. */
	GSO_UDP = 5,
};

static bool checksum_fits(const struct mip6_buf *buf)
{
	return (size_t)buf->csum_start + buf->csum_offset + 2 <= buf->len;
}

bool uplane_vnet_is_datagrams(const struct virtio_net_hdr *vnet)
{
	return vnet->gso_type == GSO_UDP;
}

bool uplane_vnet_read(const struct virtio_net_hdr *vnet, struct mip6_buf *buf)
{
	uint8_t type = vnet->gso_type & (uint8_t)~VIRTIO_NET_HDR_GSO_ECN;

	buf->csum_valid = vnet->flags & VIRTIO_NET_HDR_F_DATA_VALID;
	buf->csum_partial = vnet->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
	if (buf->csum_partial) {
		buf->csum_start = vnet->csum_start;
		buf->csum_offset = vnet->csum_offset;
		if (!checksum_fits(buf))
			return false;
	}
	if (type == VIRTIO_NET_HDR_GSO_NONE)
		return true;
	if (uplane_vnet_is_datagrams(vnet)) {
		buf->gso_size = vnet->gso_size;
		return vnet->gso_size > 0 && (buf->csum_partial || buf->csum_valid);
	}
	/* Segments always come with a checksum to complete, which says where the TCP
	 * header is. */
	if (type != VIRTIO_NET_HDR_GSO_TCPV6 || !buf->csum_partial || vnet->gso_size == 0 ||
	    (size_t)buf->csum_start + TCP_HEADER > buf->len)
		return false;
	buf->gso_size = vnet->gso_size;
	buf->transport = buf->csum_start;
	return true;
}

struct virtio_net_hdr uplane_vnet_write(const struct mip6_buf *buf)
{
	struct virtio_net_hdr vnet = {.gso_type = VIRTIO_NET_HDR_GSO_NONE};
	const uint8_t *tcp = buf->data + buf->transport;

	if (buf->csum_partial) {
		vnet.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		vnet.csum_start = buf->csum_start;
		vnet.csum_offset = buf->csum_offset;
	}
	if (buf->gso_size == 0 || (size_t)buf->transport + TCP_HEADER > buf->len)
		return vnet;
	vnet.gso_type = VIRTIO_NET_HDR_GSO_TCPV6;
	/* The first segment alone tells that the window was reduced (RFC 3168). */
	if (tcp[TCP_FLAGS] & TCP_CWR)
		vnet.gso_type |= VIRTIO_NET_HDR_GSO_ECN;
	vnet.gso_size = buf->gso_size;
	vnet.hdr_len = (uint16_t)(buf->transport + (tcp[TCP_OFFSET] >> 4) * 4);
	return vnet;
}

struct virtio_net_hdr uplane_vnet_segment(const struct mip6_segment *segment)
{
	struct virtio_net_hdr vnet = {.gso_type = VIRTIO_NET_HDR_GSO_NONE};

	if (!segment->csum_partial)
		return vnet;
	vnet.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	vnet.csum_start = segment->csum_start;
	vnet.csum_offset = segment->csum_offset;
	return vnet;
}

bool uplane_is_plain_tcp(const struct mip6_buf *buf, size_t link_len)
{
	return buf->len >= link_len + IP6_HEADER + TCP_HEADER &&
	       buf->data[link_len + IP6_NEXT_HEADER] == PROTO_TCP;
}

/* ---- packets read ------------------------------------------------------------------ */

int uplane_pool_open(struct uplane_pool *p)
{
	p->slots = malloc((size_t)UPLANE_BATCH * UPLANE_SLOT);
	if (!p->slots)
		return MIP6_ERR_NOMEM;
	for (size_t i = 0; i < UPLANE_BATCH; i++) {
		p->parts[i] = (struct iovec){uplane_slot(p, i) - UPLANE_VNET,
					     UPLANE_SLOT - MIP6_SOFT_HEADROOM + UPLANE_VNET};
		p->messages[i] =
		    (struct mmsghdr){.msg_hdr = {.msg_iov = &p->parts[i], .msg_iovlen = 1}};
	}
	return MIP6_OK;
}

void uplane_pool_close(struct uplane_pool *p)
{
	free(p->slots);
	p->slots = NULL;
}

bool uplane_take_slot(struct uplane_pool *p, size_t i, size_t len, size_t count)
{
	struct mip6_buf *buf = &p->bufs[count];
	struct virtio_net_hdr vnet;

	if (len < sizeof(vnet))
		return false;
	*buf = (struct mip6_buf){
	    .data = uplane_slot(p, i), .len = len - sizeof(vnet), .headroom = MIP6_SOFT_HEADROOM};
	memcpy(&vnet, buf->data - sizeof(vnet), sizeof(vnet));
	p->datagrams[count] = uplane_vnet_is_datagrams(&vnet);
	return uplane_vnet_read(&vnet, buf);
}

uint8_t *uplane_slot(const struct uplane_pool *p, size_t i)
{
	return p->slots + i * UPLANE_SLOT + MIP6_SOFT_HEADROOM;
}

size_t uplane_room(const struct uplane_pool *p, const uint8_t *data)
{
	const uint8_t *end = p->slots + (size_t)UPLANE_BATCH * UPLANE_SLOT;

	if (data < p->slots || data >= end)
		return 0;
	return UPLANE_SLOT - (size_t)(data - p->slots) % UPLANE_SLOT;
}

int uplane_split_datagrams(struct uplane_pool *p, const struct mip6_buf *frame)
{
	return mip6_offload_split(frame, UPLANE_ETH, p->heads, sizeof(p->heads), p->segments,
				  UPLANE_DATAGRAMS);
}

struct mip6_buf uplane_datagram(const struct mip6_buf *frame, const struct mip6_segment *segment)
{
	size_t at = (size_t)(segment->payload - frame->data) - segment->head_len;
	struct mip6_buf buf = {.data = frame->data + at,
			       .len = segment->head_len + segment->payload_len,
			       .headroom = frame->headroom + at,
			       .csum_partial = segment->csum_partial,
			       .csum_start = segment->csum_start,
			       .csum_offset = segment->csum_offset};

	memcpy(buf.data, segment->head, segment->head_len);
	return buf;
}

size_t uplane_merge(const struct uplane_pool *p, struct mip6_buf *first,
		    const struct mip6_buf *more, size_t count, size_t link_len)
{
	size_t room = uplane_room(p, first->data);
	size_t taken = 0;

	if (room == 0 || !uplane_is_plain_tcp(first, link_len))
		return 0;
	while (taken < count && mip6_offload_merge(first, room, &more[taken], link_len))
		taken++;
	return taken;
}
