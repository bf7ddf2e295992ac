#include "node/loop/submit/rules.h"

#include "proto/codec/id.h"
#include "proto/log/evidence.h"

#include <stdio.h>

struct avow_no avow_no(enum avow_refusal code, uint64_t size, const char *text)
{
    struct avow_no no = {.code = code, .size = size};
    (void)snprintf(no.text, sizeof(no.text), "%s", text == NULL ? avow_refusal_text(code) : text);
    return no;
}

static const struct avow_no yes = {0};

/* The log and what is held of it, as far as there are any. */
struct scene {
    const struct avow_log *log; /* NULL: unknown here */
    bool has_held;
    struct avow_pending held;
};

static struct avow_no look(const struct avow_submit_facts *facts, const struct avow_hash *issuer,
                           struct scene *scene)
{
    *scene = (struct scene){0};
    enum avow_err err = avow_snapshot_log(facts->snapshot, issuer, &scene->log);
    if (err == AVOW_ERR_NOT_FOUND) {
        scene->log = NULL;
        err = AVOW_OK;
    }
    if (err == AVOW_OK)
        err = avow_snapshot_pending(facts->snapshot, issuer, &scene->held);
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return avow_no(AVOW_REFUSAL_BUSY, 0, NULL);
    scene->has_held = err == AVOW_OK && scene->held.held;
    return yes;
}

static uint64_t accepted_size(const struct scene *scene)
{
    return scene->log == NULL ? 0 : scene->log->checkpoint.size;
}

/* The key that the connection has proved, if it signs what comes after the accepted size. It is
 * asked about one entry more: of a closed log that is the custodian's, and not what signed the
 * closing checkpoint. */
static const struct avow_chain_key *sign_key(const struct avow_submit_facts *facts,
                                             const struct scene *scene)
{
    return scene->log == NULL ? NULL
                              : avow_chain_key(&scene->log->state.chain, facts->signer,
                                               AVOW_KEY_SIGN, scene->log->checkpoint.size + 1);
}

static bool in_force(const struct avow_submit_facts *facts, const struct scene *scene)
{
    const struct avow_chain_key *key = sign_key(facts, scene);
    return key != NULL && key->not_after >= facts->now;
}

/* Whether it is a sign key, however late it is now: whether it could sign what is held, the text's
 * own time tells. */
static bool is_sign_key(const struct avow_submit_facts *facts, const struct scene *scene)
{
    return sign_key(facts, scene) != NULL;
}

/* The key that a root entry brings to sign with. */
static bool introduces(const struct avow_entry *entry, const struct avow_key *signer)
{
    if (entry->kind == AVOW_KIND_INCEPTION)
        return avow_key_equal(&entry->inception.signing_key, signer);
    if (entry->kind == AVOW_KIND_ROOT_ROTATION)
        return avow_key_equal(&entry->rotation.signing_key, signer);
    return entry->kind == AVOW_KIND_KEY && entry->key.action == AVOW_KEY_AUTHORISE &&
           entry->key.use == AVOW_USE_SIGN && avow_key_equal(&entry->key.key, signer);
}

/* The batch's first entry: in the message, or in what is held already. False when it is nowhere. */
static bool first_entry(const struct avow_submit_facts *facts, const struct scene *scene,
                        const struct avow_message *propose, struct avow_entry *entry)
{
    struct avow_bytes bytes;
    uint64_t base = accepted_size(scene);
    struct avow_list entries = propose->entries;
    if (propose->from == base) {
        if (!avow_list_next_entry(&entries, &bytes))
            return false;
    } else if (!scene->has_held ||
               avow_snapshot_pending_entry(facts->snapshot, &propose->checkpoint.issuer, base,
                                           &bytes) != AVOW_OK) {
        return false;
    }
    return avow_entry_decode(bytes, entry) == AVOW_ACCEPT;
}

/* The root entry that a held text begins with, if it does. It holds its base against other root
 * entries too. */
static bool held_begins_root(const struct avow_submit_facts *facts, const struct scene *scene,
                             const struct avow_hash *issuer, struct avow_entry *entry)
{
    struct avow_bytes bytes;
    return scene->has_held &&
           avow_snapshot_pending_entry(facts->snapshot, issuer, scene->held.base, &bytes) ==
               AVOW_OK &&
           avow_entry_decode(bytes, entry) == AVOW_ACCEPT && avow_kind_is_root(entry->kind);
}

/* Names the home node, as the log's last nodes entry does. */
static struct avow_no not_home(const struct avow_submit_facts *facts, const struct scene *scene)
{
    struct avow_bytes bytes;
    struct avow_entry entry;
    struct avow_no no = avow_no(AVOW_REFUSAL_NOT_HOME, accepted_size(scene), "");
    if (!scene->log->state.has_home ||
        avow_snapshot_entry(facts->snapshot, scene->log, scene->log->state.nodes_index, &bytes) !=
            AVOW_OK ||
        avow_entry_decode(bytes, &entry) != AVOW_ACCEPT || entry.kind != AVOW_KIND_NODES)
        return no;
    struct avow_bytes list = entry.nodes.list, address;
    struct avow_key node;
    char id[AVOW_NODE_TEXT_MAX];
    if (avow_nodes_next(&list, &node, &address) && address.len < 256) {
        avow_id_node_text(&node, id);
        (void)snprintf(no.text, sizeof(no.text), "%s@%.*s", id, (int)address.len,
                       (const char *)address.data);
    }
    return no;
}

static bool is_home(const struct avow_submit_facts *facts, const struct scene *scene)
{
    return scene->log != NULL && scene->log->state.has_home &&
           avow_key_equal(&scene->log->state.home, facts->self);
}

/* A new text is held only by a node that knows where the log stands, and near its own time. */
static struct avow_no judge_new(const struct avow_submit_facts *facts, uint64_t time)
{
    if (!facts->ready)
        return avow_no(AVOW_REFUSAL_NOT_READY, 0, NULL);
    uint64_t apart = time > facts->now ? time - facts->now : facts->now - time;
    if (apart > AVOW_SUBMIT_CLOCK_S)
        return avow_no(AVOW_REFUSAL_CLOCK, facts->now, NULL);
    return yes;
}

struct avow_no avow_rules_propose(const struct avow_submit_facts *facts,
                                  const struct avow_message *propose, bool *replace)
{
    struct scene scene;
    struct avow_entry first = {.kind = AVOW_KIND_INERT_MIN}, held;
    *replace = false;
    if (facts->signer == NULL)
        return avow_no(AVOW_REFUSAL_NOT_SIGNER, 0, NULL);
    if (facts->wanted)
        return avow_no(AVOW_REFUSAL_BUSY, 0, "a newer state of this log is being fetched");
    struct avow_no no = look(facts, &propose->checkpoint.issuer, &scene);
    if (no.code != 0)
        return no;
    if (propose->entries.count == 0)
        return avow_no(AVOW_REFUSAL_INVALID, accepted_size(&scene), "a batch without entries");
    if (propose->from < accepted_size(&scene))
        return avow_no(AVOW_REFUSAL_MOVED_ON, accepted_size(&scene), NULL);
    bool has_first = first_entry(facts, &scene, propose, &first);
    bool begins_root = has_first && avow_kind_is_root(first.kind);
    if (scene.log == NULL && (!has_first || first.kind != AVOW_KIND_INCEPTION))
        return avow_no(AVOW_REFUSAL_UNKNOWN_LOG, 0, NULL);
    if (!in_force(facts, &scene) && !(begins_root && introduces(&first, facts->signer)))
        return avow_no(AVOW_REFUSAL_NOT_SIGNER, accepted_size(&scene), NULL);
    if (scene.log != NULL && !begins_root && !is_home(facts, &scene))
        return not_home(facts, &scene);
    *replace = begins_root && propose->from == accepted_size(&scene) && scene.has_held &&
               !held_begins_root(facts, &scene, &propose->checkpoint.issuer, &held);
    if (scene.has_held && avow_checkpoint_same_text(&scene.held.checkpoint, &propose->checkpoint))
        return yes;
    return judge_new(facts, propose->checkpoint.time);
}

struct avow_no avow_rules_sign(const struct avow_submit_facts *facts,
                               const struct avow_message *sign, struct avow_checkpoint *checkpoint,
                               bool *accepted)
{
    struct scene scene;
    struct avow_entry first;
    *accepted = false;
    if (facts->signer == NULL)
        return avow_no(AVOW_REFUSAL_NOT_SIGNER, 0, NULL);
    struct avow_no no = look(facts, &sign->issuer, &scene);
    if (no.code != 0)
        return no;
    if (scene.has_held && scene.held.size == sign->size && scene.held.checkpoint.size == sign->size)
        *checkpoint = scene.held.checkpoint;
    else if (scene.log != NULL && scene.log->checkpoint.size == sign->size)
        *checkpoint = scene.log->checkpoint;
    else if (scene.has_held)
        return avow_no(AVOW_REFUSAL_HELD, scene.held.size, "the held text is not of that size");
    else if (scene.log != NULL)
        return avow_no(AVOW_REFUSAL_MOVED_ON, scene.log->checkpoint.size, NULL);
    else
        return avow_no(AVOW_REFUSAL_UNKNOWN_LOG, 0, NULL);
    *accepted = avow_key_equal(&checkpoint->key, &sign->key) &&
                memcmp(&checkpoint->signature, &sign->signature, sizeof(sign->signature)) == 0;
    if (!*accepted && !is_sign_key(facts, &scene) &&
        !(held_begins_root(facts, &scene, &sign->issuer, &first) &&
          introduces(&first, facts->signer)))
        return avow_no(AVOW_REFUSAL_NOT_SIGNER, accepted_size(&scene), NULL);
    checkpoint->key = sign->key;
    checkpoint->signature = sign->signature;
    return yes;
}

struct avow_no avow_rules_withdraw(const struct avow_submit_facts *facts,
                                   const struct avow_hash *issuer)
{
    struct scene scene;
    struct avow_entry first;
    if (facts->signer == NULL)
        return avow_no(AVOW_REFUSAL_NOT_SIGNER, 0, NULL);
    struct avow_no no = look(facts, issuer, &scene);
    if (no.code != 0)
        return no;
    if (!scene.has_held)
        return scene.log == NULL ? avow_no(AVOW_REFUSAL_UNKNOWN_LOG, 0, NULL)
                                 : avow_no(AVOW_REFUSAL_MOVED_ON, accepted_size(&scene), NULL);
    bool whole = scene.held.size == scene.held.checkpoint.size;
    bool begins_root = held_begins_root(facts, &scene, issuer, &first);
    if (whole && !begins_root)
        return avow_no(AVOW_REFUSAL_HELD, scene.held.size,
                       "a whole text can be withdrawn only if it begins with a root entry");
    if (!in_force(facts, &scene) && !(begins_root && introduces(&first, facts->signer)))
        return avow_no(AVOW_REFUSAL_NOT_SIGNER, accepted_size(&scene), NULL);
    return yes;
}

struct avow_no avow_rules_heartbeat(const struct avow_submit_facts *facts,
                                    const struct avow_hash *issuer, const uint8_t seed[32])
{
    struct scene scene;
    struct avow_key heartbeat;
    if (facts->signer == NULL)
        return avow_no(AVOW_REFUSAL_NOT_SIGNER, 0, NULL);
    struct avow_no no = look(facts, issuer, &scene);
    if (no.code != 0)
        return no;
    if (scene.log == NULL)
        return avow_no(AVOW_REFUSAL_UNKNOWN_LOG, 0, NULL);
    if (!in_force(facts, &scene))
        return avow_no(AVOW_REFUSAL_NOT_SIGNER, accepted_size(&scene), NULL);
    if (!is_home(facts, &scene))
        return not_home(facts, &scene);
    avow_ed25519_from_seed(seed, NULL, &heartbeat); /* not before it is known who asks: it costs */
    if (avow_chain_key(&scene.log->state.chain, &heartbeat, AVOW_KEY_HEARTBEAT,
                       scene.log->checkpoint.size) == NULL)
        return avow_no(AVOW_REFUSAL_INVALID, 0, "not a heartbeat key of this log");
    return yes;
}
