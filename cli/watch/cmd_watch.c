/* avow watch: what happens in logs, as it arrives.
 *
 * One connection hears announcements; what they announce is fetched over another, with proofs. An
 * announcement that is missed is made up for by listing the logs after each connection. Signals
 * that end the program are taken only while it waits, when nothing is half done. */
#include "cli/frame/ask.h"
#include "cli/frame/say.h"
#include "cli/frame/term.h"
#include "cli/watch/interest.h"
#include "cli/watch/watcher.h"
#include "client/logs.h"
#include "proto/codec/id.h"
#include "proto/json/dump.h"

#include <signal.h>
#include <sodium.h>
#include <time.h>
#include <unistd.h>

#define IDLE_MS 5000 /* without an announcement; then the node is asked whether it is there */
#define ROW (JSON_COMPACT | JSON_REAL_PRECISION(12)) /* one line an event */
#define BACK_OFF_MIN_MS 500
#define BACK_OFF_MAX_MS 30000

static const struct avow_option options[] = {
    {.name = "issuer",
     .value = "ID",
     .help = "only this issuer's log; may be repeated",
     .repeatable = true},
    {.name = "achievement", .value = "N", .help = "only credentials of this achievement"},
    {.name = "credentials",
     .value = "FILE|DIR",
     .help = "only these: a badge, a folder of badges, or references, one a line"},
    {.name = "from",
     .value = "CURSOR",
     .help = "go on where this file says, and keep it up to date"},
    {.name = NULL},
};

struct watch {
    const struct avow_cli *cli;
    struct avow_interest interest;
    struct avow_cursor cursor;
    const char *cursor_path;
    struct avow_client *listener, *asker;
    bool begun;   /* the first listing is done: a log not known before is new */
    bool changed; /* the cursor differs from its file */
    int status;   /* what ends the program, or OK */
};

/* ------------------------------------------------------------------ signals */

static void leave(int number)
{
    (void)number;
    _exit(AVOW_EXIT_OK);
}

static void set_signals(int how)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)sigprocmask(how, &set, NULL);
}

static void take_signals(void)
{
    struct sigaction action = {.sa_handler = leave};
    set_signals(SIG_BLOCK);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

static void pause_ms(unsigned ms)
{
    const struct timespec span = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    set_signals(SIG_UNBLOCK);
    (void)nanosleep(&span, NULL);
    set_signals(SIG_BLOCK);
}

/* ------------------------------------------------------------------ telling */

static void tell(void *context, struct avow_client *client, const struct avow_log_proof *proof,
                 uint64_t index)
{
    struct watch *watch = context;
    const struct avow_cli *cli = watch->cli;
    struct avow_shown shown;
    watch->changed = true;
    if (!avow_shown_get(proof, index, &shown) ||
        !avow_interest_entry(&watch->interest, client, &shown))
        return;
    if (!cli->json) {
        const struct avow_chain_names names = avow_chain_names(&proof->chain, AVOW_NEVER);
        avow_cli_print_text(cli->out, names.name);
        avow_shown_print(cli->out, &shown, avow_cli_may_colour(cli->out));
    } else {
        const int status =
            avow_cli_print_json_text(cli, avow_json_dump_as(avow_shown_json(&shown), ROW));
        watch->status = status == AVOW_EXIT_OK ? watch->status : status;
    }
    /* An event must be out before the cursor says so, and now rather than later. */
    if (fflush(cli->out) != 0 && watch->status == AVOW_EXIT_OK)
        watch->status = avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot write an event");
}

static void save(struct watch *watch)
{
    if (watch->cursor_path == NULL || !watch->changed || watch->status != AVOW_EXIT_OK)
        return;
    enum avow_err err = avow_cursor_save(&watch->cursor, watch->cursor_path);
    watch->changed = false;
    if (err != AVOW_OK)
        watch->status = avow_cli_fail(watch->cli, AVOW_EXIT_NEGATIVE, "cannot write %s: %s",
                                      watch->cursor_path, avow_err_text(err));
}

/* ------------------------------------------------------------------ following */

static bool need_asker(struct watch *watch, char *reason)
{
    if (watch->asker == NULL)
        watch->asker = avow_ask_connect(watch->cli, AVOW_PEER_CLIENT, reason);
    return watch->asker != NULL;
}

/* Page by page, so that the program can be ended between them. An exit status. */
static int follow_log(struct watch *watch, struct avow_position *position, char *reason)
{
    bool more = true;
    int status = AVOW_EXIT_OK;
    while (more && status == AVOW_EXIT_OK && watch->status == AVOW_EXIT_OK) {
        status = avow_watcher_follow(watch->asker, position, tell, watch, &more, reason);
        save(watch);
        pause_ms(0);
    }
    return status;
}

/* A log's news. False when the connection is of no more use. */
static bool follow(struct watch *watch, const struct avow_hash *issuer)
{
    char reason[AVOW_FETCH_REASON_MAX];
    char id[AVOW_ISSUER_TEXT_MAX];
    struct avow_position fresh = {.issuer = *issuer};
    if (!avow_interest_log(&watch->interest, issuer))
        return true;
    if (!need_asker(watch, reason))
        return false;
    struct avow_position *position = avow_cursor_find(&watch->cursor, issuer);
    const bool known = position != NULL;
    if (!known)
        position = avow_cursor_add(&watch->cursor, &fresh);
    if (position == NULL) {
        watch->status = avow_cli_fail(watch->cli, AVOW_EXIT_NEGATIVE,
                                      "the node names more logs than can be followed");
        return false;
    }
    watch->changed = watch->changed || !known;
    const bool from_now = !known && !watch->begun && !watch->cursor.loaded;
    int status = from_now ? avow_watcher_start(watch->asker, position, reason)
                          : follow_log(watch, position, reason);
    if (status == AVOW_EXIT_OK)
        return watch->status == AVOW_EXIT_OK;
    avow_id_issuer_text(issuer, id);
    avow_cli_note(watch->cli, "%s: %s", id, reason);
    avow_client_free(&watch->asker); /* a fresh one will do, or tell that the node is gone */
    pause_ms(0);
    return true;
}

/* All logs of the node, page by page: makes up for what was announced to nobody. */
static bool catch_up(struct watch *watch, char *reason)
{
    struct avow_logs logs = {0};
    while (!logs.last) {
        if (!need_asker(watch, reason))
            return false;
        if (avow_logs_next(watch->asker, &logs) != AVOW_OK) {
            (void)snprintf(reason, AVOW_FETCH_REASON_MAX, "%s", avow_client_reason(watch->asker));
            return false;
        }
        for (size_t i = 0; i < logs.count; i++) {
            if (!follow(watch, &logs.issuers[i]))
                return false;
        }
    }
    watch->begun = true;
    save(watch);
    return true;
}

/* ------------------------------------------------------------------ the connection */

static bool connect_listener(struct watch *watch, char *reason)
{
    struct avow_client_config config =
        avow_ask_config(watch->cli, watch->cli->node, AVOW_PEER_WATCHER);
    if (config.timeout_ms == 0)
        config.timeout_ms = IDLE_MS;
    char why[AVOW_CLIENT_REASON_MAX] = "";
    struct avow_message question = {.type = AVOW_MESSAGE_STATUS};
    struct avow_message answer = {0};
    set_signals(SIG_UNBLOCK);
    enum avow_err err = avow_client_connect(&config, &watch->listener, why);
    set_signals(SIG_BLOCK);
    /* The answer shows that the node knows what we are: from now on it announces. */
    if (err == AVOW_OK) {
        err = avow_client_ask(watch->listener, &question, AVOW_MESSAGE_STATUS_REPLY, &answer);
        if (err != AVOW_OK)
            (void)snprintf(why, sizeof(why), "%s", avow_client_reason(watch->listener));
    }
    (void)snprintf(reason, AVOW_FETCH_REASON_MAX, "%s", why);
    return err == AVOW_OK;
}

static void disconnect(struct watch *watch)
{
    avow_client_free(&watch->listener);
    avow_client_free(&watch->asker);
}

/* Asks whether the node is still there; it answers before the next such question, or is gone. */
static bool ask_whether_there(struct watch *watch, bool *asked)
{
    struct avow_message ping = {.type = AVOW_MESSAGE_PING};
    const bool gone = *asked;
    avow_client_free(&watch->asker); /* not kept idle */
    *asked = true;
    return !gone && avow_client_send(watch->listener, &ping) == AVOW_OK;
}

/* Until the connection ends. */
static void listen_on(struct watch *watch)
{
    struct avow_message message = {0};
    bool asked = false;
    while (watch->status == AVOW_EXIT_OK) {
        set_signals(SIG_UNBLOCK);
        enum avow_err err = avow_client_receive(watch->listener, &message);
        set_signals(SIG_BLOCK);
        if (err == AVOW_ERR_TIMEOUT && ask_whether_there(watch, &asked))
            continue;
        if (err != AVOW_OK)
            return;
        asked = false;
        if (message.type != AVOW_MESSAGE_ANNOUNCE)
            continue;
        const struct avow_hash issuer = message.checkpoint.issuer;
        if (!follow(watch, &issuer))
            return;
        save(watch);
    }
}

static int run_watch(struct watch *watch)
{
    char reason[AVOW_FETCH_REASON_MAX];
    unsigned back_off_ms = BACK_OFF_MIN_MS;
    bool first = true;
    while (watch->status == AVOW_EXIT_OK) {
        const bool up = connect_listener(watch, reason) && catch_up(watch, reason);
        if (!up && first && watch->status == AVOW_EXIT_OK)
            return avow_cli_fail(watch->cli, AVOW_EXIT_UNKNOWN, "%s",
                                 reason[0] != '\0' ? reason : "the node cannot be asked");
        if (up) {
            if (!first)
                avow_cli_note(watch->cli, "connected again");
            back_off_ms = BACK_OFF_MIN_MS;
            first = false;
            listen_on(watch);
        }
        save(watch);
        disconnect(watch);
        if (watch->status != AVOW_EXIT_OK)
            break;
        if (up)
            avow_cli_note(watch->cli, "the connection to %s ended: trying again", watch->cli->node);
        pause_ms(back_off_ms / 2 + randombytes_uniform(back_off_ms));
        back_off_ms = back_off_ms < BACK_OFF_MAX_MS / 2 ? back_off_ms * 2 : BACK_OFF_MAX_MS;
    }
    return watch->status;
}

static int run(struct avow_cli *cli)
{
    struct watch watch = {.cli = cli, .cursor_path = avow_cli_value(cli, "from")};
    int status = avow_interest_read(cli, &watch.interest);
    if (status == AVOW_EXIT_OK && watch.cursor_path != NULL) {
        enum avow_err err = avow_cursor_load(&watch.cursor, watch.cursor_path);
        if (err != AVOW_OK)
            status = avow_cli_fail(
                cli, AVOW_EXIT_USAGE, "%s is not a cursor of avow watch: %s", watch.cursor_path,
                err == AVOW_ERR_REJECTED ? "its form is another" : avow_err_text(err));
    }
    if (status == AVOW_EXIT_OK) {
        take_signals();
        status = run_watch(&watch);
        disconnect(&watch);
    }
    avow_cursor_fini(&watch.cursor);
    avow_interest_fini(&watch.interest);
    return status;
}

const struct avow_command avow_cmd_watch = {
    .name = "watch",
    .operands = "",
    .summary = "print issuances and revocations as they arrive",
    .details =
        "Follows the logs of a node: every new entry is proved to be in a log that extends the one "
        "seen before, then printed, one line each (with --json one object a line). Without --from "
        "it begins with what comes next; with it, where the file says, and a file that is not "
        "there yet is made. The file is written after what it covers has been printed: after a "
        "crash the last events may come twice, and none is left out.\n"
        "\n"
        "The node is asked about whole logs and does not learn which credentials are watched, "
        "except that --achievement asks it what a changed credential was for. A connection that "
        "ends is made again. Ctrl-C ends the program with status 0.",
    .options = options,
    .json = true,
    .run = run,
};
