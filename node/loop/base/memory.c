#include "node/loop/base/memory.h"

#include "sys/files.h"

#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

/* "size resident shared ..." in pages. */
uint64_t avow_memory_resident_bytes(void)
{
    uint8_t storage[257] = {0};
    struct avow_buf text;
    char *at = (char *)storage;
    avow_buf_init_fixed(&text, storage, sizeof(storage) - 1);
    if (avow_file_read_own("/proc/self/statm", sizeof(storage) - 1, &text) != AVOW_OK)
        return 0;
    (void)strtoull(at, &at, 10);
    const uint64_t resident = strtoull(at, &at, 10), shared = strtoull(at, &at, 10);
    return resident > shared ? (resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

static void give_back(uv_work_t *work)
{
    (void)work;
    const struct mallinfo2 info = mallinfo2();
    const uint64_t used = (uint64_t)info.uordblks + info.hblkhd;
    if (avow_memory_resident_bytes() > used + AVOW_MEMORY_IDLE_BYTES)
        (void)malloc_trim(0);
}

static void on_given_back(uv_work_t *work, int status)
{
    struct avow_memory *memory = work->data;
    (void)status;
    memory->under_way = false;
}

void avow_memory_tidy(struct avow_memory *memory, uv_loop_t *loop)
{
    if (memory->under_way || avow_memory_resident_bytes() < AVOW_MEMORY_SMALL_BYTES)
        return;
    memory->work.data = memory;
    memory->under_way = uv_queue_work(loop, &memory->work, give_back, on_given_back) == 0;
}
