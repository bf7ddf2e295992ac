/* avow policy new: a policy file to begin with, each line explained. */
#include "cli/frame/command.h"
#include "proto/trust/policy.h"
#include "sys/files.h"

#include <errno.h>

/* What people write after --anchor and --witness: NAME=ID, and perhaps "key=value" after it. */
struct named {
    struct avow_bytes name, rest;
};

static bool split(const char *text, struct named *named)
{
    const char *sign = strchr(text, '=');
    if (sign == NULL || sign == text)
        return false;
    named->name = avow_bytes(text, (size_t)(sign - text));
    named->rest = avow_bytes_text(sign + 1);
    return named->rest.len > 0;
}

/* The next word, up to a space. */
static struct avow_bytes word(struct avow_bytes *rest)
{
    while (rest->len > 0 && rest->data[0] == ' ')
        *rest = avow_bytes(rest->data + 1, rest->len - 1);
    size_t len = 0;
    while (len < rest->len && rest->data[len] != ' ')
        len++;
    const struct avow_bytes taken = avow_bytes(rest->data, len);
    *rest = avow_bytes(rest->data + len, rest->len - len);
    return taken;
}

static int write_section(const struct avow_cli *cli, struct avow_buf *out, const char *option,
                         const char *text, const char *key)
{
    struct named named;
    if (!split(text, &named))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "--%s %s: write NAME=ID, a name of your own for "
                             "it and its %s",
                             option, text,
                             strcmp(key, "issuer") == 0 ? "id, avow1\xe2\x80\xa6"
                                                        : "node id, avownode1\xe2\x80\xa6");
    struct avow_bytes id = word(&named.rest);
    avow_buf_printf(out, "\n[%s %.*s]\n%s = %.*s\n", option, (int)named.name.len,
                    (const char *)named.name.data, key, (int)id.len, (const char *)id.data);
    for (struct avow_bytes more = word(&named.rest); more.len > 0; more = word(&named.rest)) {
        const uint8_t *sign = memchr(more.data, '=', more.len);
        if (sign == NULL)
            return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                                 "--%s %s: after the id write what narrows it, as fields=0612,07 "
                                 "levels=5-7 regions=PT",
                                 option, text);
        const size_t len = (size_t)(sign - more.data);
        avow_buf_printf(out, "%.*s = %.*s\n", (int)len, (const char *)more.data,
                        (int)(more.len - len - 1), (const char *)sign + 1);
    }
    return AVOW_EXIT_OK;
}

static const char *or_else(const struct avow_cli *cli, const char *option, const char *otherwise)
{
    const char *value = avow_cli_value(cli, option);
    return value != NULL ? value : otherwise;
}

static void write_head(const struct avow_cli *cli, struct avow_buf *out)
{
    const bool has_anchor = avow_cli_value(cli, "anchor") != NULL;
    avow_buf_printf(out,
                    "; Whom you rely on, and what it takes for an answer to be good enough.\n"
                    "; `avow policy check` explains it in words; `avow verify --policy` judges by "
                    "it.\n\n[policy]\n");
    avow_buf_printf(out,
                    "; Where you are (ISO 3166): recognitions that are for some regions only "
                    "count if yours is in them.\nregion =%s%s\n",
                    or_else(cli, "region", "")[0] != '\0' ? " " : "", or_else(cli, "region", ""));
    avow_buf_printf(out, "; How old the newest proof of any log on the way may be.\nmax_age = %s\n",
                    or_else(cli, "max-age", "24h"));
    avow_buf_printf(out,
                    "; How many recognitions a path from an anchor to an issuer may have, 1 to "
                    "8.\nmax_depth = %s\n",
                    or_else(cli, "max-depth", "4"));
    avow_buf_printf(out,
                    "; yes: who is not recognised is refused. no: it is shown, and decides "
                    "nothing.\nrequire_recognition = %s\n",
                    or_else(cli, "require-recognition", has_anchor ? "yes" : "no"));
    avow_buf_printf(
        out,
        "; How many of the witnesses below must have signed what you are shown. With 0, "
        "a dishonest issuer\n; or a stolen key can show you a log that it shows to "
        "nobody else.\nmin_witnesses = %s\n",
        or_else(cli, "min-witnesses", "0"));
}

static int write_sections(const struct avow_cli *cli, struct avow_buf *out)
{
    const char *value;
    int status = AVOW_EXIT_OK;
    avow_buf_printf(out,
                    "\n; An anchor is a body (or an issuer) whose recognition you rely on. Its "
                    "scope may be narrowed.\n");
    for (size_t i = 0;
         status == AVOW_EXIT_OK && (value = avow_cli_value_at(cli, "anchor", i)) != NULL; i++)
        status = write_section(cli, out, "anchor", value, "issuer");
    if (avow_cli_value(cli, "anchor") == NULL)
        avow_buf_printf(out,
                        "; [anchor A name of your own]\n; issuer = avow1\xe2\x80\xa6\n; fields "
                        "= 0612,07\n; levels = 5-7\n; regions = PT,PT-13\n");
    avow_buf_printf(out, "\n; A witness is a node whose word you take for when a record "
                         "existed.\n");
    for (size_t i = 0;
         status == AVOW_EXIT_OK && (value = avow_cli_value_at(cli, "witness", i)) != NULL; i++)
        status = write_section(cli, out, "witness", value, "node");
    if (avow_cli_value(cli, "witness") == NULL)
        avow_buf_printf(out, "; [witness Our own node]\n; node = avownode1\xe2\x80\xa6\n");
    return status;
}

/* What was put together is read like any other. */
static int check(const struct avow_cli *cli, const struct avow_buf *text)
{
    struct avow_policy policy;
    char storage[1024];
    struct avow_buf error;
    avow_buf_init_fixed(&error, storage, sizeof(storage));
    if (avow_policy_parse(avow_buf_bytes(text), &policy, &error) == AVOW_OK)
        return AVOW_EXIT_OK;
    const char *said = (const char *)error.data;
    const char *colon = error.len > 0 ? memchr(said, ':', error.len) : NULL;
    const size_t skip = colon != NULL && error.len > 5 && memcmp(said, "line ", 5) == 0
                            ? (size_t)(colon - said) + 2
                            : 0;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "%.*s", (int)(error.len - skip), said + skip);
}

static int put(const struct avow_cli *cli, const struct avow_buf *text)
{
    if (cli->operand_count == 0) {
        avow_cli_print_lines(cli->out, avow_buf_bytes(text));
        return AVOW_EXIT_OK;
    }
    const char *path = cli->operands[0];
    const enum avow_err err = avow_file_create(path, avow_buf_bytes(text), 0644);
    if (err == AVOW_ERR_EXISTS)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s is there already, and stays as it is",
                             path);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "cannot write %s: %s", path,
                             err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
    avow_cli_note(cli, "%s is written; `avow policy check %s` explains it.", path, path);
    return AVOW_EXIT_OK;
}

static int run(struct avow_cli *cli)
{
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    avow_buf_init(&text, AVOW_POLICY_BYTES_MAX);
    write_head(cli, &text);
    int status = write_sections(cli, &text);
    if (status == AVOW_EXIT_OK && text.err != AVOW_OK)
        status = avow_cli_fail(cli, AVOW_EXIT_USAGE, "a policy has at most 32 KiB");
    if (status == AVOW_EXIT_OK)
        status = check(cli, &text);
    return status == AVOW_EXIT_OK ? put(cli, &text) : status;
}

static const struct avow_option options[] = {
    {.name = "region", .value = "REGION", .help = "where you are, ISO 3166: PT, PT-13"},
    {.name = "anchor",
     .value = "NAME=ID",
     .help = "a body to rely on; in quotes 'NAME=ID fields=07 levels=5-7 regions=PT'",
     .repeatable = true},
    {.name = "witness",
     .value = "NAME=ID",
     .help = "a node to rely on, avownode1\xe2\x80\xa6",
     .repeatable = true},
    {.name = "max-age", .value = "TIME", .help = "30m, 24h, 7d (default: 24h)"},
    {.name = "max-depth", .value = "N", .help = "recognitions on a path (default: 4)"},
    {.name = "require-recognition",
     .value = "yes|no",
     .help = "refuse who is not recognised (default: yes, with an anchor)"},
    {.name = "min-witnesses", .value = "N", .help = "that must have signed (default: 0)"},
    {0},
};

const struct avow_command avow_cmd_policy_new = {
    .name = "policy new",
    .operands = "[FILE]",
    .operands_max = 1,
    .summary = "write a policy: whom you rely on",
    .details = "Writes a policy file with a comment to each line, to FILE (which must not be there "
               "yet) or on standard output.\n"
               "\n"
               "    avow policy new hiring.ini --region PT \\\n"
               "        --anchor 'DGES=avow1\xe2\x80\xa6 levels=4-8' --witness 'Ours=avownode1"
               "\xe2\x80\xa6'\n",
    .options = options,
    .run = run,
};
