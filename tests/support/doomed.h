/* Runs what may die in a child process. */
#ifndef AVOW_TESTS_SUPPORT_DOOMED_H
#define AVOW_TESTS_SUPPORT_DOOMED_H

#include "proto/base.h"

/* False when `work` did not return: a signal, an assertion, an exit. What it says on stderr is not
 * shown, cmocka's assertions do not work in it, and only memory mapped as shared comes back. */
bool doomed_run(void (*work)(void *context), void *context);

/* `len` zero bytes that a child can write for its parent; give back with munmap(). */
void *doomed_share(size_t len);

#endif
