/* A program of somebody else's: checks a file of evidence with the installed library. */
#include "proto/crypto/ed25519.h"
#include "proto/log/evidence.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    static uint8_t bytes[AVOW_EVIDENCE_BYTES_MAX];
    struct avow_evidence evidence;
    enum avow_reject reject;
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL || avow_crypto_init() != AVOW_OK)
        return 2;
    size_t len = fread(bytes, 1, sizeof(bytes), file);
    (void)fclose(file);
    if (avow_evidence_check(avow_bytes(bytes, len), &evidence, &reject) != AVOW_OK)
        return 2;
    (void)printf("%s: logs: %zu\n", avow_reject_name(reject), evidence.count);
    avow_evidence_fini(&evidence);
    return reject == AVOW_ACCEPT ? 0 : 1;
}
