/* Random logs with their checkpoints. */
#include "tests/support/log_history.h"

#include <stdlib.h>

uint64_t log_history_random(uint64_t *seed)
{
    /* splitmix64 */
    *seed += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *seed;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void *must(void *memory)
{
    AVOW_ASSERT(memory != NULL);
    return memory;
}

/* One status change of a random entry, if the rules have one for it. */
static bool change_status(struct log_builder *builder, uint64_t random)
{
    uint64_t target = random % builder->count;
    enum avow_status state = (random >> 32) % 3 == 0   ? AVOW_STATUS_REVOKED
                             : (random >> 32) % 3 == 1 ? AVOW_STATUS_SUSPENDED
                                                       : AVOW_STATUS_ACTIVE;
    /* The first achievement stays: issues need one that is not revoked. */
    if (target <= 2)
        return false;
    struct avow_entry entry;
    log_builder_status_change(builder, &entry, target, state, AVOW_REASON_UNSPECIFIED,
                              LOG_BUILDER_NONE);
    return log_builder_try(builder, &entry) == AVOW_ACCEPT;
}

/* Of one of a few bodies, that other logs of tests speak of too. */
static void add_recognition(struct log_builder *builder, uint64_t random)
{
    struct avow_hash subject = {{(uint8_t)(random % 5)}};
    (void)log_builder_add_recognition(builder, &subject,
                                      random % 2 == 0 ? AVOW_ROLE_ISSUER : AVOW_ROLE_AUTHORITY);
}

/* Its award's own achievement is the rule. */
static void add_pathway(struct log_builder *builder)
{
    static const uint8_t rule[] = "\x93\xab"
                                  "achievement\xc0\x02";
    (void)log_builder_add_pathway(builder, 2, avow_bytes(rule, sizeof(rule) - 1));
}

static void add_entry(struct log_builder *builder, uint64_t random)
{
    builder->t += random % 3;
    unsigned kind = (unsigned)((random >> 8) % 400);
    if (kind < 8)
        (void)log_builder_add_achievement(builder, "A", "Another achievement");
    else if (kind < 9)
        (void)log_builder_rename(builder, "Another name");
    else if (kind == 9)
        (void)log_builder_rotate_root(builder);
    else if (kind < 14)
        add_recognition(builder, random >> 20);
    else if (kind < 16)
        add_pathway(builder);
    else if (kind >= 140 || !change_status(builder, random >> 20))
        (void)log_builder_add_issue(builder, 2);
}

void log_history_mark(struct log_history *history)
{
    const struct log_builder *builder = &history->builder;
    history->marks =
        must(realloc(history->marks, (history->mark_count + 1) * sizeof(*history->marks)));
    struct log_mark *mark = &history->marks[history->mark_count++];
    mark->checkpoint = (struct avow_checkpoint){
        .issuer = builder->state.chain.issuer,
        .epoch = avow_chain_epoch(&builder->state.chain),
        .opening = *avow_chain_opening(&builder->state.chain),
        .size = builder->count,
        .root = avow_tree_root(&builder->state.tree),
        .time = builder->t,
        .status_root = log_builder_status_root(builder),
    };
    mark->sign = builder->sign;
    avow_checkpoint_sign(&mark->checkpoint, &mark->sign.secret);
    mark->status = must(malloc(builder->count));
    mark->last = must(malloc(builder->count * sizeof(*mark->last)));
    for (size_t i = 0; i < builder->count; i++) {
        mark->status[i] = (uint8_t)builder->rows[i].status;
        mark->last[i] = builder->rows[i].last_status_entry;
    }
}

void log_history_end(struct log_history *history)
{
    const struct log_builder *builder = &history->builder;
    history->entries = must(malloc(builder->count * sizeof(*history->entries)));
    history->nodes[0] = must(malloc(builder->count * sizeof(struct avow_hash)));
    for (size_t i = 0; i < builder->count; i++) {
        history->entries[i] = builder->rows[i].bytes;
        history->nodes[0][i] = builder->rows[i].leaf;
    }
    for (unsigned level = 1; level < LOG_HISTORY_LEVELS && builder->count >> level > 0; level++) {
        size_t count = builder->count >> level;
        history->nodes[level] = must(malloc(count * sizeof(struct avow_hash)));
        for (size_t i = 0; i < count; i++)
            history->nodes[level][i] = avow_merkle_node_hash(&history->nodes[level - 1][2 * i],
                                                             &history->nodes[level - 1][2 * i + 1]);
    }
}

void log_history_begin(struct log_history *history, const char *name)
{
    *history = (struct log_history){0};
    log_builder_start(&history->builder, name);
    (void)log_builder_add_achievement(&history->builder, "A", "An achievement");
}

void log_history_part(struct log_history *history, const struct log_history *from, size_t size)
{
    *history = (struct log_history){0};
    log_builder_copy(&history->builder, &from->builder, size);
}

void log_history_grow(struct log_history *history, uint64_t *seed, size_t marks, size_t step_max)
{
    while (history->mark_count < marks) {
        uint64_t step = 1 + log_history_random(seed) % step_max;
        for (uint64_t i = 0; i < step; i++)
            add_entry(&history->builder, log_history_random(seed));
        log_history_mark(history);
    }
}

void log_history_make(struct log_history *history, const char *name, uint64_t seed, size_t size,
                      size_t step_max)
{
    const struct log_builder *builder = &history->builder;
    log_history_begin(history, name);
    while (builder->count < size)
        log_history_grow(history, &seed, history->mark_count + 1, step_max);
    log_history_end(history);
}

void log_history_fini(struct log_history *history)
{
    for (size_t i = 0; i < history->mark_count; i++) {
        free(history->marks[i].status);
        free(history->marks[i].last);
    }
    for (size_t i = 0; i < LOG_HISTORY_LEVELS; i++)
        free(history->nodes[i]);
    free(history->marks);
    free(history->entries);
    log_builder_fini(&history->builder);
}

static enum avow_err node(void *context, unsigned level, uint64_t index, struct avow_hash *hash)
{
    const struct log_history *history = context;
    if (level >= LOG_HISTORY_LEVELS || (index + 1) << level > history->builder.count)
        return AVOW_ERR_NOT_FOUND;
    *hash = history->nodes[level][index];
    return AVOW_OK;
}

struct avow_tree_nodes log_history_nodes(const struct log_history *history)
{
    return (struct avow_tree_nodes){.context = (void *)(uintptr_t)history, .node = node};
}

struct avow_path log_history_path(const struct log_history *history, uint64_t from, uint64_t to)
{
    struct avow_path path;
    struct avow_tree_nodes nodes = log_history_nodes(history);
    enum avow_err err = avow_merkle_consistency_prove(&nodes, from, to, &path);
    AVOW_ASSERT(err == AVOW_OK);
    return path;
}
