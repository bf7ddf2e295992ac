/* Recognition paths as JSON, and as a person asks: by whom, and who says that they may? */
#include "cli/verify/paths_show.h"

#include "proto/codec/id.h"

struct avow_chain_names avow_paths_names(const struct avow_paths_view *view,
                                         const struct avow_hash *issuer)
{
    const struct avow_log_proof *proof =
        view->evidence != NULL ? avow_evidence_log(view->evidence, issuer) : NULL;
    return proof != NULL ? avow_chain_names(&proof->chain, AVOW_NEVER)
                         : (struct avow_chain_names){0};
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

static json_t *text_json(struct avow_bytes text)
{
    return text.len > 0 ? json_stringn((const char *)text.data, text.len) : json_null();
}

static json_t *issuer_json(const struct avow_hash *issuer)
{
    char id[AVOW_ISSUER_TEXT_MAX];
    avow_issuer_text(issuer, id);
    return json_string(id);
}

static json_t *step_json(const struct avow_paths_view *view, const struct avow_path_step *step,
                         bool *ok)
{
    json_t *object = json_object();
    put(object, "issuer", issuer_json(&step->issuer), ok);
    put(object, "index", json_integer((json_int_t)step->index), ok);
    put(object, "role", json_string(step->role == AVOW_ROLE_AUTHORITY ? "authority" : "issuer"),
        ok);
    put(object, "name", text_json(avow_paths_names(view, &step->issuer).name), ok);
    put(object, "subject_name", text_json(step->subject_name), ok);
    put(object, "stands", json_boolean(step->stands), ok);
    return object;
}

static json_t *level_json(const struct avow_recognition_path *path, bool *ok)
{
    if (path->framework.len == 0 || path->level.len == 0)
        return json_null();
    json_t *object = json_object();
    put(object, "framework", text_json(path->framework), ok);
    put(object, "value", text_json(path->level), ok);
    return object;
}

static json_t *path_detail_json(const struct avow_paths_view *view,
                                const struct avow_recognition_path *path, bool *ok)
{
    const struct avow_anchor *anchor = &view->policy->anchors[path->anchor];
    json_t *object = json_object();
    put(object, "anchor", text_json(avow_policy_part(view->policy, anchor->name)), ok);
    put(object, "anchor_issuer", issuer_json(&anchor->issuer), ok);
    put(object, "level", level_json(path, ok), ok);
    return object;
}

bool avow_paths_json(const struct avow_paths_view *view, json_t *object)
{
    const struct avow_recognised *recognised = view->recognised;
    json_t *paths = json_array(), *details = json_array();
    bool ok = true;
    for (size_t i = 0; i < recognised->path_count; i++) {
        const struct avow_recognition_path *path = &recognised->paths[i];
        json_t *steps = json_array();
        for (size_t j = 0; j < path->count; j++)
            append(steps, step_json(view, &path->steps[j], &ok), &ok);
        append(paths, steps, &ok);
        append(details, path_detail_json(view, path, &ok), &ok);
    }
    put(object, "paths", paths, &ok);
    put(object, "path_details", details, &ok);
    put(object, "level",
        recognised->path_count > 0 ? level_json(&recognised->paths[0], &ok) : json_null(), &ok);
    return ok;
}

/* ------------------------------------------------------------------ words */

#define INDENT "               "

struct page {
    FILE *file;
    const struct avow_paths_view *view;
};

static void print_reference(const struct page *page, const struct avow_hash *issuer, uint64_t index)
{
    char text[AVOW_REFERENCE_TEXT_MAX];
    avow_reference_text(issuer, index, text);
    (void)fputs(text, page->file);
}

/* By its registry name, else by its id. */
static void print_body(const struct page *page, const struct avow_hash *issuer)
{
    const struct avow_chain_names names = avow_paths_names(page->view, issuer);
    char id[AVOW_ISSUER_TEXT_MAX];
    if (names.name.len > 0) {
        avow_cli_print_text(page->file, names.name);
        (void)fputs(", ", page->file);
        avow_cli_print_text(page->file, names.jurisdiction);
        return;
    }
    avow_issuer_text(issuer, id);
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

void avow_paths_print(FILE *file, const struct avow_paths_view *view, const char *dim,
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
