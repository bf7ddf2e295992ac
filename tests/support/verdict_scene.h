/* Scenes: all that one case of the table of verdicts needs, whichever part of the table it is from.
 * What is shown of which logs, what is judged, by whom and when, and what the word must be. */
#ifndef AVOW_TESTS_VERDICT_SCENE_H
#define AVOW_TESTS_VERDICT_SCENE_H

#include "tests/support/proof_builder.h"
#include "tests/support/verdict_logs.h"

#define SCENE_NOW HOUR(49) /* logs end at hour 48 */

#define SCENE_PLANS_MAX 12
#define SCENE_COMPONENTS_MAX 4
#define SCENE_WITNESSES 3

struct verdict_scene {
    char name[96];
    size_t plan_count;
    struct proof_plan plans[SCENE_PLANS_MAX];
    struct avow_subject subject; /* its components are those below */
    struct avow_reference components[SCENE_COMPONENTS_MAX];
    struct avow_policy policy;
    uint64_t now, at;
    bool hides; /* evidence shows less than there is: whole logs may say otherwise */
    enum avow_word word;
    enum avow_why why;
};

/* One part of the table. */
struct verdict_part {
    void (*init)(void);
    void (*fini)(void);
    size_t (*count)(void);
    void (*make)(size_t position, struct verdict_scene *scene);
};

extern const struct verdict_part verdict_part_records;     /* one log each */
extern const struct verdict_part verdict_part_recognition; /* who recognises an award */
extern const struct verdict_part verdict_part_forks;       /* of origins and of chains */
extern const struct verdict_part verdict_part_stacks;      /* what is made of others */

/* All parts, one after the other. Crypto has been initialised. */
void verdict_scenes_init(void);
void verdict_scenes_fini(void);
size_t verdict_scene_count(void);
/* The logs live until _fini; all else is the scene's. */
void verdict_scene_make(size_t position, struct verdict_scene *scene);

/* For those who make scenes: a blank one, with SCENE_WITNESSES witnesses in its policy; … */
void scene_init(struct verdict_scene *scene, const char *name);
struct log_key scene_witness(size_t number);
/* … one more log in it, of which the checkpoint alone is shown; all of one; the plan of a log. */
struct proof_plan *scene_add(struct verdict_scene *scene, const struct log_builder *log);
struct proof_plan *scene_add_whole(struct verdict_scene *scene, const struct log_builder *log);
struct proof_plan *scene_plan(struct verdict_scene *scene, const struct log_builder *log);
/* Leaves an entry out of what a plan shows. */
void scene_hide(struct verdict_scene *scene, struct proof_plan *plan, uint64_t index);
/* The scene's subject becomes this record's document, as it should be. */
void scene_document(struct verdict_scene *scene, const struct log_builder *log, uint64_t index);

/* From whole logs; from evidence, whose bytes `out` is given. */
struct avow_facts verdict_scene_facts(struct verdict_scene *scene);
void verdict_scene_evidence(const struct verdict_scene *scene, struct avow_buf *out);

#endif
