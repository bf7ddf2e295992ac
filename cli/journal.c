#include "cli/journal.h"

#include "proto/codec/base64.h"
#include "proto/codec/id.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_LINE "avow journal 1"

/* ------------------------------------------------------------------ reading */

struct reading {
    struct avow_journal *journal;
    char *next, *end;
    size_t line;
    size_t whole;         /* bytes up to the last batch that has its end */
    struct avow_buf rows; /* of the batch at hand */
    struct avow_buf done; /* struct avow_journal_row */
    enum { OUTSIDE, INSIDE, ENDED } state;
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
    return word != NULL && avow_decimal_parse(avow_bytes_text(word), value) == AVOW_ACCEPT;
}

static bool read_hash(char **rest, struct avow_hash *hash)
{
    const char *word = next_word(rest);
    return word != NULL && avow_hex_decode_exact(avow_bytes_text(word), hash->bytes,
                                                 sizeof(hash->bytes)) == AVOW_ACCEPT;
}

static bool read_batch(struct reading *reading, char *rest)
{
    struct avow_journal_batch *batch = &reading->journal->open;
    avow_buf_clear(&reading->rows);
    *batch = (struct avow_journal_batch){0};
    reading->state = INSIDE;
    return read_number(&rest, &batch->base) && read_number(&rest, &batch->size) &&
           read_hash(&rest, &batch->root) && rest == NULL;
}

static bool read_row(struct reading *reading, char *rest)
{
    struct avow_journal_row row = {0};
    bool good = reading->state == INSIDE && read_hash(&rest, &row.digest) &&
                read_number(&rest, &row.index) && rest != NULL && rest[0] != '\0';
    row.name = rest;
    avow_buf_append(&reading->rows, &row, sizeof(row));
    return good;
}

static bool read_end(struct reading *reading, char *rest)
{
    uint64_t count;
    bool good = reading->state == INSIDE && read_number(&rest, &count) && rest == NULL &&
                count == reading->rows.len / sizeof(struct avow_journal_row);
    reading->state = ENDED;
    return good;
}

static bool read_line(struct reading *reading, char *line)
{
    char *rest = line;
    const char *word = next_word(&rest);
    if (strcmp(word, "batch") == 0)
        return reading->state == OUTSIDE && read_batch(reading, rest);
    if (strcmp(word, "row") == 0)
        return read_row(reading, rest);
    if (strcmp(word, "end") == 0)
        return read_end(reading, rest);
    bool done = strcmp(word, "done") == 0;
    bool good = reading->state == ENDED && rest == NULL && (done || strcmp(word, "dead") == 0);
    if (done)
        avow_buf_append(&reading->done, reading->rows.data, reading->rows.len);
    reading->state = OUTSIDE;
    return good;
}

static int by_digest(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct avow_hash)); /* the row's first member */
}

/* Hands the rows over to the journal. */
static void settle(struct reading *reading)
{
    struct avow_journal *journal = reading->journal;
    journal->done = (struct avow_journal_row *)(void *)reading->done.data;
    journal->done_count = reading->done.len / sizeof(*journal->done);
    if (journal->done_count > 0)
        qsort(journal->done, journal->done_count, sizeof(*journal->done), by_digest);
    journal->is_open = reading->state == ENDED;
    if (journal->is_open) {
        journal->open.rows = (struct avow_journal_row *)(void *)reading->rows.data;
        journal->open.count = reading->rows.len / sizeof(*journal->open.rows);
    } else {
        avow_buf_fini(&reading->rows);
    }
}

static enum avow_err read_lines(struct reading *reading)
{
    char *start = reading->next;
    const char *first = next_line(reading);
    if (first == NULL && start == reading->end)
        return AVOW_OK; /* a new file */
    if (first == NULL || strcmp(first, FIRST_LINE) != 0)
        return AVOW_ERR_SCHEMA;
    reading->whole = (size_t)(reading->next - start);
    for (char *line = next_line(reading); line != NULL; line = next_line(reading)) {
        if (!read_line(reading, line))
            return AVOW_ERR_CORRUPT;
        if (reading->state != INSIDE)
            reading->whole = (size_t)(reading->next - start);
    }
    return reading->rows.err != AVOW_OK ? reading->rows.err : reading->done.err;
}

static enum avow_err read_file(struct avow_journal *journal, size_t size)
{
    journal->text = malloc(size + 1);
    if (journal->text == NULL)
        return AVOW_ERR_NOMEM;
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(journal->fd, journal->text + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return AVOW_ERR_IO;
        done += (size_t)got;
    }
    journal->text[size] = '\0';
    /* No line of ours has a zero in it, and the lines are about to be cut by zeros. */
    return memchr(journal->text, '\0', size) == NULL ? AVOW_OK : AVOW_ERR_CORRUPT;
}

static enum avow_err write_all(int fd, struct avow_bytes bytes)
{
    while (bytes.len > 0) {
        ssize_t done = write(fd, bytes.data, bytes.len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return errno == ENOSPC || errno == EDQUOT ? AVOW_ERR_DISK_FULL : AVOW_ERR_IO;
        bytes = avow_bytes(bytes.data + done, bytes.len - (size_t)done);
    }
    return fdatasync(fd) == 0 ? AVOW_OK : AVOW_ERR_IO;
}

enum avow_err avow_journal_open(const char *path, struct avow_journal *journal, size_t *line)
{
    struct stat found;
    *journal = (struct avow_journal){0};
    *line = 0;
    journal->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (journal->fd < 0)
        return AVOW_ERR_IO;
    if (flock(journal->fd, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? AVOW_ERR_BUSY : AVOW_ERR_IO;
    if (fstat(journal->fd, &found) != 0)
        return AVOW_ERR_IO;
    if (found.st_size > (off_t)AVOW_JOURNAL_BYTES_MAX)
        return AVOW_ERR_TOO_LARGE;
    size_t size = (size_t)found.st_size;
    enum avow_err err = read_file(journal, size);
    if (err != AVOW_OK)
        return err;
    struct reading reading = {
        .journal = journal, .next = journal->text, .end = journal->text + size};
    avow_buf_init(&reading.rows, SIZE_MAX / 2);
    avow_buf_init(&reading.done, SIZE_MAX / 2);
    err = read_lines(&reading);
    *line = reading.line;
    settle(&reading);
    if (err == AVOW_OK && reading.whole < size && ftruncate(journal->fd, (off_t)reading.whole) != 0)
        err = AVOW_ERR_IO;
    if (err == AVOW_OK && reading.whole == 0)
        err = write_all(journal->fd, avow_bytes_text(FIRST_LINE "\n"));
    return err;
}

void avow_journal_close(struct avow_journal *journal)
{
    if (journal->fd >= 0)
        (void)close(journal->fd);
    journal->fd = -1;
    free(journal->text);
    free(journal->done);
    if (journal->is_open)
        free(journal->open.rows);
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

enum avow_err avow_journal_begin(struct avow_journal *journal,
                                 const struct avow_journal_batch *batch)
{
    AVOW_ASSERT(!journal->is_open);
    struct avow_buf out;
    avow_buf_init(&out, AVOW_JOURNAL_BYTES_MAX);
    avow_buf_printf(&out, "batch %llu %llu ", (unsigned long long)batch->base,
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
        err = write_all(journal->fd, avow_buf_bytes(&out));
    avow_buf_fini(&out);
    if (err != AVOW_OK)
        return err;
    journal->is_open = true;
    journal->open =
        (struct avow_journal_batch){.base = batch->base, .size = batch->size, .root = batch->root};
    return AVOW_OK;
}

enum avow_err avow_journal_end(struct avow_journal *journal, bool done)
{
    AVOW_ASSERT(journal->is_open);
    enum avow_err err = write_all(journal->fd, avow_bytes_text(done ? "done\n" : "dead\n"));
    if (err != AVOW_OK)
        return err;
    free(journal->open.rows);
    journal->open.rows = NULL;
    journal->is_open = false;
    return AVOW_OK;
}
