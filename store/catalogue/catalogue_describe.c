#include "store/catalogue/catalogue_describe_inner.h"

#include "proto/entry/details.h"

static void add_term(struct avow_description *out, const uint8_t *bytes, uint8_t len,
                     unsigned weight)
{
    for (size_t i = 0; i < out->count; i++) {
        struct avow_term *term = &out->terms[i];
        if (term->len != len || memcmp(term->bytes, bytes, len) != 0)
            continue;
        if (term->weight < weight)
            term->weight = (uint8_t)weight;
        return;
    }
    if (out->count == AVOW_CATALOGUE_TERMS_MAX)
        return;
    struct avow_term *term = &out->terms[out->count++];
    memcpy(term->bytes, bytes, len);
    term->len = len;
    term->weight = (uint8_t)weight;
}

static bool has_room(const struct avow_description *out)
{
    return out->count < AVOW_CATALOGUE_TERMS_MAX && out->looked_at < AVOW_CATALOGUE_LOOKED_AT_MAX;
}

static size_t add_text(struct avow_words *words, struct avow_description *out,
                       struct avow_bytes text, unsigned weight)
{
    struct avow_folded_word word;
    size_t count = 0;
    avow_words_begin(words, text);
    for (; has_room(out) && avow_words_next(words, &word); count++) {
        out->looked_at++;
        for (size_t i = 0; i < word.count; i++)
            add_term(out, word.bytes[i], word.len[i], weight);
    }
    return count;
}

/* A word of a short title says more of it. */
static void add_title(struct avow_words *words, struct avow_description *out,
                      struct avow_bytes title)
{
    size_t before = out->count;
    size_t count = add_text(words, out, title, AVOW_CATALOGUE_TITLE_WEIGHT);
    for (size_t i = before; i < out->count; i++)
        out->terms[i].weight = (uint8_t)(out->terms[i].weight +
                                         AVOW_CATALOGUE_TITLE_WEIGHT / 2 / (count > 0 ? count : 1));
}

/* What follows the last "/" or "#" of a URI. */
static struct avow_bytes last_part(struct avow_bytes uri)
{
    size_t start = uri.len;
    while (start > 0 && uri.data[start - 1] != '/' && uri.data[start - 1] != '#')
        start--;
    return avow_bytes(uri.data + start, uri.len - start);
}

static void add_details(struct avow_words *words, struct avow_description *out,
                        const struct avow_details *details)
{
    struct avow_text_list list = details->outcomes;
    struct avow_bytes text;
    while (has_room(out) && avow_text_list_next(&list, &text))
        (void)add_text(words, out, text, AVOW_CATALOGUE_OUTCOME_WEIGHT);
    list = details->skills;
    while (has_room(out) && avow_text_list_next(&list, &text))
        (void)add_text(words, out, last_part(text), AVOW_CATALOGUE_SKILL_WEIGHT);
}

static uint8_t eqf_level(const struct avow_details *details)
{
    if (!avow_bytes_equal(details->framework, avow_bytes_text("EQF")) || details->level.len != 1 ||
        details->level.data[0] < '1' || details->level.data[0] > '8')
        return 0;
    return (uint8_t)(details->level.data[0] - '0');
}

void avow_catalogue_describe(struct avow_words *words, uint32_t log, const struct avow_entry *entry,
                             struct avow_description *out)
{
    out->posting = (struct avow_posting){.log = log};
    out->count = out->looked_at = 0;
    if (entry->kind == AVOW_KIND_PATHWAY) {
        out->posting.kind_level = AVOW_POSTING_PATHWAY;
        add_title(words, out, entry->pathway.title);
        return;
    }
    struct avow_details details;
    uint16_t mask;
    add_title(words, out, entry->achievement.title);
    (void)add_text(words, out, entry->achievement.code, AVOW_CATALOGUE_CODE_WEIGHT);
    if (avow_details_parse(entry->achievement.details, &details) != AVOW_ACCEPT)
        return;
    out->posting.field = avow_posting_field(details.field, &mask);
    out->posting.kind_level = eqf_level(&details);
    add_details(words, out, &details);
}
