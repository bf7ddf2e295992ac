/* Evidence by which a verdict under a policy is the same as here: what the verdict's own functions
 * read is written down while they read it, and then proved.
 *
 * Of recognitions only those on the paths that were found are shown. Where there is no path and the
 * policy demands one, every log that was searched is shown whole, if that fits: so absence is
 * proved. A search that ended at a bound tells of no absence. */
#include "store/read/allowance.h"
#include "store/read/evidence_inner.h"

#include <stdlib.h>

struct recorder {
    struct avow_snapshot *snapshot;
    const struct avow_prove_under *request;
    struct avow_facts inner, facts;
    size_t count;
    struct avow_evidence_part parts[AVOW_EVIDENCE_LOGS_MAX];
};

static void recorder_fini(struct recorder *recorder)
{
    for (size_t i = 0; i < recorder->count; i++)
        avow_evidence_part_fini(&recorder->parts[i]);
    recorder->count = 0;
}

/* ------------------------------------------------------------------ reading, written down */

/* The part of a log that has been read. */
static struct avow_evidence_part *part_of(struct recorder *recorder, const struct avow_log *log)
{
    for (size_t i = 0; i < recorder->count; i++) {
        if (recorder->parts[i].log == log)
            return &recorder->parts[i];
    }
    return NULL;
}

static enum avow_err record_log(void *context, const struct avow_hash *issuer,
                                struct avow_known_log *known)
{
    struct recorder *recorder = context;
    enum avow_err err = recorder->inner.log(recorder->inner.context, issuer, known);
    if (err != AVOW_OK || part_of(recorder, known->handle) != NULL)
        return err;
    if (recorder->count == AVOW_EVIDENCE_LOGS_MAX)
        return AVOW_ERR_TOO_LARGE;
    avow_evidence_part_init(&recorder->parts[recorder->count++], recorder->snapshot, known->handle);
    return AVOW_OK;
}

static enum avow_err record_entry(void *context, const struct avow_known_log *log, uint64_t index,
                                  struct avow_bytes *entry)
{
    struct recorder *recorder = context;
    enum avow_err err = recorder->inner.entry(recorder->inner.context, log, index, entry);
    return err == AVOW_OK ? avow_evidence_part_entry(part_of(recorder, log->handle), index) : err;
}

static enum avow_err record_status(void *context, const struct avow_known_log *log, uint64_t index,
                                   enum avow_status *status)
{
    struct recorder *recorder = context;
    enum avow_err err = recorder->inner.status(recorder->inner.context, log, index, status);
    return err == AVOW_OK ? avow_evidence_part_chunk(part_of(recorder, log->handle),
                                                     index / AVOW_STATUS_CHUNK_ENTRIES)
                          : err;
}

static enum avow_err record_last_status_entry(void *context, const struct avow_known_log *log,
                                              uint64_t target, uint64_t *index)
{
    struct recorder *recorder = context;
    return recorder->inner.last_status_entry(recorder->inner.context, log, target, index);
}

/* A log proof has room for one kept checkpoint: that of the record that was asked about first. */
static enum avow_err record_witnessed(void *context, const struct avow_known_log *log,
                                      uint64_t index, uint64_t after,
                                      struct avow_witnessed *witnessed)
{
    struct recorder *recorder = context;
    struct avow_evidence_part *part = part_of(recorder, log->handle);
    if (!part->has_witnessed) {
        part->has_witnessed = true;
        part->witnessed = index;
    }
    return recorder->inner.witnessed(recorder->inner.context, log, index, after, witnessed);
}

static enum avow_err record_foreign(void *context, const struct avow_known_log *log,
                                    uint64_t target, struct avow_bytes *entry)
{
    struct recorder *recorder = context;
    enum avow_err err = recorder->inner.foreign(recorder->inner.context, log, target, entry);
    return err == AVOW_OK ? avow_number_set_add(&part_of(recorder, log->handle)->foreign, target)
                          : err;
}

static enum avow_err record_recognition(void *context, const struct avow_known_log *log,
                                        const struct avow_hash *subject, uint64_t *index)
{
    struct recorder *recorder = context;
    part_of(recorder, log->handle)->searched = true;
    return recorder->inner.recognition(recorder->inner.context, log, subject, index);
}

static bool record_may_go_on(void *context)
{
    const struct recorder *recorder = context;
    return recorder->inner.may_go_on(recorder->inner.context);
}

static void recorder_init(struct recorder *recorder, struct avow_snapshot *snapshot,
                          const struct avow_prove_under *request)
{
    recorder->snapshot = snapshot;
    recorder->request = request;
    recorder->inner = avow_facts_from_snapshot(snapshot);
    recorder->facts = (struct avow_facts){
        .context = recorder,
        .log = record_log,
        .entry = record_entry,
        .status = record_status,
        .last_status_entry = record_last_status_entry,
        .witnessed = record_witnessed,
        .foreign = record_foreign,
        .recognition = record_recognition,
        .may_go_on = record_may_go_on,
    };
    recorder->count = 0;
}

/* ------------------------------------------------------------------ what is read */

/* A record, with all that may be asked of it at any time; of a log or index that is not held, only
 * that. NOT_FOUND: the log is not held. */
static enum avow_err read_record(struct recorder *recorder, const struct avow_hash *issuer,
                                 uint64_t index, bool is_subject)
{
    const struct avow_prove_under *request = recorder->request;
    struct avow_known_log known;
    struct avow_standing standing;
    enum avow_err err = record_log(recorder, issuer, &known);
    if (err != AVOW_OK)
        return err;
    struct avow_evidence_part *part = part_of(recorder, known.handle);
    if (index >= known.checkpoint->size)
        return AVOW_OK;
    if (is_subject) {
        part->has_witnessed = true;
        part->witnessed = index;
    }
    err = avow_evidence_part_record(part, index);
    return err == AVOW_OK ? avow_standing(&recorder->facts, &known, request->policy, index,
                                          request->now, request->at, &standing)
                          : err;
}

static enum avow_err read_references(struct recorder *recorder)
{
    const struct avow_prove_under *request = recorder->request;
    for (size_t i = 0; i < request->count; i++) {
        enum avow_err err = read_record(recorder, &request->references[i].issuer,
                                        request->references[i].index, i == 0);
        if (err != AVOW_OK && (err != AVOW_ERR_NOT_FOUND || i == 0))
            return err;
    }
    return AVOW_OK;
}

static enum avow_err read_paths(struct recorder *recorder, const struct avow_recognised *recognised,
                                size_t paths)
{
    for (size_t i = 0; i < paths; i++) {
        const struct avow_recognition_path *path = &recognised->paths[i];
        for (size_t step = 0; step < path->count; step++) {
            enum avow_err err =
                read_record(recorder, &path->steps[step].issuer, path->steps[step].index, false);
            if (err != AVOW_OK)
                return err == AVOW_ERR_NOT_FOUND ? AVOW_ERR_CORRUPT : err;
        }
    }
    return AVOW_OK;
}

static enum avow_err judge(const struct avow_facts *facts, const struct avow_prove_under *request,
                           struct avow_verdict *verdict)
{
    const struct avow_subject subject = {.issuer = request->references[0].issuer,
                                         .index = request->references[0].index};
    return avow_judge(facts, request->policy, &subject, request->now, request->at, verdict);
}

/* All that was searched for a path. */
static enum avow_err read_searched(struct recorder *recorder, struct avow_verdict *verdict)
{
    enum avow_err err = judge(&recorder->facts, recorder->request, verdict);
    for (size_t i = 0; i < recorder->count && err == AVOW_OK; i++) {
        if (recorder->parts[i].searched)
            err = avow_evidence_part_all(&recorder->parts[i]);
    }
    return err;
}

/* ------------------------------------------------------------------ writing */

static int by_issuer(const void *a, const void *b)
{
    const struct avow_evidence_part *left = a;
    const struct avow_evidence_part *right = b;
    return memcmp(left->log->checkpoint.issuer.bytes, right->log->checkpoint.issuer.bytes, 32);
}

static enum avow_err write_parts(struct recorder *recorder, struct avow_buf *out)
{
    const struct avow_prove_under *request = recorder->request;
    qsort(recorder->parts, recorder->count, sizeof(recorder->parts[0]), by_issuer);
    avow_buf_clear(out);
    avow_evidence_begin(out, recorder->count);
    enum avow_err err = AVOW_OK;
    for (size_t i = 0; i < recorder->count && err == AVOW_OK; i++) {
        struct avow_evidence_part *part = &recorder->parts[i];
        const struct avow_cosignature *own =
            request->own == NULL ? NULL : request->own(request->context, part->log);
        err = avow_evidence_part_write(part, own, request->policy, out);
    }
    return err == AVOW_OK && out->len > AVOW_EVIDENCE_BYTES_MAX ? AVOW_ERR_TOO_LARGE : err;
}

/* The references, with so many of the paths, or else with all that was searched. */
static enum avow_err try_with(struct recorder *recorder, struct avow_verdict *verdict, size_t paths,
                              bool searched, struct avow_buf *out)
{
    recorder_fini(recorder);
    enum avow_err err = read_references(recorder);
    if (err == AVOW_OK)
        err = read_paths(recorder, &verdict->recognised, paths);
    if (err == AVOW_OK && searched)
        err = read_searched(recorder, verdict);
    return err == AVOW_OK ? write_parts(recorder, out) : err;
}

static enum avow_err make(struct recorder *recorder, struct avow_verdict *verdict,
                          struct avow_buf *out)
{
    const struct avow_policy *policy = recorder->request->policy;
    enum avow_err err = judge(&recorder->inner, recorder->request, verdict);
    if (err == AVOW_OK && recorder->request->all_or_none &&
        avow_allowance_fell_short(recorder->snapshot))
        err = AVOW_ERR_BUSY;
    if (err != AVOW_OK)
        return err;
    size_t paths = policy->anchor_count == 0 ? 0 : verdict->recognised.path_count;
    bool searched = paths == 0 && policy->anchor_count > 0 && policy->require_recognition &&
                    verdict->recognised.end != AVOW_SEARCH_BUDGET; /* then absence is not known */
    for (;;) {
        err = try_with(recorder, verdict, paths, searched, out);
        if (err != AVOW_ERR_TOO_LARGE || (paths == 0 && !searched))
            return err;
        searched = false;
        paths /= 2; /* the best come first */
    }
}

enum avow_err avow_evidence_make_under(struct avow_snapshot *snapshot,
                                       const struct avow_prove_under *request, struct avow_buf *out)
{
    AVOW_ASSERT(request->count > 0);
    struct avow_verdict *verdict = malloc(sizeof(*verdict));
    struct recorder *recorder = malloc(sizeof(*recorder));
    enum avow_err err = verdict == NULL || recorder == NULL ? AVOW_ERR_NOMEM : AVOW_OK;
    if (err == AVOW_OK) {
        recorder_init(recorder, snapshot, request);
        err = make(recorder, verdict, out);
        recorder_fini(recorder);
    }
    free(recorder);
    free(verdict);
    return err;
}
