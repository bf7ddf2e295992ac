#include "client/logs.h"

/* Honest pages are full but for the last, and for what a large page leaves out. */
#define PAGES_MAX (AVOW_LOGS_MAX / 32)

static enum avow_err reject(struct avow_client *client, const char *what)
{
    return avow_client_fail(client, AVOW_ERR_REJECTED, "the list of logs of %s %s",
                            avow_client_address(client), what);
}

/* As many as a page holds; what is beyond is in the next one. */
static enum avow_err take(struct avow_client *client, struct avow_message *answer,
                          struct avow_logs *logs)
{
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t line_count;
    logs->last = answer->last != 0;
    logs->count = 0;
    while (avow_list_next_checkpoint(&answer->checkpoints, &checkpoint, lines, &line_count)) {
        if (logs->count == AVOW_LOGS_PAGE) {
            logs->last = false;
            break;
        }
        if (memcmp(checkpoint.issuer.bytes, logs->next.bytes, sizeof(logs->next)) <= 0)
            return reject(client, "is out of order");
        logs->next = checkpoint.issuer;
        logs->issuers[logs->count++] = checkpoint.issuer;
    }
    return logs->count > 0 || logs->last ? AVOW_OK : reject(client, "goes on with nothing");
}

enum avow_err avow_logs_next(struct avow_client *client, struct avow_logs *logs)
{
    AVOW_ASSERT(!logs->last);
    struct avow_message answer = {0};
    struct avow_message question = {.type = AVOW_MESSAGE_LIST, .issuer = logs->next};
    enum avow_err err = avow_client_ask(client, &question, AVOW_MESSAGE_LOGS, &answer);
    if (err == AVOW_OK)
        err = take(client, &answer, logs);
    logs->seen += logs->count;
    if (err == AVOW_OK && (logs->seen > AVOW_LOGS_MAX || ++logs->pages > PAGES_MAX))
        return reject(client, "is longer than the 1048576 logs, or 32768 pages, that are read");
    return err;
}
