#include "cli/issue/journal.h"

#include "proto/codec/base64.h"
#include "proto/codec/id.h"
#include "sys/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_LINE "avow journal 1"

/* ------------------------------------------------------------------ reading */

struct reading {
    struct avow_journal *journal;
    char *next, *end;
    size_t line;
    size_t whole; /* bytes up to the last batch that has its end */
    bool inside;  /* of a batch: */
    struct avow_journal_batch batch;
    struct avow_buf rows; /* its struct avow_journal_row */
};

/* The next line without its newline, cut off by a zero. NULL at the end, or for a torn line. */
static char *next_line(struct reading *reading)
{
    char *line = reading->next;
    char *newline = line == reading->end ? NULL : memchr(line, '\n', (size_t)(reading->end - line));
    if (newline == NULL)
        return NULL;
    *newline = '\0';
    reading->next = newline + 1;
    reading->line++;
    return line;
}

/* The next word of `*rest`, cut off by a zero; NULL without one. */
static char *next_word(char **rest)
{
    char *word = *rest;
    char *space = word == NULL ? NULL : strchr(word, ' ');
    *rest = space == NULL ? NULL : space + 1;
    if (space != NULL)
        *space = '\0';
    return word;
}

static bool read_number(char **rest, uint64_t *value)
{
    const char *word = next_word(rest);
    return word != NULL && avow_id_decimal_parse(avow_bytes_text(word), value) == AVOW_ACCEPT;
}

static bool read_hash(char **rest, struct avow_hash *hash)
{
    const char *word = next_word(rest);
    return word != NULL && avow_hex_decode_exact(avow_bytes_text(word), hash->bytes,
                                                 sizeof(hash->bytes)) == AVOW_ACCEPT;
}

static bool read_id(char **rest, char id[AVOW_JOURNAL_ID_MAX])
{
    const char *word = next_word(rest);
    if (word == NULL || strlen(word) != AVOW_JOURNAL_ID_MAX - 1 ||
        strspn(word, "0123456789abcdef") != AVOW_JOURNAL_ID_MAX - 1)
        return false;
    memcpy(id, word, AVOW_JOURNAL_ID_MAX);
    return true;
}

static bool read_batch(struct reading *reading, char *rest)
{
    struct avow_journal_batch *batch = &reading->batch;
    bool good = !reading->inside && reading->journal->open_count < AVOW_JOURNAL_OPEN_MAX;
    avow_buf_init(&reading->rows, SIZE_MAX / 2);
    *batch = (struct avow_journal_batch){0};
    reading->inside = true;
    return good && read_id(&rest, batch->id) && read_number(&rest, &batch->base) &&
           read_number(&rest, &batch->size) && read_hash(&rest, &batch->root) && rest == NULL;
}

static bool read_row(struct reading *reading, char *rest)
{
    struct avow_journal_row row = {0};
    bool good = reading->inside && read_hash(&rest, &row.digest) &&
                read_number(&rest, &row.index) && rest != NULL && rest[0] != '\0';
    row.name = rest;
    if (good)
        avow_buf_append(&reading->rows, &row, sizeof(row));
    return good;
}

static bool read_end(struct reading *reading, char *rest)
{
    struct avow_journal *journal = reading->journal;
    uint64_t count;
    if (!reading->inside || !read_number(&rest, &count) || rest != NULL ||
        count != reading->rows.len / sizeof(struct avow_journal_row))
        return false;
    reading->inside = false;
    reading->batch.count = (size_t)count;
    reading->batch.rows = (struct avow_journal_row *)(void *)reading->rows.data;
    avow_buf_init(&reading->rows, SIZE_MAX / 2); /* the rows are the batch's now */
    journal->open[journal->open_count++] = reading->batch;
    return true;
}

/* Takes a batch out of those that are open; its rows are still to be freed. */
static struct avow_journal_batch take_out(struct avow_journal *journal, size_t position)
{
    struct avow_journal_batch batch = journal->open[position];
    journal->open[position] = journal->open[--journal->open_count];
    return batch;
}

static enum avow_err add_done(struct avow_journal *journal, const struct avow_journal_batch *batch)
{
    size_t count = journal->done_count + batch->count;
    if (count > journal->done_cap) {
        size_t cap = count > 2 * journal->done_cap ? count : 2 * journal->done_cap;
        struct avow_journal_row *rows = realloc(journal->done, cap * sizeof(*rows));
        if (rows == NULL)
            return AVOW_ERR_NOMEM;
        journal->done = rows;
        journal->done_cap = cap;
    }
    if (batch->count > 0)
        memcpy(journal->done + journal->done_count, batch->rows,
               batch->count * sizeof(*batch->rows));
    journal->done_count = count;
    return AVOW_OK;
}

/* "done" or "dead" and an id. */
static bool read_close(struct reading *reading, char *rest, bool done)
{
    struct avow_journal *journal = reading->journal;
    char id[AVOW_JOURNAL_ID_MAX];
    size_t position = 0;
    if (reading->inside || !read_id(&rest, id) || rest != NULL)
        return false;
    while (position < journal->open_count && strcmp(journal->open[position].id, id) != 0)
        position++;
    if (position == journal->open_count)
        return false;
    struct avow_journal_batch batch = take_out(journal, position);
    enum avow_err err = done ? add_done(journal, &batch) : AVOW_OK;
    free(batch.rows);
    if (err != AVOW_OK)
        reading->rows.err = err;
    return true;
}

static bool read_line(struct reading *reading, char *line)
{
    char *rest = line;
    const char *word = next_word(&rest);
    if (strcmp(word, "batch") == 0)
        return read_batch(reading, rest);
    if (strcmp(word, "row") == 0)
        return read_row(reading, rest);
    if (strcmp(word, "end") == 0)
        return read_end(reading, rest);
    bool done = strcmp(word, "done") == 0;
    return (done || strcmp(word, "dead") == 0) && read_close(reading, rest, done);
}

static int by_digest(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct avow_hash)); /* the row's first member */
}

static void sort_done(struct avow_journal *journal)
{
    if (journal->done_count > 0)
        qsort(journal->done, journal->done_count, sizeof(*journal->done), by_digest);
}

/* The first line, and what a crash can have left of it while it was written: then, as in a new
 * file, there is nothing yet. */
static enum avow_err read_first(struct reading *reading, bool *empty)
{
    const struct avow_bytes rest =
        avow_bytes(reading->next, (size_t)(reading->end - reading->next));
    *empty = rest.len < strlen(FIRST_LINE "\n") &&
             (rest.len == 0 || memcmp(rest.data, FIRST_LINE, rest.len) == 0);
    if (*empty)
        return AVOW_OK;
    const char *first = next_line(reading);
    return first != NULL && strcmp(first, FIRST_LINE) == 0 ? AVOW_OK : AVOW_ERR_SCHEMA;
}

static enum avow_err read_lines(struct reading *reading)
{
    char *start = reading->next;
    bool empty;
    enum avow_err err = read_first(reading, &empty);
    if (err != AVOW_OK || empty)
        return err;
    reading->whole = (size_t)(reading->next - start);
    for (char *line = next_line(reading); line != NULL; line = next_line(reading)) {
        if (!read_line(reading, line))
            return AVOW_ERR_CORRUPT;
        if (reading->rows.err != AVOW_OK)
            return reading->rows.err;
        if (!reading->inside)
            reading->whole = (size_t)(reading->next - start);
    }
    return AVOW_OK;
}

/* `*len` is without the zeros at the end: blocks that a crash of the machine kept from being
 * written. */
static enum avow_err read_file(struct avow_journal *journal, size_t size, size_t *len)
{
    journal->text = malloc(size + 1);
    if (journal->text == NULL)
        return AVOW_ERR_NOMEM;
    enum avow_err err = avow_fd_read(journal->fd, journal->text, size, len);
    while (*len > 0 && journal->text[*len - 1] == '\0')
        --*len;
    journal->text[*len] = '\0';
    if (err != AVOW_OK)
        return err;
    /* No line of ours has a zero in it, and the lines are about to be cut by zeros. */
    return memchr(journal->text, '\0', *len) == NULL ? AVOW_OK : AVOW_ERR_CORRUPT;
}

/* What cannot be written whole is taken back, or the next line would be joined to its first part.
 */
static enum avow_err append(const struct avow_journal *journal, struct avow_bytes bytes)
{
    struct stat before;
    if (fstat(journal->fd, &before) != 0)
        return AVOW_ERR_IO;
    enum avow_err err = avow_fd_write(journal->fd, bytes);
    if (err == AVOW_OK)
        err = avow_fd_sync(journal->fd, fdatasync);
    if (err == AVOW_OK)
        return AVOW_OK;
    const int why = errno;
    (void)!ftruncate(journal->fd, before.st_size); /* the next call cuts it off, if this fails */
    errno = why;
    return err;
}

/* Locked, and of a size to be read. */
static enum avow_err open_file(const char *path, struct avow_journal *journal, size_t *size)
{
    struct stat found;
    journal->fd = avow_fd_open(path, O_RDWR | O_CREAT | O_APPEND, 0600);
    if (journal->fd < 0)
        return AVOW_ERR_IO;
    enum avow_err err = avow_fd_lock(journal->fd);
    if (err != AVOW_OK)
        return err;
    if (fstat(journal->fd, &found) != 0)
        return AVOW_ERR_IO;
    *size = (size_t)found.st_size;
    return found.st_size > (off_t)AVOW_JOURNAL_BYTES_MAX ? AVOW_ERR_TOO_LARGE : AVOW_OK;
}

enum avow_err avow_journal_open(const char *path, struct avow_journal *journal, size_t *line)
{
    size_t size, len;
    *journal = (struct avow_journal){0};
    *line = 0;
    enum avow_err err = open_file(path, journal, &size);
    if (err == AVOW_OK)
        err = read_file(journal, size, &len);
    if (err != AVOW_OK)
        return err;
    struct reading reading = {
        .journal = journal, .next = journal->text, .end = journal->text + len};
    avow_buf_init(&reading.rows, SIZE_MAX / 2);
    err = read_lines(&reading);
    *line = reading.line;
    avow_buf_fini(&reading.rows); /* of a batch without its end */
    sort_done(journal);
    if (err == AVOW_OK && reading.whole < size && ftruncate(journal->fd, (off_t)reading.whole) != 0)
        err = AVOW_ERR_IO;
    if (err == AVOW_OK && reading.whole == 0)
        err = append(journal, avow_bytes_text(FIRST_LINE "\n"));
    return err;
}

void avow_journal_close(struct avow_journal *journal)
{
    if (journal->fd >= 0)
        (void)close(journal->fd);
    journal->fd = -1;
    free(journal->text);
    free(journal->done);
    for (size_t i = 0; i < journal->open_count; i++)
        free(journal->open[i].rows);
    *journal = (struct avow_journal){.fd = -1};
}

const struct avow_journal_row *avow_journal_find(const struct avow_journal *journal,
                                                 const struct avow_hash *digest)
{
    return journal->done_count == 0 ? NULL
                                    : bsearch(digest, journal->done, journal->done_count,
                                              sizeof(*journal->done), by_digest);
}

/* ------------------------------------------------------------------ writing */

static void print_hash(struct avow_buf *out, const struct avow_hash *hash)
{
    avow_hex_encode(avow_bytes(hash->bytes, sizeof(hash->bytes)), out);
}

static enum avow_err write_batch(const struct avow_journal *journal,
                                 const struct avow_journal_batch *batch)
{
    struct avow_buf out;
    avow_buf_init(&out, AVOW_JOURNAL_BYTES_MAX);
    avow_buf_printf(&out, "batch %s %llu %llu ", batch->id, (unsigned long long)batch->base,
                    (unsigned long long)batch->size);
    print_hash(&out, &batch->root);
    avow_buf_printf(&out, "\n");
    for (size_t i = 0; i < batch->count; i++) {
        avow_buf_printf(&out, "row ");
        print_hash(&out, &batch->rows[i].digest);
        avow_buf_printf(&out, " %llu %s\n", (unsigned long long)batch->rows[i].index,
                        batch->rows[i].name);
    }
    avow_buf_printf(&out, "end %zu\n", batch->count);
    enum avow_err err = out.err;
    if (err == AVOW_OK)
        err = append(journal, avow_buf_bytes(&out));
    avow_buf_fini(&out);
    return err;
}

enum avow_err avow_journal_begin(struct avow_journal *journal,
                                 const struct avow_journal_batch *batch)
{
    if (journal->open_count == AVOW_JOURNAL_OPEN_MAX)
        return AVOW_ERR_TOO_LARGE;
    struct avow_journal_batch copy = *batch;
    copy.rows = calloc(batch->count + 1, sizeof(*copy.rows));
    if (copy.rows == NULL)
        return AVOW_ERR_NOMEM;
    if (batch->count > 0)
        memcpy(copy.rows, batch->rows, batch->count * sizeof(*copy.rows));
    enum avow_err err = write_batch(journal, batch);
    if (err != AVOW_OK) {
        free(copy.rows);
        return err;
    }
    journal->open[journal->open_count++] = copy;
    return AVOW_OK;
}

enum avow_err avow_journal_end(struct avow_journal *journal, size_t position, bool done)
{
    char line[8 + AVOW_JOURNAL_ID_MAX];
    AVOW_ASSERT(position < journal->open_count);
    (void)snprintf(line, sizeof(line), "%s %s\n", done ? "done" : "dead",
                   journal->open[position].id);
    enum avow_err err = append(journal, avow_bytes_text(line));
    if (err != AVOW_OK)
        return err;
    struct avow_journal_batch batch = take_out(journal, position);
    err = done ? add_done(journal, &batch) : AVOW_OK;
    free(batch.rows);
    sort_done(journal);
    return err;
}
