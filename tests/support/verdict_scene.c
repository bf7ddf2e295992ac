/* The parts of the table, and what makers of scenes share. */
#include "tests/support/verdict_scene.h"

#include <stdio.h>

static const struct verdict_part *const parts[] = {
    &verdict_part_records,
    &verdict_part_recognition,
    &verdict_part_forks,
    &verdict_part_stacks,
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

void verdict_scenes_init(void)
{
    for (size_t i = 0; i < PARTS; i++)
        parts[i]->init();
}

void verdict_scenes_fini(void)
{
    for (size_t i = 0; i < PARTS; i++)
        parts[i]->fini();
}

size_t verdict_scene_count(void)
{
    size_t count = 0;
    for (size_t i = 0; i < PARTS; i++)
        count += parts[i]->count();
    return count;
}

void verdict_scene_make(size_t position, struct verdict_scene *scene)
{
    size_t part = 0;
    for (; position >= parts[part]->count(); part++)
        position -= parts[part]->count();
    parts[part]->make(position, scene);
    if (scene->subject.component_count > 0)
        scene->subject.components = scene->components;
}

struct log_key scene_witness(size_t number)
{
    struct log_builder seed = {.seed = "open"};
    char name[] = "witness 1";
    name[8] = (char)('1' + number);
    return log_builder_key(&seed, name);
}

void scene_init(struct verdict_scene *scene, const char *name)
{
    memset(scene, 0, sizeof(*scene));
    (void)snprintf(scene->name, sizeof(scene->name), "%s", name);
    scene->now = scene->at = SCENE_NOW;
    avow_policy_init(&scene->policy);
    for (size_t i = 0; i < SCENE_WITNESSES; i++) {
        const struct log_key witness = scene_witness(i);
        enum avow_reject reject =
            avow_policy_add_witness(&scene->policy, avow_bytes_text(""), &witness.key);
        AVOW_ASSERT(reject == AVOW_ACCEPT);
    }
}

struct proof_plan *scene_add(struct verdict_scene *scene, const struct log_builder *log)
{
    AVOW_ASSERT(scene->plan_count < SCENE_PLANS_MAX);
    struct proof_plan *plan = &scene->plans[scene->plan_count++];
    proof_plan_init(plan, log);
    return plan;
}

struct proof_plan *scene_add_whole(struct verdict_scene *scene, const struct log_builder *log)
{
    struct proof_plan *plan = scene_add(scene, log);
    for (uint64_t i = 0; i < log->count; i++)
        proof_plan_entry(plan, i);
    proof_plan_chunk(plan, 0);
    return plan;
}

struct proof_plan *scene_plan(struct verdict_scene *scene, const struct log_builder *log)
{
    for (size_t i = 0; i < scene->plan_count; i++) {
        if (scene->plans[i].log == log)
            return &scene->plans[i];
    }
    return scene_add(scene, log);
}

void scene_hide(struct verdict_scene *scene, struct proof_plan *plan, uint64_t index)
{
    scene->hides = true;
    for (size_t i = 0; i < plan->entry_count; i++) {
        if (plan->entries[i] != index)
            continue;
        plan->entry_count--;
        memmove(&plan->entries[i], &plan->entries[i + 1],
                (plan->entry_count - i) * sizeof(plan->entries[0]));
        return;
    }
}

void scene_document(struct verdict_scene *scene, const struct log_builder *log, uint64_t index)
{
    struct avow_entry entry;
    scene->subject = (struct avow_subject){.issuer = log->state.chain.issuer, .index = index};
    if (index >= log->count || avow_entry_decode(log->rows[index].bytes, &entry) != AVOW_ACCEPT ||
        entry.kind != AVOW_KIND_ISSUE)
        return;
    scene->subject.has_document = scene->subject.proof_good = true;
    scene->subject.commitment = entry.issue.commitment;
    scene->subject.valid_from = entry.issue.valid_from;
    scene->subject.valid_until = entry.issue.valid_until;
    const struct avow_chain *chain = &log->state.chain;
    for (size_t i = 0; i < chain->key_count; i++) {
        const struct avow_chain_key *key = &chain->keys[i];
        if (key->kind == AVOW_KEY_SIGN && key->since < index && index <= key->until) {
            scene->subject.signer = key->key;
            return;
        }
    }
}

struct avow_facts verdict_scene_facts(struct verdict_scene *scene)
{
    for (size_t i = 0; i + 1 < scene->plan_count; i++)
        scene->plans[i].next = &scene->plans[i + 1];
    return proof_plan_facts(scene->plan_count > 0 ? &scene->plans[0] : NULL);
}

void verdict_scene_evidence(const struct verdict_scene *scene, struct avow_buf *out)
{
    const struct proof_plan *plans[SCENE_PLANS_MAX];
    for (size_t i = 0; i < scene->plan_count; i++)
        plans[i] = &scene->plans[i];
    avow_buf_init(out, AVOW_EVIDENCE_BYTES_MAX);
    proof_plans_write(out, plans, scene->plan_count);
}
