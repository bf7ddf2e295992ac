/* The books of an output folder: which rows have been issued there, in batches. A batch is written
 * and synced before any node sees it, and closed when its files are in place, or when it is known
 * that it can never be accepted any more. Until then it is open, and several may be: a proposal can
 * still be under way when its process is gone. So a call that is repeated issues nothing twice.
 *
 *   avow journal 1
 *   batch <id> <base> <size> <tree root at size, hex>
 *   row <digest, hex> <index> <name of the file, without ".json">
 *   …
 *   end <rows>
 *   done <id>                   or: dead <id>
 *
 * A batch without its "end" was never proposed: the file is cut there, and begun anew where a crash
 * left a part of its first line. Locked (flock) by one process at a time. */
#ifndef AVOW_CLI_ISSUE_JOURNAL_H
#define AVOW_CLI_ISSUE_JOURNAL_H

#include "proto/base.h"

#define AVOW_JOURNAL_BYTES_MAX ((size_t)4 << 30)

struct avow_journal_row {
    struct avow_hash digest;
    uint64_t index;
    const char *name; /* given: borrowed; read: lives as the journal does */
};

#define AVOW_JOURNAL_ID_MAX 17 /* 16 hexadecimal digits and the NUL */
#define AVOW_JOURNAL_OPEN_MAX 64

struct avow_journal_batch {
    char id[AVOW_JOURNAL_ID_MAX];
    uint64_t base, size;
    struct avow_hash root;
    size_t count;
    struct avow_journal_row *rows;
};

struct avow_journal {
    int fd;
    char *text;                    /* of the file, its lines cut apart by zeros */
    struct avow_journal_row *done; /* by digest */
    size_t done_count, done_cap;
    struct avow_journal_batch open[AVOW_JOURNAL_OPEN_MAX];
    size_t open_count;
};

/* Opens or creates the file. AVOW_ERR_BUSY: another process has it; AVOW_ERR_CORRUPT with `*line`;
 * AVOW_ERR_SCHEMA for another version; ERR_IO, ERR_TOO_LARGE, ERR_NOMEM. Close in every case. */
AVOW_NODISCARD enum avow_err avow_journal_open(const char *path, struct avow_journal *journal,
                                               size_t *line);
void avow_journal_close(struct avow_journal *journal);

/* The row of this digest in a batch that is done, or NULL. */
const struct avow_journal_row *avow_journal_find(const struct avow_journal *journal,
                                                 const struct avow_hash *digest);
/* Writes a batch and syncs; its rows are copied, their names stay borrowed. ERR_IO, ERR_DISK_FULL,
 * ERR_NOMEM; ERR_TOO_LARGE when too many are open. */
AVOW_NODISCARD enum avow_err avow_journal_begin(struct avow_journal *journal,
                                                const struct avow_journal_batch *batch);
/* Closes open[position]: its rows are done, or it is dead. Other open batches change places. */
AVOW_NODISCARD enum avow_err avow_journal_end(struct avow_journal *journal, size_t position,
                                              bool done);

#endif
