/* Notes and verifier keys: an accepted note is rebuilt from its parts, except for signatures longer
 * than we keep; an accepted verifier key is written as it was read. */
#include "tests/fuzz/fuzz.h"

#include "proto/log/note.h"

static void check_note(struct avow_bytes input)
{
    struct avow_note note;
    if (avow_note_parse(input, &note) != AVOW_ACCEPT)
        return;
    AVOW_ASSERT(note.count > 0 && note.count <= AVOW_NOTE_LINES_MAX);
    AVOW_ASSERT(note.text.len > 0 && note.text.data[note.text.len - 1] == '\n');
    AVOW_ASSERT(note.text.data == input.data && input.data[note.text.len] == '\n');
    const uint8_t *end = input.data + input.len;
    for (size_t i = 0; i < note.count; i++) {
        const struct avow_note_line *line = &note.lines[i];
        AVOW_ASSERT(avow_note_name_is_valid(line->name));
        AVOW_ASSERT(line->name.data > note.text.data + note.text.len &&
                    line->name.data + line->name.len < end);
        AVOW_ASSERT(line->len <= AVOW_NOTE_PAYLOAD_MAX);
    }
    /* No key of ours signed it, whatever its first line claims. */
    const struct avow_note_key key = {.name = note.lines[0].name, .type = AVOW_NOTE_COSIGNATURE};
    AVOW_ASSERT(avow_note_verify(&note, &key, NULL) != AVOW_ACCEPT);
}

static void check_vkey(struct avow_bytes input)
{
    struct avow_note_key key;
    if (avow_vkey_parse(input, &key) != AVOW_ACCEPT)
        return;
    uint8_t storage[AVOW_NOTE_NAME_MAX + 64];
    struct avow_buf again;
    avow_buf_init_fixed(&again, storage, sizeof(storage));
    avow_vkey_write(&again, &key);
    AVOW_ASSERT(avow_bytes_equal(avow_buf_bytes(&again), input));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_note(avow_bytes(data, size));
    check_vkey(avow_bytes(data, size));
    return 0;
}
