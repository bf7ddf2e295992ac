/* A key file: what is understood is written back as the same bytes. */
#include "cli/home/keyfile.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct avow_keyfile file;
    int line;
    if (avow_keyfile_parse(avow_bytes(data, size), &file, &line) != AVOW_ACCEPT)
        return 0;
    uint8_t storage[AVOW_KEYFILE_BYTES_MAX];
    struct avow_buf out;
    avow_buf_init_fixed(&out, storage, sizeof(storage));
    avow_keyfile_write(&out, &file);
    AVOW_ASSERT(avow_bytes_equal(avow_buf_bytes(&out), avow_bytes(data, size)));
    return 0;
}
