/* Lists in messages: how an item of each form is read, written and walked (docs/protocol.md,
 * "Messages"). A list stays in its encoding, checked once as a whole and read item by item. */
#ifndef AVOW_PROTO_WIRE_LIST_H
#define AVOW_PROTO_WIRE_LIST_H

#include "proto/codec/reader.h"
#include "proto/log/checkpoint.h"
#include "proto/log/merkle.h"

/* A list in a message: a view of its items, encoded one after the other, and how many there are. */
struct avow_list {
    size_t count;
    struct avow_bytes items;
};

/* Reads one item, to check its form; one function for each form of an item. */
typedef void avow_list_item(struct avow_reader *reader);
avow_list_item avow_list_item_entry, avow_list_item_uint, avow_list_item_proved,
    avow_list_item_checkpoint, avow_list_item_reference, avow_list_item_digest,
    avow_list_item_status;

/* Reads an array of at most `max` items, each checked by `item`, and keeps it as a view: empty
 * after a rejection. */
void avow_list_read(struct avow_reader *reader, size_t max, avow_list_item *item,
                    struct avow_list *list);

/* Walk a list: false at its end. `list` is consumed. Forms were checked when it was read. */
bool avow_list_next_entry(struct avow_list *list, struct avow_bytes *entry);
bool avow_list_next_uint(struct avow_list *list, uint64_t *value);
/* [entry b, index u, path b]: a proved entry. */
bool avow_list_next_proved(struct avow_list *list, struct avow_bytes *entry, uint64_t *index,
                           struct avow_path *path);
bool avow_list_next_checkpoint(struct avow_list *list, struct avow_checkpoint *checkpoint,
                               struct avow_cosignature *cosignatures, size_t *count);
/* [issuer b32, index u]: a reference. */
bool avow_list_next_reference(struct avow_list *list, struct avow_hash *issuer, uint64_t *index);
void avow_list_reference_write(struct avow_buf *out, const struct avow_hash *issuer,
                               uint64_t index);
/* [issuer b32, digest b32]: what a node knows of an issuer's forks, in one number. */
bool avow_list_next_digest(struct avow_list *list, struct avow_hash *issuer,
                           struct avow_hash *digest);
void avow_list_digest_write(struct avow_buf *out, const struct avow_hash *issuer,
                            const struct avow_hash *digest);
/* [checkpoint, entry b, index u, path b]: an entry proved in a branch's own checkpoint. */
struct avow_proved_status {
    struct avow_checkpoint checkpoint;
    struct avow_bytes entry;
    uint64_t index;
    struct avow_path path;
};
bool avow_list_next_status(struct avow_list *list, struct avow_proved_status *status);
void avow_proved_status_write(struct avow_buf *out, const struct avow_proved_status *status);
/* The whole array [item, …] of a list whose items stand in a row: for
 * avow_evidence_chain_of_list(). */
void avow_list_write(struct avow_buf *out, const struct avow_list *list);

#endif
