/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_PLAN_H
#define EMU_NS3_PLAN_H

/* The project's C headers, for the one program that is not C. In C a function may
 * have a struct's name. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
extern "C" {
#include "lab/awaited.h"
#include "lab/plan.h"
#include "lab/prng.h"
#include "lab/process.h"
#include "lab/records.h"
#include "lab/settings.h"
#include <mip6/conf.h>
#include <mip6/soft.h>
}
#pragma GCC diagnostic pop

#endif
