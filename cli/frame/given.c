#include "cli/frame/given.h"

#include "proto/codec/id.h"
#include "proto/codec/time.h"

#define HUNDREDTHS_MAX 10000000

int avow_given_index(const struct avow_cli *cli, const char *text, const struct avow_hash *issuer,
                     uint64_t *index)
{
    struct avow_hash named;
    if (avow_id_decimal_parse(avow_bytes_text(text), index) == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    if (avow_id_reference_parse(avow_bytes_text(text), &named, index) != AVOW_ACCEPT)
        return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                             "\"%s\" is not an index: write a number, or a reference avow1…/NUMBER",
                             text);
    if (avow_hash_equal(&named, issuer))
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE, "%s is in another issuer's log", text);
}

bool avow_given_hundredths(const char *text, uint64_t *hundredths)
{
    uint64_t value = 0;
    size_t digits = 0;
    for (; text[digits] >= '0' && text[digits] <= '9' && digits < 8; digits++)
        value = value * 10 + (uint64_t)(text[digits] - '0');
    const char *rest = text + digits;
    value *= 100;
    if (digits > 0 && rest[0] == '.' && rest[1] >= '0' && rest[1] <= '9') {
        bool two = rest[2] >= '0' && rest[2] <= '9';
        value += (uint64_t)(rest[1] - '0') * 10 + (two ? (uint64_t)(rest[2] - '0') : 0);
        rest += two ? 3 : 2;
    }
    *hundredths = value;
    return digits > 0 && *rest == '\0' && value <= HUNDREDTHS_MAX;
}

int avow_given_time(const struct avow_cli *cli, const char *option, uint64_t *seconds)
{
    const char *given = avow_cli_value(cli, option);
    char text[AVOW_TIME_TEXT_LEN + 2];
    if (given == NULL)
        return AVOW_EXIT_OK;
    (void)snprintf(text, sizeof(text), "%s%s", given, strlen(given) == 10 ? "T00:00:00Z" : "");
    if (avow_time_parse(avow_bytes_text(text), seconds) == AVOW_ACCEPT)
        return AVOW_EXIT_OK;
    return avow_cli_fail(cli, AVOW_EXIT_USAGE,
                         "--%s %s: write YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, in UTC", option,
                         given);
}
