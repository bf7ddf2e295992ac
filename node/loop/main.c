/* avowd: the daemon's main. Prints nothing but log lines, --help, --manual and --version. */
#include "node/loop/base/policies.h"
#include "node/loop/base/version.h"
#include "node/loop/node.h"
#include "proto/crypto/ed25519.h"
#include "sys/process.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXIT_USAGE 2

/* Messages, their jobs and LMDB's dirty pages come and go by the megabyte. Given back to the kernel
 * each time they would be cleared and mapped again each time, a tenth of what storing costs. */
#define MAPPED_FROM_BYTES (4 << 20)
#define KEPT_FREE_BYTES (16 << 20)

/* A page of the store's map that cannot be had. Nothing but these two calls may be made here. */
static void on_no_page(int signal)
{
    static const char line[] =
        "level=error event=store-unreadable why=\"a page of store.mdb cannot be read: the file was "
        "cut short, or its disk fails\"\n";
    (void)signal;
    (void)!write(STDERR_FILENO, line, sizeof(line) - 1);
    _exit(1);
}

/* Keys are in this process's memory, and what it writes is its own. */
static void set_up_process(void)
{
    avow_process_guard();
    (void)signal(SIGBUS, on_no_page);
    (void)umask(S_IRWXG | S_IRWXO);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_FREE_BYTES);
}

static int print(void (*write)(FILE *file))
{
    write(stdout);
    return fflush(stdout) == 0 && ferror(stdout) == 0 ? 0 : 1;
}

static int say_no(const struct avow_buf *error)
{
    (void)fprintf(stderr, "avowd: %.*s\n", (int)error->len, (const char *)error->data);
    return EXIT_USAGE;
}

static int run(struct avow_options *options, struct avow_buf *error)
{
    struct avow_policies *policies;
    enum avow_err err = avow_policies_read(options->policies, &policies, error);
    if (err == AVOW_ERR_INVALID)
        return say_no(error);
    options->named = policies;
    if (err == AVOW_OK)
        err = avow_node_run(options);
    else
        (void)fprintf(stderr, "avowd: %s\n", avow_err_text(err));
    avow_policies_free(&policies);
    return err == AVOW_OK ? 0 : 1;
}

int main(int argc, char *argv[])
{
    struct avow_options options;
    struct avow_buf error;
    uint8_t storage[8192];
    avow_buf_init_fixed(&error, storage, sizeof(storage));
    enum avow_err err = avow_options_read(&options, argc, argv, &error);
    if (err == AVOW_ERR_INVALID) {
        (void)say_no(&error);
        (void)fputs("See `avowd --help`.\n", stderr);
        return EXIT_USAGE;
    }
    if (err == AVOW_OK && options.help)
        return print(avow_options_help);
    if (err == AVOW_OK && options.manual)
        return print(avow_options_manual);
    if (err == AVOW_OK && options.version) {
        (void)printf("avowd %s\n", avow_version_of_node());
        return 0;
    }
    set_up_process();
    if (err == AVOW_OK)
        err = avow_crypto_init();
    if (err == AVOW_OK)
        return run(&options, &error);
    (void)fprintf(stderr, "avowd: %s\n", avow_err_text(err));
    return 1;
}
