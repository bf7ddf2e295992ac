/* What a log's part of evidence shows of forks: a proof that its origin is forked, the newest
 * checkpoint of it, what other branches say of the records that are shown, and the other root
 * chains where there is a root fork. */
#include "proto/codec/reader.h"
#include "proto/codec/writer.h"
#include "store/read/evidence_inner.h"
#include "store/read/snapshot_forks.h"

#include <stdlib.h>

/* Another branch's entry for one of the records. */
struct saying {
    uint64_t target, index;
    size_t group;
};

struct known {
    struct avow_evidence_part *part;
    bool has_fork, has_newest;
    struct avow_fork fork;
    struct avow_checkpoint newest;
    size_t chains;
    size_t group_count, saying_count;
    struct avow_checkpoint groups[AVOW_EVIDENCE_FORKS_MAX]; /* whose sayings they are */
    struct saying *sayings;
};

static enum avow_err read_fork(struct known *known)
{
    struct avow_known_fork stored;
    const struct avow_log *log = known->part->log;
    if (!log->forked)
        return AVOW_OK;
    enum avow_err err = avow_snapshot_fork(known->part->snapshot, &log->checkpoint, &stored);
    if (err != AVOW_OK)
        return err == AVOW_ERR_NOT_FOUND ? AVOW_ERR_CORRUPT : err;
    if (avow_fork_decode(stored.fork, &known->fork) != AVOW_ACCEPT)
        return AVOW_ERR_CORRUPT;
    known->has_fork = true;
    known->newest = stored.newest;
    known->has_newest =
        stored.newest.time > known->fork.first.time && stored.newest.time > known->fork.second.time;
    return AVOW_OK;
}

static enum avow_err group_of(struct known *known, const struct avow_checkpoint *checkpoint,
                              size_t *group)
{
    for (*group = 0; *group < known->group_count; ++*group) {
        if (avow_checkpoint_same_text(&known->groups[*group], checkpoint))
            return AVOW_OK;
    }
    if (known->group_count == AVOW_EVIDENCE_FORKS_MAX)
        return AVOW_ERR_TOO_LARGE;
    known->groups[known->group_count++] = *checkpoint;
    return AVOW_OK;
}

static int by_group(const void *a, const void *b)
{
    const struct saying *left = a;
    const struct saying *right = b;
    if (left->group != right->group)
        return left->group < right->group ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

static enum avow_err read_sayings(struct known *known)
{
    const struct avow_number_set *targets = &known->part->foreign;
    struct avow_foreign foreign;
    if (!known->has_fork || targets->count == 0)
        return AVOW_OK;
    known->sayings = malloc(targets->count * sizeof(*known->sayings));
    if (known->sayings == NULL)
        return AVOW_ERR_NOMEM;
    for (size_t i = 0; i < targets->count; i++) {
        uint64_t target = targets->items[i];
        struct saying *saying = &known->sayings[known->saying_count];
        enum avow_err err = avow_snapshot_foreign(known->part->snapshot, known->part->log, false,
                                                  &target, &foreign);
        if (err == AVOW_ERR_NOT_FOUND)
            continue;
        if (err == AVOW_OK)
            err = group_of(known, &foreign.checkpoint, &saying->group);
        if (err != AVOW_OK)
            return err;
        saying->target = target;
        saying->index = foreign.index;
        known->saying_count++;
        if (avow_checkpoint_same_text(&foreign.checkpoint, &known->newest))
            known->has_newest = false;
    }
    qsort(known->sayings, known->saying_count, sizeof(*known->sayings), by_group);
    return AVOW_OK;
}

static enum avow_err count_chains(struct known *known)
{
    struct avow_other_chain other;
    const struct avow_log *log = known->part->log;
    enum avow_err err = AVOW_OK;
    while (log->disputed_from != AVOW_NEVER && err == AVOW_OK) {
        err = avow_snapshot_other_chain(known->part->snapshot, &log->checkpoint.issuer,
                                        known->chains, &other);
        known->chains += err == AVOW_OK ? 1 : 0;
    }
    return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
}

/* Within the list's bound. The newest checkpoint only makes a log fresher; and the fork of an
 * origin that lies behind a root fork tells of nothing that is not disputed already, unless another
 * branch speaks of what is before. What cannot be left out is not: then there is no evidence. */
static enum avow_err fit(struct known *known, size_t *count)
{
    size_t needed = known->chains + known->group_count;
    if (needed + (known->has_fork ? 1U : 0U) + (known->has_newest ? 1U : 0U) >
        AVOW_EVIDENCE_FORKS_MAX)
        known->has_newest = false;
    if (needed + (known->has_fork ? 1U : 0U) > AVOW_EVIDENCE_FORKS_MAX && known->group_count == 0)
        known->has_fork = false;
    *count = needed + (known->has_fork ? 1U : 0U) + (known->has_newest ? 1U : 0U);
    return *count > AVOW_EVIDENCE_FORKS_MAX ? AVOW_ERR_TOO_LARGE : AVOW_OK;
}

static enum avow_err write_group(struct known *known, size_t group, struct avow_buf *out)
{
    size_t count = 0;
    for (size_t i = 0; i < known->saying_count; i++)
        count += known->sayings[i].group == group ? 1 : 0;
    avow_evidence_begin_foreign(out, &known->groups[group], count);
    for (size_t i = 0; i < known->saying_count; i++) {
        struct avow_foreign foreign;
        uint64_t target = known->sayings[i].target;
        if (known->sayings[i].group != group)
            continue;
        enum avow_err err = avow_snapshot_foreign(known->part->snapshot, known->part->log, false,
                                                  &target, &foreign);
        if (err != AVOW_OK)
            return err;
        avow_proved_entry_write(out, foreign.entry, foreign.index, &foreign.path);
    }
    return out->err;
}

static enum avow_err write_chain(struct known *known, size_t position, struct avow_buf *out)
{
    struct avow_other_chain other;
    struct avow_reader reader;
    enum avow_err err = avow_snapshot_other_chain(
        known->part->snapshot, &known->part->log->checkpoint.issuer, position, &other);
    if (err != AVOW_OK)
        return err;
    avow_reader_init(&reader, other.list);
    size_t count = avow_reader_array(&reader, AVOW_ROOT_ENTRIES_MAX);
    if (reader.reject != AVOW_ACCEPT)
        return AVOW_ERR_CORRUPT;
    avow_evidence_begin_other(out, &other.checkpoint, count);
    avow_write_raw(out, reader.rest);
    return out->err;
}

static enum avow_err write_all(struct known *known, struct avow_buf *out)
{
    size_t count;
    enum avow_err err = fit(known, &count);
    if (err != AVOW_OK)
        return err;
    avow_evidence_begin_forks(out, count);
    if (known->has_fork)
        avow_evidence_write_fork(out, &known->fork);
    if (known->has_newest)
        avow_evidence_begin_foreign(out, &known->newest, 0);
    for (size_t i = 0; i < known->group_count && err == AVOW_OK; i++)
        err = write_group(known, i, out);
    for (size_t i = 0; i < known->chains && err == AVOW_OK; i++)
        err = write_chain(known, i, out);
    return err == AVOW_OK ? out->err : err;
}

enum avow_err avow_evidence_part_write_forks(struct avow_evidence_part *part, struct avow_buf *out)
{
    if (!part->log->forked && part->log->disputed_from == AVOW_NEVER) {
        avow_evidence_begin_forks(out, 0);
        return out->err;
    }
    struct known *known = calloc(1, sizeof(*known));
    if (known == NULL)
        return AVOW_ERR_NOMEM;
    known->part = part;
    enum avow_err err = read_fork(known);
    if (err == AVOW_OK)
        err = read_sayings(known);
    if (err == AVOW_OK)
        err = count_chains(known);
    if (err == AVOW_OK)
        err = write_all(known, out);
    free(known->sayings);
    free(known);
    return err;
}
