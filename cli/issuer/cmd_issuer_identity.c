/* avow issuer identity: another name, jurisdiction or website, by the root key. */
#include "cli/frame/confirm.h"
#include "cli/issuer/own_log_summary.h"
#include "cli/issuer/root_entry.h"
#include "proto/codec/utf8.h"
#include "proto/entry/shape.h"

#include <sodium.h>

struct renaming {
    const struct avow_cli *cli;
    struct avow_secret_key *root; /* sodium_malloc */
};

static struct avow_bytes either(const struct avow_cli *cli, const char *option,
                                struct avow_bytes now)
{
    const char *value = avow_cli_value(cli, option);
    return value != NULL ? avow_bytes_text(value) : now;
}

static int build(void *context, struct avow_signer *signer)
{
    const struct renaming *renaming = context;
    const struct avow_cli *cli = renaming->cli;
    const struct avow_state *state = avow_draft_state(avow_signer_draft(signer));
    const struct avow_chain_names names = avow_chain_names(&state->chain, AVOW_NEVER);
    uint8_t copy[AVOW_ROOT_ENTRY_BYTES_MAX];
    struct avow_buf kept; /* the chain moves when the entry is appended to it */
    avow_buf_init_fixed(&kept, copy, sizeof(copy));
    const struct avow_bytes texts[] = {either(cli, "name", names.name),
                                       either(cli, "jurisdiction", names.jurisdiction),
                                       either(cli, "website", names.website)};
    for (size_t i = 0; i < 3; i++)
        avow_buf_append(&kept, texts[i].data, texts[i].len);
    if (kept.err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "too much text: at most %d bytes in all",
                             AVOW_ROOT_ENTRY_BYTES_MAX);
    struct avow_entry entry = {
        .kind = AVOW_KIND_IDENTITY,
        .t = avow_signer_time(signer),
        .identity = {.name = avow_bytes(copy, texts[0].len),
                     .jurisdiction = avow_bytes(copy + texts[0].len, texts[1].len),
                     .website = avow_bytes(copy + texts[0].len + texts[1].len, texts[2].len)},
    };
    return avow_root_entry_append(signer, &entry, renaming->root);
}

static int check_options(const struct avow_cli *cli)
{
    const char *name = avow_cli_value(cli, "name");
    const char *jurisdiction = avow_cli_value(cli, "jurisdiction");
    const char *website = avow_cli_value(cli, "website");
    if (name == NULL && jurisdiction == NULL && website == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "what changes? Give --name, --jurisdiction or --website");
    if (name != NULL && (name[0] == '\0' || avow_utf8_check(avow_bytes_text(name)) != AVOW_ACCEPT))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--name: empty, or not UTF-8");
    if (jurisdiction != NULL && !avow_shape_jurisdiction(avow_bytes_text(jurisdiction)))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--jurisdiction %s: write PT, or PT-13",
                             jurisdiction);
    if (website != NULL && !avow_shape_url(avow_bytes_text(website)))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "--website %s: write https://…", website);
    return AVOW_EXIT_OK;
}

static int tell_and_ask(const struct avow_cli *cli)
{
    static const char *const names[] = {"name", "jurisdiction", "website"};
    struct avow_outlook outlook;
    int status = avow_outlook_open(cli, &outlook);
    if (status == AVOW_EXIT_OK) {
        const unsigned long long size = outlook.size;
        avow_outlook_tell_log(&outlook);
        for (size_t i = 0; i < 3; i++) {
            if (avow_cli_value(cli, names[i]) != NULL)
                avow_cli_note(cli, "- From entry %llu on, its %s is: %s", size, names[i],
                              avow_cli_value(cli, names[i]));
        }
        avow_cli_note(cli, "- Credentials before that keep the name that they were issued under.");
        status = avow_confirm(cli, "Change the identity?");
    }
    avow_outlook_fini(&outlook);
    return status;
}

static int run(struct avow_cli *cli)
{
    struct avow_identity_keys keys = {0};
    struct renaming renaming = {.cli = cli};
    struct avow_published published;
    const struct avow_hash request = avow_cli_request(cli);
    const struct avow_publication publication = {
        .request = &request, .build = build, .context = &renaming};
    int status = check_options(cli);
    if (status == AVOW_EXIT_OK)
        status = tell_and_ask(cli);
    if (status == AVOW_EXIT_OK)
        status = avow_home_identity(cli, &keys);
    if (status == AVOW_EXIT_OK)
        status = avow_root_entry_load_key(cli, &renaming.root);
    if (status == AVOW_EXIT_OK)
        status = avow_publish(cli, &keys, &publication, &published);
    if (status == AVOW_EXIT_OK) {
        avow_outlook_tell_accepted(cli, &published.checkpoint);
        avow_published_told(cli, &published);
    }
    sodium_free(renaming.root);
    avow_identity_keys_fini(&keys);
    return status;
}

static const struct avow_option options[] = {
    {.name = "name", .value = "NAME", .help = "the organisation's name"},
    {.name = "jurisdiction", .value = "CODE", .help = "its country or region: PT, PT-13"},
    {.name = "website", .value = "URL", .help = "its website"},
    {.name = "root-key", .value = "FILE", .help = "the root key (default: root.key in the home)"},
    AVOW_CONFIRM_OPTION,
    {0},
};

const struct avow_command avow_cmd_issuer_identity = {
    .name = "issuer identity",
    .operands = "",
    .summary = "change the issuer's name, jurisdiction or website",
    .details = "Publishes the new identity, signed by the root key. What is not given stays as it "
               "is. The history keeps the old one. Says what will happen and asks.",
    .options = options,
    .run = run,
};
