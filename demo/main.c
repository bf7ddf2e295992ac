/* avow-demo: the whole story on this machine, with real nodes, real keys and real files. Every line
 * that begins with "$" can be typed by the reader afterwards. */
#include "demo/chapters.h"
#include "demo/watch.h"
#include "proto/crypto/ed25519.h"
#include "sys/files.h"
#include "sys/wipe.h"

#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>

#define BADGE_BYTES_MAX (1 << 20)

/* What each place teaches, and to whom. */
struct course {
    const char *issuer; /* options of issuer new */
    const char *achievement;
    char index[24]; /* of the achievement, once it is published */
    unsigned learners;
};

static struct course courses_of(size_t place)
{
    static const struct course courses[AVOW_DEMO_NODES] = {
        {"--name \"Universidade do Porto (demo)\" --jurisdiction PT-13 --website "
         "https://porto.example",
         "--code DA-101 --title \"Análise de Dados com R\" --language pt --level 6 --framework EQF "
         "--field 0612 --credits 6 --credit-system ECTS",
         "", 0},
        {"--name \"Nairobi Technical Institute (demo)\" --jurisdiction KE --website "
         "https://nairobi.example",
         "--code SOL-2 --title \"Solar Photovoltaic Installation\" --language en --level 5 "
         "--framework KNQF --field 0713 --credits 12 --credit-system KNQF",
         "", 0},
        {"--name \"Toronto College of Health (demo)\" --jurisdiction CA-ON --website "
         "https://toronto.example",
         "--code PSW-9 --title \"Personal Support Worker\" --language en --level 4 --framework OQF "
         "--field 0921 --credits 30 --credit-system hours",
         "", 0},
    };
    return courses[place];
}

/* ------------------------------------------------------------------ the chapters */

static int start_nodes(struct avow_demo_world *world)
{
    static const size_t none[1] = {0}, porto[] = {AVOW_DEMO_PORTO}, nairobi[] = {AVOW_DEMO_NAIROBI};
    avow_demo_say(world, "1. Three nodes, three regions. Nairobi knows Porto, Toronto knows only "
                         "Nairobi: what Porto\n   publishes reaches Toronto in two hops.");
    int status = avow_demo_start(world, AVOW_DEMO_PORTO, none, 0);
    if (status == AVOW_EXIT_OK)
        status = avow_demo_start(world, AVOW_DEMO_NAIROBI, porto, 1);
    if (status == AVOW_EXIT_OK)
        status = avow_demo_start(world, AVOW_DEMO_TORONTO, nairobi, 1);
    for (size_t i = 0; i < AVOW_DEMO_NODES && status == AVOW_EXIT_OK; i++)
        (void)fprintf(world->cli->out, "    %-8s avowd on %s, data in %s/node\n",
                      world->places[i].title, world->places[i].address, world->places[i].folder);
    return status;
}

static int make_issuer(struct avow_demo_world *world, size_t place, struct course *course)
{
    struct avow_demo_place *here = &world->places[place];
    bool show = place == AVOW_DEMO_PORTO;
    int status =
        avow_demo_runf(world, place, place, show, "issuer new %s --no-passphrase", course->issuer);
    if (status != AVOW_EXIT_OK)
        return status;
    (void)snprintf(here->issuer, sizeof(here->issuer), "%s", avow_demo_last_line(world));
    status = avow_demo_runf(world, place, place, show, "achievement add %s", course->achievement);
    if (status != AVOW_EXIT_OK)
        return status;
    (void)snprintf(course->index, sizeof(course->index), "%s", avow_demo_last_line(world));
    status = avow_demo_runf(world, place, place, show,
                            "issue --achievement %s --csv %s/%s.csv --out @badges", course->index,
                            world->data, here->name);
    if (status == AVOW_EXIT_OK)
        (void)fprintf(world->cli->out, "    %-8s is %s\n", here->title, here->issuer);
    return status;
}

static int make_issuers(struct avow_demo_world *world)
{
    avow_demo_say(world,
                  "2. Each region has an issuer, who defines a course and issues badges from "
                  "a CSV file. The log that\n   everybody copies holds no name and no mark: "
                  "only salted commitments.");
    for (size_t i = 0; i < AVOW_DEMO_NODES; i++) {
        struct course course = courses_of(i);
        int status = make_issuer(world, i, &course);
        if (status != AVOW_EXIT_OK)
            return status;
    }
    return AVOW_EXIT_OK;
}

static int verify_abroad(struct avow_demo_world *world, struct avow_demo_record *record)
{
    avow_demo_say(world, "3. A learner shows a Porto badge to an employer in Toronto. The employer "
                         "asks the nearest node, and\n   believes the proofs that come with the "
                         "answer, not the node.");
    (void)avow_demo_run(world, AVOW_DEMO_PORTO, AVOW_DEMO_PORTO, false,
                        "verify @badges/up-2026-001.json --json");
    if (!avow_demo_find_reference(world, record))
        return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "verify --json shows no reference");
    if (avow_demo_await(world, AVOW_DEMO_TORONTO, record, AVOW_WORD_VALID, avow_demo_now_ns()) < 0)
        return AVOW_EXIT_NEGATIVE;
    int status = avow_demo_run(world, AVOW_DEMO_PORTO, AVOW_DEMO_TORONTO, true,
                               "verify @badges/up-2026-001.json");
    avow_demo_show_output(world);
    return status;
}

static int prove_offline(struct avow_demo_world *world)
{
    avow_demo_say(world, "4. The same answer without any node: evidence goes into a file and is "
                         "recomputed offline.");
    int status = avow_demo_run(world, AVOW_DEMO_PORTO, AVOW_DEMO_TORONTO, true,
                               "prove @badges/up-2026-002.json -o @evidence");
    if (status != AVOW_EXIT_OK)
        return status;
    status = avow_demo_run(world, AVOW_DEMO_PORTO, AVOW_DEMO_TORONTO, true,
                           "verify @badges/up-2026-002.json --offline @evidence");
    avow_demo_show_output(world);
    return status;
}

static int revoke_and_measure(struct avow_demo_world *world, const struct avow_demo_record *record)
{
    avow_demo_say(world, "5. Porto revokes the first badge. How long until Toronto, two hops away, "
                         "refuses it?");
    int status = avow_demo_run(world, AVOW_DEMO_PORTO, AVOW_DEMO_PORTO, true,
                               "revoke @badges/up-2026-001.json --reason fraud");
    uint64_t accepted = avow_demo_now_ns();
    if (status != AVOW_EXIT_OK)
        return status;
    double ms = avow_demo_await(world, AVOW_DEMO_TORONTO, record, AVOW_WORD_REVOKED, accepted);
    if (ms < 0)
        return AVOW_EXIT_NEGATIVE;
    status = avow_demo_run(world, AVOW_DEMO_PORTO, AVOW_DEMO_TORONTO, true,
                           "verify @badges/up-2026-001.json");
    avow_demo_show_output(world);
    if (status != AVOW_EXIT_NEGATIVE)
        return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "Toronto did not refuse the badge");
    (void)fprintf(world->cli->out,
                  "    Refused in Toronto %.1f ms after Porto's node acknowledged "
                  "the revocation.\n",
                  ms);
    return AVOW_EXIT_OK;
}

static int tamper(struct avow_demo_world *world)
{
    avow_demo_say(world, "6. Somebody improves a mark: one character in the file.");
    char from[600], to[600];
    (void)snprintf(from, sizeof(from), "%s/badges/up-2026-003.json",
                   world->places[AVOW_DEMO_PORTO].folder);
    (void)snprintf(to, sizeof(to), "%s/improved.json", world->places[AVOW_DEMO_PORTO].folder);
    static const char field[] = "\"value\": \"1";
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf badge;
    avow_buf_init(&badge, BADGE_BYTES_MAX);
    bool made = avow_file_read(from, BADGE_BYTES_MAX, &badge) == AVOW_OK;
    uint8_t *mark = made ? memmem(badge.data, badge.len, field, sizeof(field) - 1) : NULL;
    if (mark != NULL)
        mark[sizeof(field) - 2] = '2';
    made = mark != NULL && avow_file_write(to, avow_buf_bytes(&badge), 0644) == AVOW_OK;
    if (!made)
        return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "cannot make %s", to);
    int status =
        avow_demo_run(world, AVOW_DEMO_PORTO, AVOW_DEMO_TORONTO, true, "verify @improved.json");
    avow_demo_show_output(world);
    return status == AVOW_EXIT_NEGATIVE
               ? AVOW_EXIT_OK
               : avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "the change was not noticed");
}

static int kill_and_recover(struct avow_demo_world *world, const struct avow_demo_record *record)
{
    static const size_t porto[] = {AVOW_DEMO_PORTO};
    avow_demo_say(world, "9. Nairobi's machine loses power (kill -9), at once after Nairobi issued "
                         "one more badge.");
    int status = avow_demo_run(world, AVOW_DEMO_NAIROBI, AVOW_DEMO_NAIROBI, true,
                               "issue --achievement 2 --name \"Wanjiku Kamau\" --out @late");
    if (status != AVOW_EXIT_OK)
        return status;
    avow_demo_stop(world, AVOW_DEMO_NAIROBI, SIGKILL);
    status =
        avow_demo_run(world, AVOW_DEMO_NAIROBI, AVOW_DEMO_NAIROBI, true, "node check --data @node");
    avow_demo_show_output(world);
    if (status != AVOW_EXIT_OK)
        return status;
    status = avow_demo_start(world, AVOW_DEMO_NAIROBI, porto, 1);
    if (status == AVOW_EXIT_OK)
        status = avow_demo_run(world, AVOW_DEMO_NAIROBI, AVOW_DEMO_NAIROBI, true, "log audit");
    avow_demo_show_output(world);
    if (status != AVOW_EXIT_OK || avow_demo_await(world, AVOW_DEMO_NAIROBI, record,
                                                  AVOW_WORD_REVOKED, avow_demo_now_ns()) < 0)
        return AVOW_EXIT_NEGATIVE;
    (void)fputs("    Nothing that was acknowledged is lost, and what was revoked stays revoked.\n",
                world->cli->out);
    return AVOW_EXIT_OK;
}

static void tell_the_end(struct avow_demo_world *world, bool keep)
{
    avow_demo_say(world, "Everything is in %s: keys, badges, evidence, the nodes' logs and data.",
                  world->folder);
    if (!keep) {
        (void)fputs("Run it with --keep to have the nodes stay, and try commands of your own.\n",
                    world->cli->out);
        return;
    }
    (void)fprintf(world->cli->out,
                  "The nodes are still running. To be Porto's registrar:\n"
                  "    export AVOW_HOME=%s/keys AVOW_NODE=%s\n"
                  "    avow issuer show\n"
                  "To end them: kill",
                  world->places[AVOW_DEMO_PORTO].folder, world->places[AVOW_DEMO_PORTO].address);
    for (size_t i = 0; i < AVOW_DEMO_NODES; i++)
        (void)fprintf(world->cli->out, " %ld", (long)world->places[i].pid);
    (void)fputc('\n', world->cli->out);
}

static int tell(struct avow_demo_world *world)
{
    struct avow_demo_record record;
    int status = start_nodes(world);
    if (status == AVOW_EXIT_OK)
        status = make_issuers(world);
    if (status == AVOW_EXIT_OK)
        status = verify_abroad(world, &record);
    if (status == AVOW_EXIT_OK)
        status = prove_offline(world);
    if (status == AVOW_EXIT_OK)
        status = revoke_and_measure(world, &record);
    if (status == AVOW_EXIT_OK)
        status = tamper(world);
    if (status == AVOW_EXIT_OK)
        status = avow_demo_abroad(world);
    if (status == AVOW_EXIT_OK)
        status = avow_demo_stack(world);
    if (status == AVOW_EXIT_OK)
        status = kill_and_recover(world, &record);
    return status;
}

static int run(const struct avow_cli *cli, const char *folder, bool keep)
{
    struct avow_demo_world world;
    (void)fputs("Avow: issue in one region, revoke, and see it refused in another.\n", cli->out);
    int status = avow_demo_open(&world, cli, folder);
    if (status == AVOW_EXIT_OK)
        status = tell(&world);
    if (status == AVOW_EXIT_OK)
        tell_the_end(&world, keep);
    else if (world.folder[0] != '\0')
        (void)avow_cli_fail(cli, status, "the story stopped; what it made is in %s", world.folder);
    avow_demo_close(&world, keep && status == AVOW_EXIT_OK);
    return status;
}

static const char help[] =
    "usage: avow-demo [--keep] [--out DIR]\n\n"
    "Runs a three-region network on this machine and tells the whole story: starts three nodes on\n"
    "loopback, creates three issuers, issues a few hundred credentials from CSV files, verifies\n"
    "one in another region, recomputes a verdict offline, revokes, measures how fast the refusal\n"
    "travels, changes one character of a badge, has a badge judged across a border before and\n"
    "after a body recognises its issuer, stacks three into a diploma and revokes one of them,\n"
    "kills a node, and shows that nothing was lost.\n\n"
    "It needs avowd beside this program, and touches nothing outside of the folder that it "
    "names.\n\n"
    "  --keep     leave the nodes running\n"
    "  --out DIR  make everything in this new folder instead of one in /tmp\n";

int main(int argc, char **argv)
{
    static const struct option options[] = {{"keep", no_argument, NULL, 'k'},
                                            {"out", required_argument, NULL, 'o'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    const struct avow_cli cli = {.out = stdout, .err = stderr};
    const char *folder = NULL;
    bool keep = false;
    int given;
    while ((given = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (given == 'h')
            return fputs(help, stdout) == EOF ? AVOW_EXIT_NEGATIVE : AVOW_EXIT_OK;
        if (given == '?')
            return AVOW_EXIT_USAGE;
        keep = keep || given == 'k';
        folder = given == 'o' ? optarg : folder;
    }
    if (optind < argc)
        return avow_cli_fail(&cli, AVOW_EXIT_USAGE, "the demo takes no operand: %s", argv[optind]);
    json_set_alloc_funcs(malloc, avow_wipe_free); /* badges and their seeds pass through it */
    if (avow_crypto_init() != AVOW_OK)
        return avow_cli_fail(&cli, AVOW_EXIT_NEGATIVE,
                             "the cryptographic library failed its self-test");
    return run(&cli, folder, keep);
}
