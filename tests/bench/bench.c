#include "tests/bench/bench.h"

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    BENCH_MUST(clock_gettime(clock, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double bench_seconds(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}

double bench_cpu_seconds(void)
{
    return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

double bench_process_cpu(void)
{
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

void bench_figure(const char *name, double value)
{
    (void)printf("%s %.9g\n", name, value);
    (void)fflush(stdout);
    (void)fprintf(stderr, "   %s = %.6g\n", name, value);
}

void bench_progress(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fputs("-- ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
}

_Noreturn void bench_failed(const char *what, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    exit(1);
}

void bench_must_be_ok(enum avow_err err, const char *what, const char *file, int line)
{
    if (err == AVOW_OK)
        return;
    (void)fprintf(stderr, "%s:%d: %s: %s\n", file, line, what, avow_err_text(err));
    exit(1);
}

void *bench_alloc(size_t count, size_t size)
{
    void *memory = calloc(count == 0 ? 1 : count, size);
    BENCH_MUST(memory != NULL);
    return memory;
}

uint64_t bench_entries(int argc, char **argv)
{
    uint64_t entries = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
    BENCH_MUST(entries >= 1000);
    return entries;
}

void bench_folder_new(char *path, size_t size)
{
    const char *parent = getenv("TMPDIR");
    (void)snprintf(path, size, "%s/avow-bench-XXXXXX", parent != NULL ? parent : "/var/tmp");
    BENCH_MUST(mkdtemp(path) != NULL);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *at)
{
    (void)status;
    (void)kind;
    (void)at;
    return remove(path);
}

void bench_folder_remove(const char *path)
{
    BENCH_MUST(nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

/* SplitMix64. */
uint64_t bench_random(uint64_t *seed)
{
    uint64_t value = *seed += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

double bench_percentile(double *values, size_t count, double share)
{
    BENCH_MUST(count > 0);
    qsort(values, count, sizeof(*values), compare);
    size_t at = (size_t)(share * (double)count);
    return values[at < count ? at : count - 1];
}
