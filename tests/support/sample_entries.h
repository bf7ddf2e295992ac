/* One entry of every kind with every field filled in, for tests of how entries are shown. */
#ifndef AVOW_TESTS_SUPPORT_SAMPLE_ENTRIES_H
#define AVOW_TESTS_SUPPORT_SAMPLE_ENTRIES_H

#include "proto/entry/entry.h"

/* The entry of a kind, decoded: its views live until the program ends. Keys, hashes and signatures
 * are of one byte that repeats. */
struct avow_entry sample_entry(uint64_t kind);

#endif
