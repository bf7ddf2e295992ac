#include "proto/trust/facts.h"

enum avow_err avow_facts_names(const struct avow_facts *facts, const struct avow_hash *issuer,
                               struct avow_chain_names *names)
{
    struct avow_known_log log;
    const enum avow_err err = facts->log(facts->context, issuer, &log);
    *names =
        err == AVOW_OK ? avow_chain_names(log.chain, AVOW_NEVER) : (struct avow_chain_names){0};
    return err == AVOW_ERR_NOT_FOUND ? AVOW_OK : err;
}

/* An entry of another kind, or of one that this version does not know, is as good as none. */
static enum avow_err read_kind(const struct avow_facts *facts, const struct avow_hash *issuer,
                               uint64_t index, enum avow_kind kind, struct avow_entry *entry)
{
    struct avow_known_log log;
    struct avow_bytes bytes;
    enum avow_err err = facts->log(facts->context, issuer, &log);
    if (err == AVOW_OK)
        err = facts->entry(facts->context, &log, index, &bytes);
    if (err != AVOW_OK)
        return err;
    return avow_entry_decode(bytes, entry) == AVOW_ACCEPT && entry->kind == kind
               ? AVOW_OK
               : AVOW_ERR_NOT_FOUND;
}

enum avow_err avow_facts_definition(const struct avow_facts *facts, const struct avow_hash *issuer,
                                    uint64_t index, struct avow_achievement *achievement)
{
    struct avow_entry entry;
    const enum avow_err err = read_kind(facts, issuer, index, AVOW_KIND_ACHIEVEMENT, &entry);
    if (err == AVOW_OK)
        *achievement = entry.achievement;
    return err;
}

enum avow_err avow_facts_achievement(const struct avow_facts *facts, const struct avow_hash *issuer,
                                     uint64_t index, struct avow_achievement *achievement)
{
    struct avow_entry record;
    const enum avow_err err = read_kind(facts, issuer, index, AVOW_KIND_ISSUE, &record);
    return err == AVOW_OK
               ? avow_facts_definition(facts, issuer, record.issue.achievement, achievement)
               : err;
}
