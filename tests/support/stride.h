/* How much of a long loop a test goes through. */
#ifndef AVOW_TESTS_SUPPORT_STRIDE_H
#define AVOW_TESTS_SUPPORT_STRIDE_H

#include "proto/base.h"

#include <stdlib.h>

/* The step that AVOW_STRIDE says, at least 1; `usual` where nobody has said one. */
static inline size_t avow_stride(size_t usual)
{
    const char *text = getenv("AVOW_STRIDE");
    const size_t step = text != NULL ? (size_t)strtoull(text, NULL, 10) : usual;
    return step > 0 ? step : 1;
}

#endif
