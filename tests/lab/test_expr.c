/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The language of expectations. */
#include "lab/expr.h"
#include "test.h"

/* Names a, b, ... are 1, 2, ...; "gone" has no value; f(x, y) is the number of
 * its arguments. */
static struct expr_value name_value(void *ctx, const char *name)
{
	(void)ctx;
	if (strlen(name) == 1)
		return (struct expr_value){true, name[0] - 'a' + 1};
	if (strcmp(name, "ha.delay_ms") == 0)
		return (struct expr_value){true, 10.5};
	return (struct expr_value){false, 0};
}

static struct expr_value call_value(void *ctx, const char *function, const char *const *args,
				    size_t count)
{
	(void)ctx;
	if (strcmp(function, "same") == 0)
		return (struct expr_value){true, strcmp(args[0], args[1]) == 0};
	return (struct expr_value){strcmp(function, "f") == 0, (double)count};
}

static const struct expr_scope scope = {name_value, call_value, NULL};

static struct expr *parse(const char *text)
{
	char error[200];
	int column = 0;
	struct expr *e = expr_parse(text, error, sizeof(error), &column);

	if (!e)
		printf("%s: column %d: %s\n", text, column, error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(e);
	return e;
}

static struct expr_value value_of(const char *text)
{
	struct expr *e = parse(text);
	struct expr_value v = expr_eval(e, &scope);

	expr_free(e);
	return v;
}

static bool is(const char *text, double number)
{
	struct expr_value v = value_of(text);

	return v.known && !(v.number < number) && !(v.number > number);
}

static void test_numbers(void)
{
	CU_ASSERT_TRUE(is("1 + 2 * 3", 7));
	CU_ASSERT_TRUE(is("(1 + 2) * 3", 9));
	CU_ASSERT_TRUE(is("10 - 4 - 3", 3));
	CU_ASSERT_TRUE(is("12 / 4 / 3", 1));
	CU_ASSERT_TRUE(is("-2 * -3", 6));
	CU_ASSERT_TRUE(is("a + ha.delay_ms * 2", 22));
	CU_ASSERT_TRUE(is("30.2+a", 31.2));
}

static void test_truths(void)
{
	CU_ASSERT_TRUE(is("1 < 2", 1));
	CU_ASSERT_TRUE(is("2 <= 2 && 2 >= 2", 1));
	CU_ASSERT_TRUE(is("1 == 2 || 1 != 2", 1));
	CU_ASSERT_TRUE(is("1 + 1 == 2", 1));
	CU_ASSERT_TRUE(is("!(1 > 2)", 1));
	CU_ASSERT_TRUE(is("1 > 2", 0));
	CU_ASSERT_TRUE(is("0 && 0 || 1", 1));
	CU_ASSERT_TRUE(is("0 && (0 || 1)", 0));
}

static void test_missing(void)
{
	CU_ASSERT_FALSE(value_of("gone").known);
	CU_ASSERT_FALSE(value_of("gone + 1").known);
	CU_ASSERT_FALSE(value_of("gone <= 5").known);
	CU_ASSERT_FALSE(value_of("!gone").known);
	CU_ASSERT_FALSE(value_of("-gone").known);
	CU_ASSERT_FALSE(value_of("1 / 0").known);
	CU_ASSERT_TRUE(is("missing(gone)", 1));
	CU_ASSERT_TRUE(is("missing(a)", 0));
}

static void test_settled_by_one_side(void)
{
	CU_ASSERT_TRUE(is("a == 1 || gone <= 5", 1));
	CU_ASSERT_TRUE(is("gone <= 5 || a == 1", 1));
	CU_ASSERT_TRUE(is("a == 2 && gone <= 5", 0));
	CU_ASSERT_FALSE(value_of("a == 2 || gone <= 5").known);
	CU_ASSERT_FALSE(value_of("a == 1 && gone <= 5").known);
}

static void test_calls(void)
{
	CU_ASSERT_TRUE(is("f(x, y) + f(x)", 3));
	CU_ASSERT_TRUE(is("same(\"a b.json\", \"a b.json\")", 1));
	CU_ASSERT_TRUE(is("same(3fff::/20, \"3fff::/20\")", 1));
	CU_ASSERT_TRUE(is("same( padded , padded)", 1));
	CU_ASSERT_FALSE(value_of("unknown(x)").known);
}

static void test_each(void)
{
	struct expr *e = parse("each first_down_ms <= 5");

	CU_ASSERT_TRUE(expr_is_each(e));
	expr_free(e);
	e = parse("each_of == 5");
	CU_ASSERT_FALSE(expr_is_each(e));
	expr_free(e);
}

static void test_sides(void)
{
	struct expr *e = parse("a + 1 <= b * 3");
	struct expr_sides sides;

	CU_ASSERT_EQUAL(expr_alternatives(e), 1);
	CU_ASSERT_DOUBLE_EQUAL(expr_found(e, 0, &scope, &sides).number, 1, 0);
	CU_ASSERT_STRING_EQUAL(sides.symbol, "<=");
	CU_ASSERT_DOUBLE_EQUAL(sides.left.number, 2, 0);
	CU_ASSERT_DOUBLE_EQUAL(sides.right.number, 6, 0);
	expr_free(e);
	e = parse("a < b && b < c");
	expr_found(e, 0, &scope, &sides);
	CU_ASSERT_PTR_NULL(sides.symbol);
	expr_free(e);
}

static void test_alternatives(void)
{
	static const double left[] = {1, 3, 2};
	struct expr *e = parse("a > b || b + 1 > a || b < 0");
	struct expr_sides sides;

	CU_ASSERT_EQUAL(expr_alternatives(e), 3);
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(expr_found(e, i, &scope, &sides).number > 0, i == 1);
		CU_ASSERT_DOUBLE_EQUAL(sides.left.number, left[i], 0);
	}
	expr_free(e);
	e = parse("a > b || (b < a || a < 0)"); /* what is in parentheses is one */
	CU_ASSERT_EQUAL(expr_alternatives(e), 2);
	expr_found(e, 1, &scope, &sides);
	CU_ASSERT_PTR_NULL(sides.symbol);
	expr_free(e);
}

struct collected {
	char text[200];
};

static bool collect(void *arg, const struct expr_use *use)
{
	struct collected *c = arg;
	size_t used = strlen(c->text);

	snprintf(c->text + used, sizeof(c->text) - used, "%s%s/%zu ", use->name,
		 use->call ? "()" : "", use->arg_count);
	return strcmp(use->name, "stop") != 0;
}

static void test_visit(void)
{
	struct expr *e = parse("each x + f(1, 2) < missing(y)");
	struct collected c = {""};

	CU_ASSERT_TRUE(expr_visit(e, collect, &c));
	CU_ASSERT_STRING_EQUAL(c.text, "x/0 f()/2 y/0 ");
	expr_free(e);
	e = parse("stop + x");
	CU_ASSERT_FALSE(expr_visit(e, collect, &c));
	expr_free(e);
}

struct mistake {
	const char *text;
	int column;
	const char *words;
};

static void test_mistakes(void)
{
	static const struct mistake mistakes[] = {
	    {"", 1, "ends too early"},	{"1 +", 4, "ends too early"},
	    {"1 2", 3, "an operator"},	{"(1", 3, "')'"},
	    {"f(", 3, "an argument"},	{"f(a", 4, "')'"},
	    {"a <= 30ms", 6, "a unit"}, {"a = 1", 3, "an operator"},
	    {"a <= $b", 6, "a number"}, {"f(1,2,3,4,5)", 11, "too many"},
	};
	char error[200];

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		int column = 0;
		struct expr *e = expr_parse(mistakes[i].text, error, sizeof(error), &column);

		CU_ASSERT_PTR_NULL(e);
		CU_ASSERT_EQUAL(column, mistakes[i].column);
		CU_ASSERT_PTR_NOT_NULL(strstr(error, mistakes[i].words));
		expr_free(e);
	}
}

/* However deep or long: an answer, no crash. */
static void test_bounds(void)
{
	static char text[20001];
	char error[200];
	int column;

	memset(text, '(', 20000);
	CU_ASSERT_PTR_NULL(expr_parse(text, error, sizeof(error), &column));
	memset(text, '-', 20000);
	CU_ASSERT_PTR_NULL(expr_parse(text, error, sizeof(error), &column));
	for (size_t i = 0; i < 20000; i += 2)
		memcpy(text + i, "1+", 2);
	CU_ASSERT_PTR_NULL(expr_parse(text, error, sizeof(error), &column));
	memset(text, 'x', 20000);
	CU_ASSERT_PTR_NULL(expr_parse(text, error, sizeof(error), &column));
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"numbers", test_numbers},
	    {"truths", test_truths},
	    {"a missing value", test_missing},
	    {"settled by one side", test_settled_by_one_side},
	    {"calls", test_calls},
	    {"each", test_each},
	    {"the sides of a comparison", test_sides},
	    {"alternatives", test_alternatives},
	    {"names and calls are visited", test_visit},
	    {"mistakes have a column", test_mistakes},
	    {"bounds", test_bounds},
	};

	return test_run("test_expr", tests, sizeof(tests) / sizeof(tests[0]));
}
