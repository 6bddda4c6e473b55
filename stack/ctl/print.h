/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CTL_PRINT_H
#define CTL_PRINT_H

/* Answers of mip6d for people. */
#include <jansson.h>
#include <stdio.h>

/* The answer to `command` as a table, a list of values, or a word. */
void print_answer(FILE *out, const char *command, json_t *answer);
/* An event on one line. */
void print_event(FILE *out, json_t *event);

#endif
