/* The part of the table that is about one record of one log, as scenes. */
#include "tests/support/verdict_scene.h"
#include "tests/support/verdict_table.h"

static struct verdict_world world;

static void init(void)
{
    verdict_world_init(&world);
}

static void fini(void)
{
    verdict_world_fini(&world);
}

static size_t count(void)
{
    return verdict_row_count;
}

static bool hides(const struct verdict_row *row, const struct proof_plan *plan)
{
    static struct proof_plan whole;
    struct verdict_row all = *row;
    all.shape = verdict_whole;
    verdict_plan(&world, &all, &whole);
    return plan->log != whole.log || plan->entry_count < whole.entry_count ||
           plan->chunk_count < whole.chunk_count;
}

static void make(size_t position, struct verdict_scene *scene)
{
    const struct verdict_row *row = &verdict_rows[position];
    scene_init(scene, row->name);
    scene->plan_count = 1;
    verdict_plan(&world, row, &scene->plans[0]);
    scene->subject = verdict_subject(&world, row);
    scene->policy.max_age_s = row->max_age_h * 3600;
    scene->policy.min_witnesses = row->min_witnesses;
    scene->now = row->now;
    scene->at = row->at;
    scene->hides = hides(row, &scene->plans[0]);
    scene->word = row->word;
    scene->why = row->why;
}

const struct verdict_part verdict_part_records = {init, fini, count, make};
