/* What is wrong with a credential document, and where, for a registrar or an employer to read. */
#ifndef AVOW_PROTO_CREDENTIAL_FAULT_H
#define AVOW_PROTO_CREDENTIAL_FAULT_H

#include "proto/base.h"

#define AVOW_FAULT_WHERE_MAX 192

struct avow_fault {
    enum avow_reject reject; /* AVOW_ACCEPT until a document is refused */
    const char *what;        /* static English text, never NULL after a refusal */
    /* JSON Pointer (RFC 6901) of the place, "" for the whole document; cut at a character and
     * ended by "…" when it is long, control characters shown as '?'. */
    char where[AVOW_FAULT_WHERE_MAX];
};

/* Fills `*fault` and returns AVOW_ERR_REJECTED, so that a check can end with it. */
enum avow_err avow_fault_set(struct avow_fault *fault, enum avow_reject reject,
                             struct avow_bytes where, const char *what);

#endif
