/* Paths that are whole: whether the award's level passes, and the best of them in order. */
#include "proto/trust/search_inner.h"

/* Negative if `a` comes before `b`. */
static int compare(const struct avow_recognition_path *a, unsigned a_narrowed,
                   const struct avow_recognition_path *b, unsigned b_narrowed)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    if (a_narrowed != b_narrowed)
        return a_narrowed < b_narrowed ? -1 : 1;
    for (size_t i = 0; i < a->count; i++) {
        const struct avow_path_step *x = &a->steps[i];
        const struct avow_path_step *y = &b->steps[i];
        int order = memcmp(x->issuer.bytes, y->issuer.bytes, sizeof(x->issuer.bytes));
        if (order != 0)
            return order;
        if (x->index != y->index)
            return x->index < y->index ? -1 : 1;
    }
    return 0;
}

/* Keeps the best of all that were found, in order. */
static void keep(struct avow_search_run *run, const struct avow_recognition_path *path,
                 unsigned narrowed)
{
    struct avow_recognised *out = run->out;
    size_t place = out->path_count;
    while (place > 0 &&
           compare(path, narrowed, &out->paths[place - 1], run->narrowed[place - 1]) < 0)
        place--;
    if (place == AVOW_SEARCH_PATHS_MAX)
        return;
    if (out->path_count < AVOW_SEARCH_PATHS_MAX)
        out->path_count++;
    for (size_t i = out->path_count - 1; i > place; i--) {
        out->paths[i] = out->paths[i - 1];
        run->narrowed[i] = run->narrowed[i - 1];
    }
    out->paths[place] = *path;
    run->narrowed[place] = narrowed;
}

/* Rows are walked for each whole path anew, so each path pays for them. */
static bool pay_for_rows(struct avow_search_run *run, const struct avow_search_link *const *links,
                         size_t count)
{
    size_t rows = 0;
    for (size_t i = 0; i < count; i++)
        rows += links[i]->rows;
    return avow_search_pay(run, rows / AVOW_SEARCH_ROWS_A_STEP);
}

/* From the issuer to the anchor: each body's equivalences, then its scope. */
static bool levels_admitted(struct avow_search_run *run,
                            const struct avow_search_link *const *links, size_t count,
                            const struct avow_scope *anchor, struct avow_levels *levels)
{
    const struct avow_award *award = run->award;
    avow_levels_init(levels, award->general ? avow_bytes(NULL, 0) : award->framework, award->level);
    if (award->general)
        return true;
    if (levels->count > 0 && !pay_for_rows(run, links, count))
        return false;
    for (size_t i = count; i > 0; i--) {
        if (!avow_levels_apply(levels, links[i - 1]->equivalence) ||
            !avow_narrow_admits_levels(&links[i - 1]->scope, levels))
            return false;
    }
    return avow_narrow_admits_levels(anchor, levels);
}

struct avow_scope avow_search_anchor_scope(const struct avow_search_run *run, size_t anchor)
{
    struct avow_scope scope;
    enum avow_reject reject =
        avow_scope_parse(avow_policy_part(run->policy, run->policy->anchors[anchor].scope), &scope);
    AVOW_ASSERT(reject == AVOW_ACCEPT);
    return scope;
}

void avow_search_tell(struct avow_search_run *run, size_t anchor,
                      const struct avow_search_link *const *links, size_t count)
{
    struct avow_recognition_path path = {.anchor = anchor, .count = count};
    struct avow_levels levels;
    struct avow_scope scope = avow_search_anchor_scope(run, anchor);
    if (count > 0 && !run->award->general &&
        !avow_narrow_admits_achievement(&links[count - 1]->scope, run->award->achievement))
        return;
    if (!levels_admitted(run, links, count, &scope, &levels))
        return;
    unsigned narrowed = avow_narrow_keys(&scope);
    for (size_t i = 0; i < count; i++) {
        path.steps[i] = links[i]->step;
        narrowed |= avow_narrow_keys(&links[i]->scope);
    }
    path.framework = levels.told.framework;
    path.level = levels.told.level;
    keep(run, &path, (unsigned)__builtin_popcount(narrowed));
}
