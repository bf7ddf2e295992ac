/* The definition of an achievement, as its issuer gives it: options, or a JSON file whose members
 * are called as `avow achievement show` prints them, or both (an option wins). */
#ifndef AVOW_CLI_ACHIEVEMENT_DEFINITION_H
#define AVOW_CLI_ACHIEVEMENT_DEFINITION_H

#include "cli/frame/command.h"
#include "proto/entry/details.h"
#include "proto/entry/entry.h"

struct avow_definition {
    struct avow_buf texts; /* what the views below point into, and the encoded details */
    struct avow_achievement achievement;
    struct avow_details details;
};

/* Reads the call's operand and options. An exit status: USAGE, having told the person of every bad
 * value and what to write. Release with _fini in every case. */
int avow_definition_read(const struct avow_cli *cli, struct avow_definition *definition);
void avow_definition_fini(struct avow_definition *definition);

/* Appends the names of the mandatory elements of the European standard that are missing, with the
 * options that give them, and returns how many (Council Recommendation 2022/C 243/02, annex I). */
size_t avow_definition_missing(const struct avow_definition *definition, struct avow_buf *out);

/* The options, for a command's table. */
#define AVOW_DEFINITION_OPTIONS                                                                    \
    {.name = "code", .value = "CODE", .help = "the issuer's own code for it"},                     \
        {.name = "title", .value = "TEXT", .help = "what it is called"},                           \
        {.name = "language", .value = "TAG", .help = "of the texts, BCP 47 (default: en)"},        \
        {.name = "outcome", .value = "TEXT", .help = "a learning outcome", .repeatable = true},    \
        {.name = "level", .value = "LEVEL", .help = "as its framework writes it: 6"},              \
        {.name = "framework",                                                                      \
         .value = "NAME",                                                                          \
         .help = "of the level: EQF, QF-EHEA, a national one"},                                    \
        {.name = "field", .value = "CODE", .help = "ISCED-F 2013 field: 0612"},                    \
        {.name = "credits", .value = "NUMBER", .help = "6, 7.5"},                                  \
        {.name = "credit-system", .value = "NAME", .help = "of the credits: ECTS"},                \
        {.name = "workload", .value = "HOURS", .help = "a learner's hours in all"},                \
        {.name = "assessment", .value = "TEXT", .help = "how it is assessed"},                     \
        {.name = "participation", .value = "TEXT", .help = "how one takes part: online, on site"}, \
        {.name = "quality", .value = "TEXT", .help = "what assures its quality"},                  \
        {.name = "prerequisites", .value = "TEXT", .help = "what one needs to begin"},             \
        {.name = "supervision", .value = "TEXT", .help = "how identity is checked in assessment"}, \
        {.name = "stackable", .value = "TEXT", .help = "what it can be a part of"},                \
        {.name = "criteria", .value = "URL", .help = "where it is described"},                     \
        {.name = "image", .value = "FILE", .help = "its picture: the log has its digest"},         \
    {                                                                                              \
        .name = "skill", .value = "URI", .help = "a skill, as ESCO names it", .repeatable = true   \
    }

#endif
