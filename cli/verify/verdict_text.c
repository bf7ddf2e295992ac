/* The answer for people. The registry's words come first; what only the document says is marked as
 * its own; what was not checked stands beside what was, with the reason. */
#include "cli/frame/term.h"
#include "cli/verify/verdict_show.h"
#include "proto/codec/id.h"

#include <ctype.h>
#include <inttypes.h>

struct page {
    FILE *file;
    const struct avow_verdict_view *view;
    const struct avow_verdict *v;
    bool colour;
};

static const char *style(const struct page *page, const char *code)
{
    return page->colour ? code : "";
}

static const char *word_style(enum avow_word word)
{
    const int status = avow_word_exit(word);
    if (status == AVOW_EXIT_OK)
        return AVOW_TERM_GREEN;
    return status == AVOW_EXIT_UNKNOWN ? AVOW_TERM_YELLOW : AVOW_TERM_RED;
}

static void label(const struct page *page, const char *name)
{
    (void)fprintf(page->file, "  %s%-13s%s", style(page, AVOW_TERM_DIM), name,
                  style(page, AVOW_TERM_RESET));
}

static void print_word(const struct page *page)
{
    (void)fputs(style(page, word_style(page->v->word)), page->file);
    for (const char *c = avow_word_name(page->v->word); *c != '\0'; c++)
        (void)fputc(toupper((unsigned char)*c), page->file);
    (void)fputs(style(page, AVOW_TERM_RESET), page->file);
    if (page->view->file->has_reference) {
        char reference[AVOW_REFERENCE_TEXT_MAX];
        avow_id_reference_text(&page->v->issuer, page->v->index, reference);
        (void)fprintf(page->file, "  %s", reference);
    }
    (void)fputc('\n', page->file);
}

/* One sentence: what the word means here. */
static void print_why(const struct page *page)
{
    const struct avow_verdict *v = page->v;
    (void)fprintf(page->file, "  %s", avow_why_text(v->why));
    if (v->has_state && v->state != AVOW_STATUS_ACTIVE && v->since != 0) {
        char since[AVOW_TERM_TIME_MAX];
        avow_term_time(v->since, since);
        (void)fprintf(page->file, ": %s since %s, reason: %s", avow_status_name(v->state), since,
                      avow_reason_name(v->reason));
    }
    (void)fputs(".\n", page->file);
    if (page->view->detail[0] != '\0') {
        (void)fputs("  ", page->file);
        avow_cli_print_text(page->file, avow_bytes_text(page->view->detail));
        (void)fputs(".\n", page->file);
    }
    if (v->has_successor) {
        char successor[AVOW_REFERENCE_TEXT_MAX];
        avow_id_reference_text(&v->issuer, v->successor, successor);
        (void)fprintf(page->file, "  It was replaced by %s.\n", successor);
    }
}

/* A name that only the document gives, or that it gives differently from the registry. */
static void print_claim(const struct page *page, const char *name, const char *claim,
                        bool registered, struct avow_bytes registry)
{
    if (claim == NULL || (registered && avow_bytes_equal(avow_bytes_text(claim), registry)))
        return;
    label(page, registered ? "" : name);
    (void)fputs(registered ? "the document calls it " : "", page->file);
    avow_cli_print_text(page->file, avow_bytes_text(claim));
    (void)fputs(registered ? "\n" : " (the document's own word)\n", page->file);
}

static void print_who(const struct page *page)
{
    const struct avow_verdict *v = page->v;
    const struct avow_subject_file *file = page->view->file;
    if (v->has_achievement_title) {
        label(page, "achievement");
        avow_cli_print_text(page->file, v->achievement_title);
        (void)fputs(" (", page->file);
        avow_cli_print_text(page->file, v->achievement_code);
        (void)fputs(")\n", page->file);
    }
    print_claim(page, "achievement", file->achievement_name, v->has_achievement_title,
                v->achievement_title);
    if (v->has_log) {
        label(page, "issuer");
        avow_cli_print_text(page->file, v->issuer_name);
        (void)fputs(", ", page->file);
        avow_cli_print_text(page->file, v->issuer_jurisdiction);
        (void)fputs(" (its name in the registry)\n", page->file);
    }
    print_claim(page, "issuer", file->issuer_name, v->has_log, v->issuer_name);
    print_claim(page, "learner", file->learner_name, false, (struct avow_bytes){0});
}

static void print_when(const struct page *page)
{
    const struct avow_verdict *v = page->v;
    char text[AVOW_TERM_TIME_MAX], age[AVOW_TERM_TIME_MAX];
    if (v->has_entry) {
        label(page, "validity");
        avow_term_time(v->valid_from, text);
        (void)fprintf(page->file, "from %s", text);
        avow_term_time(v->valid_until, text);
        (void)fprintf(page->file, v->valid_until == 0 ? ", without an end\n" : " until %s\n", text);
    }
    if (page->view->at != page->view->now) {
        avow_term_time(page->view->at, text);
        label(page, "judged as of");
        (void)fprintf(page->file, "%s%s\n", text,
                      page->view->at > page->view->now
                          ? ", which is to come: if nothing changes until then"
                          : "");
    }
    if (v->has_log) {
        avow_term_time(v->time, text);
        avow_term_span(v->age_s, age);
        label(page, "log");
        (void)fprintf(page->file,
                      "%" PRIu64 " entries, epoch %" PRIu32 ", signed %s, confirmed %s ago\n",
                      v->size, v->epoch, text, age);
    }
    if (v->has_witnessed_at) {
        avow_term_time(v->witnessed_at, text);
        label(page, "witnessed");
        (void)fprintf(page->file, "%s, the earliest by a node that is shown\n", text);
    }
}

static const char *unchecked_reason(const struct page *page, unsigned bit)
{
    const struct avow_verdict *v = page->v;
    const bool document = page->view->file->subject.has_document;
    switch ((enum avow_check)(1U << bit)) {
    case AVOW_CHECK_DOCUMENT:
        return "only a reference was given, not the document";
    case AVOW_CHECK_COMMITMENT:
    case AVOW_CHECK_SIGNER:
        if (!document)
            return "only a reference was given, not the document";
        return v->word == AVOW_WORD_TAMPERED ? "needless: the document's proof fails"
                                             : "the issuer's log was not at hand for it";
    case AVOW_CHECK_LOG:
    case AVOW_CHECK_STATUS:
    case AVOW_CHECK_DATES:
        return v->has_log ? "the log that is known does not show the entry"
                          : "the issuer's log was not at hand";
    case AVOW_CHECK_FRESHNESS:
        return "the issuer's log was not at hand";
    case AVOW_CHECK_WITNESSES:
        if (page->view->policy->min_witnesses > 0)
            return "the issuer's log was not at hand";
        return page->view->policy->witness_count == 0
                   ? "no witnesses are chosen: how fresh the log is, is the issuer's own word, and "
                     "a log that is shown to nobody else could not be told"
                   : "none is required (min_witnesses = 0): a dishonest issuer, or a stolen key, "
                     "could backdate a record or show a log that it shows to nobody else";
    case AVOW_CHECK_RECOGNITION:
        return page->view->policy->anchor_count > 0
                   ? "not all that is needed for it was shown"
                   : "no anchors are chosen: who recognises this issuer was not looked up";
    case AVOW_CHECK_COMPONENTS:
        if (!document)
            return "only a reference was given, not the document";
        return page->view->file->subject.component_count == 0 ? "it names none"
                                                              : "not all of them were shown";
    }
    return "";
}

static void print_checks(const struct page *page)
{
    const char *separator = "";
    label(page, "checked");
    for (unsigned bit = 0; bit < AVOW_CHECK_COUNT; bit++) {
        if ((page->v->checked & 1U << bit) == 0)
            continue;
        (void)fprintf(page->file, "%s%s", separator, avow_check_name(bit));
        separator = ", ";
    }
    (void)fprintf(page->file, "%s\n", page->v->checked == 0 ? "nothing" : "");
    const char *heading = "not checked";
    for (unsigned bit = 0; bit < AVOW_CHECK_COUNT; bit++) {
        if ((page->v->unchecked & 1U << bit) == 0)
            continue;
        label(page, heading);
        (void)fprintf(page->file, "%s \xe2\x80\x94 %s\n", avow_check_name(bit),
                      unchecked_reason(page, bit));
        heading = "";
    }
}

void avow_verdict_show(FILE *file, const struct avow_verdict_view *view,
                       const struct avow_evidence *shown, bool colour)
{
    const struct page page = {.file = file, .view = view, .v = view->verdict, .colour = colour};
    print_word(&page);
    print_why(&page);
    (void)fputc('\n', file);
    print_who(&page);
    print_when(&page);
    avow_verdict_show_details(file, view, shown, style(&page, AVOW_TERM_DIM),
                              style(&page, AVOW_TERM_RESET));
    if (view->verdict->has_log || view->file->document != NULL)
        (void)fputc('\n', file);
    print_checks(&page);
}
