#include "cli/term.h"

#include "proto/codec/time.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

bool avow_term_colour(FILE *file)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    const int fd = fileno(file);
    return fd >= 0 && isatty(fd) && (no_color == NULL || no_color[0] == '\0') && term != NULL &&
           strcmp(term, "dumb") != 0;
}

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
