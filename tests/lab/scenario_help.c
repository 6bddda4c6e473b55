/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario_help.h"
#include "test.h"
#include <sys/stat.h>
#include <unistd.h>

const char *const topology_text[] = {
    "topology: small",									/* 1 */
    "parameters:",									/* 2 */
    "  lag: {default: 10ms, unit: time, range: [0ms, 1s], about: a delay}",		/* 3 */
    "  low: {default: 1s, unit: time, range: [0s, 9s], at_most: 50% of high}",		/* 4 */
    "  high: {default: 4s, unit: time, range: [1s, 9s]}",				/* 5 */
    "links:",										/* 6 */
    "  wire: {delay: \"${lag}\", loss: 1%}",						/* 7 */
    "  air: {}",									/* 8 */
    "nodes:",										/* 9 */
    "  cn:",										/* 10 */
    "    role: cn",									/* 11 */
    "    interfaces: {eth0: {link: wire, addresses: [3fff:0:1::2/64]}}",		/* 12 */
    "    routes: [{to: default, via: 3fff:0:1::1}]",					/* 13 */
    "  ha:",										/* 14 */
    "    role: ha",									/* 15 */
    "    interfaces:",									/* 16 */
    "      eth0: {link: wire, addresses: [3fff:0:1::1/64]}",				/* 17 */
    "      lan: {link: air, addresses: [3fff:0:2::1/64]}",				/* 18 */
    "    daemons:",									/* 19 */
    "      radvd:",									/* 20 */
    "        command: [radvd, -n]",							/* 21 */
    "        config:",									/* 22 */
    "          file: radvd.conf",							/* 23 */
    "          text: |",								/* 24 */
    "            low ${low:s} $${x}",							/* 25 */
    "            lag ${lag:s} ${lag:us} ${dir}",					/* 26 */
    "  mn:",										/* 27 */
    "    role: mn",									/* 28 */
    "    mobile: {home_address: 3fff:0:2::9, home_agent: 3fff:0:2::1, home_link: air}", /* 29 */
    "    interfaces: {eth0: {link: air, mobile: yes}}",					/* 30 */
    NULL,
};

const char *const scenario_text[] = {
    "scenario: tiny",							    /* 1 */
    "about: a test",							    /* 2 */
    "topology: small",							    /* 3 */
    "parameters:",							    /* 4 */
    "  moves: {default: 3, unit: count, range: [1, 20], about: how often}", /* 5 */
    "  mode: {default: fast, choices: [fast, slow]}",			    /* 6 */
    "settle: 1s",							    /* 7 */
    "probes:",								    /* 8 */
    "  down: {from: cn, to: mn, interval: 10ms}",			    /* 9 */
    "timeline:",							    /* 10 */
    "  - at: 1s",							    /* 11 */
    "  - repeat:",							    /* 12 */
    "      count: ${moves}",						    /* 13 */
    "      do:",							    /* 14 */
    "        - wait: [1s, 2s]",						    /* 15 */
    "        - move: {node: mn, interface: eth0, to: [wire, home]}",	    /* 16 */
    "  - wait: 500ms",							    /* 17 */
    "  - signal: {node: ha, daemon: radvd, signal: HUP}",		    /* 18 */
    "  - wait: [700ms, 800ms]",						    /* 19 */
    "expect:",								    /* 20 */
    "  - handover.count == moves",					    /* 21 */
    NULL,
};

void write_lines(const char *path, const char *const *lines, int line, const char *instead)
{
	FILE *file = fopen(path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	for (int i = 0; lines[i]; i++)
		fprintf(file, "%s\n", i + 1 == line ? instead : lines[i]);
	fclose(file);
}

void folder_make(struct folder *folder)
{
	char dir[96];

	snprintf(folder->path, sizeof(folder->path), "/tmp/mip6lab-test-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder->path));
	snprintf(dir, sizeof(dir), "%s/scenarios", folder->path);
	CU_ASSERT_EQUAL_FATAL(mkdir(dir, 0755), 0);
	snprintf(dir, sizeof(dir), "%s/topologies", folder->path);
	CU_ASSERT_EQUAL_FATAL(mkdir(dir, 0755), 0);
	snprintf(folder->scenario, sizeof(folder->scenario), "%s/scenarios/tiny.yaml",
		 folder->path);
	snprintf(folder->topology, sizeof(folder->topology), "%s/topologies/small.yaml",
		 folder->path);
	write_lines(folder->scenario, scenario_text, 0, NULL);
	write_lines(folder->topology, topology_text, 0, NULL);
}

void folder_remove(const struct folder *folder)
{
	char dir[96];

	unlink(folder->scenario);
	unlink(folder->topology);
	snprintf(dir, sizeof(dir), "%s/scenarios", folder->path);
	rmdir(dir);
	snprintf(dir, sizeof(dir), "%s/topologies", folder->path);
	rmdir(dir);
	CU_ASSERT_EQUAL(rmdir(folder->path), 0);
}

struct lab_plan *load(const char *path, uint64_t seed, struct lab_error *error)
{
	return lab_plan_load(path, NULL, NULL, 0, seed, LAB_ENGINE_VIRTUAL, error);
}

struct lab_plan *load_with(const char *path, const char *name, const char *value,
			   struct lab_error *error)
{
	struct lab_setting setting = {name, value};

	return lab_plan_load(path, NULL, &setting, 1, 1, LAB_ENGINE_VIRTUAL, error);
}
