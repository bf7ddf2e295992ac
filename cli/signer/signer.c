/* The signer's connection: to the home node, by its proved key. */
#include "cli/signer/signer_inner.h"

#include "cli/frame/ask.h"
#include "client/contains.h"

#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

static int out_of_memory(const struct avow_signer *signer)
{
    return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE, "out of memory");
}

/* ------------------------------------------------------------------ what went wrong */

int avow_signer_lost(struct avow_signer *signer, enum avow_err err)
{
    if (err == AVOW_ERR_NOMEM)
        return out_of_memory(signer);
    (void)snprintf(signer->reason, sizeof(signer->reason), "%s",
                   avow_client_reason(signer->client));
    if (err == AVOW_ERR_REJECTED || err == AVOW_ERR_TOO_LARGE)
        return avow_cli_fail(signer->cli, AVOW_EXIT_UNKNOWN, "%s", signer->reason);
    return AVOW_SIGNER_LOST;
}

/* Another node names the home node; it is followed once, and has to show that id. */
static int follow(struct avow_signer *signer, struct avow_bytes home)
{
    if (signer->followed || home.len == 0 || home.len >= sizeof(signer->address))
        return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE,
                             "%s is not the home node of this issuer; it is %.*s",
                             avow_client_address(signer->client), (int)home.len,
                             home.len > 0 ? (const char *)home.data : "");
    signer->followed = true;
    (void)snprintf(signer->address, sizeof(signer->address), "%.*s", (int)home.len,
                   (const char *)home.data);
    (void)snprintf(signer->reason, sizeof(signer->reason), "the home node is %s", signer->address);
    avow_client_free(&signer->client);
    return AVOW_SIGNER_AGAIN;
}

static int clock_differs(const struct avow_signer *signer, uint64_t theirs)
{
    long long ahead = (long long)time(NULL) - (long long)theirs;
    return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE,
                         "the clocks differ: this machine's is %lld s %s the home node's; set the "
                         "one that is wrong",
                         ahead < 0 ? -ahead : ahead, ahead < 0 ? "behind" : "ahead of");
}

static int not_signer(const struct avow_signer *signer)
{
    return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE,
                         "the key in %s/signing.key does not sign for this issuer any more; if "
                         "`avow issuer rotate-key` was cut short, run it again",
                         signer->cli->home);
}

int avow_signer_refused(struct avow_signer *signer, const struct avow_message *answer)
{
    const char *address = avow_client_address(signer->client);
    (void)snprintf(signer->reason, sizeof(signer->reason), "%s: %s", address,
                   avow_refusal_text(answer->code));
    switch (answer->code) {
    case AVOW_REFUSAL_MOVED_ON:
    case AVOW_REFUSAL_HELD:
    case AVOW_REFUSAL_BUSY:
    case AVOW_REFUSAL_NOT_READY:
        return AVOW_SIGNER_AGAIN;
    case AVOW_REFUSAL_SHUTDOWN:
        return AVOW_SIGNER_LOST;
    case AVOW_REFUSAL_NOT_HOME:
        return follow(signer, answer->text);
    case AVOW_REFUSAL_CLOCK:
        return clock_differs(signer, answer->size);
    case AVOW_REFUSAL_NOT_SIGNER:
        return not_signer(signer);
    case AVOW_REFUSAL_UNKNOWN_LOG:
        if (signer->is_new)
            return AVOW_SIGNER_NONE;
        return avow_cli_fail(signer->cli, AVOW_EXIT_UNKNOWN,
                             "the node at %s does not have this issuer's log", address);
    default:
        return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE, "%s refused: %s%s%.*s", address,
                             avow_refusal_text(answer->code), answer->text.len > 0 ? ": " : "",
                             (int)answer->text.len,
                             answer->text.len > 0 ? (const char *)answer->text.data : "");
    }
}

/* What the client's `err` means for the signer, with the node's `answer`. */
static int result_of(struct avow_signer *signer, enum avow_err err,
                     const struct avow_message *answer)
{
    if (err == AVOW_ERR_REFUSED)
        return avow_signer_refused(signer, answer);
    return err == AVOW_OK ? AVOW_EXIT_OK : avow_signer_lost(signer, err);
}

int avow_signer_ask(struct avow_signer *signer, struct avow_message *question,
                    enum avow_message_type expected, struct avow_message *answer)
{
    return result_of(signer, avow_client_ask(signer->client, question, expected, answer), answer);
}

int avow_signer_contains(struct avow_signer *signer, uint64_t size, const struct avow_hash *root,
                         bool *contained)
{
    struct avow_message answer;
    return result_of(
        signer,
        avow_contains(signer->client, &signer->proof->checkpoint, size, root, &answer, contained),
        &answer);
}

/* ------------------------------------------------------------------ connecting */

static int prove_self(struct avow_signer *signer)
{
    uint8_t message[AVOW_SIGNER_MESSAGE_BYTES];
    struct avow_message question = {
        .type = AVOW_MESSAGE_SIGNER,
        .issuer = signer->keys->issuer,
        .key = signer->keys->key,
    };
    struct avow_message answer;
    avow_message_signer_text(&signer->keys->issuer, avow_client_handshake(signer->client), message);
    avow_ed25519_sign(signer->keys->signing, avow_bytes(message, sizeof(message)),
                      &question.signature);
    return avow_signer_ask(signer, &question, AVOW_MESSAGE_DONE, &answer);
}

int avow_signer_connect(struct avow_signer *signer)
{
    if (signer->client != NULL)
        return AVOW_EXIT_OK;
    const struct avow_client_config config =
        avow_ask_config(signer->cli, signer->address, AVOW_PEER_CLIENT);
    enum avow_err err = avow_client_connect(&config, &signer->client, signer->reason);
    if (err == AVOW_ERR_INVALID)
        return avow_cli_fail(signer->cli, AVOW_EXIT_USAGE, "%s", signer->reason);
    if (err == AVOW_ERR_IO || err == AVOW_ERR_TIMEOUT || err == AVOW_ERR_CLOSED)
        return AVOW_SIGNER_LOST;
    if (err != AVOW_OK)
        return avow_cli_fail(signer->cli, AVOW_EXIT_UNKNOWN, "%s", signer->reason);
    return prove_self(signer);
}

void avow_signer_free(struct avow_signer **spent)
{
    struct avow_signer *signer = *spent;
    *spent = NULL;
    if (signer == NULL)
        return;
    avow_client_free(&signer->client);
    avow_draft_free(&signer->draft);
    avow_evidence_fini(&signer->evidence);
    avow_buf_fini(&signer->bytes);
    free(signer);
}

/* ------------------------------------------------------------------ for those who build */

struct avow_draft *avow_signer_draft(struct avow_signer *signer)
{
    return signer->draft;
}

const struct avow_cli *avow_signer_cli(const struct avow_signer *signer)
{
    return signer->cli;
}

uint64_t avow_signer_time(const struct avow_signer *signer)
{
    uint64_t now = (uint64_t)time(NULL);
    uint64_t last = avow_draft_state(signer->draft)->time;
    return now > last ? now : last;
}

bool avow_signer_entry(const struct avow_signer *signer, uint64_t index, struct avow_entry *entry)
{
    struct avow_bytes bytes;
    return signer->proof != NULL && avow_log_proof_entry(signer->proof, index, &bytes) &&
           avow_entry_decode(bytes, entry) == AVOW_ACCEPT;
}

int avow_signer_append(struct avow_signer *signer, const struct avow_entry *entry)
{
    uint8_t storage[AVOW_ENTRY_BYTES_MAX];
    struct avow_buf out;
    enum avow_reject reject = AVOW_ACCEPT;
    avow_buf_init_fixed(&out, storage, sizeof(storage));
    avow_entry_encode(&out, entry);
    if (out.err == AVOW_ERR_TOO_LARGE)
        return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE,
                             "too much text for one entry of a log: at most %d bytes",
                             AVOW_ENTRY_BYTES_MAX);
    enum avow_err err = avow_draft_append(signer->draft, avow_buf_bytes(&out), &reject);
    if (err == AVOW_ERR_NOT_FOUND)
        return avow_cli_fail(signer->cli, AVOW_EXIT_UNKNOWN,
                             "the node's proof lacks an entry that this one refers to");
    if (err != AVOW_OK)
        return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(err));
    if (reject == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE,
                         "the log's rules refuse this %s entry: %s", avow_kind_name(entry->kind),
                         avow_reject_text(reject));
}
