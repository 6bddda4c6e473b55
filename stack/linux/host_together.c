/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A home agent that hears of many mobile nodes at once has little else to do for a binding
 * that is refreshed than to write one record and to send one acknowledgement. Alone each
 * is a system call; here the records of one input become one, and the answers another.
 *
 * No Binding Acknowledgement leaves without its record: where the records cannot be
 * written, no answer of this input leaves, the node is told which are not saved, and mobile
 * nodes ask again. */
#include "host.h"

#include <errno.h>

void host_together_begin(struct host *h)
{
	h->together = true;
	if (h->journal && h->config.role == MIP6_ROLE_HA)
		journal_hold(h->journal, true);
}

bool host_together_put(struct host *h, const struct mip6_tx *tx)
{
	return h->together && tx->next_header == IP6_NH_MH && !tx->direct &&
	       !sock_packet_wanted(tx) && sock_outbox_put(&h->outbox, tx);
}

static void on_lost(void *arg, const struct mip6_record *record)
{
	struct host *h = arg;

	mip6_node_save_lost(h->node, h->now, record);
}

static void on_sent(void *arg, const struct mip6_tx *tx, int err)
{
	host_sent(arg, tx, err);
}

void host_together_flush(struct host *h)
{
	if (!h->together)
		return;
	errno = 0;
	if (h->journal && journal_flush(h->journal, on_lost, h) < 0) {
		host_tell_save_error(h, errno ? errno : EIO);
		h->outbox.count = 0;
	}
	if (h->outbox.count > 0)
		sock_outbox_send(&h->outbox, h->mh_fd, on_sent, h);
}

void host_together_end(struct host *h)
{
	host_together_flush(h);
	if (h->journal)
		journal_hold(h->journal, false);
	h->together = false;
}
