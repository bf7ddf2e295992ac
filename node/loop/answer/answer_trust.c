/* Answers about whom to rely on: evidence under a policy, the node's own policies, what the
 * catalogue has, who recognises an issuer. */
#include "node/loop/answer/answerer.h"

#include "node/loop/base/policies.h"
#include "store/store.h"

_Static_assert(AVOW_MESSAGE_POLICY_MAX == AVOW_POLICY_BYTES_MAX, "one bound for a policy");
_Static_assert(AVOW_MESSAGE_REFERENCES_MAX > AVOW_COMPONENTS_MAX + 1, "a whole stack fits");

/* Rows of the index that one request looks at. */
#define RECOGNISED_ROWS_MAX 4096
#define PLACE_BYTES 12

static enum avow_err refuse_as_invalid(struct avow_answerer *a, const char *why,
                                       struct avow_buf *out)
{
    a->answer.type = AVOW_MESSAGE_REFUSED;
    a->answer.code = AVOW_REFUSAL_INVALID;
    a->answer.size = 0;
    a->answer.text = avow_bytes_text(why);
    avow_message_encode(out, &a->answer);
    return AVOW_OK;
}

/* Refuses a request whose encoded policy or query is not well formed. */
static enum avow_err refuse_form(struct avow_answerer *a, enum avow_reject reject,
                                 struct avow_buf *out)
{
    return refuse_as_invalid(a, avow_reject_text(reject), out);
}

static const struct avow_cosignature *own_line(void *context, const struct avow_log *log)
{
    return avow_answer_own_line(context, log);
}

enum avow_err avow_answer_prove_under(struct avow_answerer *a, struct avow_buf *out)
{
    struct avow_reference references[AVOW_MESSAGE_REFERENCES_MAX];
    size_t count = 0;
    struct avow_list list = a->request.references;
    enum avow_reject reject = avow_policy_decode(a->request.policy, &a->asked);
    while (avow_list_next_reference(&list, &references[count].issuer, &references[count].index))
        count++;
    if (reject == AVOW_ACCEPT && (count == 0 || a->request.flags != 0 ||
                                  !avow_hash_equal(&references[0].issuer, &a->request.issuer)))
        reject = AVOW_REJECT_VALUE;
    if (reject != AVOW_ACCEPT)
        return refuse_form(a, reject, out);
    const struct avow_prove_under request = {
        .policy = &a->asked,
        .now = a->now,
        .at = a->request.at == 0 ? a->now : a->request.at,
        .references = references,
        .count = count,
        .all_or_none = a->only_try,
        .own = own_line,
        .context = a,
    };
    enum avow_err err = avow_evidence_make_under(a->snapshot, &request, &a->scratch);
    return err == AVOW_OK ? avow_answer_evidence(a, out) : err;
}

enum avow_err avow_answer_policy(struct avow_answerer *a, struct avow_buf *out)
{
    const struct avow_policy *policy = avow_policies_find(a->policies, a->request.text);
    if (policy == NULL)
        return refuse_as_invalid(a, "this node has no policy of that name", out);
    avow_policy_encode(&a->scratch, policy);
    a->answer.type = AVOW_MESSAGE_POLICY;
    a->answer.policy = avow_buf_bytes(&a->scratch);
    if (a->scratch.err == AVOW_OK)
        avow_message_encode(out, &a->answer);
    return a->scratch.err;
}

enum avow_err avow_answer_find(struct avow_answerer *a, struct avow_buf *out)
{
    struct avow_find_query query;
    enum avow_reject reject = avow_find_query_decode(a->request.query, &query);
    if (reject == AVOW_ACCEPT && query.policy.len > 0)
        reject = avow_policy_decode(query.policy, &a->asked);
    if (reject != AVOW_ACCEPT)
        return refuse_form(a, reject, out);
    enum avow_err err = avow_snapshot_find(
        a->snapshot, &query, query.policy.len > 0 ? &a->asked : NULL, a->now, &a->scratch);
    if (err == AVOW_ERR_INVALID)
        return refuse_as_invalid(a, "this node's answer to this query never ended there", out);
    a->answer.type = AVOW_MESSAGE_FOUND;
    a->answer.results = avow_buf_bytes(&a->scratch);
    if (err == AVOW_OK)
        avow_message_encode(out, &a->answer);
    return err;
}

static bool read_place(struct avow_bytes place, struct avow_recogniser *at)
{
    *at = (struct avow_recogniser){0};
    if (place.len == 0)
        return true;
    if (place.len != PLACE_BYTES)
        return false;
    at->log = avow_get_u32be(place.data);
    at->index = avow_get_u64be(place.data + 4);
    return at->index < AVOW_UINT_MAX;
}

enum avow_err avow_answer_recognised(struct avow_answerer *a, struct avow_buf *out)
{
    struct avow_recogniser at;
    uint8_t place[PLACE_BYTES];
    size_t count = 0;
    size_t rows = RECOGNISED_ROWS_MAX;
    enum avow_err err = AVOW_OK;
    if (!read_place(a->request.place, &at))
        return refuse_form(a, AVOW_REJECT_VALUE, out);
    while (count < AVOW_MESSAGE_RECOGNITIONS_MAX && rows > 0 && err == AVOW_OK &&
           (rows == RECOGNISED_ROWS_MAX || avow_allowance_may_go_on(a->snapshot))) {
        err = avow_snapshot_recogniser(a->snapshot, &a->request.issuer, 1, &at);
        rows--;
        if (err == AVOW_OK) {
            avow_list_reference_write(&a->scratch, &at.body, at.index);
            count++;
        } else if (err == AVOW_ERR_BUSY) { /* a row that does not count */
            err = AVOW_OK;
        }
    }
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return err;
    avow_put_u32be(place, at.log);
    avow_put_u64be(place + 4, at.index);
    a->answer.type = AVOW_MESSAGE_RECOGNITIONS;
    a->answer.recognitions =
        (struct avow_list){.count = count, .items = avow_buf_bytes(&a->scratch)};
    a->answer.place = avow_bytes(place, err == AVOW_OK ? sizeof(place) : 0);
    if (a->scratch.err == AVOW_OK)
        avow_message_encode(out, &a->answer);
    return a->scratch.err;
}
