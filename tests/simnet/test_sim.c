/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The network itself (sim.h): that links do what they are told, and that nodes see of
 * it what they should. Two plain hosts on one link send each other packets. */
#include "simworld.h"
#include "test.h"

#define ms MIP6_MS
#define S  MIP6_SECOND

enum { PACKETS = 1000 };

struct pair {
	struct sim *sim;
	struct sim_node *a, *b;
	struct mip6_addr a_addr, b_addr;
	int link;
	unsigned got; /* by b */
	unsigned backward;
	uint32_t last;
	mip6_time at;
	unsigned violations;
};

static void on_up(void *arg, struct sim_node *node, const uint8_t *data, size_t len)
{
	struct pair *p = arg;
	struct world_tag tag;

	if (node != p->b || !world_packet_read(data, len, &tag))
		return;
	p->backward += tag.number < p->last;
	p->last = tag.number;
	p->at = node->sim->now;
	p->got++;
}

static void on_violation(void *arg, struct sim_node *node, const char *what)
{
	(void)node;
	(void)what;
	((struct pair *)arg)->violations++;
}

static struct sim_node *host(struct sim *sim, const char *name, int link, unsigned n)
{
	struct sim_node *node = sim_add_node(sim, name);
	struct mip6_addr addr = sim_address(sim, link, n);

	sim_add_address(node, sim_add_iface(node, link), &addr);
	sim_start(node);
	return node;
}

static void send_to_b(struct pair *p, uint32_t number, uint16_t size)
{
	struct world_tag tag = {.number = number, .size = size, .to = 1};
	uint8_t buf[2000];

	CU_ASSERT_TRUE(
	    sim_output(p->a, buf, world_packet(&p->a_addr, &p->b_addr, &tag, buf, sizeof(buf))));
}

/* They know each other already. */
static struct pair *pair_new(mip6_time delay)
{
	struct pair *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->sim = sim_new(5);
	p->sim->watch = (struct sim_watch){.up = on_up, .violation = on_violation};
	p->sim->watch_arg = p;
	p->link = sim_add_link(p->sim, "3fff:1::/64", delay);
	p->a_addr = sim_address(p->sim, p->link, 1);
	p->b_addr = sim_address(p->sim, p->link, 2);
	p->a = host(p->sim, "a", p->link, 1);
	p->b = host(p->sim, "b", p->link, 2);
	send_to_b(p, 0, 100);
	sim_run(p->sim, S);
	CU_ASSERT_EQUAL(p->got, 1);
	CU_ASSERT_EQUAL(p->at, 3 * delay); /* solicitation, answer, packet */
	p->got = 0;
	return p;
}

static void pair_free(struct pair *p)
{
	CU_ASSERT_EQUAL(p->violations, 0);
	sim_free(p->sim);
	free(p);
}

static void send_many(struct pair *p)
{
	for (uint32_t i = 1; i <= PACKETS; i++) {
		send_to_b(p, i, 100);
		sim_run(p->sim, p->sim->now + ms);
	}
	sim_run(p->sim, p->sim->now + S);
}

static void test_delay(void)
{
	struct pair *p = pair_new(7 * ms);

	send_to_b(p, 1, 100);
	sim_run(p->sim, S + 7 * ms - 1);
	CU_ASSERT_EQUAL(p->got, 0);
	sim_run(p->sim, S + 7 * ms);
	CU_ASSERT_EQUAL(p->got, 1);
	CU_ASSERT_EQUAL(p->at, S + 7 * ms);
	pair_free(p);
}

static void test_loss(void)
{
	struct pair *p = pair_new(ms);

	p->sim->links[p->link].loss = 30;
	send_many(p);
	CU_ASSERT(p->got > 640 && p->got < 760);
	CU_ASSERT_EQUAL(p->backward, 0);
	pair_free(p);
}

static void test_duplicates(void)
{
	struct pair *p = pair_new(ms);

	p->sim->links[p->link].duplicate = 20;
	send_many(p);
	CU_ASSERT(p->got > 1150 && p->got < 1250);
	pair_free(p);
}

static void test_jitter(void)
{
	struct pair *p = pair_new(ms);

	p->sim->links[p->link].jitter = 5 * ms;
	send_many(p);
	CU_ASSERT_EQUAL(p->got, PACKETS);
	CU_ASSERT(p->backward > 100);
	pair_free(p);
}

/* Also what was on its way is lost. */
static void test_cut(void)
{
	struct pair *p = pair_new(10 * ms);

	send_to_b(p, 1, 100);
	sim_run(p->sim, S + 5 * ms);
	p->sim->links[p->link].cut = true;
	sim_run(p->sim, S + 20 * ms);
	send_to_b(p, 2, 100);
	sim_run(p->sim, S + 40 * ms);
	CU_ASSERT_EQUAL(p->got, 0);
	p->sim->links[p->link].cut = false;
	send_to_b(p, 3, 100);
	sim_run(p->sim, S + 60 * ms);
	CU_ASSERT_EQUAL(p->got, 1);
	CU_ASSERT_EQUAL(p->last, 3);
	pair_free(p);
}

/* A node sends nothing that is too long for its link; were the link's MTU smaller than
 * it was told, that would be seen. */
static void test_mtu(void)
{
	struct pair *p = pair_new(ms);

	send_to_b(p, 1, 1500);
	send_to_b(p, 2, 1501);
	sim_run(p->sim, 2 * S);
	CU_ASSERT_EQUAL(p->got, 1);
	CU_ASSERT_EQUAL(p->violations, 0);
	p->sim->links[p->link].mtu = 1400;
	send_to_b(p, 3, 1401);
	CU_ASSERT_EQUAL(p->violations, 1);
	p->violations = 0;
	pair_free(p);
}

static void test_plug(void)
{
	struct pair *p = pair_new(ms);
	struct sim_node *c;

	sim_plug(p->b, 0, -1);
	send_to_b(p, 1, 100);
	sim_run(p->sim, 2 * S);
	CU_ASSERT_EQUAL(p->got, 0);
	sim_plug(p->b, 0, p->link);
	send_to_b(p, 2, 100);
	sim_run(p->sim, 3 * S);
	CU_ASSERT_EQUAL(p->got, 1);
	/* What is for b does not reach c, whatever c hears. */
	c = host(p->sim, "c", p->link, 3);
	send_to_b(p, 3, 100);
	sim_run(p->sim, 4 * S);
	CU_ASSERT_EQUAL(p->got, 2);
	CU_ASSERT_TRUE(c->soft != NULL);
	pair_free(p);
}

/* A process that does not run, and one that sleeps. */
static void test_absence(void)
{
	struct pair *p = pair_new(ms);

	sim_kill(p->b);
	send_to_b(p, 1, 100);
	sim_run(p->sim, 2 * S);
	CU_ASSERT_EQUAL(p->got, 0);
	sim_start(p->b);
	sim_sleep(p->b, 5 * S);
	send_to_b(p, 2, 100);
	sim_run(p->sim, 5 * S - 1);
	CU_ASSERT_EQUAL(p->got, 0);
	sim_run(p->sim, 5 * S);
	send_to_b(p, 3, 100);
	sim_run(p->sim, 6 * S);
	CU_ASSERT_EQUAL(p->got, 1);
	pair_free(p);
}

static void test_inject(void)
{
	struct pair *p = pair_new(ms);
	struct world_tag tag = {.number = 9, .size = 100, .to = 1};
	uint8_t frame[200] = {0};

	memcpy(frame, p->b->ifaces[0].mac, 6);
	frame[12] = 0x86;
	frame[13] = 0xdd;
	world_packet(&p->a_addr, &p->b_addr, &tag, frame + 14, sizeof(frame) - 14);
	sim_inject(p->sim, p->link, frame, 114);
	sim_run(p->sim, 2 * S);
	CU_ASSERT_EQUAL(p->got, 1);
	CU_ASSERT_EQUAL(p->last, 9);
	pair_free(p);
}

/* What is not as it was sent is noticed. */
static void test_packets(void)
{
	struct mip6_addr a = {{0x3f, 0xff, 1}};
	struct mip6_addr b = {{0x3f, 0xff, 2}};
	struct world_tag tag = {.from = 3, .to = 4, .flow = 5, .number = 77, .size = 300};
	struct world_tag read;
	uint8_t buf[300];

	CU_ASSERT_EQUAL(world_packet(&a, &b, &tag, buf, sizeof(buf)), 300);
	CU_ASSERT_TRUE(world_packet_read(buf, 300, &read));
	CU_ASSERT(read.from == 3 && read.to == 4 && read.flow == 5 && read.number == 77);
	CU_ASSERT_FALSE(world_packet_read(buf, 299, &read));
	for (size_t i = 8; i < sizeof(buf); i++) {
		buf[i] ^= 0x10;
		CU_ASSERT_FALSE(world_packet_read(buf, 300, &read));
		buf[i] ^= 0x10;
	}
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"delay", test_delay},     {"loss", test_loss},	  {"duplicates", test_duplicates},
	    {"jitter", test_jitter},   {"cut", test_cut},	  {"MTU", test_mtu},
	    {"plug", test_plug},       {"absence", test_absence}, {"inject", test_inject},
	    {"packets", test_packets},
	};

	return test_run("sim", tests, sizeof(tests) / sizeof(tests[0]));
}
