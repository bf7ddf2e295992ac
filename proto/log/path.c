#include "proto/log/path.h"

void avow_path_write(struct avow_buf *out, const struct avow_path *path)
{
    avow_write_bin(out, avow_bytes(path->hashes, path->count * sizeof(struct avow_hash)));
}

void avow_path_read(struct avow_reader *reader, struct avow_path *path)
{
    struct avow_bytes bin = avow_reader_bin(reader, AVOW_PATH_BYTES_MAX);
    if (bin.len % sizeof(struct avow_hash) != 0) {
        avow_reader_reject(reader, AVOW_REJECT_LENGTH);
        bin.len = 0;
    }
    path->count = bin.len / sizeof(struct avow_hash);
    if (bin.len != 0)
        memcpy(path->hashes, bin.data, bin.len);
}
