/* Test vectors that others have published. The short ones are in the tree, in
 * tests/vectors/published. The long ones are in the folder that AVOW_VECTORS names, by default
 * shared/data beside the source tree; a case that reads one says so first, and is skipped where
 * there is no such folder. Otherwise every function fails the test aloud when the folder or the
 * file is not there: a test that did not run must not look like one that passed. */
#ifndef AVOW_TESTS_SUPPORT_VECTORS_H
#define AVOW_TESTS_SUPPORT_VECTORS_H

#include "proto/base.h"

#include <stdio.h>

#define AVOW_VECTORS_PATH_MAX 4096

/* The whole of tests/vectors/published/`name`, and a NUL after it that `len` does not count. Free
 * it with _free. */
struct avow_bytes avow_vectors_printed(const char *name);

/* Skips the test, by name, if AVOW_VECTORS is empty, or not set and there is no usual folder. */
void avow_vectors_need(void);

/* The path of `name`, relative to the folder of vectors ("jcs/testdata/input/weird.json"). */
void avow_vectors_path(const char *name, char out[AVOW_VECTORS_PATH_MAX]);

/* Opens it for reading; the caller closes it. */
FILE *avow_vectors_open(const char *name);

/* The whole file, and a NUL after it that `len` does not count. Free it with _free. */
struct avow_bytes avow_vectors_read(const char *name);
void avow_vectors_free(struct avow_bytes *contents);

#endif
