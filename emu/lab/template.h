/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_TEMPLATE_H
#define LAB_TEMPLATE_H

/* ${name} in any value stands for a parameter as it is written ("50ms"), and
 * ${name:s}, ${name:ms}, ${name:us}, ${name:bit} ... for a decimal number in that
 * unit, as other programs' files want it. $$ is one $. What only the runner
 * knows (${dir}, ${events}, ${mip6d} ...: param_is_reserved) is left as it stands. */
#include "lab/param.h"

#define TEMPLATE_MAX ((size_t)65536) /* octets of one value after substitution */

/* The text of `node` with its parameters put in; NULL with *ret_error set to the
 * place of the mistake inside the text. The result belongs to the arena. */
char *template_expand(struct arena *arena, const struct param_set *set, const struct doc_node *node,
		      struct lab_error *ret_error);

#endif
