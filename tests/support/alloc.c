/* The wrapped allocator: passes on to the real one (a sanitizer's, if there is one). */
#include "tests/support/alloc.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static atomic_size_t count;
static atomic_size_t fail_at;
static atomic_long live, bytes, bytes_before, bytes_most;
static void (*watch)(const void *block, size_t size);

/* The names that ld's --wrap gives. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t items, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

static bool must_fail(void)
{
    return atomic_fetch_add(&count, 1) + 1 == atomic_load(&fail_at);
}

/* Adds to the bytes that are live, or with a negative number takes off. */
static void weigh(long size)
{
    long now = atomic_fetch_add(&bytes, size) + size;
    if (now > atomic_load(&bytes_most)) /* of several threads, about */
        atomic_store(&bytes_most, now);
}

static void *counted(void *block)
{
    if (block != NULL) {
        atomic_fetch_add(&live, 1);
        weigh((long)malloc_usable_size(block));
    }
    return block;
}

/* While blocks are watched, a new one has nothing in it that was there before: not what the test
 * itself left behind, nor a library. From its byte `from` on. */
static void *cleared(void *block, size_t from)
{
    const size_t size = block == NULL ? 0 : malloc_usable_size(block);
    if (watch != NULL && from < size)
        memset((uint8_t *)block + from, 0, size - from);
    return block;
}

static void show(void *block)
{
    if (watch != NULL)
        watch(block, malloc_usable_size(block));
}

void *__wrap_malloc(size_t size)
{
    return must_fail() ? NULL : counted(cleared(__real_malloc(size), 0));
}

void *__wrap_calloc(size_t items, size_t size)
{
    return must_fail() ? NULL : counted(cleared(__real_calloc(items, size), 0));
}

void *__wrap_realloc(void *block, size_t size)
{
    if (must_fail())
        return NULL;
    if (block == NULL)
        return counted(cleared(__real_realloc(NULL, size), 0));
    show(block);
    const long before = (long)malloc_usable_size(block);
    void *moved = cleared(__real_realloc(block, size), (size_t)before);
    if (moved != NULL)
        weigh((long)malloc_usable_size(moved) - before);
    return moved;
}

void __wrap_free(void *block)
{
    if (block != NULL) {
        atomic_fetch_sub(&live, 1);
        show(block);
        weigh(-(long)malloc_usable_size(block));
    }
    __real_free(block);
}

void avow_alloc_fail_at(size_t nth)
{
    atomic_store(&count, 0);
    atomic_store(&fail_at, nth);
    atomic_store(&bytes_before, atomic_load(&bytes));
    atomic_store(&bytes_most, atomic_load(&bytes));
}

size_t avow_alloc_count(void)
{
    return atomic_load(&count);
}

size_t avow_alloc_most_bytes(void)
{
    return (size_t)(atomic_load(&bytes_most) - atomic_load(&bytes_before));
}

long avow_alloc_live(void)
{
    return atomic_load(&live);
}

void avow_alloc_watch(void (*look)(const void *block, size_t size))
{
    watch = look;
}

void avow_alloc_sweep(const char *name, enum avow_err (*step)(void *context), void *context)
{
    for (size_t nth = 1;; nth++) {
        long before = avow_alloc_live();
        avow_alloc_fail_at(nth);
        enum avow_err err = step(context);
        size_t asked = avow_alloc_count();
        avow_alloc_fail_at(0);
        bool met = asked >= nth;
        if (err != (met ? AVOW_ERR_NOMEM : AVOW_OK))
            fail_msg("%s: allocation %zu failing gives \"%s\"", name, nth, avow_err_text(err));
        if (avow_alloc_live() != before)
            fail_msg("%s: allocation %zu failing leaves %ld blocks", name, nth,
                     avow_alloc_live() - before);
        if (met)
            continue;
        if (nth == 1)
            fail_msg("%s: allocates nothing, or the test was not linked to see it", name);
        return;
    }
}
