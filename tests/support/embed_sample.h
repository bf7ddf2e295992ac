/* What somebody who embeds the library has in hand: a badge, evidence, a policy. The badge is by a
 * university that an authority recognises, which is the policy's anchor. The same on every call,
 * and in tests/vectors/embed for the documented examples. */
#ifndef AVOW_TESTS_SUPPORT_EMBED_SAMPLE_H
#define AVOW_TESTS_SUPPORT_EMBED_SAMPLE_H

#include "proto/codec/id.h"

#define EMBED_SAMPLE_TIME UINT64_C(1735689600) /* 2025-01-01: the record; an hour later, all */
#define EMBED_SAMPLE_REVOKED (EMBED_SAMPLE_TIME + 7200)
#define EMBED_SAMPLE_NOW (EMBED_SAMPLE_TIME + 86400)

struct embed_sample {
    struct avow_buf badge, policy;
    struct avow_buf evidence, revoked; /* as it was, and after its revocation */
    char issuer[AVOW_ISSUER_TEXT_MAX], authority[AVOW_ISSUER_TEXT_MAX];
    char reference[AVOW_REFERENCE_TEXT_MAX];
    uint8_t seed[32]; /* the badge's */
};

/* Crypto has been initialised. False when memory ran out. */
bool embed_sample_make(struct embed_sample *sample);
void embed_sample_fini(struct embed_sample *sample);

#endif
