/* Every attack at once. */
#include "tests/e2e/tools/hostile/hostile.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIEGE_PROCESSES 64
#define ROUND_S 60 /* an attack that does not come to an end is begun again */

struct siege_attack {
    uint64_t count;
    uint64_t (*run)(uint64_t count);
};

#define ATTACK_ROW(name, siege, what) {siege, attack_##name},
static const struct siege_attack attacks[] = {ATTACK_LIST(ATTACK_ROW)};
#undef ATTACK_ROW

/* The rows that take part. */
static size_t list_attacks(const struct siege_attack *list[])
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
        if (attacks[i].count > 0)
            list[count++] = &attacks[i];
    return count;
}

static pid_t begin_round(const struct siege_attack *attack)
{
    pid_t pid = fork();
    tool_expect(pid >= 0, "a process");
    if (pid > 0)
        return pid;
    (void)alarm(ROUND_S);
    if (freopen("/dev/null", "w", stderr) == NULL)
        _exit(1);
    (void)attack->run(attack->count);
    _exit(0);
}

/* A node that defends itself ends many rounds early: as many begin again. */
uint64_t attack_siege(uint64_t seconds)
{
    const struct siege_attack *list[sizeof(attacks) / sizeof(attacks[0])];
    const size_t count = list_attacks(list);
    const uint64_t until = tool_unix() + seconds;
    pid_t pids[SIEGE_PROCESSES];
    tool_expect(nice(19) == 19, "to leave the processors to the nodes"); /* as if it were afar */
    uint64_t rounds = SIEGE_PROCESSES;
    for (size_t i = 0; i < SIEGE_PROCESSES; i++)
        pids[i] = begin_round(list[i % count]);
    while (tool_unix() < until) {
        int status;
        pid_t ended = waitpid(-1, &status, WNOHANG);
        for (size_t i = 0; ended > 0 && i < SIEGE_PROCESSES; i++) {
            if (pids[i] != ended)
                continue;
            pids[i] = begin_round(list[i % count]);
            rounds++;
        }
        if (ended <= 0)
            (void)usleep(1000);
    }
    for (size_t i = 0; i < SIEGE_PROCESSES; i++)
        (void)kill(pids[i], SIGKILL);
    while (waitpid(-1, NULL, 0) > 0) {
        /* until all have ended */
    }
    return rounds;
}
