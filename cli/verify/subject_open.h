/* From what stands on the command line to a subject. */
#ifndef AVOW_CLI_VERIFY_SUBJECT_OPEN_H
#define AVOW_CLI_VERIFY_SUBJECT_OPEN_H

#include "cli/frame/command.h"
#include "proto/trust/subject.h"

/* An operand: "-" for standard input, a reference, or the name of a file. An exit status: OK, or
 * USAGE after telling the person. */
int avow_subject_open(const struct avow_cli *cli, const char *operand,
                      struct avow_subject_file *file);

#endif
