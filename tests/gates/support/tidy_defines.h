/* What CMake defines for single sources, for clang-tidy, which is not told of it. */
#ifndef AVOW_TESTS_GATES_SUPPORT_TIDY_DEFINES_H
#define AVOW_TESTS_GATES_SUPPORT_TIDY_DEFINES_H

#define AVOW_TEST_VECTORS "tests/vectors"
#define AVOW_PROGRAM "build/bin/avow"
_Static_assert(sizeof(AVOW_TEST_VECTORS) > 1, "a path"); /* ISO C wants a declaration in a file */

#endif
