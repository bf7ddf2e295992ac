/* What every fuzz target defines: libFuzzer's entry point. */
#ifndef AVOW_TESTS_FUZZ_FUZZ_H
#define AVOW_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0. A finding is a crash: by a sanitizer, or by AVOW_ASSERT on a broken property. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
