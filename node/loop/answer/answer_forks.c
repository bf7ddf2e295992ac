/* Answers about logs that have parted: which ones, the fork's proof, other root chains, and what
 * either branch says of what lies below (docs/protocol.md, "Gossip"). */
#include "node/loop/answer/answerer.h"

#include "store/store.h"

/* Issuers, records and moves of one record that one request looks at. */
#define PARTED_VISITED_MAX 1024
#define TARGETS_VISITED_MAX 2048
#define MOVES_MAX 1024

enum avow_err avow_answer_forks(struct avow_answerer *a, struct avow_buf *out)
{
    struct avow_hash issuer = a->request.issuer;
    struct avow_hash digest;
    size_t count = 0;
    enum avow_err err = AVOW_OK;
    for (size_t visited = 0; visited < PARTED_VISITED_MAX && count < AVOW_MESSAGE_DIGESTS_MAX;
         visited++) {
        if (count > 0 && !avow_allowance_may_go_on(a->snapshot))
            break;
        const struct avow_hash after = issuer;
        err = avow_snapshot_next_forked(a->snapshot, &after, &issuer);
        if (err != AVOW_OK)
            break;
        err = avow_snapshot_fork_digest(a->snapshot, &issuer, &digest);
        if (err == AVOW_OK) {
            avow_list_digest_write(&a->scratch, &issuer, &digest);
            count++;
        } else if (err != AVOW_ERR_NOT_FOUND) {
            return err;
        }
    }
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return err;
    a->answer.type = AVOW_MESSAGE_FORKS;
    /* A page of none would lead nowhere: then what is beyond is left for another time. */
    a->answer.last = err == AVOW_ERR_NOT_FOUND || count == 0 ? 1 : 0;
    a->answer.digests = (struct avow_list){.count = count, .items = avow_buf_bytes(&a->scratch)};
    if (a->scratch.err == AVOW_OK)
        avow_message_encode(out, &a->answer);
    return a->scratch.err;
}

enum avow_err avow_answer_fork(struct avow_answerer *a, struct avow_buf *out)
{
    const struct avow_log *log;
    struct avow_known_fork known = {.foreign = 0};
    struct avow_other_chain other;
    enum avow_err err = avow_snapshot_log(a->snapshot, &a->request.issuer, &log);
    if (err == AVOW_OK && log->forked)
        err = avow_snapshot_fork(a->snapshot, &log->checkpoint, &known);
    if (err != AVOW_OK)
        return err;
    size_t count = 0;
    while (count < AVOW_OTHER_CHAINS_MAX && err == AVOW_OK) {
        err = avow_snapshot_other_chain(a->snapshot, &a->request.issuer, count, &other);
        count += err == AVOW_OK ? 1 : 0;
    }
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return err;
    a->answer.type = AVOW_MESSAGE_FORK;
    a->answer.issuer = a->request.issuer;
    a->answer.count = count;
    a->answer.fork = known.fork;
    avow_message_encode(out, &a->answer);
    return AVOW_OK;
}

enum avow_err avow_answer_other(struct avow_answerer *a, struct avow_buf *out)
{
    struct avow_other_chain other;
    struct avow_bytes entry;
    struct avow_path path;
    uint64_t index;
    if (a->request.index >= AVOW_OTHER_CHAINS_MAX)
        return AVOW_ERR_NOT_FOUND;
    enum avow_err err = avow_snapshot_other_chain(a->snapshot, &a->request.issuer,
                                                  (size_t)a->request.index, &other);
    if (err != AVOW_OK)
        return err;
    struct avow_reader reader;
    avow_reader_init(&reader, other.list);
    struct avow_list list = {.count = avow_reader_array(&reader, AVOW_ROOT_ENTRIES_MAX)};
    list.items = reader.rest;
    a->answer.type = AVOW_MESSAGE_OTHER;
    a->answer.checkpoint = other.checkpoint;
    a->answer.chain = list;
    while (avow_list_next_proved(&list, &entry, &index, &path))
        continue;
    if (reader.reject != AVOW_ACCEPT || list.items.len != 0)
        return AVOW_ERR_CORRUPT;
    avow_message_encode(out, &a->answer);
    return AVOW_OK;
}

/* The gravest of a record's moves in this epoch of the held branch; NOT_FOUND if there is none. */
static enum avow_err gravest_move(struct avow_answerer *a, const struct avow_log *log,
                                  uint64_t target, uint64_t opening,
                                  struct avow_proved_status *status)
{
    struct avow_entry gravest;
    enum avow_status state;
    uint64_t index;
    bool found = false;
    enum avow_err err = avow_snapshot_status(a->snapshot, log, target, &state, &index);
    for (size_t i = 0; err == AVOW_OK && index > opening && i < MOVES_MAX; i++) {
        struct avow_bytes bytes;
        struct avow_entry entry;
        err = avow_snapshot_entry(a->snapshot, log, index, &bytes);
        if (err != AVOW_OK || avow_entry_decode(bytes, &entry) != AVOW_ACCEPT ||
            entry.kind != AVOW_KIND_STATUS)
            return err == AVOW_OK ? AVOW_ERR_CORRUPT : err;
        if (entry.status.state != AVOW_STATUS_ACTIVE &&
            (!found || avow_state_is_graver(&entry, &gravest))) {
            gravest = entry;
            found = true;
            status->entry = bytes;
            status->index = index;
        }
        index = entry.status.previous;
    }
    if (err != AVOW_OK || !found)
        return err == AVOW_OK ? AVOW_ERR_NOT_FOUND : err;
    status->checkpoint = log->checkpoint;
    return avow_snapshot_inclusion(a->snapshot, log, status->index, log->checkpoint.size,
                                   &status->path);
}

struct status_page {
    const struct avow_log *log;
    uint64_t opening;
    size_t count;
};

/* What both branches say of one record. */
static enum avow_err add_statuses(struct avow_answerer *a, struct status_page *page,
                                  uint64_t target)
{
    struct avow_proved_status status;
    struct avow_foreign foreign;
    enum avow_err err = gravest_move(a, page->log, target, page->opening, &status);
    if (err == AVOW_OK) {
        avow_proved_status_write(&a->scratch, &status);
        page->count++;
    } else if (err != AVOW_ERR_NOT_FOUND) {
        return err;
    }
    err = avow_snapshot_foreign(a->snapshot, page->log, false, &target, &foreign);
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
    status =
        (struct avow_proved_status){foreign.checkpoint, foreign.entry, foreign.index, foreign.path};
    avow_proved_status_write(&a->scratch, &status);
    page->count++;
    return AVOW_OK;
}

/* The first record from `*target` on of which either branch has a status entry. */
static enum avow_err next_target(struct avow_answerer *a, const struct avow_log *log,
                                 uint64_t *target)
{
    struct avow_foreign foreign;
    uint64_t own = *target;
    uint64_t other = *target;
    enum avow_err err = avow_snapshot_next_changed(a->snapshot, log, &own);
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return err;
    enum avow_err other_err = avow_snapshot_foreign(a->snapshot, log, true, &other, &foreign);
    if (other_err != AVOW_OK && other_err != AVOW_ERR_NOT_FOUND)
        return other_err;
    if (err != AVOW_OK && other_err != AVOW_OK)
        return AVOW_ERR_NOT_FOUND;
    if (err != AVOW_OK || (other_err == AVOW_OK && other < own))
        own = other;
    *target = own;
    return AVOW_OK;
}

enum avow_err avow_answer_statuses(struct avow_answerer *a, struct avow_buf *out)
{
    struct status_page page = {.count = 0};
    uint64_t target = a->request.from;
    enum avow_err err = avow_snapshot_log(a->snapshot, &a->request.issuer, &page.log);
    if (err == AVOW_OK && !page.log->forked)
        err = AVOW_ERR_NOT_FOUND;
    if (err != AVOW_OK)
        return err;
    const struct avow_chain *chain = &page.log->state.chain;
    page.opening = chain->entries[chain->count - 1].index;
    a->answer.from = 0;
    for (size_t visited = 0; err == AVOW_OK; visited++) {
        err = next_target(a, page.log, &target);
        if (err != AVOW_OK || target >= page.opening)
            break;
        if (visited == TARGETS_VISITED_MAX || page.count + 2 > AVOW_MESSAGE_STATUSES_MAX ||
            (visited > 0 && !avow_allowance_may_go_on(a->snapshot))) {
            a->answer.from = target;
            break;
        }
        err = add_statuses(a, &page, target++);
    }
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return err;
    a->answer.type = AVOW_MESSAGE_STATUSES;
    a->answer.issuer = a->request.issuer;
    a->answer.statuses =
        (struct avow_list){.count = page.count, .items = avow_buf_bytes(&a->scratch)};
    if (a->scratch.err == AVOW_OK)
        avow_message_encode(out, &a->answer);
    return a->scratch.err;
}
