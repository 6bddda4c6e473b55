/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as an expectation: it is refused with a reason and a column inside of
 * it, or it can be walked and evaluated. */
#include "lab/expect.h"
#include "lab/expr.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Known for names with an even length. */
static struct expr_value name_value(void *ctx, const char *name)
{
	(void)ctx;
	return (struct expr_value){strlen(name) % 2 == 0, (double)strlen(name)};
}

static struct expr_value call_value(void *ctx, const char *function, const char *const *args,
				    size_t count)
{
	size_t length = strlen(function);

	(void)ctx;
	for (size_t i = 0; i < count; i++)
		length += strlen(args[i]);
	return (struct expr_value){length % 2 == 0, (double)length};
}

static void use(const struct expr *e)
{
	static struct lab_node node = {.name = "mn"};
	const struct lab_plan plan = {.nodes = &node, .node_count = 1};
	const struct expr_scope scope = {name_value, call_value, NULL};
	struct expr_sides sides;
	char error[300] = "";

	expr_eval(e, &scope);
	for (unsigned i = 0; i < expr_alternatives(e); i++)
		expr_found(e, i, &scope, &sides);
	if (expect_check(&plan, e, error, sizeof(error)) < 0 && error[0] == '\0')
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char error[200];
	int column = 0;
	struct expr *e;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	e = expr_parse(text, error, sizeof(error), &column);
	if (e)
		use(e);
	else if (error[0] == '\0' || column < 1 || (size_t)column > strlen(text) + 1)
		abort();
	expr_free(e);
	free(text);
	return 0;
}
