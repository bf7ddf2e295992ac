#include "demo/chapters.h"
#include "demo/watch.h"
#include "sys/files.h"

#include <stdlib.h>

#define PLACE AVOW_DEMO_PORTO
#define LEARNER "\"Nuno Pereira\""
#define NUMBER "up-2026-002"

/* Indices in Porto's log, as the commands printed them. */
struct indices {
    unsigned long data, graphs, bases, diploma, pathway;
};

static unsigned long printed(struct avow_demo_world *world)
{
    return strtoul(avow_demo_last_line(world), NULL, 10);
}

static int define(struct avow_demo_world *world, const char *code, const char *title,
                  const char *credits, unsigned long *index)
{
    int status = avow_demo_runf(world, PLACE, PLACE, false,
                                "achievement add --code %s --title \"%s\" --language pt --level 6 "
                                "--framework EQF --field 0612 --credits %s --credit-system ECTS",
                                code, title, credits);
    *index = printed(world);
    return status;
}

/* Two more courses, the diploma, and the rule by which three courses make it. */
static int publish(struct avow_demo_world *world, struct indices *indices)
{
    char path[600], text[600];
    int status = define(world, "DA-102", "Visualização de Dados", "6", &indices->graphs);
    if (status == AVOW_EXIT_OK)
        status = define(world, "DA-103", "Bases de Dados", "6", &indices->bases);
    if (status == AVOW_EXIT_OK)
        status = define(world, "DIP-1", "Diploma em Dados Aplicados", "18", &indices->diploma);
    if (status != AVOW_EXIT_OK)
        return status;
    const int len = snprintf(
        text, sizeof(text),
        "{\"title\": \"Diploma em Dados Aplicados\", \"award\": %lu, \"cascade\": \"invalid\",\n"
        " \"rule\": [\"credits\", 18, \"ECTS\", [\"any\", [\"achievement\", null, %lu],\n"
        "          [\"achievement\", null, %lu], [\"achievement\", null, %lu]]]}\n",
        indices->diploma, indices->data, indices->graphs, indices->bases);
    (void)snprintf(path, sizeof(path), "%s/diploma.json", world->places[PLACE].folder);
    if (len <= 0 || avow_file_write(path, avow_bytes(text, (size_t)len), 0644) != AVOW_OK)
        return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "cannot write %s", path);
    status = avow_demo_run(world, PLACE, PLACE, true, "pathway add @diploma.json");
    indices->pathway = printed(world);
    if (status == AVOW_EXIT_OK)
        status = avow_demo_runf(world, PLACE, PLACE, true, "pathway explain %lu", indices->pathway);
    avow_demo_show_output(world);
    return status;
}

/* The learner keeps a badge of Porto's, in a folder of his own. */
static int keep(struct avow_demo_world *world, const char *folder, const char *name)
{
    char from[700], to[700], own[560];
    const char *place = world->places[PLACE].folder;
    (void)snprintf(own, sizeof(own), "%s/nuno", place);
    (void)snprintf(from, sizeof(from), "%s/%s/" NUMBER ".json", place, folder);
    (void)snprintf(to, sizeof(to), "%s/%s.json", own, name);
    if (avow_folder_make(own, 0700) == AVOW_OK && avow_demo_copy(from, to))
        return AVOW_EXIT_OK;
    return avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "cannot make %s", to);
}

static int pass(struct avow_demo_world *world, unsigned long course, const char *name)
{
    int status = avow_demo_runf(
        world, PLACE, PLACE, true,
        "issue --achievement %lu --name " LEARNER " --id " NUMBER " --out @%s", course, name);
    return status == AVOW_EXIT_OK ? keep(world, name, name) : status;
}

static int expect(struct avow_demo_world *world, int status, int expected, const char *what)
{
    avow_demo_show_output(world);
    return status == expected
               ? AVOW_EXIT_OK
               : avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "%s was not as expected", what);
}

/* Two of three are not enough; the third completes it, and the diploma is issued. */
static int complete(struct avow_demo_world *world, const struct indices *indices)
{
    int status = avow_demo_runf(world, PLACE, PLACE, true, "stack check @nuno --pathway %lu",
                                indices->pathway);
    status = expect(world, status, AVOW_EXIT_NEGATIVE, "what two badges give");
    if (status == AVOW_EXIT_OK)
        status = pass(world, indices->bases, "da-103");
    if (status == AVOW_EXIT_OK)
        status = avow_demo_runf(world, PLACE, PLACE, true,
                                "stack award @nuno --pathway %lu --name " LEARNER
                                " --out @nuno/diploma.json",
                                indices->pathway);
    if (status != AVOW_EXIT_OK)
        return status;
    status = avow_demo_run(world, PLACE, PLACE, true, "verify @nuno/diploma.json");
    return expect(world, status, AVOW_EXIT_OK, "the diploma");
}

static int take_back(struct avow_demo_world *world)
{
    (void)fputs("\n    The second course turns out to have been passed by somebody else. It is "
                "revoked, and nothing else is done:\n",
                world->cli->out);
    int status =
        avow_demo_run(world, PLACE, PLACE, true, "revoke @da-102/" NUMBER ".json --reason fraud");
    if (status != AVOW_EXIT_OK)
        return status;
    status = avow_demo_run(world, PLACE, PLACE, true, "verify @nuno/diploma.json");
    status = expect(world, status, AVOW_EXIT_NEGATIVE, "the diploma without it");
    (void)fputs("    The pathway said so before anybody began: its cascade is \"invalid\". With "
                "\"degraded\" the diploma would\n    stand with a warning; with \"grandfathered\", "
                "had the course only lapsed, it would stand as it was.\n",
                world->cli->out);
    return status;
}

int avow_demo_stack(struct avow_demo_world *world)
{
    struct indices indices = {.data = 2}; /* the first of Porto's achievements */
    avow_demo_say(world, "8. Small credentials add up. Porto says in public by which rule three "
                         "courses make a diploma, and what\n   becomes of it when one of them is "
                         "taken back. The larger award names the smaller ones in the learner's\n"
                         "   file, and nowhere else.");
    int status = publish(world, &indices);
    if (status == AVOW_EXIT_OK)
        status = keep(world, "badges", "da-101");
    if (status == AVOW_EXIT_OK)
        status = pass(world, indices.graphs, "da-102");
    if (status == AVOW_EXIT_OK)
        status = complete(world, &indices);
    return status == AVOW_EXIT_OK ? take_back(world) : status;
}
