/* The first that speaks wins. A configuration that is not understood is an error, not a guess. */
#include "cli/frame/settings.h"

#include "proto/codec/ini.h"
#include "sys/files.h"

#include <errno.h>
#include <stdlib.h>

#define CONFIG_BYTES_MAX (64 * 1024)

enum { STORED_HOME, STORED_NODE, STORED_NETWORK, STORED_SECOND };

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static int out_of_memory(const struct avow_cli *cli)
{
    return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "out of memory");
}

static int find_home(struct avow_cli *cli)
{
    if (cli->home == NULL)
        cli->home = environment("AVOW_HOME");
    if (cli->home != NULL)
        return AVOW_EXIT_OK;
    const char *config = environment("XDG_CONFIG_HOME");
    const char *user = environment("HOME");
    if (config == NULL && user == NULL)
        return AVOW_EXIT_OK; /* a service that verifies has none, and needs none */
    size_t size = strlen(config != NULL ? config : user) + sizeof("/.config/avow");
    char *home = malloc(size);
    if (home == NULL)
        return out_of_memory(cli);
    (void)snprintf(home, size, "%s%s/avow", config != NULL ? config : user,
                   config != NULL ? "" : "/.config");
    cli->home = cli->storage[STORED_HOME] = home;
    return AVOW_EXIT_OK;
}

/* Keeps one setting; what is wrong with it, or NULL. */
static const char *take(struct avow_cli *cli, const struct avow_ini *ini)
{
    static const struct {
        const char *name;
        size_t slot;
    } rows[] = {{"node", STORED_NODE}, {"network", STORED_NETWORK}, {"second", STORED_SECOND}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!avow_bytes_equal(ini->section, avow_bytes_text("cli")) ||
            !avow_bytes_equal(ini->name, avow_bytes_text(rows[i].name)))
            continue;
        char **stored = &cli->storage[rows[i].slot];
        if (*stored != NULL)
            return "this setting is given twice";
        *stored = strndup((const char *)ini->value.data, ini->value.len);
        return *stored == NULL ? "out of memory" : NULL;
    }
    return "an unknown setting; there are node, second and network in section [cli]";
}

static int read_text(struct avow_cli *cli, const char *path, struct avow_bytes text)
{
    struct avow_ini ini;
    enum avow_ini_item item;
    avow_ini_init(&ini, text);
    while ((item = avow_ini_next(&ini)) != AVOW_INI_END) {
        const char *problem = NULL;
        if (item == AVOW_INI_BAD)
            problem = ini.problem;
        else if (item == AVOW_INI_PAIR)
            problem = take(cli, &ini);
        if (problem != NULL)
            return avow_cli_fail(cli, AVOW_EXIT_USAGE, "%s:%u: %s", path, ini.line, problem);
    }
    return AVOW_EXIT_OK;
}

static int read_config(struct avow_cli *cli)
{
    char path[AVOW_PATH_BYTES];
    if (cli->home == NULL)
        return AVOW_EXIT_OK;
    if (avow_folder_join(cli->home, AVOW_CLI_CONFIG_FILE, path) != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "the home folder's path is too long");
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    avow_buf_init(&text, CONFIG_BYTES_MAX);
    enum avow_err err = avow_file_read_own(path, CONFIG_BYTES_MAX, &text);
    if (err == AVOW_OK)
        return read_text(cli, path, avow_buf_bytes(&text));
    if (err == AVOW_ERR_NOT_FOUND)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "cannot read %s: %s", path,
                         err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
}

/* HOST:PORT or [HOST]:PORT, perhaps with ID@ before it. Whether it is there, connecting tells. */
static bool is_address(const char *text)
{
    const char *colon = strrchr(text, ':');
    const char *host = strchr(text, '@') != NULL ? strchr(text, '@') + 1 : text;
    if (colon == NULL || colon <= host || strlen(colon + 1) > 5 ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return false;
    const long port = strtol(colon + 1, NULL, 10);
    return port >= 1 && port <= 65535;
}

int avow_settings_load(struct avow_cli *cli)
{
    int status = find_home(cli);
    if (status == AVOW_EXIT_OK)
        status = read_config(cli);
    if (status != AVOW_EXIT_OK)
        return status;
    if (cli->node == NULL)
        cli->node = environment("AVOW_NODE");
    if (cli->node == NULL)
        cli->node = cli->storage[STORED_NODE];
    if (cli->node == NULL)
        cli->node = AVOW_CLI_NODE_DEFAULT;
    if (cli->network == NULL)
        cli->network = environment("AVOW_NETWORK");
    if (cli->network == NULL)
        cli->network = cli->storage[STORED_NETWORK];
    if (cli->network == NULL)
        cli->network = AVOW_CLI_NETWORK_DEFAULT;
    cli->second = environment("AVOW_SECOND");
    if (cli->second == NULL)
        cli->second = cli->storage[STORED_SECOND];
    if (cli->second != NULL && !is_address(cli->second))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "\"%s\" is not a second node's address: write HOST:PORT", cli->second);
    if (!is_address(cli->node))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "\"%s\" is not a node's address: write HOST:PORT", cli->node);
    return AVOW_EXIT_OK;
}

void avow_settings_fini(struct avow_cli *cli)
{
    for (size_t i = 0; i < sizeof(cli->storage) / sizeof(cli->storage[0]); i++) {
        free(cli->storage[i]);
        cli->storage[i] = NULL;
    }
}
