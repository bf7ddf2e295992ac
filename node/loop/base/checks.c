#include "node/loop/base/checks.h"

#include <stdlib.h>
#include <uv.h>

#define WAYS 4 /* places that a claim may have: a full row gives up its oldest */
#define ASKED_BYTES_MAX ((size_t)4 << 20) /* more than a message's entries can claim */
#define ROWS (AVOW_CHECKS_REMEMBERED / WAYS)

struct known_row {
    struct avow_hash digests[WAYS]; /* zeros: free */
    unsigned next;
};

struct avow_checks {
    uv_mutex_t mutex; /* guards the rows */
    struct avow_root_checker verifying;
    struct known_row rows[ROWS];
};

/* ---- what is remembered ---- */

static struct known_row *row_of(struct avow_checks *checks, const struct avow_hash *digest)
{
    return &checks->rows[avow_get_u64be(digest->bytes) % ROWS];
}

static bool is_known(struct avow_checks *checks, const struct avow_hash *digest)
{
    const struct known_row *row = row_of(checks, digest);
    bool known = false;
    uv_mutex_lock(&checks->mutex);
    for (size_t i = 0; i < WAYS; i++)
        known = known || avow_hash_equal(&row->digests[i], digest);
    uv_mutex_unlock(&checks->mutex);
    return known;
}

static void remember(struct avow_checks *checks, const struct avow_hash *digest)
{
    struct known_row *row = row_of(checks, digest);
    uv_mutex_lock(&checks->mutex);
    row->digests[row->next++ % WAYS] = *digest;
    uv_mutex_unlock(&checks->mutex);
}

static enum avow_reject verify(struct avow_checks *checks, const struct avow_root_claim *claim,
                               const struct avow_hash *digest)
{
    enum avow_reject reject = avow_root_claim_check(claim);
    if (reject == AVOW_ACCEPT)
        remember(checks, digest);
    return reject;
}

static enum avow_err verify_unknown(void *context, const struct avow_root_claim *claim,
                                    enum avow_reject *reject)
{
    struct avow_checks *checks = context;
    const struct avow_hash digest = avow_root_claim_digest(claim);
    *reject = is_known(checks, &digest) ? AVOW_ACCEPT : verify(checks, claim, &digest);
    return AVOW_OK;
}

enum avow_err avow_checks_new(struct avow_checks **checks)
{
    *checks = calloc(1, sizeof(**checks));
    if (*checks == NULL)
        return AVOW_ERR_NOMEM;
    if (uv_mutex_init(&(*checks)->mutex) != 0) {
        free(*checks);
        *checks = NULL;
        return AVOW_ERR_NOMEM;
    }
    (*checks)->verifying = (struct avow_root_checker){.context = *checks, .check = verify_unknown};
    return AVOW_OK;
}

void avow_checks_free(struct avow_checks **checks)
{
    if (*checks != NULL)
        uv_mutex_destroy(&(*checks)->mutex);
    free(*checks);
    *checks = NULL;
}

const struct avow_root_checker *avow_checks_verifying(const struct avow_checks *checks)
{
    return checks == NULL ? NULL : &checks->verifying;
}

/* ---- what one job asks ---- */

struct avow_checks_row {
    struct avow_hash digest;
    struct avow_root_claim claim; /* its message begins at `offset` of `messages` */
    size_t offset;
    enum avow_reject reject; /* once it is verified */
};

static enum avow_err note(struct avow_checks_asked *asked, const struct avow_root_claim *claim,
                          const struct avow_hash *digest)
{
    struct avow_checks_row *rows = realloc(asked->rows, (asked->count + 1) * sizeof(*rows));
    if (rows == NULL)
        return AVOW_ERR_NOMEM;
    asked->rows = rows;
    rows[asked->count++] =
        (struct avow_checks_row){.digest = *digest, .claim = *claim, .offset = asked->messages.len};
    avow_buf_append(&asked->messages, claim->message.data, claim->message.len);
    return asked->messages.err;
}

static enum avow_err look_up(void *context, const struct avow_root_claim *claim,
                             enum avow_reject *reject)
{
    struct avow_checks_asked *asked = context;
    const struct avow_hash digest = avow_root_claim_digest(claim);
    for (size_t i = 0; i < asked->verified; i++) {
        if (avow_hash_equal(&asked->rows[i].digest, &digest)) {
            *reject = asked->rows[i].reject;
            return AVOW_OK;
        }
    }
    *reject = AVOW_ACCEPT;
    if (is_known(asked->checks, &digest))
        return AVOW_OK;
    asked->unsure = true;
    return note(asked, claim, &digest);
}

struct avow_root_checker avow_checks_knowing(struct avow_checks_asked *asked)
{
    asked->unsure = false;
    if (asked->count == 0)
        avow_buf_init(&asked->messages, ASKED_BYTES_MAX);
    return (struct avow_root_checker){.context = asked, .check = look_up, .unsure = &asked->unsure};
}

void avow_checks_answer(struct avow_checks_asked *asked)
{
    for (; asked->verified < asked->count; asked->verified++) {
        struct avow_checks_row *row = &asked->rows[asked->verified];
        if (row->claim.message.len > 0)
            row->claim.message.data = asked->messages.data + row->offset;
        row->reject = verify(asked->checks, &row->claim, &row->digest);
    }
}

void avow_checks_asked_fini(struct avow_checks_asked *asked)
{
    free(asked->rows);
    avow_buf_fini(&asked->messages);
}
