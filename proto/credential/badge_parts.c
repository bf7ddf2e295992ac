#include "proto/credential/badge_parts.h"

#include "proto/codec/id.h"
#include "proto/codec/utf8.h"
#include "proto/credential/json_value.h"

#define GENRE_COMPONENT "component"
#define GENRE_PATHWAY "pathway"
#define EVIDENCE_MAX 256 /* of all kinds, in a document that is read */
#define PATH_LEN_MAX 64

static bool is_same(const struct avow_badge_part *a, const struct avow_badge_part *b)
{
    return a->index == b->index && avow_hash_equal(&a->issuer, &b->issuer);
}

static bool has_part(const struct avow_badge_part *parts, size_t count,
                     const struct avow_badge_part *part)
{
    for (size_t i = 0; i < count; i++) {
        if (is_same(&parts[i], part))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ building */

static bool is_part(const struct avow_badge_part *part)
{
    return part->title != NULL && part->title[0] != '\0' && part->index <= AVOW_UINT_MAX &&
           avow_utf8_check(avow_bytes_text(part->title)) == AVOW_ACCEPT;
}

bool avow_badge_parts_fit(const struct avow_badge *badge)
{
    if (badge->component_count > AVOW_BADGE_COMPONENTS_MAX ||
        (badge->component_count > 0) != (badge->pathway != NULL))
        return false;
    for (size_t i = 0; i < badge->component_count; i++) {
        if (!is_part(&badge->components[i]) ||
            has_part(badge->components, i, &badge->components[i]))
            return false;
    }
    return badge->pathway == NULL || is_part(badge->pathway);
}

static enum avow_err add_part(json_t *list, const struct avow_badge_part *part, const char *genre)
{
    char reference[AVOW_REFERENCE_TEXT_MAX];
    avow_id_reference_text(&part->issuer, part->index, reference);
    json_t *item = json_pack("{s:s+, s:[s], s:s, s:s}", "id", AVOW_BADGE_SCHEME, reference, "type",
                             "Evidence", "name", part->title, "genre", genre);
    return json_array_append_new(list, item) == 0 ? AVOW_OK : AVOW_ERR_NOMEM;
}

enum avow_err avow_badge_parts_add(const struct avow_badge *badge, json_t *document)
{
    if (badge->component_count == 0)
        return AVOW_OK;
    AVOW_CLEANUP(avow_json_release)
    json_t *list = json_array();
    enum avow_err err = list != NULL ? AVOW_OK : AVOW_ERR_NOMEM;
    for (size_t i = 0; i < badge->component_count && err == AVOW_OK; i++)
        err = add_part(list, &badge->components[i], GENRE_COMPONENT);
    if (err == AVOW_OK)
        err = add_part(list, badge->pathway, GENRE_PATHWAY);
    if (err == AVOW_OK && json_object_set(document, "evidence", list) != 0)
        err = AVOW_ERR_NOMEM;
    return err;
}

/* ------------------------------------------------------------------ reading */

static enum avow_err refuse(struct avow_fault *fault, size_t position, enum avow_reject reject,
                            const char *what)
{
    char path[PATH_LEN_MAX];
    struct avow_buf where;
    avow_buf_init_fixed(&where, path, sizeof(path));
    avow_buf_printf(&where, "/evidence/%zu", position);
    return avow_fault_set(fault, reject, avow_buf_bytes(&where), what);
}

/* "avow:<issuer id>/<index>" */
static bool is_ours(struct avow_bytes id)
{
    const size_t len = strlen(AVOW_BADGE_SCHEME);
    return id.len >= len && memcmp(id.data, AVOW_BADGE_SCHEME, len) == 0;
}

static bool is_genre(const json_t *item, const char *genre)
{
    return avow_bytes_equal(avow_json_value_text(json_object_get(item, "genre")),
                            avow_bytes_text(genre));
}

static enum avow_err read_part(const json_t *item, size_t position, bool *has_pathway,
                               struct avow_badge_facts *facts, struct avow_fault *fault)
{
    const struct avow_bytes id = avow_json_value_text(json_object_get(item, "id"));
    const size_t scheme = strlen(AVOW_BADGE_SCHEME);
    if (!is_ours(id))
        return AVOW_OK;
    struct avow_badge_part part = {.title = json_string_value(json_object_get(item, "name"))};
    if (avow_id_reference_parse(avow_bytes(id.data + scheme, id.len - scheme), &part.issuer,
                                &part.index) != AVOW_ACCEPT)
        return refuse(fault, position, AVOW_REJECT_VALUE, "not avow:<issuer id>/<index>");
    if (is_genre(item, GENRE_PATHWAY)) {
        if (*has_pathway)
            return refuse(fault, position, AVOW_REJECT_DUPLICATE, "a second pathway");
        *has_pathway = true;
        facts->pathway = part;
        return AVOW_OK;
    }
    if (!is_genre(item, GENRE_COMPONENT))
        return refuse(fault, position, AVOW_REJECT_VALUE,
                      "of this registry, and neither a component nor a pathway");
    if (facts->component_count == AVOW_BADGE_COMPONENTS_MAX)
        return refuse(fault, position, AVOW_REJECT_LENGTH, "too many components");
    if (has_part(facts->components, facts->component_count, &part))
        return refuse(fault, position, AVOW_REJECT_DUPLICATE, "a component that is named before");
    facts->components[facts->component_count++] = part;
    return AVOW_OK;
}

enum avow_err avow_badge_parts_read(const json_t *document, struct avow_badge_facts *facts,
                                    struct avow_fault *fault)
{
    const json_t *list = json_object_get(document, "evidence");
    bool has_pathway = false;
    if (json_array_size(list) > EVIDENCE_MAX)
        return avow_fault_set(fault, AVOW_REJECT_LENGTH, avow_bytes_text("/evidence"),
                              "too many items");
    for (size_t i = 0; i < json_array_size(list); i++) {
        enum avow_err err = read_part(json_array_get(list, i), i, &has_pathway, facts, fault);
        if (err != AVOW_OK)
            return err;
    }
    if (has_pathway != (facts->component_count > 0))
        return avow_fault_set(fault, AVOW_REJECT_DOCUMENT, avow_bytes_text("/evidence"),
                              "components without their pathway, or a pathway without components");
    return AVOW_OK;
}
