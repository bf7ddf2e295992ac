/* avow log show: entries of a log, each with its proof checked. */
#include "cli/frame/ask.h"
#include "cli/frame/say.h"
#include "cli/frame/term.h"
#include "cli/home/home.h"
#include "cli/log/entry_show.h"
#include "client/page.h"
#include "proto/codec/id.h"
#include "proto/codec/json.h"

#include <inttypes.h>

#define COUNT_DEFAULT 50

static const struct avow_option options[] = {
    {.name = "issuer", .value = "ID", .help = "whose log: avow1\xe2\x80\xa6; else your own"},
    {.name = "from", .value = "N", .help = "the first entry; else the newest are shown"},
    {.name = "count", .value = "N", .help = "how many; 50 unless told"},
    {.name = NULL},
};

struct show {
    const struct avow_cli *cli;
    struct avow_hash issuer;
    bool has_from;
    uint64_t from, count;
    json_t *rows;
};

static int read_number(const struct avow_cli *cli, const char *option, uint64_t *value, bool *given)
{
    const char *text = avow_cli_value(cli, option);
    *given = text != NULL;
    if (text == NULL || avow_id_decimal_parse(avow_bytes_text(text), value) == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--%s %s is not a number", option, text);
}

static int read_call(const struct avow_cli *cli, struct show *show)
{
    const char *id = avow_cli_value(cli, "issuer");
    bool has_count;
    show->count = COUNT_DEFAULT;
    int status = read_number(cli, "from", &show->from, &show->has_from);
    if (status == AVOW_EXIT_OK)
        status = read_number(cli, "count", &show->count, &has_count);
    if (status != AVOW_EXIT_OK || id == NULL)
        return status != AVOW_EXIT_OK ? status : avow_home_issuer(cli, &show->issuer);
    if (avow_id_issuer_parse(avow_bytes_text(id), &show->issuer) == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--issuer %s is not an issuer's id", id);
}

static void print_head(const struct show *show, const struct avow_log_proof *proof)
{
    char id[AVOW_ISSUER_TEXT_MAX], time[AVOW_TERM_TIME_MAX];
    const struct avow_chain_names names = avow_chain_names(&proof->chain, AVOW_NEVER);
    avow_id_issuer_text(&show->issuer, id);
    avow_term_time(proof->checkpoint.time, time);
    avow_cli_print_text(show->cli->out, names.name);
    (void)fputs(", ", show->cli->out);
    avow_cli_print_text(show->cli->out, names.jurisdiction);
    (void)fprintf(show->cli->out, "\n%s\n%" PRIu64 " entries, epoch %" PRIu32 ", signed %s%s\n\n",
                  id, proof->checkpoint.size, proof->checkpoint.epoch, time,
                  proof->chain.closed ? ", closed" : "");
}

static int show_page(struct show *show, const struct avow_page *page)
{
    const bool colour = avow_cli_may_colour(show->cli->out);
    for (uint64_t index = page->from; index < page->to; index++) {
        struct avow_shown shown;
        if (!avow_shown_get(page->proof, index, &shown))
            continue; /* a page is whole */
        if (!show->cli->json)
            avow_shown_print(show->cli->out, &shown, colour);
        else if (json_array_append_new(show->rows, avow_shown_json(&shown)) != 0)
            return avow_cli_fail(show->cli, AVOW_EXIT_NEGATIVE, "out of memory");
    }
    return AVOW_EXIT_OK;
}

/* The newest `count` unless told where to start: the first page, of nothing, tells the size. */
static int show_head(struct show *show, struct avow_client *client)
{
    AVOW_CLEANUP(avow_page_fini)
    struct avow_page page;
    int status = avow_ask_status(avow_page_fetch(client, &show->issuer, 0, 0, &page));
    if (status != AVOW_EXIT_OK)
        return avow_cli_fail(show->cli, status, "%s", page.fetched.reason);
    const uint64_t size = page.proof->checkpoint.size;
    if (!show->has_from)
        show->from = size > show->count ? size - show->count : 0;
    if (!show->cli->json)
        print_head(show, page.proof);
    return AVOW_EXIT_OK;
}

static int show_entries(struct show *show, struct avow_client *client)
{
    int status = show_head(show, client);
    while (status == AVOW_EXIT_OK && show->count > 0) {
        AVOW_CLEANUP(avow_page_fini)
        struct avow_page page;
        const size_t wanted = show->count < SIZE_MAX ? (size_t)show->count : SIZE_MAX;
        status = avow_ask_status(avow_page_fetch(client, &show->issuer, show->from, wanted, &page));
        if (status != AVOW_EXIT_OK)
            return avow_cli_fail(show->cli, status, "%s", page.fetched.reason);
        if (page.to == page.from)
            break;
        status = show_page(show, &page);
        show->count -= page.to - page.from;
        show->from = page.to;
    }
    return status;
}

static int run(struct avow_cli *cli)
{
    struct show show = {.cli = cli};
    int status = read_call(cli, &show);
    if (status != AVOW_EXIT_OK)
        return status;
    char reason[AVOW_FETCH_REASON_MAX];
    AVOW_CLEANUP(avow_client_free)
    struct avow_client *client = avow_ask_connect(cli, AVOW_PEER_CLIENT, reason);
    if (client == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s", reason);
    AVOW_CLEANUP(avow_json_release)
    json_t *rows = json_array();
    show.rows = rows;
    status = show_entries(&show, client);
    if (status != AVOW_EXIT_OK || !cli->json)
        return status;
    return avow_cli_print_json(cli, json_incref(rows));
}

const struct avow_command avow_cmd_log_show = {
    .name = "log show",
    .operands = "",
    .summary = "read a log, each entry proved to be in it",
    .details =
        "Shows entries of a log with their state now, the newest unless told otherwise. Each is "
        "checked against the issuer's signed checkpoint before it is shown. avow log audit checks "
        "a log as a whole.",
    .options = options,
    .json = true,
    .run = run,
};
