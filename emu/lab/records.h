/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_RECORDS_H
#define LAB_RECORDS_H

/* The raw files that the runner writes into the result folder while it runs,
 * and that the analysis reads afterwards. All times are ns on the run's clock
 * CLOCK_REALTIME of the nodes' kernel (captures carry it too); t0 is the time of
 * the plan's zero. Each record is whole or absent, so an interrupted run can be
 * read up to its end.
 *
 *   raw/timeline.jsonl   {"t":ns,"what":"t0"|"link_down"|"link_up"|"start"|"signal"|"tcp"|"ping"|
 *                        "exit"|"waited"|"late"|"overrun"|"end", "node":..., "iface":...,
 * "link":..., "from":..., "n":handover number from 1, "daemon":..., "status":...} raw/probe.bin
 * struct lab_probe_record, native byte order raw/lag.bin          struct lab_lag_record
 *   raw/NODE-IFACE.pcap  classic pcap, ns time stamps
 *   raw/captures.log     what became of each: "NODE IFACE: N packets, N dropped"
 *   raw/NODE.DAEMON.events.jsonl, raw/NODE.DAEMON.log
 */
#include <stdint.h>

enum { LAB_PROBE_TX = 1, LAB_PROBE_RX = 2 };

enum { LAB_PROBE_MAGIC = 0x6d697036 };

/* What a probe's UDP payload begins with, all in network byte order. */
struct lab_probe_payload {
	uint32_t magic;
	uint32_t stream; /* index in the plan */
	uint32_t seq;
	uint32_t zero;
	uint64_t sent; /* run clock, ns */
};

struct lab_probe_record {
	uint16_t kind;	/* LAB_PROBE_TX, LAB_PROBE_RX */
	uint16_t probe; /* index in the plan */
	uint32_t seq;
	int64_t time; /* sent; received (the kernel's time stamp) */
};

/* The largest lag of the LAB_LAG_PERIOD ns before `time`. */
#define LAB_LAG_PERIOD INT64_C(100000000)

struct lab_lag_record {
	int64_t time;
	int64_t lag; /* ns later than asked for */
};

#endif
