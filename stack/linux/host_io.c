/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes through the host in each direction: descriptors that become ready
 * are inputs of the node, and the node's callbacks become system calls. */
#include "host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Duplicate address detection waits RetransTimer, 1 s unless an RA says more. */
#define ADDRESS_LISTEN (2 * MIP6_SECOND)
#define NS_TARGET      8 /* where a neighbour solicitation holds its target (RFC 4861 4.3) */

/* ---- out: struct mip6_host -------------------------------------------------- */

static const char *packet_text(const struct mip6_tx *tx)
{
	return tx->next_header == IP6_NH_MH ? mh_type_text(tx->payload_len > 2 ? tx->payload[2] : 0)
					    : "ICMPv6";
}

/* A failure that lasts is told once, and counted each time. */
static void tell_send_error(struct host *h, const struct mip6_tx *tx, int error)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_WARNING, h->now, tx->ifindex);
	char src[MIP6_ADDR_TEXT];
	char dst[MIP6_ADDR_TEXT];
	char text[256];

	h->stats.tx_errors++;
	if (error == h->last_tx_error)
		return;
	h->last_tx_error = error;
	snprintf(text, sizeof(text), "cannot send %s from %s to %s: %s", packet_text(tx),
		 mip6_addr_format(&tx->src, src), mip6_addr_format(&tx->dst, dst),
		 strerror(-error));
	mip6_event_text(&e, "text", text);
	host_event(h, &e);
}

/* An NS from "::" asks whether an address is free; others who ask the same are
 * heard only in the address's own group. */
static void listen_for_duplicates(struct host *h, const struct mip6_tx *tx)
{
	struct mip6_reader r = rd_init(tx->payload, tx->payload_len);
	struct mip6_addr target;
	struct mip6_addr group;
	uint8_t type = rd_u8(&r);

	rd_bytes(&r, NS_TARGET - 1);
	target = rd_addr(&r);
	if (tx->next_header != IP6_NH_ICMPV6 || type != ICMP6_NS || r.failed)
		return;
	group = mip6_addr_solicited_node(&target);
	if (sock_icmp6_listen(&h->icmp6, h->now, h->now + ADDRESS_LISTEN, tx->ifindex, &group))
		host_debug(h, 1, "cannot join the solicited-node group of an address in DAD");
}

/* Who advertises hears solicitations, whether or not the kernel is a router there. */
static void listen_for_solicitations(struct host *h, const struct mip6_tx *tx)
{
	struct mip6_addr group = mip6_addr_all_routers();

	if (tx->next_header != IP6_NH_ICMPV6 || tx->payload_len == 0 ||
	    tx->payload[0] != ICMP6_RA || !mip6_addr_is_multicast(&tx->dst))
		return;
	if (sock_icmp6_listen(&h->icmp6, h->now, MIP6_NEVER, tx->ifindex, &group))
		host_debug(h, 1, "cannot join the group of all routers");
}

void host_sent(struct host *h, const struct mip6_tx *tx, int err)
{
	if (err)
		tell_send_error(h, tx, err);
	else
		h->last_tx_error = 0;
	host_debug(h, 2, "sent %s on interface %u, %zu octets", packet_text(tx), tx->ifindex,
		   tx->payload_len);
}

static void do_send(void *ctx, const struct mip6_tx *tx)
{
	struct host *h = ctx;
	int err;

	if (host_together_put(h, tx))
		return;
	host_together_flush(h);
	if (mip6_addr_is_unspecified(&tx->src))
		listen_for_duplicates(h, tx);
	listen_for_solicitations(h, tx);
	if (sock_packet_wanted(tx))
		err = sock_packet_send(h->packet_fd, tx);
	else if (tx->direct)
		err = sock_raw_send_direct(tx);
	else if (tx->next_header == IP6_NH_MH)
		err = sock_raw_send(h->mh_fd, tx);
	else
		err = sock_raw_send(h->icmp6.fd, tx);
	host_sent(h, tx, err);
}

/* The kernel joins the group of a new address a moment later, in a thread of its own.
 * A home agent that has to ask for the address before it can acknowledge may be quicker,
 * and asks again only after a second. */
static void listen_for_address(struct host *h, const struct mip6_object *o)
{
	struct mip6_addr group;

	if (o->kind != MIP6_OBJ_ADDRESS || o->address.ifindex == 0)
		return;
	group = mip6_addr_solicited_node(&o->address.addr);
	if (sock_icmp6_listen(&h->icmp6, h->now, h->now + ADDRESS_LISTEN, o->address.ifindex,
			      &group))
		host_debug(h, 1, "cannot join the solicited-node group of a new address");
}

static void stray_ready(void *arg, mip6_time now, uint32_t events);

/* What comes out of the home agent's tunnel without a binding is dropped in the kernel,
 * and the node tells its sender. The tunnel's device brings the table to tell it by. */
static void listen_for_strays(struct host *h)
{
	int err;

	if (h->stray_fd >= 0)
		return;
	h->stray_fd = sock_tunnel_open();
	err = h->stray_fd < 0 ? -errno : kplane_filter_strays(h->kplane, h->stray_fd);
	h->watch_stray = (struct loop_watch){.fd = h->stray_fd, .fn = stray_ready, .arg = h};
	if (!err && !loop_add(&h->loop, &h->watch_stray, EPOLLIN))
		return;
	host_debug(h, 1, "mobile nodes whose binding is lost are not told: %s", strerror(-err));
	if (h->stray_fd >= 0)
		close(h->stray_fd);
	h->stray_fd = -1;
}

static bool is_home_tunnel(const struct mip6_object *o)
{
	return o && o->kind == MIP6_OBJ_DEVICE && o->device.device == MIP6_DEVICE_HA;
}

static void warn(struct host *h, const char *text)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_WARNING, h->now, 0);

	mip6_event_text(&e, "text", text);
	host_event(h, &e);
}

/* All but the largest packets on narrow paths works without: one word, and no refusal. */
static void tell_uncut(struct host *h)
{
	char text[256];

	if (h->told_uncut || !kplane_lacks(h->kplane)[0])
		return;
	h->told_uncut = true;
	snprintf(text, sizeof(text),
		 "packets of a tunnel cannot be cut (%s): where a path takes less than 1320 "
		 "octets, those of more than it takes are lost; TUN and BPF are needed, or "
		 "\"Plane user\"",
		 kplane_lacks(h->kplane));
	warn(h, text);
}

/* Mobile nodes take both forms. */
static void tell_no_rh2(struct host *h)
{
	char text[256];

	if (h->told_no_rh2 || kplane_rh2_error(h->kplane) == 0)
		return;
	h->told_no_rh2 = true;
	snprintf(
	    text, sizeof(text),
	    "what this home agent itself sends to mobile nodes goes into the tunnel and has no "
	    "type 2 routing header (%s): the kernel's BPF lacks what that needs, which Linux "
	    "5.10 has; \"Plane user\" does without",
	    strerror(kplane_rh2_error(h->kplane)));
	warn(h, text);
}

/* Correspondent nodes and access routers ask nothing of the kernel's Mobile IPv6: where
 * that lacks, a Home Address option is to them what it is to any node without. */
static bool goes_without(const struct host *h, const struct mip6_object *o, int err)
{
	return err == MIP6_ERR_UNSUPPORTED && o->kind == MIP6_OBJ_MH_INPUT &&
	       (h->config.role == MIP6_ROLE_CN || h->config.role == MIP6_ROLE_AR);
}

static int do_apply(void *ctx, const struct mip6_object *was, const struct mip6_object *is)
{
	struct host *h = ctx;
	char text[256];
	int err;

	host_together_flush(h);
	err = kplane_apply(h->kplane, was, is);

	if (goes_without(h, is ? is : was, err))
		return 0;
	if (!err && !was)
		listen_for_address(h, is);
	if (!err && is_home_tunnel(is))
		listen_for_strays(h);
	if (!err && is)
		host_made(h, is);
	tell_uncut(h);
	tell_no_rh2(h);
	if (h->debug_level > 0) /* the text costs more than the rest */
		host_debug(h, 1, "%s %s%s",
			   !was	 ? "add"
			   : !is ? "remove"
				 : "change",
			   mip6_object_format(is ? is : was, text, sizeof(text)),
			   err ? ": failed" : "");
	return err;
}

/* The core tells a failure right after it was told of it, once for each object and error:
 * the kernel's own words, which are known only here, go with that. */
static void do_event(void *ctx, const struct mip6_event *event)
{
	struct host *h = ctx;
	struct mip6_event e;

	if (event->id != MIP6_EV_PLANE_ERROR || !h->kplane) {
		host_event(h, event);
		return;
	}
	e = *event;
	mip6_event_text(&e, "text", kplane_error(h->kplane));
	host_event(h, &e);
}

/* Told once, until all is saved again. */
void host_tell_save_error(struct host *h, int error)
{
	char text[HOST_PATH + 256];

	h->stats.save_errors++;
	h->stats.saves = 0;
	if (h->save_failing)
		return;
	h->save_failing = true;
	snprintf(text, sizeof(text), "cannot write %s: %s; it is tried again each second%s",
		 h->state_path, strerror(error),
		 h->config.role == MIP6_ROLE_HA
		     ? ", and until then new bindings are refused (status 130) and others not "
		       "acknowledged"
		     : "");
	warn(h, text);
}

static int do_save(void *ctx, const struct mip6_record *record)
{
	struct host *h = ctx;
	int err;

	errno = 0;
	err = journal_save(h->journal, record);
	if (err)
		host_tell_save_error(h, errno ? errno : EIO);
	else
		h->stats.saves++;
	return err;
}

void host_check_saves(struct host *h)
{
	if (!h->save_failing || h->stats.saves == 0 || mip6_node_unsaved(h->node))
		return;
	h->save_failing = false;
	journal_complete(h->journal);
	warn(h, "the state file can be written again, and holds all that it should");
}

static void do_random(void *ctx, void *buf, size_t len)
{
	uint8_t *to = buf;

	(void)ctx;
	while (len > 0) {
		ssize_t n = getrandom(to, len, 0);

		if (n > 0) {
			to += n;
			len -= (size_t)n;
		}
	}
}

void host_callbacks(struct mip6_host *callbacks)
{
	*callbacks = (struct mip6_host){.send = do_send,
					.apply = do_apply,
					.event = do_event,
					.save = do_save,
					.random = do_random};
}

/* ---- in: descriptors ---------------------------------------------------------- */

static void receive_packet(void *arg, mip6_time now, unsigned ifindex, const struct ip6_packet *p)
{
	struct host *h = arg;

	host_debug(h, 2, "received next header %u on interface %u, %zu octets", p->next_header,
		   ifindex, p->payload_len);
	mip6_node_receive(h->node, now, ifindex, p);
}

static void mh_ready(void *arg, mip6_time now, uint32_t events)
{
	struct host *h = arg;

	(void)events;
	h->now = now;
	host_together_begin(h);
	sock_raw_receive(h->mh_fd, IP6_NH_MH, now, receive_packet, h);
	host_together_end(h);
}

static void stray_ready(void *arg, mip6_time now, uint32_t events)
{
	struct host *h = arg;

	(void)events;
	h->now = now;
	sock_raw_receive(h->stray_fd, IP6_NH_IPV6, now, receive_packet, h);
}

static void icmp6_ready(void *arg, mip6_time now, uint32_t events)
{
	struct host *h = arg;

	(void)events;
	h->now = now;
	sock_raw_receive(h->icmp6.fd, IP6_NH_ICMPV6, now, receive_packet, h);
}

static void links_ready(void *arg, mip6_time now, uint32_t events)
{
	struct host *h = arg;
	struct mip6_event e;

	(void)events;
	h->now = now;
	if (linkmon_receive(h->linkmon, now) == MIP6_OK)
		return;
	e = mip6_event_make(MIP6_EV_WARNING, now, 0);
	mip6_event_text(&e, "text", "cannot read the kernel's link events");
	host_event(h, &e);
}

static void signals_ready(void *arg, mip6_time now, uint32_t events)
{
	struct host *h = arg;
	struct signalfd_siginfo info;

	(void)events;
	h->now = now;
	if (read(h->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP)
		host_reload(h, now, h->error, sizeof(h->error));
	else
		h->loop.stop = true;
}

static void link_report(void *arg, mip6_time now, const struct mip6_link *link)
{
	struct host *h = arg;

	host_debug(h, 1, "interface %u (%s): %s%s", link->ifindex, link->name,
		   link->up ? "up" : "down", link->attached ? ", attached" : "");
	mip6_node_link(h->node, now, link);
	/* An interface that was set down has lost routes and proxy entries. */
	if (link->attached)
		host_touched(h, now, KPLANE_BIT(MIP6_OBJ_ROUTE) | KPLANE_BIT(MIP6_OBJ_PROXY));
}

static void link_gone_report(void *arg, mip6_time now, unsigned ifindex)
{
	struct host *h = arg;

	mip6_node_link_gone(h->node, now, ifindex);
}

static void address_report(void *arg, mip6_time now, unsigned ifindex,
			   const struct mip6_prefix *addr, unsigned flags, bool present)
{
	struct host *h = arg;
	char text[MIP6_PREFIX_TEXT];

	host_debug(h, 1, "interface %u: address %s %s, flags %u", ifindex,
		   mip6_prefix_format(addr, text), present ? "there" : "gone", flags);
	mip6_node_address(h->node, now, ifindex, addr, flags, present);
}

static void neighbour_report(void *arg, mip6_time now, unsigned ifindex,
			     const struct mip6_addr *addr)
{
	struct host *h = arg;

	mip6_node_neighbour_failed(h->node, now, ifindex, addr);
}

static void route_report(void *arg, mip6_time now, unsigned ifindex,
			 const struct mip6_prefix *prefix, bool present)
{
	struct host *h = arg;
	char text[MIP6_PREFIX_TEXT];

	host_debug(h, 1, "interface %u: route to %s %s", ifindex, mip6_prefix_format(prefix, text),
		   present ? "there" : "gone");
	mip6_node_route(h->node, now, ifindex, prefix, present);
}

static void touched_report(void *arg, mip6_time now, enum mip6_object_kind kind)
{
	host_touched(arg, now, kind == MIP6_OBJ_KINDS ? KPLANE_ALL : KPLANE_BIT(kind));
}

static const struct linkmon_sink sink = {.link = link_report,
					 .link_gone = link_gone_report,
					 .address = address_report,
					 .route = route_report,
					 .neighbour_failed = neighbour_report,
					 .touched = touched_report};

/* Above the user plane the node hears of links only: addresses, routes and
 * neighbours of its interfaces are its own. */
static void user_link(void *arg, mip6_time now, const struct mip6_link *link)
{
	struct host *h = arg;

	host_debug(h, 1, "interface %u (%s): %s%s", link->ifindex, link->name,
		   link->up ? "up" : "down", link->attached ? ", attached" : "");
	if (h->uplane)
		uplane_link(h->uplane, now, link);
}

static void user_link_gone(void *arg, mip6_time now, unsigned ifindex)
{
	struct host *h = arg;

	if (h->uplane)
		uplane_link_gone(h->uplane, now, ifindex);
}

static void user_address(void *arg, mip6_time now, unsigned ifindex, const struct mip6_prefix *addr,
			 unsigned flags, bool present)
{
	struct host *h = arg;

	(void)addr;
	(void)flags;
	if (h->uplane && present)
		uplane_address(h->uplane, now, ifindex);
}

static const struct linkmon_sink user_sink = {.link = user_link,
					      .link_gone = user_link_gone,
					      .address = user_address,
					      .touched = touched_report};

/* ---- opening ------------------------------------------------------------------- */

static int failed(struct host *h, const char *what)
{
	const char *hint =
	    errno == EPERM ? " (root, or CAP_NET_ADMIN and CAP_NET_RAW, is needed)" : "";

	snprintf(h->error, sizeof(h->error), "cannot open %s: %s%s", what, strerror(errno), hint);
	return MIP6_ERR_IO;
}

static int open_signals(struct host *h)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return MIP6_ERR_IO;
	h->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return h->signal_fd < 0 ? MIP6_ERR_IO : MIP6_OK;
}

static int watch(struct host *h, struct loop_watch *w, int fd,
		 void (*fn)(void *arg, mip6_time now, uint32_t events))
{
	*w = (struct loop_watch){.fd = fd, .fn = fn, .arg = h};
	return loop_add(&h->loop, w, EPOLLIN) ? failed(h, "the event loop") : MIP6_OK;
}

/* The user plane has the packets already. */
static int open_sockets(struct host *h)
{
	h->mh_fd = sock_mh_open();
	if (h->mh_fd < 0)
		return failed(h, "the Mobility Header socket");
	if (sock_icmp6_open(&h->icmp6))
		return failed(h, "the ICMPv6 socket");
	h->packet_fd = sock_packet_open();
	if (h->packet_fd < 0)
		return failed(h, "the packet socket");
	if (watch(h, &h->watch_mh, h->mh_fd, mh_ready) ||
	    watch(h, &h->watch_icmp6, h->icmp6.fd, icmp6_ready))
		return MIP6_ERR_IO;
	return MIP6_OK;
}

int host_open_io(struct host *h)
{
	if (loop_open(&h->loop))
		return failed(h, "the event loop");
	if (open_signals(h))
		return failed(h, "the signal descriptor");
	h->linkmon = linkmon_open(h->user_plane ? &user_sink : &sink, h);
	if (!h->linkmon)
		return failed(h, "the link monitor");
	if (watch(h, &h->watch_links, linkmon_fd(h->linkmon), links_ready) ||
	    watch(h, &h->watch_signals, h->signal_fd, signals_ready))
		return MIP6_ERR_IO;
	return h->user_plane ? MIP6_OK : open_sockets(h);
}

static void settings_ready(void *arg, mip6_time now, uint32_t events)
{
	struct host *h = arg;

	(void)events;
	h->now = now;
	host_touched(h, now, kplane_settings_touched(h->kplane));
}

static void xfrm_ready(void *arg, mip6_time now, uint32_t events)
{
	struct host *h = arg;

	(void)events;
	h->now = now;
	host_touched(h, now, kplane_xfrm_touched(h->kplane));
}

static void take_unbound(void *arg, const struct ip6_packet *p)
{
	struct host *h = arg;

	mip6_node_unbound(h->node, h->now, p);
}

static void reports_ready(void *arg, mip6_time now, uint32_t events)
{
	struct host *h = arg;

	(void)events;
	h->now = now;
	kplane_reports(h->kplane, take_unbound, h);
}

int host_watch_others(struct host *h)
{
	uint32_t port = h->uplane ? uplane_netlink_port(h->uplane) : kplane_port(h->kplane);
	int settings = h->kplane ? kplane_settings_fd(h->kplane) : -1;
	int xfrm = h->kplane ? kplane_xfrm_fd(h->kplane) : -1;
	int reports = h->kplane ? kplane_reports_fd(h->kplane) : -1;

	if (linkmon_ignore(h->linkmon, port) < 0)
		return failed(h, "the link monitor's filter");
	if (settings >= 0 && watch(h, &h->watch_settings, settings, settings_ready))
		return MIP6_ERR_IO;
	if (xfrm >= 0 && watch(h, &h->watch_xfrm, xfrm, xfrm_ready))
		return MIP6_ERR_IO;
	if (reports >= 0 && watch(h, &h->watch_reports, reports, reports_ready))
		return MIP6_ERR_IO;
	return MIP6_OK;
}

static void plane_ready(void *arg, mip6_time now, uint32_t events)
{
	struct host *h = arg;

	(void)events;
	h->now = now;
	kplane_serve(h->kplane);
}

int host_watch_plane(struct host *h)
{
	return watch(h, &h->watch_plane, kplane_fd(h->kplane), plane_ready);
}

void host_close_io(struct host *h)
{
	linkmon_close(h->linkmon);
	h->linkmon = NULL;
	sock_icmp6_close(&h->icmp6);
	if (h->mh_fd >= 0)
		close(h->mh_fd);
	if (h->packet_fd >= 0)
		close(h->packet_fd);
	if (h->stray_fd >= 0)
		close(h->stray_fd);
	if (h->signal_fd >= 0)
		close(h->signal_fd);
	loop_close(&h->loop);
}
