/* avow policy check: what a policy accepts, in words, and whether its anchors are known. */
#include "cli/frame/ask.h"
#include "cli/frame/plain_text.h"
#include "cli/frame/say.h"
#include "cli/verify/policy_file.h"
#include "client/fetch.h"
#include "proto/codec/id.h"
#include "proto/json/put.h"

/* What the node knows of one anchor. */
static json_t *ask_about(const struct avow_cli *cli, struct avow_client *client,
                         const struct avow_policy *policy, const struct avow_anchor *anchor)
{
    const struct avow_bytes own = avow_policy_part(policy, anchor->name);
    char id[AVOW_ISSUER_TEXT_MAX];
    AVOW_CLEANUP(avow_fetched_fini)
    struct avow_fetched fetched = {.why = AVOW_WHY_UNREACHABLE};
    struct avow_chain_names names = {0};
    avow_id_issuer_text(&anchor->issuer, id);
    if (client != NULL)
        avow_fetch_from(client, &anchor->issuer, NULL, 0, &fetched);
    if (fetched.why == AVOW_WHY_NONE)
        names = avow_chain_names(&avow_evidence_log(&fetched.evidence, &anchor->issuer)->chain,
                                 AVOW_NEVER);
    if (!cli->json && fetched.why == AVOW_WHY_NONE) {
        (void)fprintf(cli->out, "  known    %s  ", id);
        avow_cli_print_text(cli->out, names.name);
        (void)fputs(", ", cli->out);
        avow_cli_print_text(cli->out, names.jurisdiction);
        (void)fputc('\n', cli->out);
    } else if (!cli->json && client != NULL) {
        (void)fprintf(cli->out, "  unknown  %s  ", id);
        avow_cli_print_text(cli->out, avow_bytes_text(fetched.reason));
        (void)fputc('\n', cli->out);
    }
    json_t *known = client == NULL                    ? json_null()
                    : fetched.why == AVOW_WHY_NONE    ? json_true()
                    : fetched.why == AVOW_WHY_NO_DATA ? json_false()
                                                      : json_null();
    bool ok = true;
    json_t *answer = json_object();
    avow_put(answer, "name", avow_value_text(own), &ok);
    avow_put(answer, "issuer", json_string(id), &ok);
    avow_put(answer, "known", known, &ok);
    avow_put(answer, "registry_name", avow_value_text_or_null(names.name), &ok);
    return avow_put_whole(answer, ok);
}

static json_t *ask_all(const struct avow_cli *cli, const struct avow_policy *policy)
{
    char reason[AVOW_FETCH_REASON_MAX];
    bool ok = true;
    json_t *anchors = json_array();
    AVOW_CLEANUP(avow_client_free)
    struct avow_client *client = NULL;
    if (policy->anchor_count > 0) {
        client = avow_ask_connect(cli, AVOW_PEER_CLIENT, reason);
        if (client == NULL)
            avow_cli_note(cli, "Whether the anchors are known could not be asked: %s.", reason);
        else if (!cli->json)
            (void)fprintf(cli->out, "\nThe anchors, by the node at %s:\n",
                          avow_client_address(client));
    }
    for (size_t i = 0; i < policy->anchor_count; i++)
        avow_put_item(anchors, ask_about(cli, client, policy, &policy->anchors[i]), &ok);
    return avow_put_whole(anchors, ok);
}

static json_t *lines(struct avow_bytes text)
{
    bool ok = true;
    json_t *array = json_array();
    while (text.len > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.len);
        const size_t len = end != NULL ? (size_t)(end - text.data) : text.len;
        avow_put_item(array, avow_value_text(avow_bytes(text.data, len)), &ok);
        text = avow_bytes(text.data + len, text.len - len);
        if (text.len > 0)
            text = avow_bytes(text.data + 1, text.len - 1);
    }
    return avow_put_whole(array, ok);
}

static int run(struct avow_cli *cli)
{
    struct avow_policy policy;
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf words;
    avow_buf_init(&words, (size_t)16 * AVOW_POLICY_BYTES_MAX);
    int status = avow_policy_file_find(cli, cli->operands[0], AVOW_EXIT_NEGATIVE, &policy);
    if (status != AVOW_EXIT_OK)
        return status;
    avow_policy_explain(&words, &policy);
    if (words.err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(words.err));
    if (!cli->json)
        avow_cli_print_lines(cli->out, avow_buf_bytes(&words));
    json_t *anchors = ask_all(cli, &policy);
    if (!cli->json) {
        json_decref(anchors);
        return AVOW_EXIT_OK;
    }
    return avow_cli_print_json(cli, json_pack("{s:o, s:o}", "explanation",
                                              lines(avow_buf_bytes(&words)), "anchors", anchors));
}

static const struct avow_option options[] = {{0}};

const struct avow_command avow_cmd_policy_check = {
    .name = "policy check",
    .operands = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "explain in words what a policy accepts",
    .details = "Reads a policy file (or, where there is no such file, the policy that the node "
               "holds under this name), says what it accepts and what it does not check, and asks "
               "the node whether it knows the anchors. A file that is not well formed ends with 1 "
               "and is told by its line.",
    .options = options,
    .json = true,
    .run = run,
};
