#include "proto/trust/subject.h"

#include "proto/codec/id.h"
#include "proto/codec/json.h"
#include "proto/credential/badge.h"
#include "proto/credential/integrity.h"

#include <sodium.h>
#include <stdlib.h>

/* Not the parser's own text: it quotes what it stumbled over, which may be the seed. */
static void tell_json_error(struct avow_subject_file *file, const struct avow_json_error *error)
{
    const char *what = avow_reject_text(error->reject);
    if (error->line > 0)
        (void)snprintf(file->reason, sizeof(file->reason), "%s, at line %d, column %d", what,
                       error->line, error->column);
    else
        (void)snprintf(file->reason, sizeof(file->reason), "%s", what);
}

static void tell_fault(struct avow_subject_file *file, const struct avow_fault *fault)
{
    (void)snprintf(file->reason, sizeof(file->reason), "%s%s%s", fault->what,
                   fault->where[0] == '\0' ? "" : ", at ", fault->where);
}

static bool contains(struct avow_bytes text, const char *mark)
{
    return text.len != 0 && memmem(text.data, text.len, mark, strlen(mark)) != NULL;
}

/* One changed character spares at least one of these. */
static bool bears_marks(struct avow_bytes text)
{
    return contains(text, AVOW_BADGE_STATUS_TYPE) || contains(text, AVOW_BADGE_SCHEME "avow1");
}

static struct avow_bytes trimmed(struct avow_bytes text)
{
    while (text.len > 0 && strchr(" \t\r\n", text.data[0]) != NULL && text.data[0] != 0)
        text = avow_bytes(text.data + 1, text.len - 1);
    while (text.len > 0 && strchr(" \t\r\n", text.data[text.len - 1]) != NULL &&
           text.data[text.len - 1] != 0)
        text.len--;
    return text;
}

/* "avow1…/7", also as a document writes it, "avow:avow1…/7", or with "#" and its seed after it. */
static bool read_reference(struct avow_bytes text, struct avow_subject_file *file)
{
    const size_t scheme = strlen(AVOW_BADGE_SCHEME);
    text = trimmed(text);
    if (text.len > scheme && memcmp(text.data, AVOW_BADGE_SCHEME, scheme) == 0)
        text = avow_bytes(text.data + scheme, text.len - scheme);
    const uint8_t *seed = text.len > 0 ? memchr(text.data, '#', text.len) : NULL;
    if (seed != NULL)
        text.len = (size_t)(seed - text.data);
    struct avow_hash issuer;
    uint64_t index;
    if (avow_id_reference_parse(text, &issuer, &index) != AVOW_ACCEPT)
        return false;
    file->subject.issuer = issuer;
    file->subject.index = index;
    file->has_reference = true;
    return true;
}

/* The document is of our form: what it says, whether its proof verifies, and its commitment. */
static enum avow_err weigh(struct avow_subject_file *file, const struct avow_badge_facts *facts)
{
    struct avow_subject *subject = &file->subject;
    struct avow_proof_facts proof;
    struct avow_fault fault;
    enum avow_err err =
        avow_commitment(file->document, &facts->issuer, facts->seed, &subject->commitment, &fault);
    if (err == AVOW_OK)
        err = avow_proof_verify(file->document, &proof, &fault);
    if (err == AVOW_ERR_REJECTED) {
        tell_fault(file, &fault);
        return AVOW_OK;
    }
    if (err != AVOW_OK)
        return err;
    subject->proof_good = true;
    subject->signer = proof.key;
    return AVOW_OK;
}

/* A document that is not of our form. Signed as it stands, it is some other system's, or a later
 * version's; otherwise it was changed after it was signed. */
static enum avow_err refused(const struct avow_subject_file *file, bool marked)
{
    struct avow_proof_facts proof;
    struct avow_fault fault;
    if (!marked)
        return AVOW_ERR_REJECTED;
    enum avow_err err = avow_proof_verify(file->document, &proof, &fault);
    if (err == AVOW_ERR_NOMEM)
        return err;
    return err == AVOW_OK ? AVOW_ERR_REJECTED : AVOW_OK;
}

/* What a stacked credential is made of. */
static enum avow_err take_parts(struct avow_subject_file *file,
                                const struct avow_badge_facts *facts)
{
    struct avow_subject *subject = &file->subject;
    if (facts->component_count == 0)
        return AVOW_OK;
    file->components = calloc(facts->component_count, sizeof(*file->components));
    if (file->components == NULL)
        return AVOW_ERR_NOMEM;
    for (size_t i = 0; i < facts->component_count; i++)
        file->components[i] = (struct avow_reference){.issuer = facts->components[i].issuer,
                                                      .index = facts->components[i].index};
    subject->component_count = facts->component_count;
    subject->components = file->components;
    subject->has_pathway = true;
    subject->pathway =
        (struct avow_reference){.issuer = facts->pathway.issuer, .index = facts->pathway.index};
    return AVOW_OK;
}

static enum avow_err read_document(struct avow_subject_file *file, bool marked)
{
    struct avow_badge_facts facts;
    struct avow_fault fault;
    enum avow_err err = avow_badge_read(file->document, &facts, &fault);
    if (err == AVOW_OK) {
        file->subject.issuer = facts.issuer;
        file->subject.index = facts.index;
        file->has_reference = true;
        file->subject.valid_from = facts.valid_from;
        file->subject.valid_until = facts.valid_until;
        file->issuer_name = facts.issuer_name;
        file->achievement_name = facts.achievement_name;
        file->learner_name = facts.learner_name;
        err = take_parts(file, &facts);
        if (err == AVOW_OK)
            err = weigh(file, &facts);
    } else if (err == AVOW_ERR_REJECTED) {
        tell_fault(file, &fault);
        err = refused(file, marked);
    }
    sodium_memzero(&facts, sizeof(facts));
    return err;
}

enum avow_err avow_subject_read(struct avow_bytes text, struct avow_subject_file *file)
{
    *file = (struct avow_subject_file){0};
    if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) /* an editor's, RFC 8259 §8.1 */
        text = avow_bytes(text.data + 3, text.len - 3);
    if (read_reference(text, file))
        return AVOW_OK;
    if (trimmed(text).len == 0) {
        (void)snprintf(file->reason, sizeof(file->reason), "it is empty");
        return AVOW_ERR_REJECTED;
    }
    const bool marked = bears_marks(text);
    struct avow_json_error error;
    enum avow_err err = avow_json_parse(text, AVOW_SUBJECT_BYTES_MAX, &file->document, &error);
    if (err == AVOW_ERR_NOMEM)
        return err;
    if (err != AVOW_OK) {
        file->subject.has_document = marked;
        tell_json_error(file, &error);
        return marked ? AVOW_OK : AVOW_ERR_REJECTED;
    }
    file->subject.has_document = true;
    return read_document(file, marked);
}

void avow_subject_fini(struct avow_subject_file *file)
{
    avow_json_release(&file->document);
    free(file->components);
    *file = (struct avow_subject_file){0};
}
