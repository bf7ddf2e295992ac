/* Every member below is a term of the two contexts or an absolute IRI, because a JSON-LD verifier
 * refuses an undefined term that a JCS signature would silently cover. Optional parts are left out
 * whole: no nulls, no empty arrays. */
#include "proto/codec/base58.h"
#include "proto/codec/base64.h"
#include "proto/codec/id.h"
#include "proto/codec/time.h"
#include "proto/codec/utf8.h"
#include "proto/credential/badge.h"
#include "proto/credential/badge_parts.h"
#include "proto/credential/json_value.h"
#include "proto/crypto/sha256.h"
#include "proto/entry/shape.h"

#include <sodium.h>

#define IRI_MAX 256
#define COMPOSED_MAX 1024 /* an IRI made of a framework and a level, each escaped threefold */

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* Not json_pack's "s*", which takes memory running out for a text that is not given. */
static enum avow_err set_optional(json_t *object, const char *name, const char *text)
{
    if (!is_given(text))
        return AVOW_OK;
    return json_object_set_new(object, name, json_string(text)) == 0 ? AVOW_OK : AVOW_ERR_NOMEM;
}

static bool is_clean(const char *text)
{
    return text == NULL || avow_utf8_check(avow_bytes_text(text)) == AVOW_ACCEPT;
}

static bool is_code(const char *text)
{
    return text == NULL || strlen(text) <= AVOW_BADGE_CODE_MAX;
}

static bool is_valid(const struct avow_badge *badge)
{
    const char *const texts[] = {
        badge->issuer_name,   badge->issuer_url, badge->jurisdiction,  badge->title,
        badge->description,   badge->criteria,   badge->code,          badge->language,
        badge->framework,     badge->level,      badge->field,         badge->learner_name,
        badge->learner_email, badge->learner_id, badge->result,        badge->credit_system,
        badge->quality,       badge->assessment, badge->participation,
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (!is_clean(texts[i]))
            return false;
    if (!is_code(badge->framework) || !is_code(badge->level) || !is_code(badge->field) ||
        (is_given(badge->jurisdiction) && badge->jurisdiction[0] == '-'))
        return false;
    return is_given(badge->issuer_name) && is_given(badge->title) && avow_badge_parts_fit(badge) &&
           is_given(badge->learner_name) && is_given(badge->framework) == is_given(badge->level) &&
           badge->index <= AVOW_UINT_MAX && badge->achievement <= AVOW_UINT_MAX &&
           badge->awarded <= AVOW_TIME_MAX && badge->valid_from <= AVOW_TIME_MAX &&
           badge->valid_until <= AVOW_TIME_MAX &&
           (badge->valid_until == 0 || badge->valid_until >= badge->valid_from);
}

/* "avow:<issuer id>/<index>" */
static void put_entry_iri(struct avow_buf *out, const struct avow_hash *issuer, uint64_t index)
{
    char reference[AVOW_REFERENCE_TEXT_MAX];
    avow_id_reference_text(issuer, index, reference);
    avow_buf_append(out, AVOW_BADGE_SCHEME, sizeof(AVOW_BADGE_SCHEME) - 1);
    avow_buf_append(out, reference, strlen(reference));
}

static json_t *text_of(const struct avow_buf *buf)
{
    return buf->err == AVOW_OK ? json_stringn((const char *)buf->data, buf->len) : NULL;
}

/* A UUID of version 8 (RFC 9562, 5.8): stable, unlike any other credential's, and no help in
 * finding the seed. It must not name the index, which a committed value cannot follow. */
json_t *avow_badge_document_id(const uint8_t seed[AVOW_SEED_LEN])
{
    const struct avow_bytes label = avow_bytes_text("avow credential id");
    struct avow_hash mac = avow_sha256_hmac(avow_bytes(seed, AVOW_SEED_LEN), &label, 1);
    uint8_t *id = mac.bytes;
    id[6] = (uint8_t)((id[6] & 0x0f) | 0x80);
    id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
    return json_sprintf("urn:uuid:%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
                        "%02x%02x%02x%02x%02x%02x",
                        id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7], id[8], id[9],
                        id[10], id[11], id[12], id[13], id[14], id[15]);
}

json_t *avow_badge_status(void)
{
    return json_pack("[{s:s, s:s}]", "id", "", "type", AVOW_BADGE_STATUS_TYPE);
}

enum avow_err avow_badge_name_entry(json_t *document, const struct avow_hash *issuer,
                                    uint64_t index, const uint8_t seed[AVOW_SEED_LEN])
{
    json_t *status = json_array_get(json_object_get(document, "credentialStatus"), 0);
    char storage[IRI_MAX];
    struct avow_buf id;
    avow_buf_init_fixed(&id, storage, sizeof(storage));
    put_entry_iri(&id, issuer, index);
    avow_buf_append(&id, "#", 1);
    avow_base64url_encode(avow_bytes(seed, AVOW_SEED_LEN), &id);
    AVOW_ASSERT(id.err == AVOW_OK);
    const int rc = json_string_setn(json_object_get(status, "id"), storage, id.len);
    sodium_memzero(storage, sizeof(storage));
    return rc == 0 ? AVOW_OK : AVOW_ERR_NOMEM;
}

/* `*out` stays NULL when there is no jurisdiction. */
static enum avow_err make_address(const char *jurisdiction, json_t **out)
{
    if (!is_given(jurisdiction))
        return AVOW_OK;
    const size_t country_len = strcspn(jurisdiction, "-");
    const bool has_region = jurisdiction[country_len] == '-';
    *out = json_pack("{s:[s], s:s%}", "type", "Address", "addressCountryCode", jurisdiction,
                     country_len);
    if (*out == NULL)
        return AVOW_ERR_NOMEM;
    return set_optional(*out, "addressRegion", has_region ? jurisdiction : NULL);
}

static json_t *make_issuer(const struct avow_badge *badge)
{
    char did[AVOW_DID_KEY_TEXT_MAX];
    avow_did_key_text(&badge->key, did);
    AVOW_CLEANUP(avow_json_release)
    json_t *address = NULL;
    if (make_address(badge->jurisdiction, &address) != AVOW_OK)
        return NULL;
    AVOW_CLEANUP(avow_json_release)
    json_t *issuer = json_pack("{s:s, s:[s], s:s, s:O*}", "id", did, "type", "Profile", "name",
                               badge->issuer_name, "address", address);
    if (issuer == NULL || set_optional(issuer, "url", badge->issuer_url) != AVOW_OK)
        return NULL;
    return json_incref(issuer);
}

/* RFC 3986's unreserved characters as they are, all others as %XX. */
static void put_escaped(struct avow_buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        const char c = *text;
        const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                (c >= '0' && c <= '9') || strchr("-._~", c) != NULL;
        if (unreserved)
            avow_buf_append(out, &c, 1);
        else
            avow_buf_printf(out, "%%%02X", (unsigned)(uint8_t)c);
    }
}

static json_t *alignment(const char *target_type, const char *framework, const char *code,
                         const char *name_between, const char *url_prefix)
{
    char name_storage[COMPOSED_MAX];
    char url_storage[COMPOSED_MAX];
    struct avow_buf name;
    struct avow_buf url;
    avow_buf_init_fixed(&name, name_storage, sizeof(name_storage));
    avow_buf_init_fixed(&url, url_storage, sizeof(url_storage));
    avow_buf_printf(&name, "%s%s%s", framework, name_between, code);
    avow_buf_append(&url, url_prefix, strlen(url_prefix));
    put_escaped(&url, code);
    return json_pack("{s:[s], s:s, s:s, s:o, s:s, s:o}", "type", "Alignment", "targetType",
                     target_type, "targetFramework", framework, "targetName", text_of(&name),
                     "targetCode", code, "targetUrl", text_of(&url));
}

/* EQF levels have an IRI of the European Commission's; other frameworks get one of ours. */
static json_t *level_alignment(const char *framework, const char *level)
{
    if (strcmp(framework, "EQF") == 0)
        return alignment("ext:EQF", framework, level, " level ", "http://data.europa.eu/snb/eqf/");
    char storage[COMPOSED_MAX];
    struct avow_buf prefix;
    avow_buf_init_fixed(&prefix, storage, sizeof(storage) - 1);
    avow_buf_append(&prefix, "urn:avow:framework:", 19);
    put_escaped(&prefix, framework);
    avow_buf_append(&prefix, ":", 1);
    if (prefix.err != AVOW_OK)
        return NULL;
    storage[prefix.len] = '\0';
    return alignment("ext:QualificationsFramework", framework, level, " ", storage);
}

/* An element that is a text: it stands at its own address, if it is one; else in the registry, with
 * the achievement. */
static enum avow_err add_element(json_t *list, const struct avow_badge *badge,
                                 const char *target_type, const char *fragment, const char *text)
{
    if (!is_given(text))
        return AVOW_OK;
    char storage[IRI_MAX];
    struct avow_buf url;
    avow_buf_init_fixed(&url, storage, sizeof(storage));
    put_entry_iri(&url, &badge->issuer, badge->achievement);
    avow_buf_append(&url, fragment, strlen(fragment));
    const bool is_url = avow_shape_url(avow_bytes_text(text));
    json_t *element =
        json_pack("{s:[s], s:s, s:s, s:o}", "type", "Alignment", "targetType", target_type,
                  "targetName", text, "targetUrl", is_url ? json_string(text) : text_of(&url));
    return json_array_append_new(list, element) == 0 ? AVOW_OK : AVOW_ERR_NOMEM;
}

static enum avow_err add_elements(json_t *list, const struct avow_badge *badge)
{
    enum avow_err err =
        add_element(list, badge, "ext:CreditSystem", "#credit_system", badge->credit_system);
    if (err == AVOW_OK)
        err = add_element(list, badge, "ext:QualityAssurance", "#quality", badge->quality);
    if (err == AVOW_OK)
        err = add_element(list, badge, "ext:AssessmentType", "#assessment", badge->assessment);
    if (err == AVOW_OK)
        err = add_element(list, badge, "ext:ParticipationType", "#participation",
                          badge->participation);
    return err;
}

/* `*out` stays NULL when there are none. */
static enum avow_err make_alignments(const struct avow_badge *badge, json_t **out)
{
    AVOW_CLEANUP(avow_json_release)
    json_t *list = json_array();
    if (list == NULL)
        return AVOW_ERR_NOMEM;
    if (is_given(badge->level) &&
        json_array_append_new(list, level_alignment(badge->framework, badge->level)) != 0)
        return AVOW_ERR_NOMEM;
    if (is_given(badge->field) &&
        json_array_append_new(list, alignment("ext:ISCED-F", "ISCED-F", badge->field, " ",
                                              "http://data.europa.eu/snb/isced-f/")) != 0)
        return AVOW_ERR_NOMEM;
    if (add_elements(list, badge) != AVOW_OK)
        return AVOW_ERR_NOMEM;
    *out = json_array_size(list) > 0 ? json_incref(list) : NULL;
    return AVOW_OK;
}

/* `*out` stays NULL when credits are not stated. */
static enum avow_err make_credits(uint64_t hundredths, json_t **out)
{
    if (hundredths == 0)
        return AVOW_OK;
    *out = hundredths % 100 == 0 ? json_integer((json_int_t)(hundredths / 100))
                                 : json_real((double)hundredths / 100);
    return *out == NULL ? AVOW_ERR_NOMEM : AVOW_OK;
}

static json_t *make_achievement(const struct avow_badge *badge, json_t *credits)
{
    char storage[IRI_MAX];
    struct avow_buf id;
    avow_buf_init_fixed(&id, storage, sizeof(storage));
    put_entry_iri(&id, &badge->issuer, badge->achievement);
    AVOW_CLEANUP(avow_json_release)
    json_t *alignments = NULL;
    if (make_alignments(badge, &alignments) != AVOW_OK)
        return NULL;
    /* The standard requires a description and criteria. */
    const char *description = is_given(badge->description) ? badge->description : badge->title;
    const bool has_criteria = is_given(badge->criteria);
    AVOW_CLEANUP(avow_json_release)
    json_t *achievement =
        json_pack("{s:o, s:[s], s:s, s:s, s:s, s:{s:s}, s:O*, s:O*}", "id", text_of(&id), "type",
                  "Achievement", "achievementType", "MicroCredential", "name", badge->title,
                  "description", description, "criteria", has_criteria ? "id" : "narrative",
                  has_criteria ? badge->criteria : description, "creditsAvailable", credits,
                  "alignment", alignments);
    if (achievement == NULL || set_optional(achievement, "humanCode", badge->code) != AVOW_OK ||
        set_optional(achievement, "inLanguage", badge->language) != AVOW_OK)
        return NULL;
    return json_incref(achievement);
}

static enum avow_err add_identity(json_t *list, const char *identity_type, const char *text)
{
    if (!is_given(text))
        return AVOW_OK;
    json_t *identity = json_pack("{s:s, s:s, s:b, s:s}", "type", "IdentityObject", "identityType",
                                 identity_type, "hashed", 0, "identityHash", text);
    return json_array_append_new(list, identity) == 0 ? AVOW_OK : AVOW_ERR_NOMEM;
}

static json_t *make_identifiers(const struct avow_badge *badge)
{
    AVOW_CLEANUP(avow_json_release)
    json_t *list = json_array();
    if (list == NULL || add_identity(list, "name", badge->learner_name) != AVOW_OK ||
        add_identity(list, "emailAddress", badge->learner_email) != AVOW_OK ||
        add_identity(list, "sourcedId", badge->learner_id) != AVOW_OK)
        return NULL;
    return json_incref(list);
}

static json_t *make_subject(const struct avow_badge *badge)
{
    AVOW_CLEANUP(avow_json_release)
    json_t *credits = NULL;
    if (make_credits(badge->credits_hundredths, &credits) != AVOW_OK)
        return NULL;
    AVOW_CLEANUP(avow_json_release)
    json_t *subject = json_pack("{s:[s], s:o, s:o, s:O*}", "type", "AchievementSubject",
                                "identifier", make_identifiers(badge), "achievement",
                                make_achievement(badge, credits), "creditsEarned", credits);
    if (subject == NULL)
        return NULL;
    if (is_given(badge->result) && json_object_set_new(subject, "result",
                                                       json_pack("[{s:[s], s:s}]", "type", "Result",
                                                                 "value", badge->result)) != 0)
        return NULL;
    return json_incref(subject);
}

enum avow_err avow_badge_build(const struct avow_badge *badge, json_t **document)
{
    if (!is_valid(badge))
        return AVOW_ERR_INVALID;
    char from[AVOW_TIME_TEXT_LEN + 1];
    char until[AVOW_TIME_TEXT_LEN + 1];
    char awarded[AVOW_TIME_TEXT_LEN + 1];
    avow_time_format(badge->awarded, awarded);
    avow_time_format(badge->valid_from, from);
    avow_time_format(badge->valid_until, until);
    AVOW_CLEANUP(avow_json_release)
    json_t *made = json_pack("{s:[ss], s:o, s:[ss], s:s, s:o, s:s, s:o, s:o}", "@context",
                             AVOW_BADGE_CONTEXT_VC, AVOW_BADGE_CONTEXT_OB, "id",
                             avow_badge_document_id(badge->seed), "type", AVOW_BADGE_TYPE_VC,
                             AVOW_BADGE_TYPE_OB, "name", badge->title, "issuer", make_issuer(badge),
                             "validFrom", from, "credentialSubject", make_subject(badge),
                             "credentialStatus", avow_badge_status());
    if (made == NULL ||
        set_optional(made, "validUntil", badge->valid_until == 0 ? NULL : until) != AVOW_OK ||
        set_optional(made, "awardedDate", badge->awarded == 0 ? NULL : awarded) != AVOW_OK ||
        avow_badge_parts_add(badge, made) != AVOW_OK ||
        avow_badge_name_entry(made, &badge->issuer, badge->index, badge->seed) != AVOW_OK)
        return AVOW_ERR_NOMEM;
    *document = json_incref(made);
    return AVOW_OK;
}
