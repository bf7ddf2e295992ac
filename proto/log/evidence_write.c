/* Making evidence: the pieces, in the order of the format. */
#include "proto/codec/writer.h"
#include "proto/log/evidence.h"
#include "proto/log/path.h"

void avow_evidence_begin(struct avow_buf *out, size_t logs)
{
    avow_write_array(out, 2);
    avow_write_uint(out, AVOW_EVIDENCE_VERSION);
    avow_write_array(out, logs);
}

void avow_log_proof_begin(struct avow_buf *out, const struct avow_checkpoint *checkpoint,
                          const struct avow_cosignature *cosignatures, size_t count)
{
    avow_write_array(out, 7);
    avow_checkpoint_write(out, checkpoint);
    avow_cosignatures_write(out, cosignatures, count);
}

void avow_evidence_begin_proved(struct avow_buf *out, size_t count)
{
    avow_write_array(out, count);
}

void avow_proved_entry_write(struct avow_buf *out, struct avow_bytes entry, uint64_t index,
                             const struct avow_path *path)
{
    avow_write_array(out, 3);
    avow_write_bin(out, entry);
    avow_write_uint(out, index);
    avow_path_write(out, path);
}

void avow_proved_chunk_write(struct avow_buf *out, uint64_t number,
                             const uint8_t chunk[AVOW_STATUS_CHUNK_BYTES],
                             const struct avow_path *path)
{
    avow_write_array(out, 3);
    avow_write_uint(out, number);
    avow_write_bin(out, avow_bytes(chunk, AVOW_STATUS_CHUNK_BYTES));
    avow_path_write(out, path);
}

void avow_evidence_write_witness(struct avow_buf *out, const struct avow_checkpoint *checkpoint,
                                 const struct avow_cosignature *cosignatures, size_t count,
                                 uint64_t index, const struct avow_path *path)
{
    avow_write_array(out, 4);
    avow_checkpoint_write(out, checkpoint);
    avow_cosignatures_write(out, cosignatures, count);
    avow_write_uint(out, index);
    avow_path_write(out, path);
}

void avow_evidence_write_no_witness(struct avow_buf *out)
{
    avow_write_nil(out);
}

void avow_evidence_begin_forks(struct avow_buf *out, size_t count)
{
    avow_write_array(out, count);
}

void avow_evidence_write_fork(struct avow_buf *out, const struct avow_fork *fork)
{
    avow_write_array(out, 4);
    avow_write_uint(out, AVOW_EVIDENCE_FORK);
    avow_checkpoint_write(out, &fork->first);
    avow_checkpoint_write(out, &fork->second);
    avow_path_write(out, &fork->path);
}

static void other_begin(struct avow_buf *out, enum avow_evidence_form form,
                        const struct avow_checkpoint *other, size_t count)
{
    avow_write_array(out, 3);
    avow_write_uint(out, form);
    avow_checkpoint_write(out, other);
    avow_write_array(out, count);
}

void avow_evidence_begin_foreign(struct avow_buf *out, const struct avow_checkpoint *other,
                                 size_t count)
{
    other_begin(out, AVOW_EVIDENCE_FOREIGN, other, count);
}

void avow_evidence_begin_other(struct avow_buf *out, const struct avow_checkpoint *other,
                               size_t count)
{
    other_begin(out, AVOW_EVIDENCE_OTHER_CHAIN, other, count);
}
