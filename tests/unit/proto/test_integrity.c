/* proto/credential/integrity: the W3C's eddsa-jcs-2022 vectors and an independent Open Badges
 * document, byte for byte; proof sets; refused proofs. */
#include "proto/credential/integrity.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "proto/codec/base58.h"
#include "proto/codec/base64.h"
#include "proto/codec/json.h"
#include "proto/codec/time.h"
#include "tests/support/sample_badge.h"
#include "tests/support/vectors.h"

#define DOCUMENT_MAX (1024 * 1024)
#define W3C "eddsa-jcs/"

static json_t *load(const char *name)
{
    struct avow_bytes text = avow_vectors_printed(name);
    json_t *value = NULL;
    struct avow_json_error error;
    const enum avow_err err = avow_json_parse(text, DOCUMENT_MAX, &value, &error);
    avow_vectors_free(&text);
    if (err != AVOW_OK)
        fail_msg("%s: %s", name, error.text);
    return value;
}

static void load_hex(const char *name, uint8_t *out, size_t len)
{
    struct avow_bytes text = avow_vectors_printed(name);
    size_t hex_len = text.len;
    while (hex_len > 0 && text.data[hex_len - 1] == '\n')
        hex_len--;
    assert_int_equal(avow_hex_decode_exact(avow_bytes(text.data, hex_len), out, len), AVOW_ACCEPT);
    avow_vectors_free(&text);
}

/* A private key as the W3C writes it: multibase of 80 26 (ed25519-priv) and the seed. */
static void load_w3c_key(struct avow_secret_key *secret, struct avow_key *key)
{
    AVOW_CLEANUP(avow_json_release)
    json_t *pair = load(W3C "keyPair.json");
    uint8_t bytes[34];
    size_t len = 0;
    const char *text = json_string_value(json_object_get(pair, "privateKeyMultibase"));
    assert_int_equal(avow_multibase_decode(avow_bytes_text(text), bytes, sizeof(bytes), &len),
                     AVOW_ACCEPT);
    assert_int_equal(len, sizeof(bytes));
    avow_ed25519_from_seed(bytes + 2, secret, key);
    char public[AVOW_MULTIKEY_TEXT_MAX];
    avow_multibase_key_text(key, public);
    assert_string_equal(public, json_string_value(json_object_get(pair, "publicKeyMultibase")));
}

struct published {
    const char *document;
    const char *hashes;
    const char *signature;
};

static const struct published w3c = {W3C "signedJCS.json", W3C "combinedHashJCS.txt",
                                     W3C "sigHexJCS.txt"};
static const struct published badge = {"badge/jcs.signed.json", "badge/jcs.hashData.hex",
                                       "badge/jcs.signature.hex"};

static void check_published(const struct published *published, const struct avow_key *key)
{
    AVOW_CLEANUP(avow_json_release)
    json_t *document = load(published->document);
    uint8_t wanted[AVOW_PROOF_HASHES_LEN];
    uint8_t hashes[AVOW_PROOF_HASHES_LEN];
    load_hex(published->hashes, wanted, sizeof(wanted));
    assert_int_equal(avow_proof_hashes(document, json_object_get(document, "proof"), hashes),
                     AVOW_OK);
    assert_memory_equal(hashes, wanted, sizeof(wanted));

    struct avow_proof_facts facts;
    struct avow_fault fault;
    assert_int_equal(avow_proof_verify(document, &facts, &fault), AVOW_OK);
    assert_true(avow_key_equal(&facts.key, key));
    assert_int_equal(facts.unchecked, 0);
    uint8_t signature[64];
    load_hex(published->signature, signature, sizeof(signature));
    assert_memory_equal(facts.signature.bytes, signature, sizeof(signature));
}

/* Signs the same document again: the proof must come out the same to the byte. */
static void check_reproduced(const struct published *published, const struct avow_key *key,
                             const struct avow_secret_key *secret)
{
    AVOW_CLEANUP(avow_json_release)
    json_t *document = load(published->document);
    AVOW_CLEANUP(avow_json_release)
    json_t *proof = json_incref(json_object_get(document, "proof"));
    uint64_t created = 0;
    const char *text = json_string_value(json_object_get(proof, "created"));
    assert_int_equal(avow_time_parse(avow_bytes_text(text), &created), AVOW_ACCEPT);
    assert_int_equal(json_object_del(document, "proof"), 0);
    assert_int_equal(avow_proof_add(document, key, secret, created), AVOW_OK);
    assert_int_equal(json_array_size(json_object_get(document, "proof")), 1);
    assert_true(json_equal(json_array_get(json_object_get(document, "proof"), 0), proof));
}

static void test_w3c_vectors(void **state)
{
    (void)state;
    struct avow_secret_key secret;
    struct avow_key key;
    load_w3c_key(&secret, &key);
    check_published(&w3c, &key);
    check_reproduced(&w3c, &key, &secret);
}

static void test_independent_badge(void **state)
{
    (void)state;
    struct avow_secret_key secret;
    struct avow_key key;
    sample_badge_key(&secret, &key);
    check_published(&badge, &key);
    check_reproduced(&badge, &key, &secret);
}

/* Proofs that we do not check: alone they are not enough, beside ours they are counted. */
static void test_proof_set(void **state)
{
    (void)state;
    AVOW_CLEANUP(avow_json_release)
    json_t *others = load(W3C "signedProofSet2.json");
    struct avow_proof_facts facts;
    struct avow_fault fault;
    assert_int_equal(avow_proof_verify(others, &facts, &fault), AVOW_ERR_REJECTED);
    assert_int_equal(fault.reject, AVOW_REJECT_DOCUMENT);
    assert_string_equal(fault.where, "/proof");

    struct avow_secret_key secret;
    struct avow_key key;
    load_w3c_key(&secret, &key);
    assert_int_equal(avow_proof_add(others, &key, &secret, SAMPLE_CREATED), AVOW_OK);
    assert_int_equal(avow_proof_verify(others, &facts, &fault), AVOW_OK);
    assert_int_equal(facts.unchecked, 2);
    assert_int_equal(facts.index, 2);
    assert_int_equal(facts.created, SAMPLE_CREATED);
    assert_true(avow_key_equal(&facts.key, &key));

    assert_int_equal(avow_proof_add(others, &key, &secret, SAMPLE_CREATED), AVOW_OK);
    assert_int_equal(avow_proof_verify(others, &facts, &fault), AVOW_ERR_REJECTED);
    assert_int_equal(fault.reject, AVOW_REJECT_DUPLICATE);
    assert_string_equal(fault.where, "/proof/3");
}

#define Z6MK "z6MkvDqGT54cXesYGvABpF1UapVNwjCqRcafi4Px6Thv5T3Z"
#define OTHER "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"

struct proof_change {
    const char *name;
    const char *member;
    const char *json; /* NULL: taken away */
    enum avow_reject reject;
    const char *where;
};

static const struct proof_change proof_changes[] = {
    {"type", "type", "\"Ed25519Signature2020\"", AVOW_REJECT_DOCUMENT, "/proof/0/type"},
    {"type as a list", "type", "[\"DataIntegrityProof\"]", AVOW_REJECT_DOCUMENT, "/proof/0/type"},
    {"purpose", "proofPurpose", "\"authentication\"", AVOW_REJECT_DOCUMENT,
     "/proof/0/proofPurpose"},
    {"no purpose", "proofPurpose", NULL, AVOW_REJECT_DOCUMENT, "/proof/0/proofPurpose"},
    {"suite", "cryptosuite", "\"eddsa-jcs-2023\"", AVOW_REJECT_DOCUMENT, "/proof"},
    {"no suite", "cryptosuite", NULL, AVOW_REJECT_DOCUMENT, "/proof"},
    {"method of another kind", "verificationMethod", "\"did:web:a.example#k\"",
     AVOW_REJECT_DOCUMENT, "/proof"},
    {"no fragment", "verificationMethod", "\"did:key:" Z6MK "\"", AVOW_REJECT_VALUE,
     "/proof/0/verificationMethod"},
    {"fragment of another key", "verificationMethod", "\"did:key:" Z6MK "#" OTHER "\"",
     AVOW_REJECT_VALUE, "/proof/0/verificationMethod"},
    {"another key", "verificationMethod", "\"did:key:" OTHER "#" OTHER "\"", AVOW_REJECT_SIGNATURE,
     "/proof/0/proofValue"},
    {"created with an offset", "created", "\"2026-01-15T12:00:00+00:00\"", AVOW_REJECT_LENGTH,
     "/proof/0/created"},
    {"created a second later", "created", "\"2026-01-15T12:00:01Z\"", AVOW_REJECT_SIGNATURE,
     "/proof/0/proofValue"},
    {"no created", "created", NULL, AVOW_REJECT_LENGTH, "/proof/0/created"},
    {"fewer contexts", "@context", "[\"https://www.w3.org/ns/credentials/v2\"]",
     AVOW_REJECT_DOCUMENT, "/proof/0/@context"},
    {"no context", "@context", NULL, AVOW_REJECT_SIGNATURE, "/proof/0/proofValue"},
    {"an id that was not signed", "id", "\"urn:x:y\"", AVOW_REJECT_SIGNATURE,
     "/proof/0/proofValue"},
    {"a chain", "previousProof", "\"urn:x:y\"", AVOW_REJECT_DOCUMENT, "/proof/0"},
    {"an end", "expires", "\"2027-01-15T12:00:00Z\"", AVOW_REJECT_DOCUMENT, "/proof/0"},
    {"no value", "proofValue", NULL, AVOW_REJECT_TYPE, "/proof/0/proofValue"},
    {"value not in base58", "proofValue", "\"u4CQd\"", AVOW_REJECT_TYPE, "/proof/0/proofValue"},
    {"value too short", "proofValue", "\"z4CQd\"", AVOW_REJECT_LENGTH, "/proof/0/proofValue"},
};

static void check_change(const struct proof_change *row)
{
    AVOW_CLEANUP(avow_json_release)
    json_t *document = sample_badge_signed();
    json_t *proof = json_array_get(json_object_get(document, "proof"), 0);
    if (row->json == NULL)
        assert_int_equal(json_object_del(proof, row->member), 0);
    else
        assert_int_equal(
            json_object_set_new(proof, row->member, json_loads(row->json, JSON_DECODE_ANY, NULL)),
            0);
    struct avow_proof_facts facts;
    struct avow_fault fault = {.reject = AVOW_ACCEPT};
    if (avow_proof_verify(document, &facts, &fault) != AVOW_ERR_REJECTED ||
        fault.reject != row->reject || strcmp(fault.where, row->where) != 0)
        fail_msg("%s: %s at '%s'", row->name, avow_reject_name(fault.reject), fault.where);
}

static void test_changed_proofs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(proof_changes) / sizeof(proof_changes[0]); i++)
        check_change(&proof_changes[i]);
}

/* A key of small order verifies signatures that nobody made. */
static void test_key_of_small_order(void **state)
{
    (void)state;
    AVOW_CLEANUP(avow_json_release)
    json_t *document = sample_badge_signed();
    json_t *proof = json_array_get(json_object_get(document, "proof"), 0);
    const struct avow_key identity = {{1}};
    char did[AVOW_DID_KEY_TEXT_MAX];
    avow_did_key_text(&identity, did);
    assert_int_equal(
        json_object_set_new(proof, "verificationMethod", json_sprintf("%s#%s", did, did + 8)), 0);
    struct avow_proof_facts facts;
    struct avow_fault fault;
    assert_int_equal(avow_proof_verify(document, &facts, &fault), AVOW_ERR_REJECTED);
    assert_int_equal(fault.reject, AVOW_REJECT_KEY_POINT);
}

static void test_too_many_proofs(void **state)
{
    (void)state;
    AVOW_CLEANUP(avow_json_release)
    json_t *document = sample_badge_signed();
    json_t *proofs = json_object_get(document, "proof");
    while (json_array_size(proofs) <= AVOW_PROOFS_MAX)
        assert_int_equal(json_array_append_new(proofs, json_object()), 0);
    struct avow_proof_facts facts;
    struct avow_fault fault;
    assert_int_equal(avow_proof_verify(document, &facts, &fault), AVOW_ERR_REJECTED);
    assert_int_equal(fault.reject, AVOW_REJECT_LENGTH);
    assert_int_equal(json_array_remove(proofs, 1), 0);
    assert_int_equal(avow_proof_verify(document, &facts, &fault), AVOW_OK);
    assert_int_equal(facts.unchecked, AVOW_PROOFS_MAX - 1);
}

static void test_not_addable(void **state)
{
    (void)state;
    struct avow_secret_key secret;
    struct avow_key key;
    sample_badge_key(&secret, &key);
    AVOW_CLEANUP(avow_json_release)
    json_t *list = json_array();
    assert_int_equal(avow_proof_add(list, &key, &secret, 0), AVOW_ERR_INVALID);
    AVOW_CLEANUP(avow_json_release)
    json_t *single = json_pack("{s:{}}", "proof");
    assert_int_equal(avow_proof_add(single, &key, &secret, 0), AVOW_ERR_INVALID);
}

int main(void)
{
    if (avow_crypto_init() != AVOW_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_w3c_vectors),        cmocka_unit_test(test_independent_badge),
        cmocka_unit_test(test_proof_set),          cmocka_unit_test(test_changed_proofs),
        cmocka_unit_test(test_key_of_small_order), cmocka_unit_test(test_too_many_proofs),
        cmocka_unit_test(test_not_addable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
