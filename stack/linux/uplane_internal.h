/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_UPLANE_INTERNAL_H
#define LINUX_UPLANE_INTERNAL_H

/* What the files of the user plane share:
 *
 *   uplane.c        life, interfaces, the seam to the soft plane
 *   uplane_port.c   an interface's packet socket
 *   uplane_send.c   frames out: segments, batches
 *   uplane_tun.c    the TUN device
 *   uplane_vnet.c   virtio's header, and segments put together
 *   uplane_found.c  what the kernel had on an interface, read and restored
 *   uplane_state.c  the same, in the state file
 *   uplane_sysctl.c settings of an interface */
#include "linux/journal.h"
#include "linux/nlsock.h"
#include "linux/uplane.h"

#include <linux/virtio_net.h>
#include <mip6/offload.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum {
	UPLANE_BATCH = 64, /* packets read before the node is called */
	UPLANE_SLOT = MIP6_SOFT_HEADROOM + 65536 + 64,
	UPLANE_TX = 1024, /* frames in one system call, and segments of a packet */
	/* Octets of headers before a segment's payload. No header is so long that it
	 * reaches into the last of them, which hold virtio's header of the next. */
	UPLANE_HEAD = 192,
	UPLANE_DATAGRAMS = 256, /* in one packet; Linux has up to 128 */
	UPLANE_VNET = sizeof(struct virtio_net_hdr),
	UPLANE_ETH = 14,
};

/* ---- uplane_vnet.c: pure functions ------------------------------------------- */
/* What virtio's header says of a packet that was read. False: a form that is not
 * ours (other segments than of TCP in IPv6 or of UDP, offsets beyond the packet). */
bool uplane_vnet_read(const struct virtio_net_hdr *vnet, struct mip6_buf *buf);
/* Many UDP datagrams in one packet, each of gso_size octets of payload but the last:
 * the other end's kernel has not split what was sent so (UDP_SEGMENT), or what came in
 * was put together by ours. Nobody behind here knows them. */
bool uplane_vnet_is_datagrams(const struct virtio_net_hdr *vnet);
/* The header of a packet to write, whole. */
struct virtio_net_hdr uplane_vnet_write(const struct mip6_buf *buf);
/* The header of one segment. */
struct virtio_net_hdr uplane_vnet_segment(const struct mip6_segment *segment);
/* Whether the packet (behind link_len octets) is TCP directly in IPv6. */
bool uplane_is_plain_tcp(const struct mip6_buf *buf, size_t link_len);

/* ---- memory for packets read -------------------------------------------------- */
/* Virtio's header is read to the end of the headroom, right before the packet. */
struct uplane_pool {
	uint8_t *slots; /* UPLANE_BATCH of UPLANE_SLOT octets */
	struct mip6_buf bufs[UPLANE_BATCH];
	struct iovec parts[UPLANE_BATCH];
	struct mmsghdr messages[UPLANE_BATCH];
	bool datagrams[UPLANE_BATCH]; /* the packet is many, of UDP */
	struct mip6_segment segments[UPLANE_DATAGRAMS];
	uint8_t heads[UPLANE_DATAGRAMS * UPLANE_HEAD];
};

/* Allocates the slots. MIP6_ERR_NOMEM. */
int uplane_pool_open(struct uplane_pool *p);
void uplane_pool_close(struct uplane_pool *p);
/* Where the i-th packet is to be read to: behind the headroom. */
uint8_t *uplane_slot(const struct uplane_pool *p, size_t i);
/* Takes the i-th slot, into which `len` octets were read, virtio's header among
 * them, as packet number `count`. False: it is none that we know. */
bool uplane_take_slot(struct uplane_pool *p, size_t i, size_t len, size_t count);
/* Splits a frame of many datagrams into p->segments; returns how many, or a negative
 * error. */
int uplane_split_datagrams(struct uplane_pool *p, const struct mip6_buf *frame);
/* One of them as a frame, in the frame's own memory: its headers are written over the
 * payload of the one before, which is done by then. */
struct mip6_buf uplane_datagram(const struct mip6_buf *frame, const struct mip6_segment *segment);
/* Octets from `data` to the end of its slot; 0 when it is not of the pool. */
size_t uplane_room(const struct uplane_pool *p, const uint8_t *data);
/* Takes into `first` as many of the packets behind it as are its next segments;
 * returns how many. */
size_t uplane_merge(const struct uplane_pool *p, struct mip6_buf *first,
		    const struct mip6_buf *more, size_t count, size_t link_len);

/* ---- uplane_found.c ------------------------------------------------------------- */
/* A netlink message that makes again what the kernel told of. */
struct uplane_message {
	uint8_t *bytes;
	size_t len;
};

/* What was on an interface before it was taken. */
struct uplane_found {
	unsigned ifindex;
	int accept_dad; /* the setting, which restoring changes for a moment */
	mip6_time at;	/* when it was read: lifetimes count from there */
	struct uplane_message *messages;
	size_t count;
};

/* Reads the kernel's tables. MIP6_ERR_IO, MIP6_ERR_NOMEM; nothing is to be cleared
 * then. */
int uplane_found_read(struct nlsock *nl, unsigned ifindex, mip6_time now, struct uplane_found *ret);
void uplane_found_clear(struct uplane_found *f);
int uplane_found_append(struct uplane_found *f, const void *bytes, size_t len);
/* Switches the kernel's IPv6 on again and makes what was there. Returns the number
 * of messages that the kernel refused. */
unsigned uplane_found_restore(struct nlsock *nl, const struct uplane_found *f, mip6_time now);
/* With the kernel's IPv6 off: takes away what it has kept of that nevertheless. */
void uplane_found_sweep(struct nlsock *nl, const struct uplane_found *f);
/* Tells a node of it: `global` is called for each address above link scope. A mobile
 * node is not told what came by Router Advertisements: that holds on the link where
 * it was learned, and the node learns it by itself. */
void uplane_found_tell(const struct uplane_found *f, struct mip6_soft *soft, mip6_time now,
		       bool mobile, void (*global)(void *arg, const struct mip6_addr *addr),
		       void *arg);

/* ---- uplane_state.c ------------------------------------------------------------- */
/* Opens the file; what is of another boot or namespace is forgotten. */
struct journal *uplane_state_open(const char *path, char *error, size_t cap,
				  struct journal_load *ret);
int uplane_state_save(struct journal *j, const struct uplane_found *f);
/* MIP6_ERR_NOTFOUND when the interface is not in the file. */
int uplane_state_load(const struct journal *j, unsigned ifindex, struct uplane_found *ret);
void uplane_state_forget(struct journal *j, unsigned ifindex);
/* The interfaces in the file, in order, at most cap; returns how many. */
size_t uplane_state_list(const struct journal *j, unsigned *ret, size_t cap);

/* ---- uplane_sysctl.c ------------------------------------------------------------ */
/* /proc/sys/net/ipv6/conf/INTERFACE/NAME; 0 or a negative errno. */
int uplane_sysctl_read(const char *interface, const char *name, int *ret);
int uplane_sysctl_write(const char *interface, const char *name, int value);

/* ---- uplane_tun.c ----------------------------------------------------------------- */
struct uplane_tun {
	int fd;
	unsigned ifindex;
	unsigned mtu;
};

/* Makes the device, without addresses and not yet up. MIP6_ERR_IO with a text. */
int uplane_tun_open(struct uplane_tun *t, struct nlsock *nl, bool offload, char *error, size_t cap);
void uplane_tun_close(struct uplane_tun *t);
/* Sets MTU and default route, and sets it up. */
int uplane_tun_up(struct uplane_tun *t, struct nlsock *nl, unsigned mtu);
int uplane_tun_mtu(struct uplane_tun *t, struct nlsock *nl, unsigned mtu);
int uplane_tun_address(const struct uplane_tun *t, struct nlsock *nl, const struct mip6_addr *addr,
		       bool present);
/* Makes again what is missing of the device's state, route and addresses; returns how
 * many things that were, the first of which is named in what. */
unsigned uplane_tun_renew(const struct uplane_tun *t, struct nlsock *nl,
			  const struct mip6_addr *addrs, size_t count, char *what, size_t cap);
/* Reads packets into the pool, at most `most`; returns how many. */
size_t uplane_tun_read(const struct uplane_tun *t, struct uplane_pool *p, size_t most,
		       struct uplane_stats *stats);
bool uplane_tun_write(const struct uplane_tun *t, const struct mip6_buf *packet);

/* ---- uplane_port.c, uplane_send.c --------------------------------------------------- */
/* How much comes in on an interface. */
struct uplane_rate {
	mip6_time since; /* begin of the interval at work */
	size_t frames;	 /* in it so far */
	bool high;	 /* the interval before had many */
	bool behind;	 /* more waited than were read */
};

/* An interface that was taken. */
struct uplane_port {
	struct uplane *plane;
	unsigned ifindex;
	char name[MIP6_IFNAME];
	unsigned mtu;
	int fd;	     /* receives */
	int send_fd; /* sends */
	struct uplane_rate rate;
	struct loop_watch watch;
	struct uplane_found found;
	unsigned refused; /* messages, when it was given back */
	struct uplane_port *next;
};

/* Opens the packet sockets; one receives from now on. 0 or a negative errno. */
int uplane_port_open(struct uplane_port *port);
void uplane_port_close(struct uplane_port *port);
/* At most `most` frames; at a high rate after a moment in which more come. */
size_t uplane_port_read(struct uplane_port *port, mip6_time now, struct uplane_pool *p, size_t most,
			struct uplane_stats *stats);

/* Frames that wait for one system call. */
struct uplane_send {
	struct mmsghdr messages[UPLANE_TX];
	struct iovec parts[UPLANE_TX][2];
	struct virtio_net_hdr vnets[UPLANE_TX];
	struct mip6_segment segments[UPLANE_TX];
	uint8_t heads[(UPLANE_TX + 1) * UPLANE_HEAD];
	size_t count;
	size_t segment_count; /* of those at work */
	size_t most;	      /* frames in a system call */
};

/* Sends frames in order: those that follow each other in a stream together, those
 * with an outer header segment by segment. */
void uplane_send(struct uplane_send *s, int fd, const struct uplane_pool *p,
		 const struct mip6_buf *frames, size_t count, bool offload,
		 struct uplane_stats *stats);

#endif
