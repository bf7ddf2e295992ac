/* A credential file from anyone: parsed, committed to, read, verified. Nothing may crash; a
 * document that is read must have a commitment or a stated reason for having none. */
#include "proto/codec/json.h"
#include "proto/credential/badge.h"
#include "proto/credential/integrity.h"
#include "tests/fuzz/fuzz.h"

#define DOCUMENT_MAX (64 * 1024)

static void check_fault(enum avow_err err, const struct avow_fault *fault)
{
    AVOW_ASSERT(err == AVOW_OK || err == AVOW_ERR_REJECTED || err == AVOW_ERR_NOMEM);
    AVOW_ASSERT(err != AVOW_ERR_REJECTED ||
                (fault->reject != AVOW_ACCEPT && fault->what != NULL &&
                 memchr(fault->where, '\0', sizeof(fault->where)) != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AVOW_CLEANUP(avow_json_release)
    json_t *document = NULL;
    struct avow_json_error error;
    if (avow_json_parse(avow_bytes(data, size), DOCUMENT_MAX, &document, &error) != AVOW_OK)
        return 0;
    struct avow_fault fault = {.reject = AVOW_ACCEPT};
    struct avow_badge_facts facts;
    enum avow_err err = avow_badge_read(document, &facts, &fault);
    check_fault(err, &fault);
    if (err != AVOW_OK)
        memset(&facts, 0, sizeof(facts));
    struct avow_hash commitment;
    check_fault(avow_commitment(document, &facts.issuer, facts.seed, &commitment, &fault), &fault);
    struct avow_proof_facts proof;
    err = avow_proof_verify(document, &proof, &fault);
    check_fault(err, &fault);
    AVOW_ASSERT(err != AVOW_OK || avow_ed25519_key_is_valid(&proof.key));
    return 0;
}
