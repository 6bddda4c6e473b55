/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The life of the user plane, and its seam to the soft plane. An interface is taken
 * in an order that leaves no moment to lose something: what the kernel has on it is
 * written down, the socket listens, the node knows the addresses, and only then the
 * kernel's own IPv6 goes off. Giving it back is the reverse. */
#include "linux/uplane_internal.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	INTERFACES = 256, /* in the state file */
	TUNNEL_OVERHEAD = 40,
	DEFAULT_MTU = 1500,
	LEAST_MTU = 1280,
};

struct uplane {
	struct mip6_config config;
	struct loop *loop;
	const struct mip6_host *host; /* event, save, random */
	void *arg;
	struct mip6_soft_host soft_host;
	struct mip6_soft *soft;
	struct nlsock nl;
	struct journal *state;
	struct journal_load load; /* of it */
	struct uplane_port *ports;
	struct uplane_tun tun;
	struct loop_watch watch_tun;
	struct mip6_addr *addrs; /* of the TUN device */
	size_t addr_count;
	struct uplane_pool pool;
	struct uplane_send send;
	struct uplane_stats stats;
	size_t batch;
	bool offload;
	bool running;
	mip6_time now;
};

static void warn(struct uplane *u, const char *what, const char *name, int err)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_WARNING, u->now, 0);
	char text[256];

	snprintf(text, sizeof(text), "user plane: cannot %s %s: %s", what, name, strerror(-err));
	mip6_event_text(&e, "text", text);
	u->host->event(u->arg, &e);
}

static struct uplane_port *find(const struct uplane *u, unsigned ifindex)
{
	for (struct uplane_port *p = u->ports; p; p = p->next)
		if (p->ifindex == ifindex)
			return p;
	return NULL;
}

/* ---- addresses of the TUN device ------------------------------------------------------ */

static bool has_address(const struct uplane *u, const struct mip6_addr *addr)
{
	for (size_t i = 0; i < u->addr_count; i++)
		if (mip6_addr_equal(&u->addrs[i], addr))
			return true;
	return false;
}

static bool keep_address(struct uplane *u, const struct mip6_addr *addr)
{
	struct mip6_addr *more;

	if (has_address(u, addr))
		return true;
	more = realloc(u->addrs, (u->addr_count + 1) * sizeof(*more));
	if (!more)
		return false;
	u->addrs = more;
	more[u->addr_count++] = *addr;
	return true;
}

static void drop_address(struct uplane *u, const struct mip6_addr *addr)
{
	for (size_t i = 0; i < u->addr_count; i++)
		if (mip6_addr_equal(&u->addrs[i], addr))
			u->addrs[i--] = u->addrs[--u->addr_count];
}

static void set_address(struct uplane *u, const struct mip6_addr *addr, bool present)
{
	char text[MIP6_ADDR_TEXT];
	int err;

	if (!present)
		drop_address(u, addr);
	else if (!keep_address(u, addr))
		return;
	err = uplane_tun_address(&u->tun, &u->nl, addr, present);
	if (err < 0)
		warn(u, present ? "add the address" : "remove the address",
		     mip6_addr_format(addr, text), err);
}

/* Upper layers of a fixed node may use its configured addresses. Those of a mobile
 * node are care-of addresses, which they shall not. */
static void found_address(void *arg, const struct mip6_addr *addr)
{
	struct uplane *u = arg;

	if (u->config.role != MIP6_ROLE_MN)
		set_address(u, addr, true);
}

/* What a mobile node sends is tunnelled when it is away: with room left for the
 * outer header no TCP connection ever meets Packet Too Big. A fixed node's packets
 * mostly are not; for those that are it gets Packet Too Big once a path. */
static unsigned tun_mtu(const struct uplane *u)
{
	unsigned least = u->ports ? UINT32_MAX : DEFAULT_MTU;

	for (const struct uplane_port *p = u->ports; p; p = p->next)
		if (p->mtu < least)
			least = p->mtu;
	if (u->config.role == MIP6_ROLE_MN)
		least -= TUNNEL_OVERHEAD;
	return least < LEAST_MTU ? LEAST_MTU : least;
}

/* ---- out: the soft plane's host --------------------------------------------------------- */

static void do_frames(void *ctx, unsigned ifindex, const struct mip6_buf *frames, size_t count)
{
	struct uplane *u = ctx;
	const struct uplane_port *p = find(u, ifindex);

	if (p)
		uplane_send(&u->send, p->send_fd, &u->pool, frames, count, u->offload, &u->stats);
}

static void do_up(void *ctx, const struct mip6_buf *packets, size_t count)
{
	struct uplane *u = ctx;

	for (size_t i = 0; i < count; i++) {
		struct mip6_buf packet = packets[i];
		size_t taken = 0;

		if (u->offload)
			taken = uplane_merge(&u->pool, &packet, &packets[i + 1], count - i - 1, 0);
		u->stats.merged += taken;
		i += taken;
		if (!uplane_tun_write(&u->tun, &packet))
			u->stats.up_errors++;
	}
}

static void do_address(void *ctx, const struct mip6_addr *addr, bool present)
{
	set_address(ctx, addr, present);
}

static void do_event(void *ctx, const struct mip6_event *event)
{
	const struct uplane *u = ctx;

	u->host->event(u->arg, event);
}

static int do_save(void *ctx, const struct mip6_record *record)
{
	const struct uplane *u = ctx;

	return u->host->save(u->arg, record);
}

static void do_random(void *ctx, void *buf, size_t len)
{
	const struct uplane *u = ctx;

	u->host->random(u->arg, buf, len);
}

static const struct mip6_soft_host soft_host = {.frames = do_frames,
						.up = do_up,
						.address = do_address,
						.event = do_event,
						.save = do_save,
						.random = do_random};

/* ---- in: descriptors ---------------------------------------------------------------------- */

static void receive_datagrams(struct uplane *u, mip6_time now, unsigned ifindex,
			      const struct mip6_buf *frame)
{
	int count = uplane_split_datagrams(&u->pool, frame);

	if (count < 0)
		u->stats.rx_odd++;
	for (int i = 0; i < count; i++) {
		struct mip6_buf one = uplane_datagram(frame, &u->pool.segments[i]);

		mip6_soft_receive(u->soft, now, ifindex, &one, 1);
	}
}

/* Frames in the pool, in order. */
static void receive(struct uplane *u, mip6_time now, unsigned ifindex, size_t count)
{
	struct uplane_pool *p = &u->pool;
	size_t done = 0;

	while (done < count) {
		size_t end = done;

		while (end < count && !p->datagrams[end])
			end++;
		if (end > done)
			mip6_soft_receive(u->soft, now, ifindex, &p->bufs[done], end - done);
		if (end < count)
			receive_datagrams(u, now, ifindex, &p->bufs[end]);
		done = end + 1;
	}
}

static void port_ready(void *arg, mip6_time now, uint32_t events)
{
	struct uplane_port *p = arg;
	struct uplane *u = p->plane;
	size_t count = uplane_port_read(p, now, &u->pool, u->batch, &u->stats);

	(void)events;
	u->now = now;
	receive(u, now, p->ifindex, count);
}

static int open_tun(struct uplane *u, char *error, size_t cap);

/* Somebody removed the device: it is made again with all that was on it. */
static void renew_tun(struct uplane *u)
{
	char error[256];

	loop_remove(u->loop, &u->watch_tun);
	uplane_tun_close(&u->tun);
	if (open_tun(u, error, sizeof(error)) || uplane_tun_up(&u->tun, &u->nl, tun_mtu(u)) < 0) {
		warn(u, "make again the device", UPLANE_DEVICE, -EIO);
		return;
	}
	for (size_t i = 0; i < u->addr_count; i++)
		uplane_tun_address(&u->tun, &u->nl, &u->addrs[i], true);
}

unsigned uplane_renew(struct uplane *u, mip6_time now, char *what, size_t cap)
{
	u->now = now;
	return uplane_tun_renew(&u->tun, &u->nl, u->addrs, u->addr_count, what, cap);
}

uint32_t uplane_netlink_port(const struct uplane *u)
{
	return u->nl.port;
}

static void tun_ready(void *arg, mip6_time now, uint32_t events)
{
	struct uplane *u = arg;
	size_t count;

	u->now = now;
	if (events & (EPOLLERR | EPOLLHUP)) {
		renew_tun(u);
		return;
	}
	count = uplane_tun_read(&u->tun, &u->pool, u->batch, &u->stats);
	if (count > 0)
		mip6_soft_output(u->soft, now, u->pool.bufs, count);
}

static int open_tun(struct uplane *u, char *error, size_t cap)
{
	int err = uplane_tun_open(&u->tun, &u->nl, u->offload, error, cap);

	if (err)
		return err;
	u->watch_tun = (struct loop_watch){.fd = u->tun.fd, .fn = tun_ready, .arg = u};
	if (loop_add(u->loop, &u->watch_tun, EPOLLIN) == MIP6_OK)
		return MIP6_OK;
	uplane_tun_close(&u->tun);
	snprintf(error, cap, "user plane: the event loop: %s", strerror(errno));
	return MIP6_ERR_IO;
}

/* ---- which interfaces ------------------------------------------------------------------ */

struct kind {
	bool ethernet;
	bool enslaved; /* a port of a bridge, a bond ... */
};

static int take_kind(const struct nlmsghdr *m, void *arg)
{
	struct kind *kind = arg;
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(m);
	const struct nlattr *table[IFLA_MASTER + 1];

	if (m->nlmsg_type != RTM_NEWLINK || m->nlmsg_len < mnl_nlmsg_size(sizeof(*ifi)))
		return 0;
	nlsock_attributes(m, sizeof(*ifi), table, IFLA_MASTER + 1);
	kind->ethernet = ifi->ifi_type == ARPHRD_ETHER && !(ifi->ifi_flags & IFF_NOARP);
	kind->enslaved = table[IFLA_MASTER];
	return 0;
}

static bool is_free_ethernet(struct uplane *u, unsigned ifindex)
{
	const struct ifinfomsg body = {.ifi_index = (int)ifindex};
	struct nlsock_request q;
	struct kind kind = {.ethernet = false};

	nlsock_get(&u->nl, nlsock_begin(&q, RTM_GETLINK, 0, &body, sizeof(body)), take_kind, &kind);
	return kind.ethernet && !kind.enslaved;
}

/* As the core's mobile node chooses them. */
static bool role_serves(const struct mip6_config *c, const char *name)
{
	if (c->role != MIP6_ROLE_MN)
		return true;
	for (size_t i = 0; i < c->interface_count; i++) {
		const struct mip6_if_config *i_config = &c->interfaces[i];

		if (strcmp(i_config->name, name) == 0)
			return i_config->type == MIP6_ROLE_MN && i_config->preference > 0;
	}
	return c->interface_count == 0 || c->use_all_interfaces;
}

/* ---- taking and giving back ------------------------------------------------------------ */

/* What was there: as the kernel has it, or, where a former process has taken the
 * interface and was killed, as it wrote it down. */
static int find_out(struct uplane *u, struct uplane_port *p)
{
	int disabled;
	int err = uplane_sysctl_read(p->name, "disable_ipv6", &disabled);

	if (err < 0)
		return MIP6_ERR_UNSUPPORTED;
	if (uplane_state_load(u->state, p->ifindex, &p->found) == MIP6_OK) {
		if (disabled)
			return MIP6_OK;
		/* It was killed while it gave the interface back. */
		uplane_found_restore(&u->nl, &p->found, u->now);
		uplane_found_clear(&p->found);
		uplane_state_forget(u->state, p->ifindex);
	} else if (disabled) {
		return MIP6_ERR_NOTFOUND;
	}
	err = uplane_found_read(&u->nl, p->ifindex, u->now, &p->found);
	if (err)
		return err;
	uplane_sysctl_read(p->name, "accept_dad", &p->found.accept_dad);
	return uplane_state_save(u->state, &p->found);
}

static int open_port(struct uplane *u, struct uplane_port *p)
{
	int err = uplane_port_open(p);

	if (err < 0)
		return err;
	p->watch = (struct loop_watch){.fd = p->fd, .fn = port_ready, .arg = p};
	return loop_add(u->loop, &p->watch, EPOLLIN) ? -errno : 0;
}

static void close_port(struct uplane *u, struct uplane_port *p)
{
	if (p->fd >= 0)
		loop_remove(u->loop, &p->watch);
	uplane_port_close(p);
}

static void free_port(struct uplane *u, struct uplane_port *p)
{
	close_port(u, p);
	uplane_found_clear(&p->found);
	free(p);
}

/* Once more for what was refused, a route over an interface that was not back yet. */
static void settle_port(struct uplane *u, struct uplane_port *p)
{
	if (p->refused > 0)
		p->refused = uplane_found_restore(&u->nl, &p->found, u->now);
	if (p->refused > 0)
		warn(u, "restore all that was on interface", p->name, -EIO);
	uplane_state_forget(u->state, p->ifindex);
}

/* It could not be taken: there is something to give back only where a former process
 * had taken it. */
static void leave_port(struct uplane *u, struct uplane_port *p)
{
	int disabled;

	if (uplane_sysctl_read(p->name, "disable_ipv6", &disabled) == 0 && disabled)
		p->refused = uplane_found_restore(&u->nl, &p->found, u->now);
	settle_port(u, p);
}

/* In the order in which they were taken they are given back: the kernel lists
 * routes of several interfaces in the order in which they came. */
static void append_port(struct uplane *u, struct uplane_port *p)
{
	struct uplane_port **at = &u->ports;

	while (*at)
		at = &(*at)->next;
	*at = p;
}

static bool config_names(const struct mip6_config *c, const char *name)
{
	for (size_t i = 0; i < c->interface_count; i++)
		if (strcmp(c->interfaces[i].name, name) == 0)
			return true;
	return false;
}

/* An interface on which the kernel has no IPv6 is left alone, which is worth a word
 * where the configuration counts on it. */
static void tell_not_taken(struct uplane *u, const char *name, int err)
{
	if (err != MIP6_ERR_NOTFOUND && err != MIP6_ERR_UNSUPPORTED)
		warn(u, "write down what is on interface", name,
		     err == MIP6_ERR_NOMEM ? -ENOMEM : -EIO);
	else if (config_names(&u->config, name))
		warn(u, "take an interface without IPv6 (see disable_ipv6):", name, -EAFNOSUPPORT);
}

static void take(struct uplane *u, const struct mip6_link *link)
{
	struct uplane_port *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return;
	*p = (struct uplane_port){
	    .plane = u, .ifindex = link->ifindex, .mtu = link->mtu, .fd = -1, .send_fd = -1};
	memcpy(p->name, link->name, sizeof(p->name));
	err = find_out(u, p);
	if (err) {
		tell_not_taken(u, p->name, err);
		free_port(u, p);
		return;
	}
	err = open_port(u, p);
	if (err == 0)
		err = uplane_sysctl_write(p->name, "disable_ipv6", 1);
	if (err < 0) {
		warn(u, "take the interface", p->name, err);
		leave_port(u, p);
		free_port(u, p);
		return;
	}
	uplane_found_sweep(&u->nl, &p->found);
	append_port(u, p);
}

static void tell_mtu(struct uplane *u)
{
	if (u->running)
		uplane_tun_mtu(&u->tun, &u->nl, tun_mtu(u));
}

/* Others switch the kernel's IPv6 on as well: somebody's sysctl, and the kernel, which
 * makes it anew when an MTU below its least grows again. It must not answer beside us. */
static void keep_off(struct uplane *u, const struct uplane_port *p)
{
	int disabled;
	int err;

	if (uplane_sysctl_read(p->name, "disable_ipv6", &disabled) < 0 || disabled)
		return;
	err = uplane_sysctl_write(p->name, "disable_ipv6", 1);
	if (err < 0)
		warn(u, "keep the kernel's IPv6 off on interface", p->name, err);
}

void uplane_address(struct uplane *u, mip6_time now, unsigned ifindex)
{
	const struct uplane_port *p = find(u, ifindex);

	u->now = now;
	if (p)
		keep_off(u, p);
}

void uplane_link(struct uplane *u, mip6_time now, const struct mip6_link *link)
{
	struct uplane_port *p = find(u, link->ifindex);
	bool is_new = !p;

	u->now = now;
	if (is_new && link->mac_len == 6 && role_serves(&u->config, link->name) &&
	    is_free_ethernet(u, link->ifindex)) {
		take(u, link);
		p = find(u, link->ifindex);
	}
	if (!p)
		return;
	p->mtu = link->mtu;
	memcpy(p->name, link->name, sizeof(p->name));
	keep_off(u, p);
	mip6_soft_link(u->soft, now, link);
	if (is_new)
		uplane_found_tell(&p->found, u->soft, now, u->config.role == MIP6_ROLE_MN,
				  found_address, u);
	tell_mtu(u);
}

void uplane_link_gone(struct uplane *u, mip6_time now, unsigned ifindex)
{
	struct uplane_port **at = &u->ports;

	u->now = now;
	while (*at && (*at)->ifindex != ifindex)
		at = &(*at)->next;
	if (*at) {
		struct uplane_port *p = *at;

		*at = p->next;
		free_port(u, p);
		uplane_state_forget(u->state, ifindex);
		mip6_soft_link_gone(u->soft, now, ifindex);
		tell_mtu(u);
	}
}

/* What a former process took and this one does not want. */
static void give_back_others(struct uplane *u)
{
	unsigned list[INTERFACES];
	size_t count = uplane_state_list(u->state, list, INTERFACES);

	for (size_t i = 0; i < count; i++) {
		struct uplane_found found;

		if (find(u, list[i]) || uplane_state_load(u->state, list[i], &found))
			continue;
		uplane_found_restore(&u->nl, &found, u->now);
		uplane_found_clear(&found);
		uplane_state_forget(u->state, list[i]);
	}
}

int uplane_give_back(const char *state_path, struct journal_load *ret, char *error, size_t cap)
{
	struct uplane u = {.now = loop_now()};

	if (access(state_path, F_OK) < 0)
		return MIP6_OK;
	u.state = uplane_state_open(state_path, error, cap, ret);
	if (!u.state)
		return MIP6_ERR_IO;
	if (nlsock_open(&u.nl, NETLINK_ROUTE) == 0)
		give_back_others(&u);
	nlsock_close(&u.nl);
	journal_close(u.state);
	return MIP6_OK;
}

/* ---- life --------------------------------------------------------------------------------- */

static int open_all(struct uplane *u, const char *state_path, char *error, size_t cap)
{
	u->soft = mip6_soft_new(&u->config, &u->soft_host, u);
	if (uplane_pool_open(&u->pool) || !u->soft) {
		snprintf(error, cap, "%s", mip6_strerror(MIP6_ERR_NOMEM));
		return MIP6_ERR_NOMEM;
	}
	if (nlsock_open(&u->nl, NETLINK_ROUTE) < 0) {
		snprintf(error, cap, "user plane: cannot open netlink: %s", strerror(errno));
		return MIP6_ERR_IO;
	}
	u->state = uplane_state_open(state_path, error, cap, &u->load);
	if (!u->state)
		return MIP6_ERR_IO;
	return open_tun(u, error, cap);
}

const struct journal_load *uplane_load(const struct uplane *u)
{
	return &u->load;
}

struct uplane *uplane_open(const struct mip6_config *config, struct loop *loop,
			   const struct mip6_host *host, void *arg, const char *state_path,
			   char *error, size_t cap)
{
	const char *offload = getenv(UPLANE_OFFLOAD_VARIABLE);
	struct uplane *u = calloc(1, sizeof(*u));

	if (!u || mip6_config_copy(&u->config, config)) {
		snprintf(error, cap, "%s", mip6_strerror(MIP6_ERR_NOMEM));
		free(u);
		return NULL;
	}
	u->loop = loop;
	u->host = host;
	u->arg = arg;
	u->soft_host = soft_host;
	u->tun.fd = -1;
	u->now = loop_now();
	u->offload = !offload || strcmp(offload, "off") != 0;
	u->batch = u->offload ? UPLANE_BATCH : 1;
	u->send.most = u->offload ? UPLANE_TX : 1;
	if (open_all(u, state_path, error, cap) == MIP6_OK)
		return u;
	uplane_close(u);
	return NULL;
}

static void give_back_all(struct uplane *u)
{
	if (u->tun.fd >= 0) {
		loop_remove(u->loop, &u->watch_tun);
		uplane_tun_close(&u->tun);
	}
	for (struct uplane_port *p = u->ports; p; p = p->next) {
		close_port(u, p);
		p->refused = uplane_found_restore(&u->nl, &p->found, u->now);
	}
	while (u->ports) {
		struct uplane_port *p = u->ports;

		u->ports = p->next;
		settle_port(u, p);
		free_port(u, p);
	}
	u->running = false;
}

void uplane_close(struct uplane *u)
{
	if (!u)
		return;
	give_back_all(u);
	if (u->soft)
		mip6_soft_free(u->soft);
	if (u->state)
		journal_close(u->state);
	nlsock_close(&u->nl);
	mip6_config_clear(&u->config);
	uplane_pool_close(&u->pool);
	free(u->addrs);
	free(u);
}

struct mip6_node *uplane_node(struct uplane *u)
{
	return mip6_soft_node(u->soft);
}

int uplane_start(struct uplane *u, mip6_time now)
{
	int forwarding = 0;
	int err;

	u->now = now;
	give_back_others(u);
	uplane_sysctl_read("all", "forwarding", &forwarding);
	mip6_soft_forwarding(u->soft, forwarding > 0);
	err = uplane_tun_up(&u->tun, &u->nl, tun_mtu(u));
	if (err < 0) {
		warn(u, "set up the device", UPLANE_DEVICE, err);
		return MIP6_ERR_IO;
	}
	u->running = true;
	return mip6_soft_start(u->soft, now);
}

void uplane_stop(struct uplane *u, mip6_time now)
{
	u->now = now;
	mip6_soft_stop(u->soft, now);
	give_back_all(u);
}

int uplane_refresh(struct uplane *u, mip6_time now)
{
	u->now = now;
	return mip6_soft_refresh(u->soft, now);
}

int uplane_reconfigure(struct uplane *u, mip6_time now, const struct mip6_config *config)
{
	struct mip6_config copy;
	int err = mip6_config_copy(&copy, config);

	u->now = now;
	if (err)
		return err;
	err = mip6_soft_reconfigure(u->soft, now, config);
	if (err) {
		mip6_config_clear(&copy);
		return err;
	}
	mip6_config_clear(&u->config);
	u->config = copy;
	return MIP6_OK;
}

void uplane_tick(struct uplane *u, mip6_time now)
{
	u->now = now;
	mip6_soft_tick(u->soft, now);
}

mip6_time uplane_deadline(const struct uplane *u)
{
	return mip6_soft_deadline(u->soft);
}

void uplane_stats(const struct uplane *u, struct uplane_stats *ret)
{
	*ret = u->stats;
}

void uplane_soft_stats(const struct uplane *u, struct mip6_soft_stats *ret)
{
	mip6_soft_stats(u->soft, ret);
}
