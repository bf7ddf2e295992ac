/* A policy in memory, and its encoded form. Parsing and decoding add anchors and witnesses by the
 * same two functions, so that they accept the same. */
#include "proto/trust/policy.h"

#include "proto/codec/utf8.h"
#include "proto/entry/scope.h"
#include "proto/entry/shape.h"

void avow_policy_init(struct avow_policy *policy)
{
    memset(policy, 0, sizeof(*policy)); /* so that equal policies are equal bytes */
    policy->max_age_s = AVOW_POLICY_MAX_AGE_S;
    policy->max_depth = AVOW_POLICY_MAX_DEPTH;
}

static bool store(struct avow_policy *policy, struct avow_bytes bytes,
                  struct avow_policy_part *part)
{
    if (bytes.len > sizeof(policy->storage) - policy->used)
        return false;
    *part = (struct avow_policy_part){(uint16_t)policy->used, (uint16_t)bytes.len};
    if (bytes.len > 0)
        memcpy(policy->storage + policy->used, bytes.data, bytes.len);
    policy->used += bytes.len;
    return true;
}

/* What a section's header in a policy file can hold. */
static enum avow_reject check_name(struct avow_bytes name)
{
    if (name.len > AVOW_POLICY_NAME_MAX)
        return AVOW_REJECT_LENGTH;
    for (size_t i = 0; i < name.len; i++) {
        if (strchr("[];", name.data[i]) != NULL && name.data[i] != '\0')
            return AVOW_REJECT_VALUE;
    }
    if (name.len > 0 && (name.data[0] == ' ' || name.data[name.len - 1] == ' '))
        return AVOW_REJECT_VALUE;
    return avow_utf8_check(name);
}

static enum avow_reject check_scope(struct avow_bytes map)
{
    struct avow_scope scope;
    enum avow_reject reject = avow_scope_parse(map, &scope);
    if (reject != AVOW_ACCEPT)
        return reject;
    if (scope.has_unknown || scope.has_achievements ||
        (scope.has_fields && scope.fields.count == 0) ||
        (scope.has_regions && scope.regions.count == 0))
        return AVOW_REJECT_VALUE;
    return scope.has_depth && scope.depth > AVOW_POLICY_DEPTH_MAX ? AVOW_REJECT_RANGE : AVOW_ACCEPT;
}

enum avow_reject avow_policy_add_anchor(struct avow_policy *policy, struct avow_bytes name,
                                        const struct avow_hash *issuer, struct avow_bytes scope)
{
    enum avow_reject reject = check_name(name);
    if (reject == AVOW_ACCEPT)
        reject = check_scope(scope);
    if (reject != AVOW_ACCEPT)
        return reject;
    for (size_t i = 0; i < policy->anchor_count; i++) {
        if (avow_hash_equal(&policy->anchors[i].issuer, issuer))
            return AVOW_REJECT_DUPLICATE;
    }
    if (policy->anchor_count == AVOW_POLICY_ANCHORS_MAX)
        return AVOW_REJECT_LENGTH;
    struct avow_anchor *anchor = &policy->anchors[policy->anchor_count];
    anchor->issuer = *issuer;
    if (!store(policy, name, &anchor->name) || !store(policy, scope, &anchor->scope))
        return AVOW_REJECT_LENGTH;
    policy->anchor_count++;
    return AVOW_ACCEPT;
}

enum avow_reject avow_policy_add_witness(struct avow_policy *policy, struct avow_bytes name,
                                         const struct avow_key *key)
{
    enum avow_reject reject = check_name(name);
    if (reject != AVOW_ACCEPT)
        return reject;
    if (avow_policy_has_witness(policy, key))
        return AVOW_REJECT_DUPLICATE;
    if (policy->witness_count == AVOW_POLICY_WITNESSES_MAX ||
        !store(policy, name, &policy->witness_names[policy->witness_count]))
        return AVOW_REJECT_LENGTH;
    policy->witnesses[policy->witness_count++] = *key;
    return AVOW_ACCEPT;
}

bool avow_policy_has_witness(const struct avow_policy *policy, const struct avow_key *key)
{
    for (size_t i = 0; i < policy->witness_count; i++) {
        if (avow_key_equal(&policy->witnesses[i], key))
            return true;
    }
    return false;
}

void avow_policy_encode(struct avow_buf *out, const struct avow_policy *policy)
{
    avow_write_array(out, 7);
    avow_write_text(out, avow_bytes_text(policy->region));
    avow_write_uint(out, policy->max_age_s);
    avow_write_uint(out, policy->max_depth);
    avow_write_uint(out, policy->require_recognition);
    avow_write_uint(out, policy->min_witnesses);
    avow_write_array(out, policy->anchor_count);
    for (size_t i = 0; i < policy->anchor_count; i++) {
        const struct avow_anchor *anchor = &policy->anchors[i];
        avow_write_array(out, 3);
        avow_write_text(out, avow_policy_part(policy, anchor->name));
        avow_write_hash(out, &anchor->issuer);
        avow_write_raw(out, avow_policy_part(policy, anchor->scope));
    }
    avow_write_array(out, policy->witness_count);
    for (size_t i = 0; i < policy->witness_count; i++) {
        avow_write_array(out, 2);
        avow_write_text(out, avow_policy_part(policy, policy->witness_names[i]));
        avow_write_key32(out, &policy->witnesses[i]);
    }
}

static void read_head(struct avow_reader *reader, struct avow_policy *policy)
{
    avow_reader_array_of(reader, 7);
    struct avow_bytes region = avow_reader_text(reader, sizeof(policy->region) - 1);
    if (region.len > 0 && !avow_shape_jurisdiction(region))
        avow_reader_reject(reader, AVOW_REJECT_VALUE);
    else if (region.len > 0)
        memcpy(policy->region, region.data, region.len);
    policy->max_age_s = avow_reader_uint_max(reader, AVOW_POLICY_AGE_MAX_S);
    policy->max_depth = (unsigned)avow_reader_uint_max(reader, AVOW_POLICY_DEPTH_MAX);
    policy->require_recognition = avow_reader_uint_max(reader, 1) == 1;
    policy->min_witnesses = (unsigned)avow_reader_uint_max(reader, AVOW_POLICY_WITNESSES_MAX);
    if (policy->max_age_s == 0 || policy->max_depth == 0)
        avow_reader_reject(reader, AVOW_REJECT_RANGE);
}

static void read_anchors(struct avow_reader *reader, struct avow_policy *policy)
{
    size_t count = avow_reader_array(reader, AVOW_POLICY_ANCHORS_MAX);
    for (size_t i = 0; i < count && reader->reject == AVOW_ACCEPT; i++) {
        struct avow_hash issuer;
        avow_reader_array_of(reader, 3);
        struct avow_bytes name = avow_reader_text(reader, AVOW_POLICY_NAME_MAX);
        avow_reader_hash(reader, &issuer);
        struct avow_bytes scope = avow_reader_any_inside(reader, 3);
        if (reader->reject == AVOW_ACCEPT)
            avow_reader_reject(reader, avow_policy_add_anchor(policy, name, &issuer, scope));
    }
}

static void read_witnesses(struct avow_reader *reader, struct avow_policy *policy)
{
    size_t count = avow_reader_array(reader, AVOW_POLICY_WITNESSES_MAX);
    for (size_t i = 0; i < count && reader->reject == AVOW_ACCEPT; i++) {
        struct avow_key key;
        avow_reader_array_of(reader, 2);
        struct avow_bytes name = avow_reader_text(reader, AVOW_POLICY_NAME_MAX);
        avow_reader_key32(reader, &key);
        if (reader->reject == AVOW_ACCEPT)
            avow_reader_reject(reader, avow_policy_add_witness(policy, name, &key));
    }
    if (policy->min_witnesses > policy->witness_count)
        avow_reader_reject(reader, AVOW_REJECT_RANGE);
}

enum avow_reject avow_policy_decode(struct avow_bytes bytes, struct avow_policy *policy)
{
    struct avow_reader reader;
    avow_policy_init(policy);
    if (bytes.len > AVOW_POLICY_BYTES_MAX)
        return AVOW_REJECT_LENGTH;
    avow_reader_init(&reader, bytes);
    read_head(&reader, policy);
    read_anchors(&reader, policy);
    read_witnesses(&reader, policy);
    enum avow_reject reject = avow_reader_finish(&reader);
    if (reject != AVOW_ACCEPT)
        avow_policy_init(policy);
    return reject;
}
