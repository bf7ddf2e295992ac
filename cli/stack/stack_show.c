/* A check shown. */
#include "cli/frame/say.h"
#include "cli/frame/term.h"
#include "cli/stack/stack_call.h"
#include "proto/codec/id.h"
#include "proto/json/stack.h"
#include "proto/trust/stack_words.h"

#include <inttypes.h>

#define BAR_WIDTH 40
#define LINE_BYTES_MAX ((size_t)4 * AVOW_ENTRY_BYTES_MAX)

static const char *word_of(const struct avow_stack_file *file)
{
    return file->part == AVOW_STACK_NO_BADGE ? "no badge" : avow_word_name(file->word);
}

/* What it is for, and what is to be said of it. */
static void say_line(const struct avow_stack_check *check, size_t position, struct avow_buf *out)
{
    const struct avow_stack_file *file = &check->files[position];
    if (file->part != AVOW_STACK_ELSEWHERE && file->part != AVOW_STACK_NO_BADGE) {
        avow_rule_words_say_achievement(check->facts, &check->reference.issuer, &file->item.issuer,
                                        file->item.achievement, out);
        avow_buf_printf(
            out, "%s",
            file->part == AVOW_STACK_COUNTS && avow_stack_is_used(check, position) ? "" : ": ");
    }
    avow_stack_say_remark(check, position, out);
}

static void print_buf(FILE *file, const struct avow_buf *buf)
{
    avow_cli_print_text(file, avow_buf_bytes(buf));
}

static void print_files(const struct avow_stack_check *check, FILE *out, bool colour)
{
    int width = 8;
    for (size_t i = 0; i < check->file_count; i++) {
        const int len = (int)strlen(check->files[i].name);
        width = len > width && len <= 40 ? len : width;
    }
    for (size_t i = 0; i < check->file_count; i++) {
        const struct avow_stack_file *file = &check->files[i];
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
                avow_buf_printf(out, ": %s", check->files[check->file_of[i]].name);
        }
    } else if (node->rule.op == AVOW_RULE_CREDITS) {
        avow_buf_printf(out, " (");
        avow_rule_words_say_credits(node->have, out);
        avow_buf_printf(out, " of ");
        avow_rule_words_say_credits(node->need, out);
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
        avow_rule_words_say(check->facts, &check->reference.issuer, &node->rule, &line);
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

struct missing {
    FILE *out;
    size_t told;
};

static void print_sentence(void *context, struct avow_bytes sentence)
{
    struct missing *missing = context;
    (void)fputs(missing->told++ == 0 ? "\nMissing\n  - " : "  - ", missing->out);
    avow_cli_print_text(missing->out, sentence);
    (void)fputc('\n', missing->out);
}

static void print_end(const struct avow_stack_check *check, FILE *out, bool colour)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf credits;
    avow_buf_init(&credits, 64);
    avow_rule_words_say_credits(check->result.credits, &credits);
    (void)fprintf(out, "\n%s%s.%s", colour ? AVOW_TERM_BOLD : "",
                  check->end == AVOW_STACK_IS_COMPLETE  ? "Complete"
                  : check->end == AVOW_STACK_IS_UNKNOWN ? "Cannot tell"
                                                        : "Not complete",
                  colour ? AVOW_TERM_RESET : "");
    if (check->result.credits > 0)
        (void)fprintf(out, " %.*s credits count.", (int)credits.len, (const char *)credits.data);
    (void)fputc('\n', out);
}

static enum avow_err print_page(const struct avow_stack_call *call)
{
    const struct avow_stack_check *check = &call->check;
    FILE *out = call->cli->out;
    const bool colour = avow_cli_may_colour(out);
    struct missing missing = {.out = out};
    char reference[AVOW_REFERENCE_TEXT_MAX];
    avow_id_reference_text(&check->reference.issuer, check->reference.index, reference);
    avow_cli_print_text(out, check->pathway->title);
    (void)fprintf(out, "  %s\n\nCredentials\n", reference);
    print_files(check, out, colour);
    (void)fprintf(out, "\nRules\n");
    print_rules(check, out, colour);
    print_bar(check, out);
    const enum avow_err err = avow_stack_missing(check, print_sentence, &missing);
    for (size_t i = 0; i < check->warning_count; i++)
        avow_cli_note(call->cli, "Note: %s.", check->warnings[i]);
    print_end(check, out, colour);
    if (check->why[0] != '\0')
        avow_cli_note(call->cli, "%s.", check->why);
    return err;
}

int avow_stack_call_print(const struct avow_stack_call *call)
{
    if (call->cli->json)
        return avow_cli_print_json(call->cli, avow_stack_json(&call->check));
    const enum avow_err err = print_page(call);
    return err == AVOW_OK ? AVOW_EXIT_OK
                          : avow_cli_fail(call->cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(err));
}
