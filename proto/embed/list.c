/* avow_list(): what evidence shows, once it is checked. */
#include "proto/embed/outcome_inner.h"

#include "proto/json/dump.h"
#include "proto/json/entry.h"
#include "proto/json/put.h"

static json_t *checkpoint_json(const struct avow_checkpoint *checkpoint, bool *ok)
{
    json_t *object = json_object();
    avow_put(object, "epoch", avow_value_uint(checkpoint->epoch), ok);
    avow_put(object, "size", avow_value_uint(checkpoint->size), ok);
    avow_put(object, "time", avow_value_time(checkpoint->time), ok);
    avow_put(object, "root", avow_value_hex(&checkpoint->root), ok);
    avow_put(object, "key", avow_value_key(&checkpoint->key), ok);
    return object;
}

/* A heartbeat is by a key of the log's own; any other line is a node's, whatever it is worth. */
static json_t *cosignatures_json(const struct avow_log_proof *proof, bool *ok)
{
    json_t *array = json_array();
    for (size_t i = 0; i < proof->cosignature_count; i++) {
        const struct avow_cosignature *line = &proof->cosignatures[i];
        const bool heartbeat = avow_chain_key(&proof->chain, &line->key, AVOW_KEY_HEARTBEAT,
                                              proof->checkpoint.size) != NULL;
        json_t *object = json_object();
        avow_put(object, "node", heartbeat ? json_null() : avow_value_node(&line->key), ok);
        avow_put(object, "heartbeat", json_boolean(heartbeat), ok);
        avow_put(object, "time", avow_value_time(line->time), ok);
        avow_put_item(array, object, ok);
    }
    return array;
}

/* ------------------------------------------------------------------ entries */

static json_t *entry_json(const struct avow_log_proof *proof, uint64_t index,
                          struct avow_bytes bytes)
{
    struct avow_entry entry;
    enum avow_status state;
    const struct avow_entry_view view = {
        .issuer = &proof->checkpoint.issuer,
        .index = index,
        .entry = avow_entry_decode(bytes, &entry) == AVOW_ACCEPT ? &entry : NULL,
        .state = avow_log_proof_status(proof, index, &state) ? &state : NULL,
    };
    return avow_entry_json(&view);
}

/* Those of the root chain and the others, each in the order of their places, as one list. */
static json_t *entries_json(const struct avow_log_proof *proof, bool *ok)
{
    const struct avow_chain *chain = &proof->chain;
    json_t *array = json_array();
    size_t root = 0, other = 0;
    while (*ok && (root < chain->count || other < proof->entry_count)) {
        const bool is_root =
            other == proof->entry_count ||
            (root < chain->count && chain->entries[root].index < proof->entries[other].index);
        const uint64_t index = is_root ? chain->entries[root].index : proof->entries[other].index;
        const struct avow_bytes bytes =
            is_root ? avow_chain_entry_bytes(chain, root) : proof->entries[other].bytes;
        avow_put_item(array, entry_json(proof, index, bytes), ok);
        root += is_root;
        other += !is_root;
    }
    return array;
}

/* ------------------------------------------------------------------ logs */

static json_t *fork_value(const struct avow_log_proof *proof)
{
    const bool root_fork = proof->disputed_from != AVOW_NEVER;
    if (!root_fork && !proof->forked)
        return json_null();
    return json_string(avow_why_name(root_fork ? AVOW_WHY_ROOT_FORK : AVOW_WHY_FORK));
}

static json_t *log_json(const struct avow_log_proof *proof, bool *ok)
{
    const struct avow_chain_names names = avow_chain_names(&proof->chain, AVOW_NEVER);
    json_t *object = json_object();
    avow_put(object, "issuer", avow_value_issuer(&proof->checkpoint.issuer), ok);
    avow_put(object, "name", avow_value_text(names.name), ok);
    avow_put(object, "jurisdiction", avow_value_text(names.jurisdiction), ok);
    avow_put(object, "website", avow_value_text_or_null(names.website), ok);
    avow_put(object, "closed", json_boolean(proof->chain.closed), ok);
    avow_put(object, "fork", fork_value(proof), ok);
    avow_put(object, "whole", json_boolean(proof->whole), ok);
    avow_put(object, "checkpoint", checkpoint_json(&proof->checkpoint, ok), ok);
    avow_put(object, "cosignatures", cosignatures_json(proof, ok), ok);
    avow_put(object, "entries", entries_json(proof, ok), ok);
    return object;
}

static char *text_of(const struct avow_evidence *evidence)
{
    bool ok = true;
    json_t *object = json_object(), *logs = json_array();
    for (size_t i = 0; ok && i < evidence->count; i++)
        avow_put_item(logs, log_json(&evidence->logs[i], &ok), &ok);
    avow_put(object, "logs", logs, &ok);
    return avow_json_dump(avow_put_whole(object, ok));
}

static enum avow_result run(struct avow_bytes bytes, struct avow_outcome *outcome)
{
    AVOW_CLEANUP(avow_evidence_fini)
    struct avow_evidence evidence = {0};
    const char *wrong;
    if (bytes.data == NULL && bytes.len > 0)
        return avow_outcome_say(outcome, AVOW_RESULT_ARGUMENT, "a length without its bytes");
    const enum avow_result result = avow_outcome_evidence(bytes, &evidence, &wrong);
    if (result != AVOW_RESULT_OK)
        return result;
    if (wrong != NULL)
        return avow_outcome_say(outcome, AVOW_RESULT_EVIDENCE, AVOW_OUTCOME_NO_EVIDENCE, wrong);
    outcome->json = text_of(&evidence);
    return outcome->json == NULL ? AVOW_RESULT_MEMORY : AVOW_RESULT_OK;
}

enum avow_result avow_list(const void *evidence, size_t evidence_len, struct avow_outcome **outcome)
{
    enum avow_result result = avow_outcome_begin(outcome);
    if (result != AVOW_RESULT_OK)
        return result;
    return avow_outcome_end(*outcome, run(avow_bytes(evidence, evidence_len), *outcome));
}
