/* avow policy show: a policy in its one form, or as JSON. */
#include "cli/frame/print.h"
#include "cli/verify/policy_file.h"
#include "proto/codec/id.h"
#include "proto/json/scope.h"

static json_t *text_json(struct avow_bytes text)
{
    return json_stringn(text.len > 0 ? (const char *)text.data : "", text.len);
}

static json_t *anchors_json(const struct avow_policy *policy)
{
    json_t *array = json_array();
    for (size_t i = 0; i < policy->anchor_count; i++) {
        const struct avow_anchor *anchor = &policy->anchors[i];
        char id[AVOW_ISSUER_TEXT_MAX];
        avow_issuer_text(&anchor->issuer, id);
        if (json_array_append_new(
                array,
                json_pack("{s:o, s:s, s:o}", "name",
                          text_json(avow_policy_part(policy, anchor->name)), "issuer", id, "scope",
                          avow_scope_json(avow_policy_part(policy, anchor->scope)))) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *witnesses_json(const struct avow_policy *policy)
{
    json_t *array = json_array();
    for (size_t i = 0; i < policy->witness_count; i++) {
        char id[AVOW_NODE_TEXT_MAX];
        avow_node_text(&policy->witnesses[i], id);
        if (json_array_append_new(
                array, json_pack("{s:o, s:s}", "name",
                                 text_json(avow_policy_part(policy, policy->witness_names[i])),
                                 "node", id)) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *policy_json(const struct avow_policy *policy)
{
    return json_pack("{s:o, s:I, s:I, s:b, s:I, s:o, s:o}", "region",
                     policy->region[0] != '\0' ? json_string(policy->region) : json_null(),
                     "max_age_seconds", (json_int_t)policy->max_age_s, "max_depth",
                     (json_int_t)policy->max_depth, "require_recognition",
                     policy->require_recognition, "min_witnesses",
                     (json_int_t)policy->min_witnesses, "anchors", anchors_json(policy),
                     "witnesses", witnesses_json(policy));
}

static int run(struct avow_cli *cli)
{
    struct avow_policy policy;
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    avow_buf_init(&text, (size_t)4 * AVOW_POLICY_BYTES_MAX);
    int status = avow_policy_read(cli, cli->operands[0], AVOW_EXIT_NEGATIVE, &policy);
    if (status != AVOW_EXIT_OK)
        return status;
    if (cli->json)
        return avow_print_json(cli, policy_json(&policy));
    avow_policy_write(&text, &policy);
    if (text.err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(text.err));
    (void)fwrite(text.data, 1, text.len, cli->out);
    return AVOW_EXIT_OK;
}

static const struct avow_option options[] = {{0}};

const struct avow_command avow_cmd_policy_show = {
    .name = "policy show",
    .operands = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "print a policy without its comments, or as JSON",
    .details = "Reads a policy file, or the policy that the node holds under this name, and prints "
               "it in one form: a file that means the same, or with --json an object.",
    .options = options,
    .run = run,
};
