/* A call of avow stack: a folder of badges, read and held against the pathway that it names. */
#ifndef AVOW_CLI_STACK_STACK_CALL_H
#define AVOW_CLI_STACK_STACK_CALL_H

#include "cli/stack/stack_folder.h"

struct avow_stack_call {
    const struct avow_cli *cli;
    struct avow_pathway_view view;
    struct avow_policy policy;
    struct avow_stack_folder folder;
    struct avow_stack_check check; /* of these */
};

/* Reads the call's --pathway, --policy and folder (its operand), and judges. An exit status: OK if
 * there is a judgement, which is then in call->check; else the person has been told. `*call` is
 * heap: release it with _free in every case. */
int avow_stack_call_run(const struct avow_cli *cli, struct avow_stack_call **call);
void avow_stack_call_free(struct avow_stack_call **call);

/* OK complete, NEGATIVE not, UNKNOWN. */
int avow_stack_call_exit(const struct avow_stack_call *call);
/* The check as a page for people, or with --json as of proto/json/stack.h. An exit status: OK, or
 * NEGATIVE, having told the person, when memory ran out. */
int avow_stack_call_print(const struct avow_stack_call *call);

#define AVOW_STACK_OPTIONS                                                                         \
    {                                                                                              \
        .name = "pathway", .value = "REF",                                                         \
        .help = "the pathway: avow1\xe2\x80\xa6/7, or the index of your own", .required = true     \
    }

#endif
