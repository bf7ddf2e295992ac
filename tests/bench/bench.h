/* What every benchmark shares. A benchmark prints its figures on standard output, one a line, as
 * `name value`, and progress on standard error; `run` makes the table of them. Nothing fails on
 * speed; whatever goes wrong otherwise ends the program. */
#ifndef AVOW_TESTS_BENCH_BENCH_H
#define AVOW_TESTS_BENCH_BENCH_H

#include "proto/base.h"

/* Seconds on a clock that only goes forward; CPU seconds of the calling thread, and of the process.
 */
double bench_seconds(void);
double bench_cpu_seconds(void);
double bench_process_cpu(void);

/* Prints one figure. */
void bench_figure(const char *name, double value);
void bench_progress(const char *format, ...) AVOW_PRINTF(1, 2);

/* Ends the program, saying where, unless the condition holds. */
#define BENCH_MUST(condition) ((condition) ? (void)0 : bench_failed(#condition, __FILE__, __LINE__))
#define BENCH_OK(call) bench_must_be_ok((call), #call, __FILE__, __LINE__)
_Noreturn void bench_failed(const char *what, const char *file, int line);
void bench_must_be_ok(enum avow_err err, const char *what, const char *file, int line);

/* Heap that is there, zeroed. */
void *bench_alloc(size_t count, size_t size);

/* How many entries the run is about: the first argument, or 10 million. */
uint64_t bench_entries(int argc, char **argv);
/* A new folder for data under TMPDIR, and its removal with everything in it. */
void bench_folder_new(char *path, size_t size);
void bench_folder_remove(const char *path);

/* Pseudo-random numbers, the same for the same seed. */
uint64_t bench_random(uint64_t *seed);

/* Sorts `values` and gives the one at this share of them, 0 to 1. */
double bench_percentile(double *values, size_t count, double share);

#endif
