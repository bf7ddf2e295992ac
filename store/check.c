/* Checks a store in a child process: LMDB trusts its file, so a damaged one can kill its reader. */
#include "store/check/check.h"
#include "store/env_inner.h"

#include "sys/fd.h"
#include "sys/files.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/codec/id.h"

#define PROBLEMS_TOLD 1000
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
    struct avow_checker check; /* first: the callback gets a pointer to it */
    int pipe;
    struct avow_check_summary summary;
};

static void send_message(int pipe_end, const struct message *message)
{
    if (avow_fd_write(pipe_end, avow_bytes(message, sizeof(*message))) != AVOW_OK)
        _exit(1); /* the parent is gone */
}

static void tell_problem(struct avow_checker *check, const char *what,
                         const struct avow_hash *issuer, uint64_t index)
{
    struct child *child = (struct child *)check;
    struct message message = {.kind = MESSAGE_PROBLEM, .index = index};
    child->summary.problems++;
    if (child->summary.problems > PROBLEMS_TOLD)
        return;
    (void)snprintf(message.what, sizeof(message.what), "%s", what);
    if (issuer != NULL)
        avow_id_issuer_text(issuer, message.issuer);
    send_message(child->pipe, &message);
}

/* ------------------------------------------------------------------ the child */

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
        err = avow_checker_all(&child->check);
    mdb_txn_abort(txn);
    avow_store_close(&store);
    avow_checker_fini(&child->check);
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
    size_t got;
    return avow_fd_read(pipe_end, message, sizeof(*message), &got) == AVOW_OK &&
           got == sizeof(*message);
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

/* No writer may have the folder open, nor come while it is being checked. */
static enum avow_err lock_folder(const char *folder, int *lock)
{
    char path[AVOW_PATH_BYTES];
    enum avow_err err = avow_folder_join(folder, AVOW_STORE_LOCK_FILE, path);
    if (err != AVOW_OK)
        return err;
    err = avow_fd_open_file(path, O_RDWR | O_CREAT, 0600, lock);
    if (err != AVOW_OK)
        return err == AVOW_ERR_IO ? avow_db_err(errno, folder) : err;
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
    *summary = (struct avow_check_summary){0};
    enum avow_err err = avow_store_judge_file(folder); /* a folder without one is left as it is */
    if (err == AVOW_ERR_CORRUPT) {
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
