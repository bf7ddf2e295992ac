#include "cli/issuer/own_log_summary.h"

#include "cli/frame/ask.h"
#include "cli/frame/term.h"
#include "cli/home/home.h"
#include "client/walk.h"
#include "proto/codec/base58.h"
#include "proto/codec/id.h"

static bool count_entry(void *context, uint64_t index, struct avow_bytes bytes)
{
    struct avow_outlook *outlook = context;
    struct avow_entry entry;
    if (avow_entry_decode(bytes, &entry) == AVOW_ACCEPT && entry.kind == AVOW_KIND_ISSUE) {
        outlook->credentials++;
        outlook->last_credential = index;
    }
    return true;
}

int avow_outlook_open(const struct avow_cli *cli, struct avow_outlook *outlook)
{
    struct avow_hash issuer;
    *outlook = (struct avow_outlook){.cli = cli};
    int status = avow_home_issuer(cli, &issuer);
    if (status == AVOW_EXIT_OK)
        status = avow_own_log_open(cli, &issuer, NULL, 0, &outlook->log);
    if (status != AVOW_EXIT_OK)
        return status;
    outlook->chain = &outlook->log.proof->chain;
    outlook->size = outlook->log.proof->checkpoint.size;
    outlook->counted = outlook->size <= AVOW_OUTLOOK_COUNT_MAX;
    return outlook->counted ? avow_ask_walk(cli, outlook->log.client,
                                            &outlook->log.proof->checkpoint, count_entry, outlook)
                            : AVOW_EXIT_OK;
}

void avow_outlook_fini(struct avow_outlook *outlook)
{
    avow_own_log_fini(&outlook->log);
    outlook->chain = NULL;
}

void avow_outlook_tell_log(const struct avow_outlook *outlook)
{
    char id[AVOW_ISSUER_TEXT_MAX];
    const struct avow_chain_names names = avow_chain_names(outlook->chain, AVOW_NEVER);
    const unsigned long long size = outlook->size;
    avow_id_issuer_text(&outlook->chain->issuer, id);
    if (!outlook->counted)
        avow_cli_note(outlook->cli, "%.*s, %s: %llu entries.", (int)names.name.len,
                      (const char *)names.name.data, id, size);
    else if (outlook->credentials == 0)
        avow_cli_note(outlook->cli, "%.*s, %s: %llu entries, no credential.", (int)names.name.len,
                      (const char *)names.name.data, id, size);
    else
        avow_cli_note(outlook->cli, "%.*s, %s: %llu entries, %llu credential%s, the last at %llu.",
                      (int)names.name.len, (const char *)names.name.data, id, size,
                      (unsigned long long)outlook->credentials,
                      outlook->credentials == 1 ? "" : "s",
                      (unsigned long long)outlook->last_credential);
}

static const char *what_it_is(enum avow_key_kind kind)
{
    switch (kind) {
    case AVOW_KEY_ROOT:
        return "root key";
    case AVOW_KEY_SIGN:
        return "signing key";
    case AVOW_KEY_HEARTBEAT:
        return "heartbeat key";
    }
    return "key";
}

void avow_outlook_tell_ending(const struct avow_outlook *outlook, enum avow_key_kind kind)
{
    for (size_t i = 0; i < outlook->chain->key_count; i++) {
        const struct avow_chain_key *key = &outlook->chain->keys[i];
        char public[AVOW_MULTIKEY_TEXT_MAX];
        if (key->kind != kind || key->until != AVOW_NEVER)
            continue;
        avow_multibase_key_text(&key->key, public);
        avow_cli_note(outlook->cli, "- The %s %s ends at entry %llu.", what_it_is(kind), public,
                      (unsigned long long)outlook->size);
    }
}

void avow_outlook_tell_accepted(const struct avow_cli *cli,
                                const struct avow_checkpoint *checkpoint)
{
    char signed_at[AVOW_TERM_TIME_MAX];
    avow_term_time(checkpoint->time, signed_at);
    avow_cli_note(cli, "Accepted: the log has %llu entries, epoch %u, signed %s.",
                  (unsigned long long)checkpoint->size, checkpoint->epoch, signed_at);
}
