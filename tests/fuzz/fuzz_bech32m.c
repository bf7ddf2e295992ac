/* Any text as an identifier; what is accepted is what we write, in one case or the other. */
#include "tests/fuzz/fuzz.h"

#include "proto/codec/id.h"

#include <strings.h>

static void check_same(struct avow_bytes text, const char *written)
{
    AVOW_ASSERT(text.len == strlen(written));
    AVOW_ASSERT(strncasecmp((const char *)text.data, written, text.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct avow_bytes text = avow_bytes(data, size);
    struct avow_bech32m parts;
    if (avow_bech32m_split(text, &parts) == AVOW_ACCEPT)
        AVOW_ASSERT(strlen(parts.prefix) + 1 + parts.count + 6 == size);
    struct avow_hash issuer;
    struct avow_key node;
    uint64_t index;
    char written[AVOW_REFERENCE_TEXT_MAX];
    if (avow_id_issuer_parse(text, &issuer) == AVOW_ACCEPT) {
        avow_id_issuer_text(&issuer, written);
        check_same(text, written);
    }
    if (avow_id_node_parse(text, &node) == AVOW_ACCEPT) {
        avow_id_node_text(&node, written);
        check_same(text, written);
    }
    if (avow_id_reference_parse(text, &issuer, &index) == AVOW_ACCEPT) {
        avow_id_reference_text(&issuer, index, written);
        check_same(text, written);
    }
    return 0;
}
