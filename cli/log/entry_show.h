/* One entry of a log shown: as JSON, and as a line for people. */
#ifndef AVOW_CLI_LOG_ENTRY_SHOW_H
#define AVOW_CLI_LOG_ENTRY_SHOW_H

#include <jansson.h>

#include "cli/frame/command.h"
#include "proto/log/evidence.h"

/* An entry that a proof shows. */
struct avow_shown {
    const struct avow_log_proof *proof;
    uint64_t index;
    struct avow_bytes bytes;
    bool decoded; /* false: its kind needs a newer version */
    struct avow_entry entry;
    bool has_state; /* now, by the proof's status chunk */
    enum avow_status state;
};

/* False if the proof does not show entry `index`. Views live as the proof does. */
bool avow_shown_get(const struct avow_log_proof *proof, uint64_t index, struct avow_shown *shown);

/* As of proto/json/entry.h. NULL when memory ran out; the caller owns it. */
AVOW_NODISCARD json_t *avow_shown_json(const struct avow_shown *shown);
/* One line, with its newline: index, time, kind, what it says, and its state if not active. */
void avow_shown_print(FILE *file, const struct avow_shown *shown, bool colour);

#endif
