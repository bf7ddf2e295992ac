#include "proto/trust/rule_words.h"

#include "proto/codec/id.h"

#include <inttypes.h>

#define YEAR_S 31557600 /* 365.25 days */
#define DAY_S 86400

/* By its name; by its id where its log is not shown. */
static void say_issuer(const struct avow_facts *facts, const struct avow_hash *issuer,
                       struct avow_buf *out)
{
    char text[AVOW_ISSUER_TEXT_MAX];
    struct avow_chain_names names;
    avow_id_issuer_text(issuer, text);
    if (avow_facts_names(facts, issuer, &names) == AVOW_OK && names.name.len > 0)
        avow_buf_append(out, names.name.data, names.name.len);
    else
        avow_buf_append(out, text, strlen(text));
}

void avow_rule_words_say_achievement(const struct avow_facts *facts, const struct avow_hash *own,
                                     const struct avow_hash *issuer, uint64_t index,
                                     struct avow_buf *out)
{
    struct avow_achievement achievement;
    char reference[AVOW_REFERENCE_TEXT_MAX];
    if (avow_facts_definition(facts, issuer, index, &achievement) != AVOW_OK) {
        avow_id_reference_text(issuer, index, reference);
        avow_buf_append(out, reference, strlen(reference));
        return;
    }
    avow_buf_append(out, achievement.title.data, achievement.title.len);
    if (avow_hash_equal(issuer, own))
        return;
    avow_buf_printf(out, " (");
    say_issuer(facts, issuer, out);
    avow_buf_printf(out, ")");
}

void avow_rule_words_say_credits(uint64_t hundredths, struct avow_buf *out)
{
    avow_buf_printf(out, "%" PRIu64, hundredths / 100);
    if (hundredths % 100 != 0)
        avow_buf_printf(out, hundredths % 10 == 0 ? ".%" PRIu64 : ".%02" PRIu64,
                        hundredths % 10 == 0 ? hundredths % 100 / 10 : hundredths % 100);
}

static void say_span(uint64_t seconds, struct avow_buf *out)
{
    if (seconds != 0 && seconds % YEAR_S == 0)
        avow_buf_printf(out, "%" PRIu64 " year%s", seconds / YEAR_S, seconds == YEAR_S ? "" : "s");
    else if (seconds % DAY_S == 0)
        avow_buf_printf(out, "%" PRIu64 " day%s", seconds / DAY_S, seconds == DAY_S ? "" : "s");
    else
        avow_buf_printf(out, "%" PRIu64 " seconds", seconds);
}

static void say_where(const struct avow_facts *facts, const struct avow_rule_where *where,
                      struct avow_buf *out)
{
    const char *separator = "counting only what is ";
    if (where->has_level) {
        avow_buf_printf(out, "%sof level %" PRIu64, separator, where->level_min);
        if (where->level_max > where->level_min)
            avow_buf_printf(out, " to %" PRIu64, where->level_max);
        avow_buf_printf(out, " (EQF)");
        separator = ", ";
    }
    if (where->field.len > 0) {
        avow_buf_printf(out, "%sin field %.*s (ISCED-F)", separator, (int)where->field.len,
                        (const char *)where->field.data);
        separator = ", ";
    }
    if (where->has_issuer) {
        avow_buf_printf(out, "%sissued by ", separator);
        say_issuer(facts, &where->issuer, out);
        separator = ", ";
    }
    if (where->has_recognised_by) {
        avow_buf_printf(out, "%srecognised by ", separator);
        say_issuer(facts, &where->recognised_by, out);
        separator = ", ";
    }
    if (where->has_within) {
        avow_buf_printf(out, "%sawarded at most ", separator);
        say_span(where->within_s, out);
        avow_buf_printf(out, " before");
    }
}

void avow_rule_words_say(const struct avow_facts *facts, const struct avow_hash *own,
                         const struct avow_rule_node *node, struct avow_buf *out)
{
    switch (node->op) {
    case AVOW_RULE_ALL:
        avow_buf_printf(out, node->children == 1 ? "this" : "all of these %zu", node->children);
        return;
    case AVOW_RULE_ANY:
        avow_buf_printf(out, "any one or more of these");
        return;
    case AVOW_RULE_N:
        avow_buf_printf(out, "at least %" PRIu64 " of these %zu", node->number, node->children);
        return;
    case AVOW_RULE_CREDITS:
        avow_buf_printf(out, "at least ");
        avow_rule_words_say_credits(node->number, out);
        avow_buf_printf(out, " %.*s credits in all from what follows", (int)node->system.len,
                        (const char *)node->system.data);
        return;
    case AVOW_RULE_ACHIEVEMENT:
        avow_rule_words_say_achievement(facts, own, node->has_issuer ? &node->issuer : own,
                                        node->index, out);
        return;
    case AVOW_RULE_WHERE:
        say_where(facts, &node->where, out);
        return;
    case AVOW_RULE_DISTINCT:
        avow_buf_printf(out, "counting no credential for two things");
        return;
    }
}
