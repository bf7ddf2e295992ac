#include "proto/codec/base58.h"
#include "proto/codec/time.h"
#include "proto/credential/badge_parts.h"
#include "proto/credential/json_value.h"

static enum avow_err set(json_t *object, const char *name, json_t *value)
{
    return json_object_set_new(object, name, value) == 0 ? AVOW_OK : AVOW_ERR_NOMEM;
}

static enum avow_err set_time(json_t *object, const char *name, uint64_t seconds)
{
    char text[AVOW_TIME_TEXT_LEN + 1];
    avow_time_format(seconds, text);
    return set(object, name, json_string(text));
}

/* The key speaks for itself; a domain keeps its name, whoever signs for it. */
static enum avow_err set_key(json_t *document, const struct avow_key *key)
{
    char did[AVOW_DID_KEY_TEXT_MAX];
    json_t *issuer = json_object_get(document, "issuer");
    const char *id = json_string_value(json_object_get(issuer, "id"));
    if (id != NULL && strncmp(id, "did:web:", 8) == 0)
        return AVOW_OK;
    avow_did_key_text(key, did);
    return set(issuer, "id", json_string(did));
}

/* What the successor has from `old`, in the same order: all but what is about the old document's
 * time and place, whose seed is not copied. */
static enum avow_err copy_members(const json_t *old, json_t *made)
{
    const char *key;
    json_t *member;
    enum avow_err err = AVOW_OK;
    json_object_foreach(avow_json_value_mutable(old), key, member)
    {
        if (strcmp(key, "proof") == 0 || strcmp(key, "validUntil") == 0)
            continue;
        if (err == AVOW_OK)
            err = set(made, key,
                      strcmp(key, "credentialStatus") == 0 ? avow_badge_status()
                                                           : json_deep_copy(member));
    }
    return err;
}

enum avow_err avow_badge_renew(const json_t *old, const struct avow_badge_renewal *renewal,
                               json_t **document)
{
    if (renewal->valid_from > AVOW_TIME_MAX || renewal->valid_until > AVOW_TIME_MAX ||
        (renewal->valid_until != 0 && renewal->valid_until < renewal->valid_from))
        return AVOW_ERR_INVALID;
    AVOW_CLEANUP(avow_json_release)
    json_t *made = json_object();
    enum avow_err err = made == NULL ? AVOW_ERR_NOMEM : copy_members(old, made);
    if (err == AVOW_OK)
        err = set(made, "id", avow_badge_document_id(renewal->seed));
    if (err == AVOW_OK)
        err = set_key(made, &renewal->key);
    if (err == AVOW_OK)
        err = set_time(made, "validFrom", renewal->valid_from);
    if (err == AVOW_OK && renewal->valid_until != 0)
        err = set_time(made, "validUntil", renewal->valid_until);
    if (err == AVOW_OK)
        err = avow_badge_name_entry(made, &renewal->issuer, renewal->index, renewal->seed);
    if (err == AVOW_OK)
        *document = json_incref(made);
    return err;
}
