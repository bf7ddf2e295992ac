/* A proof's path as it travels: one binary of its hashes, one after the other. */
#ifndef AVOW_PROTO_LOG_PATH_H
#define AVOW_PROTO_LOG_PATH_H

#include "proto/codec/reader.h"
#include "proto/codec/writer.h"
#include "proto/log/merkle.h"

#define AVOW_PATH_BYTES_MAX (AVOW_PATH_MAX * sizeof(struct avow_hash))

/* Appends the binary. */
void avow_path_write(struct avow_buf *out, const struct avow_path *path);
/* Reads one; `*path` is empty after a rejection: those of avow_reader_bin(), LENGTH for a binary
 * that is not of whole hashes. */
void avow_path_read(struct avow_reader *reader, struct avow_path *path);

#endif
