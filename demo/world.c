/* Processes, ports, folders. The daemon is started by fork and exec; commands of this program run
 * in this process, through the same table as a person's. */
#include "demo/world.h"

#include "cli/commands.h"
#include "client/client.h"
#include "sys/fd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX 48
#define OUTPUT_MAX ((size_t)16 * 1024 * 1024)
#define START_TRIES 100
#define START_PAUSE_NS 50000000L

#ifndef AVOW_DEMO_SOURCE
#define AVOW_DEMO_SOURCE "demo"
#endif

/* ------------------------------------------------------------------ beginning and end */

static int find_files(struct avow_demo_world *world)
{
    char self[400];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (len <= 0)
        return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "cannot find this program: %s",
                             strerror(errno));
    self[len] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    (void)snprintf(world->daemon, sizeof(world->daemon), "%s/avowd", self);
    if (access(world->daemon, X_OK) != 0)
        return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE,
                             "no avowd at %s: build it, or install it", world->daemon);
    bool from_source = access(AVOW_DEMO_SOURCE "/porto.csv", R_OK) == 0;
    if (from_source)
        (void)snprintf(world->data, sizeof(world->data), "%s", AVOW_DEMO_SOURCE);
    else /* where it is installed, whatever the prefix */
        (void)snprintf(world->data, sizeof(world->data), "%s/../share/avow/demo", self);
    char sample[600];
    (void)snprintf(sample, sizeof(sample), "%s/porto.csv", world->data);
    if (access(sample, R_OK) != 0)
        return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "no sample data at %s", sample);
    return AVOW_EXIT_OK;
}

static int make_folder(const struct avow_demo_world *world, const char *path)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return AVOW_EXIT_OK;
    return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "cannot make the folder %s: %s", path,
                         strerror(errno));
}

/* A port that is free now. Somebody could take it before the node does; then the node says so. */
static int free_port(const struct avow_demo_world *world, char address[64])
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(any);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool bound = fd >= 0 && bind(fd, (const struct sockaddr *)(const void *)&any, len) == 0 &&
                 getsockname(fd, (struct sockaddr *)(void *)&any, &len) == 0;
    int error = errno;
    if (fd >= 0)
        (void)close(fd);
    if (!bound)
        return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "no free port: %s", strerror(error));
    (void)snprintf(address, 64, "127.0.0.1:%u", ntohs(any.sin_port));
    return AVOW_EXIT_OK;
}

static int open_place(struct avow_demo_world *world, size_t index, const char *name,
                      const char *title)
{
    struct avow_demo_place *place = &world->places[index];
    place->name = name;
    place->title = title;
    (void)snprintf(place->folder, sizeof(place->folder), "%s/%s", world->folder, name);
    int status = make_folder(world, place->folder);
    return status == AVOW_EXIT_OK ? free_port(world, place->address) : status;
}

/* By its whole path, so that the commands that are shown work in any folder. */
static int make_named(struct avow_demo_world *world, const char *folder)
{
    char path[PATH_MAX];
    if (mkdir(folder, 0700) != 0)
        return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE,
                             "cannot make the folder %s: %s (name one that does not exist)", folder,
                             strerror(errno));
    if (realpath(folder, path) == NULL)
        return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "cannot find the folder %s: %s",
                             folder, strerror(errno));
    if (strlen(path) < sizeof(world->folder)) {
        memcpy(world->folder, path, strlen(path) + 1);
        return AVOW_EXIT_OK;
    }
    (void)rmdir(path);
    return avow_cli_fail(world->cli, AVOW_EXIT_USAGE, "the folder's path is too long: %s", path);
}

static int make_temporary(struct avow_demo_world *world)
{
    char path[] = "/tmp/avow-demo-XXXXXX";
    if (mkdtemp(path) == NULL)
        return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "cannot make a folder in /tmp: %s",
                             strerror(errno));
    memcpy(world->folder, path, sizeof(path));
    return AVOW_EXIT_OK;
}

int avow_demo_open(struct avow_demo_world *world, const struct avow_cli *cli, const char *folder)
{
    *world = (struct avow_demo_world){.cli = cli};
    avow_buf_init(&world->output, OUTPUT_MAX);
    int status = find_files(world);
    if (status != AVOW_EXIT_OK)
        return status;
    status = folder != NULL ? make_named(world, folder) : make_temporary(world);
    if (status != AVOW_EXIT_OK)
        return status;
    status = open_place(world, 0, "porto", "Porto");
    if (status == AVOW_EXIT_OK)
        status = open_place(world, 1, "nairobi", "Nairobi");
    if (status == AVOW_EXIT_OK)
        status = open_place(world, 2, "toronto", "Toronto");
    return status;
}

void avow_demo_close(struct avow_demo_world *world, bool keep)
{
    for (size_t i = 0; i < AVOW_DEMO_NODES && !keep; i++)
        avow_demo_stop(world, i, SIGTERM);
    avow_buf_fini(&world->output);
}

/* ------------------------------------------------------------------ nodes */

/* In the child, between fork and exec. */
static _Noreturn void become_daemon(const struct avow_demo_world *world,
                                    const struct avow_demo_place *place, char **arguments)
{
    char log[600];
    (void)snprintf(log, sizeof(log), "%s/node.log", place->folder);
    int fd = avow_fd_open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    int null = avow_fd_open("/dev/null", O_RDONLY, 0);
    /* In a group of its own: a Ctrl-C at the terminal is for the demo, which stops its nodes. */
    if (fd >= 0 && null >= 0 && setpgid(0, 0) == 0 && dup2(null, 0) >= 0 && dup2(fd, 1) >= 0 &&
        dup2(fd, 2) >= 0)
        (void)execv(world->daemon, arguments);
    _exit(127);
}

static bool answers(const struct avow_demo_place *place)
{
    struct avow_client_config config = {
        .address = place->address, .role = AVOW_PEER_CLIENT, .timeout_ms = 2000};
    struct avow_client *client;
    char reason[AVOW_CLIENT_REASON_MAX];
    if (avow_client_connect(&config, &client, reason) != AVOW_OK)
        return false;
    avow_client_free(&client);
    return true;
}

static int await_node(struct avow_demo_world *world, struct avow_demo_place *place)
{
    for (int i = 0; i < START_TRIES; i++) {
        const struct timespec pause = {.tv_nsec = START_PAUSE_NS};
        if (answers(place))
            return AVOW_EXIT_OK;
        if (waitpid(place->pid, NULL, WNOHANG) == place->pid) {
            place->pid = 0;
            break;
        }
        (void)nanosleep(&pause, NULL);
    }
    return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE,
                         "the node of %s did not start: see %s/node.log", place->title,
                         place->folder);
}

int avow_demo_start(struct avow_demo_world *world, size_t index, const size_t *peers,
                    size_t peer_count)
{
    struct avow_demo_place *place = &world->places[index];
    char data[600];
    char *arguments[8 + 2 * AVOW_DEMO_NODES] = {world->daemon, "--data", data, "--listen",
                                                place->address};
    size_t count = 5;
    (void)snprintf(data, sizeof(data), "%s/node", place->folder);
    for (size_t i = 0; i < peer_count; i++) {
        arguments[count++] = "--peer";
        arguments[count++] = world->places[peers[i]].address;
    }
    int status = make_folder(world, data);
    if (status != AVOW_EXIT_OK)
        return status;
    place->pid = fork();
    if (place->pid < 0) {
        place->pid = 0;
        return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "cannot start a process: %s",
                             strerror(errno));
    }
    if (place->pid == 0)
        become_daemon(world, place, arguments);
    return await_node(world, place);
}

void avow_demo_stop(struct avow_demo_world *world, size_t index, int signal)
{
    struct avow_demo_place *place = &world->places[index];
    if (place->pid == 0)
        return;
    (void)kill(place->pid, signal);
    while (waitpid(place->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    place->pid = 0;
}

/* ------------------------------------------------------------------ commands */

static void free_text(char **text)
{
    free(*text);
}

/* Cuts `line` in place. "@rest" becomes the place's folder and "/rest". Returns how many words. */
static int split_words(char *line, const char *folder, char *storage, size_t storage_len,
                       char **words)
{
    int count = 0;
    size_t used = 0;
    char *at = line;
    while (*at != '\0' && count < WORDS_MAX - 1) {
        while (*at == ' ')
            at++;
        bool quoted = *at == '"';
        char *word = quoted ? ++at : at;
        while (*at != '\0' && *at != (quoted ? '"' : ' '))
            at++;
        if (*at != '\0')
            *at++ = '\0';
        if (*word == '@') {
            int len = snprintf(storage + used, storage_len - used, "%s/%s", folder, word + 1);
            AVOW_ASSERT(len > 0 && used + (size_t)len < storage_len);
            words[count++] = storage + used;
            used += (size_t)len + 1;
        } else if (*word != '\0') {
            words[count++] = word;
        }
    }
    words[count] = NULL;
    return count;
}

static void show_line(const struct avow_demo_world *world, const char *line)
{
    (void)fputs("    $ avow ", world->cli->out);
    for (; *line != '\0'; line++) {
        if (*line != '@')
            (void)fputc(*line, world->cli->out);
    }
    (void)fputc('\n', world->cli->out);
    (void)fflush(world->cli->out);
}

/* Text moved in under the command that printed it. */
static void show_text(const struct avow_demo_world *world, const char *text)
{
    bool start = true;
    for (; *text != '\0'; text++) {
        if (start && *text != '\n')
            (void)fputs("      ", world->cli->out);
        (void)fputc(*text, world->cli->out);
        start = *text == '\n';
    }
    (void)fflush(world->cli->out);
}

void avow_demo_show_output(const struct avow_demo_world *world)
{
    show_text(world, (const char *)world->output.data);
}

/* Runs with both outputs caught. What goes to stderr is shown under the line, or, when the line
 * itself is not shown, only if the command failed. */
static int run_caught(struct avow_demo_world *world, int count, char **words, bool show)
{
    AVOW_CLEANUP(free_text)
    char *text = NULL;
    AVOW_CLEANUP(free_text)
    char *notes = NULL;
    size_t text_len = 0, notes_len = 0;
    FILE *out = open_memstream(&text, &text_len);
    FILE *err = open_memstream(&notes, &notes_len);
    int status = AVOW_EXIT_NEGATIVE;
    if (out != NULL && err != NULL)
        status = avow_cli_main(avow_commands, count, words, out, err);
    bool caught = out != NULL && fclose(out) == 0;
    caught = err != NULL && fclose(err) == 0 && caught;
    avow_buf_clear(&world->output);
    avow_buf_append(&world->output, text, text_len);
    avow_buf_append(&world->output, "", 1);
    if (!caught || world->output.err != AVOW_OK)
        return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "out of memory");
    if (show)
        show_text(world, notes);
    else if (status != AVOW_EXIT_OK)
        (void)fputs(notes, world->cli->err);
    return status;
}

int avow_demo_run(struct avow_demo_world *world, size_t place, size_t node, bool show,
                  const char *line)
{
    char copy[1024], storage[4096], home[600];
    char *words[WORDS_MAX] = {"avow"};
    if (show)
        show_line(world, line);
    AVOW_ASSERT(strlen(line) < sizeof(copy));
    memcpy(copy, line, strlen(line) + 1);
    int count =
        1 + split_words(copy, world->places[place].folder, storage, sizeof(storage), words + 1);
    (void)snprintf(home, sizeof(home), "%s/keys", world->places[place].folder);
    if (setenv("AVOW_HOME", home, 1) != 0 ||
        setenv("AVOW_NODE", world->places[node].address, 1) != 0)
        return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "out of memory");
    return run_caught(world, count, words, show);
}

int avow_demo_runf(struct avow_demo_world *world, size_t place, size_t node, bool show,
                   const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    AVOW_ASSERT(len > 0 && (size_t)len < sizeof(line));
    return avow_demo_run(world, place, node, show, line);
}

void avow_demo_say(const struct avow_demo_world *world, const char *format, ...)
{
    va_list args;
    (void)fputc('\n', world->cli->out);
    va_start(args, format);
    (void)vfprintf(world->cli->out, format, args);
    va_end(args);
    (void)fputc('\n', world->cli->out);
    (void)fflush(world->cli->out);
}
