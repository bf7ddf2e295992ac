/* Logs from hostile entries. An input is a sequence of `command ‖ u16be length ‖ entry`; command
 *   0  the entry as it is
 *   1  a root entry, its signature replaced by one of the root key in force
 *   2  a root rotation, its new root replaced by the committed one, and signed by it
 * so that what only a key's owner can reach is reached with the verifier as it is. The log begins
 * with the inception of log_builder.c. Whatever comes: a refused entry changes nothing, and the
 * accepted ones give the same state when they are applied again or loaded from its stored form. */
#include "tests/support/log_builder.h"

#include "tests/fuzz/fuzz.h"

#include <stdio.h>

#define ENTRIES_MAX 64

static struct avow_hash digest_of(const struct avow_state *state)
{
    struct avow_buf out;
    avow_buf_init(&out, 1 << 20);
    avow_state_save(&out, state);
    avow_chain_save(&out, &state->chain);
    AVOW_ASSERT(out.err == AVOW_OK);
    struct avow_hash digest = avow_merkle_leaf_hash(avow_buf_bytes(&out));
    avow_buf_fini(&out);
    return digest;
}

/* Signs what can be signed; false if the entry is to be tried as it is. */
static bool sign(struct log_builder *log, uint8_t command, struct avow_entry *entry)
{
    if (!avow_kind_is_root(entry->kind) || entry->kind == AVOW_KIND_INCEPTION)
        return false;
    if (command == 2 && entry->kind == AVOW_KIND_ROOT_ROTATION) {
        entry->rotation.new_root = log->next_root.key;
        log_builder_sign(log, entry, &log->next_root);
        return true;
    }
    log_builder_sign(log, entry, &log->root);
    return true;
}

/* The keys that log_builder.c would have now, if the entry commits to them; else to nobody's. */
static void follow_keys(struct log_builder *log, const struct avow_entry *entry)
{
    if (entry->kind == AVOW_KIND_ROOT_ROTATION) {
        char name[32];
        (void)snprintf(name, sizeof(name), "root %u", log->roots++);
        log->root = log->next_root;
        log->next_root = log_builder_key(log, name);
    }
    if (entry->kind == AVOW_KIND_CLOSURE)
        log->next_root = log_builder_key(log, "custodian root");
}

static void try_one(struct log_builder *log, uint8_t command, struct avow_bytes bytes)
{
    struct avow_entry entry;
    struct avow_hash before = digest_of(&log->state);
    uint64_t size = log->state.tree.size;
    enum avow_reject reject;
    bool is_whole = avow_entry_decode(bytes, &entry) == AVOW_ACCEPT;
    if (command != 0 && is_whole && sign(log, command, &entry))
        reject = log_builder_try(log, &entry);
    else
        reject = log_builder_try_bytes(log, bytes);
    if (reject == AVOW_ACCEPT) {
        AVOW_ASSERT(is_whole && log->state.tree.size == size + 1);
        follow_keys(log, &entry);
        return;
    }
    struct avow_hash after = digest_of(&log->state);
    AVOW_ASSERT(avow_hash_equal(&before, &after));
}

static void check_again(const struct log_builder *log)
{
    struct log_builder again;
    struct avow_buf saved;
    struct avow_chain chain;
    enum avow_reject reject;
    log_builder_copy(&again, log, log->count);
    struct avow_hash a = digest_of(&log->state);
    struct avow_hash b = digest_of(&again.state);
    AVOW_ASSERT(avow_hash_equal(&a, &b));
    avow_buf_init(&saved, 1 << 20);
    avow_chain_save(&saved, &log->state.chain);
    avow_chain_init(&chain);
    AVOW_ASSERT(avow_chain_load(&chain, avow_buf_bytes(&saved), &reject) == AVOW_OK);
    AVOW_ASSERT(reject == AVOW_ACCEPT);
    AVOW_ASSERT(avow_chain_compare(&chain, &log->state.chain) == AVOW_CHAIN_SAME);
    avow_chain_fini(&chain);
    avow_buf_fini(&saved);
    log_builder_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct log_builder log;
    log_builder_start(&log, "fuzz");
    for (size_t i = 0; i < ENTRIES_MAX && size >= 3; i++) {
        size_t len = avow_get_u16be(data + 1);
        if (len > size - 3)
            len = size - 3;
        try_one(&log, data[0] % 3, avow_bytes(data + 3, len));
        data += 3 + len;
        size -= 3 + len;
    }
    check_again(&log);
    log_builder_fini(&log);
    return 0;
}
