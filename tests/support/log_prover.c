#include "tests/support/log_prover.h"

void log_prover_checkpoint(const struct log_builder *builder, uint64_t time,
                           struct avow_checkpoint *checkpoint)
{
    const struct avow_chain *chain = &builder->state.chain;
    *checkpoint = (struct avow_checkpoint){
        .issuer = chain->issuer,
        .epoch = avow_chain_epoch(chain),
        .opening = *avow_chain_opening(chain),
        .size = builder->count,
        .root = log_builder_root_at(builder, builder->count),
        .time = time,
        .status_root = log_builder_status_root(builder),
    };
    avow_checkpoint_sign(checkpoint, &builder->sign.secret);
}

static void prove(const struct log_builder *builder, uint64_t index, struct avow_path *path)
{
    const struct avow_tree_nodes nodes = log_builder_nodes(builder);
    enum avow_err err = avow_merkle_inclusion_prove(&nodes, index, builder->count, path);
    AVOW_ASSERT(err == AVOW_OK);
}

static void write_entry(const struct log_builder *builder, uint64_t index, struct avow_buf *out)
{
    struct avow_path path;
    prove(builder, index, &path);
    avow_proved_entry_write(out, builder->rows[index].bytes, index, &path);
}

static void write_chunks(const struct log_builder *builder, struct avow_buf *out)
{
    const uint64_t count = avow_status_map_chunk_count(builder->count);
    avow_evidence_begin_proved(out, count);
    for (uint64_t i = 0; i < count; i++) {
        uint8_t chunk[AVOW_STATUS_CHUNK_BYTES];
        log_builder_chunk(builder, i, chunk);
        const struct avow_path path = log_builder_status_path(builder, i);
        avow_proved_chunk_write(out, i, chunk, &path);
    }
}

void log_prover_evidence(const struct log_builder *builder, uint64_t time, const uint64_t *indices,
                         size_t count, struct avow_buf *out)
{
    const struct avow_chain *chain = &builder->state.chain;
    const struct log_key node = log_builder_node_key(builder);
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[2];
    log_prover_checkpoint(builder, time, &checkpoint);
    avow_cosignature_sign(&lines[0], &checkpoint, time + 10, &builder->heartbeat.secret);
    avow_cosignature_sign(&lines[1], &checkpoint, time + 20, &node.secret);
    avow_evidence_begin(out, 1);
    avow_log_proof_begin(out, &checkpoint, lines, 2);
    avow_evidence_begin_proved(out, chain->count);
    for (size_t i = 0; i < chain->count; i++)
        write_entry(builder, chain->entries[i].index, out);
    avow_evidence_begin_proved(out, count);
    for (size_t i = 0; i < count; i++)
        write_entry(builder, indices[i], out);
    write_chunks(builder, out);
    struct avow_path path;
    prove(builder, indices[0], &path);
    avow_evidence_write_witness(out, &checkpoint, &lines[1], 1, indices[0], &path);
    avow_evidence_begin_forks(out, 0);
    AVOW_ASSERT(out->err == AVOW_OK);
}
