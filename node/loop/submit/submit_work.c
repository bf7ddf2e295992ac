#include "node/loop/submit/submit_work.h"

#include "sys/seedfile.h"

#include <sodium.h>
#include <stdlib.h>

struct avow_submit_work *avow_submit_work_new(enum avow_submit_work_type type)
{
    struct avow_submit_work *work = calloc(1, sizeof(*work));
    if (work == NULL)
        return NULL;
    work->type = type;
    if (type == AVOW_WORK_HEARTBEAT) {
        work->seed = sodium_malloc(32);
        if (work->seed == NULL)
            avow_submit_work_free(&work);
    }
    return work;
}

void avow_submit_work_free(struct avow_submit_work **work)
{
    if (*work != NULL) {
        sodium_free((*work)->seed);
        avow_recovery_free(&(*work)->recovery);
        avow_job_free(&(*work)->job);
    }
    free(*work);
    *work = NULL;
}

static bool check_signer(const struct avow_submit_work *work)
{
    uint8_t message[AVOW_SIGNER_MESSAGE_BYTES];
    avow_message_signer_text(&work->issuer, &work->handshake, message);
    return avow_ed25519_key_is_valid(&work->key) &&
           avow_ed25519_verify(&work->key, avow_bytes(message, sizeof(message)), &work->signature);
}

static void run_one(struct avow_submit_work *work)
{
    switch (work->type) {
    case AVOW_WORK_SIGNER:
        work->good = check_signer(work);
        break;
    case AVOW_WORK_SIGN:
        work->good = (avow_key_equal(&work->checkpoint.key, &work->key) ||
                      avow_ed25519_key_is_valid(&work->checkpoint.key)) &&
                     avow_checkpoint_verify(&work->checkpoint);
        break;
    case AVOW_WORK_HEARTBEAT:
        work->err = avow_seedfile_write(work->path, work->seed);
        break;
    case AVOW_WORK_RECOVER:
        avow_recovery_judge(work->recovery, work->job->entries, work->job->entry_count);
        break;
    }
}

void avow_submit_work_run(void *first)
{
    for (struct avow_submit_work *work = first; work != NULL; work = work->next)
        run_one(work);
}
