/* SPDX-License-Identifier: GPL-2.0-or-later */
/* capture.pcapng: the captures of a run as one, with names for interfaces and
 * addresses and a comment on each packet that begins a phase of a handover.
 *
 * In virtual time many packets bear one time stamp, so the merge goes by cause
 * among them: a frame comes in after it went out at the other end of its link,
 * and a node's input before its output on another interface. The order within
 * an interface is never changed. */
#include "lab/findings.h"
#include "lab/pcapng.h"
#include <stdlib.h>
#include <string.h>

enum { ETHERNET_LINK = 1, SNAPLEN = 256, COMMENT = 120, NAME_ROOM = 80 };

/* ---- order -------------------------------------------------------------------- */

struct merge {
	const struct findings *f;
	size_t *next; /* by capture */
};

static const struct capture_packet *head(const struct merge *m, size_t capture)
{
	const struct capture *c = &m->f->captures.list[capture];

	return m->next[capture] < c->count ? &c->packets[m->next[capture]] : NULL;
}

static bool is_sent(const struct merge *m, size_t capture, size_t packet)
{
	return m->f->captures.views[capture][packet].from_us;
}

static bool same_frame(const struct capture_packet *a, const struct capture_packet *b)
{
	return a->len == b->len && a->original == b->original &&
	       memcmp(a->data, b->data, a->len) == 0;
}

/* Whether `capture` still has this frame going out at this time. */
static bool has_twin(const struct merge *m, size_t capture, const struct capture_packet *p)
{
	const struct capture *c = &m->f->captures.list[capture];

	for (size_t i = m->next[capture]; i < c->count && c->packets[i].time == p->time; i++)
		if (is_sent(m, capture, i) && same_frame(&c->packets[i], p))
			return true;
	return false;
}

/* Whether the first packet of capture a has to wait for one of capture b. */
static bool waits_for(const struct merge *m, size_t a, size_t b)
{
	const struct capture_packet *p = head(m, a);
	const struct capture_packet *other = head(m, b);
	const struct lab_capture *captures = m->f->plan->captures;

	if (a == b || !other || other->time != p->time)
		return false;
	if (!is_sent(m, a, m->next[a]))
		return has_twin(m, b, p);
	return captures[a].node == captures[b].node && !is_sent(m, b, m->next[b]);
}

static bool is_free(const struct merge *m, size_t capture)
{
	for (size_t i = 0; i < m->f->captures.count; i++)
		if (waits_for(m, capture, i))
			return false;
	return true;
}

/* The capture whose first packet is next; the number of captures: none is left. */
static size_t choose(const struct merge *m)
{
	size_t count = m->f->captures.count;
	size_t best = count;

	for (size_t i = 0; i < count; i++) {
		const struct capture_packet *p = head(m, i);

		if (p && (best == count || p->time < head(m, best)->time))
			best = i;
	}
	for (size_t i = best; i < count; i++) {
		const struct capture_packet *p = head(m, i);

		if (p && p->time == head(m, best)->time && is_free(m, i))
			return i;
	}
	return best;
}

/* ---- comments ----------------------------------------------------------------- */

struct comment {
	size_t capture, packet;
	size_t order;
	char text[COMMENT];
};

struct comments {
	struct comment *list;
	size_t count;
};

static void comment(struct comments *c, const struct handover *h, const struct mark *m,
		    const char *what)
{
	struct comment *at = &c->list[c->count];

	if (!m->known)
		return;
	*at = (struct comment){.capture = m->capture, .packet = m->packet, .order = c->count++};
	snprintf(at->text, sizeof(at->text), "handover %u: %s, %.3f ms after link up", h->move.n,
		 what, (double)(m->time - h->move.up) / 1e6);
}

static int compare_comments(const void *a, const void *b)
{
	const struct comment *x = a;
	const struct comment *y = b;

	if (x->capture != y->capture)
		return x->capture < y->capture ? -1 : 1;
	if (x->packet != y->packet)
		return x->packet < y->packet ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

enum { COMMENTS_EACH = 5 };

static int make_comments(const struct findings *f, struct comments *c)
{
	c->list = calloc(COMMENTS_EACH * f->count + 1, sizeof(*c->list));
	if (!c->list)
		return -1;
	for (size_t i = 0; i < f->count; i++) {
		const struct handover *h = &f->handovers[i];

		comment(c, h, &h->ra, "first router advertisement");
		comment(c, h, &h->coa,
			h->move.home ? "home address on the home link" : "care-of address ready");
		comment(c, h, &h->bu, "Binding Update");
		comment(c, h, &h->ba, "Binding Acknowledgement");
		comment(c, h, &h->first_down, "first probe down");
	}
	qsort(c->list, c->count, sizeof(*c->list), compare_comments);
	return 0;
}

/* All comments on one packet, each on a line; false when there is none. */
static bool comment_on(const struct comments *c, size_t capture, size_t packet, char *text,
		       size_t cap)
{
	size_t low = 0;
	size_t high = c->count;
	size_t used = 0;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct comment *at = &c->list[middle];

		if (at->capture < capture || (at->capture == capture && at->packet < packet))
			low = middle + 1;
		else
			high = middle;
	}
	text[0] = '\0';
	for (; low < c->count && c->list[low].capture == capture && c->list[low].packet == packet;
	     low++)
		if (used < cap)
			used += (size_t)snprintf(text + used, cap - used, "%s%s", used ? "\n" : "",
						 c->list[low].text);
	return text[0] != '\0';
}

/* ---- names -------------------------------------------------------------------- */

struct names {
	struct pcapng_name *list;
	size_t count;
};

/* The first name of an address stays. */
static int add_name(struct names *names, const struct mip6_addr *addr, const char *node,
		    const char *what)
{
	char text[NAME_ROOM];
	struct pcapng_name *grown;

	for (size_t i = 0; i < names->count; i++)
		if (memcmp(names->list[i].addr, addr->b, sizeof(addr->b)) == 0)
			return 0;
	snprintf(text, sizeof(text), "%s.%s", node, what);
	grown = realloc(names->list, (names->count + 1) * sizeof(*grown));
	if (!grown)
		return -1;
	names->list = grown;
	grown += names->count;
	memcpy(grown->addr, addr->b, sizeof(addr->b));
	grown->name = strdup(text);
	names->count += grown->name != NULL;
	return grown->name ? 0 : -1;
}

/* The link-local address that the kernel makes of a MAC (RFC 4291, appendix A). */
static int name_link_local(struct names *names, const struct lab_node *node,
			   const struct lab_iface *iface)
{
	const uint8_t *m = iface->mac;
	struct mip6_addr addr = {
	    {0xfe, 0x80, [8] = m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]}};
	char what[NAME_ROOM];

	snprintf(what, sizeof(what), "%s-local", iface->name);
	return add_name(names, &addr, node->name, what);
}

static int name_iface(struct names *names, const struct lab_node *node,
		      const struct lab_iface *iface)
{
	if (name_link_local(names, node, iface) < 0)
		return -1;
	for (size_t i = 0; i < iface->addr_count; i++) {
		char text[64];
		struct mip6_addr addr;

		snprintf(text, sizeof(text), "%s", iface->addrs[i]);
		text[strcspn(text, "/")] = '\0';
		if (mip6_addr_parse(text, &addr) == 0 &&
		    add_name(names, &addr, node->name, iface->name) < 0)
			return -1;
	}
	return 0;
}

static int name_node(struct names *names, const struct lab_node *node)
{
	struct mip6_addr addr;

	if (node->hoa[0] && mip6_addr_parse(node->hoa, &addr) == 0 &&
	    add_name(names, &addr, node->name, "hoa") < 0)
		return -1;
	for (size_t i = 0; i < node->iface_count; i++)
		if (name_iface(names, node, &node->ifaces[i]) < 0)
			return -1;
	return 0;
}

static int make_names(const struct findings *f, struct names *names)
{
	char what[NAME_ROOM];

	for (size_t i = 0; i < f->plan->node_count; i++)
		if (name_node(names, &f->plan->nodes[i]) < 0)
			return -1;
	for (size_t i = 0; i < f->count; i++) {
		const struct handover *h = &f->handovers[i];

		snprintf(what, sizeof(what), "coa-%s", h->move.to);
		if (h->settled &&
		    add_name(names, &h->chosen, f->plan->nodes[h->move.node].name, what) < 0)
			return -1;
	}
	return 0;
}

static void free_names(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free((void *)names->list[i].name);
	free(names->list);
}

/* ---- the file ----------------------------------------------------------------- */

static int put_heads(const struct findings *f, FILE *out)
{
	struct names names = {0};
	char name[LAB_NAME + 20];
	int result = pcapng_section(out, "mip6lab");

	for (size_t i = 0; result == 0 && i < f->captures.count; i++) {
		const struct lab_capture *c = &f->plan->captures[i];
		const struct lab_node *node = &f->plan->nodes[c->node];

		snprintf(name, sizeof(name), "%s:%s", node->name, node->ifaces[c->iface].name);
		result = pcapng_interface(out, name, ETHERNET_LINK, SNAPLEN);
	}
	if (result == 0)
		result = make_names(f, &names);
	if (result == 0)
		result = pcapng_names(out, names.list, names.count);
	free_names(&names);
	return result;
}

static int put_packets(const struct findings *f, const struct comments *comments, FILE *out)
{
	struct merge m = {f, calloc(f->captures.count + 1, sizeof(*m.next))};
	char text[COMMENTS_EACH * COMMENT];
	int result = m.next ? 0 : -1;

	while (result == 0) {
		size_t from = choose(&m);
		const struct capture_packet *p;
		struct pcapng_packet packet;

		if (from == f->captures.count)
			break;
		p = head(&m, from);
		packet = (struct pcapng_packet){.iface = (uint32_t)from,
						.time = p->time,
						.data = p->data,
						.len = p->len,
						.original = p->original};
		if (comment_on(comments, from, m.next[from], text, sizeof(text)))
			packet.comment = text;
		result = pcapng_packet(out, &packet);
		m.next[from]++;
	}
	free(m.next);
	return result;
}

int out_capture(const struct findings *f, const char *path)
{
	struct comments comments = {0};
	FILE *out = fopen(path, "wbe");
	int result;

	if (!out)
		return -1;
	result = make_comments(f, &comments);
	if (result == 0)
		result = put_heads(f, out);
	if (result == 0)
		result = put_packets(f, &comments, out);
	free(comments.list);
	return fclose(out) == 0 ? result : -1;
}
