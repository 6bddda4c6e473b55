/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A topology file: links, and nodes with their interfaces, addresses, routes,
 * sysctls and daemons. docs/scenario.md describes the format. */
#include "lab/load.h"
#include <mip6/types.h>
#include <stdio.h>
#include <string.h>

#define ADDRS_MAX   32
#define ROUTES_MAX  128
#define SYSCTLS_MAX 64

/* Names become file names, interface names and column values. */
static int take_name(struct lab_load *load, const struct doc_node *key, const char *what, char *ret,
		     size_t cap)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

	if (key->text[0] == '\0' || strlen(key->text) >= cap ||
	    strspn(key->text, allowed) != strlen(key->text) || key->text[0] == '.' ||
	    key->text[0] == '-')
		return doc_fail(key, load->error,
				"\"%.40s\" is no name for %s: 1 to %zu letters, digits, - _ and .",
				key->text, what, cap - 1);
	memcpy(ret, key->text, strlen(key->text) + 1);
	return 0;
}

static int need_map(struct lab_load *load, const struct doc_node *map, const char *what,
		    size_t limit)
{
	if (map->kind != DOC_MAP)
		return doc_fail(map, load->error, "%s must be a mapping of names", what);
	if (map->count > limit)
		return doc_fail(map->keys[limit], load->error, "%s: more than %zu", what, limit);
	return 0;
}

static int build_link(struct lab_load *load, const struct doc_node *key, const struct doc_node *map,
		      struct lab_link *link)
{
	static const char *const known[] = {"delay", "jitter", "loss", "rate",
					    "mtu",   "kind",   "about"};
	static const char *const kinds[] = {"wire", "wifi"};
	int kind = 0;

	if (take_name(load, key, "a link", link->name, sizeof(link->name)) < 0)
		return -1;
	if (map->kind == DOC_TEXT && map->text[0] == '\0')
		return 0;
	if (read_keys(load, map, "a link", known, sizeof(known) / sizeof(known[0])) < 0 ||
	    read_impairment(load, map, &link->imp) < 0)
		return -1;
	if (read_unsigned(load, map, "mtu", 1280, 65535, &link->mtu) < 0 ||
	    read_choice(load, map, "kind", kinds, 2, &kind) < 0)
		return -1;
	link->wifi = kind == 1;
	return link->wifi ? limits_wifi(load, doc_get(map, "kind")) : 0;
}

static int build_links(struct lab_load *load, const struct doc_node *map)
{
	struct lab_plan *plan = load->plan;

	if (need_map(load, map, "\"links\"", LAB_MAX_LINKS) < 0)
		return -1;
	plan->links = arena_alloc(load->arena, (map->count + 1) * sizeof(plan->links[0]));
	for (size_t i = 0; i < map->count; i++) {
		if (build_link(load, map->keys[i], map->items[i], &plan->links[i]) < 0)
			return -1;
		plan->link_count++;
	}
	return 0;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* "02:00:00:00:00:65": a unicast address, so that its first octet is even. */
static int parse_mac(const char *text, uint8_t mac[6])
{
	if (strlen(text) != 17)
		return -1;
	for (size_t i = 0; i < 6; i++) {
		int high = hex_digit(text[3 * i]);
		int low = hex_digit(text[3 * i + 1]);

		if (high < 0 || low < 0 || (i < 5 && text[3 * i + 2] != ':'))
			return -1;
		mac[i] = (uint8_t)(high * 16 + low);
	}
	return mac[0] & 1 ? -1 : 0;
}

static int read_mac(struct lab_load *load, const struct doc_node *map, struct lab_iface *iface)
{
	char *text = NULL;

	if (read_text(load, map, "mac", false, &text) < 0)
		return -1;
	if (text && parse_mac(text, iface->mac) < 0)
		return doc_fail(doc_get(map, "mac"), load->error,
				"\"%.40s\" is not a unicast MAC address such as 02:00:00:00:00:65",
				text);
	return 0;
}

/* Numbers and MAC addresses follow the order of the file, so that they are the
 * same in each run: interface k of all nodes is 100 + k, and 02:00:00:00 with
 * that number is its address (locally administered). */
static void number_iface(struct lab_iface *iface, unsigned k)
{
	iface->ifindex = 100 + k;
	iface->mac[0] = 0x02;
	iface->mac[4] = (uint8_t)(iface->ifindex >> 8);
	iface->mac[5] = (uint8_t)iface->ifindex;
}

static int read_addresses(struct lab_load *load, const struct doc_node *map,
			  struct lab_iface *iface)
{
	const struct doc_node *list = doc_get(map, "addresses");

	if (read_list(load, map, "addresses", ADDRS_MAX, &iface->addrs, &iface->addr_count) < 0)
		return -1;
	for (size_t i = 0; i < iface->addr_count; i++) {
		const struct doc_node *at = list->kind == DOC_LIST ? list->items[i] : list;

		if (read_address(load, at, iface->addrs[i], true) < 0)
			return -1;
	}
	return 0;
}

static int build_iface(struct lab_load *load, const struct doc_node *key,
		       const struct doc_node *map, struct lab_iface *iface)
{
	static const char *const known[] = {"link",  "addresses", "mobile", "mac",
					    "delay", "jitter",	  "loss",   "rate"};
	char *link = NULL;

	if (take_name(load, key, "an interface", iface->name, sizeof(iface->name)) < 0 ||
	    read_keys(load, map, "an interface", known, sizeof(known) / sizeof(known[0])) < 0 ||
	    read_text(load, map, "link", true, &link) < 0 ||
	    read_flag(load, map, "mobile", &iface->mobile) < 0 || read_mac(load, map, iface) < 0 ||
	    read_addresses(load, map, iface) < 0 || read_impairment(load, map, &iface->imp) < 0)
		return -1;
	iface->own_imp = doc_get(map, "delay") || doc_get(map, "jitter") || doc_get(map, "loss") ||
			 doc_get(map, "rate");
	iface->link = -1;
	if (strcmp(link, "none") == 0)
		return 0;
	return find_link(load, doc_get(map, "link"), link, &iface->link);
}

static int build_ifaces(struct lab_load *load, struct lab_node *node, const struct doc_node *map,
			unsigned *number)
{
	if (!map)
		return 0;
	if (need_map(load, map, "\"interfaces\"", LAB_MAX_IFACES - *number) < 0)
		return -1;
	node->ifaces = arena_alloc(load->arena, (map->count + 1) * sizeof(node->ifaces[0]));
	for (size_t i = 0; i < map->count; i++) {
		number_iface(&node->ifaces[i], (*number)++);
		if (build_iface(load, map->keys[i], map->items[i], &node->ifaces[i]) < 0)
			return -1;
		node->iface_count++;
	}
	return 0;
}

static bool covers(const char *prefix, const struct mip6_addr *addr)
{
	struct mip6_prefix parsed;

	return mip6_prefix_parse(prefix, &parsed) == MIP6_OK && mip6_prefix_contains(&parsed, addr);
}

static bool is_neighbour(const struct lab_iface *iface, const struct mip6_addr *addr)
{
	for (size_t a = 0; a < iface->addr_count; a++)
		if (covers(iface->addrs[a], addr))
			return true;
	return false;
}

/* Whether the node reaches an address without a router, over one interface where that
 * is named; earlier routes may have put it on a link. */
static bool is_on_link(const struct lab_node *node, const struct lab_route *route,
		       const struct mip6_addr *via)
{
	for (size_t i = 0; i < node->iface_count; i++)
		if ((!route->dev[0] || strcmp(node->ifaces[i].name, route->dev) == 0) &&
		    is_neighbour(&node->ifaces[i], via))
			return true;
	for (const struct lab_route *r = node->routes; r < route; r++)
		if (!r->via[0] && (strcmp(r->dst, "default") == 0 || covers(r->dst, via)) &&
		    (!route->dev[0] || strcmp(r->dev, route->dev) == 0))
			return true;
	return false;
}

/* No engine takes a route over a router that is not on a link of the node. */
static int check_router(struct lab_load *load, const struct lab_node *node,
			const struct lab_route *route, const struct doc_node *at)
{
	struct mip6_addr via;

	if (!at || mip6_addr_parse(route->via, &via) < 0)
		return 0;
	if (!mip6_addr_is_link_local(&via) && !is_on_link(node, route, &via))
		return doc_fail(at, load->error,
				"the router is on no link of this node: expected an address in "
				"the prefix of one of its interfaces");
	if (mip6_addr_is_link_local(&via) && !route->dev[0])
		return doc_fail(at, load->error,
				"a link-local router needs \"interface\" beside it");
	return 0;
}

static int build_route(struct lab_load *load, struct lab_node *node, const struct doc_node *map)
{
	static const char *const known[] = {"to", "via", "interface"};
	struct lab_route *route = &node->routes[node->route_count];
	const struct doc_node *dev;
	int iface;

	if (read_keys(load, map, "a route", known, 3) < 0 ||
	    read_name(load, map, "to", true, route->dst, sizeof(route->dst)) < 0 ||
	    read_name(load, map, "via", false, route->via, sizeof(route->via)) < 0 ||
	    read_name(load, map, "interface", false, route->dev, sizeof(route->dev)) < 0)
		return -1;
	dev = doc_get(map, "interface");
	if (strcmp(route->dst, "default") != 0 &&
	    read_address(load, doc_get(map, "to"), route->dst, true) < 0)
		return -1;
	if (route->via[0] && read_address(load, doc_get(map, "via"), route->via, false) < 0)
		return -1;
	if (!route->via[0] && !dev)
		return doc_fail(map, load->error, "a route needs \"via\" or \"interface\"");
	node->route_count++;
	if (dev && find_iface(load, dev, (int)(node - load->plan->nodes), route->dev, &iface) < 0)
		return -1;
	return check_router(load, node, route, doc_get(map, "via"));
}

static int build_routes(struct lab_load *load, struct lab_node *node, const struct doc_node *list)
{
	if (!list)
		return 0;
	if (list->kind != DOC_LIST || list->count > ROUTES_MAX)
		return doc_fail(list, load->error, "\"routes\" must be a list of at most %d",
				ROUTES_MAX);
	node->routes = arena_alloc(load->arena, (list->count + 1) * sizeof(node->routes[0]));
	for (size_t i = 0; i < list->count; i++)
		if (build_route(load, node, list->items[i]) < 0)
			return -1;
	return 0;
}

static int build_sysctls(struct lab_load *load, struct lab_node *node, const struct doc_node *map)
{
	if (!map)
		return 0;
	if (need_map(load, map, "\"sysctls\"", SYSCTLS_MAX) < 0)
		return -1;
	node->sysctls = arena_alloc(load->arena, (map->count + 1) * sizeof(node->sysctls[0]));
	for (size_t i = 0; i < map->count; i++) {
		struct lab_sysctl *sysctl = &node->sysctls[i];

		sysctl->path = map->keys[i]->text;
		sysctl->value = read_scalar(load, map->items[i]);
		if (!sysctl->value)
			return -1;
		if (strncmp(sysctl->path, "net.", 4) != 0 || strstr(sysctl->path, "..") ||
		    strchr(sysctl->path, '/'))
			return doc_fail(map->keys[i], load->error,
					"only a node's own settings can be set: net.ipv6. ... or "
					"another that begins with net.");
		if (limits_sysctl(load, map->keys[i]) < 0)
			return -1;
		node->sysctl_count++;
	}
	return 0;
}

/* What makes a node a mobile node to the analysis. */
static int build_mobile(struct lab_load *load, struct lab_node *node, const struct doc_node *map)
{
	static const char *const known[] = {"home_address", "home_agent", "home_link"};
	char *link = NULL;

	node->home_link = -1;
	if (!map)
		return 0;
	if (read_keys(load, map, "mobile", known, 3) < 0 ||
	    read_name(load, map, "home_address", true, node->hoa, sizeof(node->hoa)) < 0 ||
	    read_name(load, map, "home_agent", false, node->ha, sizeof(node->ha)) < 0 ||
	    read_text(load, map, "home_link", false, &link) < 0 ||
	    read_address(load, doc_get(map, "home_address"), node->hoa, false) < 0 ||
	    (node->ha[0] && read_address(load, doc_get(map, "home_agent"), node->ha, false) < 0))
		return -1;
	/* One that is mobile by other means than Mobile IPv6 may have neither. */
	if (!link)
		return 0;
	return find_link(load, doc_get(map, "home_link"), link, &node->home_link);
}

static int read_role(struct lab_load *load, const struct doc_node *map, struct lab_node *node)
{
	static const char *const roles[] = {"mn", "ha", "cn", "ar", "router", "host"};
	int role = -1;

	if (read_choice(load, map, "role", roles, sizeof(roles) / sizeof(roles[0]), &role) < 0)
		return -1;
	if (role < 0)
		return doc_fail(map, load->error,
				"the node has no \"role\": mn, ha, cn, ar, router or host");
	snprintf(node->role, sizeof(node->role), "%s", roles[role]);
	if ((role == 0) != (doc_get(map, "mobile") != NULL))
		return doc_fail(
		    map, load->error,
		    "a node with role mn, and no other, has \"mobile\": {home_address: ..., "
		    "home_agent: ..., home_link: ...}; without Mobile IPv6 {home_address: ...}");
	return 0;
}

static int build_node(struct lab_load *load, const struct doc_node *key, const struct doc_node *map,
		      struct lab_node *node, unsigned *iface_number)
{
	static const char *const known[] = {"role",   "about",	 "mobile",  "interfaces",
					    "routes", "sysctls", "daemons", "solicitations"};
	static const char *const answers[] = {"answered", "dropped"};
	int answer = 0;

	if (take_name(load, key, "a node", node->name, sizeof(node->name)) < 0 ||
	    read_keys(load, map, "a node", known, sizeof(known) / sizeof(known[0])) < 0 ||
	    read_role(load, map, node) < 0 ||
	    build_ifaces(load, node, doc_get(map, "interfaces"), iface_number) < 0 ||
	    build_routes(load, node, doc_get(map, "routes")) < 0 ||
	    build_sysctls(load, node, doc_get(map, "sysctls")) < 0 ||
	    build_mobile(load, node, doc_get(map, "mobile")) < 0 ||
	    read_choice(load, map, "solicitations", answers, 2, &answer) < 0)
		return -1;
	node->drop_rs = answer == 1;
	return daemon_build(load, node, doc_get(map, "daemons"));
}

static int build_nodes(struct lab_load *load, const struct doc_node *map)
{
	struct lab_plan *plan = load->plan;
	unsigned iface_number = 0;

	if (need_map(load, map, "\"nodes\"", LAB_MAX_NODES) < 0)
		return -1;
	plan->nodes = arena_alloc(load->arena, (map->count + 1) * sizeof(plan->nodes[0]));
	for (size_t i = 0; i < map->count; i++) {
		/* Counted first: its routes look up its own interfaces. */
		plan->node_count++;
		if (build_node(load, map->keys[i], map->items[i], &plan->nodes[i], &iface_number) <
		    0)
			return -1;
	}
	return 0;
}

int topology_build(struct lab_load *load, const struct doc_node *file)
{
	static const char *const known[] = {"topology", "about", "parameters", "links", "nodes"};
	const struct doc_node *links = doc_get(file, "links");
	const struct doc_node *nodes = doc_get(file, "nodes");

	if (read_keys(load, file, "a topology", known, sizeof(known) / sizeof(known[0])) < 0 ||
	    read_name(load, file, "topology", true, load->plan->topology,
		      sizeof(load->plan->topology)) < 0)
		return -1;
	if (!links || !nodes)
		return doc_fail(file, load->error, "a topology needs \"links\" and \"nodes\"");
	if (build_links(load, links) < 0)
		return -1;
	return build_nodes(load, nodes) < 0 ? -1 : limits_cells(load, links);
}
