/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/engine.h"
#include "lab/engine_internal.h"
#include "lab/features.h"
#include "lab/runner.h"
#include "lab/standstill.h"
#include "uml/inside.h"
#include "uml/uml.h"
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEBIAN_UML "/usr/bin/linux.uml"

enum { TICK_MS = 200, DISK_MIN = 65536, KERNELS_ROOM = 480 };

/* For the case that nobody watches any more. A machine may be slow, and busy. */
enum { LIMIT_SECONDS = 3600, LIMIT_TIMES = 200 };

/* Time 0 of virtual time is the kernel's start: PID 1 runs long before this. */
enum { VIRTUAL_BOOT_SECONDS = 3600 };

/* A mobile node with its daemon, probe and capture takes 2.4 MB, with other daemons more.
 * What is not used is not taken from the machine. */
enum { MEMORY_LEAST_MB = 512, MEMORY_SELF_MB = 256, MEMORY_NODE_MB = 20 };

static const double silence_max_s = 60.0;

static const char no_virtual_time[] =
    "the kernel runs in real time: LD_PRELOAD of mip6lab-uml.so is not allowed here, or linux.uml "
    "is statically linked. The kernel of `make kernel` does without";
static const char unfit[] =
    "this linux.uml cannot be given virtual time, its last words are in console.log: install "
    "Debian's package user-mode-linux, or use the kernel of `make kernel`";
static const char no_memory[] =
    "the kernel of the run ran out of memory: the scenario has too many "
    "nodes or processes for it; raw/console.log has its words";

/* The folder that was named, else this one's, else that of the source tree. */
static void find_kernels(struct engine_paths *paths)
{
	const char *named = getenv("MIP6LAB_KERNEL_DIR");

	snprintf(paths->kernels, sizeof(paths->kernels), "%s", named ? named : ".kernel");
	if (!named && access(paths->kernels, F_OK) < 0)
		snprintf(paths->kernels, sizeof(paths->kernels), "%.*s/../.kernel", KERNELS_ROOM,
			 paths->bin);
}

int engine_paths_find(struct engine_paths *paths)
{
	ssize_t n = readlink("/proc/self/exe", paths->self, sizeof(paths->self) - 1);
	char *slash;

	if (n <= 0)
		return -1;
	paths->self[n] = '\0';
	snprintf(paths->bin, sizeof(paths->bin), "%s", paths->self);
	slash = strrchr(paths->bin, '/');
	if (slash)
		*slash = '\0';
	find_kernels(paths);
	return 0;
}

void engine_program(const struct engine_paths *paths, const char *name, char *buf, size_t cap)
{
	snprintf(buf, cap, "%s/%s", paths->bin, name);
	if (access(buf, X_OK) < 0)
		snprintf(buf, cap, "%s/../sbin/%s", paths->bin, name);
}

void engine_scenarios(const struct engine_paths *paths, char *buf, size_t cap)
{
	snprintf(buf, cap, "scenarios");
	if (access(buf, R_OK) < 0)
		snprintf(buf, cap, "%s/../share/mip6lab/scenarios", paths->bin);
}

static void built_kernel(const struct engine_paths *paths, char *buf, size_t cap)
{
	snprintf(buf, cap, "%s/linux-virtual", paths->kernels);
}

static bool is_built_there(const struct engine_paths *paths)
{
	char kernel[600];

	built_kernel(paths, kernel, sizeof(kernel));
	return access(kernel, X_OK) == 0;
}

enum engine_kernel engine_kernel(const struct engine_paths *paths, enum lab_engine engine)
{
	if (engine == LAB_ENGINE_UML)
		return ENGINE_KERNEL_DEBIAN;
	if (engine != LAB_ENGINE_VIRTUAL)
		return ENGINE_KERNEL_BEST;
	if (paths->kernel != ENGINE_KERNEL_BEST)
		return paths->kernel;
	return is_built_there(paths) ? ENGINE_KERNEL_BUILT : ENGINE_KERNEL_DEBIAN;
}

const char *engine_kernel_text(enum engine_kernel kernel)
{
	if (kernel == ENGINE_KERNEL_BUILT)
		return "the built kernel";
	return kernel == ENGINE_KERNEL_DEBIAN ? "Debian's kernel" : "";
}

/* What the plan needs of a kernel that Debian's does not have. */
static int refuse_lacking(const struct engine_paths *paths, const struct lab_plan *plan,
			  char *error, size_t cap)
{
	const char *lacking = plan ? features_lacking(plan) : NULL;

	if (!lacking)
		return 0;
	if (is_built_there(paths)) {
		snprintf(
		    error, cap,
		    "%s needs %s, which Debian's kernel does not have: run it on the built one "
		    "(kernel=built)",
		    plan->scenario, lacking);
		return -1;
	}
	snprintf(
	    error, cap,
	    "%s needs %s, which Debian's kernel does not have. Type this once, it takes 4 to 9 "
	    "minutes:\n    make kernel",
	    plan->scenario, lacking);
	return -1;
}

static int uml_ready(const struct engine_paths *paths, enum lab_engine engine,
		     const struct lab_plan *plan, char *error, size_t cap)
{
	if (engine_kernel(paths, engine) == ENGINE_KERNEL_BUILT) {
		if (is_built_there(paths))
			return 0;
		snprintf(error, cap, "there is no kernel in %s: make kernel", paths->kernels);
		return -1;
	}
	if (access(DEBIAN_UML, X_OK) == 0)
		return refuse_lacking(paths, plan, error, cap);
	snprintf(error, cap, "the kernel of engine %s is not there (%s): %s",
		 lab_engine_name(engine), DEBIAN_UML, "apt-get install user-mode-linux");
	return -1;
}

int engine_ready(const struct engine_paths *paths, enum lab_engine engine,
		 const struct lab_plan *plan, char *error, size_t cap)
{
	if (engine == LAB_ENGINE_HOST)
		return engine_host_ready(paths, plan, error, cap);
	if (engine == LAB_ENGINE_NS3)
		return engine_ns3_ready(paths, error, cap);
	return uml_ready(paths, engine, plan, error, cap);
}

int engine_read_error(const char *results, char *error, size_t cap)
{
	char path[700];
	FILE *file;
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/raw/error", results);
	file = fopen(path, "re");
	if (file) {
		n = fread(error, 1, cap - 1, file);
		fclose(file);
	}
	error[n] = '\0';
	return n > 0;
}

bool engine_is_silent(struct engine_patience *patience, unsigned news)
{
	struct timespec ts;
	double now;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
	if (patience->since <= 0 || news != patience->news)
		*patience = (struct engine_patience){news, now};
	return now - patience->since >= silence_max_s;
}

/* 1 when the kernel has ended, 0 when it hangs, -1 with run->error. */
static int watch(struct uml_run *run, int stop_fd, engine_tick tick, void *arg,
		 struct standstill *standstill)
{
	int ended = 0;
	bool hangs = false;

	standstill_init(standstill);
	while (ended == 0 && !hangs) {
		ended = uml_wait(run, stop_fd, TICK_MS / 1000.0);
		hangs = standstill_seen(standstill, run, tick(arg)) && ended == 0;
	}
	return ended;
}

static bool disk_is_full(const char *results)
{
	struct statvfs fs;

	return statvfs(results, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < DISK_MIN;
}

static unsigned memory_mb(const struct lab_plan *plan)
{
	unsigned wanted = MEMORY_SELF_MB + MEMORY_NODE_MB * (unsigned)plan->node_count;

	return wanted > MEMORY_LEAST_MB ? wanted : MEMORY_LEAST_MB;
}

static void put_raw(const char *results, const char *name, const char *mode, const char *text)
{
	char path[700];
	FILE *file;

	snprintf(path, sizeof(path), "%s/raw/%s", results, name);
	file = fopen(path, mode);
	if (!file)
		return;
	fputs(text, file);
	fclose(file);
}

static void write_raw(const char *results, const char *name, const char *text)
{
	put_raw(results, name, "we", text);
}

/* The kernel has then killed one of the run's processes. */
static bool was_out_of_memory(const char *console)
{
	FILE *file = fopen(console, "re");
	char line[256];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, "ut of memory") != NULL;
	if (file)
		fclose(file);
	return found;
}

/* What the end of the kernel means for the user. */
static int judge(const struct uml_run *run, const char *results, char *error, size_t cap)
{
	if (run->end == UML_POWEROFF && run->code == 0)
		return 0;
	if (run->end != UML_STOPPED && disk_is_full(results)) {
		snprintf(error, cap, "no room is left on the disk of %s", results);
		return 3;
	}
	if (run->end == UML_POWEROFF && engine_read_error(results, error, cap))
		return run->code;
	if (run->end == UML_CRASHED && WIFEXITED(run->status) &&
	    WEXITSTATUS(run->status) == UML_EXIT_UNFIT) {
		snprintf(error, cap, "%s", unfit);
		return 3;
	}
	if (run->end == UML_CRASHED)
		snprintf(error, cap, "%s; its last words are in console.log",
			 uml_end_text(run->end));
	else
		snprintf(error, cap, "%s", uml_end_text(run->end));
	return 1;
}

/* PID 1 of the kernel is this program. Built with the address sanitizer it cannot
 * be (the shadow memory does not fit into UML): mip6lab-inside beside it is then
 * a build that can. */
static void inside_program(const struct engine_paths *paths, char *buf, size_t cap)
{
	snprintf(buf, cap, "%s/mip6lab-inside", paths->bin);
	if (access(buf, X_OK) < 0)
		snprintf(buf, cap, "%s", paths->self);
}

static int run_uml(const struct engine_paths *paths, const struct lab_plan *plan,
		   const char *results, int stop_fd, engine_tick tick, void *arg, char *error,
		   size_t cap)
{
	bool built = engine_kernel(paths, plan->engine) == ENGINE_KERNEL_BUILT;
	char kernel[600] = DEBIAN_UML;
	char console[700];
	char preload[700];
	char init[700];
	const char *args[] = {results, NULL};
	struct standstill standstill;
	struct uml_run run = {0};
	int ended;
	struct uml_boot boot = {
	    .kernel = kernel,
	    .virtual_time = plan->engine == LAB_ENGINE_VIRTUAL,
	    .time_travel = built,
	    .seed = plan->seed,
	    .init = init,
	    .args = args,
	    .mem_mb = memory_mb(plan),
	    .console_log = console,
	    .timeout_s = LIMIT_SECONDS + LIMIT_TIMES * (double)plan->duration_ns / LAB_NS_SECOND,
	};

	inside_program(paths, init, sizeof(init));
	snprintf(console, sizeof(console), "%s/raw/console.log", results);
	if (uml_find_preload(preload, sizeof(preload)))
		boot.preload = preload;
	if (built)
		built_kernel(paths, kernel, sizeof(kernel));
	write_raw(results, "progress", "# booting\n");
	if (uml_start(&boot, &run) < 0) {
		snprintf(error, cap, "%s", run.error);
		return 3;
	}
	ended = watch(&run, stop_fd, tick, arg, &standstill);
	if (ended == 0)
		standstill_explain(&standstill, &run, results, boot.virtual_time, error, cap);
	uml_stop(&run);
	if (was_out_of_memory(console)) {
		snprintf(error, cap, "%s", no_memory);
		return 3;
	}
	if (ended < 0)
		snprintf(error, cap, "%s", run.error);
	if (ended <= 0)
		return 1;
	return judge(&run, results, error, cap);
}

int engine_run(const struct engine_paths *paths, const struct lab_plan *plan, const char *results,
	       int stop_fd, engine_tick tick, void *arg, char *error, size_t error_cap)
{
	error[0] = '\0';
	if (plan->engine == LAB_ENGINE_HOST)
		return engine_run_host(paths, plan, results, stop_fd, tick, arg, error, error_cap);
	if (plan->engine == LAB_ENGINE_NS3)
		return engine_run_ns3(paths, results, stop_fd, tick, arg, error, error_cap);
	return run_uml(paths, plan, results, stop_fd, tick, arg, error, error_cap);
}

int engine_carry_out(const struct engine_paths *paths, const struct lab_plan *plan,
		     const char *results, const char *work)
{
	char mip6d[700];
	char mip6ctl[700];
	char error[RUNNER_ERROR];
	struct runner_paths runner = {results, work, mip6d, mip6ctl};
	struct utsname kernel;
	int code;

	engine_program(paths, "mip6d", mip6d, sizeof(mip6d));
	engine_program(paths, "mip6ctl", mip6ctl, sizeof(mip6ctl));
	if (uname(&kernel) == 0)
		write_raw(results, "kernel", kernel.release);
	code = runner_run(plan, &runner, error);
	if (error[0])
		write_raw(results, "error", error);
	return code;
}

/* A preloaded object that was not loaded leaves the kernel in real time. */
static int check_time(const struct lab_plan *plan, const char *results)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (plan->engine != LAB_ENGINE_VIRTUAL ||
	    (uint64_t)now.tv_sec - UML_VIRTUAL_EPOCH / LAB_NS_SECOND < VIRTUAL_BOOT_SECONDS)
		return 0;
	write_raw(results, "error", no_virtual_time);
	return 3;
}

/* What only a kernel of our own needs before a plan can be carried out on it. */
static int prepare_kernel(struct uml_inside *uml)
{
	int status = uml_inside_start(uml, false);

	if (uml->args[0])
		put_raw(uml->args[0], "progress", "ae", "# loading modules\n");
	if (status == 0 && uml->args[0] && uml_inside_modules(uml, uml_inside_lab_modules()) == 0 &&
	    uml_inside_limits(uml) == 0)
		return 0;
	fprintf(stderr, "mip6lab: %s\n", uml->error);
	if (uml->args[0])
		write_raw(uml->args[0], "error", uml->error);
	return -1;
}

static int inside(struct uml_inside *uml)
{
	const char *results;
	char scenario[700];
	char topology[700];
	char file[700];
	struct engine_paths paths;
	struct settings settings;
	struct lab_error error = {0};
	struct lab_plan *plan;
	int code;

	if (prepare_kernel(uml) < 0)
		return 3;
	results = uml->args[0];
	snprintf(scenario, sizeof(scenario), "%s/scenario.yaml", results);
	snprintf(topology, sizeof(topology), "%s/topology.yaml", results);
	snprintf(file, sizeof(file), "%s/raw/settings", results);
	if (engine_paths_find(&paths) < 0 || settings_read(&settings, file) < 0)
		return 3;
	plan = lab_plan_load(scenario, topology, settings.list, settings.count, settings.seed,
			     settings.engine, &error);
	if (!plan) {
		write_raw(results, "error", error.text);
		return 2;
	}
	code = check_time(plan, results);
	if (code == 0)
		code = engine_carry_out(&paths, plan, results, "/run/mip6lab");
	lab_plan_free(plan);
	settings_free(&settings);
	return code;
}

bool engine_is_inside(void)
{
	return uml_inside_here();
}

int engine_inside(void)
{
	static struct uml_inside uml;
	int code = inside(&uml);

	uml_inside_poweroff(&uml, code);
}
