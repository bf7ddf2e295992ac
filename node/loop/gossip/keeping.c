#include "node/loop/gossip/keeping.h"

#include <stdlib.h>

struct keeping {
    struct avow_pool_work work;
    struct avow_keeping_config config;
    uint64_t token;
    struct avow_hash issuer;
    struct avow_chain held;
    struct avow_keep *keep;
    enum avow_err err;
    enum avow_reject reject;
};

static void keeping_free(struct keeping *keeping)
{
    avow_keep_free(&keeping->keep);
    avow_chain_fini(&keeping->held);
    free(keeping);
}

static void tell(struct keeping *keeping, const struct avow_core_stored *stored)
{
    struct avow_core_event event = {.type = AVOW_CORE_STORED,
                                    .token = keeping->token,
                                    .issuer = keeping->issuer,
                                    .stored = *stored};
    avow_keeping_done *done = keeping->config.done;
    void *context = keeping->config.context;
    keeping_free(keeping);
    done(context, &event);
}

/* ---- on the pool ---- */

static void read_chain(struct keeping *keeping)
{
    struct avow_keep *keep = keeping->keep;
    struct avow_buf list;
    avow_buf_init(&list, AVOW_MESSAGE_BYTES_MAX);
    avow_list_write(&list, &keep->list);
    keeping->err = list.err;
    if (keeping->err == AVOW_OK)
        keeping->err = avow_evidence_chain_of_list(avow_buf_bytes(&list), &keep->checkpoint,
                                                   avow_checks_verifying(keeping->config.checks),
                                                   &keep->chain, &keeping->reject);
    if (keeping->err == AVOW_OK &&
        keeping->reject == AVOW_ACCEPT) { /* a chain is kept as it travels */
        free(keep->bytes);
        keep->bytes = list.data;
        keep->list.items = avow_buf_bytes(&list);
        avow_buf_init(&list, 0);
    }
    avow_buf_fini(&list);
}

static void verify(void *owner)
{
    struct keeping *keeping = owner;
    struct avow_list list = keeping->keep->list;
    struct avow_proved_status status;
    switch (keeping->keep->type) {
    case AVOW_KEEP_FORK:
        keeping->reject = avow_fork_check(&keeping->keep->fork, &keeping->held);
        return;
    case AVOW_KEEP_CHAIN:
        read_chain(keeping);
        return;
    case AVOW_KEEP_STATUSES:
        while (keeping->reject == AVOW_ACCEPT && avow_list_next_status(&list, &status))
            keeping->reject = avow_judge_status(&status, &keeping->held);
        return;
    }
}

/* ---- on the loop's thread ---- */

static void kept(void *context, struct avow_job *job)
{
    const struct avow_core_stored stored = {
        .err = job->err, .reject = job->reject, .changed = job->changed};
    tell(context, &stored);
}

static void verified(void *owner)
{
    struct keeping *keeping = owner;
    struct avow_core_stored stored = {.err = keeping->err, .reject = keeping->reject};
    struct avow_job *job = NULL;
    if (stored.err == AVOW_OK && stored.reject == AVOW_ACCEPT) {
        job = avow_job_new(AVOW_JOB_KEEP);
        stored.err = AVOW_ERR_NOMEM;
    }
    if (job != NULL) {
        job->done = kept;
        job->context = keeping;
        job->issuer = keeping->issuer;
        job->keep = keeping->keep;
        job->cost += sizeof(*job->keep) + job->keep->list.items.len;
        keeping->keep = NULL;
        if (avow_write_thread_put(keeping->config.writer, &job))
            return;
        stored.err = AVOW_ERR_BUSY;
    }
    avow_job_free(&job);
    tell(keeping, &stored);
}

static bool copy_list(struct avow_keep *keep, const struct avow_list *list)
{
    if (list->items.len == 0)
        return true;
    keep->bytes = malloc(list->items.len);
    if (keep->bytes == NULL)
        return false;
    memcpy(keep->bytes, list->items.data, list->items.len);
    keep->list = (struct avow_list){list->count, avow_bytes(keep->bytes, list->items.len)};
    return true;
}

static bool copy_action(struct keeping *keeping, const struct avow_core_action *action)
{
    const struct avow_log *log;
    struct avow_keep *keep = keeping->keep;
    if (action->type == AVOW_CORE_KEEP_FORK) {
        keep->type = AVOW_KEEP_FORK;
        keep->fork = *action->fork;
    } else if (action->type == AVOW_CORE_KEEP_CHAIN) {
        keep->type = AVOW_KEEP_CHAIN;
        keep->checkpoint = *action->checkpoint;
        return copy_list(keep, &action->chain);
    } else {
        keep->type = AVOW_KEEP_STATUSES;
        if (!copy_list(keep, &action->statuses))
            return false;
    }
    return avow_reading_log(keeping->config.reading, &action->issuer, &log) == AVOW_OK &&
           avow_chain_copy(&keeping->held, &log->state.chain) == AVOW_OK;
}

bool avow_keeping_start(const struct avow_keeping_config *config,
                        const struct avow_core_action *action,
                        const uint8_t mark[AVOW_FORK_MARK_BYTES])
{
    struct keeping *keeping = calloc(1, sizeof(*keeping));
    if (keeping == NULL)
        return false;
    keeping->config = *config;
    keeping->token = action->token;
    keeping->issuer = action->issuer;
    keeping->work = (struct avow_pool_work){.owner = keeping, .run = verify, .done = verified};
    avow_chain_init(&keeping->held);
    keeping->keep = calloc(1, sizeof(*keeping->keep));
    if (keeping->keep != NULL) {
        avow_chain_init(&keeping->keep->chain);
        memcpy(keeping->keep->mark, mark, sizeof(keeping->keep->mark));
    }
    if (keeping->keep == NULL || !copy_action(keeping, action)) {
        keeping_free(keeping);
        return false;
    }
    avow_pool_start(config->pool, &keeping->work, true, action->link);
    return true;
}
