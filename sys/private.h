/* Whether a file that holds a secret is one that others can neither read nor replace, as ssh asks
 * of its keys.
 *
 * Its owner's alone: no bit for the group or for others, which an ACL would show as the group's.
 * What belongs to root and is lent to this user (a mounted secret) may be read by others, not
 * written; what belongs to a third user is nobody's secret, but root may use it. The folder may be
 * changed by its owner alone, who is this user or root; a sticky one (/tmp) keeps its files. */
#ifndef AVOW_SYS_PRIVATE_H
#define AVOW_SYS_PRIVATE_H

#include "proto/base.h"

#include <sys/stat.h>

/* What is wrong with a file of these properties, or with the folder in which it stands, for a
 * process of user `self`: a text that continues the name of it, or NULL. */
const char *avow_private_file_problem(const struct stat *file, uid_t self);
const char *avow_private_folder_problem(const struct stat *folder, uid_t self);

#define AVOW_PRIVATE_WHY_MAX (2 * 4096 + 256)
/* Judges the regular file at `path` and its folder. False with `why`, a sentence that says what to
 * do. What is not there, or is no regular file, is left to who opens it. */
AVOW_NODISCARD bool avow_private_is(const char *path, char why[AVOW_PRIVATE_WHY_MAX]);

#endif
