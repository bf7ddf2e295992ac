/* What a second node shows that the home node has left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/signer/signer_inner.h"
#include "tests/support/log_prover.h"

#define TARGET 3
#define SUSPENDED 4
#define REINSTATED 5
#define LAST 6

struct second_case {
    const char *name;
    uint64_t home[4], second[4]; /* what each shows, ended by 0 */
    size_t second_size;          /* how far the second node's log is */
    bool more;
};

static const struct second_case cases[] = {
    {"both show all",
     {TARGET, SUSPENDED, REINSTATED, LAST},
     {TARGET, SUSPENDED, REINSTATED, LAST},
     LAST + 1,
     false},
    {"the home node hides all of it",
     {TARGET, LAST},
     {TARGET, SUSPENDED, REINSTATED, LAST},
     LAST + 1,
     true},
    {"the home node hides the latest",
     {TARGET, SUSPENDED, LAST},
     {TARGET, SUSPENDED, REINSTATED, LAST},
     LAST + 1,
     true},
    {"the second node hides it",
     {TARGET, SUSPENDED, REINSTATED, LAST},
     {TARGET, LAST},
     LAST + 1,
     false},
    {"the second node is behind",
     {TARGET, SUSPENDED, REINSTATED, LAST},
     {TARGET, SUSPENDED},
     REINSTATED,
     false},
    {"it is behind and knows more", {TARGET, LAST}, {TARGET, SUSPENDED}, REINSTATED, true},
};

static void build(struct log_builder *builder)
{
    log_builder_start(builder, "second");
    log_builder_add_achievement(builder, "A", "An achievement");
    assert_int_equal(log_builder_add_issue(builder, 2), TARGET);
    log_builder_add_status(builder, TARGET, AVOW_STATUS_SUSPENDED, AVOW_REASON_UNSPECIFIED,
                           LOG_BUILDER_NONE);
    log_builder_add_status(builder, TARGET, AVOW_STATUS_ACTIVE, AVOW_REASON_UNSPECIFIED,
                           LOG_BUILDER_NONE);
    assert_int_equal(log_builder_add_issue(builder, 2), LAST);
}

/* The proof of the first `size` entries that shows `indices`. */
static void prove(const struct log_builder *whole, size_t size, const uint64_t indices[4],
                  struct avow_buf *bytes, struct avow_evidence *evidence)
{
    struct log_builder builder;
    enum avow_reject reject;
    size_t count = 0;
    while (count < 4 && indices[count] != 0)
        count++;
    log_builder_copy(&builder, whole, size);
    avow_buf_init(bytes, AVOW_EVIDENCE_BYTES_MAX);
    log_prover_evidence(&builder, builder.t + 10, indices, count, bytes);
    assert_int_equal(avow_evidence_check(avow_buf_bytes(bytes), evidence, &reject), AVOW_OK);
    assert_int_equal(reject, AVOW_ACCEPT);
    log_builder_fini(&builder);
}

static void test_cases(void **state)
{
    (void)state;
    struct log_builder builder;
    build(&builder);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct avow_buf home_bytes, second_bytes;
        struct avow_evidence home, second;
        struct avow_draft *draft;
        enum avow_reject reject;
        uint64_t target = 0;
        prove(&builder, builder.count, cases[i].home, &home_bytes, &home);
        prove(&builder, cases[i].second_size, cases[i].second, &second_bytes, &second);
        const struct avow_hash *issuer = &builder.state.chain.issuer;
        assert_int_equal(avow_draft_from_proof(avow_evidence_log(&home, issuer), &draft, &reject),
                         AVOW_OK);
        assert_int_equal(reject, AVOW_ACCEPT);
        const bool more =
            avow_signer_second_knows(draft, avow_evidence_log(&second, issuer), &target);
        if (more != cases[i].more)
            fail_msg("%s", cases[i].name);
        if (more)
            assert_int_equal(target, TARGET);
        avow_draft_free(&draft);
        avow_evidence_fini(&home);
        avow_evidence_fini(&second);
        avow_buf_fini(&home_bytes);
        avow_buf_fini(&second_bytes);
    }
    log_builder_fini(&builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
