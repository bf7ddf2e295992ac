/* From what stands on the command line to a subject: a reference, a file, standard input. */
#include "cli/verify/subject_open.h"

#include "cli/home/home.h"

#include <errno.h>

static bool looks_like_reference(const char *operand)
{
    return strncasecmp(operand, "avow1", 5) == 0 || strncasecmp(operand, "avow:", 5) == 0;
}

static int cannot_read(const struct avow_cli *cli, const char *operand, enum avow_err err)
{
    const char *name = strcmp(operand, "-") == 0 ? "standard input" : operand;
    if (err == AVOW_ERR_NOT_FOUND && looks_like_reference(operand))
        return avow_cli_fail(
            cli, AVOW_EXIT_USAGE,
            "%s is neither a file nor a reference (avow1…/NUMBER): its form or its "
            "checksum is wrong",
            name);
    if (err == AVOW_ERR_TOO_LARGE)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "%s is too large for a badge (over 1 MiB)",
                             name);
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "cannot read %s: %s", name,
                         err == AVOW_ERR_IO ? strerror(errno) : avow_err_text(err));
}

static int read_text(const struct avow_cli *cli, const char *name, struct avow_bytes text,
                     struct avow_subject_file *file)
{
    enum avow_err err = avow_subject_read(text, file);
    if (err == AVOW_ERR_REJECTED)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE, "%s is not a badge of this registry: %s", name,
                             file->reason);
    if (err != AVOW_OK)
        return avow_cli_fail(cli, AVOW_EXIT_NEGATIVE, "%s: %s", name, avow_err_text(err));
    return AVOW_EXIT_OK;
}

int avow_subject_open(const struct avow_cli *cli, const char *operand,
                      struct avow_subject_file *file)
{
    *file = (struct avow_subject_file){0};
    if (looks_like_reference(operand) &&
        avow_subject_read(avow_bytes_text(operand), file) == AVOW_OK && file->has_reference)
        return AVOW_EXIT_OK;
    avow_subject_fini(file);
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf text;
    avow_buf_init_secret(&text, AVOW_SUBJECT_BYTES_MAX);
    enum avow_err err = avow_file_read(operand, AVOW_SUBJECT_BYTES_MAX, &text);
    if (err != AVOW_OK)
        return cannot_read(cli, operand, err);
    return read_text(cli, operand, avow_buf_bytes(&text), file);
}
