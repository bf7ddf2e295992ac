/* Identifiers as people write them (docs/protocol.md, "Identifiers"): issuers `avow1…`, nodes
 * `avownode1…`, references `avow1…/1234`. Written in lower case, read in either. */
#ifndef AVOW_PROTO_CODEC_ID_H
#define AVOW_PROTO_CODEC_ID_H

#include "proto/codec/bech32m.h"

/* Sizes with the NUL. */
#define AVOW_ISSUER_TEXT_MAX (AVOW_BECH32M_LEN(4) + 1)
#define AVOW_NODE_TEXT_MAX (AVOW_BECH32M_LEN(8) + 1)
#define AVOW_REFERENCE_TEXT_MAX (AVOW_ISSUER_TEXT_MAX + 1 + 16)

/* In lower case, with a NUL. */
void avow_id_issuer_text(const struct avow_hash *issuer, char out[AVOW_ISSUER_TEXT_MAX]);
void avow_id_node_text(const struct avow_key *node, char out[AVOW_NODE_TEXT_MAX]);
/* `index` at most AVOW_UINT_MAX, asserted. */
void avow_id_reference_text(const struct avow_hash *issuer, uint64_t index,
                            char out[AVOW_REFERENCE_TEXT_MAX]);

/* The whole of `text` is one identifier, else the rejections of avow_bech32m_decode(): TYPE means
 * that its prefix is another. Whether the bytes are a key is not judged. */
AVOW_NODISCARD enum avow_reject avow_id_issuer_parse(struct avow_bytes text,
                                                     struct avow_hash *issuer);
AVOW_NODISCARD enum avow_reject avow_id_node_parse(struct avow_bytes text, struct avow_key *node);
/* The index is decimal without leading zeros. TYPE without a "/", VALUE if what follows it is not
 * a number, MINIMAL for leading zeros, RANGE over AVOW_UINT_MAX. */
AVOW_NODISCARD enum avow_reject avow_id_reference_parse(struct avow_bytes text,
                                                        struct avow_hash *issuer, uint64_t *index);

/* A decimal number of at most AVOW_UINT_MAX, digits only and without leading zeros: VALUE, MINIMAL
 * or RANGE otherwise. */
AVOW_NODISCARD enum avow_reject avow_id_decimal_parse(struct avow_bytes text, uint64_t *value);

#endif
