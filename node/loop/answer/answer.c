#include "node/loop/answer/answerer.h"

#include "node/loop/link/sendq.h"
#include "proto/codec/writer.h"

#include <stdlib.h>

enum avow_err avow_answerer_new(struct avow_snapshot *snapshot, const struct avow_secret_key *self,
                                const struct avow_policies *policies,
                                struct avow_answerer **answerer)
{
    *answerer = calloc(1, sizeof(**answerer));
    if (*answerer == NULL)
        return AVOW_ERR_NOMEM;
    (*answerer)->snapshot = snapshot;
    (*answerer)->self = self;
    memcpy((*answerer)->self_id.bytes, self->bytes + 32, sizeof((*answerer)->self_id.bytes));
    (*answerer)->policies = policies;
    (*answerer)->facts = avow_facts_from_snapshot(snapshot);
    avow_policy_init(&(*answerer)->policy);
    avow_buf_init(&(*answerer)->scratch, AVOW_EVIDENCE_BYTES_MAX);
    return AVOW_OK;
}

void avow_answerer_free(struct avow_answerer **answerer)
{
    if (*answerer != NULL) {
        avow_buf_fini(&(*answerer)->scratch);
        free(*answerer);
    }
    *answerer = NULL;
}

/* ---- saying no ---- */

static void refuse(struct avow_answerer *a, enum avow_refusal code, uint64_t size,
                   struct avow_buf *out)
{
    a->answer.type = AVOW_MESSAGE_REFUSED;
    a->answer.code = code;
    a->answer.size = size;
    a->answer.text = avow_bytes_text(avow_refusal_text(code));
    avow_message_encode(out, &a->answer);
}

static void refuse_err(struct avow_answerer *a, enum avow_err err, struct avow_buf *out)
{
    if (err == AVOW_ERR_NOT_FOUND)
        refuse(a, AVOW_REFUSAL_UNKNOWN_LOG, 0, out);
    else if (err == AVOW_ERR_TOO_LARGE)
        refuse(a, AVOW_REFUSAL_TOO_LARGE, 0, out);
    else
        refuse(a, AVOW_REFUSAL_BUSY, 0, out);
}

/* ---- verdicts and evidence ---- */

static enum avow_err answer_verify(struct avow_answerer *a, struct avow_buf *out)
{
    uint64_t now = a->now;
    const struct avow_message *request = &a->request;
    struct avow_subject subject = {
        .issuer = request->issuer, .index = request->index, .word_only = true};
    struct avow_verdict verdict;
    enum avow_err err = avow_judge(&a->facts, &a->policy, &subject, now,
                                   request->at == 0 ? now : request->at, &verdict);
    if (err != AVOW_OK)
        return err;
    struct avow_message *answer = &a->answer;
    answer->type = AVOW_MESSAGE_VERDICT;
    answer->word = verdict.word;
    answer->why = verdict.why;
    answer->state = verdict.has_state ? verdict.state : 0;
    answer->reason = verdict.has_state ? verdict.reason : 0;
    answer->since = verdict.has_state ? verdict.since : 0;
    answer->size = verdict.has_log ? verdict.size : 0;
    answer->time = verdict.has_log ? verdict.time : 0;
    answer->age_s = verdict.has_log ? verdict.age_s : 0;
    avow_message_encode(out, answer);
    return AVOW_OK;
}

bool avow_answer_may_witness(const struct avow_log *log, const struct avow_key *self, uint64_t now)
{
    return log->abandoned_from == AVOW_NEVER && now >= log->checkpoint.time &&
           !avow_chain_has_key(&log->state.chain, self);
}

const struct avow_cosignature *avow_answer_own_line(struct avow_answerer *a,
                                                    const struct avow_log *log)
{
    uint64_t now = a->now;
    const struct avow_checkpoint *checkpoint = &log->checkpoint;
    struct avow_own_line *own =
        &a->own[avow_get_u32be(checkpoint->issuer.bytes) % AVOW_WITNESS_CACHE];
    if (!avow_answer_may_witness(log, &a->self_id, now))
        return NULL;
    if (!own->used || own->line.time + AVOW_ANSWER_WITNESS_S < now || own->line.time > now ||
        !avow_checkpoint_same_text(&own->checkpoint, checkpoint)) {
        own->used = true;
        own->checkpoint = *checkpoint;
        avow_cosignature_sign(&own->line, checkpoint, now, a->self);
    }
    return &own->line;
}

static size_t list_uints(struct avow_list list, uint64_t *out)
{
    size_t count = 0;
    while (avow_list_next_uint(&list, &out[count]))
        count++;
    return count;
}

enum avow_err avow_answer_evidence(struct avow_answerer *a, struct avow_buf *out)
{
    a->answer.type = AVOW_MESSAGE_EVIDENCE;
    a->answer.evidence = avow_buf_bytes(&a->scratch);
    /* With its header the message must still be within its bound. */
    if (a->answer.evidence.len > AVOW_MESSAGE_BYTES_MAX - 64)
        return AVOW_ERR_TOO_LARGE;
    avow_message_encode(out, &a->answer);
    return AVOW_OK;
}

static enum avow_err answer_prove(struct avow_answerer *a, struct avow_buf *out)
{
    const struct avow_log *log;
    enum avow_err err = avow_snapshot_log(a->snapshot, &a->request.issuer, &log);
    if (err != AVOW_OK)
        return err;
    struct avow_prove_request request = {
        .issuer = a->request.issuer,
        .indices = a->indices,
        .index_count = list_uints(a->request.indices, a->indices),
        .chunks = a->chunks,
        .chunk_count = list_uints(a->request.chunks, a->chunks),
        .for_signing = (a->request.flags & AVOW_PROVE_FOR_SIGNING) != 0,
        .own = avow_answer_own_line(a, log),
    };
    err = avow_evidence_make(a->snapshot, &request, &a->scratch);
    return err == AVOW_OK ? avow_answer_evidence(a, out) : err;
}

/* ---- logs ---- */

/* The asked log, which must reach the asked size. False when it was answered with a refusal. */
static bool find_log(struct avow_answerer *a, const struct avow_log **log, struct avow_buf *out)
{
    enum avow_err err = avow_snapshot_log(a->snapshot, &a->request.issuer, log);
    if (err != AVOW_OK)
        refuse_err(a, err, out);
    else if (a->request.size == 0 || a->request.size > (*log)->checkpoint.size)
        refuse(a, AVOW_REFUSAL_MOVED_ON, (*log)->checkpoint.size, out);
    else
        return true;
    return false;
}

static enum avow_err answer_chain(struct avow_answerer *a, struct avow_buf *out)
{
    const struct avow_log *log;
    if (!find_log(a, &log, out))
        return AVOW_OK;
    const struct avow_chain *chain = &log->state.chain;
    size_t count = 0;
    for (; count < chain->count && chain->entries[count].index < a->request.size; count++) {
        struct avow_path path;
        enum avow_err err = avow_snapshot_inclusion(a->snapshot, log, chain->entries[count].index,
                                                    a->request.size, &path);
        if (err != AVOW_OK)
            return err;
        avow_proved_entry_write(&a->scratch, avow_chain_entry_bytes(chain, count),
                                chain->entries[count].index, &path);
    }
    a->answer.type = AVOW_MESSAGE_CHAIN;
    a->answer.issuer = a->request.issuer;
    a->answer.size = a->request.size;
    a->answer.chain = (struct avow_list){.count = count, .items = avow_buf_bytes(&a->scratch)};
    if (a->scratch.err == AVOW_OK)
        avow_message_encode(out, &a->answer);
    return a->scratch.err;
}

typedef enum avow_err read_entry(struct avow_answerer *a, const struct avow_log *log,
                                 uint64_t index, struct avow_bytes *entry);

static enum avow_err read_accepted(struct avow_answerer *a, const struct avow_log *log,
                                   uint64_t index, struct avow_bytes *entry)
{
    return avow_snapshot_entry(a->snapshot, log, index, entry);
}

static enum avow_err read_pending(struct avow_answerer *a, const struct avow_log *log,
                                  uint64_t index, struct avow_bytes *entry)
{
    (void)log;
    return avow_snapshot_pending_entry(a->snapshot, &a->request.issuer, index, entry);
}

/* Gathers entries [from, end) in the scratch space, as many as a RANGE takes, at least one. */
static enum avow_err gather(struct avow_answerer *a, read_entry *read, const struct avow_log *log,
                            uint64_t end)
{
    uint64_t from = a->request.from;
    size_t count = 0;
    while (from + count < end && (a->scratch.len < AVOW_ANSWER_RANGE_BYTES)) {
        struct avow_bytes entry;
        enum avow_err err = read(a, log, from + count, &entry);
        if (err != AVOW_OK)
            return err;
        avow_write_bin(&a->scratch, entry);
        count++;
    }
    a->answer.entries = (struct avow_list){.count = count, .items = avow_buf_bytes(&a->scratch)};
    return a->scratch.err;
}

/* How far a request for `count` entries from `from` goes, within `size`; 0 when nowhere. */
static uint64_t range_end(const struct avow_message *request, uint64_t size)
{
    if (request->from >= size || request->count == 0)
        return 0;
    uint64_t left = size - request->from;
    return request->from + (request->count < left ? request->count : left);
}

static enum avow_err answer_range(struct avow_answerer *a, struct avow_buf *out)
{
    const struct avow_log *log;
    if (!find_log(a, &log, out))
        return AVOW_OK;
    uint64_t end = range_end(&a->request, a->request.size);
    if (end == 0) {
        refuse(a, AVOW_REFUSAL_MOVED_ON, log->checkpoint.size, out);
        return AVOW_OK;
    }
    enum avow_err err = gather(a, read_accepted, log, end);
    uint64_t reached = a->request.from + a->answer.entries.count;
    if (err == AVOW_OK)
        err =
            avow_snapshot_consistency(a->snapshot, log, reached, a->request.size, &a->answer.path);
    if (err != AVOW_OK)
        return err;
    a->answer.type = AVOW_MESSAGE_RANGE;
    a->answer.issuer = a->request.issuer;
    a->answer.from = a->request.from;
    a->answer.size = a->request.size;
    avow_message_encode(out, &a->answer);
    return AVOW_OK;
}

static enum avow_err answer_consistency(struct avow_answerer *a, struct avow_buf *out)
{
    const struct avow_log *log;
    if (!find_log(a, &log, out))
        return AVOW_OK;
    if (a->request.from > a->request.size) {
        refuse(a, AVOW_REFUSAL_MOVED_ON, log->checkpoint.size, out);
        return AVOW_OK;
    }
    enum avow_err err = avow_snapshot_consistency(a->snapshot, log, a->request.from,
                                                  a->request.size, &a->answer.path);
    if (err != AVOW_OK)
        return err;
    a->answer.type = AVOW_MESSAGE_CONSISTENCY;
    a->answer.issuer = a->request.issuer;
    a->answer.from = a->request.from;
    a->answer.size = a->request.size;
    avow_message_encode(out, &a->answer);
    return AVOW_OK;
}

static enum avow_err answer_list(struct avow_answerer *a, struct avow_buf *out)
{
    const struct avow_log *log;
    struct avow_hash after = a->request.issuer;
    size_t count = 0;
    enum avow_err err = AVOW_OK;
    while (a->scratch.len < AVOW_ANSWER_LIST_BYTES && count < 256 &&
           (count == 0 || avow_allowance_may_go_on(a->snapshot))) {
        err = avow_snapshot_next_log(a->snapshot, &after, &log);
        if (err != AVOW_OK)
            break;
        after = log->checkpoint.issuer;
        avow_write_array(&a->scratch, 2);
        avow_checkpoint_write(&a->scratch, &log->checkpoint);
        avow_cosignatures_write(&a->scratch, log->cosignatures, log->cosignature_count);
        count++;
    }
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return err;
    a->answer.type = AVOW_MESSAGE_LOGS;
    a->answer.last = err == AVOW_ERR_NOT_FOUND ? 1 : 0;
    a->answer.checkpoints =
        (struct avow_list){.count = count, .items = avow_buf_bytes(&a->scratch)};
    if (a->scratch.err == AVOW_OK)
        avow_message_encode(out, &a->answer);
    return a->scratch.err;
}

/* ---- what is held for a signer ---- */

/* The held text; false when there is none, answered with the log's size. */
static bool find_held(struct avow_answerer *a, struct avow_pending *pending, struct avow_buf *out)
{
    const struct avow_log *log;
    enum avow_err err = avow_snapshot_pending(a->snapshot, &a->request.issuer, pending);
    if (err == AVOW_OK && pending->held)
        return true;
    if (err == AVOW_OK || err == AVOW_ERR_NOT_FOUND)
        err = avow_snapshot_log(a->snapshot, &a->request.issuer, &log);
    if (err == AVOW_OK)
        refuse(a, AVOW_REFUSAL_MOVED_ON, log->checkpoint.size, out);
    else
        refuse_err(a, err, out);
    return false;
}

static enum avow_err answer_held(struct avow_answerer *a, struct avow_buf *out)
{
    struct avow_pending pending;
    if (!find_held(a, &pending, out))
        return AVOW_OK;
    a->answer.type = AVOW_MESSAGE_HELD_TEXT;
    a->answer.from = pending.base;
    a->answer.size = pending.size;
    a->answer.checkpoint = pending.checkpoint;
    avow_message_encode(out, &a->answer);
    return AVOW_OK;
}

static enum avow_err answer_held_range(struct avow_answerer *a, struct avow_buf *out)
{
    struct avow_pending pending;
    if (!find_held(a, &pending, out))
        return AVOW_OK;
    uint64_t end = range_end(&a->request, pending.size);
    if (end == 0 || a->request.from < pending.base) {
        refuse(a, AVOW_REFUSAL_MOVED_ON, pending.base, out);
        return AVOW_OK;
    }
    enum avow_err err = gather(a, read_pending, NULL, end);
    if (err != AVOW_OK)
        return err;
    a->answer.type = AVOW_MESSAGE_RANGE;
    a->answer.issuer = a->request.issuer;
    a->answer.from = a->request.from;
    a->answer.size = pending.size;
    a->answer.path.count = 0;
    avow_message_encode(out, &a->answer);
    return AVOW_OK;
}

/* ---- all ---- */

typedef enum avow_err answer_function(struct avow_answerer *a, struct avow_buf *out);

/* What is answered here, and by what. */
static answer_function *const answers[AVOW_MESSAGE_SKIPPABLE_MIN] = {
    [AVOW_MESSAGE_VERIFY] = answer_verify,
    [AVOW_MESSAGE_PROVE] = answer_prove,
    [AVOW_MESSAGE_PROVE_UNDER] = avow_answer_prove_under,
    [AVOW_MESSAGE_GET_POLICY] = avow_answer_policy,
    [AVOW_MESSAGE_FIND] = avow_answer_find,
    [AVOW_MESSAGE_RECOGNISED] = avow_answer_recognised,
    [AVOW_MESSAGE_GET_CHAIN] = answer_chain,
    [AVOW_MESSAGE_GET_RANGE] = answer_range,
    [AVOW_MESSAGE_GET_CONSISTENCY] = answer_consistency,
    [AVOW_MESSAGE_LIST] = answer_list,
    [AVOW_MESSAGE_GET_HELD] = answer_held,
    [AVOW_MESSAGE_GET_HELD_RANGE] = answer_held_range,
    [AVOW_MESSAGE_GET_FORKS] = avow_answer_forks,
    [AVOW_MESSAGE_GET_FORK] = avow_answer_fork,
    [AVOW_MESSAGE_GET_OTHER] = avow_answer_other,
    [AVOW_MESSAGE_GET_STATUSES] = avow_answer_statuses,
};

bool avow_answer_takes(uint64_t type)
{
    return type < AVOW_MESSAGE_SKIPPABLE_MIN && answers[type] != NULL;
}

/* The others are short, or a page that the next question goes on from. */
static bool is_redone(uint64_t type)
{
    return type == AVOW_MESSAGE_PROVE || type == AVOW_MESSAGE_PROVE_UNDER ||
           type == AVOW_MESSAGE_FIND;
}

void avow_answerer_try(struct avow_answerer *answerer, bool only_try)
{
    answerer->only_try = only_try;
}

bool avow_answerer_fell_short(const struct avow_answerer *answerer)
{
    return is_redone(answerer->request.type) && avow_allowance_fell_short(answerer->snapshot);
}

enum avow_reject avow_answer(struct avow_answerer *a, struct avow_bytes request, uint64_t now,
                             struct avow_buf *out)
{
    enum avow_reject reject = avow_message_decode(request, &a->request);
    if (reject != AVOW_ACCEPT)
        return reject;
    if (!avow_answer_takes(a->request.type))
        return AVOW_REJECT_MESSAGE;
    a->answer.request = a->request.request;
    a->now = now;
    avow_buf_clear(&a->scratch);
    enum avow_err err = answers[a->request.type](a, out);
    if (err != AVOW_OK)
        refuse_err(a, err, out);
    return AVOW_ACCEPT;
}

size_t avow_answer_expect(struct avow_answerer *a, struct avow_bytes requests)
{
    struct avow_reference records[AVOW_FACTS_EXPECTED_MAX];
    struct avow_bytes request;
    size_t looked_at = 0, count = 0;
    while (looked_at < AVOW_FACTS_EXPECTED_MAX && avow_sendq_row_next(&requests, &request)) {
        looked_at++;
        if (avow_message_decode(request, &a->request) == AVOW_ACCEPT &&
            a->request.type == AVOW_MESSAGE_VERIFY)
            records[count++] =
                (struct avow_reference){.issuer = a->request.issuer, .index = a->request.index};
    }
    if (count > 1) /* one alone waits for nothing less */
        avow_facts_expect(a->snapshot, records, count);
    return looked_at;
}
