/* avow node status, avow node peers: what a node says of itself. Its own word, shown as such. */
#include "cli/frame/ask.h"
#include "cli/frame/say.h"
#include "cli/frame/term.h"
#include "proto/codec/json.h"
#include "proto/json/dump.h"
#include "sys/seedfile.h"

#include <inttypes.h>
#include <sodium.h>

#define REPORT_BYTES_MAX ((size_t)1024 * 1024)

/* OK also without a token: what only the operator may see, the node then refuses. */
static int prove_operator(const struct avow_cli *cli, struct avow_client *client)
{
    const char *path = avow_cli_value(cli, "token");
    uint8_t token[AVOW_OPERATOR_TOKEN_BYTES];
    if (path == NULL)
        return AVOW_EXIT_OK;
    enum avow_err err = avow_seedfile_read(path, token);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "cannot use the token in %s: %s", path,
                             avow_err_text(err));
    err = avow_client_prove_operator(client, token);
    sodium_memzero(token, sizeof(token));
    return avow_ask_result(cli, client, err);
}

static int ask(const struct avow_cli *cli, enum avow_message_type question_type,
               enum avow_message_type answer_type, json_t **report)
{
    char reason[AVOW_FETCH_REASON_MAX];
    struct avow_message question = {.type = question_type};
    struct avow_message answer = {0};
    struct avow_json_error error;
    AVOW_CLEANUP(avow_client_free)
    struct avow_client *client = avow_ask_connect(cli, AVOW_PEER_CLIENT, reason);
    if (client == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s", reason);
    int status = prove_operator(cli, client);
    if (status != AVOW_EXIT_OK)
        return status;
    enum avow_err err = avow_client_ask(client, &question, answer_type, &answer);
    if (err == AVOW_ERR_REFUSED && answer.code == AVOW_REFUSAL_NOT_OPERATOR)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE,
                             "only the node's operator may see that: give --token FILE, the "
                             "operator.token of its data folder");
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "%s", avow_client_reason(client));
    if (avow_json_parse(answer.text, REPORT_BYTES_MAX, report, &error) != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_UNKNOWN, "the node's report is %s",
                             avow_reject_text(error.reject));
    return AVOW_EXIT_OK;
}

static int dump(const struct avow_cli *cli, json_t *report)
{
    return avow_cli_print_json_text(
        cli, avow_json_dump_as(json_incref(report), JSON_INDENT(2) | JSON_ENSURE_ASCII));
}

/* ------------------------------------------------------------------ status */

static void print_value(FILE *file, const json_t *value)
{
    if (json_is_string(value))
        avow_cli_print_text(file, avow_bytes(json_string_value(value), json_string_length(value)));
    else if (json_is_integer(value))
        (void)fprintf(file, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else
        (void)fputs(json_is_true(value) ? "yes" : "no", file);
}

static void print_member(FILE *file, const char *key, const json_t *value, int indent)
{
    (void)fprintf(file, "%*s", indent, "");
    avow_cli_print_text(file, avow_bytes_text(key));
    const int pad = 18 - indent - (int)strlen(key);
    (void)fprintf(file, "%*s", pad > 1 ? pad : 1, "");
    if (!json_is_object(value))
        print_value(file, value);
    (void)fputc('\n', file);
}

/* Every member on its line, those of an object under its name. Two deep, as a node's report is. */
static void print_members(FILE *file, json_t *object)
{
    const char *key, *inner_key;
    json_t *value, *inner;
    json_object_foreach(object, key, value)
    {
        print_member(file, key, value, 0);
        json_object_foreach(value, inner_key, inner)
        {
            print_member(file, inner_key, inner, 2);
        }
    }
}

static int run_status(struct avow_cli *cli)
{
    AVOW_CLEANUP(avow_json_release)
    json_t *report = NULL;
    int status = ask(cli, AVOW_MESSAGE_STATUS, AVOW_MESSAGE_STATUS_REPLY, &report);
    if (status != AVOW_EXIT_OK)
        return status;
    if (cli->json)
        return dump(cli, report);
    print_members(cli->out, report);
    return AVOW_EXIT_OK;
}

/* ------------------------------------------------------------------ peers */

static void print_cell(FILE *file, const json_t *peer, const char *name, int width)
{
    char text[128];
    const json_t *value = json_object_get(peer, name);
    if (json_is_integer(value))
        (void)snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else
        (void)snprintf(text, sizeof(text), "%s",
                       json_is_string(value) ? json_string_value(value) : "");
    avow_cli_print_text(file, avow_bytes_text(text));
    const int pad = width - (int)strlen(text);
    (void)fprintf(file, "%*s", pad > 0 ? pad + 2 : 2, "");
}

static void print_peer(FILE *file, const json_t *peer)
{
    char span[AVOW_TERM_TIME_MAX];
    const json_int_t since_ms = json_integer_value(json_object_get(peer, "since_ms"));
    avow_term_span(since_ms > 0 ? (uint64_t)since_ms / 1000 : 0, span);
    print_cell(file, peer, "address", 21);
    (void)fprintf(file, "%-4s  ", json_is_true(json_object_get(peer, "outbound")) ? "out" : "in");
    print_cell(file, peer, "role", 7);
    (void)fprintf(file, "%-12s  ", span);
    print_cell(file, peer, "node", 0);
    (void)fputc('\n', file);
}

static int run_peers(struct avow_cli *cli)
{
    AVOW_CLEANUP(avow_json_release)
    json_t *report = NULL;
    int status = ask(cli, AVOW_MESSAGE_PEERS, AVOW_MESSAGE_PEERS_REPLY, &report);
    if (status != AVOW_EXIT_OK)
        return status;
    if (cli->json)
        return dump(cli, report);
    (void)fprintf(cli->out, "%-21s  %-4s  %-7s  %-12s  %s\n", "address", "side", "role",
                  "connected", "node");
    for (size_t i = 0; i < json_array_size(report); i++)
        print_peer(cli->out, json_array_get(report, i));
    return AVOW_EXIT_OK;
}

static const struct avow_option report_options[] = {
    {.name = "token",
     .value = "FILE",
     .help = "prove to be the node's operator: operator.token of its data folder, or a copy"},
    {.name = NULL},
};

const struct avow_command avow_cmd_node_status = {
    .name = "node status",
    .operands = "",
    .summary = "show what a node says of itself",
    .details = "Its id, network, store and gossip, by its own word; to its operator also its "
               "address and how many connections there are.",
    .options = report_options,
    .json = true,
    .run = run_status,
};

const struct avow_command avow_cmd_node_peers = {
    .name = "node peers",
    .operands = "",
    .summary = "list who is connected to a node",
    .details =
        "One line a connection, this call's own among them. Only the node's operator may see "
        "it.",
    .options = report_options,
    .json = true,
    .run = run_peers,
};
