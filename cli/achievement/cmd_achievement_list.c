/* avow achievement list: all definitions in a log. The log is read whole: no node is believed to
 * have told of every one. */
#include "cli/frame/ask.h"
#include "cli/frame/say.h"
#include "cli/home/own_log.h"
#include "cli/log/entry_show.h"
#include "client/found.h"
#include "client/walk.h"
#include "proto/codec/json.h"

#include <stdlib.h>

#define PAGE 200 /* so that one answer has room for their proofs */

static bool keep_achievement(void *context, uint64_t index, struct avow_bytes bytes)
{
    struct avow_buf *found = context;
    struct avow_entry entry;
    if (avow_entry_decode(bytes, &entry) == AVOW_ACCEPT && entry.kind == AVOW_KIND_ACHIEVEMENT)
        avow_buf_append(found, &index, sizeof(index));
    return found->err == AVOW_OK;
}

static bool keep_result(void *context, const struct avow_find_result *result,
                        const struct avow_entry *entry)
{
    struct avow_buf *found = context;
    if (entry->kind == AVOW_KIND_ACHIEVEMENT)
        avow_buf_append(found, &result->index, sizeof(result->index));
    return found->err == AVOW_OK;
}

static int by_index(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

/* In the log's order. */
static int ask_catalogue(const struct avow_cli *cli, struct avow_client *client,
                         const struct avow_hash *issuer, struct avow_buf *found)
{
    const struct avow_find_query query = {.has_issuer = true, .issuer = *issuer};
    int status = avow_ask_found(cli, client, &query, keep_result, found);
    if (found->len > 0)
        qsort(found->data, found->len / sizeof(uint64_t), sizeof(uint64_t), by_index);
    avow_cli_note(cli, "By the node's catalogue, each proved; with --all, what was revoked or "
                       "replaced too, by reading the whole log.");
    return status;
}

static int list(const struct avow_cli *cli, const struct avow_own_log *log, struct avow_buf *found)
{
    const struct avow_checkpoint checkpoint = log->proof->checkpoint;
    if (checkpoint.size > AVOW_FOUND_SIZE_MIN && !avow_cli_flag(cli, "all"))
        return ask_catalogue(cli, log->client, &checkpoint.issuer, found);
    return avow_ask_walk(cli, log->client, &checkpoint, keep_achievement, found);
}

static int show_page(const struct avow_cli *cli, const struct avow_log_proof *proof,
                     const uint64_t *indices, size_t count, json_t *rows)
{
    for (size_t i = 0; i < count; i++) {
        struct avow_shown shown;
        if (!avow_shown_get(proof, indices[i], &shown))
            return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "the node's proof lacks an entry");
        if (!cli->json)
            avow_shown_print(cli->out, &shown, avow_cli_may_colour(cli->out));
        else if (json_array_append_new(rows, avow_shown_json(&shown)) != 0)
            return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    }
    return AVOW_EXIT_OK;
}

static int show_all(const struct avow_cli *cli, const struct avow_hash *issuer,
                    struct avow_own_log *log, const struct avow_buf *found, json_t *rows)
{
    const uint64_t *indices = (const uint64_t *)(const void *)found->data;
    size_t count = found->len / sizeof(*indices);
    int status = AVOW_EXIT_OK;
    for (size_t first = 0; first < count && status == AVOW_EXIT_OK; first += PAGE) {
        size_t size = count - first < PAGE ? count - first : PAGE;
        status = avow_own_log_fetch(cli, issuer, indices + first, size, log);
        if (status == AVOW_EXIT_OK)
            status = show_page(cli, log->proof, indices + first, size, rows);
    }
    if (status == AVOW_EXIT_OK && cli->json)
        return avow_cli_print_json(cli, json_incref(rows));
    return status;
}

static int run(struct avow_cli *cli)
{
    struct avow_hash issuer;
    struct avow_own_log log = {0};
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf found;
    AVOW_CLEANUP(avow_json_release)
    json_t *rows = json_array();
    avow_buf_init(&found, SIZE_MAX / 2);
    int status = avow_own_log_issuer(cli, &issuer);
    if (status == AVOW_EXIT_OK)
        status = avow_own_log_open(cli, &issuer, NULL, 0, &log);
    if (status == AVOW_EXIT_OK)
        status = list(cli, &log, &found);
    if (status == AVOW_EXIT_OK)
        status = show_all(cli, &issuer, &log, &found, rows);
    avow_own_log_fini(&log);
    return status;
}

static const struct avow_option options[] = {
    {.name = "issuer", .value = "ID", .help = "whose: avow1…; else your own"},
    {.name = "all", .help = "read the whole of a large log, and list what is over too"},
    {0},
};

const struct avow_command avow_cmd_achievement_list = {
    .name = "achievement list",
    .operands = "",
    .summary = "list the achievements of a log",
    .details =
        "Lists achievements with their state, each proved by the issuer's signed "
        "checkpoint. A small log is read whole and checked; of one over 4,096 entries the "
        "node's catalogue says where those are that are neither revoked nor replaced, unless "
        "--all is given.",
    .options = options,
    .json = true,
    .run = run,
};
