/* A check shown: as a page for people, and as JSON. */
#include "cli/frame/term.h"
#include "cli/stack/stack_check.h"
#include "proto/codec/id.h"
#include "proto/json/put.h"

#include <inttypes.h>

#define BAR_WIDTH 40
#define LINE_BYTES_MAX ((size_t)4 * AVOW_ENTRY_BYTES_MAX)

/* ------------------------------------------------------------------ how far */

/* In hundredths: of what there is, all in equal parts; of a choice, those that are furthest. */
struct share {
    unsigned count, best[AVOW_RULE_NODES_MAX]; /* of the children, the most first */
};

static void put_in_order(struct share *share, unsigned percent)
{
    unsigned at = share->count++;
    for (; at > 0 && share->best[at - 1] < percent; at--)
        share->best[at] = share->best[at - 1];
    share->best[at] = percent;
}

static unsigned mean(const struct share *share, uint64_t wanted)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < share->count && i < wanted; i++)
        sum += share->best[i];
    return wanted == 0 ? 0 : sum / (unsigned)wanted;
}

/* NOLINTNEXTLINE(misc-no-recursion): to AVOW_RULE_DEPTH_MAX */
static unsigned percent_of(const struct avow_stack_result *result, size_t *position)
{
    const struct avow_stack_node *node = &result->nodes[(*position)++];
    struct share share = {.count = 0};
    for (size_t i = 0; i < node->rule.children; i++)
        put_in_order(&share, percent_of(result, position));
    if (node->met)
        return 100;
    if (node->rule.op == AVOW_RULE_ACHIEVEMENT)
        return 0;
    if (node->rule.op != AVOW_RULE_CREDITS)
        return mean(&share, node->need);
    const uint64_t sum = node->have < node->need ? node->have * 100 / node->need : 99;
    return sum > 99 ? 99 : (unsigned)sum;
}

unsigned avow_stack_percent(const struct avow_stack_result *result)
{
    size_t position = 0;
    return percent_of(result, &position);
}

/* ------------------------------------------------------------------ for people */

static bool is_used(const struct avow_stack_check *check, size_t file)
{
    for (size_t i = 0; i < check->count; i++) {
        if (check->file_of[i] == file)
            return (check->result.used >> i & 1) != 0;
    }
    return false;
}

static const char *word_of(const struct avow_stack_file *file)
{
    return file->part == AVOW_STACK_NO_BADGE ? "no badge" : avow_word_name(file->word);
}

static void say_remark(const struct avow_stack_check *check, size_t position, struct avow_buf *out)
{
    const struct avow_stack_file *file = &check->folder.files[position];
    switch (file->part) {
    case AVOW_STACK_COUNTS:
        if (!is_used(check, position))
            avow_buf_printf(out, "of this pathway, and not needed, or does not fit");
        return;
    case AVOW_STACK_TWICE:
        avow_buf_printf(out, "the same credential as %s: it counts once",
                        check->folder.files[file->same].name);
        return;
    case AVOW_STACK_ELSEWHERE:
        avow_buf_printf(out, "not of this pathway");
        return;
    case AVOW_STACK_NO_BADGE:
        avow_buf_printf(out, "%s", file->detail);
        return;
    case AVOW_STACK_CANNOT:
    case AVOW_STACK_UNTOLD:
        avow_buf_printf(out, "%s", avow_why_text(file->why));
        if (file->detail[0] != '\0')
            avow_buf_printf(out, ": %s", file->detail);
        if (file->has_successor)
            avow_buf_printf(out, "; replaced by entry %" PRIu64, file->successor);
        return;
    }
}

/* What it is for, and what is to be said of it. */
static void say_line(const struct avow_stack_check *check, size_t position, struct avow_buf *out)
{
    const struct avow_stack_file *file = &check->folder.files[position];
    if (file->part != AVOW_STACK_ELSEWHERE && file->part != AVOW_STACK_NO_BADGE) {
        avow_pathway_title(&check->view, &file->item.issuer, file->item.achievement, out);
        avow_buf_printf(out, "%s",
                        file->part == AVOW_STACK_COUNTS && is_used(check, position) ? "" : ": ");
    }
    say_remark(check, position, out);
}

static void print_buf(FILE *file, const struct avow_buf *buf)
{
    avow_cli_print_text(file, avow_buf_bytes(buf));
}

static void print_files(const struct avow_stack_check *check, FILE *out, bool colour)
{
    int width = 8;
    for (size_t i = 0; i < check->folder.count; i++) {
        const int len = (int)strlen(check->folder.files[i].name);
        width = len > width && len <= 40 ? len : width;
    }
    for (size_t i = 0; i < check->folder.count; i++) {
        const struct avow_stack_file *file = &check->folder.files[i];
        const int status =
            file->part == AVOW_STACK_NO_BADGE ? AVOW_EXIT_UNKNOWN : avow_word_exit(file->word);
        AVOW_CLEANUP(avow_buf_fini)
        struct avow_buf remark;
        avow_buf_init(&remark, LINE_BYTES_MAX);
        say_line(check, i, &remark);
        (void)fputs("  ", out);
        avow_cli_print_text(out, avow_bytes_text(file->name));
        (void)fprintf(out, "%*s  %s%-13s%s", width - (int)strlen(file->name), "",
                      !colour                       ? ""
                      : status == AVOW_EXIT_OK      ? AVOW_TERM_GREEN
                      : status == AVOW_EXIT_UNKNOWN ? AVOW_TERM_YELLOW
                                                    : AVOW_TERM_RED,
                      word_of(file), colour ? AVOW_TERM_RESET : "");
        print_buf(out, &remark);
        (void)fputc('\n', out);
    }
}

/* " (2 of 3)", " (12 of 18)", or which credential it is. */
static void say_state(const struct avow_stack_check *check, const struct avow_stack_node *node,
                      struct avow_buf *out)
{
    if (node->rule.op == AVOW_RULE_ACHIEVEMENT) {
        for (size_t i = 0; i < check->count; i++) {
            if ((node->used >> i & 1) != 0)
                avow_buf_printf(out, ": %s", check->folder.files[check->file_of[i]].name);
        }
    } else if (node->rule.op == AVOW_RULE_CREDITS) {
        avow_buf_printf(out, " (");
        avow_rule_say_credits(node->have, out);
        avow_buf_printf(out, " of ");
        avow_rule_say_credits(node->need, out);
        avow_buf_printf(out, ")");
    } else if (node->rule.op == AVOW_RULE_ALL || node->rule.op == AVOW_RULE_N) {
        avow_buf_printf(out, " (%" PRIu64 " of %" PRIu64 ")", node->have, node->need);
    }
}

static void print_rules(const struct avow_stack_check *check, FILE *out, bool colour)
{
    for (size_t v = 0; v < check->result.count; v++) {
        const struct avow_stack_node *node = &check->result.nodes[v];
        AVOW_CLEANUP(avow_buf_fini)
        struct avow_buf line;
        avow_buf_init(&line, LINE_BYTES_MAX);
        avow_rule_say(&check->view, &node->rule, &line);
        say_state(check, node, &line);
        (void)fprintf(out, "%*s%s%s%s ", (int)(2 * node->rule.depth), "",
                      !colour     ? ""
                      : node->met ? AVOW_TERM_GREEN
                                  : AVOW_TERM_DIM,
                      node->met ? "[x]" : "[ ]", colour ? AVOW_TERM_RESET : "");
        print_buf(out, &line);
        (void)fputc('\n', out);
    }
}

static void print_bar(const struct avow_stack_check *check, FILE *out)
{
    const unsigned percent = avow_stack_percent(&check->result);
    if (!avow_cli_is_terminal(out))
        return;
    (void)fputs("\n  ", out);
    for (unsigned i = 0; i < BAR_WIDTH; i++)
        (void)fputs(i * 100 < percent * BAR_WIDTH ? "█" : "░", out);
    (void)fprintf(out, " %u %%\n", percent);
}

static void print_missing(const struct avow_stack_check *check, FILE *out)
{
    json_t *missing = avow_stack_missing(check);
    if (json_array_size(missing) > 0)
        (void)fprintf(out, "\nMissing\n");
    for (size_t i = 0; i < json_array_size(missing); i++) {
        (void)fputs("  - ", out);
        avow_cli_print_text(out, avow_bytes_text(json_string_value(json_array_get(missing, i))));
        (void)fputc('\n', out);
    }
    json_decref(missing);
}

void avow_stack_check_print(const struct avow_stack_check *check)
{
    FILE *out = check->cli->out;
    const bool colour = avow_cli_may_colour(out);
    char reference[AVOW_REFERENCE_TEXT_MAX];
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf credits;
    avow_buf_init(&credits, 64);
    avow_reference_text(&check->view.reference.issuer, check->view.reference.index, reference);
    avow_rule_say_credits(check->result.credits, &credits);
    avow_cli_print_text(out, check->view.pathway.title);
    (void)fprintf(out, "  %s\n\nCredentials\n", reference);
    print_files(check, out, colour);
    (void)fprintf(out, "\nRules\n");
    print_rules(check, out, colour);
    print_bar(check, out);
    print_missing(check, out);
    for (size_t i = 0; i < check->warning_count; i++)
        avow_cli_note(check->cli, "Note: %s.", check->warnings[i]);
    (void)fprintf(out, "\n%s%s.%s", colour ? AVOW_TERM_BOLD : "",
                  check->exit == AVOW_EXIT_OK        ? "Complete"
                  : check->exit == AVOW_EXIT_UNKNOWN ? "Cannot tell"
                                                     : "Not complete",
                  colour ? AVOW_TERM_RESET : "");
    if (check->result.credits > 0)
        (void)fprintf(out, " %.*s credits count.", (int)credits.len, (const char *)credits.data);
    (void)fputc('\n', out);
    if (check->why[0] != '\0')
        avow_cli_note(check->cli, "%s.", check->why);
}

/* ------------------------------------------------------------------ JSON */

static void put(json_t *object, const char *name, json_t *value, bool *ok)
{
    if (json_object_set_new(object, name, value) != 0)
        *ok = false;
}

static void append(json_t *array, json_t *value, bool *ok)
{
    if (json_array_append_new(array, value) != 0)
        *ok = false;
}

static json_t *buf_json(const struct avow_buf *buf)
{
    return json_stringn((const char *)buf->data, buf->len);
}

static json_t *files_of(const struct avow_stack_check *check, uint64_t used, bool *ok)
{
    json_t *array = json_array();
    for (size_t i = 0; i < check->count; i++) {
        if ((used >> i & 1) != 0)
            append(array, json_string(check->folder.files[check->file_of[i]].name), ok);
    }
    return array;
}

static json_t *number_json(const struct avow_stack_node *node, uint64_t number)
{
    return node->rule.op == AVOW_RULE_CREDITS ? avow_value_hundredths(number)
                                              : json_integer((json_int_t)number);
}

static json_t *rules_json(const struct avow_stack_check *check, bool *ok)
{
    static const char *const words[] = {"all",         "any",   "n",       "credits",
                                        "achievement", "where", "distinct"};
    json_t *array = json_array();
    for (size_t v = 0; v < check->result.count; v++) {
        const struct avow_stack_node *node = &check->result.nodes[v];
        json_t *object = json_object();
        AVOW_CLEANUP(avow_buf_fini)
        struct avow_buf text;
        avow_buf_init(&text, LINE_BYTES_MAX);
        avow_rule_say(&check->view, &node->rule, &text);
        put(object, "rule", json_string(words[node->rule.op]), ok);
        put(object, "depth", json_integer((json_int_t)node->rule.depth), ok);
        put(object, "text", buf_json(&text), ok);
        put(object, "met", json_boolean(node->met), ok);
        put(object, "have", number_json(node, node->have), ok);
        put(object, "need", number_json(node, node->need), ok);
        put(object, "credentials", files_of(check, node->used, ok), ok);
        append(array, object, ok);
    }
    return array;
}

static json_t *credentials_json(const struct avow_stack_check *check, bool *ok)
{
    json_t *array = json_array();
    for (size_t i = 0; i < check->folder.count; i++) {
        const struct avow_stack_file *file = &check->folder.files[i];
        const bool badge = file->part != AVOW_STACK_NO_BADGE;
        char reference[AVOW_REFERENCE_TEXT_MAX] = "";
        AVOW_CLEANUP(avow_buf_fini)
        struct avow_buf remark;
        avow_buf_init(&remark, LINE_BYTES_MAX);
        say_remark(check, i, &remark);
        if (file->subject.has_reference)
            avow_reference_text(&file->subject.subject.issuer, file->subject.subject.index,
                                reference);
        json_t *object = json_object();
        put(object, "file", json_string(file->name), ok);
        put(object, "reference", file->subject.has_reference ? json_string(reference) : json_null(),
            ok);
        put(object, "verdict", badge ? json_string(avow_word_name(file->word)) : json_null(), ok);
        put(object, "why", badge ? json_string(avow_why_name(file->why)) : json_null(), ok);
        put(object, "counts", json_boolean(is_used(check, i)), ok);
        put(object, "remark", remark.len > 0 ? buf_json(&remark) : json_null(), ok);
        append(array, object, ok);
    }
    return array;
}

static json_t *pathway_json(const struct avow_stack_check *check, bool *ok)
{
    char reference[AVOW_REFERENCE_TEXT_MAX];
    json_t *object = json_object();
    avow_reference_text(&check->view.reference.issuer, check->view.reference.index, reference);
    put(object, "reference", json_string(reference), ok);
    put(object, "title",
        json_stringn((const char *)check->view.pathway.title.data, check->view.pathway.title.len),
        ok);
    put(object, "award", json_integer((json_int_t)check->view.pathway.award), ok);
    return object;
}

json_t *avow_stack_check_json(const struct avow_stack_check *check)
{
    bool ok = true;
    json_t *object = json_object(), *warnings = json_array();
    for (size_t i = 0; i < check->warning_count; i++)
        append(warnings, json_string(check->warnings[i]), &ok);
    put(object, "complete",
        check->exit == AVOW_EXIT_UNKNOWN ? json_null() : json_boolean(check->exit == AVOW_EXIT_OK),
        &ok);
    put(object, "credits", avow_value_hundredths(check->result.credits), &ok);
    put(object, "percent", json_integer(avow_stack_percent(&check->result)), &ok);
    put(object, "pathway", pathway_json(check, &ok), &ok);
    put(object, "rules", rules_json(check, &ok), &ok);
    put(object, "missing", avow_stack_missing(check), &ok);
    put(object, "credentials", credentials_json(check, &ok), &ok);
    put(object, "warnings", warnings, &ok);
    put(object, "why", check->why[0] != '\0' ? json_string(check->why) : json_null(), &ok);
    if (ok)
        return object;
    json_decref(object);
    return NULL;
}
