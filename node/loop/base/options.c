/* One row an option: options/option.h. */
#include "node/loop/base/options.h"

#include "options/manual.h"
#include "options/option.h"
#include "proto/codec/id.h"
#include "proto/codec/ini.h"
#include "sys/files.h"

#include <errno.h>

#define FILE_BYTES_MAX (1 << 20)

/* Port 0 is left to the caller to judge. */
static bool parse_endpoint(const char *text, struct avow_endpoint *endpoint)
{
    *endpoint = (struct avow_endpoint){0};
    const char *at = strchr(text, '@');
    if (at != NULL) {
        if (avow_id_node_parse(avow_bytes(text, (size_t)(at - text)), &endpoint->node) !=
            AVOW_ACCEPT)
            return false;
        endpoint->has_node = true;
        text = at + 1;
    }
    const char *colon = strrchr(text, ':');
    if (colon == NULL)
        return false;
    const char *host = text;
    size_t len = (size_t)(colon - text);
    if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
        host++;
        len -= 2;
    } else if (memchr(host, ':', len) != NULL) {
        return false;
    }
    uint64_t port;
    if (len == 0 || len >= AVOW_HOST_MAX || memchr(host, ' ', len) != NULL ||
        avow_id_decimal_parse(avow_bytes_text(colon + 1), &port) != AVOW_ACCEPT ||
        port > UINT16_MAX)
        return false;
    memcpy(endpoint->host, host, len);
    endpoint->port = (uint16_t)port;
    return true;
}

/* ---- the table ---- */

static bool set_listen(const struct avow_option *option, void *target, const char *text)
{
    struct avow_options *options = target;
    (void)option;
    return parse_endpoint(text, &options->listen) && !options->listen.has_node;
}

static bool set_peer(const struct avow_option *option, void *target, const char *text)
{
    struct avow_options *options = target;
    (void)option;
    if (options->peer_count == AVOW_PEERS_MAX)
        return false;
    struct avow_endpoint *peer = &options->peers[options->peer_count];
    if (!parse_endpoint(text, peer) || peer->port == 0)
        return false;
    options->peer_count++;
    return true;
}

static bool set_address(const struct avow_option *option, void *target, const char *text)
{
    struct avow_endpoint endpoint;
    return parse_endpoint(text, &endpoint) && !endpoint.has_node &&
           avow_option_set_text(option, target, text);
}

static bool set_level(const struct avow_option *option, void *target, const char *text)
{
    struct avow_options *options = target;
    (void)option;
    return avow_log_level_parse(text, &options->log_level);
}

#define AT(field) AVOW_OPTION_AT(struct avow_options, field)
#define TEXT(field) .set = avow_option_set_text, AT(field), .value
#define NUMBER(field, least, most)                                                                 \
    .value = "N", .set = avow_option_set_number, AT(field), .min = (least), .max = (most)
#define FLAG(field) .set = avow_option_set_flag, AT(field)

static const struct avow_option rows[] = {
    {.name = "data",
     TEXT(data) = "DIR",
     .form = "a folder",
     .required = true,
     .in_file = true,
     .help = "where the node keeps its key and its logs"},
    {.name = "listen",
     .value = "HOST:PORT",
     .set = set_listen,
     .form = "HOST:PORT",
     .required = true,
     .in_file = true,
     .help = "serve peers and clients here; port 0 is any free one"},
    {.name = "peer",
     .value = "[ID@]HOST:PORT",
     .set = set_peer,
     .repeatable = true,
     .form = "HOST:PORT or avownode1…@HOST:PORT, at most 64 of them",
     .in_file = true,
     .help = "keep a connection to this node, whose id may be pinned"},
    {.name = "network",
     TEXT(network) = "NAME",
     .form = "a name of 1 to 64 bytes",
     .in_file = true,
     .fallback = "main",
     .help = "only nodes of the same network talk"},
    {.name = "address",
     .value = "HOST:PORT",
     .set = set_address,
     AT(address),
     .form = "HOST:PORT",
     .in_file = true,
     .help = "how others reach this node, told to peers"},
    {.name = "policies",
     TEXT(policies) = "DIR",
     .form = "a folder",
     .in_file = true,
     .help = "policies that clients may ask for by name: NAME.ini in this folder"},
    {.name = "query-threads",
     NUMBER(query_threads, 0, 64),
     .form = "a number from 0 to 64",
     .in_file = true,
     .fallback = "one a core",
     .help = "threads that answer queries"},
    {.name = "links-max",
     NUMBER(links_max, 4, 4096),
     .form = "a number from 4 to 4096",
     .in_file = true,
     .fallback = "256",
     .help = "connections at once"},
    {.name = "links-per-address",
     NUMBER(links_per_address, 1, 4096),
     .form = "a number from 1 to 4096",
     .in_file = true,
     .fallback = "128",
     .help = "of them from one address"},
    {.name = "store-max-bytes",
     NUMBER(store_max_bytes, 0, AVOW_UINT_MAX),
     .form = "a number of bytes",
     .in_file = true,
     .fallback = "64 GiB; 0: no bound",
     .help = "take no more entries over so many bytes"},
    {.name = "log-max-bytes",
     NUMBER(log_max_bytes, 0, AVOW_UINT_MAX),
     .form = "a number of bytes",
     .in_file = true,
     .fallback = "16 GiB; 0: no bound",
     .help = "of them of one log, its status changes and keys aside"},
    {.name = "log-level",
     .value = "LEVEL",
     .set = set_level,
     .form = "error, warn, info or debug",
     .in_file = true,
     .fallback = "info",
     .help = "error, warn, info or debug"},
    {.name = "config",
     TEXT(config) = "FILE",
     .form = "a file",
     .help = "read options from the [node] section of this file"},
    {.name = "help", .letter = 'h', FLAG(help), .help = "print this"},
    {.name = "manual", FLAG(manual), .help = "print the manual page, avowd(8)"},
    {.name = "version", FLAG(version), .help = "print the version"},
    {0},
};
static const struct avow_option *const tables[] = {rows, NULL};

/* ---- flags ---- */

static enum avow_err read_flags(struct avow_words *words, struct avow_buf *error)
{
    enum avow_err err = AVOW_OK;
    while (err == AVOW_OK && avow_words_at_option(words))
        err = avow_words_take(words, error);
    if (err != AVOW_OK || words->next >= words->argc)
        return err;
    avow_buf_printf(error, "\"%.400s\" is no option", words->argv[words->next]);
    return AVOW_ERR_INVALID;
}

/* ---- file ---- */

/* Name and value with a NUL behind each, in `storage`, which is emptied. */
static enum avow_err take_pair(struct avow_words *words, const struct avow_ini *ini,
                               struct avow_buf *storage, struct avow_buf *error)
{
    if (!avow_bytes_equal(ini->section, avow_bytes_text("node"))) {
        avow_buf_printf(error, "%.*s: no such section; options stand in [node]",
                        (int)ini->section.len, (const char *)ini->section.data);
        return AVOW_ERR_INVALID;
    }
    avow_buf_clear(storage);
    avow_buf_append(storage, ini->name.data, ini->name.len);
    avow_buf_append(storage, "", 1);
    avow_buf_append(storage, ini->value.data, ini->value.len);
    avow_buf_append(storage, "", 1);
    if (storage->err != AVOW_OK)
        return storage->err;
    const char *name = (const char *)storage->data;
    return avow_words_take_setting(words, name, name + ini->name.len + 1, error);
}

static enum avow_err take_item(struct avow_words *words, const struct avow_ini *ini,
                               enum avow_ini_item item, struct avow_buf *storage,
                               struct avow_buf *error)
{
    if (item == AVOW_INI_PAIR)
        return take_pair(words, ini, storage, error);
    if (item == AVOW_INI_SECTION)
        return AVOW_OK;
    avow_buf_printf(error, "%s", ini->problem);
    return AVOW_ERR_INVALID;
}

/* Says which line is wrong, and how. */
static enum avow_err read_text(struct avow_words *words, const char *path, struct avow_bytes text,
                               struct avow_buf *error)
{
    struct avow_ini ini;
    enum avow_ini_item item;
    enum avow_err err = AVOW_OK;
    uint8_t room[1024];
    struct avow_buf problem;
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf storage;
    avow_buf_init_fixed(&problem, room, sizeof(room));
    avow_buf_init(&storage, 2 * AVOW_INI_LINE_MAX);
    avow_ini_init(&ini, text);
    while (err == AVOW_OK && (item = avow_ini_next(&ini)) != AVOW_INI_END)
        err = take_item(words, &ini, item, &storage, &problem);
    if (err == AVOW_ERR_INVALID)
        avow_buf_printf(error, "%s:%u: %.*s", path, ini.line, (int)problem.len,
                        (const char *)problem.data);
    return err;
}

static enum avow_err read_file(struct avow_words *words, const char *path, struct avow_buf *error)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    avow_buf_init(&text, FILE_BYTES_MAX);
    enum avow_err err = avow_file_read_own(path, FILE_BYTES_MAX, &text);
    if (err == AVOW_OK)
        return read_text(words, path, avow_buf_bytes(&text), error);
    if (err == AVOW_ERR_NOMEM)
        return err;
    avow_buf_printf(error, "%s: %s", path,
                    err == AVOW_ERR_TOO_LARGE ? "larger than 1 MiB"
                    : err == AVOW_ERR_NO_FILE ? avow_err_text(err)
                                              : strerror(errno));
    return AVOW_ERR_INVALID;
}

/* ---- both ---- */

enum avow_err avow_options_read(struct avow_options *options, int argc, char *const argv[],
                                struct avow_buf *error)
{
    AVOW_CLEANUP(avow_words_fini)
    struct avow_words words;
    avow_words_init(&words, argc, argv, tables, options);
    *options = (struct avow_options){.network = "main",
                                     .links_max = 256,
                                     .links_per_address = 128,
                                     .store_max_bytes = UINT64_C(64) << 30,
                                     .log_max_bytes = UINT64_C(16) << 30,
                                     .log_level = AVOW_LOG_INFO};
    enum avow_err err = read_flags(&words, error);
    if (err != AVOW_OK || options->help || options->manual || options->version)
        return err;
    struct avow_options overruled = *options;
    words.overruled = &overruled;
    if (options->config[0] != '\0')
        err = read_file(&words, options->config, error);
    return err == AVOW_OK ? avow_words_check(&words, error) : err;
}

void avow_options_help(FILE *file)
{
    (void)fputs("Usage: avowd --data DIR --listen HOST:PORT [options]\n"
                "Runs a node of the Avow network.\n",
                file);
    avow_help_options(file, "options", tables);
    (void)fputs("\nThe file of --config has the same names under [node], with underscores for "
                "hyphens.\n",
                file);
}

void avow_options_manual(FILE *file)
{
    (void)fputs(".TH AVOWD 8\n.SH NAME\navowd \\- run a node of the Avow network\n"
                ".SH SYNOPSIS\n\\fBavowd\\fR \\fB\\-\\-data\\fR DIR "
                "\\fB\\-\\-listen\\fR HOST:PORT [\\fIoptions\\fR]\n.SH DESCRIPTION\n",
                file);
    avow_man_text(file, "A node keeps logs of micro-credentials, takes submissions for those whose "
                        "home node it is, replicates the others from its peers, and answers who "
                        "asks. It runs until SIGTERM or SIGINT, stores and acknowledges what is "
                        "under way, and exits with 0; with 1 when it cannot go on, with 2 when its "
                        "options are wrong. It writes log lines of key=value to stderr.\n");
    avow_man_options(file, "OPTIONS", tables);
    (void)fputs(".SH FILES\n", file);
    avow_man_text(file, "The file of --config is an INI file with one section, [node], and the "
                        "same names with underscores for hyphens; lines that begin with ; or # are "
                        "comments. Flags win over it; peers of both are dialled.\n");
    (void)fputs(".SH SEE ALSO\n\\fBavow\\fR(1)\n", file);
}
