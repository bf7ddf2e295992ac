/* What CMake defines for single sources, for clang-tidy, which is not told of it. */
#ifndef AVOW_TESTS_GATES_SUPPORT_TIDY_DEFINES_H
#define AVOW_TESTS_GATES_SUPPORT_TIDY_DEFINES_H

#define AVOW_TEST_VECTORS "tests/vectors"

#endif
