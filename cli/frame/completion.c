/* Shell completions, from the table. Each script holds the names and completes files elsewhere. */
#include "cli/frame/help.h"

#include "cli/frame/parse.h"

static void print_family(FILE *file, const char *name)
{
    (void)fprintf(file, "%.*s", (int)strcspn(name, " "), name);
}

/* True at the first command of its family, and at every command of one word. */
static bool begins_family(const struct avow_command *const *commands,
                          const struct avow_command *const *row)
{
    size_t len = strcspn((*row)->name, " ");
    for (const struct avow_command *const *before = commands; before != row; before++) {
        if (strcspn((*before)->name, " ") == len && memcmp((*before)->name, (*row)->name, len) == 0)
            return false;
    }
    return true;
}

static void print_first_words(FILE *file, const struct avow_command *const *commands)
{
    for (const struct avow_command *const *row = commands; *row != NULL; row++) {
        if (begins_family(commands, row)) {
            print_family(file, (*row)->name);
            (void)fputc(' ', file);
        }
    }
}

static void print_flags(FILE *file, const struct avow_option *options)
{
    for (; options->name != NULL; options++)
        (void)fprintf(file, "--%s ", options->name);
}

/* The second words of the family that begins at `row`. */
static void print_second_words(FILE *file, const struct avow_command *const *row)
{
    const char *family = (*row)->name;
    size_t len = strcspn(family, " ") + 1;
    for (; *row != NULL; row++) {
        if (strncmp((*row)->name, family, len) == 0)
            (void)fprintf(file, "%s ", (*row)->name + len);
    }
}

/* The words after the first decide what can follow. */
static void bash(FILE *file, const struct avow_command *const *commands)
{
    (void)fputs("_avow() {\n"
                "    local current=${COMP_WORDS[COMP_CWORD]} words=\n"
                "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words='",
                file);
    print_first_words(file, commands);
    (void)fputs("'\n    else\n        case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n", file);
    for (const struct avow_command *const *row = commands; *row != NULL; row++) {
        (void)fprintf(file, "            '%s%s words='", (*row)->name,
                      strchr((*row)->name, ' ') != NULL ? "')" : " '*)");
        print_flags(file, (*row)->options);
        if ((*row)->json)
            print_flags(file, avow_json_option);
        print_flags(file, avow_global_options);
        (void)fputs("' ;;\n", file);
    }
    for (const struct avow_command *const *row = commands; *row != NULL; row++) {
        if (!begins_family(commands, row) || strchr((*row)->name, ' ') == NULL)
            continue;
        (void)fputs("            '", file);
        print_family(file, (*row)->name);
        (void)fputs(" '*) words='", file);
        print_second_words(file, row);
        (void)fputs("' ;;\n", file);
    }
    (void)fputs("        esac\n    fi\n"
                "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
                "}\n"
                "complete -o default -F _avow avow\n",
                file);
}

/* zsh runs bash's completions by bashcompinit. */
static void zsh(FILE *file, const struct avow_command *const *commands)
{
    (void)fputs("#compdef avow\nautoload -U +X bashcompinit && bashcompinit\n", file);
    (void)fputs("mapfile() { COMPREPLY=(\"${(@f)$(cat)}\"); }\n", file);
    bash(file, commands);
}

static void print_fish_text(FILE *file, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            (void)fputc('\\', file);
        (void)fputc(*text, file);
    }
}

static void fish_options(FILE *file, const char *condition, const struct avow_option *options)
{
    for (; options->name != NULL; options++) {
        (void)fprintf(file, "complete -c avow%s -l %s", condition, options->name);
        if (options->letter != 0)
            (void)fprintf(file, " -s %c", options->letter);
        (void)fprintf(file, "%s -d '", options->value != NULL ? " -r" : "");
        print_fish_text(file, options->help);
        (void)fputs("'\n", file);
    }
}

static void fish(FILE *file, const struct avow_command *const *commands)
{
    fish_options(file, "", avow_global_options);
    for (const struct avow_command *const *row = commands; *row != NULL; row++) {
        const char *second = strchr((*row)->name, ' ');
        char condition[256];
        if (begins_family(commands, row)) {
            (void)fputs("complete -c avow -f -n __fish_use_subcommand -a ", file);
            print_family(file, (*row)->name);
            (void)fputs(" -d '", file);
            print_fish_text(file, second == NULL ? (*row)->summary : "");
            (void)fputs("'\n", file);
        }
        int len = (int)strcspn((*row)->name, " ");
        if (second != NULL)
            (void)fprintf(file, "complete -c avow -f -n '__fish_seen_subcommand_from %.*s' -a %s\n",
                          len, (*row)->name, second + 1);
        (void)snprintf(condition, sizeof(condition), " -n '__fish_seen_subcommand_from %.*s%s%s'",
                       len, (*row)->name, second != NULL ? "; and __fish_seen_subcommand_from" : "",
                       second != NULL ? second : "");
        fish_options(file, condition, (*row)->options);
        if ((*row)->json)
            fish_options(file, condition, avow_json_option);
    }
}

bool avow_completion(FILE *file, const struct avow_command *const *commands, const char *shell)
{
    if (strcmp(shell, "bash") == 0)
        bash(file, commands);
    else if (strcmp(shell, "zsh") == 0)
        zsh(file, commands);
    else if (strcmp(shell, "fish") == 0)
        fish(file, commands);
    else
        return false;
    return true;
}
