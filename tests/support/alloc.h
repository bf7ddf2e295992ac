/* Makes the nth allocation fail, and counts what is live.
 *
 * A test that includes this header is linked so that malloc, calloc, realloc and free of our own
 * code and the test's come through here (ld's --wrap, set in tests/CMakeLists.txt). Calls made
 * inside shared libraries are not seen: hand `malloc` and `free` to those that take them
 * (json_set_alloc_funcs), and do not free in a swept step what libc allocated (strdup). */
#ifndef AVOW_TESTS_SUPPORT_ALLOC_H
#define AVOW_TESTS_SUPPORT_ALLOC_H

#include "proto/base.h"

/* The nth allocation from now on fails, and it alone; 1 is the next, 0 means none. */
void avow_alloc_fail_at(size_t nth);

/* Allocations asked for since the last avow_alloc_fail_at(). */
size_t avow_alloc_count(void);

/* Blocks allocated and not yet freed. */
long avow_alloc_live(void);

/* The most bytes that were live at once since the last avow_alloc_fail_at(), beyond those that were
 * live then. */
size_t avow_alloc_most_bytes(void);

/* From now on `look` is shown each block just before it is freed or moved: all `size` bytes that it
 * has. NULL: no more. */
void avow_alloc_watch(void (*look)(const void *block, size_t size));

/* Runs `step` again and again, with the first allocation failing, then the second, and so on, until
 * a run makes fewer allocations than that. Fails the test, naming `name` and the n, unless every
 * run that met a failure returned AVOW_ERR_NOMEM, the last one AVOW_OK, and each freed what it had
 * allocated. Fails too if the step allocates nothing, since then nothing was tested. */
void avow_alloc_sweep(const char *name, enum avow_err (*step)(void *context), void *context);

#endif
