/* Small helpers over Jansson that the credential files share. */
#ifndef AVOW_PROTO_CREDENTIAL_JSON_VALUE_H
#define AVOW_PROTO_CREDENTIAL_JSON_VALUE_H

#include <jansson.h>

#include "proto/codec/json.h"

/* Jansson counts references and iterates through non-const pointers, and changes nothing that a
 * reader could see. */
static inline json_t *avow_json_value_mutable(const json_t *value)
{
    return (json_t *)(uintptr_t)value;
}

/* A string's bytes, which live as long as it; empty with `data` NULL when `value` is NULL or not a
 * string. */
static inline struct avow_bytes avow_json_value_text(const json_t *value)
{
    return avow_bytes(json_string_value(value), json_string_length(value));
}

#endif
