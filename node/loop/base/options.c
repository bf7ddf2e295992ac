/* One row an option. A row's `set` judges the text and stores it; everything else (flags, file,
 * help, what was said twice) is the same for all of them. */
#include "node/loop/base/options.h"

#include "proto/codec/id.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>

struct row {
    const char *name;  /* as in the file; the flag has hyphens for underscores */
    const char *value; /* what --help calls it; NULL for a flag without one */
    const char *text;
    bool (*set)(struct avow_options *options, const struct row *row, const char *value);
    size_t offset, room; /* where texts and numbers go */
    uint64_t min, max;
    const char *form; /* what a good value is, for errors */
    bool file;        /* may stand in the file */
    bool repeats;
};

static bool set_text(struct avow_options *options, const struct row *row, const char *value)
{
    size_t len = strlen(value);
    if (len == 0 || len >= row->room)
        return false;
    memcpy((char *)options + row->offset, value, len + 1);
    return true;
}

static bool set_number(struct avow_options *options, const struct row *row, const char *value)
{
    uint64_t number;
    if (avow_decimal_parse(avow_bytes_text(value), &number) != AVOW_ACCEPT || number < row->min ||
        number > row->max)
        return false;
    memcpy((char *)options + row->offset, &number, sizeof(number));
    return true;
}

static bool set_flag(struct avow_options *options, const struct row *row, const char *value)
{
    (void)value;
    *((bool *)((char *)options + row->offset)) = true;
    return true;
}

static bool set_listen(struct avow_options *options, const struct row *row, const char *value)
{
    (void)row;
    return avow_endpoint_parse(value, &options->listen) && !options->listen.has_node;
}

static bool set_peer(struct avow_options *options, const struct row *row, const char *value)
{
    (void)row;
    if (options->peer_count == AVOW_PEERS_MAX)
        return false;
    struct avow_endpoint *peer = &options->peers[options->peer_count];
    if (!avow_endpoint_parse(value, peer) || peer->port == 0)
        return false;
    options->peer_count++;
    return true;
}

static bool set_address(struct avow_options *options, const struct row *row, const char *value)
{
    struct avow_endpoint endpoint;
    return avow_endpoint_parse(value, &endpoint) && !endpoint.has_node &&
           set_text(options, row, value);
}

static bool set_level(struct avow_options *options, const struct row *row, const char *value)
{
    (void)row;
    return avow_log_level_parse(value, &options->log_level);
}

#define AT(field) offsetof(struct avow_options, field), sizeof(((struct avow_options *)0)->field)

static const struct row rows[] = {
    {"data", "DIR", "where the node keeps its key and its logs (required)", set_text, AT(data), 0,
     0, "a folder", true, false},
    {"listen", "HOST:PORT", "serve peers and clients here (required; port 0: any free one)",
     set_listen, 0, 0, 0, 0, "HOST:PORT", true, false},
    {"peer", "[ID@]HOST:PORT", "keep a connection to this node, whose id may be pinned; repeatable",
     set_peer, 0, 0, 0, 0, "HOST:PORT or avownode1…@HOST:PORT, at most 64 of them", true, true},
    {"network", "NAME", "only nodes of the same network talk (default: main)", set_text,
     AT(network), 0, 0, "a name of 1 to 64 bytes", true, false},
    {"address", "HOST:PORT", "how others reach this node, told to peers", set_address, AT(address),
     0, 0, "HOST:PORT", true, false},
    {"policies", "DIR", "policies that clients may ask for by name: NAME.ini in this folder",
     set_text, AT(policies), 0, 0, "a folder", true, false},
    {"query_threads", "N", "threads that answer queries (default: one a core)", set_number,
     AT(query_threads), 0, 64, "a number from 0 to 64", true, false},
    {"links_max", "N", "connections at once (default: 256)", set_number, AT(links_max), 4, 4096,
     "a number from 4 to 4096", true, false},
    {"links_per_address", "N", "of them from one address (default: 128)", set_number,
     AT(links_per_address), 1, 4096, "a number from 1 to 4096", true, false},
    {"store_max_bytes", "N",
     "take no more entries over so many bytes (default: 64 GiB; 0: no bound)", set_number,
     AT(store_max_bytes), 0, AVOW_UINT_MAX, "a number of bytes", true, false},
    {"log_level", "LEVEL", "error, warn, info or debug (default: info)", set_level, 0, 0, 0, 0,
     "error, warn, info or debug", true, false},
    {"config", "FILE", "read options from the [node] section of this file", set_text, AT(config), 0,
     0, "a file", false, false},
    {"help", NULL, "print this", set_flag, AT(help), 0, 0, "", false, false},
    {"manual", NULL, "print the manual page, avowd(8)", set_flag, AT(manual), 0, 0, "", false,
     false},
    {"version", NULL, "print the version", set_flag, AT(version), 0, 0, "", false, false},
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/* Which rows have been said, so that the file does not speak over the flags. */
struct said {
    bool by_flag[ROW_COUNT];
    bool by_file[ROW_COUNT];
};

static void flag_name(const struct row *row, char out[32])
{
    size_t len = strlen(row->name);
    AVOW_ASSERT(len < 32);
    for (size_t i = 0; i <= len; i++)
        out[i] = row->name[i] == '_' ? '-' : row->name[i];
}

bool avow_endpoint_parse(const char *text, struct avow_endpoint *endpoint)
{
    *endpoint = (struct avow_endpoint){0};
    const char *at = strchr(text, '@');
    if (at != NULL) {
        if (avow_node_parse(avow_bytes(text, (size_t)(at - text)), &endpoint->node) != AVOW_ACCEPT)
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
        avow_decimal_parse(avow_bytes_text(colon + 1), &port) != AVOW_ACCEPT || port > UINT16_MAX)
        return false;
    memcpy(endpoint->host, host, len);
    endpoint->port = (uint16_t)port;
    return true;
}

/* ---- flags ---- */

static const struct row *row_of_flag(const char *flag, const char **value)
{
    size_t len = strcspn(flag, "=");
    *value = flag[len] == '=' ? flag + len + 1 : NULL;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char name[32];
        flag_name(&rows[i], name);
        if (strlen(name) == len && memcmp(name, flag, len) == 0)
            return &rows[i];
    }
    return NULL;
}

static enum avow_err read_flags(struct avow_options *options, struct said *said, int argc,
                                char *const argv[], struct avow_buf *error)
{
    for (int i = 1; i < argc; i++) {
        const char *value = NULL;
        const struct row *row =
            strncmp(argv[i], "--", 2) == 0 ? row_of_flag(argv[i] + 2, &value) : NULL;
        if (row == NULL) {
            avow_buf_printf(error, "%s: no such option; see avowd --help", argv[i]);
            return AVOW_ERR_INVALID;
        }
        const char *flag = argv[i];
        int name_len = (int)strcspn(flag, "=");
        if (row->value == NULL && value != NULL) {
            avow_buf_printf(error, "%.*s: takes no value", name_len, flag);
            return AVOW_ERR_INVALID;
        }
        if (row->value != NULL && value == NULL)
            value = ++i < argc ? argv[i] : NULL;
        if (row->value != NULL && value == NULL) {
            avow_buf_printf(error, "%s: needs %s", flag, row->form);
            return AVOW_ERR_INVALID;
        }
        bool *before = &said->by_flag[row - rows];
        if (*before && !row->repeats) {
            avow_buf_printf(error, "%.*s: given twice", name_len, flag);
            return AVOW_ERR_INVALID;
        }
        *before = true;
        if (!row->set(options, row, value)) {
            avow_buf_printf(error, "%.*s: \"%s\" is not %s", name_len, flag, value, row->form);
            return AVOW_ERR_INVALID;
        }
    }
    return AVOW_OK;
}

/* ---- file ---- */

struct file_reader {
    FILE *file;
    unsigned line; /* of what was read last */
    bool too_long;
    struct avow_options *options;
    struct said *said;
    struct avow_buf *error;
};

/* inih's reader: counts lines, because inih does not tell the handler of them. */
static char *read_line(char *line, int room, void *stream)
{
    struct file_reader *reader = stream;
    if (reader->too_long || fgets(line, room, reader->file) == NULL)
        return NULL;
    reader->line++;
    if (strchr(line, '\n') == NULL && !feof(reader->file)) {
        reader->too_long = true;
        return NULL;
    }
    return line;
}

static int file_error(struct file_reader *reader, const char *what, const char *name)
{
    if (reader->error->len == 0)
        avow_buf_printf(reader->error, "%s:%u: %s%s", reader->options->config, reader->line, name,
                        what);
    return 0;
}

static int take_line(void *user, const char *section, const char *name, const char *value)
{
    struct file_reader *reader = user;
    if (strcmp(section, "node") != 0)
        return file_error(reader, ": no such section; options stand in [node]", section);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct row *row = &rows[i];
        if (!row->file || strcmp(row->name, name) != 0)
            continue;
        if (reader->said->by_file[i] && !row->repeats)
            return file_error(reader, ": given twice", name);
        reader->said->by_file[i] = true;
        struct avow_options judged_only;
        struct avow_options *to = reader->options;
        /* The flag wins, but a wrong value is still wrong. */
        if (reader->said->by_flag[i] && !row->repeats) {
            judged_only = *reader->options;
            to = &judged_only;
        }
        if (row->set(to, row, value))
            return 1;
        char what[256];
        (void)snprintf(what, sizeof(what), ": must be %s", row->form);
        return file_error(reader, what, name);
    }
    return file_error(reader, ": no such option", name);
}

static void close_file(FILE **file)
{
    if (*file != NULL)
        (void)fclose(*file);
}

static enum avow_err read_file(struct avow_options *options, struct said *said,
                               struct avow_buf *error)
{
    AVOW_CLEANUP(close_file)
    FILE *file = fopen(options->config, "re");
    if (file == NULL) {
        avow_buf_printf(error, "%s: %s", options->config, strerror(errno));
        return AVOW_ERR_INVALID;
    }
    struct file_reader reader = {.file = file, .options = options, .said = said, .error = error};
    int bad_line = ini_parse_stream(read_line, &reader, take_line, &reader);
    if (error->len == 0 && reader.too_long)
        avow_buf_printf(error, "%s:%u: the line is too long", options->config, reader.line);
    else if (error->len == 0 && ferror(file))
        avow_buf_printf(error, "%s: cannot be read", options->config);
    else if (error->len == 0 && bad_line != 0)
        avow_buf_printf(error, "%s:%d: neither a [section] nor a name = value", options->config,
                        bad_line);
    return error->len == 0 ? AVOW_OK : AVOW_ERR_INVALID;
}

/* ---- both ---- */

static enum avow_err check_required(const struct avow_options *options, struct avow_buf *error)
{
    if (options->data[0] == '\0')
        avow_buf_printf(error, "--data: needed, the folder where the node keeps its data");
    else if (options->listen.host[0] == '\0')
        avow_buf_printf(error, "--listen: needed, HOST:PORT to serve peers and clients");
    return error->len == 0 ? AVOW_OK : AVOW_ERR_INVALID;
}

enum avow_err avow_options_read(struct avow_options *options, int argc, char *const argv[],
                                struct avow_buf *error)
{
    struct said said = {0};
    *options = (struct avow_options){.network = "main",
                                     .links_max = 256,
                                     .links_per_address = 128,
                                     .store_max_bytes = UINT64_C(64) << 30,
                                     .log_level = AVOW_LOG_INFO};
    enum avow_err err = read_flags(options, &said, argc, argv, error);
    if (err != AVOW_OK || options->help || options->manual || options->version)
        return err;
    if (options->config[0] != '\0')
        err = read_file(options, &said, error);
    return err == AVOW_OK ? check_required(options, error) : err;
}

void avow_options_help(struct avow_buf *out)
{
    avow_buf_printf(out, "Usage: avowd --data DIR --listen HOST:PORT [options]\n"
                         "Runs a node of the Avow network.\n\n");
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char name[32], left[64];
        flag_name(&rows[i], name);
        (void)snprintf(left, sizeof(left), "--%s %s", name,
                       rows[i].value == NULL ? "" : rows[i].value);
        avow_buf_printf(out, "  %-30s %s\n", left, rows[i].text);
    }
    avow_buf_printf(out, "\nThe file of --config has the same names under [node], with "
                         "underscores for hyphens.\n");
}

static const char manual_head[] =
    ".TH AVOWD 8\n.SH NAME\navowd \\- run a node of the Avow network\n"
    ".SH SYNOPSIS\n\\fBavowd\\fR \\fB\\-\\-data\\fR DIR \\fB\\-\\-listen\\fR HOST:PORT "
    "[\\fIoptions\\fR]\n"
    ".SH DESCRIPTION\nA node keeps logs of micro-credentials, takes submissions for those whose "
    "home "
    "node it is, replicates the others from its peers, and answers who asks. It runs until SIGTERM "
    "or SIGINT, stores and acknowledges what is under way, and exits with 0; with 1 when it cannot "
    "go on, with 2 when its options are wrong. It writes log lines of key=value to stderr.\n"
    ".SH OPTIONS\n";

static const char manual_tail[] =
    ".SH FILES\nThe file of \\-\\-config is an INI file with one section, [node], and the same "
    "names "
    "with underscores for hyphens. Flags win over it; peers of both are dialled.\n"
    ".SH SEE ALSO\n\\fBavow\\fR(1)\n";

void avow_options_manual(struct avow_buf *out)
{
    avow_buf_append(out, manual_head, sizeof(manual_head) - 1);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char name[32];
        flag_name(&rows[i], name);
        avow_buf_printf(out, ".TP\n\\fB\\-\\-%s\\fR %s\n%s.\n", name,
                        rows[i].value == NULL ? "" : rows[i].value, rows[i].text);
    }
    avow_buf_append(out, manual_tail, sizeof(manual_tail) - 1);
}
