#include "node/loop/base/tally.h"

static void write_sum(const struct avow_tally *tally, const struct avow_tally_kind *kind,
                      uint64_t now_ms)
{
    struct avow_line line;
    avow_line_begin(&line, tally->logger, kind->level, kind->event);
    avow_line_word(&line, "what", kind->what);
    avow_line_uint(&line, "more", kind->more);
    avow_line_uint(&line, "seconds", (now_ms - kind->since_ms + 999) / 1000);
    avow_line_end(&line);
}

static void begin_span(const struct avow_tally *tally, struct avow_tally_kind *kind,
                       uint64_t now_ms)
{
    if (kind->more > 0)
        write_sum(tally, kind, now_ms);
    kind->since_ms = now_ms;
    kind->shown = kind->more = 0;
}

static struct avow_tally_kind *find_kind(struct avow_tally *tally, enum avow_log_level level,
                                         const char *event, const char *what, uint64_t now_ms)
{
    for (size_t i = 0; i < tally->count; i++) {
        struct avow_tally_kind *kind = &tally->kinds[i];
        if (strcmp(kind->event, event) == 0 && strcmp(kind->what, what) == 0)
            return kind;
    }
    if (tally->count == AVOW_TALLY_KINDS)
        return &tally->kinds[AVOW_TALLY_KINDS - 1];
    struct avow_tally_kind *made = &tally->kinds[tally->count++];
    *made =
        (struct avow_tally_kind){.event = event, .what = what, .level = level, .since_ms = now_ms};
    return made;
}

static bool is_over(const struct avow_tally_kind *kind, uint64_t now_ms)
{
    return now_ms >= kind->since_ms + AVOW_TALLY_SPAN_MS;
}

bool avow_tally_shows(struct avow_tally *tally, enum avow_log_level level, const char *event,
                      const char *what, uint64_t now_ms)
{
    if (tally == NULL || tally->logger->level == AVOW_LOG_DEBUG || level > tally->logger->level)
        return true;
    struct avow_tally_kind *kind = find_kind(tally, level, event, what, now_ms);
    if (is_over(kind, now_ms))
        begin_span(tally, kind, now_ms);
    if (kind->shown == AVOW_TALLY_SHOWN) {
        kind->more++;
        return false;
    }
    kind->shown++;
    return true;
}

void avow_tally_sum(struct avow_tally *tally, uint64_t now_ms, bool end)
{
    for (size_t i = 0; i < tally->count; i++) {
        struct avow_tally_kind *kind = &tally->kinds[i];
        if (kind->more > 0 && (end || is_over(kind, now_ms)))
            begin_span(tally, kind, now_ms);
    }
}
