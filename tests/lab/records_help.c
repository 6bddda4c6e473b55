/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "records_help.h"
#include <mip6/types.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOA  "3fff:0:100::10"
#define HA   "3fff:0:100::1"
#define CN   "3fff:0:1::2"
#define COA1 "3fff:0:201::10"
#define COA2 "3fff:0:202::10"

enum { ETHERNET = 14, FRAME = 512, UDP = 17, MAC = 6 };

/* ---- the plan ------------------------------------------------------------------ */

static struct lab_iface ifaces[][1] = {
    {{.name = "eth0", .link = 0, .mac = {2, 0, 0, 0, 0, 1}}},
    {{.name = "home", .link = 1, .mac = {2, 0, 0, 0, 0, 2}}},
    {{.name = "eth0", .link = 2, .mobile = true, .mac = {2, 0, 0, 0, 0, 3}}},
    {{.name = "eth0", .link = 2, .mobile = true, .mac = {2, 0, 0, 0, 0, 4}}},
};

static char *cn_addrs[] = {CN "/64"};
static char *ha_addrs[] = {HA "/64"};
static struct lab_daemon mip6d[] = {{.name = "mip6d", .events = "mn.mip6d.events.jsonl"}};

static struct lab_node nodes[] = {
    {.name = "cn", .role = "cn", .ifaces = ifaces[0], .iface_count = 1, .home_link = -1},
    {.name = "ha", .role = "ha", .ifaces = ifaces[1], .iface_count = 1, .home_link = -1},
    {.name = "mn",
     .role = "mn",
     .ifaces = ifaces[2],
     .iface_count = 1,
     .daemons = mip6d,
     .daemon_count = 1,
     .hoa = HOA,
     .ha = HA,
     .home_link = 1},
    {.name = "mn2",
     .role = "mn",
     .ifaces = ifaces[3],
     .iface_count = 1,
     .hoa = "3fff:0:100::20",
     .ha = HA,
     .home_link = 1},
};

static struct lab_link links[] = {{.name = "cn-r"}, {.name = "home"}, {.name = "foreign1"}};
static struct lab_capture captures[] = {{NODE_CN, 0}, {NODE_HA, 0}, {NODE_MN, 0}};

static struct lab_param params[] = {
    {.name = "probe", .text = "5ms", .value = 5e6, .unit = "time"},
    {.name = "moves", .text = "2", .value = 2, .unit = "count"},
    {.name = "rs", .text = "answered", .unit = "choice"},
};

static struct lab_probe probes[] = {
    {.name = "down", .from = NODE_CN, .to = NODE_MN, .mn = NODE_MN, .down = true},
    {.name = "up", .from = NODE_MN, .to = NODE_CN, .mn = NODE_MN},
};

struct lab_plan *records_plan(void)
{
	static struct lab_plan plan;

	ifaces[0][0].addrs = cn_addrs;
	ifaces[0][0].addr_count = 1;
	ifaces[1][0].addrs = ha_addrs;
	ifaces[1][0].addr_count = 1;
	plan = (struct lab_plan){.scenario = "made",
				 .topology = "made",
				 .seed = 1,
				 .engine = LAB_ENGINE_VIRTUAL,
				 .params = params,
				 .param_count = sizeof(params) / sizeof(params[0]),
				 .links = links,
				 .link_count = 3,
				 .nodes = nodes,
				 .node_count = 4,
				 .probes = probes,
				 .probe_count = 2,
				 .captures = captures,
				 .capture_count = 3,
				 .duration_ns = 9 * LAB_NS_SECOND,
				 .settle_ns = 3 * LAB_NS_SECOND};
	return &plan;
}

int64_t records_time(double ms)
{
	return RECORDS_T0 + (int64_t)(ms * 1e6 + 0.5);
}

/* ---- files --------------------------------------------------------------------- */

static FILE *open_raw(const struct records *r, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/raw/%s", r->folder, name);
	return fopen(path, "we");
}

static void *open_capture(const struct records *r, const char *name)
{
	pcap_t *pcap =
	    pcap_open_dead_with_tstamp_precision(DLT_EN10MB, 256, PCAP_TSTAMP_PRECISION_NANO);
	void *dumper = pcap_dump_fopen(pcap, open_raw(r, name));

	pcap_close(pcap);
	return dumper;
}

void records_open(struct records *r)
{
	char path[128];

	*r = (struct records){.folder = "/tmp/mip6lab-test-XXXXXX"};
	if (!mkdtemp(r->folder))
		abort();
	snprintf(path, sizeof(path), "mkdir %s/raw", r->folder);
	if (system(path) != 0)
		abort();
	r->probes = open_raw(r, "probe.bin");
	r->timeline = open_raw(r, "timeline.jsonl");
	r->events = open_raw(r, "mn.mip6d.events.jsonl");
	r->captures[CAPTURE_CN_ETH0] = open_capture(r, "cn-eth0.pcap");
	r->captures[CAPTURE_HA_HOME] = open_capture(r, "ha-home.pcap");
	r->captures[CAPTURE_MN_ETH0] = open_capture(r, "mn-eth0.pcap");
}

void records_close(struct records *r)
{
	fclose(r->probes);
	fclose(r->timeline);
	fclose(r->events);
	for (size_t i = 0; i < 3; i++)
		pcap_dump_close(r->captures[i]);
}

void records_remove(struct records *r)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", r->folder);
	if (system(command) != 0)
		abort();
}

char *records_read(const struct records *r, const char *name)
{
	char path[200];
	char *text = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", r->folder, name);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	if (getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = strdup("");
	}
	fclose(file);
	return text;
}

void records_probe(struct records *r, int kind, int probe, uint32_t seq, double ms)
{
	struct lab_probe_record record = {(uint16_t)kind, (uint16_t)probe, seq, records_time(ms)};

	fwrite(&record, sizeof(record), 1, r->probes);
}

void records_note(struct records *r, double ms, const char *text)
{
	fprintf(r->timeline, "{\"t\":%lld,%s}\n", (long long)records_time(ms), text);
}

void records_event(struct records *r, double ms, const char *text)
{
	int64_t time = records_time(ms);

	fprintf(r->events, "{\"time\": %lld.%09lld, \"node\": \"mn\", %s}\n",
		(long long)(time / LAB_NS_SECOND), (long long)(time % LAB_NS_SECOND), text);
}

/* ---- packets ------------------------------------------------------------------- */

static struct mip6_addr addr(const char *text)
{
	struct mip6_addr a;

	if (mip6_addr_parse(text, &a) < 0)
		abort();
	return a;
}

static void put(struct records *r, int capture, double ms, const uint8_t source[MAC],
		const struct ip6_packet *p)
{
	uint8_t frame[FRAME] = {0};
	int64_t time = records_time(ms);
	int length = ip6_build(p, frame + ETHERNET, sizeof(frame) - ETHERNET);
	struct pcap_pkthdr h = {.ts = {time / LAB_NS_SECOND, time % LAB_NS_SECOND}};

	if (length < 0)
		abort();
	memcpy(frame + MAC, source, MAC);
	frame[12] = 0x86;
	frame[13] = 0xdd;
	h.len = (bpf_u_int32)(length + ETHERNET);
	h.caplen = h.len;
	pcap_dump(r->captures[capture], &h, frame);
}

void records_packet(struct records *r, int capture, bool sent, double ms,
		    const struct ip6_packet *p)
{
	static const uint8_t router[MAC] = {2, 0, 0, 0, 0, 99};

	put(r, capture, ms, sent ? ifaces[capture][0].mac : router, p);
}

void records_crossing(struct records *r, int from, int to, double ms, const struct ip6_packet *p)
{
	put(r, from, ms, ifaces[from][0].mac, p);
	put(r, to, ms, ifaces[from][0].mac, p);
}

void records_ra(struct records *r, double ms, const char *from)
{
	struct nd_ra ra = {.hop_limit = 64, .lifetime = 1800};
	struct ip6_packet p = {.hop_limit = 255, .src = addr(from), .dst = addr("ff02::1")};
	uint8_t buf[256];

	p.next_header = IP6_NH_ICMPV6;
	p.payload = buf;
	p.payload_len = (size_t)nd_build_ra(&p.src, &p.dst, &ra, buf, sizeof(buf));
	records_packet(r, CAPTURE_MN_ETH0, false, ms, &p);
}

void records_dad(struct records *r, double ms, const char *target)
{
	struct nd_ns ns = {.target = addr(target)};
	struct ip6_packet p = {.hop_limit = 255, .dst = addr("ff02::1:ff00:10")};
	uint8_t buf[256];

	p.next_header = IP6_NH_ICMPV6;
	p.payload = buf;
	p.payload_len = (size_t)nd_build_ns(&p.src, &p.dst, &ns, buf, sizeof(buf));
	records_packet(r, CAPTURE_MN_ETH0, true, ms, &p);
}

static void put_mh(struct records *r, bool sent, double ms, struct ip6_packet *p,
		   const struct mh_message *m)
{
	uint8_t buf[256];

	p->hop_limit = 64;
	p->next_header = IP6_NH_MH;
	p->payload = buf;
	p->payload_len =
	    (size_t)mh_build(ip6_checksum_src(p), ip6_checksum_dst(p), m, buf, sizeof(buf));
	records_packet(r, CAPTURE_MN_ETH0, sent, ms, p);
}

void records_bu(struct records *r, double ms, const char *coa, uint16_t seq, uint16_t lifetime)
{
	struct mh_message m = {.type = MH_BU, .bu = {seq, MH_BU_A | MH_BU_H, lifetime}};
	struct ip6_packet p = {.src = addr(coa), .dst = addr(HA), .hao = addr(HOA)};

	p.has_hao = lifetime > 0;
	put_mh(r, true, ms, &p, &m);
}

void records_ba(struct records *r, double ms, const char *coa, uint16_t seq, uint8_t status)
{
	struct mh_message m = {.type = MH_BA, .ba = {status, 0, seq, 900}};
	struct ip6_packet p = {.src = addr(HA), .dst = addr(coa), .rh2 = addr(HOA)};

	p.has_rh2 = strcmp(coa, HOA) != 0;
	p.rh2_segments_left = 1;
	put_mh(r, false, ms, &p, &m);
}

void records_probe_down(struct records *r, double ms, const char *coa, uint32_t seq)
{
	uint8_t udp[64] = {0x1b, 0x58, 0x1b, 0x58, 0, 64, 0, 0, 0x6d, 0x69, 0x70, 0x36};
	uint8_t inner[128];
	struct ip6_packet p = {.hop_limit = 60, .src = addr(CN), .dst = addr(HOA)};
	struct ip6_packet outer = {.hop_limit = 60, .src = addr(HA), .dst = addr(coa)};

	udp[18] = (uint8_t)(seq >> 8);
	udp[19] = (uint8_t)seq;
	p.next_header = UDP;
	p.payload = udp;
	p.payload_len = sizeof(udp);
	outer.next_header = IP6_NH_IPV6;
	outer.payload = inner;
	outer.payload_len = (size_t)ip6_build(&p, inner, sizeof(inner));
	records_packet(r, CAPTURE_MN_ETH0, false, ms, strcmp(coa, HOA) == 0 ? &p : &outer);
}

/* ---- a whole run ------------------------------------------------------------------ */

/* When a probe that is sent at s arrives; 0: never. Down: it must be at mn before
 * link down, or at the home agent (20 ms on its way) after the Binding Update. */
static double arrival_down(double s)
{
	if (s + 35 < 5000 || (s + 20 >= 5065.006 && s + 35 < 7000))
		return s + 35;
	return s + 20 >= 7050.005 ? s + 20 : 0;
}

/* Up: while there is a link, and no sooner than the Binding Update. */
static double arrival_up(double s)
{
	if (s < 5000 || (s >= 5050.006 && s < 7000))
		return s + 35;
	return s >= 7050.005 ? s + 20 : 0;
}

static void put_probes(struct records *r)
{
	for (uint32_t seq = 0; seq <= 1000; seq++) {
		double s = 3000 + 5.0 * seq;

		records_probe(r, LAB_PROBE_TX, PROBE_DOWN, seq, s);
		records_probe(r, LAB_PROBE_TX, PROBE_UP, seq, s);
		if (arrival_down(s) > 0)
			records_probe(r, LAB_PROBE_RX, PROBE_DOWN, seq, arrival_down(s));
		if (arrival_up(s) > 0)
			records_probe(r, LAB_PROBE_RX, PROBE_UP, seq, arrival_up(s));
	}
}

static void put_timeline(struct records *r)
{
	records_note(r, 0, "\"what\":\"t0\",\"seed\":1");
	records_note(r, 5000,
		     "\"what\":\"link_down\",\"node\":\"mn\",\"iface\":\"eth0\","
		     "\"link\":\"foreign1\",\"n\":1");
	records_note(r, 5050,
		     "\"what\":\"link_up\",\"node\":\"mn\",\"iface\":\"eth0\","
		     "\"link\":\"foreign2\",\"n\":1,\"home\":false");
	records_note(r, 7000,
		     "\"what\":\"link_down\",\"node\":\"mn\",\"iface\":\"eth0\","
		     "\"link\":\"foreign2\",\"n\":2");
	records_note(r, 7050,
		     "\"what\":\"link_up\",\"node\":\"mn\",\"iface\":\"eth0\","
		     "\"link\":\"home\",\"n\":2,\"home\":true");
	records_note(r, 9000, "\"what\":\"end\",\"ok\":true");
}

static void put_events(struct records *r)
{
	records_event(r, 1000.01, "\"event\": \"bu_tx\", \"seq\": 7");
	records_event(r, 2030.1, "\"event\": \"ba_rx\", \"seq\": 7, \"status\": 0");
	records_event(r, 5050.003, "\"event\": \"ra_rx\", \"if\": \"eth0\"");
	records_event(r, 5050.006, "\"event\": \"bu_tx\", \"seq\": 8");
	records_event(r, 5080.1, "\"event\": \"ba_rx\", \"seq\": 8, \"status\": 0");
	records_event(r, 7050.004, "\"event\": \"ra_rx\", \"if\": \"eth0\"");
	records_event(r, 7050.006, "\"event\": \"bu_tx\", \"seq\": 9");
	records_event(r, 7050.01, "\"event\": \"ba_rx\", \"seq\": 9, \"status\": 0");
}

void records_run(struct records *r)
{
	struct ip6_packet ping = {.hop_limit = 64, .src = addr(CN), .dst = addr(HA)};

	ping.next_header = IP6_NH_NONE;
	records_packet(r, CAPTURE_CN_ETH0, true, 10, &ping);
	records_packet(r, CAPTURE_HA_HOME, false, 30, &ping);
	records_bu(r, 1000, COA1, 7, 900);
	records_ba(r, 2030, COA1, 7, 0);
	records_ra(r, 5050.003, "fe80::2");
	records_dad(r, 5050.005, COA2);
	records_bu(r, 5050.006, COA2, 8, 900);
	records_ba(r, 5080.006, COA2, 8, 0);
	records_probe_down(r, 5085, COA2, 410);
	records_ra(r, 7050.003, "fe80::1");
	records_bu(r, 7050.005, HOA, 9, 0);
	records_ba(r, 7050.01, HOA, 9, 0);
	records_probe_down(r, 7055, HOA, 807);
	put_probes(r);
	put_timeline(r);
	put_events(r);
}
