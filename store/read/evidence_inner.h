/* Evidence in the making: of each log first the set of indices and chunks that is needed, then one
 * proof of each, in order. */
#ifndef AVOW_STORE_READ_EVIDENCE_INNER_H
#define AVOW_STORE_READ_EVIDENCE_INNER_H

#include "store/read/facts.h"

/* An ordered set of numbers without duplicates, bounded. */
struct avow_number_set {
    uint64_t *items;
    size_t count, cap, max;
};
/* OK, TOO_LARGE, NOMEM. */
AVOW_NODISCARD enum avow_err avow_number_set_add(struct avow_number_set *set, uint64_t number);

/* What is to be shown of one log. */
struct avow_evidence_part {
    struct avow_snapshot *snapshot;
    const struct avow_log *log;
    struct avow_number_set entries, chunks;
    struct avow_number_set asked;   /* records that were looked at: who asks may repeat itself */
    struct avow_number_set foreign; /* records of which is shown what other branches say */
    bool has_witnessed;
    uint64_t witnessed; /* the record that a kept checkpoint is to be shown to cover */
    bool searched;      /* what it does not recognise matters too */
};
void avow_evidence_part_init(struct avow_evidence_part *part, struct avow_snapshot *snapshot,
                             const struct avow_log *log);
void avow_evidence_part_fini(struct avow_evidence_part *part);

/* Adds one entry; a status chunk's number; a record with its achievement, its status chunk and all
 * of its status entries; or every entry of the log. OK, TOO_LARGE, and the snapshot's errors. */
AVOW_NODISCARD enum avow_err avow_evidence_part_entry(struct avow_evidence_part *part,
                                                      uint64_t index);
AVOW_NODISCARD enum avow_err avow_evidence_part_chunk(struct avow_evidence_part *part,
                                                      uint64_t number);
AVOW_NODISCARD enum avow_err avow_evidence_part_record(struct avow_evidence_part *part,
                                                       uint64_t index);
AVOW_NODISCARD enum avow_err avow_evidence_part_all(struct avow_evidence_part *part);

/* Appends the list of what is known of the log's forks: for the records that were asked about. */
AVOW_NODISCARD enum avow_err avow_evidence_part_write_forks(struct avow_evidence_part *part,
                                                            struct avow_buf *out);
/* Appends its log proof, with the node's own line if it is not NULL, and of the kept checkpoints
 * the one that shows earliest that enough of the policy's witnesses covered the record (with no
 * policy, and if none does, the first). The buffer's error, and the snapshot's. */
AVOW_NODISCARD enum avow_err avow_evidence_part_write(struct avow_evidence_part *part,
                                                      const struct avow_cosignature *own,
                                                      const struct avow_policy *policy,
                                                      struct avow_buf *out);

#endif
