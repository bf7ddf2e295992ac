/* One credential with every part filled in, its issuer and its key, for the tests of credentials.
 */
#ifndef AVOW_TESTS_SUPPORT_SAMPLE_BADGE_H
#define AVOW_TESTS_SUPPORT_SAMPLE_BADGE_H

#include <jansson.h>

#include "proto/credential/badge.h"
#include "proto/crypto/ed25519.h"

#define SAMPLE_CREATED UINT64_C(1768478400) /* 2026-01-15T12:00:00Z */

/* The key pair that signs the sample: by the seed 07 07 … 07. */
void sample_badge_key(struct avow_secret_key *secret, struct avow_key *key);

struct avow_badge sample_badge(void);

/* The sample, built and signed; NULL when memory ran out. The caller owns it. */
json_t *sample_badge_signed(void);

#endif
