/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MIP6_VERSION_H
#define MIP6_VERSION_H

/* Version of the stack and of all its programs. */
#define MIP6_VERSION "0.1.0"

#endif
