#include "cli/signer/references.h"

#include "proto/entry/references.h"

#include <stdlib.h>

void avow_references_init(struct avow_references *references, uint64_t base)
{
    references->base = base;
    avow_buf_init(&references->buffer, SIZE_MAX / 2);
}

void avow_references_fini(struct avow_references *references)
{
    avow_buf_fini(&references->buffer);
}

static bool add(void *context, uint64_t index)
{
    struct avow_references *references = context;
    struct avow_buf *buffer = &references->buffer;
    uint64_t last;
    if (index >= references->base)
        return true;
    if (buffer->len >= sizeof(last)) { /* a batch repeats its achievement */
        memcpy(&last, buffer->data + buffer->len - sizeof(last), sizeof(last));
        if (last == index)
            return true;
    }
    avow_buf_append(buffer, &index, sizeof(index));
    return true;
}

void avow_references_add(struct avow_references *references, const struct avow_hash *own,
                         const struct avow_entry *entry)
{
    (void)avow_references_of(entry, own, add, references);
}

const uint64_t *avow_references_list(const struct avow_references *references, size_t *count)
{
    *count = references->buffer.len / sizeof(uint64_t);
    return (const uint64_t *)(const void *)references->buffer.data;
}

static int compare(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

uint64_t *avow_references_sorted(const uint64_t *indices, size_t count, size_t *unique)
{
    uint64_t *sorted = calloc(count + 1, sizeof(*sorted));
    *unique = 0;
    if (sorted == NULL || count == 0)
        return sorted;
    memcpy(sorted, indices, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), compare);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || sorted[i] != sorted[*unique - 1])
            sorted[(*unique)++] = sorted[i];
    }
    return sorted;
}
