/* The first that speaks wins. A configuration that is not understood is an error, not a guess. */
#include "cli/frame/settings.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>

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

struct reading {
    struct avow_cli *cli;
    const char *problem;
};

/* inih calls it for each setting; 0 stops at this line. */
static int take(void *context, const char *section, const char *name, const char *value)
{
    struct reading *reading = context;
    struct avow_cli *cli = reading->cli;
    size_t slot;
    if (strcmp(section, "cli") == 0 && strcmp(name, "node") == 0) {
        slot = STORED_NODE;
    } else if (strcmp(section, "cli") == 0 && strcmp(name, "network") == 0) {
        slot = STORED_NETWORK;
    } else if (strcmp(section, "cli") == 0 && strcmp(name, "second") == 0) {
        slot = STORED_SECOND;
    } else {
        reading->problem =
            "an unknown setting; there are node, second and network in section [cli]";
        return 0;
    }
    if (cli->storage[slot] != NULL) {
        reading->problem = "this setting is given twice";
        return 0;
    }
    cli->storage[slot] = strdup(value);
    if (cli->storage[slot] == NULL)
        reading->problem = "out of memory";
    return cli->storage[slot] != NULL;
}

static int read_config(struct avow_cli *cli)
{
    char path[4096];
    if (cli->home == NULL)
        return AVOW_EXIT_OK;
    int len = snprintf(path, sizeof(path), "%s/%s", cli->home, AVOW_CLI_CONFIG_FILE);
    if (len < 0 || (size_t)len >= sizeof(path))
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "the home folder's path is too long");
    FILE *file = fopen(path, "re");
    if (file == NULL && (errno == ENOENT || errno == ENOTDIR))
        return AVOW_EXIT_OK;
    if (file == NULL)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "cannot read %s: %s", path, strerror(errno));
    struct reading reading = {.cli = cli, .problem = "not a setting: write NAME = VALUE"};
    int line = ini_parse_file(file, take, &reading);
    (void)fclose(file);
    if (line == 0)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "%s:%d: %s", path, line, reading.problem);
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
