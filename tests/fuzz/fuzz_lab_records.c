/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Damaged records of a run. The first octet says which of them the rest is: the
 * timeline, events, probe records, a capture, or one captured frame. */
#include "lab/eventfile.h"
#include "lab/handover.h"
#include "lab/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fixture {
	struct lab_plan plan;
	struct lab_iface iface;
	struct lab_daemon daemon;
	struct lab_node node;
	struct lab_probe probes[2];
	struct lab_capture place;
	struct history_move move;
	struct history history;
	char events[32];
	char path[64];
};

/* One mobile node, one handover from 1 s to 2 s. */
static void setup(struct fixture *f, int fd)
{
	*f = (struct fixture){.iface = {.name = "eth0", .mac = {2, 0, 0, 0, 0, 1}}};
	snprintf(f->path, sizeof(f->path), "/proc/self/fd/%d", fd);
	snprintf(f->events, sizeof(f->events), "%d", fd);
	f->daemon = (struct lab_daemon){.name = "mip6d", .events = f->events};
	f->node = (struct lab_node){.name = "mn",
				    .hoa = "3fff:0:100::10",
				    .ifaces = &f->iface,
				    .iface_count = 1,
				    .daemons = &f->daemon,
				    .daemon_count = 1};
	f->probes[0] = (struct lab_probe){.name = "down", .down = true};
	f->probes[1] = (struct lab_probe){.name = "up"};
	f->plan = (struct lab_plan){.nodes = &f->node,
				    .node_count = 1,
				    .probes = f->probes,
				    .probe_count = 2,
				    .captures = &f->place,
				    .capture_count = 1};
	f->move = (struct history_move){.n = 1, .from = "a", .to = "b", .down = 1000000000};
	f->move.up = 2000000000;
	f->move.until = 3000000000;
	f->history = (struct history){.t0 = 1, .end = 3000000000, .moves = &f->move, .count = 1};
}

static void try_timeline(struct fixture *f)
{
	struct history h;
	char error[200] = "";

	if (history_read(&h, &f->plan, f->path, error, sizeof(error)) < 0 && error[0] == '\0')
		abort();
	for (size_t i = 0; i < h.count; i++)
		if (h.moves[i].node != 0 || h.moves[i].iface != 0)
			abort();
	history_free(&h);
}

static void try_events(struct fixture *f)
{
	static const char *const filters[] = {"seq=1"};
	struct events e;

	if (events_read(&e, &f->plan, "/proc/self/fd") == 0) {
		for (size_t i = 1; i < e.count; i++)
			if (e.list[i].time < e.list[i - 1].time)
				abort();
		events_count(&e, 0, "bu_tx", filters, 1);
		events_first(&e, 0, "bu_tx", 0, INT64_MAX, "seq", 1);
	}
	events_free(&e);
}

static void try_handovers(struct fixture *f, struct captures *captures, struct stream *streams)
{
	struct handover *list = handovers_find(&f->plan, &f->history, captures, streams);

	if (list)
		handover_lost_outside(&f->plan, &f->history, streams, list, 1);
	free(list);
}

static void try_probes(struct fixture *f)
{
	struct captures none = {0};
	struct stream *streams;
	char error[200] = "";

	if (streams_read(&streams, &f->plan, f->path, error, sizeof(error)) == 0) {
		try_handovers(f, &none, streams);
		streams_write(streams, &f->plan, 0, "/dev/null");
	} else if (error[0] == '\0') {
		abort();
	}
	streams_free(streams, &f->plan);
}

static void try_capture(struct fixture *f)
{
	struct stream streams[2] = {{0}};
	struct capture capture;
	struct capture_view *views;
	char error[300] = "";

	if (capture_read(&capture, f->path, error, sizeof(error)) < 0) {
		if (error[0] == '\0')
			abort();
		return;
	}
	views = calloc(capture.count, sizeof(*views));
	for (size_t i = 0; views && i < capture.count; i++)
		capture_look(&capture.packets[i], f->iface.mac, &views[i]);
	if (views)
		try_handovers(f, &(struct captures){&capture, &views, 1}, streams);
	free(views);
	capture_free(&capture);
}

static void try_frame(const struct fixture *f, const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct capture_packet p = {.data = copy, .len = (uint32_t)size};
	struct capture_view view;

	if (copy) {
		memcpy(copy, data, size);
		capture_look(&p, f->iface.mac, &view);
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fixture f;
	int fd;

	if (size < 1)
		return 0;
	fd = memfd_create("records", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)size - 1)
		abort();
	setup(&f, fd);
	switch (data[0]) {
	case 't':
		try_timeline(&f);
		break;
	case 'e':
		try_events(&f);
		break;
	case 'p':
		try_probes(&f);
		break;
	case 'c':
		try_capture(&f);
		break;
	default:
		try_frame(&f, data + 1, size - 1);
	}
	close(fd);
	return 0;
}
