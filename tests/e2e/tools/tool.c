#include "tests/e2e/tools/tool.h"

#include "proto/codec/id.h"
#include "proto/codec/writer.h"
#include "proto/crypto/sha256.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void tool_die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fprintf(stderr, "%s: ", program_invocation_short_name);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    exit(1);
}

/* SplitMix64. */
uint64_t tool_random(uint64_t *state, uint64_t bound)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % bound;
}

uint64_t tool_number(const char *text)
{
    uint64_t value;
    if (avow_id_decimal_parse(avow_bytes_text(text), &value) != AVOW_ACCEPT)
        tool_die("%s is not a number", text);
    return value;
}

uint64_t tool_now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t tool_unix(void)
{
    return (uint64_t)time(NULL);
}

/* ---- keys ---- */

static void make_key(const char *seed, const char *name, struct avow_secret_key *secret,
                     struct avow_key *key)
{
    struct avow_bytes parts[] = {avow_bytes_text(seed), avow_bytes_text("/"),
                                 avow_bytes_text(name)};
    struct avow_hash hash = avow_sha256(parts, 3);
    avow_ed25519_from_seed(hash.bytes, secret, key);
}

void tool_keys_init(struct tool_keys *keys, const char *seed)
{
    struct avow_key next;
    make_key(seed, "root", &keys->root, &keys->root_key);
    make_key(seed, "sign", &keys->sign, &keys->sign_key);
    make_key(seed, "heartbeat", &keys->heartbeat, &keys->heartbeat_key);
    make_key(seed, "next root", NULL, &next);
    struct avow_bytes bytes = avow_bytes(next.bytes, sizeof(next.bytes));
    keys->next_root_digest = avow_sha256(&bytes, 1);
}

/* ---- entries ---- */

/* The later of now and the log's last time. */
static uint64_t time_for(const struct avow_draft *draft)
{
    uint64_t now = tool_unix(), last = avow_draft_state(draft)->time;
    return now > last ? now : last;
}

static void append(struct avow_draft *draft, const struct avow_entry *entry)
{
    struct avow_buf bytes;
    uint8_t storage[AVOW_ENTRY_BYTES_MAX];
    enum avow_reject reject = AVOW_ACCEPT;
    avow_buf_init_fixed(&bytes, storage, sizeof(storage));
    avow_entry_encode(&bytes, entry);
    enum avow_err err = avow_draft_append(draft, avow_buf_bytes(&bytes), &reject);
    if (bytes.err != AVOW_OK || err != AVOW_OK || reject != AVOW_ACCEPT)
        tool_die("cannot append a %s entry: %s", avow_kind_name(entry->kind),
                 err != AVOW_OK ? avow_err_text(err) : avow_reject_text(reject));
}

struct avow_hash tool_commitment(const char *seed, uint64_t number)
{
    uint8_t bytes[8];
    avow_put_u64be(bytes, number);
    struct avow_bytes parts[] = {avow_bytes_text(seed), avow_bytes(bytes, sizeof(bytes))};
    return avow_sha256(parts, 2);
}

void tool_append_issue(struct avow_draft *draft, uint64_t achievement,
                       const struct avow_hash *commitment)
{
    struct avow_entry entry = {.kind = AVOW_KIND_ISSUE, .t = time_for(draft)};
    entry.issue = (struct avow_issue){
        .achievement = achievement, .commitment = *commitment, .valid_from = entry.t};
    append(draft, &entry);
}

void tool_append_status(struct avow_draft *draft, uint64_t target, enum avow_status state,
                        enum avow_reason reason)
{
    enum avow_status now;
    struct avow_entry entry = {.kind = AVOW_KIND_STATUS, .t = time_for(draft)};
    entry.status = (struct avow_status_entry){.target = target, .state = state, .reason = reason};
    if (avow_draft_status(draft, target, &now, &entry.status.previous) != AVOW_OK)
        tool_die("the proof does not show the status of %llu", (unsigned long long)target);
    append(draft, &entry);
}

static void append_inception(struct tool_issuer *issuer, uint64_t t)
{
    struct avow_entry entry = {.kind = AVOW_KIND_INCEPTION, .t = t};
    entry.inception = (struct avow_inception){
        .name = avow_bytes_text(issuer->seed),
        .jurisdiction = avow_bytes_text("PT"),
        .website = avow_bytes_text("https://issuer.example/"),
        .root_key = issuer->keys.root_key,
        .next_root_digest = issuer->keys.next_root_digest,
        .signing_key = issuer->keys.sign_key,
        .has_heartbeat = true,
        .heartbeat_key = issuer->keys.heartbeat_key,
        .not_after = entry.t + AVOW_KEY_LIFE_MAX_S,
    };
    append(issuer->draft, &entry);
}

static void append_nodes(struct avow_draft *draft, const struct avow_key *home, const char *address)
{
    char id[AVOW_NODE_TEXT_MAX], text[AVOW_NODE_TEXT_MAX + 300];
    struct avow_buf list;
    uint8_t storage[sizeof(text) + 8];
    avow_id_node_text(home, id);
    (void)snprintf(text, sizeof(text), "%s@%s", id, address);
    avow_buf_init_fixed(&list, storage, sizeof(storage));
    avow_write_text(&list, avow_bytes_text(text));
    struct avow_entry entry = {.kind = AVOW_KIND_NODES, .t = time_for(draft)};
    entry.nodes = (struct avow_nodes){.count = 1, .list = avow_buf_bytes(&list), .home = *home};
    append(draft, &entry);
}

static void append_achievement(struct avow_draft *draft)
{
    static const uint8_t no_details[] = {0x80}; /* an empty map */
    struct avow_entry entry = {.kind = AVOW_KIND_ACHIEVEMENT, .t = time_for(draft)};
    entry.achievement = (struct avow_achievement){
        .code = avow_bytes_text("DA-101"),
        .title = avow_bytes_text("Data analysis"),
        .language = avow_bytes_text("en"),
        .details = avow_bytes(no_details, sizeof(no_details)),
    };
    append(draft, &entry);
}

static void begin(struct tool_issuer *issuer, const char *seed, uint64_t t)
{
    *issuer = (struct tool_issuer){.achievement = 2};
    (void)snprintf(issuer->seed, sizeof(issuer->seed), "%s", seed);
    tool_keys_init(&issuer->keys, seed);
    tool_expect(avow_draft_new(&issuer->draft) == AVOW_OK, "memory");
    append_inception(issuer, t);
}

/* The next entry of the root chain, signed into `signature`, which is the entry's. */
static void append_root(struct tool_issuer *issuer, const struct avow_entry *entry,
                        struct avow_signature *signature)
{
    const struct avow_state *state = avow_draft_state(issuer->draft);
    struct avow_hash before = avow_tree_root(&state->tree);
    struct avow_buf message;
    uint8_t storage[2 * AVOW_ROOT_ENTRY_BYTES_MAX];
    avow_buf_init_fixed(&message, storage, sizeof(storage));
    avow_entry_root_message(&message, entry, avow_chain_opening(&state->chain),
                            avow_draft_size(issuer->draft), &before);
    avow_ed25519_sign(&issuer->keys.root, avow_buf_bytes(&message), signature);
    append(issuer->draft, entry);
}

/* Right after inception, and for a second. */
static void append_claim(struct tool_issuer *issuer, const struct avow_key *claimed)
{
    struct avow_entry entry = {.kind = AVOW_KIND_KEY, .t = avow_draft_state(issuer->draft)->time};
    entry.key = (struct avow_key_entry){.action = AVOW_KEY_AUTHORISE,
                                        .use = AVOW_USE_HEARTBEAT,
                                        .key = *claimed,
                                        .not_after = entry.t + 1};
    append_root(issuer, &entry, &entry.key.signature);
}

void tool_append_name(struct tool_issuer *issuer, const char *name)
{
    struct avow_entry entry = {.kind = AVOW_KIND_IDENTITY, .t = time_for(issuer->draft)};
    entry.identity = (struct avow_identity){
        .name = avow_bytes_text(name),
        .jurisdiction = avow_bytes_text("PT"),
        .website = avow_bytes_text("https://issuer.example/"),
    };
    append_root(issuer, &entry, &entry.identity.signature);
}

void tool_append_recognition(struct avow_draft *draft, const struct avow_hash *subject,
                             enum avow_role role)
{
    static const uint8_t no_scope[] = {0x80}, no_rows[] = {0x90};
    struct avow_entry entry = {.kind = AVOW_KIND_RECOGNITION, .t = time_for(draft)};
    entry.recognition = (struct avow_recognition){
        .subject = *subject,
        .subject_name = avow_bytes_text("A body"),
        .role = role,
        .scope = avow_bytes(no_scope, sizeof(no_scope)),
        .equivalence = avow_bytes(no_rows, sizeof(no_rows)),
        .basis = avow_bytes_text("https://basis.example/"),
    };
    append(draft, &entry);
}

void tool_issuer_claim(struct tool_issuer *issuer, const char *seed, const struct avow_key *home,
                       const char *address)
{
    begin(issuer, seed, tool_unix() - 100);
    append_claim(issuer, home);
    append_nodes(issuer->draft, home, address);
    append_achievement(issuer->draft);
    issuer->id = avow_draft_state(issuer->draft)->chain.issuer;
}

void tool_issuer_init(struct tool_issuer *issuer, const char *seed, const struct avow_key *home,
                      const char *address)
{
    begin(issuer, seed, tool_unix());
    append_nodes(issuer->draft, home, address);
    append_achievement(issuer->draft);
    issuer->id = avow_draft_state(issuer->draft)->chain.issuer;
}

void tool_issuer_fini(struct tool_issuer *issuer)
{
    avow_draft_free(&issuer->draft);
}

/* ---- a submission ---- */

enum avow_err tool_prove_signer(struct avow_client *client, const struct avow_hash *issuer,
                                const struct tool_keys *keys, struct avow_message *answer)
{
    uint8_t proof[AVOW_SIGNER_MESSAGE_BYTES];
    struct avow_message message = {
        .type = AVOW_MESSAGE_SIGNER, .issuer = *issuer, .key = keys->sign_key};
    avow_message_signer_text(issuer, avow_client_handshake(client), proof);
    avow_ed25519_sign(&keys->sign, avow_bytes(proof, sizeof(proof)), &message.signature);
    return avow_client_ask(client, &message, AVOW_MESSAGE_DONE, answer);
}

/* Fills in a PROPOSE; its entries are in `entries`. */
static void make_propose(struct avow_message *message, struct avow_buf *entries,
                         const struct avow_draft *draft, const struct avow_checkpoint *text,
                         uint64_t from, uint64_t to)
{
    *message =
        (struct avow_message){.type = AVOW_MESSAGE_PROPOSE, .checkpoint = *text, .from = from};
    avow_buf_init(entries, AVOW_MESSAGE_BYTES_MAX);
    for (uint64_t i = from; i < to; i++)
        avow_write_bin(entries, avow_draft_entry(draft, i));
    message->entries.count = to - from;
    message->entries.items = avow_buf_bytes(entries);
    tool_expect(entries->err == AVOW_OK, "a batch that fits a message");
    tool_expect(avow_draft_consistency(draft, to, &message->path) == AVOW_OK, "a path");
}

enum avow_err tool_send_propose(struct avow_client *client, const struct avow_draft *draft,
                                const struct avow_checkpoint *text, uint64_t from, uint64_t to,
                                struct avow_message *message)
{
    struct avow_buf entries;
    make_propose(message, &entries, draft, text, from, to);
    enum avow_err err = avow_client_send(client, message);
    avow_buf_fini(&entries);
    return err;
}

enum avow_err tool_propose(struct avow_client *client, const struct avow_draft *draft,
                           const struct avow_checkpoint *text, uint64_t from, uint64_t to,
                           struct avow_message *answer)
{
    struct avow_buf entries;
    struct avow_message message;
    make_propose(&message, &entries, draft, text, from, to);
    enum avow_err err = avow_client_ask(client, &message, AVOW_MESSAGE_HELD, answer);
    avow_buf_fini(&entries);
    return err;
}

enum avow_err tool_sign(struct avow_client *client, struct avow_checkpoint *text,
                        const struct tool_keys *keys, struct avow_message *answer)
{
    avow_checkpoint_sign(text, &keys->sign);
    struct avow_message message = {.type = AVOW_MESSAGE_SIGN,
                                   .issuer = text->issuer,
                                   .size = text->size,
                                   .key = text->key,
                                   .signature = text->signature};
    enum avow_err err = avow_client_ask(client, &message, AVOW_MESSAGE_ACCEPTED, answer);
    if (err == AVOW_OK && !avow_checkpoint_same_text(&answer->checkpoint, text) &&
        answer->checkpoint.size <= text->size)
        tool_die("the node accepted another text than the one that was signed");
    return err;
}

void tool_submit(struct avow_client *client, const struct avow_draft *draft, uint64_t base,
                 const struct avow_hash *issuer, const struct tool_keys *keys)
{
    struct avow_message answer;
    struct avow_checkpoint text;
    tool_expect(avow_draft_checkpoint(draft, tool_unix(), &text) == AVOW_OK, "a checkpoint");
    enum avow_err err = tool_prove_signer(client, issuer, keys, &answer);
    if (err == AVOW_OK)
        err = tool_propose(client, draft, &text, base, avow_draft_size(draft), &answer);
    if (err == AVOW_OK && answer.whole == 0)
        tool_die("the node holds only a part of what it was given whole");
    if (err == AVOW_OK)
        err = tool_sign(client, &text, keys, &answer);
    if (err != AVOW_OK)
        tool_die("cannot submit: %s: %s", avow_err_text(err), avow_client_reason(client));
}

/* ---- the log as a node proves it ---- */

static void take_evidence(struct tool_view *view, const struct avow_hash *issuer,
                          struct avow_bytes evidence)
{
    enum avow_reject reject = AVOW_ACCEPT;
    avow_buf_append(&view->bytes, evidence.data, evidence.len);
    tool_expect(view->bytes.err == AVOW_OK, "memory");
    enum avow_err err = avow_evidence_check(avow_buf_bytes(&view->bytes), &view->evidence, &reject);
    if (err == AVOW_OK && reject == AVOW_ACCEPT) {
        view->proof = avow_evidence_log(&view->evidence, issuer);
        tool_expect(view->proof != NULL, "a proof of the log that was asked for");
        err = avow_draft_from_proof(view->proof, &view->draft, &reject);
    }
    if (err != AVOW_OK || reject != AVOW_ACCEPT)
        tool_die("a proof does not hold: %s",
                 err != AVOW_OK ? avow_err_text(err) : avow_reject_text(reject));
}

enum avow_err tool_view_fetch(struct tool_view *view, struct avow_client *client,
                              const struct avow_hash *issuer, uint64_t index,
                              struct avow_message *answer)
{
    struct avow_buf list;
    uint8_t storage[16];
    *view = (struct tool_view){0};
    avow_buf_init(&view->bytes, AVOW_EVIDENCE_BYTES_MAX);
    avow_buf_init_fixed(&list, storage, sizeof(storage));
    avow_write_uint(&list, index);
    struct avow_message question = {
        .type = AVOW_MESSAGE_PROVE, .issuer = *issuer, .flags = AVOW_PROVE_FOR_SIGNING};
    question.indices = (struct avow_list){.count = 1, .items = avow_buf_bytes(&list)};
    enum avow_err err = avow_client_ask(client, &question, AVOW_MESSAGE_EVIDENCE, answer);
    if (err == AVOW_OK)
        take_evidence(view, issuer, answer->evidence);
    return err;
}

void tool_view_fini(struct tool_view *view)
{
    avow_draft_free(&view->draft);
    avow_evidence_fini(&view->evidence);
    avow_buf_fini(&view->bytes);
    view->proof = NULL;
}

struct avow_client *tool_connect(const char *address)
{
    struct avow_client *client;
    char reason[AVOW_CLIENT_REASON_MAX];
    struct avow_client_config config = {.address = address, .role = AVOW_PEER_CLIENT};
    if (avow_client_connect(&config, &client, reason) != AVOW_OK)
        tool_die("%s", reason);
    return client;
}
