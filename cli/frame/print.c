#include "cli/frame/print.h"

/* Numbers as they were written: 7.1, not the 17 digits of its double. */
#define FLAGS (JSON_INDENT(2) | JSON_REAL_PRECISION(12))

int avow_print_json(const struct avow_cli *cli, json_t *value)
{
    bool printed =
        value != NULL && json_dumpf(value, cli->out, FLAGS) == 0 && fputc('\n', cli->out) != EOF;
    json_decref(value);
    return printed ? AVOW_EXIT_OK
                   : avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot print the answer");
}
