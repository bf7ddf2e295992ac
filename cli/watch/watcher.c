#include "cli/watch/watcher.h"

#include "cli/frame/ask.h"
#include "client/contains.h"

#include <inttypes.h>

#define PAGE_ENTRIES 512

static int fail(char *reason, int status, const char *text)
{
    (void)snprintf(reason, AVOW_FETCH_REASON_MAX, "%s", text);
    return status;
}

/* Asks for the proof that the checkpoint's log begins with what the position has. */
static int check_extends(struct avow_client *client, const struct avow_position *position,
                         const struct avow_checkpoint *checkpoint, char *reason)
{
    struct avow_message answer;
    bool contained;
    if (avow_contains(client, checkpoint, position->size, &position->root, &answer, &contained) !=
        AVOW_OK)
        return fail(reason, AVOW_EXIT_UNKNOWN, avow_client_reason(client));
    if (contained)
        return AVOW_EXIT_OK;
    (void)snprintf(reason, AVOW_FETCH_REASON_MAX,
                   "the log of %" PRIu64 " entries that the node shows is not proved to extend the "
                   "one of %" PRIu64 " that was seen before: two histories, or a false proof",
                   checkpoint->size, position->size);
    return AVOW_EXIT_NEGATIVE;
}

/* Moves the position's checkpoint on, if the proof's is newer. */
static int advance(struct avow_client *client, struct avow_position *position,
                   const struct avow_log_proof *proof, char *reason)
{
    const struct avow_checkpoint *checkpoint = &proof->checkpoint;
    if (checkpoint->size < position->size)
        return fail(reason, AVOW_EXIT_UNKNOWN, "the node has less of the log than was seen before");
    if (position->size > 0) {
        int status = check_extends(client, position, checkpoint, reason);
        if (status != AVOW_EXIT_OK)
            return status;
    }
    position->size = checkpoint->size;
    position->root = checkpoint->root;
    return AVOW_EXIT_OK;
}

int avow_watcher_start(struct avow_client *client, struct avow_position *position, char *reason)
{
    AVOW_CLEANUP(avow_page_fini)
    struct avow_page page;
    int status = avow_ask_status(avow_page_fetch(client, &position->issuer, 0, 0, &page));
    if (status != AVOW_EXIT_OK)
        return fail(reason, status, page.fetched.reason);
    position->size = page.proof->checkpoint.size;
    position->root = page.proof->checkpoint.root;
    position->next = position->size;
    return AVOW_EXIT_OK;
}

int avow_watcher_follow(struct avow_client *client, struct avow_position *position,
                        avow_watcher_tell *tell, void *context, bool *more, char *reason)
{
    AVOW_CLEANUP(avow_page_fini)
    struct avow_page page;
    *more = false;
    int status = avow_ask_status(
        avow_page_fetch(client, &position->issuer, position->next, PAGE_ENTRIES, &page));
    if (status != AVOW_EXIT_OK)
        return fail(reason, status, page.fetched.reason);
    status = advance(client, position, page.proof, reason);
    if (status != AVOW_EXIT_OK)
        return status;
    for (; position->next < page.to; position->next++)
        tell(context, client, page.proof, position->next);
    *more = page.to > page.from && position->next < position->size;
    return AVOW_EXIT_OK;
}
