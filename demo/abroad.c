#include "demo/chapters.h"
#include "demo/watch.h"

#define BADGE "nbo-26-001.json"

/* A judgement in Porto of the badge from Nairobi, under a policy; shown with its answer. */
static int judge(struct avow_demo_world *world, const char *policy, int expected)
{
    int status = avow_demo_runf(world, AVOW_DEMO_PORTO, AVOW_DEMO_PORTO, true,
                                "verify @%s --policy @%s", BADGE, policy);
    avow_demo_show_output(world);
    if (status == expected)
        return AVOW_EXIT_OK;
    return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "under %s the answer was not as expected",
                         policy);
}

/* Until Porto's node has a badge's log. */
static int await(struct avow_demo_world *world, size_t place, const char *badge)
{
    struct avow_demo_record record;
    (void)avow_demo_runf(world, place, place, false, "verify @badges/%s --json", badge);
    if (!avow_demo_find_reference(world, &record))
        return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "verify --json shows no reference");
    return avow_demo_await(world, AVOW_DEMO_PORTO, &record, AVOW_WORD_VALID, avow_demo_now_ns()) < 0
               ? AVOW_EXIT_NEGATIVE
               : AVOW_EXIT_OK;
}

/* The badge goes to Porto with its learner. */
static int carry(struct avow_demo_world *world)
{
    char from[600], to[600];
    (void)snprintf(from, sizeof(from), "%s/badges/" BADGE, world->places[AVOW_DEMO_NAIROBI].folder);
    (void)snprintf(to, sizeof(to), "%s/" BADGE, world->places[AVOW_DEMO_PORTO].folder);
    if (!avow_demo_copy(from, to))
        return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "cannot make %s", to);
    int status = await(world, AVOW_DEMO_NAIROBI, BADGE);
    return status == AVOW_EXIT_OK ? await(world, AVOW_DEMO_TORONTO, "tor26-001.json") : status;
}

/* A body of Portugal's, with a log of its own at Porto's node; and an employer's policy that relies
 * on it, and on nobody else. */
static int found_body(struct avow_demo_world *world)
{
    int status = avow_demo_run(world, AVOW_DEMO_PORTO, AVOW_DEMO_PORTO, false,
                               "issuer new --home @agency --name \"Agência de Reconhecimento "
                               "(demo)\" --jurisdiction PT --website https://agency.example "
                               "--no-passphrase");
    if (status != AVOW_EXIT_OK)
        return status;
    (void)fprintf(world->cli->out, "    The Portuguese agency is %s\n", avow_demo_last_line(world));
    return avow_demo_runf(world, AVOW_DEMO_PORTO, AVOW_DEMO_PORTO, true,
                          "policy new @hiring.ini --region PT --anchor Agency=%s",
                          avow_demo_last_line(world));
}

static int recognise(struct avow_demo_world *world)
{
    (void)fputs("\n    The agency recognises the institute: for engineering (ISCED-F 07), at EQF "
                "levels 3 to 5, with effect\n    in Portugal, and says what the Kenyan level "
                "counts for.\n",
                world->cli->out);
    return avow_demo_runf(
        world, AVOW_DEMO_PORTO, AVOW_DEMO_PORTO, true,
        "recognise %s --home @agency --as issuer --subject-name \"Nairobi Technical Institute\" "
        "--fields 07 --levels 3-5 --regions PT --equivalence KNQF:5=EQF:4 "
        "--basis https://agency.example/decisions/2026-17",
        world->places[AVOW_DEMO_NAIROBI].issuer);
}

/* The same badge under a policy that relies on somebody else. */
static int elsewhere(struct avow_demo_world *world)
{
    (void)fputs("\n    An employer who relies on others, and not on that agency, decides "
                "otherwise about the same badge:\n",
                world->cli->out);
    int status = avow_demo_runf(world, AVOW_DEMO_PORTO, AVOW_DEMO_PORTO, true,
                                "policy new @other.ini --region CA --anchor Toronto=%s",
                                world->places[AVOW_DEMO_TORONTO].issuer);
    return status == AVOW_EXIT_OK ? judge(world, "other.ini", AVOW_EXIT_NEGATIVE) : status;
}

int avow_demo_abroad(struct avow_demo_world *world)
{
    avow_demo_say(world, "7. Across a border. A solar technician from Nairobi (KNQF level 5) "
                         "applies in Porto. The employer's policy\n   says on whom it relies: a "
                         "Portuguese agency. It has not heard of Nairobi yet.");
    int status = carry(world);
    if (status == AVOW_EXIT_OK)
        status = found_body(world);
    if (status == AVOW_EXIT_OK)
        status = judge(world, "hiring.ini", AVOW_EXIT_NEGATIVE);
    if (status == AVOW_EXIT_OK)
        status = recognise(world);
    if (status == AVOW_EXIT_OK)
        status = judge(world, "hiring.ini", AVOW_EXIT_OK);
    if (status == AVOW_EXIT_OK)
        status = elsewhere(world);
    return status;
}
