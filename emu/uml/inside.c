/* SPDX-License-Identifier: GPL-2.0-or-later */

/* PID 1 inside User Mode Linux, at its first and last steps. The root file
 * system is the machine's own by hostfs, seen with the rights of the user who
 * started the kernel; everything that only a running kernel can provide is
 * mounted over it here and is gone with the kernel. */
#include "inside.h"

#include "uml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

/* Debian's package user-mode-linux keeps its modules here, one folder for each
 * release. modprobe wants them below lib/modules of some root, and the
 * machine's own /lib/modules may not exist: ours is in the tmpfs on /run. */
static const char inside_modules[] = "/usr/lib/uml/modules";
static const char inside_module_root[] = "/run/mip6lab-modules";
static const char inside_modprobe[] = "/run/mip6lab-modprobe";

struct inside_mount {
	const char *type;
	const char *target;
	unsigned long flags;
	const char *options;
};

__attribute__((format(printf, 2, 3))) static int inside_fail(struct uml_inside *inside,
							     const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(inside->error, sizeof(inside->error), format, args);
	va_end(args);
	return -1;
}

bool uml_inside_here(void)
{
	return getpid() == 1 && getenv(UML_INSIDE_VARIABLE) != NULL;
}

static int inside_mount(struct uml_inside *inside, const struct inside_mount *what)
{
	/* Debian's kernel has mounted /dev itself: busy is as good as done. */
	if (mount(what->type, what->target, what->type, what->flags, what->options) == 0 ||
	    errno == EBUSY)
		return 0;
	return inside_fail(inside, "mount %s on %s: %s", what->type, what->target, strerror(errno));
}

static int inside_mount_all(struct uml_inside *inside, bool private_tmp)
{
	static const struct inside_mount mounts[] = {
	    {"proc", "/proc", MS_NOSUID | MS_NODEV, NULL},
	    {"sysfs", "/sys", MS_NOSUID | MS_NODEV, NULL},
	    {"devtmpfs", "/dev", MS_NOSUID, "mode=755"},
	    {"tmpfs", "/run", MS_NOSUID, "mode=755"},
	};
	static const struct inside_mount late[] = {
	    {"devpts", "/dev/pts", MS_NOSUID, "ptmxmode=0666,mode=620"},
	    {"tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777"},
	};
	static const struct inside_mount tmp = {"tmpfs", "/tmp", MS_NOSUID | MS_NODEV, "mode=1777"};

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++)
		if (inside_mount(inside, &mounts[i]) < 0)
			return -1;
	mkdir("/dev/pts", 0755);
	mkdir("/dev/shm", 01777);
	for (size_t i = 0; i < sizeof(late) / sizeof(late[0]); i++)
		if (inside_mount(inside, &late[i]) < 0)
			return -1;
	return private_tmp ? inside_mount(inside, &tmp) : 0;
}

/* A container's /dev may lack the console, then the kernel started us without
 * any stream at all. */
static int inside_streams(struct uml_inside *inside)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int console = open("/dev/console", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (null < 0 || console < 0)
		return inside_fail(inside, "/dev/null or /dev/console: %s", strerror(errno));
	if (dup3(null, STDIN_FILENO, 0) < 0 && errno != EINVAL)
		return inside_fail(inside, "standard input: %s", strerror(errno));
	dup2(console, STDOUT_FILENO);
	dup2(console, STDERR_FILENO);
	return 0;
}

static void inside_dev_links(void)
{
	static const char *const links[][2] = {
	    {"/proc/self/fd", "/dev/fd"},
	    {"/proc/self/fd/0", "/dev/stdin"},
	    {"/proc/self/fd/1", "/dev/stdout"},
	    {"/proc/self/fd/2", "/dev/stderr"},
	};

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlink(links[i][0], links[i][1]) < 0)
			return;
}

/* The file of arguments, by the machine's own /proc: ours is not mounted yet. The first
 * string in it is where the exit code goes. */
static int inside_read_args(struct uml_inside *inside)
{
	char path[32];
	ssize_t length;
	size_t count = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", UML_FD_ARGS);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return inside_fail(inside, "%s: %s", path, strerror(errno));
	length = read(fd, inside->text, sizeof(inside->text) - 1);
	close(fd);
	for (char *at = inside->text; length > 0 && at < inside->text + length;
	     at += strlen(at) + 1) {
		if (count > UML_INSIDE_ARGS)
			return inside_fail(inside, "more than %d arguments", UML_INSIDE_ARGS);
		if (count > 0)
			inside->args[count - 1] = at;
		count++;
	}
	return count > 0 ? 0 : inside_fail(inside, "%s is empty", path);
}

int uml_inside_start(struct uml_inside *inside, bool private_tmp)
{
	memset(inside, 0, sizeof(*inside));
	inside->exit_fd = -1;
	umask(022);
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	if (inside_read_args(inside) < 0)
		return -1;
	/* Before anything is mounted over the folder that it is in. */
	inside->exit_fd = open(inside->text, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (inside->exit_fd < 0)
		return inside_fail(inside, "%.200s: %s", inside->text, strerror(errno));
	if (inside_mount_all(inside, private_tmp) < 0)
		return -1;
	inside_dev_links();
	return inside_streams(inside);
}

/* Modules ------------------------------------------------------------------ */

static bool inside_has_modules(void)
{
	char path[UML_PATH_MAX];
	struct utsname name;

	if (uname(&name) < 0)
		return false;
	snprintf(path, sizeof(path), "%s/%s", inside_modules, name.release);
	return access(path, R_OK) == 0;
}

static int inside_write(const char *path, mode_t mode, const char *text)
{
	size_t length = strlen(text);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	ssize_t written;

	if (fd < 0)
		return -1;
	written = write(fd, text, length);
	close(fd);
	return written == (ssize_t)length ? 0 : -1;
}

/* The kernel itself calls modprobe without arguments of ours, so it is given a
 * script that adds the root. */
static int inside_module_paths(struct uml_inside *inside)
{
	char path[UML_PATH_MAX];
	char script[UML_PATH_MAX];

	mkdir(inside_module_root, 0755);
	snprintf(path, sizeof(path), "%s/lib", inside_module_root);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/lib/modules", inside_module_root);
	if (symlink(inside_modules, path) < 0)
		return inside_fail(inside, "%s: %s", path, strerror(errno));
	snprintf(script, sizeof(script), "#!/bin/sh\nexec /sbin/modprobe -d %s \"$@\"\n",
		 inside_module_root);
	if (inside_write(inside_modprobe, 0755, script) < 0 ||
	    inside_write("/proc/sys/kernel/modprobe", 0644, inside_modprobe) < 0)
		return inside_fail(inside, "%s: %s", inside_modprobe, strerror(errno));
	return 0;
}

static int inside_run(char *const argv[])
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		execv(argv[0], argv);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int uml_inside_modules(struct uml_inside *inside, const char *const *modules)
{
	char *argv[64] = {(char *)inside_modprobe, "-a"};
	size_t count = 2;
	int status;

	if (!inside_has_modules())
		return 0;
	if (inside_module_paths(inside) < 0)
		return -1;
	for (size_t i = 0; modules[i]; i++) {
		if (count + 1 == sizeof(argv) / sizeof(argv[0]))
			return inside_fail(inside, "too many modules");
		argv[count++] = (char *)modules[i];
	}
	status = inside_run(argv);
	if (status != 0)
		return inside_fail(inside, "modprobe ended with %d (is kmod installed?)", status);
	return 0;
}

const char *const *uml_inside_lab_modules(void)
{
	static const char *const modules[] = {
	    "ipv6",   "mip6",	   "xfrm_user", "ip6_tunnel",  "sit",	  "veth",    "tun",
	    "bridge", "sch_netem", "sch_tbf",	"sch_ingress", "cls_bpf", "act_bpf", NULL,
	};

	return modules;
}

/* Limits -------------------------------------------------------------------- */

int uml_inside_limits(struct uml_inside *inside)
{
	static const char *const limits[][2] = {
	    {"/proc/sys/net/ipv6/neigh/default/gc_thresh1", "16384"},
	    {"/proc/sys/net/ipv6/neigh/default/gc_thresh2", "32768"},
	    {"/proc/sys/net/ipv6/neigh/default/gc_thresh3", "65536"},
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (inside_write(limits[i][0], 0644, limits[i][1]) < 0)
			return inside_fail(inside, "%s: %s", limits[i][0], strerror(errno));
	return 0;
}

/* The way out ---------------------------------------------------------------- */

_Noreturn void uml_inside_poweroff(struct uml_inside *inside, int code)
{
	if (inside->exit_fd >= 0)
		dprintf(inside->exit_fd, "%d\n", code);
	/* hostfs writes behind. */
	sync();
	reboot(RB_POWER_OFF);
	/* Not reached as PID 1 of a kernel: the kernel panics and that is seen. */
	_exit(code);
}
