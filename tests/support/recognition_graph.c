/* Statement k is entry 10 (k + 1), its status entries follow it. */
#include "tests/support/recognition_graph.h"

#include "proto/codec/writer.h"

#include <string.h>

#define STRIDE 10

struct avow_hash graph_id(unsigned body)
{
    struct avow_hash id;
    memset(id.bytes, (int)body + 1, sizeof(id.bytes));
    return id;
}

uint64_t graph_index(size_t statement)
{
    return (statement + 1) * STRIDE;
}

struct graph_statement graph_says(unsigned subject, enum avow_role role)
{
    return (struct graph_statement){.subject = subject, .role = role, .depth = GRAPH_NONE};
}

struct graph_body graph_body(uint64_t time)
{
    return (struct graph_body){
        .time = time, .abandoned_from = GRAPH_NONE, .disputed_from = GRAPH_NONE};
}

/* ---- encoding ---- */

static void write_list(struct avow_buf *out, const char *key, const struct graph_list *list)
{
    if (!list->is)
        return;
    avow_write_text(out, avow_bytes_text(key));
    avow_write_array(out, list->count);
    for (size_t i = 0; i < list->count; i++)
        avow_write_text(out, avow_bytes_text(list->items[i]));
}

void graph_scope(struct avow_buf *out, const struct graph_statement *says)
{
    avow_write_map(out, (size_t)says->has_achievements + (says->depth != GRAPH_NONE) +
                            says->fields.is + (says->level_min != 0) + says->regions.is +
                            says->unknown_key);
    if (says->has_achievements) {
        avow_write_text(out, avow_bytes_text("achievements"));
        avow_write_array(out, says->achievement_count);
        for (size_t i = 0; i < says->achievement_count; i++)
            avow_write_uint(out, says->achievements[i]);
    }
    if (says->depth != GRAPH_NONE) {
        avow_write_text(out, avow_bytes_text("depth"));
        avow_write_uint(out, says->depth);
    }
    write_list(out, "fields", &says->fields);
    if (says->level_min != 0) {
        avow_write_text(out, avow_bytes_text("levels"));
        avow_write_array(out, 2);
        avow_write_uint(out, says->level_min);
        avow_write_uint(out, says->level_max);
    }
    write_list(out, "regions", &says->regions);
    if (says->unknown_key) {
        avow_write_text(out, avow_bytes_text("zodiac"));
        avow_write_uint(out, 1);
    }
}

static void write_rows(struct avow_buf *out, const struct graph_statement *says)
{
    avow_write_array(out, says->row_count);
    for (size_t i = 0; i < says->row_count; i++) {
        avow_write_array(out, 4);
        for (size_t j = 0; j < 4; j++)
            avow_write_text(out, avow_bytes_text(says->rows[i][j]));
    }
}

static void write_statement(struct avow_buf *out, const struct graph_statement *says)
{
    uint8_t scope_room[512], rows_room[512];
    struct avow_buf scope, rows;
    avow_buf_init_fixed(&scope, scope_room, sizeof(scope_room));
    avow_buf_init_fixed(&rows, rows_room, sizeof(rows_room));
    graph_scope(&scope, says);
    write_rows(&rows, says);
    struct avow_entry entry = {.kind = AVOW_KIND_RECOGNITION, .t = says->t};
    entry.recognition = (struct avow_recognition){.subject = graph_id(says->subject),
                                                  .subject_name = avow_bytes_text("name"),
                                                  .role = says->role,
                                                  .scope = avow_buf_bytes(&scope),
                                                  .equivalence = avow_buf_bytes(&rows),
                                                  .valid_from = says->valid_from,
                                                  .valid_until = says->valid_until,
                                                  .basis = avow_bytes_text("https://a.test")};
    avow_entry_encode(out, &entry);
    AVOW_ASSERT(scope.err == AVOW_OK && rows.err == AVOW_OK);
}

static void write_move(struct avow_buf *out, const struct graph_statement *says, size_t k, size_t m)
{
    const struct graph_move *move = &says->moves[m];
    struct avow_entry entry = {.kind = AVOW_KIND_STATUS, .t = move->t};
    entry.status = (struct avow_status_entry){.target = graph_index(k),
                                              .previous = m == 0 ? 0 : graph_index(k) + m,
                                              .state = move->state,
                                              .reason = move->reason};
    entry.status.has_successor = move->state == AVOW_STATUS_SUPERSEDED;
    entry.status.successor = entry.status.has_successor ? graph_index(k + 1) : 0;
    avow_entry_encode(out, &entry);
}

static void encode(struct graph *graph)
{
    if (graph->entries.max == 0)
        avow_buf_init(&graph->entries, 1 << 20);
    avow_buf_clear(&graph->entries);
    for (size_t i = 0; i < graph->count; i++) {
        const struct graph_body *body = &graph->bodies[i];
        graph->checkpoints[i] = (struct avow_checkpoint){
            .issuer = graph_id((unsigned)i), .size = graph_index(body->count), .time = body->time};
        for (size_t k = 0; k < body->count; k++) {
            const struct graph_statement *says = &body->statements[k];
            graph->starts[i][k][0] = graph->entries.len;
            write_statement(&graph->entries, says);
            for (size_t m = 0; m < says->move_count; m++) {
                graph->starts[i][k][1 + m] = graph->entries.len;
                write_move(&graph->entries, says, k, m);
            }
        }
    }
    AVOW_ASSERT(graph->entries.err == AVOW_OK);
}

/* ---- facts ---- */

static const struct avow_chain plain_chain;

static enum avow_err graph_log(void *context, const struct avow_hash *issuer,
                               struct avow_known_log *log)
{
    struct graph *graph = context;
    size_t body = (size_t)issuer->bytes[0] - 1;
    graph->lookups++;
    if (body >= graph->count || graph->bodies[body].unknown)
        return AVOW_ERR_NOT_FOUND;
    *log = (struct avow_known_log){.checkpoint = &graph->checkpoints[body],
                                   .chain = &plain_chain,
                                   .abandoned_from = graph->bodies[body].abandoned_from,
                                   .disputed_from = graph->bodies[body].disputed_from,
                                   .whole = !graph->bodies[body].part,
                                   .handle = &graph->bodies[body]};
    return AVOW_OK;
}

/* The statement that `index` is of. */
static const struct graph_statement *statement_at(const struct avow_known_log *log, uint64_t index,
                                                  size_t *k)
{
    const struct graph_body *body = log->handle;
    if (index < STRIDE || index >= graph_index(body->count))
        return NULL;
    *k = (size_t)(index / STRIDE) - 1;
    return &body->statements[*k];
}

static enum avow_err graph_entry(void *context, const struct avow_known_log *log, uint64_t index,
                                 struct avow_bytes *entry)
{
    struct graph *graph = context;
    const struct graph_body *body = log->handle;
    size_t k, part = (size_t)(index % STRIDE);
    const struct graph_statement *says = statement_at(log, index, &k);
    graph->lookups++;
    if (says == NULL || part > says->move_count || (part == 0 && says->hidden))
        return AVOW_ERR_NOT_FOUND;
    size_t start = graph->starts[body - graph->bodies][k][part];
    struct avow_reader reader;
    avow_reader_init(&reader, avow_bytes(graph->entries.data + start, graph->entries.len - start));
    *entry = avow_reader_any(&reader);
    return AVOW_OK;
}

static enum avow_err graph_status(void *context, const struct avow_known_log *log, uint64_t index,
                                  enum avow_status *status)
{
    size_t k;
    const struct graph_statement *says = statement_at(log, index, &k);
    (void)context;
    if (says == NULL)
        return AVOW_ERR_NOT_FOUND;
    *status = says->move_count == 0 ? AVOW_STATUS_ACTIVE : says->moves[says->move_count - 1].state;
    return AVOW_OK;
}

static enum avow_err graph_last_status_entry(void *context, const struct avow_known_log *log,
                                             uint64_t target, uint64_t *index)
{
    size_t k;
    const struct graph_statement *says = statement_at(log, target, &k);
    (void)context;
    if (says == NULL || says->move_count == 0)
        return AVOW_ERR_NOT_FOUND;
    *index = graph_index(k) + says->move_count;
    return AVOW_OK;
}

static enum avow_err graph_witnessed(void *context, const struct avow_known_log *log,
                                     uint64_t index, uint64_t after,
                                     struct avow_witnessed *witnessed)
{
    (void)context, (void)log, (void)index, (void)after, (void)witnessed;
    return AVOW_ERR_NOT_FOUND;
}

static enum avow_err graph_foreign(void *context, const struct avow_known_log *log, uint64_t target,
                                   struct avow_bytes *entry)
{
    (void)context, (void)log, (void)target, (void)entry;
    return AVOW_ERR_NOT_FOUND;
}

static enum avow_err graph_recognition(void *context, const struct avow_known_log *log,
                                       const struct avow_hash *subject, uint64_t *index)
{
    struct graph *graph = context;
    const struct graph_body *body = log->handle;
    graph->lookups++;
    for (size_t k = 0; k < body->count; k++) {
        const struct graph_statement *says = &body->statements[k];
        if (graph_index(k) < *index || (subject == NULL && says->role != AVOW_ROLE_AUTHORITY) ||
            (subject != NULL && says->subject + 1 != subject->bytes[0]))
            continue;
        *index = graph_index(k);
        return AVOW_OK;
    }
    return AVOW_ERR_NOT_FOUND;
}

/* A place is a body and a statement, each counted from 1. */
static enum avow_err graph_recogniser(void *context, const struct avow_hash *subject,
                                      size_t *rows_max, struct avow_known_recognition *at)
{
    const struct graph *graph = context;
    size_t i = at->place[0] == 0 ? 0 : (size_t)at->place[0] - 1, k = (size_t)at->place[1];
    for (; i < graph->count; i++, k = 0) {
        const struct graph_body *body = &graph->bodies[i];
        for (; k < body->count && !body->unknown; k++) {
            if (body->statements[k].subject + 1 != subject->bytes[0])
                continue;
            if (*rows_max == 0)
                return AVOW_ERR_BUSY;
            (*rows_max)--;
            *at = (struct avow_known_recognition){
                {i + 1, k + 1}, graph_id((unsigned)i), graph_index(k)};
            return AVOW_OK;
        }
    }
    return AVOW_ERR_NOT_FOUND;
}

struct avow_facts graph_facts(struct graph *graph)
{
    encode(graph);
    return (struct avow_facts){
        .context = graph,
        .log = graph_log,
        .entry = graph_entry,
        .status = graph_status,
        .last_status_entry = graph_last_status_entry,
        .witnessed = graph_witnessed,
        .foreign = graph_foreign,
        .recognition = graph_recognition,
        .recogniser = graph->both_ways ? graph_recogniser : NULL,
    };
}

void graph_fini(struct graph *graph)
{
    avow_buf_fini(&graph->entries);
}
