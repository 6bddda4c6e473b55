/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading mip6d.conf: reads the file and what it includes into one tree, then
 * has it applied and checked. An include file holds whole statements and stands
 * where a statement may stand; its name may be a pattern, as UMIP's users know
 * it, and is relative to the file that names it. */
#include <mip6/conf.h>

#include "conf/apply.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Bounds against files that include themselves, or that are no configuration. */
#define MAX_DEPTH 16
#define MAX_FILES 256
#define MAX_BYTES (1024 * 1024)

struct loader {
	struct conf_tree tree;
	struct mip6_conf_error *error;
	int files;
	char *absent; /* struct mip6_config.absent_include */
};

static int load_file(struct loader *l, const char *path, const struct conf_place *from, int depth,
		     struct conf_statements *ret, struct conf_place *ret_end);

static int fail_io(struct loader *l, const struct conf_place *at, const char *path,
		   const char *reason)
{
	conf_fail(l->error, at, "%s: %s", path, reason);
	return MIP6_ERR_IO;
}

/* The include statement's own directory and the name, or the name alone. */
static char *beside(struct loader *l, const struct conf_place *from, const char *name)
{
	const char *slash = strrchr(from->file, '/');
	size_t dir_len = slash && name[0] != '/' ? (size_t)(slash - from->file) + 1 : 0;
	size_t len = dir_len + strlen(name);
	char *path = conf_tree_alloc(&l->tree, len + 1);

	if (!path)
		return NULL;
	memcpy(path, from->file, dir_len);
	memcpy(path + dir_len, name, strlen(name));
	return path;
}

static int load_matches(struct loader *l, const glob_t *matches, const struct conf_place *at,
			int depth, struct conf_statements *ret)
{
	for (size_t i = 0; i < matches->gl_pathc; i++) {
		struct conf_place end;
		int err = load_file(l, matches->gl_pathv[i], at, depth + 1, ret, &end);

		if (err != MIP6_OK)
			return err;
	}
	return MIP6_OK;
}

/* A part that is not there (yet) is passed over, as UMIP does, and warned of (warn.c). */
static bool is_absent(struct loader *l, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 || errno != ENOENT)
		return false;
	if (!l->absent[0])
		snprintf(l->absent, sizeof(((struct mip6_config *)NULL)->absent_include), "%s",
			 path);
	return true;
}

static int include(struct loader *l, const struct conf_statement *s, int depth,
		   struct conf_statements *ret)
{
	const struct conf_place *at = &s->values->at;
	char *pattern = beside(l, at, s->values->text);
	glob_t matches = {0};
	int err;

	if (!pattern)
		return conf_fail_memory(l->error, at);
	if (depth >= MAX_DEPTH)
		return conf_fail(l->error, at,
				 "include files nest deeper than %d: does %s include itself?",
				 MAX_DEPTH, s->values->text);
	if (!strpbrk(pattern, "*?[") && is_absent(l, pattern))
		return MIP6_OK;
	if (!strpbrk(pattern, "*?["))
		return load_file(l, pattern, at, depth + 1, ret, &(struct conf_place){0});
	err = glob(pattern, 0, NULL, &matches);
	if (err == GLOB_NOMATCH)
		return MIP6_OK;
	if (err != 0)
		return fail_io(l, at, pattern, "cannot be searched for");
	err = load_matches(l, &matches, at, depth, ret);
	globfree(&matches);
	return err;
}

/* Appends the statements from `first` on, with include files in their places. */
static int expand(struct loader *l, struct conf_statement *first, int depth,
		  struct conf_statements *ret)
{
	struct conf_statement *next;
	int err = MIP6_OK;

	for (struct conf_statement *s = first; s && err == MIP6_OK; s = next) {
		struct conf_statements block = {0};

		next = s->next;
		s->next = NULL;
		if (s->is_include) {
			err = include(l, s, depth, ret);
			continue;
		}
		err = expand(l, s->block, depth, &block);
		s->block = block.first;
		conf_statements_append(ret, s);
	}
	return err;
}

/* Parses buf (see conf_parse_buffer) as the file `name`. */
static int parse(struct loader *l, const char *name, char *buf, size_t len, int depth,
		 struct conf_statements *ret, struct conf_place *ret_end)
{
	struct conf_parser parser = {.tree = &l->tree, .error = l->error};
	size_t skip = len >= 3 && memcmp(buf, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	int err;

	parser.file = conf_tree_text(&l->tree, name, strlen(name));
	if (!parser.file)
		return conf_fail_memory(l->error, &(struct conf_place){.file = name});
	err = conf_parse_buffer(&parser, buf + skip, len - skip);
	if (err != MIP6_OK)
		return err;
	*ret_end = parser.current;
	return expand(l, parser.statements, depth, ret);
}

/* A new buffer with the file's bytes and two zeros behind them. */
static int read_file(FILE *file, char **ret_buf, size_t *ret_len)
{
	char *buf = calloc(1, MAX_BYTES + 3);

	if (!buf)
		return MIP6_ERR_NOMEM;
	*ret_len = fread(buf, 1, MAX_BYTES + 1, file);
	if (ferror(file)) {
		free(buf);
		return MIP6_ERR_IO;
	}
	*ret_buf = buf;
	return MIP6_OK;
}

/* Opens a file; an included one must not be a device or a pipe, which could
 * block. errno tells why not. */
static FILE *open_file(const char *path, bool included)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return NULL;
	if (S_ISDIR(st.st_mode) || (included && !S_ISREG(st.st_mode))) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		return NULL;
	}
	return fopen(path, "re");
}

static int load_file(struct loader *l, const char *path, const struct conf_place *from, int depth,
		     struct conf_statements *ret, struct conf_place *ret_end)
{
	FILE *file;
	char *buf;
	size_t len;
	int err;

	if (++l->files > MAX_FILES)
		return conf_fail(l->error, from, "more than %d include files", MAX_FILES);
	file = open_file(path, depth > 0);
	if (!file)
		return fail_io(l, from, path, strerror(errno));
	err = read_file(file, &buf, &len);
	fclose(file);
	if (err == MIP6_ERR_NOMEM)
		return conf_fail_memory(l->error, from);
	if (err != MIP6_OK)
		return fail_io(l, from, path, "cannot be read");
	if (len > MAX_BYTES)
		err = conf_fail(l->error, from, "%s is larger than 1 MB", path);
	else
		err = parse(l, path, buf, len, depth, ret, ret_end);
	free(buf);
	return err;
}

/* From the tree to *ret, which is cleared again on error. */
static int finish(struct loader *l, const struct conf_statements *statements,
		  const struct conf_place *end, struct mip6_config *ret)
{
	struct conf_apply apply = {.config = ret, .error = l->error, .end = *end};
	int err = conf_apply_all(&apply, statements->first);

	return err == MIP6_OK ? conf_check(&apply) : err;
}

int mip6_conf_load(const char *path, struct mip6_config *ret, struct mip6_conf_error *ret_error)
{
	const struct conf_place whole = {.file = path};
	struct loader l = {.error = ret_error, .absent = ret->absent_include};
	struct conf_statements statements = {0};
	struct conf_place end;
	int err;

	memset(ret_error, 0, sizeof(*ret_error));
	mip6_config_default(ret);
	err = load_file(&l, path, &whole, 0, &statements, &end);
	if (err == MIP6_OK)
		err = finish(&l, &statements, &end, ret);
	conf_tree_clear(&l.tree);
	if (err != MIP6_OK)
		mip6_config_clear(ret);
	return err;
}

int mip6_conf_parse(const char *name, const char *text, size_t len, struct mip6_config *ret,
		    struct mip6_conf_error *ret_error)
{
	const struct conf_place whole = {.file = name};
	struct loader l = {.error = ret_error, .absent = ret->absent_include};
	struct conf_statements statements = {0};
	struct conf_place end;
	char *buf;
	int err;

	memset(ret_error, 0, sizeof(*ret_error));
	mip6_config_default(ret);
	if (len > MAX_BYTES)
		return conf_fail(ret_error, &whole, "%s is larger than 1 MB", name);
	buf = calloc(1, len + 2);
	if (!buf)
		return conf_fail_memory(ret_error, &whole);
	memcpy(buf, text, len);
	err = parse(&l, name, buf, len, 0, &statements, &end);
	free(buf);
	if (err == MIP6_OK)
		err = finish(&l, &statements, &end, ret);
	conf_tree_clear(&l.tree);
	if (err != MIP6_OK)
		mip6_config_clear(ret);
	return err;
}
