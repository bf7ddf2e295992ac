/* Two passes: collect every leaf with its pointer, sort, then hash in order. Pointers live in one
 * buffer, so that a document costs a few allocations and not one for each claim. */
#include "proto/credential/claims.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>

#include "proto/codec/jcs.h"
#include "proto/credential/json_value.h"
#include "proto/crypto/sha256.h"
#include "proto/log/merkle.h"

#define VALUE_MAX (16 * 1024 * 1024) /* above what a parsed document can hold */

struct claim {
    size_t offset; /* of its pointer in struct claims, `pointers` */
    size_t len;
    const json_t *value;
};

struct claims {
    struct claim *items;
    size_t count;
    size_t cap;
    struct avow_buf pointers;
    struct avow_buf path; /* of the value being visited */
    size_t depth;
    struct avow_fault *fault;
};

static void claims_fini(struct claims *claims)
{
    free(claims->items);
    avow_buf_fini(&claims->pointers);
    avow_buf_fini(&claims->path);
}

static enum avow_err refuse(const struct claims *claims, enum avow_reject reject, const char *what)
{
    return avow_fault_set(claims->fault, reject, avow_buf_bytes(&claims->path), what);
}

static enum avow_err buffer_failed(const struct claims *claims, const struct avow_buf *buf)
{
    if (buf->err == AVOW_ERR_TOO_LARGE)
        return refuse(claims, AVOW_REJECT_LENGTH, "the names of its claims are too long");
    return buf->err;
}

/* A number that is an integer must be one that every reader of JSON holds exactly. */
static bool is_exact(const json_t *value)
{
    const int64_t limit = (int64_t)AVOW_UINT_MAX;
    if (json_is_integer(value))
        return json_integer_value(value) >= -limit && json_integer_value(value) <= limit;
    if (!json_is_real(value))
        return true;
    const double real = json_real_value(value);
    return isfinite(real) && (fabs(real) <= (double)limit || trunc(real) != real);
}

static enum avow_err add_leaf(struct claims *claims, const json_t *value)
{
    if (!is_exact(value))
        return refuse(claims, AVOW_REJECT_RANGE, "a number that not every reader holds exactly");
    if (claims->count == AVOW_CLAIMS_MAX)
        return refuse(claims, AVOW_REJECT_LENGTH, "more than 4,096 values");
    if (claims->count == claims->cap) {
        const size_t cap = claims->cap == 0 ? 64 : claims->cap * 2;
        struct claim *items = realloc(claims->items, cap * sizeof(*items));
        if (items == NULL)
            return AVOW_ERR_NOMEM;
        claims->items = items;
        claims->cap = cap;
    }
    claims->items[claims->count++] =
        (struct claim){.offset = claims->pointers.len, .len = claims->path.len, .value = value};
    avow_buf_append(&claims->pointers, claims->path.data, claims->path.len);
    return buffer_failed(claims, &claims->pointers);
}

/* Appends one reference token to the path (RFC 6901, section 3). */
static void push_token(struct avow_buf *path, const char *key, size_t len)
{
    avow_buf_append(path, "/", 1);
    size_t start = 0;
    for (size_t i = 0; i < len; i++) {
        if (key[i] != '~' && key[i] != '/')
            continue;
        avow_buf_append(path, key + start, i - start);
        avow_buf_append(path, key[i] == '~' ? "~0" : "~1", 2);
        start = i + 1;
    }
    avow_buf_append(path, key + start, len - start);
}

/* 0|[1-9][0-9]*: such a key's pointer could be taken for an array's item. */
static bool looks_like_index(const char *key, size_t len)
{
    if (len == 0 || (key[0] == '0' && len > 1))
        return false;
    for (size_t i = 0; i < len; i++)
        if (key[i] < '0' || key[i] > '9')
            return false;
    return true;
}

/* Recursion is bounded by AVOW_CLAIMS_DEPTH_MAX. NOLINTBEGIN(misc-no-recursion) */
static enum avow_err visit(struct claims *claims, const json_t *value);

static enum avow_err visit_member(struct claims *claims, const char *key, size_t key_len,
                                  const json_t *value)
{
    const size_t path_len = claims->path.len;
    push_token(&claims->path, key, key_len);
    enum avow_err err = buffer_failed(claims, &claims->path);
    if (err == AVOW_OK)
        err = visit(claims, value);
    if (err == AVOW_OK)
        claims->path.len = path_len;
    return err;
}

static bool is_excluded(const struct claims *claims, const char *key, size_t len)
{
    return claims->depth == 1 && ((len == 5 && memcmp(key, "proof", 5) == 0) ||
                                  (len == 16 && memcmp(key, "credentialStatus", 16) == 0));
}

static enum avow_err visit_object(struct claims *claims, const json_t *object)
{
    size_t members = 0;
    json_t *mutable = avow_json_value_mutable(object);
    for (void *iter = json_object_iter(mutable); iter != NULL;
         iter = json_object_iter_next(mutable, iter)) {
        const char *key = json_object_iter_key(iter);
        const size_t len = json_object_iter_key_len(iter);
        if (is_excluded(claims, key, len))
            continue;
        if (looks_like_index(key, len))
            return refuse(claims, AVOW_REJECT_VALUE, "a name that looks like a list's index");
        const enum avow_err err = visit_member(claims, key, len, json_object_iter_value(iter));
        if (err != AVOW_OK)
            return err;
        members++;
    }
    return members == 0 ? add_leaf(claims, object) : AVOW_OK;
}

static enum avow_err visit_array(struct claims *claims, const json_t *array)
{
    const size_t size = json_array_size(array);
    for (size_t i = 0; i < size; i++) {
        char digits[21];
        struct avow_buf text;
        avow_buf_init_fixed(&text, digits, sizeof(digits));
        avow_buf_printf(&text, "%zu", i);
        const enum avow_err err = visit_member(claims, digits, text.len, json_array_get(array, i));
        if (err != AVOW_OK)
            return err;
    }
    return size == 0 ? add_leaf(claims, array) : AVOW_OK;
}

static enum avow_err visit(struct claims *claims, const json_t *value)
{
    if (!json_is_object(value) && !json_is_array(value))
        return add_leaf(claims, value);
    if (claims->depth == AVOW_CLAIMS_DEPTH_MAX)
        return refuse(claims, AVOW_REJECT_DEPTH, "nested too deeply");
    claims->depth++;
    const enum avow_err err =
        json_is_object(value) ? visit_object(claims, value) : visit_array(claims, value);
    claims->depth--;
    return err;
}
/* NOLINTEND(misc-no-recursion) */

static struct avow_bytes claim_pointer(const struct claims *claims, const struct claim *claim)
{
    if (claim->len == 0) /* the whole document is one empty object */
        return avow_bytes("", 0);
    return avow_bytes(claims->pointers.data + claim->offset, claim->len);
}

static int compare_claims(const void *a, const void *b, void *context)
{
    const struct claims *claims = context;
    return avow_bytes_compare(claim_pointer(claims, a), claim_pointer(claims, b));
}

/* Hash 0, which every presentation shows: it binds the issuer and the number of claims. */
static struct avow_hash head_hash(const struct avow_hash *issuer, size_t count)
{
    uint8_t count_bytes[4];
    avow_put_u32be(count_bytes, (uint32_t)count);
    const struct avow_bytes parts[] = {
        avow_bytes("\0avow claims 1", 14),
        avow_bytes(issuer->bytes, sizeof(issuer->bytes)),
        avow_bytes(count_bytes, sizeof(count_bytes)),
    };
    return avow_sha256(parts, sizeof(parts) / sizeof(parts[0]));
}

/* The first 16 bytes of HMAC-SHA-256(seed, pointer). */
static void claim_salt(const uint8_t seed[AVOW_SEED_LEN], struct avow_bytes pointer,
                       uint8_t salt[AVOW_SALT_LEN])
{
    const struct avow_hash mac = avow_sha256_hmac(avow_bytes(seed, AVOW_SEED_LEN), &pointer, 1);
    memcpy(salt, mac.bytes, AVOW_SALT_LEN);
}

/* SHA-256(0x00 || salt || u16be pointer length || pointer || value); `value` is in JCS form. */
static struct avow_hash claim_hash(const uint8_t salt[AVOW_SALT_LEN], struct avow_bytes pointer,
                                   struct avow_bytes value)
{
    AVOW_ASSERT(pointer.len <= AVOW_CLAIM_POINTER_MAX);
    uint8_t len[2];
    avow_put_u16be(len, (uint16_t)pointer.len);
    const struct avow_bytes parts[] = {
        avow_bytes("\0", 1),
        avow_bytes(salt, AVOW_SALT_LEN),
        avow_bytes(len, sizeof(len)),
        pointer,
        value,
    };
    return avow_sha256(parts, sizeof(parts) / sizeof(parts[0]));
}

static enum avow_err hash_claims(const struct claims *claims, const struct avow_hash *issuer,
                                 const uint8_t seed[AVOW_SEED_LEN], struct avow_hash *out)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf value;
    avow_buf_init_secret(&value, VALUE_MAX);
    struct avow_tree tree = {0};
    const struct avow_hash head = head_hash(issuer, claims->count);
    avow_tree_append(&tree, &head, NULL);
    for (size_t i = 0; i < claims->count; i++) {
        const struct claim *claim = &claims->items[i];
        const struct avow_bytes pointer = claim_pointer(claims, claim);
        avow_buf_clear(&value);
        if (json_is_object(claim->value)) /* empty, or but for what is left out of it */
            avow_buf_append(&value, "{}", 2);
        else
            avow_jcs_write(claim->value, &value);
        if (value.err != AVOW_OK)
            return value.err;
        uint8_t salt[AVOW_SALT_LEN];
        claim_salt(seed, pointer, salt);
        const struct avow_hash leaf = claim_hash(salt, pointer, avow_buf_bytes(&value));
        avow_tree_append(&tree, &leaf, NULL);
        sodium_memzero(salt, sizeof(salt));
    }
    *out = avow_tree_root(&tree);
    return AVOW_OK;
}

enum avow_err avow_commitment(const json_t *document, const struct avow_hash *issuer,
                              const uint8_t seed[AVOW_SEED_LEN], struct avow_hash *out,
                              struct avow_fault *fault)
{
    AVOW_CLEANUP(claims_fini)
    struct claims claims = {.fault = fault};
    avow_buf_init(&claims.pointers, AVOW_CLAIM_POINTERS_MAX);
    avow_buf_init(&claims.path, AVOW_CLAIM_POINTER_MAX);
    if (!json_is_object(document))
        return refuse(&claims, AVOW_REJECT_TYPE, "not a JSON object");
    const enum avow_err err = visit(&claims, document);
    if (err != AVOW_OK)
        return err;
    qsort_r(claims.items, claims.count, sizeof(*claims.items), compare_claims, &claims);
    return hash_claims(&claims, issuer, seed, out);
}
