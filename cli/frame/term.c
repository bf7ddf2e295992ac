#include "cli/frame/term.h"

#include "proto/codec/time.h"

#include <inttypes.h>
#include <time.h>

void avow_term_time(uint64_t seconds, char out[AVOW_TERM_TIME_MAX])
{
    char text[AVOW_TIME_TEXT_LEN + 1];
    if (seconds > AVOW_TIME_MAX) {
        (void)snprintf(out, AVOW_TERM_TIME_MAX, "after the year 9999");
        return;
    }
    avow_time_format(seconds, text);
    (void)snprintf(out, AVOW_TERM_TIME_MAX, "%.10s %.8s UTC", text, text + 11);
}

void avow_term_span(uint64_t seconds, char out[AVOW_TERM_TIME_MAX])
{
    static const struct {
        uint64_t seconds;
        const char *name;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    size_t unit = 0;
    /* Two of a unit before it is used: "90 minutes" says more than "1 hour". */
    while (unit < 3 && seconds < 2 * units[unit].seconds)
        unit++;
    uint64_t count = seconds / units[unit].seconds;
    (void)snprintf(out, AVOW_TERM_TIME_MAX, "%" PRIu64 " %s%s", count, units[unit].name,
                   count == 1 ? "" : "s");
}

/* ------------------------------------------------------------------ progress */

#define PROGRESS_EVERY_MS 200

static uint64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void avow_progress_start(struct avow_progress *progress, FILE *file, const char *what,
                         uint64_t total)
{
    *progress = (struct avow_progress){
        .file = avow_cli_is_terminal(file) ? file : NULL,
        .what = what,
        .total = total,
        .started_ms = now_ms(),
    };
    progress->shown_ms = progress->started_ms;
}

void avow_progress_show(struct avow_progress *progress, uint64_t done)
{
    char left[AVOW_TERM_TIME_MAX];
    const uint64_t now = now_ms();
    if (progress->file == NULL || now < progress->shown_ms + PROGRESS_EVERY_MS || done == 0)
        return;
    progress->shown_ms = now;
    const double spent_s = (double)(now - progress->started_ms) / 1000;
    const double rate = (double)done / spent_s;
    const uint64_t rest = done < progress->total ? progress->total - done : 0;
    avow_term_span((uint64_t)((double)rest / rate), left);
    (void)fprintf(progress->file, "\r\x1b[K%" PRIu64 " of %" PRIu64 " %s, %.0f a second, %s left",
                  done, progress->total, progress->what, rate, left);
    (void)fflush(progress->file);
}

void avow_progress_end(struct avow_progress *progress)
{
    if (progress->file != NULL && progress->shown_ms != progress->started_ms)
        (void)fputs("\r\x1b[K", progress->file);
    progress->file = NULL;
}
