/* Checking evidence. Cheap checks come before dear ones: shapes, then hashes, then signatures. */
#include "proto/log/evidence_read.h"

#include "proto/log/path.h"

#include <stdlib.h>

/* A path as it travels: one bin of hashes. */
struct avow_bytes avow_evidence_read_path(struct avow_reader *reader)
{
    struct avow_bytes bin = avow_reader_bin(reader, AVOW_PATH_BYTES_MAX);
    if (bin.len % sizeof(struct avow_hash) != 0)
        avow_reader_reject(reader, AVOW_REJECT_LENGTH);
    return bin;
}

void avow_evidence_path(struct avow_bytes bin, struct avow_path *path)
{
    AVOW_ASSERT(bin.len <= AVOW_PATH_BYTES_MAX);
    path->count = bin.len / sizeof(struct avow_hash);
    if (bin.len != 0)
        memcpy(path->hashes, bin.data, bin.len);
}

enum avow_reject avow_evidence_inclusion(const struct avow_hash *leaf, uint64_t index,
                                         uint64_t size, struct avow_bytes bin,
                                         const struct avow_hash *root)
{
    struct avow_path path;
    struct avow_hash found;
    avow_evidence_path(bin, &path);
    enum avow_reject reject = avow_merkle_inclusion_root(leaf, index, size, &path, &found);
    if (reject != AVOW_ACCEPT)
        return reject;
    return avow_hash_equal(&found, root) ? AVOW_ACCEPT : AVOW_REJECT_PROOF;
}

/* [entry bin, index, path bin] */
void avow_evidence_read_entry(struct avow_reader *reader, size_t bytes_max,
                              struct avow_proved_entry *entry)
{
    avow_reader_array_of(reader, 3);
    entry->bytes = avow_reader_bin(reader, bytes_max);
    entry->index = avow_reader_uint(reader);
    entry->path = avow_evidence_read_path(reader);
}

/* ------------------------------------------------------------------ chains */

static enum avow_err read_root_entry(struct avow_reader *reader,
                                     const struct avow_checkpoint *checkpoint,
                                     const struct avow_root_checker *checker,
                                     struct avow_chain *chain, enum avow_reject *reject)
{
    struct avow_proved_entry proved;
    avow_evidence_read_entry(reader, AVOW_ROOT_ENTRY_BYTES_MAX, &proved);
    *reject = reader->reject;
    if (*reject != AVOW_ACCEPT)
        return AVOW_OK;
    if (chain->count != 0 && proved.index <= chain->entries[chain->count - 1].index) {
        *reject = AVOW_REJECT_CHAIN;
        return AVOW_OK;
    }
    struct avow_hash leaf = avow_merkle_leaf_hash(proved.bytes);
    if (chain->count == 0 && !avow_hash_equal(&leaf, &checkpoint->issuer)) {
        *reject = AVOW_REJECT_CHAIN;
        return AVOW_OK;
    }
    *reject = avow_evidence_inclusion(&leaf, proved.index, checkpoint->size, proved.path,
                                      &checkpoint->root);
    struct avow_entry entry;
    if (*reject == AVOW_ACCEPT)
        *reject = avow_entry_decode(proved.bytes, &entry);
    struct avow_path path;
    struct avow_hash before;
    avow_evidence_path(proved.path, &path);
    if (*reject == AVOW_ACCEPT)
        *reject = avow_merkle_inclusion_root_before(proved.index, checkpoint->size, &path, &before);
    if (*reject != AVOW_ACCEPT)
        return AVOW_OK;
    return avow_chain_apply(chain, proved.index, &entry, &before, checker, reject);
}

enum avow_err avow_evidence_read_chain(struct avow_reader *reader,
                                       const struct avow_checkpoint *checkpoint,
                                       const struct avow_root_checker *checker,
                                       struct avow_chain *chain)
{
    const size_t count = avow_reader_array(reader, AVOW_ROOT_ENTRIES_MAX);
    /* The epoch says how many root entries there are: know it before any signature is checked. */
    if (reader->reject == AVOW_ACCEPT && count != (size_t)checkpoint->epoch + 1)
        avow_reader_reject(reader, AVOW_REJECT_CHAIN);
    for (size_t i = 0; i < count && reader->reject == AVOW_ACCEPT; i++) {
        enum avow_reject reject;
        enum avow_err err = read_root_entry(reader, checkpoint, checker, chain, &reject);
        if (err != AVOW_OK)
            return err;
        avow_reader_reject(reader, reject);
    }
    if (reader->reject == AVOW_ACCEPT &&
        !avow_hash_equal(avow_chain_opening(chain), &checkpoint->opening))
        avow_reader_reject(reader, AVOW_REJECT_CHAIN);
    return AVOW_OK;
}

enum avow_err avow_evidence_chain_of_list(struct avow_bytes list,
                                          const struct avow_checkpoint *checkpoint,
                                          const struct avow_root_checker *checker,
                                          struct avow_chain *chain, enum avow_reject *reject)
{
    struct avow_reader reader;
    avow_reader_init(&reader, list);
    avow_chain_init(chain);
    enum avow_err err = avow_evidence_read_chain(&reader, checkpoint, checker, chain);
    *reject = avow_reader_finish(&reader);
    if (err != AVOW_OK || *reject != AVOW_ACCEPT)
        avow_chain_fini(chain);
    return err;
}

/* ------------------------------------------------------------------ log proofs */

/* Every signature must be good; of the lines only those that count are left. */
static void judge_cosignatures(struct avow_reader *reader, const struct avow_checkpoint *checkpoint,
                               const struct avow_chain *chain, struct avow_cosignature *lines,
                               size_t *count)
{
    for (size_t i = 0; i < *count && reader->reject == AVOW_ACCEPT; i++)
        avow_reader_reject(reader, avow_evidence_judge_line(&lines[i], checkpoint, chain));
    *count = avow_evidence_keep_lines(lines, *count, checkpoint, chain);
}

/* An entry that breaks a rule makes every checkpoint that covers it invalid: what one entry alone
 * shows of that is not accepted. A root entry outside the chain shows that the chain leaves it out;
 * a time after the checkpoint's, that the checkpoint is older than what it covers. */
static enum avow_reject judge_entry(const struct avow_log_proof *proof, size_t position,
                                    uint64_t *last_t)
{
    const struct avow_proved_entry *proved = &proof->entries[position];
    struct avow_entry entry;
    enum avow_reject reject = avow_entry_decode(proved->bytes, &entry);
    if (reject == AVOW_REJECT_NEWER)
        return AVOW_ACCEPT;
    if (reject != AVOW_ACCEPT)
        return reject;
    if (entry.t < *last_t || entry.t > proof->checkpoint.time)
        return AVOW_REJECT_TIME;
    *last_t = entry.t;
    if (!avow_kind_is_root(entry.kind))
        return AVOW_ACCEPT;
    for (size_t i = 0; i < proof->chain.count; i++) {
        if (proof->chain.entries[i].index == proved->index)
            return AVOW_ACCEPT;
    }
    return AVOW_REJECT_CHAIN;
}

static enum avow_err read_entries(struct avow_reader *reader, struct avow_log_proof *proof)
{
    uint64_t last_t = 0;
    size_t count = avow_reader_array(reader, AVOW_EVIDENCE_ENTRIES_MAX);
    if (count == 0)
        return AVOW_OK;
    proof->entries = calloc(count, sizeof(*proof->entries));
    if (proof->entries == NULL)
        return AVOW_ERR_NOMEM;
    proof->entry_count = count;
    for (size_t i = 0; i < count && reader->reject == AVOW_ACCEPT; i++) {
        struct avow_proved_entry *entry = &proof->entries[i];
        avow_evidence_read_entry(reader, AVOW_ENTRY_BYTES_MAX, entry);
        if (i > 0 && entry->index <= proof->entries[i - 1].index)
            avow_reader_reject(reader, AVOW_REJECT_KEY_ORDER);
        if (reader->reject != AVOW_ACCEPT)
            break;
        struct avow_hash leaf = avow_merkle_leaf_hash(entry->bytes);
        avow_reader_reject(reader,
                           avow_evidence_inclusion(&leaf, entry->index, proof->checkpoint.size,
                                                   entry->path, &proof->checkpoint.root));
        if (reader->reject == AVOW_ACCEPT)
            avow_reader_reject(reader, judge_entry(proof, i, &last_t));
    }
    return AVOW_OK;
}

static enum avow_err read_chunks(struct avow_reader *reader, struct avow_log_proof *proof)
{
    size_t count = avow_reader_array(reader, AVOW_EVIDENCE_CHUNKS_MAX);
    if (count == 0)
        return AVOW_OK;
    proof->chunks = calloc(count, sizeof(*proof->chunks));
    if (proof->chunks == NULL)
        return AVOW_ERR_NOMEM;
    proof->chunk_count = count;
    uint64_t chunks = avow_status_map_chunk_count(proof->checkpoint.size);
    for (size_t i = 0; i < count && reader->reject == AVOW_ACCEPT; i++) {
        struct avow_proved_chunk *chunk = &proof->chunks[i];
        avow_reader_array_of(reader, 3);
        chunk->number = avow_reader_uint(reader);
        struct avow_bytes bin = avow_reader_bin(reader, AVOW_STATUS_CHUNK_BYTES);
        chunk->bytes = bin.data;
        chunk->path = avow_evidence_read_path(reader);
        if (bin.len != AVOW_STATUS_CHUNK_BYTES)
            avow_reader_reject(reader, AVOW_REJECT_LENGTH);
        if (i > 0 && chunk->number <= proof->chunks[i - 1].number)
            avow_reader_reject(reader, AVOW_REJECT_KEY_ORDER);
        if (reader->reject != AVOW_ACCEPT)
            break;
        struct avow_hash leaf = avow_status_map_chunk_hash(chunk->bytes);
        avow_reader_reject(reader,
                           avow_evidence_inclusion(&leaf, chunk->number, chunks, chunk->path,
                                                   &proof->checkpoint.status_root));
    }
    return AVOW_OK;
}

/* Revoked is final, and superseded but for revocation: a map that says otherwise contradicts the
 * entries that it is computed from. */
static enum avow_reject judge_states(const struct avow_log_proof *proof)
{
    for (size_t i = 0; i < proof->entry_count; i++) {
        struct avow_entry entry;
        enum avow_status status;
        if (avow_entry_decode(proof->entries[i].bytes, &entry) != AVOW_ACCEPT ||
            entry.kind != AVOW_KIND_STATUS ||
            !avow_log_proof_status(proof, entry.status.target, &status))
            continue;
        bool final = entry.status.state == AVOW_STATUS_REVOKED ||
                     entry.status.state == AVOW_STATUS_SUPERSEDED;
        if (final && status != entry.status.state && status != AVOW_STATUS_REVOKED)
            return AVOW_REJECT_STATUS_ROOT;
    }
    return AVOW_ACCEPT;
}

/* An earlier checkpoint on the way to the one at hand: of an epoch of its chain and in the sizes of
 * that epoch, by a sign key in force then. */
static enum avow_reject judge_first(const struct avow_log_proof *proof)
{
    const struct avow_checkpoint *first = &proof->first_checkpoint;
    const struct avow_chain *chain = &proof->chain;
    if (!avow_hash_equal(&first->issuer, &chain->issuer) || first->epoch >= chain->count)
        return AVOW_REJECT_ORIGIN;
    const struct avow_root_entry *opening = &chain->entries[first->epoch];
    bool last = first->epoch + 1 == chain->count;
    if (!avow_hash_equal(&first->opening, &opening->leaf))
        return AVOW_REJECT_ORIGIN;
    if (first->size <= opening->index ||
        first->size > (last ? proof->checkpoint.size : opening[1].index))
        return AVOW_REJECT_SIZE;
    if (first->time < opening->t || (last && first->time > proof->checkpoint.time))
        return AVOW_REJECT_TIME;
    if (first->size == proof->checkpoint.size &&
        !avow_hash_equal(&first->root, &proof->checkpoint.root))
        return AVOW_REJECT_FORK;
    const struct avow_chain_key *key =
        avow_chain_key(chain, &first->key, AVOW_KEY_SIGN, first->size);
    if (key == NULL)
        return AVOW_REJECT_KEY_UNKNOWN;
    return first->time > key->not_after ? AVOW_REJECT_KEY_EXPIRED : AVOW_ACCEPT;
}

/* An older checkpoint of the same issuer, with cosignatures, that covers an entry which this proof
 * shows: what is proved is that the cosigners had seen this leaf in it. */
static void read_first_witness(struct avow_reader *reader, struct avow_log_proof *proof)
{
    if (avow_reader_nil(reader))
        return;
    struct avow_checkpoint *first = &proof->first_checkpoint;
    avow_reader_array_of(reader, 4);
    avow_checkpoint_read(reader, first);
    avow_cosignatures_read(reader, proof->first_cosignatures, &proof->first_cosignature_count);
    proof->first_index = avow_reader_uint(reader);
    struct avow_bytes path = avow_evidence_read_path(reader);
    struct avow_bytes entry;
    if (reader->reject != AVOW_ACCEPT)
        return;
    if (proof->first_cosignature_count == 0 ||
        !avow_log_proof_entry(proof, proof->first_index, &entry)) {
        avow_reader_reject(reader, AVOW_REJECT_VALUE);
        return;
    }
    struct avow_hash leaf = avow_merkle_leaf_hash(entry);
    avow_reader_reject(reader, judge_first(proof));
    avow_reader_reject(reader, avow_evidence_inclusion(&leaf, proof->first_index, first->size, path,
                                                       &first->root));
    if (reader->reject == AVOW_ACCEPT && !avow_checkpoint_verify(first))
        avow_reader_reject(reader, AVOW_REJECT_SIGNATURE);
    judge_cosignatures(reader, first, &proof->chain, proof->first_cosignatures,
                       &proof->first_cosignature_count);
    proof->has_first_witness = reader->reject == AVOW_ACCEPT && proof->first_cosignature_count > 0;
}

static enum avow_err read_log_proof(struct avow_reader *reader, struct avow_log_proof *proof)
{
    avow_reader_array_of(reader, 7);
    avow_checkpoint_read(reader, &proof->checkpoint);
    avow_cosignatures_read(reader, proof->cosignatures, &proof->cosignature_count);
    if (reader->reject != AVOW_ACCEPT)
        return AVOW_OK;
    enum avow_err err = avow_evidence_read_chain(reader, &proof->checkpoint, NULL, &proof->chain);
    if (err == AVOW_OK && reader->reject == AVOW_ACCEPT)
        avow_reader_reject(reader, avow_evidence_judge_key(&proof->checkpoint, &proof->chain));
    if (err == AVOW_OK && reader->reject == AVOW_ACCEPT)
        err = read_entries(reader, proof);
    if (err == AVOW_OK && reader->reject == AVOW_ACCEPT)
        err = read_chunks(reader, proof);
    if (err == AVOW_OK && reader->reject == AVOW_ACCEPT)
        avow_reader_reject(reader, judge_states(proof));
    if (err != AVOW_OK || reader->reject != AVOW_ACCEPT)
        return err;
    if (!avow_checkpoint_verify(&proof->checkpoint))
        avow_reader_reject(reader, AVOW_REJECT_SIGNATURE);
    judge_cosignatures(reader, &proof->checkpoint, &proof->chain, proof->cosignatures,
                       &proof->cosignature_count);
    if (reader->reject == AVOW_ACCEPT)
        read_first_witness(reader, proof);
    if (reader->reject == AVOW_ACCEPT)
        proof->whole = avow_log_proof_is_whole(proof);
    return avow_evidence_read_forks(reader, proof);
}

static void log_proof_fini(struct avow_log_proof *proof)
{
    avow_chain_fini(&proof->chain);
    free(proof->entries);
    free(proof->chunks);
    free(proof->foreign);
}

void avow_evidence_fini(struct avow_evidence *evidence)
{
    for (size_t i = 0; i < evidence->count; i++)
        log_proof_fini(&evidence->logs[i]);
    free(evidence->logs);
    *evidence = (struct avow_evidence){0};
}

static enum avow_err read_logs(struct avow_reader *reader, struct avow_evidence *evidence)
{
    avow_reader_array_of(reader, 2);
    if (avow_reader_uint(reader) != AVOW_EVIDENCE_VERSION)
        avow_reader_reject(reader, AVOW_REJECT_VERSION);
    size_t count = avow_reader_array(reader, AVOW_EVIDENCE_LOGS_MAX);
    if (reader->reject != AVOW_ACCEPT || count == 0)
        return AVOW_OK;
    evidence->logs = calloc(count, sizeof(*evidence->logs));
    if (evidence->logs == NULL)
        return AVOW_ERR_NOMEM;
    evidence->count = count;
    for (size_t i = 0; i < count && reader->reject == AVOW_ACCEPT; i++) {
        enum avow_err err = read_log_proof(reader, &evidence->logs[i]);
        if (err != AVOW_OK)
            return err;
        if (i > 0 &&
            memcmp(evidence->logs[i - 1].checkpoint.issuer.bytes,
                   evidence->logs[i].checkpoint.issuer.bytes, sizeof(struct avow_hash)) >= 0)
            avow_reader_reject(reader, AVOW_REJECT_KEY_ORDER);
    }
    return AVOW_OK;
}

enum avow_err avow_evidence_check(struct avow_bytes bytes, struct avow_evidence *evidence,
                                  enum avow_reject *reject)
{
    *evidence = (struct avow_evidence){0};
    *reject = AVOW_REJECT_LENGTH;
    if (bytes.len > AVOW_EVIDENCE_BYTES_MAX)
        return AVOW_OK;
    struct avow_reader reader;
    avow_reader_init(&reader, bytes);
    enum avow_err err = read_logs(&reader, evidence);
    *reject = avow_reader_finish(&reader);
    if (err != AVOW_OK || *reject != AVOW_ACCEPT)
        avow_evidence_fini(evidence);
    return err;
}
