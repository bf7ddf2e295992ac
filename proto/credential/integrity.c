#include "proto/credential/integrity.h"

#include "proto/codec/base58.h"
#include "proto/codec/jcs.h"
#include "proto/codec/time.h"
#include "proto/credential/json_value.h"
#include "proto/crypto/sha256.h"

#define CANONICAL_MAX (16 * 1024 * 1024)
#define PATH_MAX_LEN 64
#define SIGNATURE_TEXT_MAX 89 /* "z" and 64 bytes in base58 */
#define METHOD_TEXT_MAX (AVOW_DID_KEY_TEXT_MAX + AVOW_MULTIKEY_TEXT_MAX)

static const char cryptosuite[] = "eddsa-jcs-2022";

/* A shallow copy of an object without one of its members; NULL when memory ran out. Not
 * json_copy(), which then leaves members out and says nothing. */
static json_t *copy_without(const json_t *object, const char *member)
{
    json_t *from = avow_json_value_mutable(object);
    AVOW_CLEANUP(avow_json_release)
    json_t *copy = json_object();
    if (copy == NULL)
        return NULL;
    for (void *iter = json_object_iter(from); iter != NULL;
         iter = json_object_iter_next(from, iter)) {
        const char *key = json_object_iter_key(iter);
        if (strcmp(key, member) != 0 &&
            json_object_set_nocheck(copy, key, json_object_iter_value(iter)) != 0)
            return NULL;
    }
    return json_incref(copy);
}

/* SHA-256 of the JCS form of an object without one of its members. */
static enum avow_err hash_without(const json_t *object, const char *member, struct avow_hash *hash)
{
    AVOW_CLEANUP(avow_json_release)
    json_t *rest = copy_without(object, member);
    if (rest == NULL)
        return AVOW_ERR_NOMEM;
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf canonical;
    avow_buf_init_secret(&canonical, CANONICAL_MAX);
    avow_jcs_write(rest, &canonical);
    if (canonical.err != AVOW_OK)
        return canonical.err;
    const struct avow_bytes bytes = avow_buf_bytes(&canonical);
    *hash = avow_sha256(&bytes, 1);
    return AVOW_OK;
}

enum avow_err avow_proof_hashes(const json_t *document, const json_t *proof,
                                uint8_t hashes[AVOW_PROOF_HASHES_LEN])
{
    struct avow_hash options;
    struct avow_hash body;
    enum avow_err err = hash_without(proof, "proofValue", &options);
    if (err == AVOW_OK)
        err = hash_without(document, "proof", &body);
    if (err != AVOW_OK)
        return err;
    memcpy(hashes, options.bytes, sizeof(options.bytes));
    memcpy(hashes + sizeof(options.bytes), body.bytes, sizeof(body.bytes));
    return AVOW_OK;
}

/* "did:key:z6Mk…#z6Mk…": the one verification method of a did:key. */
static void method_text(const struct avow_key *key, char text[METHOD_TEXT_MAX])
{
    avow_did_key_text(key, text);
    const size_t len = strlen(text);
    text[len] = '#';
    avow_multibase_key_text(key, text + len + 1);
}

static enum avow_reject method_parse(struct avow_bytes text, struct avow_key *key)
{
    const uint8_t *hash = text.len == 0 ? NULL : memchr(text.data, '#', text.len);
    if (hash == NULL)
        return AVOW_REJECT_VALUE;
    const size_t did_len = (size_t)(hash - text.data);
    enum avow_reject reject = avow_did_key_parse(avow_bytes(text.data, did_len), key);
    if (reject != AVOW_ACCEPT)
        return reject;
    const struct avow_bytes rest = avow_bytes(hash + 1, text.len - did_len - 1);
    const size_t scheme = strlen("did:key:");
    if (avow_bytes_equal(rest, avow_bytes(text.data + scheme, did_len - scheme)))
        return AVOW_ACCEPT; /* the same text */
    struct avow_key fragment;
    reject = avow_multibase_key_parse(rest, &fragment);
    if (reject != AVOW_ACCEPT)
        return reject;
    return avow_key_equal(key, &fragment) ? AVOW_ACCEPT : AVOW_REJECT_VALUE;
}

static json_t *new_options(const json_t *document, const struct avow_key *key, uint64_t created)
{
    char method[METHOD_TEXT_MAX];
    char time[AVOW_TIME_TEXT_LEN + 1];
    method_text(key, method);
    avow_time_format(created, time);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:O*}", "type", "DataIntegrityProof", "cryptosuite",
                     cryptosuite, "created", time, "verificationMethod", method, "proofPurpose",
                     "assertionMethod", "@context", json_object_get(document, "@context"));
}

static enum avow_err sign_options(const json_t *document, json_t *proof,
                                  const struct avow_secret_key *secret)
{
    uint8_t hashes[AVOW_PROOF_HASHES_LEN];
    const enum avow_err err = avow_proof_hashes(document, proof, hashes);
    if (err != AVOW_OK)
        return err;
    struct avow_signature signature;
    avow_ed25519_sign(secret, avow_bytes(hashes, sizeof(hashes)), &signature);
    uint8_t text[SIGNATURE_TEXT_MAX];
    struct avow_buf value;
    avow_buf_init_fixed(&value, text, sizeof(text));
    avow_multibase_encode(avow_bytes(signature.bytes, sizeof(signature.bytes)), &value);
    AVOW_ASSERT(value.err == AVOW_OK);
    return json_object_set_new(proof, "proofValue", json_stringn((const char *)text, value.len)) ==
                   0
               ? AVOW_OK
               : AVOW_ERR_NOMEM;
}

enum avow_err avow_proof_add(json_t *document, const struct avow_key *key,
                             const struct avow_secret_key *secret, uint64_t created)
{
    const json_t *existing = json_object_get(document, "proof");
    if (!json_is_object(document) || (existing != NULL && !json_is_array(existing)))
        return AVOW_ERR_INVALID;
    AVOW_CLEANUP(avow_json_release)
    json_t *proof = new_options(document, key, created);
    if (proof == NULL)
        return AVOW_ERR_NOMEM;
    const enum avow_err err = sign_options(document, proof, secret);
    if (err != AVOW_OK)
        return err;
    if (existing == NULL && json_object_set_new(document, "proof", json_array()) != 0)
        return AVOW_ERR_NOMEM;
    return json_array_append(json_object_get(document, "proof"), proof) == 0 ? AVOW_OK
                                                                             : AVOW_ERR_NOMEM;
}

/* The proofs of a document: one object or an array of them. */
static size_t proof_count(const json_t *proofs)
{
    return json_is_array(proofs) ? json_array_size(proofs) : json_is_object(proofs);
}

static const json_t *proof_at(const json_t *proofs, size_t index)
{
    return json_is_array(proofs) ? json_array_get(proofs, index) : proofs;
}

static bool text_equals(const json_t *object, const char *member, const char *text)
{
    return avow_bytes_equal(avow_json_value_text(json_object_get(object, member)),
                            avow_bytes_text(text));
}

static bool is_ours(const json_t *proof)
{
    const struct avow_bytes method =
        avow_json_value_text(json_object_get(proof, "verificationMethod"));
    return text_equals(proof, "cryptosuite", cryptosuite) && method.len >= 8 &&
           memcmp(method.data, "did:key:", 8) == 0;
}

static enum avow_err refuse(struct avow_fault *fault, enum avow_reject reject, const json_t *proofs,
                            size_t index, const char *member, const char *what)
{
    char path[PATH_MAX_LEN];
    struct avow_buf where;
    avow_buf_init_fixed(&where, path, sizeof(path));
    avow_buf_append(&where, "/proof", 6);
    if (json_is_array(proofs))
        avow_buf_printf(&where, "/%zu", index);
    avow_buf_append(&where, member, strlen(member));
    return avow_fault_set(fault, reject, avow_buf_bytes(&where), what);
}

/* Members that change what a proof means (previousProof, expires, domain, challenge) are refused
 * and not ignored. */
static bool has_unknown_member(const json_t *proof)
{
    static const char *const known[] = {
        "@context",     "created",    "cryptosuite", "id",
        "proofPurpose", "proofValue", "type",        "verificationMethod",
    };
    size_t found = 0;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        found += json_object_get(proof, known[i]) != NULL;
    return found != json_object_size(proof);
}

static enum avow_reject read_signature(const json_t *value, struct avow_signature *signature)
{
    size_t len = 0;
    const enum avow_reject reject = avow_multibase_decode(
        avow_json_value_text(value), signature->bytes, sizeof(signature->bytes), &len);
    if (reject == AVOW_ACCEPT && len != sizeof(signature->bytes))
        return AVOW_REJECT_LENGTH;
    return reject;
}

static enum avow_err read_proof(const json_t *document, const json_t *proofs,
                                struct avow_proof_facts *facts, struct avow_fault *fault)
{
    const size_t i = facts->index;
    const json_t *proof = proof_at(proofs, i);
    if (!text_equals(proof, "type", "DataIntegrityProof"))
        return refuse(fault, AVOW_REJECT_DOCUMENT, proofs, i, "/type", "not DataIntegrityProof");
    if (!text_equals(proof, "proofPurpose", "assertionMethod"))
        return refuse(fault, AVOW_REJECT_DOCUMENT, proofs, i, "/proofPurpose",
                      "not assertionMethod");
    if (has_unknown_member(proof))
        return refuse(fault, AVOW_REJECT_DOCUMENT, proofs, i, "", "a proof with unknown members");
    const json_t *context = json_object_get(proof, "@context");
    if (context != NULL && !json_equal(context, json_object_get(document, "@context")))
        return refuse(fault, AVOW_REJECT_DOCUMENT, proofs, i, "/@context",
                      "not the context of the document");
    enum avow_reject reject = method_parse(
        avow_json_value_text(json_object_get(proof, "verificationMethod")), &facts->key);
    if (reject != AVOW_ACCEPT)
        return refuse(fault, reject, proofs, i, "/verificationMethod",
                      "not an Ed25519 key as did:key with its fragment");
    reject =
        avow_time_parse(avow_json_value_text(json_object_get(proof, "created")), &facts->created);
    if (reject != AVOW_ACCEPT)
        return refuse(fault, reject, proofs, i, "/created", "not a time YYYY-MM-DDTHH:MM:SSZ");
    reject = read_signature(json_object_get(proof, "proofValue"), &facts->signature);
    if (reject != AVOW_ACCEPT)
        return refuse(fault, reject, proofs, i, "/proofValue", "not a signature in base58");
    return AVOW_OK;
}

enum avow_err avow_proof_read(const json_t *document, struct avow_proof_facts *facts,
                              struct avow_fault *fault)
{
    *facts = (struct avow_proof_facts){0};
    const json_t *proofs = json_object_get(document, "proof");
    const size_t count = proof_count(proofs);
    if (count > AVOW_PROOFS_MAX)
        return avow_fault_set(fault, AVOW_REJECT_LENGTH, avow_bytes_text("/proof"),
                              "too many proofs");
    size_t ours = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_ours(proof_at(proofs, i)))
            continue;
        if (ours++ > 0)
            return refuse(fault, AVOW_REJECT_DUPLICATE, proofs, i, "",
                          "a second proof by eddsa-jcs-2022");
        facts->index = i;
    }
    if (ours == 0)
        return avow_fault_set(fault, AVOW_REJECT_DOCUMENT, avow_bytes_text("/proof"),
                              "no proof by eddsa-jcs-2022 and a did:key");
    facts->unchecked = count - 1;
    return read_proof(document, proofs, facts, fault);
}

enum avow_err avow_proof_verify(const json_t *document, struct avow_proof_facts *facts,
                                struct avow_fault *fault)
{
    enum avow_err err = avow_proof_read(document, facts, fault);
    if (err != AVOW_OK)
        return err;
    const json_t *proofs = json_object_get(document, "proof");
    if (!avow_ed25519_key_is_valid(&facts->key))
        return refuse(fault, AVOW_REJECT_KEY_POINT, proofs, facts->index, "/verificationMethod",
                      "not a valid Ed25519 key");
    uint8_t hashes[AVOW_PROOF_HASHES_LEN];
    err = avow_proof_hashes(document, proof_at(proofs, facts->index), hashes);
    if (err != AVOW_OK)
        return err;
    if (!avow_ed25519_verify(&facts->key, avow_bytes(hashes, sizeof(hashes)), &facts->signature))
        return refuse(fault, AVOW_REJECT_SIGNATURE, proofs, facts->index, "/proofValue",
                      "the document is not what was signed");
    return AVOW_OK;
}
