/* The policy that a call judges by: a file, one that a node holds under a name, or the default. */
#ifndef AVOW_CLI_VERIFY_POLICY_FILE_H
#define AVOW_CLI_VERIFY_POLICY_FILE_H

#include "cli/frame/command.h"
#include "proto/trust/policy.h"

/* Reads what `name` means: a file of that name, or, when there is none and it is a plain word, the
 * policy that the call's node holds under it, of which the person is told. An exit status: `bad`,
 * having told the person where and what to write, for a file that is not well formed; USAGE if it
 * cannot be read; UNKNOWN when the node cannot be asked. */
int avow_policy_file_find(const struct avow_cli *cli, const char *name, int bad,
                          struct avow_policy *policy);

/* The call's --policy and --region, or the default policy. An exit status: as above, with USAGE for
 * a file that is not well formed. */
int avow_policy_file_of_call(const struct avow_cli *cli, struct avow_policy *policy);

/* Rows for the options of a command that judges by a policy. */
#define AVOW_POLICY_OPTIONS                                                                        \
    {.name = "policy",                                                                             \
     .value = "FILE",                                                                              \
     .help = "judge by this policy: a file, or the name of one that the node holds"},              \
    {                                                                                              \
        .name = "region", .value = "REGION", .help = "where you are, ISO 3166: PT, PT-13"          \
    }

#endif
