/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects of the data plane as text for people. The core has no formatted output
 * of a C library's stdio to lean on, so a few bounded writers stand here. */
#include <mip6/plane.h>
#include <string.h>

/* Text that grows in a buffer and is cut where it ends; always ended by a zero. */
struct text {
	char *buf;
	size_t cap;
	size_t len;
};

static void put(struct text *t, const char *s)
{
	size_t n = strlen(s);

	if (t->cap == 0)
		return;
	if (n > t->cap - 1 - t->len)
		n = t->cap - 1 - t->len;
	memcpy(t->buf + t->len, s, n);
	t->len += n;
	t->buf[t->len] = '\0';
}

/* A word and a number after it. */
static void put_number(struct text *t, const char *word, unsigned value)
{
	char digits[11] = {0};
	size_t at = sizeof(digits) - 1;

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	put(t, word);
	put(t, digits + at);
}

static void put_addr(struct text *t, const char *word, const struct mip6_addr *a)
{
	char text[MIP6_ADDR_TEXT];

	put(t, word);
	put(t, mip6_addr_format(a, text));
}

static void put_prefix(struct text *t, const char *word, const struct mip6_prefix *p)
{
	char text[MIP6_PREFIX_TEXT];

	put(t, word);
	put(t, mip6_prefix_format(p, text));
}

static void put_mac(struct text *t, const char *word, const uint8_t mac[6])
{
	static const char hex[] = "0123456789abcdef";

	put(t, word);
	for (int i = 0; i < 6; i++) {
		char octet[4] = {hex[mac[i] >> 4], hex[mac[i] & 15], i < 5 ? ':' : '\0'};

		put(t, octet);
	}
}

static const char *device_text(enum mip6_device device)
{
	switch (device) {
	case MIP6_DEVICE_MN:
		return "mn-tunnel";
	case MIP6_DEVICE_HA:
		return "ha-tunnel";
	default:
		return "none";
	}
}

/* "dev 3" for a real interface, "dev mn-tunnel" for one of ours. */
static void put_place(struct text *t, unsigned ifindex, enum mip6_device device)
{
	if (ifindex != 0) {
		put_number(t, " dev ", ifindex);
		return;
	}
	put(t, " dev ");
	put(t, device_text(device));
}

const char *mip6_sysctl_text(enum mip6_sysctl name)
{
	static const char texts[MIP6_SYSCTLS][24] = {
	    [MIP6_SYSCTL_FORWARDING] = "forwarding",
	    [MIP6_SYSCTL_ACCEPT_RA] = "accept_ra",
	    [MIP6_SYSCTL_AUTOCONF] = "autoconf",
	    [MIP6_SYSCTL_PROXY_NDP] = "proxy_ndp",
	    [MIP6_SYSCTL_PROXY_DELAY] = "proxy_delay",
	    [MIP6_SYSCTL_DAD_TRANSMITS] = "dad_transmits",
	    [MIP6_SYSCTL_ROUTER_SOLICITATIONS] = "router_solicitations",
	    [MIP6_SYSCTL_MTU] = "mtu",
	    [MIP6_SYSCTL_ACCEPT_REDIRECTS] = "accept_redirects",
	};

	return (unsigned)name < MIP6_SYSCTLS ? texts[name] : NULL;
}

static void put_sysctl(struct text *t, const struct mip6_object *o)
{
	const char *name = mip6_sysctl_text(o->sysctl.name);
	unsigned value = (unsigned)o->sysctl.value;

	if (o->sysctl.value < 0)
		value = 0u - value;
	put(t, "sysctl ");
	put(t, name ? name : "unknown");
	if (o->sysctl.ifindex)
		put_number(t, " dev ", o->sysctl.ifindex);
	put(t, o->sysctl.value < 0 ? " = -" : " = ");
	put_number(t, "", value);
}

static void put_device(struct text *t, const struct mip6_object *o)
{
	put(t, "device ");
	put(t, device_text(o->device.device));
	if (o->device.device != MIP6_DEVICE_MN)
		return;
	put_addr(t, " local ", &o->device.local);
	put_addr(t, " remote ", &o->device.remote);
}

static void put_address(struct text *t, const struct mip6_object *o)
{
	put_addr(t, "address ", &o->address.addr);
	put_number(t, "/", o->address.prefix_len);
	put_place(t, o->address.ifindex, o->address.device);
	put(t, o->address.flags & MIP6_ADDRESS_HOME ? " home" : "");
	put(t, o->address.flags & MIP6_ADDRESS_DEPRECATED ? " deprecated" : "");
}

static void put_neighbour(struct text *t, const struct mip6_object *o)
{
	put_addr(t, "neighbour ", &o->neighbour.addr);
	put_number(t, " dev ", o->neighbour.ifindex);
	put_mac(t, " lladdr ", o->neighbour.lladdr);
	put(t, o->neighbour.router ? " router" : "");
}

static void put_route(struct text *t, const struct mip6_object *o)
{
	if (o->route.dst.len)
		put_prefix(t, "route ", &o->route.dst);
	else
		put(t, "route default");
	if (!mip6_addr_is_unspecified(&o->route.gateway))
		put_addr(t, " via ", &o->route.gateway);
	put_place(t, o->route.ifindex, o->route.device);
	put_number(t, " table ", o->route.table);
	put_number(t, " metric ", o->route.metric);
}

static void put_rule(struct text *t, const struct mip6_object *o)
{
	put_prefix(t, "rule from ", &o->rule.from);
	put_number(t, " priority ", o->rule.priority);
	put_number(t, " table ", o->rule.table);
}

static void put_binding(struct text *t, const struct mip6_object *o)
{
	put_addr(t, "binding ", &o->binding.hoa);
	put_addr(t, " coa ", &o->binding.coa);
	put_addr(t, " ha ", &o->binding.ha);
}

static void put_proxy(struct text *t, const struct mip6_object *o)
{
	put_addr(t, "proxy ", &o->proxy.addr);
	put_number(t, " dev ", o->proxy.ifindex);
	put(t, o->proxy.router ? " router" : "");
}

static void put_mh_input(struct text *t, const struct mip6_object *o)
{
	put(t, o->mh_input.hao ? "mh_input hao" : "mh_input rh2");
	if (!o->mh_input.hao)
		put_addr(t, " ", &o->mh_input.hoa);
}

static void put_object(struct text *t, const struct mip6_object *o)
{
	switch (o->kind) {
	case MIP6_OBJ_SYSCTL:
		put_sysctl(t, o);
		break;
	case MIP6_OBJ_DEVICE:
		put_device(t, o);
		break;
	case MIP6_OBJ_ADDRESS:
		put_address(t, o);
		break;
	case MIP6_OBJ_NEIGHBOUR:
		put_neighbour(t, o);
		break;
	case MIP6_OBJ_ROUTE:
		put_route(t, o);
		break;
	case MIP6_OBJ_RULE:
		put_rule(t, o);
		break;
	case MIP6_OBJ_BINDING:
		put_binding(t, o);
		break;
	case MIP6_OBJ_PROXY:
		put_proxy(t, o);
		break;
	case MIP6_OBJ_MH_INPUT:
		put_mh_input(t, o);
		break;
	case MIP6_OBJ_KINDS:
		put(t, "unknown object");
		break;
	}
}

const char *mip6_object_format(const struct mip6_object *o, char *buf, size_t cap)
{
	struct text t = {.buf = buf, .cap = cap};

	put(&t, "");
	put_object(&t, o);
	return buf;
}
