/* Trying until it is done, or known not to be: each attempt starts from the log as it is, and first
 * looks whether the attempt before was accepted after all. */
#include "cli/signer_internal.h"

#include "cli/pending.h"

#include <sodium.h>
#include <stdlib.h>
#include <time.h>

#define PATIENCE_S 60      /* for a log on which others publish */
#define LOST_PATIENCE_S 10 /* for a node that went away half way */
#define PAUSE_MS_MIN 4
#define PAUSE_MS_MAX 512
#define REMEMBER_S 86400 /* what a crashed call did is remembered for a day */

struct run {
    struct avow_signer *signer;
    const struct avow_publication *publication;
    struct avow_published *published;
    struct avow_pending_record record; /* of the last proposal; `name` is empty without one */
    int lock;
};

static void forget(struct run *run)
{
    if (run->record.name[0] == '\0')
        return;
    avow_pending_remove(run->signer->cli, &run->record, run->lock);
    run->record.name[0] = '\0';
    run->lock = -1;
    run->signer->proposed = NULL;
}

static void succeed(struct run *run, uint64_t base, const struct avow_checkpoint *checkpoint)
{
    run->published->base = base;
    run->published->checkpoint = *checkpoint;
}

/* ------------------------------------------------------------------ what was done before */

/* Sets `*done` if the last attempt's text was accepted, by whomever. */
static int look_back(struct run *run, bool *done)
{
    *done = false;
    if (run->record.name[0] == '\0')
        return AVOW_EXIT_OK;
    const struct avow_checkpoint *text = &run->record.text;
    int status = avow_signer_contains(run->signer, text->size, &text->root, done);
    if (status == AVOW_EXIT_OK && *done)
        succeed(run, run->record.base, &run->signer->proof->checkpoint);
    if (status == AVOW_EXIT_OK)
        forget(run);
    return status;
}

/* The same for a crashed call of the same request; others' records that can no longer come true are
 * swept. */
static int look_back_further(struct run *run, bool *done)
{
    struct avow_pending_record *records;
    size_t count;
    uint64_t now = (uint64_t)time(NULL);
    const struct avow_hash *request = run->publication->request;
    static const struct avow_hash own_books = {{0}};
    int status = avow_pending_list(run->signer->cli, &records, &count);
    *done = false;
    for (size_t i = 0; i < count && status == AVOW_EXIT_OK && !*done; i++) {
        const struct avow_checkpoint *text = &records[i].text;
        bool mine = request != NULL && avow_hash_equal(request, &records[i].request);
        bool accepted = false;
        if (records[i].alive || !avow_hash_equal(&text->issuer, &run->signer->keys->issuer))
            continue;
        status = avow_signer_contains(run->signer, text->size, &text->root, &accepted);
        if (status != AVOW_EXIT_OK)
            break;
        *done = accepted && mine;
        if (*done)
            succeed(run, records[i].base, &run->signer->proof->checkpoint);
        if (*done || !accepted || avow_hash_equal(&records[i].request, &own_books) ||
            records[i].made + REMEMBER_S < now)
            avow_pending_remove(run->signer->cli, &records[i], -1);
    }
    free(records);
    run->published->before = *done;
    return status;
}

/* ------------------------------------------------------------------ one attempt */

static int check_key(const struct avow_signer *signer, struct avow_checkpoint text)
{
    memcpy(text.key.bytes, signer->secret->bytes + 32, sizeof(text.key.bytes));
    const struct avow_chain *chain = &avow_draft_state(signer->draft)->chain;
    enum avow_reject reject = avow_checkpoint_judge_key(&text, chain);
    if (reject == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE,
                         "the signing key cannot sign this log now: %s; `avow issuer rotate-key` "
                         "makes a new one",
                         avow_reject_text(reject));
}

static int propose(struct run *run)
{
    struct avow_signer *signer = run->signer;
    struct avow_checkpoint text;
    enum avow_err err = avow_draft_checkpoint(signer->draft, avow_signer_time(signer), &text);
    if (err != AVOW_OK)
        return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(err));
    int status = check_key(signer, text);
    const struct avow_publication *publication = run->publication;
    run->record = (struct avow_pending_record){
        .base = avow_draft_base(signer->draft),
        .text = text,
    };
    if (publication->request != NULL)
        run->record.request = *publication->request;
    if (status == AVOW_EXIT_OK && publication->before_hold != NULL)
        status = publication->before_hold(publication->context, run->record.base, &text);
    if (status == AVOW_EXIT_OK)
        status = avow_pending_create(signer->cli, &run->record, &run->lock);
    if (status != AVOW_EXIT_OK) {
        run->record.name[0] = '\0';
        return status;
    }
    signer->proposed = &run->record.text;
    status = avow_signer_submit(signer, &text);
    if (status == AVOW_EXIT_OK) {
        succeed(run, run->record.base, &text);
        forget(run);
    }
    return status;
}

static int begin_new(struct avow_signer *signer)
{
    avow_draft_free(&signer->draft);
    if (avow_draft_new(&signer->draft) == AVOW_OK)
        return AVOW_EXIT_OK;
    return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE, "out of memory");
}

/* Connected, and a draft on the log as it is; what is held is settled, or for a new log replaced.
 */
static int begin(struct avow_signer *signer)
{
    int status = avow_signer_connect(signer);
    if (status == AVOW_EXIT_OK && !signer->is_new)
        status = avow_signer_settle(signer);
    if (status == AVOW_EXIT_OK)
        status = avow_signer_fetch(signer, signer->indices, signer->count);
    return status == AVOW_SIGNER_NONE ? begin_new(signer) : status;
}

static int attempt(struct run *run)
{
    struct avow_signer *signer = run->signer;
    bool done = false;
    int status = begin(signer);
    if (status == AVOW_EXIT_OK && signer->proof != NULL)
        status = look_back(run, &done);
    if (status == AVOW_EXIT_OK && signer->proof != NULL && !done)
        status = look_back_further(run, &done);
    if (status != AVOW_EXIT_OK || done)
        return status;
    if (signer->is_new && signer->proof != NULL) { /* an inception is its own request */
        run->published->before = true;
        succeed(run, 0, &signer->proof->checkpoint);
        return AVOW_EXIT_OK;
    }
    forget(run);
    status = run->publication->build(run->publication->context, signer);
    if (status != AVOW_EXIT_OK)
        return status;
    if (avow_draft_size(signer->draft) > avow_draft_base(signer->draft))
        return propose(run);
    succeed(run, avow_draft_base(signer->draft), &signer->proof->checkpoint);
    return AVOW_EXIT_OK;
}

/* ------------------------------------------------------------------ all attempts */

static void pause_before(unsigned attempts)
{
    uint32_t most = (uint32_t)PAUSE_MS_MIN << (attempts < 7 ? attempts : 7);
    uint32_t ms = PAUSE_MS_MIN + randombytes_uniform(most < PAUSE_MS_MAX ? most : PAUSE_MS_MAX);
    const struct timespec pause = {.tv_nsec = (long)ms * 1000000L};
    (void)nanosleep(&pause, NULL);
}

static uint64_t clock_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec;
}

static int give_up(struct run *run, int status)
{
    struct avow_signer *signer = run->signer;
    if (status == AVOW_SIGNER_AGAIN)
        return avow_cli_fail(signer->cli, AVOW_EXIT_UNKNOWN,
                             "gave up after %d s (%s); nothing was published by this call",
                             PATIENCE_S, signer->reason);
    if (run->record.name[0] == '\0')
        return avow_cli_fail(signer->cli, AVOW_EXIT_UNKNOWN, "%s", signer->reason);
    return avow_cli_fail(signer->cli, AVOW_EXIT_UNKNOWN,
                         "%s; it is not known whether the records are in the log: run the same "
                         "command again, it completes them and repeats nothing",
                         signer->reason);
}

static int run_all(struct run *run)
{
    uint64_t start = clock_s();
    bool reached = false;
    for (unsigned attempts = 0;; attempts++) {
        int status = attempt(run);
        if (status >= 0)
            return status;
        reached = reached || status == AVOW_SIGNER_AGAIN || run->record.name[0] != '\0';
        uint64_t patience = status == AVOW_SIGNER_AGAIN ? PATIENCE_S : LOST_PATIENCE_S;
        if (!reached || clock_s() - start > patience)
            return give_up(run, status);
        if (status == AVOW_SIGNER_LOST)
            avow_signer_disconnect(run->signer);
        pause_before(attempts);
    }
}

static struct avow_signer *signer_new(const struct avow_cli *cli,
                                      const struct avow_identity_keys *keys)
{
    struct avow_signer *signer = calloc(1, sizeof(*signer));
    if (signer == NULL) {
        (void)avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
        return NULL;
    }
    signer->cli = cli;
    signer->keys = keys;
    signer->secret = keys->signing;
    (void)snprintf(signer->address, sizeof(signer->address), "%s", cli->node);
    avow_buf_init(&signer->bytes, AVOW_EVIDENCE_BYTES_MAX);
    return signer;
}

static int publish(const struct avow_cli *cli, const struct avow_identity_keys *keys,
                   const struct avow_publication *publication, bool is_new,
                   struct avow_published *published)
{
    struct avow_signer *signer = signer_new(cli, keys);
    if (signer == NULL)
        return AVOW_EXIT_NEGATIVE;
    *published = (struct avow_published){0};
    signer->is_new = is_new;
    signer->indices = publication->indices;
    signer->count = publication->count;
    struct run run = {
        .signer = signer, .publication = publication, .published = published, .lock = -1};
    int status = run_all(&run);
    avow_signer_free(&signer);
    return status;
}

int avow_publish(const struct avow_cli *cli, const struct avow_identity_keys *keys,
                 const struct avow_publication *publication, struct avow_published *published)
{
    return publish(cli, keys, publication, false, published);
}

int avow_publish_new(const struct avow_cli *cli, const struct avow_identity_keys *keys,
                     const struct avow_publication *publication, struct avow_published *published)
{
    return publish(cli, keys, publication, true, published);
}

/* Begins until nobody is faster. */
static int begin_patiently(struct avow_signer *signer)
{
    uint64_t start = clock_s();
    int status = begin(signer);
    for (unsigned attempts = 0; status == AVOW_SIGNER_AGAIN && clock_s() - start < PATIENCE_S;
         attempts++) {
        pause_before(attempts);
        status = begin(signer);
    }
    return status < 0 ? avow_cli_fail(signer->cli, AVOW_EXIT_UNKNOWN, "%s", signer->reason)
                      : status;
}

int avow_signer_open(const struct avow_cli *cli, const struct avow_identity_keys *keys,
                     const uint64_t *indices, size_t count, struct avow_signer **out)
{
    struct avow_signer *signer = signer_new(cli, keys);
    *out = NULL;
    if (signer == NULL)
        return AVOW_EXIT_NEGATIVE;
    signer->indices = indices;
    signer->count = count;
    int status = begin_patiently(signer);
    if (status == AVOW_EXIT_OK)
        *out = signer;
    else
        avow_signer_free(&signer);
    return status;
}

int avow_signer_take_over(const struct avow_cli *cli, const struct avow_identity_keys *keys,
                          enum avow_take_over how)
{
    struct avow_signer *signer = signer_new(cli, keys);
    if (signer == NULL)
        return AVOW_EXIT_NEGATIVE;
    signer->take_over = how;
    int status = begin_patiently(signer);
    avow_signer_free(&signer);
    return status;
}
