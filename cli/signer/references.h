/* The older entries that a batch refers to, and that its signer has to be shown. */
#ifndef AVOW_CLI_SIGNER_REFERENCES_H
#define AVOW_CLI_SIGNER_REFERENCES_H

#include "proto/entry/entry.h"

struct avow_references {
    uint64_t base;          /* the batch begins here: what is not below is the batch's own */
    struct avow_buf buffer; /* uint64_t */
};

/* No references, of a batch that begins at index `base`. Release with _fini. */
void avow_references_init(struct avow_references *references, uint64_t base);
void avow_references_fini(struct avow_references *references);
/* Adds those of an entry in the log of the issuer `own`; memory that ran out shows in buffer.err.
 */
void avow_references_add(struct avow_references *references, const struct avow_hash *own,
                         const struct avow_entry *entry);
/* All of them, some more than once. A view. */
const uint64_t *avow_references_list(const struct avow_references *references, size_t *count);

/* A copy in rising order, each once: what PROVE asks for. The caller frees it; NULL when memory ran
 * out. */
uint64_t *avow_references_sorted(const uint64_t *indices, size_t count, size_t *unique);

#endif
