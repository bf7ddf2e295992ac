/* avow: set-up that belongs to a process, then the command. */
#include "cli/commands.h"
#include "proto/crypto/ed25519.h"
#include "sys/process.h"
#include "sys/wipe.h"

#include <jansson.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    /* Keys pass through this process: a crash must not leave them in a file. The locale stays "C":
     * numbers and texts are the formats' own, whatever the machine's language. */
    avow_process_guard();
    json_set_alloc_funcs(malloc, avow_wipe_free); /* badges and their seeds pass through it */
    if (avow_crypto_init() != AVOW_OK) {
        (void)fputs("avow: the cryptographic library failed its self-test\n", stderr);
        return AVOW_EXIT_NEGATIVE;
    }
    /* Whole lines, so that those of several processes do not mix. */
    (void)setvbuf(stderr, NULL, _IOLBF, 0);
    return avow_cli_main(avow_commands, argc, argv, stdout, stderr);
}
