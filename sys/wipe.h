/* Memory that held a secret: wiped before anybody else can be given it. For libraries that take
 * malloc()'s functions; our own buffers are avow_buf_init_secret()'s. */
#ifndef AVOW_SYS_WIPE_H
#define AVOW_SYS_WIPE_H

#include <stddef.h>

/* free(), of a block of malloc()'s, all of which is wiped first. */
void avow_wipe_free(void *block);
/* realloc() that leaves nothing behind where the block was. */
void *avow_wipe_realloc(void *block, size_t size);

#endif
