/* What a person hands over to be verified: a reference, or a badge file, turned into what the
 * verdict judges. The seed of a badge is used here for its commitment and is wiped: it is in
 * nothing that leaves this module.
 *
 * A file that bears the marks of a badge of ours (a registry entry, an avow: name) and cannot be
 * read, or whose proof fails, is a badge that was changed: `tampered`. A file without them is not a
 * badge, and is an error of the call. */
#ifndef AVOW_PROTO_TRUST_SUBJECT_H
#define AVOW_PROTO_TRUST_SUBJECT_H

#include "proto/trust/verdict.h"

#include <jansson.h>

#define AVOW_SUBJECT_BYTES_MAX ((size_t)1024 * 1024)
#define AVOW_SUBJECT_REASON_MAX 512

struct avow_subject_file {
    struct avow_subject subject;
    bool has_reference; /* subject.issuer and .index are known: a badge may be damaged beyond that
                         */
    json_t *document;   /* NULL for a reference, and for a badge that is not JSON any more */
    /* The document's own words, borrowed from it; NULL where it has none. Not proved by anything
     * until the verdict says so. */
    const char *issuer_name, *achievement_name, *learner_name;
    struct avow_reference *components;    /* what subject.components borrows; owned */
    char reason[AVOW_SUBJECT_REASON_MAX]; /* what is wrong with it, or of no use to it; "" */
};

/* Reads the text of a badge or of a reference. AVOW_OK; AVOW_ERR_REJECTED when it is neither, with
 * `reason` saying why; AVOW_ERR_NOMEM. Release with _fini in every case. */
AVOW_NODISCARD enum avow_err avow_subject_read(struct avow_bytes text,
                                               struct avow_subject_file *file);
void avow_subject_fini(struct avow_subject_file *file);

#endif
