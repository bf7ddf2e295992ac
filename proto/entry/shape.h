/* Shapes of the short texts in entries (docs/protocol.md, "Texts with a shape"). They are about
 * form: whether a country exists or a site answers is no business of a log's. */
#ifndef AVOW_PROTO_ENTRY_SHAPE_H
#define AVOW_PROTO_ENTRY_SHAPE_H

#include "proto/codec/reader.h"

/* ISO 3166-1 alpha-2 ("PT") or ISO 3166-2 ("PT-13": one to three letters or digits), upper case. */
bool avow_shape_jurisdiction(struct avow_bytes text);

/* A BCP 47 tag: a language of 2 to 8 letters, then subtags of 1 to 8 letters or digits. */
bool avow_shape_language(struct avow_bytes text);

/* "http://" or "https://", something after it, no space. */
bool avow_shape_url(struct avow_bytes text);

/* A scheme (RFC 3986, 3.1), a colon, something after it, no space. */
bool avow_shape_uri(struct avow_bytes text);

/* An ISCED-F 2013 code or prefix: 2 to 4 digits. */
bool avow_shape_field(struct avow_bytes text);

/* "host:port": a DNS name or IPv4 address, or an IPv6 address in brackets; 1 to 253 bytes of host;
 * a port from 1 to 65535 without leading zeros. */
bool avow_shape_address(struct avow_bytes text);

/* Any text but the empty one. */
bool avow_shape_any(struct avow_bytes text);

/* Reads a text of an entry that `fits`, else VALUE; a view. */
struct avow_bytes avow_shape_read(struct avow_reader *reader, bool (*fits)(struct avow_bytes text));

#endif
