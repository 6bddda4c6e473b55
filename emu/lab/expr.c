/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recursive descent into a flat array of nodes; the depth of nesting and the
 * number of nodes are bounded, so any text ends. */
#include "lab/expr.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = 256, DEPTH_MAX = 40, WORD_MAX = 128 };

enum kind { NUMBER, NAME, CALL, OPERATOR, NOT, NEGATE };

enum op { OR, AND, LE, GE, EQ, NE, LT, GT, ADD, SUB, MUL, DIV };

struct node {
	enum kind kind;
	enum op op;
	int left, right;
	double number;
	char *word;
	char *args[EXPR_ARGS];
	size_t arg_count;
};

struct expr {
	bool each;
	int root;
	int count;
	struct node nodes[NODES_MAX];
};

struct parser {
	struct expr *e;
	const char *start;
	const char *p;
	char *error;
	size_t cap;
	int depth;
};

static int fail(struct parser *s, const char *what)
{
	if (!s->error[0])
		snprintf(s->error, s->cap, "%s", what);
	return -1;
}

static void skip(struct parser *s)
{
	while (isspace((unsigned char)*s->p))
		s->p++;
}

static int add(struct parser *s, struct node node)
{
	if (s->e->count == NODES_MAX)
		return fail(s, "the expression is too long");
	s->e->nodes[s->e->count] = node;
	return s->e->count++;
}

static int parse_level(struct parser *s, int level);

struct symbol {
	const char *text;
	enum op op;
	int level;
};

/* Longer symbols before their beginnings. */
static const struct symbol symbols[] = {
    {"||", OR, 0}, {"&&", AND, 1}, {"<=", LE, 2}, {">=", GE, 2}, {"==", EQ, 2}, {"!=", NE, 2},
    {"<", LT, 2},  {">", GT, 2},   {"+", ADD, 3}, {"-", SUB, 3}, {"*", MUL, 4}, {"/", DIV, 4},
};

enum { LEVEL_COMPARISON = 2, LEVEL_UNARY = 5 };

static const struct symbol *next_symbol(struct parser *s, int level)
{
	skip(s);
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		if (strncmp(s->p, symbols[i].text, strlen(symbols[i].text)) != 0)
			continue;
		if (symbols[i].level != level)
			return NULL;
		s->p += strlen(symbols[i].text);
		return &symbols[i];
	}
	return NULL;
}

/* One argument of a call: a quoted text, or all up to a comma or parenthesis. */
static char *parse_arg(struct parser *s)
{
	const char *from;
	size_t len;

	skip(s);
	if (*s->p == '"') {
		from = ++s->p;
		len = strcspn(from, "\"");
		s->p += len + (from[len] == '"');
		skip(s);
	} else {
		from = s->p;
		len = strcspn(from, ",()");
		s->p += len;
		while (len > 0 && isspace((unsigned char)from[len - 1]))
			len--;
	}
	if (len == 0 || len >= WORD_MAX) {
		fail(s, "expected an argument");
		return NULL;
	}
	return strndup(from, len);
}

static int parse_args(struct parser *s, struct node *node)
{
	do {
		s->p++; /* the parenthesis or comma */
		if (node->arg_count == EXPR_ARGS)
			return fail(s, "too many arguments");
		node->args[node->arg_count] = parse_arg(s);
		if (!node->args[node->arg_count])
			return -1;
		node->arg_count++;
	} while (*s->p == ',');
	if (*s->p != ')')
		return fail(s, "expected ')'");
	s->p++;
	return 0;
}

static void free_node(struct node *node)
{
	free(node->word);
	for (size_t i = 0; i < node->arg_count; i++)
		free(node->args[i]);
}

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static int parse_word(struct parser *s)
{
	struct node node = {.kind = NAME};
	size_t len = 0;
	int index;

	while (word_char(s->p[len]))
		len++;
	if (len >= WORD_MAX)
		return fail(s, "the name is too long");
	node.word = strndup(s->p, len);
	if (!node.word)
		return fail(s, "out of memory");
	s->p += len;
	skip(s);
	if (*s->p == '(') {
		node.kind = CALL;
		if (parse_args(s, &node) < 0) {
			free_node(&node);
			return -1;
		}
	}
	index = add(s, node);
	if (index < 0)
		free_node(&node);
	return index;
}

static int parse_number(struct parser *s)
{
	char *end;
	struct node node = {.kind = NUMBER, .number = strtod(s->p, &end)};

	if (end == s->p || isalpha((unsigned char)*end) || *end == '_')
		return fail(s, "expected a number without a unit");
	s->p = end;
	return add(s, node);
}

static int parse_group(struct parser *s)
{
	int index;

	s->p++;
	index = parse_level(s, 0);
	skip(s);
	if (index >= 0 && *s->p != ')')
		return fail(s, "expected ')'");
	s->p += index >= 0;
	return index;
}

static int parse_unary(struct parser *s)
{
	struct node node = {.kind = *s->p == '!' ? NOT : NEGATE};

	s->p++;
	node.left = parse_level(s, LEVEL_UNARY);
	return node.left < 0 ? -1 : add(s, node);
}

static int parse_primary(struct parser *s)
{
	skip(s);
	if (*s->p == '(')
		return parse_group(s);
	if (*s->p == '!' || *s->p == '-')
		return parse_unary(s);
	if (isdigit((unsigned char)*s->p))
		return parse_number(s);
	if (isalpha((unsigned char)*s->p) || *s->p == '_')
		return parse_word(s);
	return fail(s,
		    *s->p ? "expected a number, a name or '('" : "the expression ends too early");
}

static int parse_binary(struct parser *s, int level)
{
	int left = parse_level(s, level + 1);
	const struct symbol *symbol;

	while (left >= 0 && (symbol = next_symbol(s, level))) {
		struct node node = {.kind = OPERATOR, .op = symbol->op, .left = left};

		node.right = parse_level(s, level + 1);
		left = node.right < 0 ? -1 : add(s, node);
	}
	return left;
}

static int parse_level(struct parser *s, int level)
{
	int index;

	if (s->depth == DEPTH_MAX * LEVEL_UNARY)
		return fail(s, "the expression is nested too deep");
	s->depth++;
	index = level == LEVEL_UNARY ? parse_primary(s) : parse_binary(s, level);
	s->depth--;
	return index;
}

struct expr *expr_parse(const char *text, char *error, size_t cap, int *ret_column)
{
	struct parser s = {.start = text, .p = text, .error = error, .cap = cap};

	error[0] = '\0';
	s.e = calloc(1, sizeof(*s.e));
	if (!s.e)
		return NULL;
	skip(&s);
	if (strncmp(s.p, "each", 4) == 0 && isspace((unsigned char)s.p[4])) {
		s.e->each = true;
		s.p += 4;
	}
	s.e->root = parse_level(&s, 0);
	skip(&s);
	if (s.e->root >= 0 && *s.p)
		s.e->root = fail(&s, "expected an operator or the end");
	*ret_column = (int)(s.p - s.start) + 1;
	if (s.e->root >= 0)
		return s.e;
	expr_free(s.e);
	return NULL;
}

void expr_free(struct expr *e)
{
	for (int i = 0; e && i < e->count; i++)
		free_node(&e->nodes[i]);
	free(e);
}

bool expr_is_each(const struct expr *e)
{
	return e->each;
}

static double operate(enum op op, double a, double b)
{
	switch (op) {
	case OR:
		return a != 0 || b != 0;
	case AND:
		return a != 0 && b != 0;
	case LE:
		return a <= b;
	case GE:
		return a >= b;
	case EQ:
		return !(a < b) && !(a > b);
	case NE:
		return a < b || a > b;
	case LT:
		return a < b;
	case GT:
		return a > b;
	case ADD:
		return a + b;
	case SUB:
		return a - b;
	case MUL:
		return a * b;
	case DIV:
		return a / b;
	}
	return 0;
}

static bool truth(struct expr_value v)
{
	return v.number > 0 || v.number < 0;
}

/* What is already settled by one side, whatever the missing other one is. */
static struct expr_value eval_half(enum op op, struct expr_value left, struct expr_value right)
{
	struct expr_value known = left.known ? left : right;

	if (known.known && op == OR && truth(known))
		return (struct expr_value){true, 1};
	if (known.known && op == AND && !truth(known))
		return (struct expr_value){true, 0};
	return (struct expr_value){false, 0};
}

static struct expr_value eval(const struct expr *e, int index, const struct expr_scope *scope);

static struct expr_value eval_operator(const struct expr *e, const struct node *n,
				       const struct expr_scope *scope)
{
	struct expr_value left = eval(e, n->left, scope);
	struct expr_value right = eval(e, n->right, scope);

	if (!left.known || !right.known)
		return eval_half(n->op, left, right);
	if (n->op == DIV && !truth(right))
		return (struct expr_value){false, 0};
	return (struct expr_value){true, operate(n->op, left.number, right.number)};
}

static bool is_missing(const struct node *n)
{
	return n->kind == CALL && strcmp(n->word, "missing") == 0;
}

static struct expr_value eval(const struct expr *e, int index, const struct expr_scope *scope)
{
	const struct node *n = &e->nodes[index];
	struct expr_value value;

	switch (n->kind) {
	case NUMBER:
		return (struct expr_value){true, n->number};
	case NAME:
		return scope->name(scope->ctx, n->word);
	case CALL:
		if (is_missing(n))
			return (struct expr_value){true,
						   !scope->name(scope->ctx, n->args[0]).known};
		return scope->call(scope->ctx, n->word, (const char *const *)n->args, n->arg_count);
	case NOT:
		value = eval(e, n->left, scope);
		return (struct expr_value){value.known, !truth(value)};
	case NEGATE:
		value = eval(e, n->left, scope);
		return (struct expr_value){value.known, -value.number};
	case OPERATOR:
		return eval_operator(e, n, scope);
	}
	return (struct expr_value){false, 0};
}

struct expr_value expr_eval(const struct expr *e, const struct expr_scope *scope)
{
	return eval(e, e->root, scope);
}

static bool is_choice(const struct expr *e, int index)
{
	return e->nodes[index].kind == OPERATOR && e->nodes[index].op == OR;
}

unsigned expr_alternatives(const struct expr *e)
{
	unsigned count = 1;

	for (int i = e->root; is_choice(e, i); i = e->nodes[i].left)
		count++;
	return count;
}

/* "a || b || c" is (a || b) || c: the last one is nearest to the root. */
static int find_alternative(const struct expr *e, unsigned number)
{
	int index = e->root;

	for (unsigned behind = expr_alternatives(e) - 1; behind > number; behind--)
		index = e->nodes[index].left;
	return is_choice(e, index) ? e->nodes[index].right : index;
}

struct expr_value expr_found(const struct expr *e, unsigned number, const struct expr_scope *scope,
			     struct expr_sides *ret)
{
	int index = find_alternative(e, number);
	const struct node *n = &e->nodes[index];

	*ret = (struct expr_sides){0};
	for (size_t i = 0; n->kind == OPERATOR && i < sizeof(symbols) / sizeof(symbols[0]); i++)
		if (symbols[i].op == n->op && symbols[i].level == LEVEL_COMPARISON)
			*ret = (struct expr_sides){symbols[i].text, eval(e, n->left, scope),
						   eval(e, n->right, scope)};
	return eval(e, index, scope);
}

bool expr_visit(const struct expr *e, bool (*fn)(void *arg, const struct expr_use *use), void *arg)
{
	for (int i = 0; i < e->count; i++) {
		const struct node *n = &e->nodes[i];
		struct expr_use use = {n->word, n->kind == CALL, (const char *const *)n->args,
				       n->arg_count};

		if (is_missing(n))
			use = (struct expr_use){.name = n->args[0]};
		if ((n->kind == NAME || n->kind == CALL) && !fn(arg, &use))
			return false;
	}
	return true;
}
