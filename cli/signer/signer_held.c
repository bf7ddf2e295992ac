/* A text that the home node holds at the head of the log, from before this call.
 *
 * It is completed if a record in home/pending says that this home proposed it, after recomputing
 * it from its entries. A text by somebody else is waited for; then it takes a person to complete
 * it, because a node that lies could have made it up. What is not whole was never signed, and is
 * withdrawn. */
#include "cli/signer/signer_inner.h"

#include "cli/signer/pending.h"
#include "cli/signer/references.h"
#include "client/walk.h"

#include <stdlib.h>
#include <time.h>

#define WAIT_STEP_MS_MIN 4
#define WAIT_STEP_MS_MAX 100
#define WAIT_MS 5000 /* without progress */
#define RANGE_COUNT 65536
#define WAIT_ANSWERS 6 /* with progress, in time-outs: a text can be made to move for ever */
#define HELD_BYTES_MAX ((size_t)256 << 20)
#define HELD_ENTRIES_MAX ((size_t)4 << 20)
#define WILL_END (-4) /* inside this module: the next proposal ends what is held */

/* The entries of a held text, copied. */
struct held {
    uint64_t base, size;
    struct avow_checkpoint text;
    struct avow_buf bytes;
    struct avow_buf ends; /* size_t */
    struct avow_references references;
};

static void held_init(struct held *held)
{
    *held = (struct held){0};
    avow_buf_init(&held->bytes, HELD_BYTES_MAX);
    avow_buf_init(&held->ends, HELD_ENTRIES_MAX * sizeof(size_t));
    avow_references_init(&held->references, 0);
}

static void held_fini(struct held *held)
{
    avow_buf_fini(&held->bytes);
    avow_buf_fini(&held->ends);
    avow_references_fini(&held->references);
}

/* ------------------------------------------------------------------ fetching it */

/* OK with size 0: nothing is held. */
static int ask_held(struct avow_signer *signer, struct held *held)
{
    struct avow_message answer;
    struct avow_message question = {
        .type = AVOW_MESSAGE_GET_HELD,
        .issuer = signer->keys->issuer,
    };
    enum avow_err err = avow_client_ask(signer->client, &question, AVOW_MESSAGE_HELD_TEXT, &answer);
    held->size = 0;
    if (err == AVOW_ERR_REFUSED &&
        (answer.code == AVOW_REFUSAL_MOVED_ON || answer.code == AVOW_REFUSAL_UNKNOWN_LOG))
        return AVOW_EXIT_OK;
    if (err == AVOW_ERR_REFUSED)
        return avow_signer_refused(signer, &answer);
    if (err != AVOW_OK)
        return avow_signer_lost(signer, err);
    held->base = answer.from;
    held->size = answer.size;
    held->text = answer.checkpoint;
    return AVOW_EXIT_OK;
}

static enum avow_err take_entries(struct held *held, const struct avow_hash *issuer,
                                  struct avow_list *list)
{
    struct avow_bytes bytes;
    while (avow_list_next_entry(list, &bytes)) {
        struct avow_entry entry;
        avow_buf_append(&held->bytes, bytes.data, bytes.len);
        avow_buf_append(&held->ends, &held->bytes.len, sizeof(held->bytes.len));
        if (avow_entry_decode(bytes, &entry) == AVOW_ACCEPT)
            avow_references_add(&held->references, issuer, &entry);
    }
    if (held->bytes.err != AVOW_OK)
        return held->bytes.err;
    return held->ends.err != AVOW_OK ? held->ends.err : held->references.buffer.err;
}

static int fetch_entries(struct avow_signer *signer, struct held *held)
{
    uint64_t from = held->base;
    held->references.base = held->base;
    while (from < held->size) {
        struct avow_message answer;
        struct avow_message question = {
            .type = AVOW_MESSAGE_GET_HELD_RANGE,
            .issuer = signer->keys->issuer,
            .from = from,
            .count = RANGE_COUNT,
        };
        int status = avow_signer_ask(signer, &question, AVOW_MESSAGE_RANGE, &answer);
        if (status != AVOW_EXIT_OK)
            return status;
        if (!avow_walk_range_fits(&question, held->size, &answer))
            return avow_cli_fail(signer->cli, AVOW_EXIT_UNKNOWN,
                                 "the home node answered with another range than asked for");
        from += answer.entries.count;
        enum avow_err err = take_entries(held, &signer->keys->issuer, &answer.entries);
        if (err != AVOW_OK)
            return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(err));
    }
    return AVOW_EXIT_OK;
}

/* ------------------------------------------------------------------ completing it */

static int does_not_add_up(const struct avow_signer *signer, enum avow_reject reject)
{
    return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE,
                         "refusing to sign: the text that the home node holds is not what its "
                         "entries add up to: %s",
                         avow_reject_text(reject));
}

static int recompute(struct avow_signer *signer, const struct held *held)
{
    const size_t *ends = (const size_t *)(const void *)held->ends.data;
    size_t start = 0;
    for (size_t i = 0; i < held->ends.len / sizeof(*ends); i++) {
        enum avow_reject reject = AVOW_ACCEPT;
        enum avow_err err = avow_draft_append(
            signer->draft, avow_bytes(held->bytes.data + start, ends[i] - start), &reject);
        if (err != AVOW_OK)
            return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(err));
        if (reject != AVOW_ACCEPT)
            return does_not_add_up(signer, reject);
        start = ends[i];
    }
    struct avow_checkpoint computed;
    if (avow_draft_checkpoint(signer->draft, held->text.time, &computed) != AVOW_OK ||
        !avow_checkpoint_same_text(&computed, &held->text))
        return does_not_add_up(signer, AVOW_REJECT_ROOT);
    return AVOW_EXIT_OK;
}

/* What the next proposal ends need not be settled: only a batch of this home's that begins with a
 * root entry too, which nothing ends, and which this call's key can complete. */
static bool begins_root(const struct held *held)
{
    const size_t *ends = (const size_t *)(const void *)held->ends.data;
    struct avow_entry entry;
    return held->ends.len > 0 &&
           avow_entry_decode(avow_bytes(held->bytes.data, ends[0]), &entry) == AVOW_ACCEPT &&
           avow_kind_is_root(entry.kind);
}

static int fetch_log(struct avow_signer *signer, const struct avow_references *references)
{
    size_t count;
    const uint64_t *indices = avow_references_list(references, &count);
    return avow_signer_fetch(signer, indices, count);
}

static int complete(struct avow_signer *signer, struct held *held)
{
    int status = fetch_entries(signer, held);
    if (status == AVOW_EXIT_OK && signer->ends_held && !begins_root(held))
        return WILL_END;
    if (status == AVOW_EXIT_OK)
        status = fetch_log(signer, &held->references);
    if (status == AVOW_EXIT_OK && signer->proof->checkpoint.size != held->base)
        return AVOW_SIGNER_AGAIN;
    if (status == AVOW_EXIT_OK)
        status = recompute(signer, held);
    if (status == AVOW_EXIT_OK)
        status = avow_signer_sign(signer, &held->text);
    if (status == AVOW_EXIT_OK)
        avow_cli_note(signer->cli,
                      "Completed what an earlier call had left at the home node: entries %llu to "
                      "%llu.",
                      (unsigned long long)held->base, (unsigned long long)held->size - 1);
    return status;
}

static int withdraw(struct avow_signer *signer)
{
    struct avow_message answer;
    struct avow_message question = {
        .type = AVOW_MESSAGE_WITHDRAW,
        .issuer = signer->keys->issuer,
    };
    return avow_signer_ask(signer, &question, AVOW_MESSAGE_DONE, &answer);
}

/* How many entries of each kind a person is asked to sign. */
static void describe(const struct avow_signer *signer, const struct held *held)
{
    const size_t *ends = (const size_t *)(const void *)held->ends.data;
    uint64_t counts[AVOW_KIND_COUNT] = {0};
    size_t start = 0;
    for (size_t i = 0; i < held->ends.len / sizeof(*ends); i++) {
        struct avow_entry entry;
        if (avow_entry_decode(avow_bytes(held->bytes.data + start, ends[i] - start), &entry) ==
                AVOW_ACCEPT &&
            entry.kind < AVOW_KIND_COUNT)
            counts[entry.kind]++;
        start = ends[i];
    }
    avow_cli_note(signer->cli, "The home node holds entries %llu to %llu, not signed:",
                  (unsigned long long)held->base, (unsigned long long)held->size - 1);
    for (uint64_t kind = 0; kind < AVOW_KIND_COUNT; kind++) {
        if (counts[kind] > 0)
            avow_cli_note(signer->cli, "  %llu %s", (unsigned long long)counts[kind],
                          avow_kind_name(kind));
    }
}

static int not_ours(struct avow_signer *signer, struct held *held)
{
    if (signer->take_over == AVOW_TAKE_OVER_SIGN)
        return complete(signer, held);
    if (signer->take_over == AVOW_TAKE_OVER_SHOW) {
        int status = fetch_entries(signer, held);
        if (status != AVOW_EXIT_OK)
            return status;
        describe(signer, held);
    }
    return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE,
                         "the home node holds entries %llu to %llu, which another signer of this "
                         "issuer is said to have proposed and not signed: run the command that was "
                         "cut short again where it was run, or look at them with `avow issuer "
                         "complete` and sign them with `avow issuer complete --sign`",
                         (unsigned long long)held->base, (unsigned long long)held->size - 1);
}

/* ------------------------------------------------------------------ whose it is */

enum owner { OWNER_OTHER, OWNER_ALIVE, OWNER_DEAD };

static int find_owner(const struct avow_signer *signer, const struct held *held, enum owner *owner)
{
    struct avow_pending_record *records;
    size_t count;
    *owner = OWNER_OTHER;
    int status = avow_pending_list(signer->cli, &records, &count);
    for (size_t i = 0; i < count; i++) {
        if (avow_checkpoint_same_text(&records[i].text, &held->text))
            *owner = records[i].alive && !records[i].own ? OWNER_ALIVE : OWNER_DEAD;
    }
    free(records);
    return status;
}

static uint64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void wait_ms(unsigned ms)
{
    const struct timespec pause = {.tv_nsec = (long)ms * 1000000L};
    (void)nanosleep(&pause, NULL);
}

/* Until the text is gone, or its owner has died, or nothing has moved for a while. */
static int wait_for_owner(struct avow_signer *signer, struct held *held, enum owner *owner)
{
    int status = find_owner(signer, held, owner);
    const uint64_t timeout_s = signer->cli->timeout_s;
    const uint64_t most_ms = WAIT_ANSWERS * (timeout_s != 0 ? timeout_s * 1000 : 10000);
    const uint64_t start_ms = now_ms();
    unsigned still_ms = 0, step_ms = WAIT_STEP_MS_MIN;
    while (status == AVOW_EXIT_OK && held->size != 0 && *owner != OWNER_DEAD &&
           still_ms < WAIT_MS && now_ms() - start_ms < most_ms) {
        struct held before = *held;
        wait_ms(step_ms);
        status = ask_held(signer, held);
        bool moved =
            held->size != before.size || !avow_checkpoint_same_text(&held->text, &before.text);
        still_ms = moved ? 0 : still_ms + step_ms;
        step_ms = step_ms * 2 < WAIT_STEP_MS_MAX ? step_ms * 2 : WAIT_STEP_MS_MAX;
        if (status == AVOW_EXIT_OK && held->size != 0)
            status = find_owner(signer, held, owner);
    }
    return status;
}

int avow_signer_settle(struct avow_signer *signer)
{
    struct held held;
    enum owner owner = OWNER_OTHER;
    held_init(&held);
    int status = ask_held(signer, &held);
    bool was_held = status == AVOW_EXIT_OK && held.size != 0;
    if (was_held)
        status = signer->ends_held ? find_owner(signer, &held, &owner)
                                   : wait_for_owner(signer, &held, &owner);
    if (status == AVOW_EXIT_OK && held.size != 0) {
        if (signer->ends_held && (owner == OWNER_OTHER || held.size != held.text.size))
            status = WILL_END;
        else if (held.size != held.text.size)
            status = withdraw(signer);
        else if (owner != OWNER_OTHER)
            status = complete(signer, &held);
        else
            status = not_ours(signer, &held);
    }
    held_fini(&held);
    if (status == WILL_END)
        return AVOW_EXIT_OK;
    if (status == AVOW_EXIT_OK && was_held)
        status = AVOW_SIGNER_AGAIN; /* the log is another now */
    return status;
}

int avow_signer_held_time(struct avow_signer *signer, uint64_t *time)
{
    struct held held = {0};
    struct avow_checkpoint text;
    enum owner owner;
    int status = ask_held(signer, &held);
    if (status != AVOW_EXIT_OK || held.size == 0 ||
        avow_draft_checkpoint(signer->draft, held.text.time, &text) != AVOW_OK ||
        !avow_checkpoint_same_text(&text, &held.text))
        return status;
    status = find_owner(signer, &held, &owner);
    if (status == AVOW_EXIT_OK && owner == OWNER_OTHER)
        return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE,
                             "refusing to sign: the home node holds the beginning of this log with "
                             "another time than this home has proposed");
    *time = held.text.time;
    return status;
}
