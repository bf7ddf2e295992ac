/* Any bytes through every reader. What _any accepts, msgpack-c must read too, to the last byte. */
#include "tests/fuzz/fuzz.h"

#include "proto/codec/reader.h"

#include <msgpack.h>

/* The input's first byte chooses the readers, in turn, of the rest. */
static void read_one(struct avow_reader *reader, unsigned choice, struct avow_bytes *last)
{
    uint8_t exact[64];
    switch (choice % 8) {
    case 0:
        (void)avow_reader_array(reader, 1000);
        break;
    case 1:
        AVOW_ASSERT(avow_reader_map(reader, 1000) <= 1000);
        break;
    case 2:
        (void)avow_reader_key(reader, last, 64);
        break;
    case 3:
        AVOW_ASSERT(avow_reader_uint(reader) <= AVOW_UINT_MAX);
        break;
    case 4:
        AVOW_ASSERT(avow_reader_text(reader, 100).len <= 100);
        break;
    case 5:
        avow_reader_bin_exact(reader, exact, choice % 3 * 32);
        break;
    case 6:
        if (!avow_reader_nil(reader))
            avow_reader_signature(reader, &(struct avow_signature){0});
        break;
    case 7:
        avow_reader_array_of(reader, choice % 20);
        break;
    }
}

static void check_any(struct avow_bytes input)
{
    struct avow_reader reader;
    avow_reader_init(&reader, input);
    struct avow_bytes value = avow_reader_any(&reader);
    if (avow_reader_finish(&reader) != AVOW_ACCEPT)
        return;
    AVOW_ASSERT(avow_bytes_equal(value, input));
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    size_t offset = 0;
    AVOW_ASSERT(msgpack_unpack_next(&unpacked, (const char *)input.data, input.len, &offset) ==
                MSGPACK_UNPACK_SUCCESS);
    AVOW_ASSERT(offset == input.len);
    msgpack_unpacked_destroy(&unpacked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_any(avow_bytes(data, size));
    if (size == 0)
        return 0;
    struct avow_reader reader;
    struct avow_bytes last = {NULL, 0};
    avow_reader_init(&reader, avow_bytes(data + 1, size - 1));
    for (unsigned choice = data[0]; reader.rest.len > 0; choice = choice * 5 + 1) {
        size_t before = reader.rest.len;
        read_one(&reader, choice, &last);
        AVOW_ASSERT(reader.rest.len < before);
    }
    return 0;
}
