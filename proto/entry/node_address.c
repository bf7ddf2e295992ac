/* Node addresses, and the walk over those of a nodes entry. */
#include "proto/codec/id.h"
#include "proto/entry/entry.h"
#include "proto/entry/shape.h"
#include "proto/entry/text_list.h"

/* `*address` ("host:port") is a view into `text`. */
static bool split(struct avow_bytes text, struct avow_key *node, struct avow_bytes *address)
{
    char canonical[AVOW_NODE_TEXT_MAX];
    const uint8_t *at = text.len == 0 ? NULL : memchr(text.data, '@', text.len);
    if (at == NULL)
        return false;
    struct avow_bytes id = avow_bytes(text.data, (size_t)(at - text.data));
    if (avow_id_node_parse(id, node) != AVOW_ACCEPT)
        return false;
    avow_id_node_text(node, canonical); /* upper case reads as well, and is not the one form */
    *address = avow_bytes(at + 1, text.len - id.len - 1);
    return avow_bytes_equal(id, avow_bytes_text(canonical)) && avow_shape_address(*address);
}

bool avow_nodes_address_fits(struct avow_bytes text)
{
    struct avow_key node;
    struct avow_bytes address;
    return split(text, &node, &address);
}

bool avow_nodes_next(struct avow_bytes *list, struct avow_key *node, struct avow_bytes *address)
{
    struct avow_bytes text;
    struct avow_text_list rest = {.count = list->len > 0, .items = *list};
    if (!avow_text_list_next(&rest, &text))
        return false;
    *list = rest.items;
    return split(text, node, address);
}
