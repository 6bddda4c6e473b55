/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Synchronous netlink over libmnl. The kernel carries out a request before
 * send() returns, so waiting for the acknowledgement costs one more system call
 * and no time; in return each failure is known where it happened, with the
 * kernel's own text. */
#include "linux/nlsock.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kernel fills dumps in pieces of up to 32 kB. */
#define NLSOCK_RECEIVE 32768u

int nlsock_open(struct nlsock *n, int protocol)
{
	int on = 1;

	*n = (struct nlsock){0};
	n->socket = mnl_socket_open2(protocol, SOCK_CLOEXEC);
	if (!n->socket)
		return -errno;
	if (mnl_socket_bind(n->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int err = -errno;

		nlsock_close(n);
		return err;
	}
	n->port = mnl_socket_get_portid(n->socket);
	/* Without these the answers are only less telling. */
	mnl_socket_setsockopt(n->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(n->socket, NETLINK_CAP_ACK, &on, sizeof(on));
	return 0;
}

void nlsock_close(struct nlsock *n)
{
	if (n->socket)
		mnl_socket_close(n->socket);
	n->socket = NULL;
}

/* ---- requests ------------------------------------------------------------- */

struct nlmsghdr *nlsock_begin(struct nlsock_request *r, uint16_t type, uint16_t flags,
			      const void *body, size_t size)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(r->bytes);
	void *extra = mnl_nlmsg_put_extra_header(m, size);

	m->nlmsg_type = type;
	m->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	if (body)
		memcpy(extra, body, size);
	return m;
}

void nlsock_put_addr(struct nlmsghdr *m, uint16_t type, const struct mip6_addr *addr)
{
	mnl_attr_put(m, type, sizeof(addr->b), addr->b);
}

static int nlsock_send(struct nlsock *n, struct nlmsghdr *m)
{
	n->error[0] = 0;
	if (!n->socket)
		return -EPROTONOSUPPORT;
	m->nlmsg_seq = ++n->sequence;
	m->nlmsg_pid = 0;
	while (mnl_socket_sendto(n->socket, m, m->nlmsg_len) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

/* ---- answers -------------------------------------------------------------- */

struct nlsock_answers {
	nlsock_answer fn;
	void *arg;
	char *error;
};

static int nlsock_on_message(const struct nlmsghdr *m, void *arg)
{
	const struct nlsock_answers *answers = arg;
	int err = answers->fn ? answers->fn(m, answers->arg) : 0;

	if (err < 0) {
		errno = -err;
		return MNL_CB_ERROR;
	}
	return MNL_CB_OK;
}

/* The text of an extended acknowledgement, if there is one. With CAP_ACK the
 * request is not repeated before it. */
static void nlsock_keep_text(const struct nlmsghdr *m, char *error)
{
	const struct nlattr *table[NLMSGERR_ATTR_MAX + 1];
	size_t skip = sizeof(struct nlmsgerr);
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);

	if (!(m->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(m->nlmsg_flags & NLM_F_CAPPED) && e->msg.nlmsg_len > sizeof(struct nlmsghdr))
		skip += e->msg.nlmsg_len - sizeof(struct nlmsghdr);
	nlsock_attributes(m, skip, table, NLMSGERR_ATTR_MAX + 1);
	if (table[NLMSGERR_ATTR_MSG])
		snprintf(error, NLSOCK_ERROR_TEXT, "%.*s",
			 (int)mnl_attr_get_payload_len(table[NLMSGERR_ATTR_MSG]),
			 mnl_attr_get_str(table[NLMSGERR_ATTR_MSG]));
}

static int nlsock_on_error(const struct nlmsghdr *m, void *arg)
{
	const struct nlsock_answers *answers = arg;
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);

	if (m->nlmsg_len < mnl_nlmsg_size(sizeof(*e))) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	if (e->error == 0)
		return MNL_CB_STOP;
	nlsock_keep_text(m, answers->error);
	errno = e->error < 0 ? -e->error : e->error;
	return MNL_CB_ERROR;
}

/* The end of a dump, with the error that cut it short, if any. libmnl's own
 * handlers are out of play as soon as one control message has ours. */
static int nlsock_on_done(const struct nlmsghdr *m, void *arg)
{
	const int *error = mnl_nlmsg_get_payload(m);

	(void)arg;
	if (m->nlmsg_len < mnl_nlmsg_size(sizeof(*error)) || *error >= 0)
		return MNL_CB_STOP;
	errno = -*error;
	return MNL_CB_ERROR;
}

static int nlsock_receive(struct nlsock *n, nlsock_answer fn, void *arg)
{
	mnl_cb_t control[NLMSG_MIN_TYPE] = {
	    [NLMSG_ERROR] = nlsock_on_error, [NLMSG_DONE] = nlsock_on_done};
	struct nlsock_answers answers = {.fn = fn, .arg = arg, .error = n->error};
	uint8_t *buf = malloc(NLSOCK_RECEIVE);
	int more = MNL_CB_OK;

	if (!buf)
		return -ENOMEM;
	while (more > MNL_CB_STOP) {
		ssize_t len = mnl_socket_recvfrom(n->socket, buf, NLSOCK_RECEIVE);

		if (len < 0 && errno == EINTR)
			continue;
		more = len < 0 ? MNL_CB_ERROR
			       : mnl_cb_run2(buf, (size_t)len, n->sequence, n->port,
					     nlsock_on_message, &answers, control, NLMSG_MIN_TYPE);
		/* An answer to an earlier request that was given up on. */
		if (more == MNL_CB_ERROR && errno == EPROTO)
			more = MNL_CB_OK;
	}
	free(buf);
	return more == MNL_CB_ERROR ? -errno : 0;
}

int nlsock_talk(struct nlsock *n, struct nlmsghdr *m)
{
	return nlsock_get(n, m, NULL, NULL);
}

int nlsock_get(struct nlsock *n, struct nlmsghdr *m, nlsock_answer fn, void *arg)
{
	int err;

	m->nlmsg_flags |= NLM_F_ACK;
	err = nlsock_send(n, m);
	return err < 0 ? err : nlsock_receive(n, fn, arg);
}

int nlsock_dump(struct nlsock *n, struct nlmsghdr *m, nlsock_answer fn, void *arg)
{
	int err;

	m->nlmsg_flags |= NLM_F_DUMP;
	err = nlsock_send(n, m);
	return err < 0 ? err : nlsock_receive(n, fn, arg);
}

/* ---- attributes ----------------------------------------------------------- */

struct nlsock_table {
	const struct nlattr **table;
	unsigned count;
};

static int nlsock_on_attribute(const struct nlattr *a, void *arg)
{
	const struct nlsock_table *t = arg;

	if (mnl_attr_get_type(a) < t->count)
		t->table[mnl_attr_get_type(a)] = a;
	return MNL_CB_OK;
}

static void nlsock_clear(const struct nlattr **table, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		table[i] = NULL;
}

void nlsock_attributes(const struct nlmsghdr *m, size_t size, const struct nlattr **table,
		       unsigned count)
{
	struct nlsock_table t = {table, count};

	nlsock_clear(table, count);
	if (m->nlmsg_len >= mnl_nlmsg_size(size))
		mnl_attr_parse(m, (unsigned)size, nlsock_on_attribute, &t);
}

void nlsock_nested(const struct nlattr *nest, const struct nlattr **table, unsigned count)
{
	struct nlsock_table t = {table, count};

	nlsock_clear(table, count);
	if (nest)
		mnl_attr_parse_nested(nest, nlsock_on_attribute, &t);
}

uint32_t nlsock_u32(const struct nlattr *a, uint32_t otherwise)
{
	if (!a || mnl_attr_get_payload_len(a) < sizeof(uint32_t))
		return otherwise;
	return mnl_attr_get_u32(a);
}

uint8_t nlsock_u8(const struct nlattr *a, uint8_t otherwise)
{
	if (!a || mnl_attr_get_payload_len(a) < sizeof(uint8_t))
		return otherwise;
	return mnl_attr_get_u8(a);
}

struct mip6_addr nlsock_addr(const struct nlattr *a)
{
	struct mip6_addr addr = {{0}};

	if (a && mnl_attr_get_payload_len(a) >= sizeof(addr.b))
		memcpy(addr.b, mnl_attr_get_payload(a), sizeof(addr.b));
	return addr;
}

bool nlsock_text_is(const struct nlattr *a, const char *text)
{
	size_t len = strlen(text);

	return a && mnl_attr_get_payload_len(a) >= len + 1 &&
	       memcmp(mnl_attr_get_payload(a), text, len + 1) == 0;
}
