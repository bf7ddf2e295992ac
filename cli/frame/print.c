#include "cli/frame/print.h"

#include <stdlib.h>

#include "proto/json/dump.h"

int avow_print_json(const struct avow_cli *cli, json_t *value)
{
    return avow_print_json_text(cli, avow_json_dump(value));
}

int avow_print_json_text(const struct avow_cli *cli, char *text)
{
    const bool printed = text != NULL && fprintf(cli->out, "%s\n", text) >= 0;
    free(text);
    return printed ? AVOW_EXIT_OK
                   : avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot print the answer");
}
