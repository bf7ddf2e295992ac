/* Whether a log says some of the statements already: what is said twice is published once. */
#ifndef AVOW_CLI_RECOGNITION_SAME_STATEMENT_H
#define AVOW_CLI_RECOGNITION_SAME_STATEMENT_H

#include "cli/recognition/statements.h"
#include "client/client.h"
#include "proto/log/checkpoint.h"

/* Not worth the download of a log of more entries than this (about 8 MB): nothing is then found. */
#define AVOW_SAME_STATEMENT_SIZE_MAX 131072

/* Reads the log of `checkpoint`, which has been checked, and sets `known` and `index` of each
 * statement that it has, in words and scope, neither withdrawn nor superseded. An exit status,
 * having told the person. */
int avow_same_statement(const struct avow_cli *cli, struct avow_client *client,
                        const struct avow_checkpoint *checkpoint,
                        struct avow_statements *statements);

#endif
