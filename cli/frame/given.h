/* What was given as people write it: indices, credits and times. */
#ifndef AVOW_CLI_FRAME_GIVEN_H
#define AVOW_CLI_FRAME_GIVEN_H

#include "cli/frame/command.h"

/* "1234" or "avow1…/1234", whose issuer must be `issuer`. An exit status: USAGE, having told the
 * person, for anything else. */
int avow_given_index(const struct avow_cli *cli, const char *text, const struct avow_hash *issuer,
                     uint64_t *index);
/* "6", "7.5", "0.25" as hundredths, at most 100,000.00. False for anything else. */
bool avow_given_hundredths(const char *text, uint64_t *hundredths);
/* Reads an option that is a time, YYYY-MM-DD (its first second) or YYYY-MM-DDTHH:MM:SSZ; leaves
 * `*seconds` alone when it is not given. An exit status: USAGE, having told the person. */
int avow_given_time(const struct avow_cli *cli, const char *option, uint64_t *seconds);

#endif
