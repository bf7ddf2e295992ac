/* hostile NODE ATTACK COUNT: somebody who means no good.
 *
 * Prints what it did. Being dropped is what it expects; what the node is like meanwhile, others
 * judge. */
#include "tests/e2e/tools/hostile/hostile.h"

#include <stdio.h>

struct attack {
    const char *name, *what;
    uint64_t (*run)(uint64_t count);
};

#define ATTACK_ROW(name, siege, what) {#name, what, attack_##name},
static const struct attack attacks[] = {ATTACK_LIST(ATTACK_ROW)};
#undef ATTACK_ROW

static const struct attack *find(const char *name)
{
    for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
        if (strcmp(attacks[i].name, name) == 0)
            return &attacks[i];
    return NULL;
}

int main(int argc, char **argv)
{
    const struct attack *attack = argc == 4 ? find(argv[2]) : NULL;
    if (attack == NULL) {
        (void)fputs("usage: hostile NODE ATTACK COUNT\n", stderr);
        for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
            (void)fprintf(stderr, "  %-12s %s\n", attacks[i].name, attacks[i].what);
        return 2;
    }
    tool_expect(avow_crypto_init() == AVOW_OK, "libsodium");
    hostile_aim(argv[1]);
    uint64_t start = tool_now_us(), done = attack->run(tool_number(argv[3]));
    (void)printf("%s: %llu in %.1f s\n", attack->name, (unsigned long long)done,
                 (double)(tool_now_us() - start) / 1e6);
    return 0;
}
