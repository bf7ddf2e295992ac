/* How far a watcher has come in each log: the checkpoint that it trusts to extend, and the next
 * entry to tell of. Kept in a JSON file, written whole or not at all. */
#ifndef AVOW_CLI_WATCH_CURSOR_H
#define AVOW_CLI_WATCH_CURSOR_H

#include "cli/frame/command.h"

struct avow_position {
    struct avow_hash issuer;
    uint64_t size;         /* of the checkpoint; 0: none was seen, everything is new */
    struct avow_hash root; /* of the checkpoint */
    uint64_t next;         /* the entry to tell of next, at most `size` */
};

struct avow_cursor {
    struct avow_position *positions; /* by issuer id */
    size_t count, cap;
    bool loaded; /* from a file that was there */
};

/* All zeros is an empty cursor. */
void avow_cursor_fini(struct avow_cursor *cursor);
/* The issuer's position, or NULL. Lives until the next _add. */
struct avow_position *avow_cursor_find(const struct avow_cursor *cursor,
                                       const struct avow_hash *issuer);
#define AVOW_CURSOR_MAX ((size_t)1 << 20) /* logs that are followed */
/* Adds what is not there yet. NULL when there are AVOW_CURSOR_MAX, or memory ran out. */
struct avow_position *avow_cursor_add(struct avow_cursor *cursor,
                                      const struct avow_position *position);

/* Reads `path`; a file that is not there is an empty cursor, not `loaded`. REJECTED when it is not
 * a cursor; ERR_IO, ERR_TOO_LARGE, ERR_NOMEM. */
AVOW_NODISCARD enum avow_err avow_cursor_load(struct avow_cursor *cursor, const char *path);
AVOW_NODISCARD enum avow_err avow_cursor_save(const struct avow_cursor *cursor, const char *path);

#endif
