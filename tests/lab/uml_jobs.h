/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UML_JOBS_H
#define TESTS_UML_JOBS_H

enum { UML_JOBS_SLEEP_S = 3600 }; /* how long the job "sleep" sleeps */

/* The main of test_uml inside a kernel: does the job that its first argument names, writes
 * what it found to the file that its second one names, and powers off. */
int uml_jobs_main(void);

#endif
