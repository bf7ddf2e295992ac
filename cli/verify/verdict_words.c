/* The verdict's lists in words: who recognises it and through whom, side by side where they
 * disagree; what it is made of; what came later; forks. */
#include "cli/frame/recognition_show.h"
#include "cli/frame/term.h"
#include "cli/verify/paths_show.h"
#include "cli/verify/verdict_show.h"
#include "proto/codec/id.h"
#include "proto/entry/rule.h"

struct words {
    FILE *file;
    const struct avow_verdict_view *view;
    const struct avow_verdict *v;
    const struct avow_evidence *shown;
    const char *dim, *reset;
};

#define INDENT "               "
#define NEAR_MISSES_MAX 4

static void label(const struct words *w, const char *name)
{
    (void)fprintf(w->file, "  %s%-13s%s", w->dim, name, w->reset);
}

static void print_reference(const struct words *w, const struct avow_hash *issuer, uint64_t index)
{
    char text[AVOW_REFERENCE_TEXT_MAX];
    avow_id_reference_text(issuer, index, text);
    (void)fputs(text, w->file);
}

/* ------------------------------------------------------------------ recognition */

/* A recognition of the issuer that is shown and did not do: what it is limited to. */
static void print_near_miss(const struct words *w, const struct avow_log_proof *proof,
                            const struct avow_proved_entry *proved,
                            const struct avow_recognition *recognition)
{
    enum avow_status state;
    const bool known = avow_log_proof_status(proof, proved->index, &state);
    (void)fputs(INDENT, w->file);
    avow_cli_print_text(w->file, avow_chain_names(&proof->chain, AVOW_NEVER).name);
    (void)fputs(" recognises it, but not for this:\n" INDENT "  ", w->file);
    print_reference(w, &proof->checkpoint.issuer, proved->index);
    (void)fputs(known && state != AVOW_STATUS_ACTIVE ? " (withdrawn)\n" : "\n", w->file);
    avow_recognition_show(w->file, recognition, INDENT "  ");
}

static void print_near_misses(const struct words *w)
{
    const struct avow_evidence *evidence = w->shown;
    size_t told = 0;
    for (size_t i = 0; evidence != NULL && i < evidence->count; i++) {
        const struct avow_log_proof *proof = &evidence->logs[i];
        for (size_t j = 0; j < proof->entry_count && told < NEAR_MISSES_MAX; j++) {
            struct avow_entry entry;
            if (avow_entry_decode(proof->entries[j].bytes, &entry) != AVOW_ACCEPT ||
                entry.kind != AVOW_KIND_RECOGNITION ||
                !avow_hash_equal(&entry.recognition.subject, &w->v->issuer))
                continue;
            print_near_miss(w, proof, &proof->entries[j], &entry.recognition);
            told++;
        }
    }
}

/* Anchors whose logs are not shown, or not whole: where to look next. */
static void print_unseen_anchors(const struct words *w)
{
    const struct avow_policy *policy = w->view->policy;
    const struct avow_facts *facts = w->view->facts;
    for (size_t i = 0; i < policy->anchor_count; i++) {
        const struct avow_anchor *anchor = &policy->anchors[i];
        struct avow_known_log log;
        const bool known = facts->log(facts->context, &anchor->issuer, &log) == AVOW_OK;
        char id[AVOW_ISSUER_TEXT_MAX];
        if (known && log.whole)
            continue;
        avow_id_issuer_text(&anchor->issuer, id);
        (void)fputs(known ? INDENT "not all is shown of the log of your anchor "
                          : INDENT "nothing is shown of the log of your anchor ",
                    w->file);
        avow_cli_print_text(w->file, avow_policy_part(policy, anchor->name));
        (void)fprintf(w->file, ", %s", id);
        if (known)
            (void)fprintf(w->file, ", which has %llu entries",
                          (unsigned long long)log.checkpoint->size);
        (void)fputc('\n', w->file);
    }
}

static void print_no_path(const struct words *w)
{
    const struct avow_recognised *recognised = &w->v->recognised;
    if (!w->v->has_entry || w->view->policy->anchor_count == 0)
        return;
    label(w, "recognised");
    switch (recognised->end) {
    case AVOW_SEARCH_WHOLE:
        (void)fprintf(w->file, "%s\n",
                      (w->v->checked & AVOW_CHECK_RECOGNITION) != 0
                          ? "by none of your anchors, for this"
                          : "not looked up");
        print_near_misses(w);
        break;
    case AVOW_SEARCH_UNSEEN:
        (void)fputs("cannot be told: no recognition is shown, and not all is shown\n", w->file);
        print_unseen_anchors(w);
        break;
    case AVOW_SEARCH_BUDGET:
        (void)fprintf(w->file, "cannot be told: after %zu recognitions the search ended\n",
                      recognised->steps);
        break;
    }
}

static void print_recognition(const struct words *w)
{
    const struct avow_paths_view paths = {
        .policy = w->view->policy, .facts = w->view->facts, .recognised = &w->v->recognised};
    if (w->v->recognised.path_count == 0)
        print_no_path(w);
    avow_paths_show(w->file, &paths, w->dim, w->reset);
}

/* ------------------------------------------------------------------ the rest */

/* What a record is for, where that is shown. */
static void print_title(const struct words *w, const struct avow_reference *reference)
{
    struct avow_achievement achievement;
    if (avow_facts_achievement(w->view->facts, &reference->issuer, reference->index,
                               &achievement) != AVOW_OK)
        return;
    (void)fputs(", ", w->file);
    avow_cli_print_text(w->file, achievement.title);
}

static void print_components(const struct words *w)
{
    const struct avow_verdict *v = w->v;
    for (size_t i = 0; i < v->component_count; i++) {
        const struct avow_component *component = &v->components[i];
        label(w, i == 0 ? "made of" : "");
        print_reference(w, &component->reference.issuer, component->reference.index);
        (void)fprintf(w->file, "\n" INDENT "  %s", avow_word_name(component->word));
        print_title(w, &component->reference);
        if (component->word != AVOW_WORD_VALID)
            (void)fprintf(w->file, ": %s", avow_why_text(component->why));
        (void)fputc('\n', w->file);
    }
    if (v->has_cascade)
        (void)fprintf(w->file, INDENT "%s\n", avow_cascade_text(v->cascade));
    if (v->degraded)
        (void)fputs(INDENT "WARNING: a component no longer stands.\n", w->file);
}

static void print_later(const struct words *w)
{
    for (size_t i = 0; i < w->v->later_count; i++) {
        const struct avow_later *later = &w->v->later[i];
        char time[AVOW_TERM_TIME_MAX];
        avow_term_time(later->t, time);
        label(w, i == 0 ? "later" : "");
        (void)fprintf(w->file, "%s since %s, reason: %s\n",
                      avow_status_name((enum avow_status)later->state), time,
                      avow_reason_name(later->reason));
    }
}

void avow_verdict_show_details(FILE *file, const struct avow_verdict_view *view,
                               const struct avow_evidence *shown, const char *dim,
                               const char *reset)
{
    const struct words w = {
        .file = file, .view = view, .v = view->verdict, .shown = shown, .dim = dim, .reset = reset};
    print_recognition(&w);
    print_components(&w);
    print_later(&w);
    if (w.v->fork != AVOW_WHY_NONE && w.v->fork != w.v->why) {
        label(&w, "fork");
        (void)fprintf(file, "%s\n",
                      w.v->fork == AVOW_WHY_ROOT_FORK
                          ? "two root chains claim this log; this record is below where they part"
                          : "two histories are signed for this log; this record is older than "
                            "both, or was witnessed");
    }
}
