#include "cli/recognition/same_statement.h"

#include "cli/frame/ask.h"
#include "client/walk.h"
#include "proto/log/status_map.h"

#include <stdlib.h>

struct search {
    struct avow_statements *statements;
    const struct avow_statement **by_digest; /* sorted */
};

static int compare_digests(const struct avow_hash *a, const struct avow_hash *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static int by_digest(const void *a, const void *b)
{
    return compare_digests(&(*(const struct avow_statement *const *)a)->digest,
                           &(*(const struct avow_statement *const *)b)->digest);
}

static struct avow_statement *find(const struct search *search, const struct avow_hash *digest)
{
    const struct avow_statement key = {.digest = *digest}, *wanted = &key;
    const struct avow_statement *const *at =
        bsearch((const void *)&wanted, (const void *)search->by_digest, search->statements->count,
                sizeof(const struct avow_statement *), by_digest);
    return at == NULL ? NULL : &search->statements->items[*at - search->statements->items];
}

static void strike_out(struct avow_statements *statements, uint64_t target)
{
    for (size_t i = 0; i < statements->count; i++) {
        if (statements->items[i].known && statements->items[i].index == target)
            statements->items[i].known = false;
    }
}

static bool look_at(void *context, uint64_t index, struct avow_bytes bytes)
{
    const struct search *search = context;
    struct avow_entry entry;
    struct avow_hash digest;
    if (avow_entry_decode(bytes, &entry) != AVOW_ACCEPT)
        return true;
    if (entry.kind == AVOW_KIND_STATUS &&
        (entry.status.state == AVOW_STATUS_REVOKED || entry.status.state == AVOW_STATUS_SUPERSEDED))
        strike_out(search->statements, entry.status.target);
    if (entry.kind != AVOW_KIND_RECOGNITION)
        return true;
    if (avow_statement_digest(&entry, &digest) != AVOW_OK)
        return false;
    struct avow_statement *statement = find(search, &digest);
    if (statement != NULL) {
        statement->known = true;
        statement->index = index;
    }
    return true;
}

int avow_same_statement(const struct avow_cli *cli, struct avow_client *client,
                        const struct avow_checkpoint *checkpoint,
                        struct avow_statements *statements)
{
    struct search search = {.statements = statements};
    for (size_t i = 0; i < statements->count; i++)
        statements->items[i].known = false;
    if (checkpoint->size > AVOW_SAME_STATEMENT_SIZE_MAX)
        return AVOW_EXIT_OK;
    search.by_digest = calloc(statements->count + 1, sizeof(const struct avow_statement *));
    if (search.by_digest == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
    for (size_t i = 0; i < statements->count; i++)
        search.by_digest[i] = &statements->items[i];
    qsort((void *)search.by_digest, statements->count, sizeof(const struct avow_statement *),
          by_digest);
    const int status = avow_ask_walk(cli, client, checkpoint, look_at, &search);
    free((void *)search.by_digest);
    return status;
}
