/* Evidence of one log, of what is asked for by index. */
#include "store/read/evidence_inner.h"

static enum avow_err collect(struct avow_evidence_part *part,
                             const struct avow_prove_request *request)
{
    const struct avow_log *log = part->log;
    uint64_t size = log->checkpoint.size;
    uint64_t chunks = avow_status_map_chunk_count(size);
    enum avow_err err = AVOW_OK;
    for (size_t i = 0; i < request->index_count && err == AVOW_OK; i++) {
        if (request->indices[i] < size)
            err = avow_evidence_part_record(part, request->indices[i]);
    }
    for (size_t i = 0; i < request->chunk_count && err == AVOW_OK; i++) {
        if (request->chunks[i] < chunks)
            err = avow_evidence_part_chunk(part, request->chunks[i]);
    }
    if (request->for_signing && err == AVOW_OK)
        err = avow_number_set_add(&part->entries, size - 1);
    if (request->for_signing && err == AVOW_OK && log->state.has_home)
        err = avow_evidence_part_entry(part, log->state.nodes_index);
    if (request->for_signing && err == AVOW_OK)
        err = avow_evidence_part_chunk(part, chunks - 1);
    if (request->index_count == 1 && request->indices[0] < size) {
        part->has_witnessed = true;
        part->witnessed = request->indices[0];
    }
    return err;
}

enum avow_err avow_evidence_make(struct avow_snapshot *snapshot,
                                 const struct avow_prove_request *request, struct avow_buf *out)
{
    const struct avow_log *log;
    enum avow_err err = avow_snapshot_log(snapshot, &request->issuer, &log);
    if (err != AVOW_OK)
        return err;
    AVOW_CLEANUP(avow_evidence_part_fini)
    struct avow_evidence_part part;
    avow_evidence_part_init(&part, snapshot, log);
    err = collect(&part, request);
    if (err != AVOW_OK)
        return err;
    avow_evidence_begin(out, 1);
    return avow_evidence_part_write(&part, request->own, NULL, out);
}
