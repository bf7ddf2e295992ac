/* Achievement details: the European standard elements of a micro-credential (Council Recommendation
 * 2022/C 243/02) under fixed keys (docs/protocol.md, "Achievement details").
 *
 * Known keys' values are checked; unknown keys are kept in the entry, shown, and skipped here. */
#ifndef AVOW_PROTO_ENTRY_DETAILS_H
#define AVOW_PROTO_ENTRY_DETAILS_H

#include "proto/entry/text_list.h"

/* Every element may be absent: a text with `len` 0, a list with `count` 0, a number without its
 * `has_`. Texts that are present are not empty. Views into what was parsed. */
struct avow_details {
    struct avow_text_list outcomes;
    bool has_workload, has_credits, has_image;
    uint64_t workload_hours;
    uint64_t credits; /* hundredths */
    struct avow_bytes credit_system;
    struct avow_bytes level;     /* as its framework writes it: "6" */
    struct avow_bytes framework; /* "EQF", "QF-EHEA", a national one's name */
    struct avow_bytes field;     /* ISCED-F, 2 to 4 digits */
    struct avow_bytes assessment, participation, quality;
    struct avow_bytes prerequisites, supervision, stackable;
    struct avow_bytes criteria;   /* http or https URL */
    struct avow_hash image;       /* SHA-256 of the image */
    struct avow_text_list skills; /* URIs */
};

/* Parses a details map. ACCEPT, the rejections of codec/reader, or VALUE for a known key whose
 * value has another shape. */
AVOW_NODISCARD enum avow_reject avow_details_parse(struct avow_bytes map,
                                                   struct avow_details *details);

/* Appends the map of what is present, which must be what avow_details_parse() accepts. */
void avow_details_write(struct avow_buf *out, const struct avow_details *details);

#endif
