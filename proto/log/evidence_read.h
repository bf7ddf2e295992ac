/* Pieces of evidence as they are read: private to the files of evidence. Each rejects through the
 * reader, and checks hashes as it goes. */
#ifndef AVOW_PROTO_LOG_EVIDENCE_READ_H
#define AVOW_PROTO_LOG_EVIDENCE_READ_H

#include "proto/codec/reader.h"
#include "proto/log/evidence.h"

/* A path as it travels: one bin of whole hashes; and as it is worked with. */
struct avow_bytes avow_evidence_read_path(struct avow_reader *reader);
void avow_evidence_path(struct avow_bytes bin, struct avow_path *path);

/* [entry bin, index, path bin], form alone. */
void avow_evidence_read_entry(struct avow_reader *reader, size_t bytes_max,
                              struct avow_proved_entry *entry);

/* PROOF unless the path leads from the leaf to the root. */
AVOW_NODISCARD enum avow_reject avow_evidence_inclusion(const struct avow_hash *leaf,
                                                        uint64_t index, uint64_t size,
                                                        struct avow_bytes path,
                                                        const struct avow_hash *root);

/* The chain that the array at `reader` is, checked against the checkpoint; `chain` is empty. Errors
 * and rejections of avow_evidence_chain_of_list(). */
AVOW_NODISCARD enum avow_err avow_evidence_read_chain(struct avow_reader *reader,
                                                      const struct avow_checkpoint *checkpoint,
                                                      const struct avow_root_checker *checker,
                                                      struct avow_chain *chain);

/* The last element of a log proof, whose other parts are read: what is known of forks. */
AVOW_NODISCARD enum avow_err avow_evidence_read_forks(struct avow_reader *reader,
                                                      struct avow_log_proof *proof);

#endif
