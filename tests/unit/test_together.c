/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records before answers where many come at once (host_together.c): the node and what
 * leaves are made up here, the journal is a real one. */
#include "linux/host.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static struct {
	char path[64];
	unsigned sent;
	unsigned calls;
	unsigned lost;
	off_t size_when_sent;
} made_up;

void __wrap_sock_outbox_send(struct sock_outbox *o, int fd,
			     void (*fn)(void *arg, const struct mip6_tx *tx, int err), void *arg);
void __wrap_mip6_node_save_lost(struct mip6_node *node, mip6_time now,
				const struct mip6_record *record);

static off_t size_now(void)
{
	struct stat st;

	return stat(made_up.path, &st) < 0 ? -1 : st.st_size;
}

void __wrap_sock_outbox_send(struct sock_outbox *o, int fd,
			     void (*fn)(void *arg, const struct mip6_tx *tx, int err), void *arg)
{
	(void)fd;
	(void)fn;
	(void)arg;
	made_up.calls++;
	made_up.sent += o->count;
	made_up.size_when_sent = size_now();
	o->count = 0;
}

void __wrap_mip6_node_save_lost(struct mip6_node *node, mip6_time now,
				const struct mip6_record *record)
{
	(void)node;
	(void)now;
	(void)record;
	made_up.lost++;
}

static struct host *host_new(void)
{
	struct host *h = calloc(1, sizeof(*h));
	struct journal_load load;
	char error[256];

	CU_ASSERT_PTR_NOT_NULL_FATAL(h);
	memset(&made_up, 0, sizeof(made_up));
	snprintf(made_up.path, sizeof(made_up.path), "/tmp/test_together.%d", (int)getpid());
	unlink(made_up.path);
	h->journal = journal_open(made_up.path, error, sizeof(error), &load);
	CU_ASSERT_PTR_NOT_NULL_FATAL(h->journal);
	h->config.role = MIP6_ROLE_HA;
	h->log.fd = -1;
	return h;
}

static void host_free(struct host *h)
{
	journal_close(h->journal);
	unlink(made_up.path);
	free(h);
}

static struct mip6_tx acknowledgement(void)
{
	static const uint8_t message[16] = {59, 1, 6};

	return (struct mip6_tx){.src = {{0x3f, 0xff, 1}},
				.dst = {{0x3f, 0xff, 2}},
				.next_header = IP6_NH_MH,
				.payload = message,
				.payload_len = sizeof(message)};
}

/* What a refreshed binding is to the host. */
static void refresh(struct host *h, uint8_t n)
{
	const struct mip6_tx answer = acknowledgement();
	struct mip6_record record = {.kind = MIP6_RECORD_BINDING, .len = 40};

	record.key.b[15] = n;
	CU_ASSERT_EQUAL(journal_save(h->journal, &record), MIP6_OK);
	CU_ASSERT_TRUE(host_together_put(h, &answer));
}

static void records_before_answers(void)
{
	struct host *h = host_new();
	off_t empty = size_now();

	host_together_begin(h);
	for (uint8_t n = 0; n < 10; n++)
		refresh(h, n);
	CU_ASSERT_EQUAL(made_up.sent, 0);
	CU_ASSERT_EQUAL(size_now(), empty);
	host_together_end(h);
	CU_ASSERT_EQUAL(made_up.calls, 1);
	CU_ASSERT_EQUAL(made_up.sent, 10);
	CU_ASSERT_EQUAL(made_up.size_when_sent, empty + 10 * (24 + 40));
	host_free(h);
}

static void no_answer_without_its_record(void)
{
	struct rlimit limit = {.rlim_max = RLIM_INFINITY};
	struct host *h = host_new();

	signal(SIGXFSZ, SIG_IGN);
	host_together_begin(h);
	refresh(h, 1);
	refresh(h, 2);
	limit.rlim_cur = (rlim_t)size_now() + 10;
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
	host_together_end(h);
	limit.rlim_cur = RLIM_INFINITY;
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
	CU_ASSERT_EQUAL(made_up.sent, 0);
	CU_ASSERT_EQUAL(made_up.lost, 2);
	CU_ASSERT_EQUAL(h->stats.save_errors, 1);
	CU_ASSERT_TRUE(h->save_failing);
	/* The next input is one like any other. */
	host_together_begin(h);
	refresh(h, 3);
	host_together_end(h);
	CU_ASSERT_EQUAL(made_up.sent, 1);
	host_free(h);
}

static void alone_nothing_waits(void)
{
	const struct mip6_tx answer = acknowledgement();
	struct host *h = host_new();

	CU_ASSERT_FALSE(host_together_put(h, &answer));
	host_together_begin(h);
	refresh(h, 1);
	host_together_end(h);
	CU_ASSERT_FALSE(host_together_put(h, &answer));
	host_free(h);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"records before answers", records_before_answers},
	    {"no answer without its record", no_answer_without_its_record},
	    {"alone nothing waits", alone_nothing_waits},
	};

	return test_run("together", tests, sizeof(tests) / sizeof(tests[0]));
}
