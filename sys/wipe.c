#include "sys/wipe.h"

#include <malloc.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void avow_wipe_free(void *block)
{
    if (block != NULL)
        sodium_memzero(block, malloc_usable_size(block));
    free(block);
}

void *avow_wipe_realloc(void *block, size_t size)
{
    void *moved = malloc(size);
    const size_t held = block == NULL ? 0 : malloc_usable_size(block);
    if (moved == NULL)
        return NULL;
    if (held > 0)
        memcpy(moved, block, held < size ? held : size);
    avow_wipe_free(block);
    return moved;
}
