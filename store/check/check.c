/* Checks a store in a child process: LMDB trusts its file, so a damaged one can kill its reader. */
#include "store/check/check_inner.h"

#include "sys/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/codec/id.h"

#define PROBLEMS_TOLD 1000
/* Of a meta page's transaction number in LMDB's data format 1: after the page's header, magic and
 * version, address, map size, two tables and the last page. */
#define META_TXN_OFFSET (16 + 8 + 8 + 8 + 2 * 48 + 8)

/* What the child writes to its parent, less than PIPE_BUF at once. */
struct message {
    enum { MESSAGE_PROBLEM, MESSAGE_END } kind;
    enum avow_err err; /* of MESSAGE_END */
    char what[96];
    char issuer[AVOW_ISSUER_TEXT_MAX];
    uint64_t index;
    struct avow_check_summary summary;
};

struct child {
    struct avow_check check; /* first: the callback gets a pointer to it */
    int pipe;
    struct avow_check_summary summary;
};

static void send_message(int pipe_end, const struct message *message)
{
    const uint8_t *at = (const uint8_t *)message;
    for (size_t left = sizeof(*message); left > 0;) {
        ssize_t written = write(pipe_end, at, left);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            _exit(1); /* the parent is gone */
        at += written;
        left -= (size_t)written;
    }
}

static void tell_problem(struct avow_check *check, const char *what, const struct avow_hash *issuer,
                         uint64_t index)
{
    struct child *child = (struct child *)check;
    struct message message = {.kind = MESSAGE_PROBLEM, .index = index};
    child->summary.problems++;
    if (child->summary.problems > PROBLEMS_TOLD)
        return;
    (void)snprintf(message.what, sizeof(message.what), "%s", what);
    if (issuer != NULL)
        avow_issuer_text(issuer, message.issuer);
    send_message(child->pipe, &message);
}

/* ------------------------------------------------------------------ the child */

static enum avow_err head_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct avow_check *check = context;
    struct avow_hash issuer;
    if (key.len != sizeof(issuer.bytes)) {
        check->problem(check, "a log's head has no issuer's key", NULL, 0);
        return AVOW_OK;
    }
    memcpy(issuer.bytes, key.data, sizeof(issuer.bytes));
    return avow_check_log(check, &issuer, value);
}

/* Rows of a log that has no head. */
static enum avow_err check_orphans(struct avow_check *check, enum avow_table table)
{
    struct avow_dbkey key = avow_dbkey_log(0);
    for (;;) {
        struct avow_bytes found;
        struct avow_bytes value;
        enum avow_err err = avow_db_seek(check->db, table, &key, &found, &value);
        if (err != AVOW_OK)
            return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
        uint32_t log = found.len >= 4 ? avow_get_u32be(found.data) : 0;
        if (avow_map64_find(&check->numbers, log) == NULL)
            check->problem(check, "rows belong to no log", NULL, log);
        if (log == UINT32_MAX)
            return AVOW_OK;
        key = avow_dbkey_log(log + 1);
    }
}

static enum avow_err name_row(void *context, struct avow_bytes key, struct avow_bytes value)
{
    struct avow_check *check = context;
    if (avow_row_open_with(&value, key) != AVOW_OK)
        check->problem(check, "a named value is damaged", NULL, 0);
    return AVOW_OK;
}

static enum avow_err check_counters(struct avow_check *check)
{
    struct avow_counters stored;
    enum avow_err err = avow_counters_read(check->db, &stored);
    if (err == AVOW_OK && stored.logs == check->found.logs &&
        stored.entries == check->found.entries && stored.bytes == check->found.bytes)
        return AVOW_OK;
    if (err == AVOW_OK || err == AVOW_ERR_CORRUPT)
        check->problem(check, "the store's counters are wrong", NULL, 0);
    return err == AVOW_ERR_CORRUPT ? AVOW_OK : err;
}

/* Each recognition's row has been found: there are no others. */
static enum avow_err check_subjects(struct avow_check *check)
{
    MDB_stat subjects;
    if (mdb_stat(check->db->txn, check->db->tables[AVOW_TABLE_SUBJECTS], &subjects) != MDB_SUCCESS)
        return AVOW_ERR_IO;
    if (subjects.ms_entries != check->recognitions)
        check->problem(check, "the index of recognitions has other rows than the logs", NULL, 0);
    return AVOW_OK;
}

static enum avow_err check_catalogue(struct avow_check *check)
{
    uint64_t numbers;
    uint64_t terms;
    enum avow_err err = avow_catalogue_count(check->db, &numbers, &terms);
    if (err == AVOW_OK && check->words != NULL &&
        (numbers != check->catalogued || terms != check->terms))
        check->problem(check, "the catalogue has other rows than the logs", NULL, 0);
    return err;
}

/* Each commit writes the meta page of its number's parity, so the two pages' numbers follow each
 * other. LMDB goes by the larger one: a flipped bit there would bring back an older state, whole.
 */
static enum avow_err check_metas(struct avow_check *check)
{
    MDB_stat pages;
    int fd;
    uint64_t number[2];
    MDB_env *env = mdb_txn_env(check->db->txn);
    if (mdb_env_stat(env, &pages) != MDB_SUCCESS || mdb_env_get_fd(env, &fd) != MDB_SUCCESS)
        return AVOW_ERR_IO;
    for (size_t i = 0; i < 2; i++) {
        off_t at = (off_t)(i * pages.ms_psize + META_TXN_OFFSET);
        if (pread(fd, &number[i], sizeof(number[i]), at) != (ssize_t)sizeof(number[i]))
            return AVOW_ERR_IO;
    }
    if (number[0] % 2 != 0 || (number[0] + 1 != number[1] && number[1] + 1 != number[0]))
        check->problem(check, "a meta page's number is damaged", NULL, 0);
    return AVOW_OK;
}

static enum avow_err check_all(struct avow_check *check)
{
    static const enum avow_table by_log[] = {
        AVOW_TABLE_PENDING, AVOW_TABLE_CHAINS,  AVOW_TABLE_BUNDLES, AVOW_TABLE_TILES,
        AVOW_TABLE_STATUS,  AVOW_TABLE_HISTORY, AVOW_TABLE_NUMBERS, AVOW_TABLE_CLASSES,
        AVOW_TABLE_PLACES,  AVOW_TABLE_FOREIGN};
    struct avow_dbkey first = {.len = 0};
    enum avow_err err = check_metas(check);
    if (err == AVOW_OK)
        err = avow_check_tables(check);
    if (err == AVOW_OK)
        err = avow_db_walk(check->db, AVOW_TABLE_HEADS, &first, 0, head_row, check);
    if (err == AVOW_OK)
        err = avow_check_branches(check);
    if (err == AVOW_OK)
        err = avow_check_forks(check);
    for (size_t i = 0; i < sizeof(by_log) / sizeof(by_log[0]) && err == AVOW_OK; i++)
        err = check_orphans(check, by_log[i]);
    if (err == AVOW_OK)
        err = avow_db_walk(check->db, AVOW_TABLE_NAMES, &first, 0, name_row, check);
    if (err == AVOW_OK)
        err = check_subjects(check);
    if (err == AVOW_OK)
        err = check_catalogue(check);
    return err == AVOW_OK ? check_counters(check) : err;
}

/* Words that another version of ICU has folded cannot be compared. */
static enum avow_err take_words(struct avow_check *check)
{
    uint32_t version;
    enum avow_err err = avow_catalogue_version_read(check->db, &version);
    if (err == AVOW_OK && version == avow_words_version())
        return avow_words_new(&check->words);
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND && err != AVOW_ERR_CORRUPT)
        return err;
    check->problem(check, "the catalogue is of another version: a node that opens it renews it",
                   NULL, 0);
    return AVOW_OK;
}

static enum avow_err run_child(struct child *child, const char *folder)
{
    struct avow_store_options options = {.read_only = true};
    struct avow_store *store;
    enum avow_err err = avow_store_open(folder, &options, &store);
    if (err != AVOW_OK)
        return err;
    MDB_txn *txn = NULL;
    err = avow_db_err(mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn), folder);
    struct avow_db db = {.txn = txn, .tables = store->tables, .folder = store->folder};
    child->check.db = &db;
    if (err == AVOW_OK)
        err = take_words(&child->check);
    if (err == AVOW_OK)
        err = check_all(&child->check);
    mdb_txn_abort(txn);
    avow_store_close(&store);
    avow_words_free(&child->check.words);
    avow_map64_fini(&child->check.numbers);
    child->summary.logs = child->check.found.logs;
    child->summary.entries = child->check.found.entries;
    return err;
}

/* A damaged file may kill this process; its parent's handlers are not for that. */
static void die_plainly(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        (void)signal(signals[i], SIG_DFL);
}

static _Noreturn void child_main(const char *folder, int pipe_end)
{
    die_plainly();
    struct child child = {.check = {.problem = tell_problem}, .pipe = pipe_end};
    struct message end = {.kind = MESSAGE_END};
    end.err = run_child(&child, folder);
    end.summary = child.summary;
    send_message(pipe_end, &end);
    _exit(0);
}

/* ----------------------------------------------------------------- the parent */

static bool receive(int pipe_end, struct message *message)
{
    uint8_t *at = (uint8_t *)message;
    for (size_t left = sizeof(*message); left > 0;) {
        ssize_t got = read(pipe_end, at, left);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        left -= (size_t)got;
    }
    return true;
}

static enum avow_err listen_to(int pipe_end, avow_check_report *report, void *context,
                               struct avow_check_summary *summary)
{
    struct message message;
    while (receive(pipe_end, &message)) {
        if (message.kind == MESSAGE_END && message.err != AVOW_ERR_CORRUPT) {
            *summary = message.summary;
            return message.err;
        }
        if (message.kind == MESSAGE_END)
            break;
        summary->problems++;
        report(context, message.what, message.issuer, message.index);
    }
    summary->problems++;
    report(context, "its file cannot be read to its end: damaged, or no store at all", "", 0);
    return AVOW_OK;
}

static enum avow_err path_in(const char *folder, const char *name, char path[PATH_MAX])
{
    int len = snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return len < 0 || len >= PATH_MAX ? AVOW_ERR_TOO_LARGE : AVOW_OK;
}

/* The size of the store's file. Looked for first: checking a folder without one leaves nothing. */
static enum avow_err find_store(const char *folder, off_t *size)
{
    char path[PATH_MAX];
    struct stat found;
    enum avow_err err = path_in(folder, AVOW_STORE_FILE, path);
    if (err != AVOW_OK)
        return err;
    if (stat(path, &found) != 0)
        return errno == ENOENT ? AVOW_ERR_NOT_FOUND : avow_db_err(errno, folder);
    *size = found.st_size;
    return AVOW_OK;
}

/* No writer may have the folder open, nor come while it is being checked. */
static enum avow_err lock_folder(const char *folder, int *lock)
{
    char path[PATH_MAX];
    enum avow_err err = path_in(folder, AVOW_STORE_LOCK_FILE, path);
    if (err != AVOW_OK)
        return err;
    *lock = avow_fd_open(path, O_RDWR | O_CREAT, 0600);
    if (*lock < 0)
        return errno == ENOENT ? AVOW_ERR_NOT_FOUND : avow_db_err(errno, folder);
    err = avow_fd_lock(*lock);
    if (err != AVOW_OK)
        (void)close(*lock);
    return err;
}

enum avow_err avow_store_check(const char *folder, avow_check_report *report, void *context,
                               struct avow_check_summary *summary)
{
    int ends[2];
    int lock;
    off_t size = 0;
    *summary = (struct avow_check_summary){0};
    enum avow_err err = find_store(folder, &size);
    if (err == AVOW_OK && size == 0) {
        summary->problems = 1;
        report(context, "its file is empty", "", 0);
        return AVOW_OK;
    }
    if (err == AVOW_OK)
        err = lock_folder(folder, &lock);
    if (err != AVOW_OK)
        return err;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        (void)close(lock);
        return AVOW_ERR_IO;
    }
    pid_t child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        child_main(folder, ends[1]);
    }
    (void)close(ends[1]);
    if (child < 0)
        err = AVOW_ERR_IO;
    else
        err = listen_to(ends[0], report, context, summary);
    (void)close(ends[0]);
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    (void)close(lock);
    return err;
}
