/* Policies, as files and encoded: what is accepted in either form is the same policy in both, and
 * can be told in words; what is refused is told by its line. */
#include "proto/trust/policy.h"
#include "tests/fuzz/fuzz.h"

static void check_same(const struct avow_policy *policy, struct avow_bytes encoded)
{
    struct avow_buf out;
    avow_buf_init(&out, AVOW_POLICY_BYTES_MAX);
    avow_policy_encode(&out, policy);
    AVOW_ASSERT(out.err == AVOW_OK && avow_bytes_equal(avow_buf_bytes(&out), encoded));
    avow_buf_fini(&out);
}

static void check(const struct avow_policy *policy)
{
    struct avow_policy again;
    struct avow_buf encoded, out, error;
    avow_buf_init(&encoded, AVOW_POLICY_BYTES_MAX);
    avow_buf_init(&out, AVOW_POLICY_BYTES_MAX);
    avow_buf_init(&error, 1024);
    avow_policy_encode(&encoded, policy);
    AVOW_ASSERT(encoded.err == AVOW_OK);
    AVOW_ASSERT(avow_policy_decode(avow_buf_bytes(&encoded), &again) == AVOW_ACCEPT);
    check_same(&again, avow_buf_bytes(&encoded));
    avow_policy_write(&out, policy);
    AVOW_ASSERT(out.err == AVOW_OK);
    AVOW_ASSERT(avow_policy_parse(avow_buf_bytes(&out), &again, &error) == AVOW_OK);
    check_same(&again, avow_buf_bytes(&encoded));
    avow_buf_fini(&error);
    avow_buf_fini(&encoded);
    avow_buf_fini(&out);
    avow_buf_init(&out, 65536);
    avow_policy_explain(&out, policy);
    AVOW_ASSERT(out.err == AVOW_OK && out.len > 0);
    avow_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct avow_policy policy;
    struct avow_buf error;
    avow_buf_init(&error, 1024);
    enum avow_err err = avow_policy_parse(avow_bytes(data, size), &policy, &error);
    AVOW_ASSERT(error.err == AVOW_OK && (err == AVOW_OK) == (error.len == 0));
    if (err == AVOW_OK)
        check(&policy);
    avow_buf_fini(&error);
    if (avow_policy_decode(avow_bytes(data, size), &policy) == AVOW_ACCEPT)
        check(&policy);
    return 0;
}
