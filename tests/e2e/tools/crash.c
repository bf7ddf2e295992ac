/* crash AVOWD DATA PORT KILLS SEED LEDGER: kills a node under ingest, again and again.
 *
 * Starts the node, has four issuers submit to it without a pause, each batch in one to three
 * pieces, ends the node by SIGKILL at a random instant, and starts it again. What the node has
 * acknowledged is written to LEDGER, "issuer size root" a line, before anything else is done. Each
 * time an issuer gets through again, its log must be where it was acknowledged last, or where the
 * one batch takes it that was under way. In the end every acknowledged size must be a prefix of
 * the node's log, and every entry there byte by byte what was submitted.
 *
 * Prints one line, "KILLS kills, N acknowledged, …". Exits 1 at the first thing that is lost. */
#include "proto/codec/id.h"
#include "tests/e2e/tools/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ISSUERS 4
#define BATCH_MAX 300
/* Of a node's life, from its start: some end before it listens. */
#define LIFE_MAX_US 130000
#define LONG_LIVED_EACH 4

struct shared {
    const char *avowd, *data;
    char address[32];
    char log[4096];
    FILE *ledger;
    pthread_mutex_t mutex; /* guards `ledger` */
    atomic_bool stopping;
    atomic_ullong acknowledged;
};

struct mark {
    uint64_t size;
    struct avow_hash root;
};

struct submitter {
    struct shared *shared;
    unsigned number;
    uint64_t random;
    struct tool_issuer issuer;
    bool started;
    struct avow_client *client; /* NULL: not connected */
    struct mark accepted;       /* by an answer of the node, or by what it showed later */
    bool under_way;             /* `text` was proposed, and what became of it is not known */
    bool was_signed;
    struct avow_checkpoint text;
    struct mark *marks; /* acknowledged */
    size_t count, cap;
    uint64_t resumed; /* texts that were completed on another connection */
};

static void pause_ms(long ms)
{
    const struct timespec step = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&step, NULL);
}

/* ---- what is acknowledged ---- */

static void record(struct submitter *submitter, const struct mark *mark)
{
    char id[AVOW_ISSUER_TEXT_MAX], hex[65];
    struct shared *shared = submitter->shared;
    avow_id_issuer_text(&submitter->issuer.id, id);
    for (size_t i = 0; i < 32; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", mark->root.bytes[i]);
    pthread_mutex_lock(&shared->mutex);
    (void)fprintf(shared->ledger, "%s %llu %s\n", id, (unsigned long long)mark->size, hex);
    tool_expect(fflush(shared->ledger) == 0, "a ledger that can be written");
    pthread_mutex_unlock(&shared->mutex);
    if (submitter->count == submitter->cap) {
        submitter->cap = submitter->cap * 2 + 1024;
        submitter->marks = realloc(submitter->marks, submitter->cap * sizeof(*mark));
        tool_expect(submitter->marks != NULL, "memory");
    }
    submitter->marks[submitter->count++] = *mark;
    atomic_fetch_add(&shared->acknowledged, 1);
}

/* ---- one submitter ---- */

static bool connect_again(struct submitter *submitter)
{
    char reason[AVOW_CLIENT_REASON_MAX];
    struct avow_client_config config = {
        .address = submitter->shared->address, .role = AVOW_PEER_CLIENT, .timeout_ms = 5000};
    if (avow_client_connect(&config, &submitter->client, reason) != AVOW_OK)
        return false;
    if (!submitter->started) {
        char seed[32];
        (void)snprintf(seed, sizeof(seed), "Crash %u", submitter->number);
        tool_issuer_init(&submitter->issuer, seed, avow_client_node(submitter->client),
                         submitter->shared->address);
        submitter->started = true;
    }
    return true;
}

static _Noreturn void lost(const struct submitter *submitter, const char *what, uint64_t size)
{
    tool_die("issuer %u: %s: the node shows %llu entries, acknowledged were %llu, under way %llu",
             submitter->number, what, (unsigned long long)size,
             (unsigned long long)submitter->accepted.size,
             submitter->under_way ? (unsigned long long)submitter->text.size : 0);
}

/* The log that the node shows is what was acknowledged last, or the batch under way is in it. */
static void compare(struct submitter *submitter, const struct avow_checkpoint *shown)
{
    const struct mark *accepted = &submitter->accepted;
    if (submitter->under_way && avow_checkpoint_same_text(shown, &submitter->text)) {
        if (!submitter->was_signed)
            lost(submitter, "accepted without a signature", shown->size);
        submitter->accepted = (struct mark){.size = shown->size, .root = shown->root};
        submitter->under_way = false;
    } else if (shown->size != accepted->size || !avow_hash_equal(&shown->root, &accepted->root)) {
        lost(submitter, shown->size < accepted->size ? "lost" : "not what was signed", shown->size);
    }
}

static enum avow_err look(struct submitter *submitter)
{
    struct tool_view view;
    struct avow_message answer;
    enum avow_err err =
        tool_view_fetch(&view, submitter->client, &submitter->issuer.id, 0, &answer);
    if (err == AVOW_OK) {
        compare(submitter, &view.proof->checkpoint);
    } else if (err == AVOW_ERR_REFUSED) {
        if (answer.code != AVOW_REFUSAL_UNKNOWN_LOG)
            tool_die("%s", avow_client_reason(submitter->client));
        if (submitter->accepted.size > 0)
            lost(submitter, "unknown", 0);
        err = AVOW_OK;
    }
    tool_view_fini(&view);
    return err;
}

static void make_batch(struct submitter *submitter)
{
    struct tool_issuer *issuer = &submitter->issuer;
    uint64_t count = 1 + tool_random(&submitter->random, BATCH_MAX);
    for (uint64_t i = 0; i < count; i++) {
        struct avow_hash commitment = tool_commitment(issuer->seed, issuer->made++);
        tool_append_issue(issuer->draft, issuer->achievement, &commitment);
    }
    tool_expect(avow_draft_checkpoint(issuer->draft, tool_unix(), &submitter->text) == AVOW_OK,
                "a checkpoint");
    submitter->under_way = true;
    submitter->was_signed = false;
}

static enum avow_err submit(struct submitter *submitter)
{
    struct avow_message answer = {0};
    const struct avow_draft *draft = submitter->issuer.draft;
    uint64_t base = submitter->accepted.size, end = submitter->text.size, from = base;
    uint64_t piece = (end - base) / (1 + tool_random(&submitter->random, 3)) + 1;
    enum avow_err err = AVOW_OK;
    while (err == AVOW_OK && answer.whole == 0) {
        uint64_t to = end - from > piece ? from + piece : end;
        err = tool_propose(submitter->client, draft, &submitter->text, from, to, &answer);
        if (err == AVOW_OK && (answer.size <= from || answer.size > end))
            tool_die("after entries up to %llu, the node says that it holds %llu",
                     (unsigned long long)to, (unsigned long long)answer.size);
        from = answer.size; /* of the same text, more may be there from before */
    }
    if (err == AVOW_OK) {
        submitter->was_signed = true;
        err = tool_sign(submitter->client, &submitter->text, &submitter->issuer.keys, &answer);
    }
    if (err == AVOW_ERR_REFUSED)
        tool_die("issuer %u: %s", submitter->number, avow_client_reason(submitter->client));
    if (err != AVOW_OK)
        return err;
    struct mark mark = {.size = end, .root = submitter->text.root};
    record(submitter, &mark);
    submitter->accepted = mark;
    submitter->under_way = false;
    return AVOW_OK;
}

/* Until the connection fails, or all is to end. */
static void serve(struct submitter *submitter)
{
    struct avow_message answer;
    enum avow_err err = look(submitter);
    if (err == AVOW_OK)
        err = tool_prove_signer(submitter->client, &submitter->issuer.id, &submitter->issuer.keys,
                                &answer);
    if (err == AVOW_OK && submitter->under_way) {
        submitter->resumed++;
        err = submit(submitter);
    }
    while (err == AVOW_OK && !atomic_load(&submitter->shared->stopping)) {
        make_batch(submitter);
        err = submit(submitter);
    }
    if (err == AVOW_ERR_REJECTED || err == AVOW_ERR_TIMEOUT || err == AVOW_ERR_REFUSED)
        tool_die("issuer %u: %s", submitter->number, avow_client_reason(submitter->client));
}

static void *run(void *argument)
{
    struct submitter *submitter = argument;
    while (!atomic_load(&submitter->shared->stopping)) {
        if (connect_again(submitter))
            serve(submitter);
        else
            pause_ms(1);
        avow_client_free(&submitter->client);
    }
    return NULL;
}

/* ---- in the end ---- */

static void check_marks(struct submitter *submitter)
{
    for (size_t i = 0; i < submitter->count; i++) {
        const struct mark *mark = &submitter->marks[i];
        struct avow_message answer;
        struct avow_message question = {.type = AVOW_MESSAGE_GET_CONSISTENCY,
                                        .issuer = submitter->issuer.id,
                                        .from = mark->size,
                                        .size = submitter->accepted.size};
        if (mark->size == submitter->accepted.size) {
            tool_expect(avow_hash_equal(&mark->root, &submitter->accepted.root), "one root");
            continue;
        }
        enum avow_err err =
            avow_client_ask(submitter->client, &question, AVOW_MESSAGE_CONSISTENCY, &answer);
        if (err != AVOW_OK)
            tool_die("%s", avow_client_reason(submitter->client));
        if (avow_merkle_consistency_check(mark->size, &mark->root, submitter->accepted.size,
                                          &submitter->accepted.root, &answer.path) != AVOW_ACCEPT)
            lost(submitter, "acknowledged, and not in the log", submitter->accepted.size);
    }
}

static void check_entries(struct submitter *submitter)
{
    uint64_t index = 0;
    while (index < submitter->accepted.size) {
        struct avow_message answer;
        struct avow_message question = {.type = AVOW_MESSAGE_GET_RANGE,
                                        .issuer = submitter->issuer.id,
                                        .from = index,
                                        .count = 1000,
                                        .size = submitter->accepted.size};
        struct avow_bytes entry;
        if (avow_client_ask(submitter->client, &question, AVOW_MESSAGE_RANGE, &answer) != AVOW_OK)
            tool_die("%s", avow_client_reason(submitter->client));
        tool_expect(answer.from == index && answer.entries.count > 0, "the range asked for");
        for (; avow_list_next_entry(&answer.entries, &entry); index++) {
            if (!avow_bytes_equal(entry, avow_draft_entry(submitter->issuer.draft, index)))
                tool_die("issuer %u: entry %llu is not what was submitted", submitter->number,
                         (unsigned long long)index);
        }
    }
}

static void check_whole(struct submitter *submitter)
{
    for (unsigned tries = 0; submitter->client == NULL; tries++) {
        tool_expect(tries < 10000, "a node that can be reached");
        if (!connect_again(submitter))
            pause_ms(1);
    }
    if (look(submitter) != AVOW_OK)
        tool_die("%s", avow_client_reason(submitter->client));
    check_marks(submitter);
    check_entries(submitter);
    avow_client_free(&submitter->client);
}

/* ---- the node ---- */

static pid_t start_node(const struct shared *shared)
{
    pid_t pid = fork();
    tool_expect(pid >= 0, "a process");
    if (pid > 0)
        return pid;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* no orphan, however this program ends */
    int log = open(shared->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log >= 0 && dup2(log, STDERR_FILENO) >= 0)
        (void)execl(shared->avowd, "avowd", "--data", shared->data, "--listen", shared->address,
                    (char *)NULL);
    _exit(127);
}

static void kill_node(pid_t pid)
{
    int status;
    (void)kill(pid, SIGKILL);
    tool_expect(waitpid(pid, &status, 0) == pid, "the node's end");
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        tool_die("the node ended by itself: status %d", status);
}

static void stop_node(pid_t pid)
{
    int status;
    (void)kill(pid, SIGTERM);
    tool_expect(waitpid(pid, &status, 0) == pid, "the node's end");
    if (status != 0)
        tool_die("the node did not stop in order: status %d", status);
}

/* However slow the machine is: some nodes live until they have acknowledged something. */
static void await_acknowledgement(struct shared *shared)
{
    unsigned long long before = atomic_load(&shared->acknowledged);
    for (int i = 0; atomic_load(&shared->acknowledged) == before; i++) {
        tool_expect(i < 60000, "an acknowledgement within a minute");
        pause_ms(1);
    }
}

static void kill_again_and_again(struct shared *shared, uint64_t kills, uint64_t seed)
{
    for (uint64_t i = 0; i < kills; i++) {
        pid_t pid = start_node(shared);
        uint64_t life_us = tool_random(&seed, LIFE_MAX_US);
        const struct timespec life = {.tv_nsec = (long)life_us * 1000};
        if (i % LONG_LIVED_EACH == 0)
            await_acknowledgement(shared);
        (void)nanosleep(&life, NULL);
        kill_node(pid);
    }
}

static void set_up(struct shared *shared, char **argv)
{
    shared->avowd = argv[1];
    shared->data = argv[2];
    (void)snprintf(shared->address, sizeof(shared->address), "127.0.0.1:%s", argv[3]);
    (void)snprintf(shared->log, sizeof(shared->log), "%s.log", argv[2]);
    shared->ledger = fopen(argv[6], "we");
    tool_expect(shared->ledger != NULL, "a ledger");
    tool_expect(pthread_mutex_init(&shared->mutex, NULL) == 0, "a mutex");
}

static void report(const struct submitter *submitters, uint64_t kills)
{
    uint64_t acknowledged = 0, entries = 0, resumed = 0;
    for (unsigned i = 0; i < ISSUERS; i++) {
        acknowledged += submitters[i].count;
        entries += submitters[i].accepted.size;
        resumed += submitters[i].resumed;
    }
    (void)printf("%llu kills, %llu acknowledged, %llu entries, %llu resumed\n",
                 (unsigned long long)kills, (unsigned long long)acknowledged,
                 (unsigned long long)entries, (unsigned long long)resumed);
    tool_expect(acknowledged >= kills / LONG_LIVED_EACH, "submissions between the kills");
}

int main(int argc, char **argv)
{
    static struct shared shared;
    static struct submitter submitters[ISSUERS];
    pthread_t threads[ISSUERS];
    if (argc != 7 || avow_crypto_init() != AVOW_OK)
        tool_die("usage: crash AVOWD DATA PORT KILLS SEED LEDGER");
    set_up(&shared, argv);
    uint64_t kills = tool_number(argv[4]), seed = tool_number(argv[5]);
    for (unsigned i = 0; i < ISSUERS; i++) {
        submitters[i] = (struct submitter){.shared = &shared, .number = i, .random = seed + i};
        tool_expect(pthread_create(&threads[i], NULL, run, &submitters[i]) == 0, "a thread");
    }
    kill_again_and_again(&shared, kills, seed);
    atomic_store(&shared.stopping, true);
    for (unsigned i = 0; i < ISSUERS; i++)
        tool_expect(pthread_join(threads[i], NULL) == 0, "a thread's end");
    pid_t pid = start_node(&shared);
    for (unsigned i = 0; i < ISSUERS; i++)
        check_whole(&submitters[i]);
    stop_node(pid);
    report(submitters, kills);
    return 0;
}
