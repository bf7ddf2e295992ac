/* avow policy show: a policy in its one form, or as JSON. */
#include "cli/frame/say.h"
#include "cli/verify/policy_file.h"
#include "proto/json/policy.h"

static int run(struct avow_cli *cli)
{
    struct avow_policy policy;
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    avow_buf_init(&text, (size_t)4 * AVOW_POLICY_BYTES_MAX);
    int status = avow_policy_file_find(cli, cli->operands[0], AVOW_EXIT_NEGATIVE, &policy);
    if (status != AVOW_EXIT_OK)
        return status;
    if (cli->json)
        return avow_cli_print_json(cli, avow_policy_json(&policy));
    avow_policy_write(&text, &policy);
    if (text.err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s", avow_err_text(text.err));
    avow_cli_print_lines(cli->out, avow_buf_bytes(&text));
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
    .json = true,
    .run = run,
};
