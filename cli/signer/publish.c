/* Trying until it is done, or known not to be: each attempt starts from the log as it is, and first
 * looks whether the attempt before was accepted after all. */
#include "cli/signer/signer_inner.h"

#include "cli/signer/pending.h"

#include <sodium.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_S 60      /* for a log on which others publish */
#define LOST_PATIENCE_S 10 /* for a node that went away half way */
#define PAUSE_MS_MIN 4
#define PAUSE_MS_MAX 512
#define REMEMBER_S 86400 /* what a crashed call did is remembered for a day */

#define PROPOSALS_MAX 64

/* A text that this call has proposed and that may still be accepted. */
struct proposal {
    struct avow_pending_record record;
    int lock;
};

struct run {
    struct avow_signer *signer;
    const struct avow_publication *publication;
    struct avow_published *published;
    struct proposal *proposals;
    size_t count;
};

static void forget(struct run *run, size_t position)
{
    struct proposal *proposal = &run->proposals[position];
    avow_pending_remove(run->signer->cli, &proposal->record, proposal->lock);
    *proposal = run->proposals[--run->count];
}

/* All is decided. A record by which the same call finds what it did is kept until the person has
 * been told: see avow_published_told(). */
static void succeed(struct run *run, const struct avow_pending_record *record, int lock,
                    const struct avow_checkpoint *checkpoint)
{
    struct avow_published *published = run->published;
    published->base = record->base;
    published->checkpoint = *checkpoint;
    published->record = *record;
    published->lock = lock;
    while (run->count > 0) {
        if (strcmp(run->proposals[0].record.name, record->name) == 0)
            run->proposals[0] = run->proposals[--run->count];
        else
            forget(run, 0);
    }
    if (run->publication->request == NULL)
        avow_published_told(run->signer->cli, published);
}

void avow_published_told(const struct avow_cli *cli, struct avow_published *published)
{
    if (published->record.name[0] == '\0')
        return;
    (void)fflush(cli->out);
    avow_pending_remove(cli, &published->record, published->lock);
    published->record.name[0] = '\0';
    published->lock = -1;
}

/* The log was as it should be already. */
static void succeed_without(struct run *run, uint64_t base)
{
    const struct avow_pending_record none = {.base = base};
    succeed(run, &none, -1, &run->signer->proof->checkpoint);
}

/* ------------------------------------------------------------------ what was done before */

/* A text can be accepted only where its base is the log's end. Once the log has grown beyond, it is
 * in the log (`*accepted`) or never will be; before that it is not known: a proposal may be under
 * way. */
static int look_up(struct run *run, const struct avow_pending_record *record, bool *decided,
                   bool *accepted)
{
    *accepted = false;
    *decided = run->signer->proof->checkpoint.size > record->base;
    if (!*decided)
        return AVOW_EXIT_OK;
    return avow_signer_contains(run->signer, record->text.size, &record->text.root, accepted);
}

/* Sets `*done` if an earlier attempt's text was accepted, by whomever. */
static int look_back(struct run *run, bool *done)
{
    int status = AVOW_EXIT_OK;
    size_t position = 0;
    *done = false;
    while (position < run->count && status == AVOW_EXIT_OK && !*done) {
        bool decided;
        const struct proposal proposal = run->proposals[position];
        status = look_up(run, &proposal.record, &decided, done);
        if (status == AVOW_EXIT_OK && *done)
            succeed(run, &proposal.record, proposal.lock, &run->signer->proof->checkpoint);
        else if (status == AVOW_EXIT_OK && decided)
            forget(run, position);
        else
            position++;
    }
    return status;
}

/* The same for one that a crashed call has left; true in `*done` if it was the same request. What
 * is decided and need not be remembered is swept. */
static int look_at_left(struct run *run, const struct avow_pending_record *record, bool *done)
{
    static const struct avow_hash own_books = {{0}};
    const struct avow_hash *request = run->publication->request;
    bool decided, accepted;
    int status = look_up(run, record, &decided, &accepted);
    if (status != AVOW_EXIT_OK || !decided)
        return status;
    *done = accepted && request != NULL && avow_hash_equal(request, &record->request);
    if (*done)
        succeed(run, record, -1, &run->signer->proof->checkpoint);
    else if (!accepted || avow_hash_equal(&record->request, &own_books) ||
             record->made + REMEMBER_S < (uint64_t)time(NULL))
        avow_pending_remove(run->signer->cli, record, -1);
    return AVOW_EXIT_OK;
}

static int look_back_further(struct run *run, bool *done)
{
    struct avow_pending_record *records;
    size_t count;
    int status = avow_pending_list(run->signer->cli, &records, &count);
    *done = false;
    for (size_t i = 0; i < count && status == AVOW_EXIT_OK && !*done; i++) {
        if (!records[i].alive &&
            avow_hash_equal(&records[i].text.issuer, &run->signer->keys->issuer))
            status = look_at_left(run, &records[i], done);
    }
    free(records);
    run->published->before = *done;
    return status;
}

/* ------------------------------------------------------------------ one attempt */

/* What the draft says, as of now; of a new log, as of when an earlier call said it first. */
static int make_text(struct avow_signer *signer, struct avow_checkpoint *text)
{
    uint64_t at = avow_signer_time(signer);
    int status = signer->is_new ? avow_signer_held_time(signer, &at) : AVOW_EXIT_OK;
    if (status != AVOW_EXIT_OK)
        return status;
    enum avow_err err = avow_draft_checkpoint(signer->draft, at, text);
    return err == AVOW_OK
               ? AVOW_EXIT_OK
               : avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(err));
}

static int propose(struct run *run)
{
    struct avow_signer *signer = run->signer;
    struct avow_checkpoint text;
    int status = make_text(signer, &text);
    if (status != AVOW_EXIT_OK)
        return status;
    const struct avow_secret_key *secret;
    status = avow_signer_find_key(signer, &text, &secret);
    const struct avow_publication *publication = run->publication;
    struct proposal *proposal = &run->proposals[run->count];
    *proposal = (struct proposal){
        .record = {.base = avow_draft_base(signer->draft), .text = text},
        .lock = -1,
    };
    if (publication->request != NULL)
        proposal->record.request = *publication->request;
    if (status == AVOW_EXIT_OK && publication->before_hold != NULL)
        status = publication->before_hold(publication->context, proposal->record.base, &text);
    if (status == AVOW_EXIT_OK)
        status = avow_pending_create(signer->cli, &proposal->record, &proposal->lock);
    if (status != AVOW_EXIT_OK)
        return status;
    run->count++;
    const struct proposal proposed = *proposal;
    status = avow_signer_submit(signer, &text);
    if (status == AVOW_EXIT_OK)
        succeed(run, &proposed.record, proposed.lock, &text);
    return status;
}

static int begin_new(struct avow_signer *signer)
{
    avow_draft_free(&signer->draft);
    if (avow_draft_new(&signer->draft) == AVOW_OK)
        return AVOW_EXIT_OK;
    return avow_cli_fail(signer->cli, AVOW_EXIT_NEGATIVE, "out of memory");
}

/* Connected, and a draft on the log as it is; what is held is settled. For a new log that is done
 * by proposing it again: see make_text(). */
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
        succeed_without(run, 0);
        return AVOW_EXIT_OK;
    }
    status = run->publication->build(run->publication->context, signer);
    if (status != AVOW_EXIT_OK)
        return status;
    if (avow_draft_size(signer->draft) > avow_draft_base(signer->draft))
        return propose(run);
    succeed_without(run, avow_draft_base(signer->draft));
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
        return avow_cli_fail(signer->cli, AVOW_EXIT_UNKNOWN, "gave up after %d s: %s", PATIENCE_S,
                             signer->reason);
    if (run->count == 0)
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
        reached = reached || status == AVOW_SIGNER_AGAIN || run->count > 0;
        uint64_t patience = status == AVOW_SIGNER_AGAIN ? PATIENCE_S : LOST_PATIENCE_S;
        if (!reached || clock_s() - start > patience || run->count == PROPOSALS_MAX)
            return give_up(run, status);
        if (status == AVOW_SIGNER_LOST)
            avow_client_free(&run->signer->client);
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
    *published = (struct avow_published){.lock = -1};
    signer->is_new = is_new;
    signer->next_key = publication->next_key;
    signer->ends_held = publication->ends_held;
    signer->indices = publication->indices;
    signer->count = publication->count;
    struct proposal proposals[PROPOSALS_MAX];
    struct run run = {
        .signer = signer,
        .publication = publication,
        .published = published,
        .proposals = proposals,
    };
    int status = run_all(&run);
    /* What is not decided stays on record, for the next call to find. */
    for (size_t i = 0; i < run.count; i++) {
        if (proposals[i].lock >= 0)
            (void)close(proposals[i].lock);
    }
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

int avow_signer_question(struct avow_signer *signer, struct avow_message *question,
                         enum avow_message_type expected, struct avow_message *answer)
{
    uint64_t start = clock_s();
    int status = avow_signer_connect(signer);
    for (unsigned attempts = 0;; attempts++) {
        if (status == AVOW_EXIT_OK)
            status = avow_signer_ask(signer, question, expected, answer);
        if (status != AVOW_SIGNER_AGAIN || clock_s() - start > PATIENCE_S)
            break;
        pause_before(attempts);
        status = avow_signer_connect(signer);
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
