#include "tests/support/sample_entries.h"

#include "proto/codec/id.h"
#include "proto/codec/writer.h"
#include "proto/entry/details.h"

#include <stdio.h>

#define T0 UINT64_C(1790000000)

static struct avow_key key_of(uint8_t byte)
{
    struct avow_key key;
    memset(key.bytes, byte, sizeof(key.bytes));
    return key;
}

static struct avow_hash hash_of(uint8_t byte)
{
    struct avow_hash hash;
    memset(hash.bytes, byte, sizeof(hash.bytes));
    return hash;
}

static struct avow_signature signature_of(uint8_t byte)
{
    struct avow_signature signature;
    memset(signature.bytes, byte, sizeof(signature.bytes));
    return signature;
}

/* Encoded parts, each in storage of its own. */
static struct avow_bytes details(void)
{
    static uint8_t storage[256];
    static const uint8_t skill[] = "\xb0https://skill/42";
    const struct avow_details parts = {
        .has_credits = true,
        .credits = 750,
        .credit_system = avow_bytes_text("ECTS"),
        .level = avow_bytes_text("6"),
        .framework = avow_bytes_text("EQF"),
        .has_image = true,
        .image = hash_of(0xaa),
        .skills = {.count = 1, .items = avow_bytes(skill, sizeof(skill) - 1)},
    };
    struct avow_buf out;
    avow_buf_init_fixed(&out, storage, sizeof(storage));
    avow_details_write(&out, &parts);
    AVOW_ASSERT(out.err == AVOW_OK);
    return avow_buf_bytes(&out);
}

static struct avow_bytes scope(void)
{
    static const uint8_t map[] = "\x85\xac"
                                 "achievements\x91\x02\xa5"
                                 "depth\x01\xa6"
                                 "fields\x91\xa2"
                                 "06\xa6"
                                 "levels\x92\x05\x07\xa7"
                                 "regions\x91\xa2PT";
    return avow_bytes(map, sizeof(map) - 1);
}

static struct avow_bytes rule(void)
{
    static const uint8_t array[] = "\x93\xa3"
                                   "all\x93\xab"
                                   "achievement\xc0\x02\x94\xa7"
                                   "credits\xcd\x02\xee\xa4"
                                   "ECTS\x93\xa5"
                                   "where\x82\xa5"
                                   "field\xa2"
                                   "06\xa5"
                                   "level\x92\x05\x07\x93\xab"
                                   "achievement\xc0\x03";
    return avow_bytes(array, sizeof(array) - 1);
}

static struct avow_bytes nodes(void)
{
    static uint8_t storage[512];
    struct avow_buf out;
    avow_buf_init_fixed(&out, storage, sizeof(storage));
    for (uint8_t i = 0; i < 2; i++) {
        const struct avow_key node = key_of((uint8_t)(0x20 + i));
        char id[AVOW_NODE_TEXT_MAX], text[sizeof(id) + 32];
        avow_id_node_text(&node, id);
        (void)snprintf(text, sizeof(text), "%s@%s.example:4747", id, i == 0 ? "home" : "other");
        avow_write_text(&out, avow_bytes_text(text));
    }
    AVOW_ASSERT(out.err == AVOW_OK);
    return avow_buf_bytes(&out);
}

static struct avow_entry inception(void)
{
    return (struct avow_entry){.inception = {.name = avow_bytes_text("A \"school\""),
                                             .jurisdiction = avow_bytes_text("PT-13"),
                                             .website = avow_bytes_text("https://school.example"),
                                             .root_key = key_of(1),
                                             .next_root_digest = hash_of(2),
                                             .signing_key = key_of(3),
                                             .has_heartbeat = true,
                                             .heartbeat_key = key_of(4),
                                             .not_after = T0 + 86400}};
}

static struct avow_entry key(void)
{
    return (struct avow_entry){.key = {.action = AVOW_KEY_AUTHORISE,
                                       .use = AVOW_USE_SIGN,
                                       .key = key_of(5),
                                       .not_after = T0 + 86400,
                                       .signature = signature_of(6)}};
}

static struct avow_entry rotation(void)
{
    return (struct avow_entry){.rotation = {.new_root = key_of(7),
                                            .next_root_digest = hash_of(8),
                                            .signing_key = key_of(9),
                                            .has_heartbeat = true,
                                            .heartbeat_key = key_of(10),
                                            .not_after = T0 + 86400,
                                            .signature = signature_of(11)}};
}

static struct avow_entry node_list(void)
{
    return (struct avow_entry){.nodes = {.count = 2, .list = nodes(), .home = key_of(0x20)}};
}

static struct avow_entry achievement(void)
{
    return (struct avow_entry){.achievement = {.code = avow_bytes_text("DA-101"),
                                               .title = avow_bytes_text("Data analysis"),
                                               .language = avow_bytes_text("en"),
                                               .details = details()}};
}

static struct avow_entry issue(void)
{
    return (struct avow_entry){.issue = {.achievement = 2,
                                         .commitment = hash_of(12),
                                         .valid_from = T0,
                                         .valid_until = T0 + 86400}};
}

static struct avow_entry status(void)
{
    return (struct avow_entry){.status = {.target = 5,
                                          .previous = 6,
                                          .state = AVOW_STATUS_SUPERSEDED,
                                          .reason = AVOW_REASON_REPLACED,
                                          .has_successor = true,
                                          .successor = 7}};
}

static struct avow_entry pathway(void)
{
    return (struct avow_entry){.pathway = {.award = 2,
                                           .title = avow_bytes_text("A diploma"),
                                           .cascade = AVOW_CASCADE_DEGRADED,
                                           .rule = rule()}};
}

static struct avow_entry recognition(void)
{
    static const uint8_t rows[] = "\x91\x94\xa4KNQF\xa1"
                                  "7\xa3"
                                  "EQF\xa1"
                                  "6";
    return (struct avow_entry){.recognition = {.subject = hash_of(13),
                                               .subject_name = avow_bytes_text("A school"),
                                               .role = AVOW_ROLE_AUTHORITY,
                                               .scope = scope(),
                                               .equivalence = avow_bytes(rows, sizeof(rows) - 1),
                                               .valid_from = T0,
                                               .valid_until = T0 + 86400,
                                               .basis = avow_bytes_text("https://law.example/1")}};
}

static struct avow_entry identity(void)
{
    return (struct avow_entry){.identity = {.name = avow_bytes_text("A university"),
                                            .jurisdiction = avow_bytes_text("PT"),
                                            .website = avow_bytes_text("https://uni.example"),
                                            .signature = signature_of(14)}};
}

static struct avow_entry closure(void)
{
    return (struct avow_entry){.closure = {.has_successor = true,
                                           .successor = hash_of(15),
                                           .has_custodian = true,
                                           .custodian = hash_of(16),
                                           .custodian_key = key_of(17),
                                           .next_root_digest = hash_of(18),
                                           .not_after = T0 + 86400,
                                           .signature = signature_of(19)}};
}

struct avow_entry sample_entry(uint64_t kind)
{
    static struct avow_entry (*const makers[])(void) = {
        inception, key,     rotation,    node_list, achievement, issue,
        status,    pathway, recognition, identity,  closure,
    };
    _Static_assert(sizeof(makers) / sizeof(makers[0]) == AVOW_KIND_COUNT, "a sample of each kind");
    AVOW_ASSERT(kind < AVOW_KIND_COUNT);
    struct avow_entry entry = makers[kind]();
    entry.kind = kind;
    entry.t = T0;
    return entry;
}
