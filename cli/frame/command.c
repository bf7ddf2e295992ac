#include "cli/frame/command.h"

#include "cli/frame/parse.h"
#include "proto/crypto/sha256.h"

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

/* Folds one text in; the length of each part is fixed, so that no two lists give the same. */
static struct avow_hash fold(struct avow_hash so_far, const char *text)
{
    const struct avow_bytes bytes = avow_bytes_text(text != NULL ? text : "");
    const struct avow_hash part = avow_sha256(&bytes, 1);
    const struct avow_bytes parts[] = {avow_bytes(so_far.bytes, sizeof(so_far.bytes)),
                                       avow_bytes(part.bytes, sizeof(part.bytes))};
    return avow_sha256(parts, 2);
}

struct avow_hash avow_cli_request(const struct avow_cli *cli)
{
    struct avow_hash hash = fold((struct avow_hash){0}, cli->command->name);
    for (size_t i = 0; i < cli->option_count; i++) {
        if (avow_parse_is_global(cli->options[i].option))
            continue; /* which node is asked is no part of what is asked for */
        hash = fold(hash, cli->options[i].option->name);
        hash = fold(hash, cli->options[i].value);
    }
    for (size_t i = 0; i < cli->operand_count; i++)
        hash = fold(hash, cli->operands[i]);
    return hash;
}
