/* A folder of badges held against a pathway: whether it is complete, what counts for what, what is
 * missing, in words and as JSON. */
#ifndef AVOW_CLI_STACK_STACK_CHECK_H
#define AVOW_CLI_STACK_STACK_CHECK_H

#include <jansson.h>

#include "cli/stack/stack_folder.h"

#define AVOW_STACK_WARNINGS_MAX 32

struct avow_stack_check {
    const struct avow_cli *cli;
    struct avow_pathway_view view;
    struct avow_policy policy;
    struct avow_stack_folder folder;
    uint64_t now;
    size_t count;                               /* items */
    size_t file_of[AVOW_STACK_CREDENTIALS_MAX]; /* an item's position in the folder */
    struct avow_stack_item items[AVOW_STACK_CREDENTIALS_MAX];
    struct avow_stack_result result; /* by what is certain */
    int exit;                        /* OK complete, NEGATIVE not, UNKNOWN */
    char why[512];                   /* of UNKNOWN, or of a pathway that is over */
    size_t warning_count;
    char warnings[AVOW_STACK_WARNINGS_MAX][512];
};

/* Reads the call's --pathway, --policy and folder (its operand), and judges. An exit status: OK if
 * there is a judgement, which is then in check->exit; else the person has been told. `*check` is
 * heap: release it with _free in every case. */
int avow_stack_check_run(const struct avow_cli *cli, struct avow_stack_check **check);
void avow_stack_check_free(struct avow_stack_check **check);

/* Warns if `file`'s learner has another identity of this type than `expected`. */
void avow_stack_check_same(struct avow_stack_check *check, const struct avow_stack_file *file,
                           const char *type, const char *expected, const char *whose);

/* What is missing, a sentence each, as an array of strings. NULL when memory ran out. */
json_t *avow_stack_missing(const struct avow_stack_check *check);
/* How far it is, in hundredths. */
unsigned avow_stack_percent(const struct avow_stack_result *result);

void avow_stack_check_print(const struct avow_stack_check *check);
/* {complete (null: cannot tell), credits, pathway, rules [], missing [], credentials [], warnings
 * [], why}. NULL when memory ran out. */
json_t *avow_stack_check_json(const struct avow_stack_check *check);

#define AVOW_STACK_OPTIONS                                                                         \
    {                                                                                              \
        .name = "pathway", .value = "REF",                                                         \
        .help = "the pathway: avow1\xe2\x80\xa6/7, or the index of your own", .required = true     \
    }

#endif
