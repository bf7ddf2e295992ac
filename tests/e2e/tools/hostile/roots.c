/* Logs that are nothing but root entries, each of which costs whoever applies it four checks of
 * keys and signatures: proposed all at once, then signed. */
#include "tests/e2e/tools/hostile/hostile.h"

#include "proto/codec/writer.h"
#include "proto/crypto/sha256.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define ROTATIONS (AVOW_ROOT_ENTRIES_MAX - 1)

struct root_pair {
    struct avow_secret_key secret;
    struct avow_key key;
};

/* One log on its way. */
struct root_log {
    struct avow_draft *draft;
    struct root_pair sign; /* in force at the end */
    struct avow_checkpoint text;
};

static uint32_t run; /* no two runs make the same logs */

static struct root_pair pair_of(uint64_t log, unsigned number, char kind)
{
    char seed[64];
    struct root_pair pair;
    (void)snprintf(seed, sizeof(seed), "%u %c %llu %u", (unsigned)run, kind,
                   (unsigned long long)log, number);
    struct avow_bytes bytes = avow_bytes_text(seed);
    struct avow_hash hash = avow_sha256(&bytes, 1);
    avow_ed25519_from_seed(hash.bytes, &pair.secret, &pair.key);
    return pair;
}

static struct avow_hash digest_of(const struct root_pair *pair)
{
    struct avow_bytes bytes = avow_bytes(pair->key.bytes, sizeof(pair->key.bytes));
    return avow_sha256(&bytes, 1);
}

static void append(struct avow_draft *draft, const struct avow_entry *entry)
{
    struct avow_buf bytes;
    uint8_t storage[AVOW_ROOT_ENTRY_BYTES_MAX];
    enum avow_reject reject = AVOW_ACCEPT;
    avow_buf_init_fixed(&bytes, storage, sizeof(storage));
    avow_entry_encode(&bytes, entry);
    tool_expect(avow_draft_append(draft, avow_buf_bytes(&bytes), &reject) == AVOW_OK &&
                    reject == AVOW_ACCEPT,
                "a root entry");
}

static void rotate(struct avow_draft *draft, const struct root_pair *root,
                   const struct root_pair *next, const struct root_pair *sign)
{
    const struct avow_state *state = avow_draft_state(draft);
    struct avow_entry entry = {.kind = AVOW_KIND_ROOT_ROTATION, .t = state->time};
    entry.rotation = (struct avow_root_rotation){.new_root = root->key,
                                                 .next_root_digest = digest_of(next),
                                                 .signing_key = sign->key,
                                                 .not_after = entry.t + AVOW_KEY_LIFE_MAX_S};
    struct avow_hash before = avow_tree_root(&state->tree);
    struct avow_buf message;
    uint8_t storage[2 * AVOW_ROOT_ENTRY_BYTES_MAX];
    avow_buf_init_fixed(&message, storage, sizeof(storage));
    avow_entry_root_message(&message, &entry, avow_chain_opening(&state->chain), state->tree.size,
                            &before);
    avow_ed25519_sign(&root->secret, avow_buf_bytes(&message), &entry.rotation.signature);
    append(draft, &entry);
}

static void make_log(struct root_log *log, uint64_t number)
{
    struct root_pair root = pair_of(number, 0, 'r'), next = pair_of(number, 1, 'r');
    struct avow_entry entry = {.kind = AVOW_KIND_INCEPTION, .t = tool_unix()};
    log->sign = pair_of(number, 0, 's');
    entry.inception = (struct avow_inception){.name = avow_bytes_text("roots"),
                                              .jurisdiction = avow_bytes_text("PT"),
                                              .website = avow_bytes_text("https://r.example/"),
                                              .root_key = root.key,
                                              .next_root_digest = digest_of(&next),
                                              .signing_key = log->sign.key,
                                              .not_after = entry.t + AVOW_KEY_LIFE_MAX_S};
    tool_expect(avow_draft_new(&log->draft) == AVOW_OK, "memory");
    append(log->draft, &entry);
    for (unsigned i = 1; i <= ROTATIONS; i++) {
        root = next;
        next = pair_of(number, i + 1, 'r');
        log->sign = pair_of(number, i, 's');
        rotate(log->draft, &root, &next, &log->sign);
    }
    tool_expect(avow_draft_checkpoint(log->draft, tool_unix(), &log->text) == AVOW_OK, "a text");
}

/* ---- what is said of it ---- */

/* A batch's signer is the key that its first entry brings. */
static void prove(struct peer *peer, const struct root_log *log, uint64_t number)
{
    struct root_pair first = pair_of(number, 0, 's');
    uint8_t proof[AVOW_SIGNER_MESSAGE_BYTES];
    struct avow_message message = {.type = AVOW_MESSAGE_SIGNER,
                                   .request = number + 1,
                                   .issuer = log->text.issuer,
                                   .key = first.key};
    avow_message_signer_text(&message.issuer, avow_channel_handshake_hash(&peer->channel), proof);
    avow_ed25519_sign(&first.secret, avow_bytes(proof, sizeof(proof)), &message.signature);
    peer_say(peer, &message);
}

static void propose(struct peer *peer, const struct root_log *log, uint64_t number)
{
    struct avow_message message = {
        .type = AVOW_MESSAGE_PROPOSE, .request = number + 1, .checkpoint = log->text};
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf entries;
    avow_buf_init(&entries, AVOW_MESSAGE_BYTES_MAX);
    for (uint64_t i = 0; i < log->text.size; i++)
        avow_write_bin(&entries, avow_draft_entry(log->draft, i));
    message.entries =
        (struct avow_list){.count = log->text.size, .items = avow_buf_bytes(&entries)};
    peer_say(peer, &message);
}

static void sign(struct peer *peer, struct root_log *log, uint64_t number)
{
    avow_checkpoint_sign(&log->text, &log->sign.secret);
    struct avow_message message = {.type = AVOW_MESSAGE_SIGN,
                                   .request = number + 1,
                                   .issuer = log->text.issuer,
                                   .size = log->text.size,
                                   .key = log->text.key,
                                   .signature = log->text.signature};
    peer_say(peer, &message);
}

/* ---- all at once ---- */

#define LOGS_A_PEER 8 /* a connection proves a key of no more */

struct roots {
    struct root_log *logs;
    struct peer **peers;
    uint64_t count, peer_count;
};

static void open_all(struct roots *roots)
{
    for (uint64_t p = 0; p < roots->peer_count; p++) {
        roots->peers[p] = peer_meet(AVOW_PEER_CLIENT);
        for (uint64_t i = p * LOGS_A_PEER; i < roots->count && i < (p + 1) * LOGS_A_PEER; i++)
            prove(roots->peers[p], &roots->logs[i], i);
        for (uint64_t i = p * LOGS_A_PEER; i < roots->count && i < (p + 1) * LOGS_A_PEER; i++)
            propose(roots->peers[p], &roots->logs[i], i);
        peer_flush(roots->peers[p]);
    }
}

/* Signs what is held, until each of the peer's logs is accepted or refused. */
static uint64_t finish(struct roots *roots, uint64_t p)
{
    uint64_t first = p * LOGS_A_PEER, accepted = 0, ended = 0;
    uint64_t count = roots->count - first < LOGS_A_PEER ? roots->count - first : LOGS_A_PEER;
    struct avow_message message;
    while (ended < count && peer_next(roots->peers[p], &message)) {
        uint64_t number = message.request - 1;
        if (message.type == AVOW_MESSAGE_HELD && number < roots->count)
            sign(roots->peers[p], &roots->logs[number], number);
        accepted += message.type == AVOW_MESSAGE_ACCEPTED ? 1 : 0;
        ended += message.type == AVOW_MESSAGE_ACCEPTED || message.type == AVOW_MESSAGE_REFUSED;
    }
    peer_leave(&roots->peers[p]);
    return accepted;
}

uint64_t attack_roots(uint64_t count)
{
    struct roots roots = {.count = count, .peer_count = (count + LOGS_A_PEER - 1) / LOGS_A_PEER};
    uint64_t accepted = 0;
    run = randombytes_random();
    roots.logs = calloc(count, sizeof(*roots.logs));
    roots.peers = calloc(roots.peer_count, sizeof(struct peer *));
    tool_expect(roots.logs != NULL && roots.peers != NULL, "memory");
    for (uint64_t i = 0; i < count; i++)
        make_log(&roots.logs[i], i);
    (void)fprintf(stderr, "%llu logs are made\n", (unsigned long long)count);
    open_all(&roots);
    for (uint64_t p = 0; p < roots.peer_count; p++)
        accepted += finish(&roots, p);
    for (uint64_t i = 0; i < count; i++)
        avow_draft_free(&roots.logs[i].draft);
    free(roots.peers);
    free(roots.logs);
    return accepted;
}
