/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shape of mip6d.conf: statements that end with ';' or with a block. Which
 * keyword takes which values is not here but in keywords.c, so that a slip gets
 * an answer in the terms of its keyword. A ';' of its own is a statement too:
 * it stands behind blocks and include files. */
%define api.pure full
%define api.prefix {conf_yy}
%define api.location.type {struct conf_place}
%define parse.error custom
%define parse.lac full
%locations
%param { void *scanner }
%parse-param { struct conf_parser *parser }

%code requires {
#include "conf/tree.h"
}

%union {
	const char *text;
	struct conf_value *value;
	struct conf_values values;
	struct conf_statement *statement;
	struct conf_statements statements;
}

%code {
#include <stdio.h>
#include <string.h>

int conf_yylex(CONF_YYSTYPE *value, struct conf_place *at, void *scanner);
static void conf_yyerror(const struct conf_place *at, void *scanner, struct conf_parser *parser,
			 const char *text);

/* The first place with the end of the last, where both are on one line. */
static struct conf_place span(const struct conf_place *rhs, int count)
{
	struct conf_place at = rhs[count > 0 ? 1 : 0];

	if (count > 0 && rhs[count].line == at.line)
		at.end_column = rhs[count].end_column;
	return at;
}

#define YYLLOC_DEFAULT(current, rhs, count) ((current) = span((rhs), (count)))

/* "a / b" as one word, as an address with its prefix length is written. */
static struct conf_value *with_length(struct conf_parser *parser, const struct conf_place *at,
				      const char *a, const char *b)
{
	size_t len = strlen(a) + 1 + strlen(b);
	char *text = conf_tree_alloc(parser->tree, len + 1);

	if (!text)
		return NULL;
	snprintf(text, len + 1, "%s/%s", a, b);
	return conf_value_new(parser->tree, CONF_WORD, at, text);
}

static struct conf_statement *with_block(struct conf_parser *parser, struct conf_value *values,
					 struct conf_statement *block)
{
	struct conf_statement *statement = conf_statement_new(parser->tree, values);

	if (!statement)
		return NULL;
	statement->has_block = true;
	statement->block = block;
	return statement;
}

static struct conf_statement *include_of(struct conf_parser *parser, const struct conf_place *at,
					 const char *file)
{
	struct conf_value *value = conf_value_new(parser->tree, CONF_STRING, at, file);
	struct conf_statement *statement;

	if (!value)
		return NULL;
	statement = conf_statement_new(parser->tree, value);
	if (statement)
		statement->is_include = true;
	return statement;
}
}

%token <text> WORD "word" STRING "quoted string"
%token INCLUDE "include"
%token SEMICOLON ";" OPEN "{" CLOSE "}" LIST_OPEN "(" LIST_CLOSE ")" COMMA "," SLASH "/"

%type <value> value item
%type <values> values items
%type <statement> statement
%type <statements> statements

%%

file
	: statements { parser->statements = $1.first; }
	;

statements
	: %empty { $$ = (struct conf_statements){0}; }
	| statements ";" { $$ = $1; }
	| statements statement { $$ = $1; if (!$2) YYNOMEM; conf_statements_append(&$$, $2); }
	;

statement
	: INCLUDE STRING { $$ = include_of(parser, &@2, $2); }
	| values ";" { $$ = conf_statement_new(parser->tree, $1.first); }
	| values open statements "}" { parser->depth--; $$ = with_block(parser, $1.first, $3.first); }
	;

open
	: "{" { parser->depth++; parser->open = @1; }
	;

values
	: value { $$ = (struct conf_values){0}; if (!$1) YYNOMEM; conf_values_append(&$$, $1); }
	| values value { $$ = $1; if (!$2) YYNOMEM; conf_values_append(&$$, $2); }
	;

value
	: item
	| "(" items ")" {
		$$ = conf_value_new(parser->tree, CONF_LIST, &@$, "");
		if (!$$) YYNOMEM;
		$$->list = $2.first;
	}
	;

items
	: item { $$ = (struct conf_values){0}; if (!$1) YYNOMEM; conf_values_append(&$$, $1); }
	| items "," item { $$ = $1; if (!$3) YYNOMEM; conf_values_append(&$$, $3); }
	;

item
	: WORD { $$ = conf_value_new(parser->tree, CONF_WORD, &@1, $1); }
	| WORD "/" WORD { $$ = with_length(parser, &@$, $1, $3); }
	| STRING { $$ = conf_value_new(parser->tree, CONF_STRING, &@1, $1); }
	;

%%

static bool is_expected(const yypcontext_t *context, yysymbol_kind_t kind)
{
	yysymbol_kind_t expected[YYNTOKENS];
	int count = yypcontext_expected_tokens(context, expected, YYNTOKENS);

	for (int i = 0; i < count; i++)
		if (expected[i] == kind)
			return true;
	return false;
}

/* What to say when a file or block ends too early or too late. */
static int report_end(const yypcontext_t *context, struct conf_parser *parser)
{
	const struct conf_place *at = &parser->current;
	bool at_end = yypcontext_token(context) == YYSYMBOL_YYEOF;

	if (is_expected(context, YYSYMBOL_LIST_CLOSE))
		return conf_fail_behind(parser->error, &parser->previous, "expected ')' here");
	if (is_expected(context, YYSYMBOL_OPEN))
		return conf_fail_behind(parser->error, &parser->previous,
					"expected ';' here: each statement ends with one");
	if (at_end && parser->depth > 0)
		return conf_fail(parser->error, at,
				 "the file ends inside the block that begins on line %d: "
				 "expected '}'", parser->open.line);
	if (!at_end && parser->depth == 0)
		return conf_fail(parser->error, at, "'}' without a block that it could close");
	return conf_fail_behind(parser->error, &parser->previous, "something is missing here");
}

static int report(const yypcontext_t *context, struct conf_parser *parser)
{
	const struct conf_place *at = &parser->current;
	yysymbol_kind_t token = yypcontext_token(context);

	if (is_expected(context, YYSYMBOL_STRING) && !is_expected(context, YYSYMBOL_WORD))
		return conf_fail(parser->error, at,
				 "expected a file name in double quotes after include");
	if (token == YYSYMBOL_YYEOF || token == YYSYMBOL_CLOSE)
		return report_end(context, parser);
	if (token == YYSYMBOL_INCLUDE)
		return conf_fail_behind(parser->error, &parser->previous,
					"expected ';' here, before include");
	if (is_expected(context, YYSYMBOL_LIST_CLOSE))
		return conf_fail(parser->error, at, "expected ',' or ')' in this list");
	return conf_fail(parser->error, at, "%s is not expected here: expected a keyword or a value",
			 yysymbol_name(token));
}

static int yyreport_syntax_error(const yypcontext_t *context, void *scanner,
				 struct conf_parser *parser)
{
	(void)scanner;
	if (parser->result == MIP6_OK)
		parser->result = report(context, parser);
	return 0;
}

/* Called by the generated code for exhausted memory or depth only. */
static void conf_yyerror(const struct conf_place *at, void *scanner, struct conf_parser *parser,
			 const char *text)
{
	(void)scanner;
	(void)text;
	if (parser->result == MIP6_OK)
		parser->result = conf_fail(parser->error, at, "too deep or too large for memory");
}
