/* Checkpoints on the wire, with cosignatures: what is accepted is written again as it was read.
 * And checkpoints as text: what is accepted has a signature that verifies, and survives a trip over
 * the wire. The candidates are the keys of seeds 01… and 02…, with which the corpus is signed. */
#include "tests/fuzz/fuzz.h"

#include "proto/codec/writer.h"
#include "proto/log/checkpoint.h"

static void check_wire(struct avow_bytes input)
{
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count = 0;
    struct avow_reader reader;
    avow_reader_init(&reader, input);
    avow_reader_array_of(&reader, 2);
    avow_checkpoint_read(&reader, &checkpoint);
    avow_cosignatures_read(&reader, lines, &count);
    if (avow_reader_finish(&reader) != AVOW_ACCEPT)
        return;
    uint8_t storage[AVOW_CHECKPOINT_NOTE_MAX];
    struct avow_buf again;
    avow_buf_init_fixed(&again, storage, sizeof(storage));
    avow_write_array(&again, 2);
    avow_checkpoint_write(&again, &checkpoint);
    avow_cosignatures_write(&again, lines, count);
    AVOW_ASSERT(avow_bytes_equal(avow_buf_bytes(&again), input));
    avow_buf_clear(&again);
    avow_checkpoint_note_write(&again, &checkpoint, lines, count, NULL);
    AVOW_ASSERT(again.err == AVOW_OK);
}

static void check_note(struct avow_bytes input)
{
    struct avow_key keys[2];
    for (uint8_t i = 0; i < 2; i++) {
        uint8_t seed[32];
        memset(seed, i + 1, sizeof(seed));
        avow_ed25519_from_seed(seed, NULL, &keys[i]);
    }
    struct avow_checkpoint checkpoint;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count = 0;
    if (avow_checkpoint_note_read(input, keys, 2, &checkpoint, lines, &count) != AVOW_ACCEPT)
        return;
    AVOW_ASSERT(avow_checkpoint_verify(&checkpoint));
    for (size_t i = 0; i < count; i++)
        AVOW_ASSERT(avow_cosignature_verify(&lines[i], &checkpoint));
    uint8_t storage[AVOW_CHECKPOINT_NOTE_MAX];
    struct avow_buf wire;
    avow_buf_init_fixed(&wire, storage, sizeof(storage));
    avow_write_array(&wire, 2);
    avow_checkpoint_write(&wire, &checkpoint);
    avow_cosignatures_write(&wire, lines, count);
    AVOW_ASSERT(wire.err == AVOW_OK);
    check_wire(avow_buf_bytes(&wire));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_wire(avow_bytes(data, size));
    check_note(avow_bytes(data, size));
    return 0;
}
