#include "cli/frame/command.h"

const char *avow_cli_value_at(const struct avow_cli *cli, const char *option, size_t n)
{
    for (size_t i = 0; i < cli->option_count; i++) {
        if (strcmp(cli->options[i].option->name, option) == 0 && n-- == 0)
            return cli->options[i].value;
    }
    return NULL;
}

const char *avow_cli_value(const struct avow_cli *cli, const char *option)
{
    const char *value = NULL;
    for (size_t i = 0; i < cli->option_count; i++) {
        if (strcmp(cli->options[i].option->name, option) == 0)
            value = cli->options[i].value;
    }
    return value;
}

bool avow_cli_flag(const struct avow_cli *cli, const char *option)
{
    for (size_t i = 0; i < cli->option_count; i++) {
        if (strcmp(cli->options[i].option->name, option) == 0)
            return true;
    }
    return false;
}
