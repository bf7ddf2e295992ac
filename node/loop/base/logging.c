#include "node/loop/base/logging.h"

#include "proto/codec/id.h"
#include "proto/codec/time.h"
#include "sys/fd.h"

#include <time.h>

static const char *const level_names[] = {
    [AVOW_LOG_ERROR] = "error",
    [AVOW_LOG_WARN] = "warn",
    [AVOW_LOG_INFO] = "info",
    [AVOW_LOG_DEBUG] = "debug",
};

bool avow_log_level_parse(const char *word, enum avow_log_level *level)
{
    for (size_t i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
        if (strcmp(word, level_names[i]) == 0) {
            *level = (enum avow_log_level)i;
            return true;
        }
    }
    return false;
}

void avow_line_begin(struct avow_line *line, const struct avow_logger *logger,
                     enum avow_log_level level, const char *event)
{
    line->logger = level <= logger->level ? logger : NULL;
    if (line->logger == NULL)
        return;
    avow_buf_init_fixed(&line->buf, line->storage, sizeof(line->storage) - 1); /* the newline */
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    char when[AVOW_TIME_TEXT_LEN + 1] = "";
    if (now.tv_sec >= 0 && (uint64_t)now.tv_sec <= AVOW_TIME_MAX)
        avow_time_format((uint64_t)now.tv_sec, when);
    avow_buf_printf(&line->buf, "time=%.*s.%03ldZ level=%s event=%s", AVOW_TIME_TEXT_LEN - 1, when,
                    now.tv_nsec / 1000000, level_names[level], event);
}

static void line_text(struct avow_line *line, const char *name, struct avow_bytes value)
{
    if (line->logger == NULL)
        return;
    avow_buf_printf(&line->buf, " %s=\"", name);
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.data[i];
        if (c == '"' || c == '\\')
            avow_buf_printf(&line->buf, "\\%c", c);
        else if (c < 0x20 || c >= 0x7f)
            avow_buf_printf(&line->buf, "\\x%02x", c);
        else
            avow_buf_append(&line->buf, &c, 1);
    }
    avow_buf_append(&line->buf, "\"", 1);
}

static bool is_plain(const char *value)
{
    return value[0] != '\0' && value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST"
                                                   "UVWXYZ0123456789-_./:@[]")] == '\0';
}

void avow_line_word(struct avow_line *line, const char *name, const char *value)
{
    if (line->logger == NULL)
        return;
    if (is_plain(value))
        avow_buf_printf(&line->buf, " %s=%s", name, value);
    else
        line_text(line, name, avow_bytes_text(value));
}

void avow_line_uint(struct avow_line *line, const char *name, uint64_t value)
{
    if (line->logger != NULL)
        avow_buf_printf(&line->buf, " %s=%llu", name, (unsigned long long)value);
}

void avow_line_issuer(struct avow_line *line, const struct avow_hash *issuer)
{
    char text[AVOW_ISSUER_TEXT_MAX];
    if (line->logger == NULL)
        return;
    avow_id_issuer_text(issuer, text);
    avow_line_word(line, "issuer", text);
}

void avow_line_node(struct avow_line *line, const struct avow_key *node)
{
    char text[AVOW_NODE_TEXT_MAX];
    if (line->logger == NULL)
        return;
    avow_id_node_text(node, text);
    avow_line_word(line, "node", text);
}

void avow_line_end(struct avow_line *line)
{
    if (line->logger == NULL)
        return;
    line->storage[line->buf.len] = '\n';
    enum avow_err err =
        avow_fd_write(line->logger->fd, avow_bytes(line->storage, line->buf.len + 1));
    (void)err; /* nobody is left to be told */
}

void avow_line_event(const struct avow_logger *logger, enum avow_log_level level, const char *event,
                     const char *name, const char *value)
{
    struct avow_line line;
    avow_line_begin(&line, logger, level, event);
    if (name != NULL)
        avow_line_word(&line, name, value);
    avow_line_end(&line);
}

void avow_line_denied(const struct avow_logger *logger, const char *event, const char *what,
                      const char *which, const char *why)
{
    struct avow_line line;
    avow_line_begin(&line, logger, AVOW_LOG_ERROR, event);
    avow_line_word(&line, what, which);
    avow_line_word(&line, "why", why);
    avow_line_end(&line);
}
