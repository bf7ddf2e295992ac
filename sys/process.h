/* What a process asks of its machine, for as long as it runs. */
#ifndef AVOW_SYS_PROCESS_H
#define AVOW_SYS_PROCESS_H

#include "proto/base.h"

/* Keys will be in its memory: no crash writes it to a file, and no other process of the same user
 * looks into it. */
void avow_process_guard(void);
/* As many descriptors as it may have; how many these are, UINT64_MAX for no bound. */
uint64_t avow_process_raise_files(void);

#endif
