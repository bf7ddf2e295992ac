/* Reads a document of ours back. What does not fit is refused with its place and a reason, because
 * the reader may be a person with a file in hand. */
#include "proto/codec/base58.h"
#include "proto/codec/base64.h"
#include "proto/codec/id.h"
#include "proto/codec/time.h"
#include "proto/credential/badge.h"
#include "proto/credential/badge_parts.h"
#include "proto/credential/integrity.h"
#include "proto/credential/json_value.h"

#define STATUS_ENTRIES_MAX 8
#define PATH_LEN_MAX 64

static enum avow_err refuse(struct avow_fault *fault, enum avow_reject reject, const char *where,
                            const char *what)
{
    return avow_fault_set(fault, reject, avow_bytes_text(where), what);
}

static bool is_text(const json_t *value, const char *text)
{
    return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

static bool array_has(const json_t *array, const char *text)
{
    for (size_t i = 0; i < json_array_size(array); i++)
        if (is_text(json_array_get(array, i), text))
            return true;
    return false;
}

/* True, and `*rest` what follows, if `text` begins with `prefix`. */
static bool skip_prefix(struct avow_bytes text, const char *prefix, struct avow_bytes *rest)
{
    const size_t len = strlen(prefix);
    if (text.len < len || memcmp(text.data, prefix, len) != 0)
        return false;
    *rest = avow_bytes(text.data + len, text.len - len);
    return true;
}

static enum avow_err check_kind(const json_t *document, struct avow_fault *fault)
{
    if (!json_is_object(document))
        return refuse(fault, AVOW_REJECT_DOCUMENT, "", "not a JSON object");
    const json_t *context = json_object_get(document, "@context");
    if (json_array_size(context) != 2 ||
        !is_text(json_array_get(context, 0), AVOW_BADGE_CONTEXT_VC) ||
        !is_text(json_array_get(context, 1), AVOW_BADGE_CONTEXT_OB))
        return refuse(fault, AVOW_REJECT_DOCUMENT, "/@context",
                      "not exactly the contexts of VC 2.0 and Open Badges 3.0");
    const json_t *type = json_object_get(document, "type");
    if (!array_has(type, AVOW_BADGE_TYPE_VC) ||
        !(array_has(type, AVOW_BADGE_TYPE_OB) || array_has(type, "AchievementCredential")))
        return refuse(fault, AVOW_REJECT_DOCUMENT, "/type", "not an Open Badges credential");
    return AVOW_OK;
}

/* "avow:<issuer id>/<index>" */
static bool read_entry_iri(struct avow_bytes text, struct avow_hash *issuer, uint64_t *index)
{
    struct avow_bytes rest;
    return skip_prefix(text, AVOW_BADGE_SCHEME, &rest) &&
           avow_id_reference_parse(rest, issuer, index) == AVOW_ACCEPT;
}

/* "avow:<issuer id>/<index>#<seed>" */
static bool read_status_id(struct avow_bytes text, struct avow_badge_facts *facts)
{
    const uint8_t *hash = text.len == 0 ? NULL : memchr(text.data, '#', text.len);
    if (hash == NULL || !read_entry_iri(avow_bytes(text.data, (size_t)(hash - text.data)),
                                        &facts->issuer, &facts->index))
        return false;
    const struct avow_bytes seed = avow_bytes(hash + 1, (size_t)(text.data + text.len - hash - 1));
    struct avow_buf out;
    avow_buf_init_fixed(&out, facts->seed, sizeof(facts->seed));
    return avow_base64url_decode(seed, &out) == AVOW_ACCEPT && out.len == sizeof(facts->seed);
}

static enum avow_err refuse_status(struct avow_fault *fault, size_t index, const char *member,
                                   enum avow_reject reject, const char *what)
{
    char path[PATH_LEN_MAX];
    struct avow_buf where;
    avow_buf_init_fixed(&where, path, sizeof(path));
    avow_buf_printf(&where, "/credentialStatus/%zu%s", index, member);
    return avow_fault_set(fault, reject, avow_buf_bytes(&where), what);
}

/* The one registry entry; entries of other types (status lists) may stand beside it. */
static enum avow_err read_status(const json_t *document, struct avow_badge_facts *facts,
                                 struct avow_fault *fault)
{
    const json_t *entries = json_object_get(document, "credentialStatus");
    const size_t count = json_array_size(entries);
    if (count > STATUS_ENTRIES_MAX)
        return refuse(fault, AVOW_REJECT_LENGTH, "/credentialStatus", "too many entries");
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *entry = json_array_get(entries, i);
        if (!is_text(json_object_get(entry, "type"), AVOW_BADGE_STATUS_TYPE))
            continue;
        if (found++ > 0)
            return refuse_status(fault, i, "", AVOW_REJECT_DUPLICATE, "a second registry entry");
        if (json_object_size(entry) != 2)
            return refuse_status(fault, i, "", AVOW_REJECT_DOCUMENT,
                                 "a registry entry with unknown members");
        if (!read_status_id(avow_json_value_text(json_object_get(entry, "id")), facts))
            return refuse_status(fault, i, "/id", AVOW_REJECT_VALUE,
                                 "not avow:<issuer id>/<index>#<seed>");
    }
    if (found == 0)
        return refuse(fault, AVOW_REJECT_DOCUMENT, "/credentialStatus",
                      "names no entry of a registry");
    return AVOW_OK;
}

static enum avow_err read_name(const json_t *parent, const char *where, const char **name,
                               struct avow_fault *fault)
{
    const json_t *value = json_object_get(parent, "name");
    if (json_string_length(value) == 0)
        return refuse(fault, AVOW_REJECT_DOCUMENT, where, "no name");
    *name = json_string_value(value);
    return AVOW_OK;
}

/* The signer speaks for itself (did:key) or for a domain (did:web), whose link to the key is the
 * registry's to show. */
static enum avow_err read_issuer(const json_t *document, struct avow_badge_facts *facts,
                                 struct avow_fault *fault)
{
    const json_t *issuer = json_object_get(document, "issuer");
    const struct avow_bytes id = avow_json_value_text(json_object_get(issuer, "id"));
    struct avow_key key;
    struct avow_bytes rest;
    if (!skip_prefix(id, "did:web:", &rest)) {
        const enum avow_reject reject = avow_did_key_parse(id, &key);
        if (reject != AVOW_ACCEPT)
            return refuse(fault, reject, "/issuer/id", "not an Ed25519 key as did:key");
        if (!avow_key_equal(&key, &facts->key))
            return refuse(fault, AVOW_REJECT_DOCUMENT, "/issuer/id",
                          "not the key that made the proof");
    }
    return read_name(issuer, "/issuer/name", &facts->issuer_name, fault);
}

static enum avow_err read_achievement(const json_t *subject, struct avow_badge_facts *facts,
                                      struct avow_fault *fault)
{
    const json_t *achievement = json_object_get(subject, "achievement");
    struct avow_hash issuer;
    if (!read_entry_iri(avow_json_value_text(json_object_get(achievement, "id")), &issuer,
                        &facts->achievement))
        return refuse(fault, AVOW_REJECT_VALUE, "/credentialSubject/achievement/id",
                      "not avow:<issuer id>/<index>");
    if (!avow_hash_equal(&issuer, &facts->issuer))
        return refuse(fault, AVOW_REJECT_DOCUMENT, "/credentialSubject/achievement/id",
                      "an achievement of another issuer than the registry entry's");
    return read_name(achievement, "/credentialSubject/achievement/name", &facts->achievement_name,
                     fault);
}

static const char *learner_name(const json_t *subject)
{
    const json_t *identifiers = json_object_get(subject, "identifier");
    for (size_t i = 0; i < json_array_size(identifiers); i++) {
        const json_t *identity = json_array_get(identifiers, i);
        if (is_text(json_object_get(identity, "identityType"), "name") &&
            json_is_false(json_object_get(identity, "hashed")))
            return json_string_value(json_object_get(identity, "identityHash"));
    }
    return NULL;
}

static enum avow_err read_subject(const json_t *document, struct avow_badge_facts *facts,
                                  struct avow_fault *fault)
{
    const json_t *subject = json_object_get(document, "credentialSubject");
    if (!json_is_object(subject))
        return refuse(fault, AVOW_REJECT_DOCUMENT, "/credentialSubject", "not an object");
    facts->learner_name = learner_name(subject);
    return read_achievement(subject, facts, fault);
}

static enum avow_err read_dates(const json_t *document, struct avow_badge_facts *facts,
                                struct avow_fault *fault)
{
    enum avow_reject reject = avow_time_parse(
        avow_json_value_text(json_object_get(document, "validFrom")), &facts->valid_from);
    if (reject != AVOW_ACCEPT)
        return refuse(fault, reject, "/validFrom", "not a time YYYY-MM-DDTHH:MM:SSZ");
    const json_t *until = json_object_get(document, "validUntil");
    if (until == NULL)
        return AVOW_OK;
    reject = avow_time_parse(avow_json_value_text(until), &facts->valid_until);
    if (reject != AVOW_ACCEPT)
        return refuse(fault, reject, "/validUntil", "not a time YYYY-MM-DDTHH:MM:SSZ");
    /* 0 means "no end" in the log, so no document may say 1970 and mean it. */
    if (facts->valid_until == 0 || facts->valid_until < facts->valid_from)
        return refuse(fault, AVOW_REJECT_TIME, "/validUntil", "ends before it begins");
    return AVOW_OK;
}

enum avow_err avow_badge_read(const json_t *document, struct avow_badge_facts *facts,
                              struct avow_fault *fault)
{
    *facts = (struct avow_badge_facts){0};
    enum avow_err err = check_kind(document, fault);
    if (err == AVOW_OK)
        err = read_status(document, facts, fault);
    struct avow_proof_facts proof;
    if (err == AVOW_OK)
        err = avow_proof_read(document, &proof, fault);
    if (err != AVOW_OK)
        return err;
    facts->key = proof.key;
    err = read_issuer(document, facts, fault);
    if (err == AVOW_OK)
        err = read_dates(document, facts, fault);
    if (err == AVOW_OK)
        err = read_subject(document, facts, fault);
    if (err == AVOW_OK)
        err = avow_badge_parts_read(document, facts, fault);
    return err;
}
