/* The core among peers that may say anything, a pool and a store that may answer anything: each
 * input byte chooses what happens next. After every step the core's books must balance. */
#include "node/core/core_inner.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#define LINKS 4
#define ISSUERS 6
#define OPEN_MAX 64

struct pending { /* something the core waits for */
    uint64_t token;
    enum avow_core_action_type type;
};

struct asked { /* a request of the core's, sent to a link */
    uint32_t link;
    uint64_t type, request, from, size, count;
    struct avow_hash issuer;
};

struct world {
    struct avow_bytes input;
    struct avow_core *core;
    uint8_t *memory;
    struct avow_core_time now;
    struct avow_core_log held[ISSUERS];
    struct pending pending[OPEN_MAX];
    size_t pending_count;
    struct asked asked[OPEN_MAX];
    size_t asked_count;
    bool up[LINKS], closing[LINKS];
    struct avow_message message;
    uint8_t items[4096];
};

static uint8_t next_byte(struct world *world)
{
    if (world->input.len == 0)
        return 0;
    world->input.len--;
    return *world->input.data++;
}

static struct avow_hash issuer_of(uint8_t byte)
{
    struct avow_hash issuer = {{(uint8_t)(1 + byte % ISSUERS)}};
    return issuer;
}

static enum avow_err read_log(void *context, const struct avow_hash *issuer,
                              struct avow_core_log *log)
{
    const struct world *world = context;
    uint8_t number = (uint8_t)(issuer->bytes[0] - 1);
    if (number >= ISSUERS || (world->held[number].pending == 0 && number != 0))
        return AVOW_ERR_NOT_FOUND;
    *log = world->held[number];
    return AVOW_OK;
}

static enum avow_err read_root(void *context, const struct avow_hash *issuer, uint64_t size,
                               struct avow_hash *root)
{
    (void)context;
    (void)issuer;
    memset(root, 0, sizeof(*root));
    return size % 3 == 0 ? AVOW_ERR_IO : AVOW_OK;
}

static bool counts(void *context, const struct avow_hash *issuer,
                   const struct avow_cosignature *line)
{
    (void)context;
    (void)issuer;
    return line->key.bytes[0] != 1;
}

static enum avow_err read_digest(void *context, const struct avow_hash *issuer,
                                 struct avow_hash *digest)
{
    (void)context;
    memset(digest, 0, sizeof(*digest));
    digest->bytes[0] = issuer->bytes[0];
    return issuer->bytes[0] % 2 == 0 ? AVOW_OK : AVOW_ERR_NOT_FOUND;
}

/* ------------------------------------------------------------------ the books */

struct books {
    uint32_t wants[LINKS], asks[LINKS], judgements[LINKS], ranges[LINKS], raced[LINKS];
    uint64_t all_wants, all_judgements, all_ranges;
};

static void enter_chunks(struct books *books, const struct want *want)
{
    books->all_ranges += want->window_count;
    AVOW_ASSERT(want->storing_count <= want->window_count && want->window_count <= WINDOW);
    for (size_t i = 0; i < want->window_count; i++) {
        const struct chunk *chunk = &want->window[(want->window_first + i) % WINDOW];
        AVOW_ASSERT(chunk->storing == (i < want->storing_count));
        if (chunk->link != NONE)
            books->ranges[chunk->link]++;
    }
}

/* Only who is asked nothing else about the want is asked beside its own link, and only then. */
static void enter_race(struct books *books, const struct avow_core *core, uint32_t slot)
{
    const struct want *want = &core->wants[slot];
    const uint64_t *raced = core_set(core, slot, SET_RACED);
    bool asks = want->phase == WANT_CHAIN ||
                (want->phase == WANT_PULLING && want->window_count > want->storing_count);
    for (uint32_t i = 0; i < LINKS; i++) {
        books->raced[i] += core_set_has(raced, i);
        AVOW_ASSERT(!core_set_has(raced, i) || (asks && i != want->link));
    }
}

static void enter_want(struct books *books, const struct want *want)
{
    AVOW_ASSERT(want->phase != WANT_ENDING);
    books->all_wants++;
    books->all_judgements += want->phase == WANT_JUDGING;
    AVOW_ASSERT(want->listed == (want->phase == WANT_QUEUED || want->phase == WANT_HUNGRY));
    if (want->link != NONE)
        books->wants[want->link]++;
    if (want->charged != NONE)
        books->judgements[want->charged]++;
    if (want->phase == WANT_CHAIN)
        books->asks[want->link]++;
    enter_chunks(books, want);
}

static void check_links(const struct avow_core *core, const struct books *books)
{
    for (uint32_t i = 0; i < LINKS; i++) {
        const struct link *link = &core->links[i];
        AVOW_ASSERT(!link->lost);
        if (link->phase != LINK_READY)
            continue;
        AVOW_ASSERT(link->wants == books->wants[i] && link->asks == books->asks[i]);
        AVOW_ASSERT(link->judgements == books->judgements[i] && link->ranges == books->ranges[i]);
        AVOW_ASSERT(link->raced == books->raced[i] && link->raced <= LINK_RACES_MAX);
        AVOW_ASSERT(link->ranges + link->raced <= core->config.ranges_max);
        AVOW_ASSERT(link->asks + link->raced <= LINK_ASKS_MAX);
    }
}

static void check_books(const struct world *world)
{
    const struct avow_core *core = world->core;
    size_t pending_judgements = 0;
    for (size_t i = 0; i < world->pending_count; i++)
        pending_judgements += world->pending[i].type == AVOW_CORE_JUDGE;
    struct books books = {0};
    for (uint32_t i = 0; i < core->config.wants_max; i++) {
        if (core->wants[i].phase == WANT_FREE)
            continue;
        AVOW_ASSERT(core_want_find(core, &core->wants[i].issuer) == i);
        enter_want(&books, &core->wants[i]);
        enter_race(&books, core, i);
    }
    AVOW_ASSERT(books.all_wants == core->stats.wants);
    AVOW_ASSERT(pending_judgements == core->stats.judgements);
    AVOW_ASSERT(books.all_judgements <= pending_judgements);
    AVOW_ASSERT(books.all_ranges == core->stats.ranges);
    check_links(core, &books);
}

/* ------------------------------------------------------------------ actions */

static void note_pending(struct world *world, const struct avow_core_action *action)
{
    AVOW_ASSERT(world->pending_count < OPEN_MAX);
    world->pending[world->pending_count++] = (struct pending){action->token, action->type};
}

static void note_asked(struct world *world, const struct avow_core_action *action)
{
    struct avow_message *message = &world->message;
    AVOW_ASSERT(avow_message_decode(action->bytes, message) == AVOW_ACCEPT);
    if (message->request == 0 || world->asked_count == OPEN_MAX)
        return;
    world->asked[world->asked_count++] = (struct asked){
        .link = action->link,
        .type = message->type,
        .request = message->request,
        .from = message->from,
        .size = message->size,
        .count = message->count,
        .issuer = message->issuer,
    };
}

static void step(struct world *world, struct avow_core_event *event)
{
    size_t count;
    event->now = world->now;
    const struct avow_core_action *actions = avow_core_step(world->core, event, &count);
    for (size_t i = 0; i < count; i++) {
        const struct avow_core_action *action = &actions[i];
        switch (action->type) {
        case AVOW_CORE_SEND:
            AVOW_ASSERT(action->link < LINKS && world->up[action->link]);
            AVOW_ASSERT(!world->closing[action->link]);
            note_asked(world, action);
            break;
        case AVOW_CORE_JUDGE:
        case AVOW_CORE_STORE_RANGE:
        case AVOW_CORE_FRESHEN:
        case AVOW_CORE_BRANCH:
        case AVOW_CORE_KEEP_FORK:
        case AVOW_CORE_KEEP_CHAIN:
        case AVOW_CORE_KEEP_STATUSES:
            note_pending(world, action);
            break;
        case AVOW_CORE_CLOSE:
            AVOW_ASSERT(action->link < LINKS && world->up[action->link]);
            AVOW_ASSERT(!world->closing[action->link]);
            world->closing[action->link] = true;
            break;
        case AVOW_CORE_SET_ABANDONED:
        case AVOW_CORE_DROP_BRANCH:
        case AVOW_CORE_TRACE:
            break;
        }
    }
    check_books(world);
}

/* ------------------------------------------------------------------ events */

static void some_checkpoint(struct world *world, struct avow_checkpoint *checkpoint)
{
    uint8_t byte = next_byte(world);
    memset(checkpoint, 0, sizeof(*checkpoint));
    checkpoint->issuer = issuer_of(byte);
    checkpoint->epoch = byte >> 7;
    checkpoint->size = 1 + (byte >> 3 & 7) * (uint64_t)(1 + next_byte(world));
    checkpoint->root.bytes[0] = (uint8_t)(checkpoint->size + (byte >> 6 & 1));
    checkpoint->time = 1000 + checkpoint->size;
}

static void link_event(struct world *world, uint8_t byte)
{
    uint32_t link = byte % LINKS;
    struct avow_core_event event = {.link = link};
    event.type = world->up[link] ? AVOW_CORE_LINK_DOWN : AVOW_CORE_LINK_UP;
    event.node.bytes[0] = (uint8_t)link;
    world->up[link] = !world->up[link];
    world->closing[link] = false;
    size_t kept = 0; /* what was asked of it is void */
    for (size_t i = 0; i < world->asked_count; i++)
        if (world->asked[i].link != link)
            world->asked[kept++] = world->asked[i];
    world->asked_count = kept;
    step(world, &event);
}

static void say(struct world *world, uint32_t link)
{
    if (!world->up[link])
        return;
    struct avow_core_event event = {.type = AVOW_CORE_MESSAGE, .link = link};
    event.message = &world->message;
    step(world, &event);
}

static void hello(struct world *world, uint8_t byte)
{
    world->message = (struct avow_message){.type = AVOW_MESSAGE_HELLO, .role = byte >> 5};
    say(world, byte % LINKS);
}

static void announce(struct world *world, uint8_t byte)
{
    memset(&world->message, 0, sizeof(world->message));
    world->message.type = AVOW_MESSAGE_ANNOUNCE;
    some_checkpoint(world, &world->message.checkpoint);
    world->message.cosignature_count = byte >> 6;
    for (size_t i = 0; i < world->message.cosignature_count; i++) {
        world->message.cosignatures[i].key.bytes[0] = (uint8_t)i;
        world->message.cosignatures[i].time = 1000U + next_byte(world);
    }
    say(world, byte % LINKS);
}

static void raw(struct world *world, uint8_t byte)
{
    size_t len = next_byte(world);
    if (len > world->input.len)
        len = world->input.len;
    struct avow_bytes bytes = avow_bytes(world->input.data, len);
    world->input = avow_bytes(world->input.data + len, world->input.len - len);
    if (avow_message_decode(bytes, &world->message) == AVOW_ACCEPT &&
        avow_core_takes(world->message.type))
        say(world, byte % LINKS);
}

static void fill_list(struct world *world, struct avow_message *answer, const struct asked *asked)
{
    struct avow_buf items;
    avow_buf_init_fixed(&items, world->items, sizeof(world->items));
    struct avow_checkpoint checkpoint;
    size_t count = next_byte(world) % 4;
    answer->type = AVOW_MESSAGE_LOGS;
    answer->last = next_byte(world) & 1;
    for (size_t i = 0; i < count; i++) {
        some_checkpoint(world, &checkpoint);
        if (memcmp(&checkpoint.issuer, &asked->issuer, sizeof(checkpoint.issuer)) <= 0)
            checkpoint.issuer.bytes[0] = (uint8_t)(asked->issuer.bytes[0] + 1 + i);
        *avow_buf_extend(&items, 1) = 0x92;
        avow_checkpoint_write(&items, &checkpoint);
        avow_cosignatures_write(&items, NULL, 0);
    }
    answer->checkpoints = (struct avow_list){count, avow_buf_bytes(&items)};
}

static void fill_range(struct world *world, struct avow_message *answer, const struct asked *asked)
{
    uint64_t count = asked->count;
    if (next_byte(world) & 1)
        count = next_byte(world);
    if (count > sizeof(world->items) / 3)
        count = sizeof(world->items) / 3;
    answer->type = AVOW_MESSAGE_RANGE;
    for (size_t i = 0; i < count; i++)
        memcpy(world->items + 3 * i, "\xc4\x01", 3);
    answer->entries = (struct avow_list){(size_t)count, avow_bytes(world->items, 3 * count)};
}

static void fill_digests(struct world *world, struct avow_message *answer,
                         const struct asked *asked)
{
    struct avow_buf items;
    struct avow_hash issuer = asked->issuer, digest = {{0}};
    size_t count = next_byte(world) % 4;
    avow_buf_init_fixed(&items, world->items, sizeof(world->items));
    answer->type = AVOW_MESSAGE_FORKS;
    answer->last = next_byte(world) & 1;
    for (size_t i = 0; i < count; i++) {
        issuer.bytes[0] = (uint8_t)(issuer.bytes[0] + 1 + next_byte(world) % 2);
        digest.bytes[0] = next_byte(world);
        avow_list_digest_write(&items, &issuer, &digest);
    }
    answer->digests = (struct avow_list){count, avow_buf_bytes(&items)};
}

static void fill_fork(struct world *world, struct avow_message *answer, const struct asked *asked)
{
    struct avow_fork fork;
    struct avow_buf out;
    answer->type = AVOW_MESSAGE_FORK;
    answer->count = next_byte(world) % 10;
    memset(&fork, 0, sizeof(fork));
    some_checkpoint(world, &fork.first);
    fork.first.issuer = asked->issuer;
    fork.second = fork.first;
    avow_buf_init_fixed(&out, world->items, sizeof(world->items));
    if (next_byte(world) & 1)
        avow_fork_encode(&out, &fork);
    answer->fork = avow_buf_bytes(&out);
}

static void fill_statuses(struct world *world, struct avow_message *answer,
                          const struct asked *asked)
{
    struct avow_buf items;
    struct avow_proved_status status = {.index = 1};
    some_checkpoint(world, &status.checkpoint);
    avow_buf_init_fixed(&items, world->items, sizeof(world->items));
    avow_proved_status_write(&items, &status);
    answer->type = AVOW_MESSAGE_STATUSES;
    answer->from = next_byte(world) & 1 ? asked->from + 1 : 0;
    answer->statuses = (struct avow_list){next_byte(world) & 1, avow_buf_bytes(&items)};
    if (answer->statuses.count == 0)
        answer->statuses.items.len = 0;
}

/* False for what is not about forks. */
static bool fill_about_forks(struct world *world, struct avow_message *answer,
                             const struct asked *asked)
{
    if (asked->type == AVOW_MESSAGE_GET_FORKS) {
        fill_digests(world, answer, asked);
    } else if (asked->type == AVOW_MESSAGE_GET_FORK) {
        fill_fork(world, answer, asked);
    } else if (asked->type == AVOW_MESSAGE_GET_OTHER) {
        answer->type = AVOW_MESSAGE_OTHER;
        some_checkpoint(world, &answer->checkpoint);
        if (next_byte(world) & 7)
            answer->checkpoint.issuer = asked->issuer;
    } else if (asked->type == AVOW_MESSAGE_GET_STATUSES) {
        fill_statuses(world, answer, asked);
    } else {
        return false;
    }
    return true;
}

static void answer(struct world *world, uint8_t byte)
{
    if (world->asked_count == 0)
        return;
    size_t at = (byte >> 2) % world->asked_count;
    struct asked asked = world->asked[at];
    memmove(&world->asked[at], &world->asked[at + 1],
            (--world->asked_count - at) * sizeof(world->asked[0]));
    memset(&world->message, 0, sizeof(world->message));
    struct avow_message *message = &world->message;
    message->request = asked.request;
    message->issuer = asked.issuer;
    message->from = asked.from;
    message->size = asked.size;
    if ((byte & 3) == 3) {
        message->type = AVOW_MESSAGE_REFUSED;
        message->code = next_byte(world) & 15;
    } else if (fill_about_forks(world, message, &asked)) {
        /* as it is */
    } else if (asked.type == AVOW_MESSAGE_LIST) {
        fill_list(world, message, &asked);
    } else if (asked.type == AVOW_MESSAGE_GET_CHAIN) {
        message->type = AVOW_MESSAGE_CHAIN;
    } else if (asked.type == AVOW_MESSAGE_GET_RANGE) {
        fill_range(world, message, &asked);
    } else {
        message->type = AVOW_MESSAGE_CONSISTENCY;
    }
    if ((byte & 3) == 2)
        message->size++;
    say(world, asked.link);
}

static void complete(struct world *world, uint8_t byte)
{
    if (world->pending_count == 0)
        return;
    struct pending pending = world->pending[0];
    memmove(&world->pending[0], &world->pending[1],
            --world->pending_count * sizeof(world->pending[0]));
    uint8_t detail = next_byte(world);
    struct avow_core_event event = {.type = AVOW_CORE_STORED, .token = pending.token};
    if (pending.type == AVOW_CORE_JUDGE) {
        event.type = AVOW_CORE_JUDGED;
        event.judgement.err = byte >> 6 == 3 ? AVOW_ERR_REFUSED : AVOW_OK;
        event.judgement.reject = byte >> 6 == 2 ? AVOW_REJECT_SIGNATURE : AVOW_ACCEPT;
        event.judgement.relation = byte >> 6 == 1 ? detail & 3 : AVOW_JUDGE_EXTENDS;
        event.judgement.parts_at = detail >> 2;
        event.judgement.lines = detail;
    } else {
        static const enum avow_reject rejects[] = {
            AVOW_REJECT_PROOF, AVOW_REJECT_SIZE,        AVOW_REJECT_QUOTA, AVOW_REJECT_NEWER,
            AVOW_REJECT_ROOT,  AVOW_REJECT_STATUS_ROOT, AVOW_REJECT_TIME,  AVOW_REJECT_TYPE};
        event.stored.err = byte >> 6 == 3 ? (detail & 1 ? AVOW_ERR_REFUSED : AVOW_ERR_IO) : AVOW_OK;
        event.stored.reject = byte >> 6 == 2 ? rejects[detail & 7] : AVOW_ACCEPT;
        event.stored.advanced = byte >> 6 == 1;
        event.stored.changed = detail & 1;
        event.stored.ready = detail & 2;
        event.issuer = issuer_of(detail);
        event.stored.accepted = detail >> 4;
        event.stored.pending = event.stored.accepted + (detail & 15) * 16U;
    }
    step(world, &event);
}

static void notice(struct world *world, uint8_t byte)
{
    struct asked asked = {.issuer = issuer_of(next_byte(world))};
    memset(&world->message, 0, sizeof(world->message));
    asked.issuer.bytes[0]--;
    fill_digests(world, &world->message, &asked);
    say(world, byte % LINKS);
}

static void change(struct world *world, uint8_t byte)
{
    struct avow_core_event event = {.type = AVOW_CORE_LOG_CHANGED, .issuer = issuer_of(byte)};
    struct avow_core_log *log = &world->held[byte % ISSUERS];
    some_checkpoint(world, &log->checkpoint);
    log->checkpoint.issuer = event.issuer;
    log->pending = log->checkpoint.size + (byte >> 4);
    step(world, &event);
}

static void tick(struct world *world, uint8_t byte)
{
    struct avow_core_event event = {.type = AVOW_CORE_TICK};
    world->now.ms += byte < 240 ? byte * 100U : UINT64_C(1) << (byte & 63);
    world->now.unix_s = byte % 7 == 0 ? byte : 1500;
    step(world, &event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const events[])(struct world *, uint8_t) = {
        link_event, hello,    announce, announce, raw,  answer, answer,
        answer,     complete, complete, change,   tick, notice};
    struct world *world = calloc(1, sizeof(*world));
    AVOW_ASSERT(world != NULL);
    world->input = avow_bytes(data, size);
    struct avow_core_config config = avow_core_config_default();
    config.links_max = LINKS;
    config.wants_max = 4;
    config.judgements_max = 3;
    config.ranges_max = 5;
    config.shunned_max = 8;
    size_t needed = avow_core_size(&config);
    world->memory = malloc(needed);
    AVOW_ASSERT(world->memory != NULL);
    const struct avow_core_reads reads = {world, read_log, read_root, counts, read_digest};
    world->core = avow_core_init(world->memory, &config, &reads);
    for (uint8_t i = 0; i < LINKS - 1; i++) { /* most of them in the state that matters */
        link_event(world, i);
        hello(world, i);
    }
    while (world->input.len > 1) {
        uint8_t which = next_byte(world);
        events[which % (sizeof(events) / sizeof(events[0]))](world, next_byte(world));
    }
    free(world->memory);
    free(world);
    return 0;
}
