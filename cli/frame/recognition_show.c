#include "cli/frame/recognition_show.h"

#include "cli/frame/term.h"
#include "proto/entry/scope.h"

#include <inttypes.h>

static void print_list(FILE *file, const char *indent, const char *what, struct avow_text_list list)
{
    struct avow_bytes text;
    const char *separator = "";
    (void)fprintf(file, "%sonly %s ", indent, what);
    if (list.count == 0)
        (void)fputs("of an empty list: none at all", file);
    while (avow_text_list_next(&list, &text)) {
        (void)fputs(separator, file);
        avow_cli_print_text(file, text);
        separator = ", ";
    }
    (void)fputc('\n', file);
}

static void print_indices(FILE *file, const char *indent, struct avow_bytes list)
{
    struct avow_reader reader;
    avow_reader_init(&reader, list);
    const size_t count = avow_reader_array(&reader, AVOW_ENTRY_BYTES_MAX);
    (void)fprintf(file, "%sonly achievements ", indent);
    for (size_t i = 0; i < count; i++)
        (void)fprintf(file, "%s%" PRIu64, i > 0 ? ", " : "", avow_reader_uint(&reader));
    (void)fputs(count == 0 ? "of an empty list: none at all\n" : "\n", file);
}

static void print_scope(FILE *file, const char *indent, const struct avow_scope *scope)
{
    if (scope->has_fields)
        print_list(file, indent, "in the fields (ISCED-F)", scope->fields);
    if (scope->has_levels)
        (void)fprintf(file, "%sonly at the EQF's levels %" PRIu64 " to %" PRIu64 "\n", indent,
                      scope->level_min, scope->level_max);
    if (scope->has_achievements)
        print_indices(file, indent, scope->achievements);
    if (scope->has_regions)
        print_list(file, indent, "with effect in", scope->regions);
    if (scope->has_depth)
        (void)fprintf(file, "%sat most %" PRIu64 " further steps from there\n", indent,
                      scope->depth);
    if (scope->has_unknown)
        (void)fprintf(file, "%swith a limit that this version does not know: of no use to it\n",
                      indent);
}

static void print_equivalence(FILE *file, const char *indent, struct avow_bytes rows)
{
    struct avow_reader reader;
    struct avow_equivalence row;
    size_t remaining;
    avow_equivalence_walk_init(&reader, rows, &remaining);
    while (avow_equivalence_next(&reader, &remaining, &row)) {
        (void)fputs(indent, file);
        avow_cli_print_text(file, row.subject_framework);
        (void)fputs(" level ", file);
        avow_cli_print_text(file, row.subject_level);
        (void)fputs(" counts as ", file);
        avow_cli_print_text(file, row.own_framework);
        (void)fputs(" level ", file);
        avow_cli_print_text(file, row.own_level);
        (void)fputc('\n', file);
    }
}

void avow_recognition_show(FILE *file, const struct avow_recognition *recognition,
                           const char *indent)
{
    struct avow_scope scope;
    char time[AVOW_TERM_TIME_MAX];
    if (avow_scope_parse(recognition->scope, &scope) == AVOW_ACCEPT)
        print_scope(file, indent, &scope);
    print_equivalence(file, indent, recognition->equivalence);
    if (recognition->valid_from != 0) {
        avow_term_time(recognition->valid_from, time);
        (void)fprintf(file, "%sfor awards from %s on\n", indent, time);
    }
    if (recognition->valid_until != 0) {
        avow_term_time(recognition->valid_until, time);
        (void)fprintf(file, "%sfor awards until %s\n", indent, time);
    }
    (void)fprintf(file, "%son the basis of ", indent);
    avow_cli_print_text(file, recognition->basis);
    (void)fputc('\n', file);
}
