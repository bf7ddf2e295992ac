/* Sees what a store does to its disk: records it, or makes it fail.
 *
 * A test that includes this header is linked with LMDB's static library, and its calls and the
 * store's come through here (ld's --wrap, set in tests/CMakeLists.txt). Only the data file of one
 * folder is watched, under any of its names; lock files are not. */
#ifndef AVOW_TESTS_SUPPORT_DISK_TAPE_H
#define AVOW_TESTS_SUPPORT_DISK_TAPE_H

#include "proto/base.h"

enum disk_kind {
    DISK_WRITE,
    DISK_SYNC,        /* of the file */
    DISK_NAME,        /* the file was given its name */
    DISK_SYNC_FOLDER, /* which makes the name durable */
    DISK_MARK,        /* the test's own */
};

struct disk_record {
    enum disk_kind kind;
    bool durable;    /* a write through O_DSYNC: on the disk when it returns, unlike those before */
    uint64_t offset; /* of a write; a mark's number */
    size_t len;
    uint8_t *bytes; /* owned */
};

struct disk_tape {
    struct disk_record *records; /* in the order in which the calls began */
    size_t count, cap;
};

/* Records into `tape`, empty before, what is done in `folder` until disk_tape_stop(). */
void disk_tape_start(struct disk_tape *tape, const char *folder);
void disk_tape_mark(struct disk_tape *tape, uint64_t number);
void disk_tape_stop(void);
void disk_tape_fini(struct disk_tape *tape);

/* Which call fails. A full disk (ENOSPC) takes half of a write, as a real one does, and statvfs()
 * then finds no room. */
struct disk_fault {
    enum disk_kind kind; /* DISK_WRITE, or DISK_SYNC, which stands for both kinds of sync */
    size_t nth;          /* 1 is the next; 0: none, calls are counted only */
    bool forever;        /* all calls of that kind from then on */
    int error;           /* errno */
};
/* Copies both; `folder` NULL ends it. */
void disk_fault_arm(const char *folder, const struct disk_fault *fault);
/* Calls of the fault's kind since then. */
size_t disk_fault_calls(void);

#endif
