#include "cli/verify/paths_show.h"

#include "proto/codec/id.h"

#define INDENT "               "

struct page {
    FILE *file;
    const struct avow_paths_view *view;
};

static void print_reference(const struct page *page, const struct avow_hash *issuer, uint64_t index)
{
    char text[AVOW_REFERENCE_TEXT_MAX];
    avow_id_reference_text(issuer, index, text);
    (void)fputs(text, page->file);
}

/* By its registry name, else by its id. */
static void print_body(const struct page *page, const struct avow_hash *issuer)
{
    struct avow_chain_names names;
    char id[AVOW_ISSUER_TEXT_MAX];
    if (avow_facts_names(page->view->facts, issuer, &names) == AVOW_OK && names.name.len > 0) {
        avow_cli_print_text(page->file, names.name);
        (void)fputs(", ", page->file);
        avow_cli_print_text(page->file, names.jurisdiction);
        return;
    }
    avow_id_issuer_text(issuer, id);
    (void)fputs(id, page->file);
}

static void print_anchor(const struct page *page, const struct avow_recognition_path *path)
{
    const struct avow_policy *policy = page->view->policy;
    const struct avow_bytes name = avow_policy_part(policy, policy->anchors[path->anchor].name);
    (void)fputs(" (your anchor", page->file);
    if (name.len > 0) {
        (void)fputc(' ', page->file);
        avow_cli_print_text(page->file, name);
    }
    (void)fputc(')', page->file);
}

static void print_step(const struct page *page, const struct avow_recognition_path *path,
                       size_t nth)
{
    const struct avow_path_step *step = &path->steps[nth];
    (void)fputs(nth + 1 == path->count ? "by " : INDENT "which is recognised by ", page->file);
    print_body(page, &step->issuer);
    if (nth == 0)
        print_anchor(page, path);
    (void)fputs(", under the name ", page->file);
    avow_cli_print_text(page->file, step->subject_name);
    (void)fputs("\n" INDENT "  ", page->file);
    print_reference(page, &step->issuer, step->index);
    (void)fputs(step->stands ? "\n" : " (it has ended since; it counts for what was seen before)\n",
                page->file);
}

/* From the issuer to the anchor, as a person asks: by whom, and who says that they may? */
static void print_path(const struct page *page, const struct avow_recognition_path *path)
{
    if (path->count == 0) {
        (void)fputs("it is itself", page->file);
        print_anchor(page, path);
        (void)fputc('\n', page->file);
    }
    for (size_t i = path->count; i > 0; i--)
        print_step(page, path, i - 1);
    if (path->level.len == 0)
        return;
    (void)fputs(INDENT "  at ", page->file);
    avow_cli_print_text(page->file, path->framework);
    (void)fputs(" level ", page->file);
    avow_cli_print_text(page->file, path->level);
    (void)fputc('\n', page->file);
}

static bool disagree(const struct avow_recognised *recognised)
{
    for (size_t i = 1; i < recognised->path_count; i++) {
        if (!avow_bytes_equal(recognised->paths[i].level, recognised->paths[0].level) ||
            !avow_bytes_equal(recognised->paths[i].framework, recognised->paths[0].framework))
            return true;
    }
    return false;
}

void avow_paths_show(FILE *file, const struct avow_paths_view *view, const char *dim,
                     const char *reset)
{
    const struct page page = {.file = file, .view = view};
    const struct avow_recognised *recognised = view->recognised;
    for (size_t i = 0; i < recognised->path_count; i++) {
        (void)fprintf(file, "  %s%-13s%s", dim, i == 0 ? "recognised" : "and", reset);
        print_path(&page, &recognised->paths[i]);
    }
    if (disagree(recognised))
        (void)fputs(INDENT "They do not agree on its level: the first is the shortest way to an "
                           "anchor, then the widest.\n",
                    file);
    if (recognised->path_count > 0 && recognised->end != AVOW_SEARCH_WHOLE)
        (void)fputs(INDENT "There may be further ways that are not shown.\n", file);
}
