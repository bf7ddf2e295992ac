/* Byte strings for rows of test tables. */
#ifndef AVOW_TESTS_SUPPORT_BYTES_H
#define AVOW_TESTS_SUPPORT_BYTES_H

#include "proto/base.h"

/* BYTES(1, 2, 3) initialises a struct avow_bytes; TEXT("abc") does so without the NUL. */
#define BYTES(...)                                                                                 \
    {                                                                                              \
        .data = (const uint8_t[]){__VA_ARGS__}, .len = sizeof((const uint8_t[]){__VA_ARGS__})      \
    }
#define TEXT(literal)                                                                              \
    {                                                                                              \
        .data = (const uint8_t *)(literal), .len = sizeof(literal) - 1                             \
    }

#endif
