/* Identifiers as text. */
#include "proto/codec/id.h"

#include <inttypes.h>
#include <stdio.h>

static const char issuer_prefix[] = "avow";
static const char node_prefix[] = "avownode";

void avow_id_issuer_text(const struct avow_hash *issuer, char out[AVOW_ISSUER_TEXT_MAX])
{
    avow_bech32m_encode(issuer_prefix, issuer->bytes, out);
}

void avow_id_node_text(const struct avow_key *node, char out[AVOW_NODE_TEXT_MAX])
{
    avow_bech32m_encode(node_prefix, node->bytes, out);
}

void avow_id_reference_text(const struct avow_hash *issuer, uint64_t index,
                            char out[AVOW_REFERENCE_TEXT_MAX])
{
    AVOW_ASSERT(index <= AVOW_UINT_MAX);
    char id[AVOW_ISSUER_TEXT_MAX];
    avow_id_issuer_text(issuer, id);
    (void)snprintf(out, AVOW_REFERENCE_TEXT_MAX, "%s/%" PRIu64, id, index);
}

enum avow_reject avow_id_issuer_parse(struct avow_bytes text, struct avow_hash *issuer)
{
    return avow_bech32m_decode(issuer_prefix, text, issuer->bytes);
}

enum avow_reject avow_id_node_parse(struct avow_bytes text, struct avow_key *node)
{
    return avow_bech32m_decode(node_prefix, text, node->bytes);
}

enum avow_reject avow_id_decimal_parse(struct avow_bytes text, uint64_t *value)
{
    *value = 0;
    if (text.len == 0)
        return AVOW_REJECT_VALUE;
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return AVOW_REJECT_VALUE;
    if (text.len > 1 && text.data[0] == '0')
        return AVOW_REJECT_MINIMAL;
    if (text.len > 16) /* 2^53 - 1 has 16 digits */
        return AVOW_REJECT_RANGE;
    uint64_t number = 0;
    for (size_t i = 0; i < text.len; i++)
        number = number * 10 + (text.data[i] - (uint64_t)'0');
    if (number > AVOW_UINT_MAX)
        return AVOW_REJECT_RANGE;
    *value = number;
    return AVOW_ACCEPT;
}

enum avow_reject avow_id_reference_parse(struct avow_bytes text, struct avow_hash *issuer,
                                         uint64_t *index)
{
    *issuer = (struct avow_hash){0};
    *index = 0;
    const uint8_t *slash = text.len == 0 ? NULL : memchr(text.data, '/', text.len);
    if (slash == NULL)
        return AVOW_REJECT_TYPE;
    size_t id_len = (size_t)(slash - text.data);
    enum avow_reject reject = avow_id_issuer_parse(avow_bytes(text.data, id_len), issuer);
    if (reject != AVOW_ACCEPT)
        return reject;
    return avow_id_decimal_parse(avow_bytes(slash + 1, text.len - id_len - 1), index);
}
