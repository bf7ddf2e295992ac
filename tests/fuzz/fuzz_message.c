/* Messages: what is accepted is written again as it was read, its lists can be walked to their end,
 * and the bound that its first bytes promise holds. */
#include "tests/fuzz/fuzz.h"

#include "proto/wire/message.h"

#include <stdlib.h>

static void walk(const struct avow_message *message)
{
    struct avow_list list = message->entries;
    struct avow_bytes entry;
    uint64_t number;
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    while (avow_list_next_entry(&list, &entry))
        AVOW_ASSERT(entry.len <= 8192);
    AVOW_ASSERT(list.count == 0 && list.items.len == 0);
    list = message->indices;
    while (avow_list_next_uint(&list, &number))
        AVOW_ASSERT(number <= AVOW_UINT_MAX);
    AVOW_ASSERT(list.count == 0 && list.items.len == 0);
    list = message->checkpoints;
    while (avow_list_next_checkpoint(&list, &checkpoint, lines, &count))
        AVOW_ASSERT(checkpoint.size > 0);
    AVOW_ASSERT(list.count == 0 && list.items.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct avow_bytes input = avow_bytes(data, size);
    struct avow_message message = {0};
    enum avow_reject bound = avow_message_bound(avow_bytes(data, size < 8 ? size : 8), size);
    if (avow_message_decode(input, &message) != AVOW_ACCEPT)
        return 0;
    AVOW_ASSERT(bound == AVOW_ACCEPT || size < 2);
    if ((uint64_t)message.type >= AVOW_MESSAGE_SKIPPABLE_MIN)
        return 0;
    walk(&message);
    struct avow_buf again;
    avow_buf_init(&again, AVOW_MESSAGE_BYTES_MAX);
    avow_message_encode(&again, &message);
    AVOW_ASSERT(avow_bytes_equal(avow_buf_bytes(&again), input));
    avow_buf_fini(&again);
    return 0;
}
