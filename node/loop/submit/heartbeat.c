#include "node/loop/submit/heartbeat.h"

#include "node/loop/answer/answer.h"
#include "proto/codec/id.h"
#include "sys/seedfile.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

/* ---- keys ---- */

void avow_heartbeats_path(const struct avow_heartbeats *heartbeats, const struct avow_hash *issuer,
                          char *path, size_t room)
{
    char text[AVOW_ISSUER_TEXT_MAX];
    avow_id_issuer_text(issuer, text);
    int len = snprintf(path, room, "%s/heartbeats/%s", heartbeats->config.data, text);
    /* Options bound the folder's name, and an issuer's text has one length. */
    AVOW_ASSERT(len > 0 && (size_t)len < room);
}

static struct avow_heartbeat_key *find(const struct avow_heartbeats *heartbeats,
                                       const struct avow_hash *issuer)
{
    for (size_t i = 0; i < heartbeats->count; i++) {
        if (avow_hash_equal(&heartbeats->keys[i].issuer, issuer))
            return &heartbeats->keys[i];
    }
    return NULL;
}

static struct avow_heartbeat_key *find_spent(const struct avow_heartbeats *heartbeats)
{
    for (size_t i = 0; i < heartbeats->count; i++) {
        if (heartbeats->keys[i].spent && !heartbeats->keys[i].under_way)
            return &heartbeats->keys[i];
    }
    return NULL;
}

bool avow_heartbeats_has_room(const struct avow_heartbeats *heartbeats,
                              const struct avow_hash *issuer)
{
    return heartbeats->count < AVOW_HEARTBEATS_MAX || find(heartbeats, issuer) != NULL ||
           find_spent(heartbeats) != NULL;
}

/* A new place, or that of a key that is spent, whose file goes. */
static enum avow_err take_place(struct avow_heartbeats *heartbeats, const struct avow_hash *issuer,
                                struct avow_heartbeat_key **key)
{
    char path[PATH_MAX];
    if (heartbeats->count == AVOW_HEARTBEATS_MAX) {
        *key = find_spent(heartbeats);
        if (*key == NULL)
            return AVOW_ERR_TOO_LARGE;
        avow_heartbeats_path(heartbeats, &(*key)->issuer, path, sizeof(path));
        (void)unlink(path);
        **key = (struct avow_heartbeat_key){.issuer = *issuer, .secret = (*key)->secret};
        return AVOW_OK;
    }
    struct avow_secret_key *secret = sodium_malloc(sizeof(*secret));
    if (secret == NULL)
        return AVOW_ERR_NOMEM;
    *key = &heartbeats->keys[heartbeats->count++];
    **key = (struct avow_heartbeat_key){.issuer = *issuer, .secret = secret};
    return AVOW_OK;
}

enum avow_err avow_heartbeats_add(struct avow_heartbeats *heartbeats,
                                  const struct avow_hash *issuer, const uint8_t seed[32])
{
    struct avow_heartbeat_key *key = find(heartbeats, issuer);
    enum avow_err err = key == NULL ? take_place(heartbeats, issuer, &key) : AVOW_OK;
    if (err != AVOW_OK)
        return err;
    avow_ed25519_from_seed(seed, key->secret, &key->key);
    key->given = true;
    key->spent = false;
    return AVOW_OK;
}

static void load_key(struct avow_heartbeats *heartbeats, const char *name)
{
    struct avow_hash issuer;
    char path[PATH_MAX];
    uint8_t seed[32];
    if (avow_id_issuer_parse(avow_bytes_text(name), &issuer) != AVOW_ACCEPT)
        return; /* what a crash may have left beside a key */
    avow_heartbeats_path(heartbeats, &issuer, path, sizeof(path));
    enum avow_err err = avow_seedfile_read(path, seed);
    if (err == AVOW_OK)
        err = avow_heartbeats_add(heartbeats, &issuer, seed);
    sodium_memzero(seed, sizeof(seed));
    if (err != AVOW_OK) {
        struct avow_line line;
        avow_line_begin(&line, heartbeats->config.logger, AVOW_LOG_ERROR, "heartbeat-key-unusable");
        avow_line_issuer(&line, &issuer);
        avow_line_word(&line, "error", avow_err_text(err));
        avow_line_end(&line);
    }
}

enum avow_err avow_heartbeats_init(struct avow_heartbeats *heartbeats,
                                   const struct avow_heartbeats_config *config)
{
    char folder[PATH_MAX];
    int len = snprintf(folder, sizeof(folder), "%s/heartbeats", config->data);
    *heartbeats = (struct avow_heartbeats){.config = *config};
    if (len < 0 || (size_t)len + 1 + AVOW_ISSUER_TEXT_MAX > sizeof(folder))
        return AVOW_ERR_IO;
    if (mkdir(folder, S_IRWXU) != 0 && errno != EEXIST)
        return AVOW_ERR_IO;
    heartbeats->keys = calloc(AVOW_HEARTBEATS_MAX, sizeof(*heartbeats->keys));
    if (heartbeats->keys == NULL)
        return AVOW_ERR_NOMEM;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return AVOW_ERR_IO;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir))
        load_key(heartbeats, entry->d_name);
    (void)closedir(dir);
    /* Only a key that is new is a reason to sign at once. */
    for (size_t i = 0; i < heartbeats->count; i++)
        heartbeats->keys[i].given = false;
    return AVOW_OK;
}

void avow_heartbeats_fini(struct avow_heartbeats *heartbeats)
{
    for (size_t i = 0; i < heartbeats->count; i++)
        sodium_free(heartbeats->keys[i].secret);
    free(heartbeats->keys);
    heartbeats->keys = NULL;
    heartbeats->count = 0;
}

void avow_heartbeats_stop(struct avow_heartbeats *heartbeats)
{
    heartbeats->stopping = true;
}

/* ---- lines ---- */

static const struct avow_cosignature *line_by(const struct avow_log *log,
                                              const struct avow_key *key)
{
    for (size_t i = 0; i < log->cosignature_count; i++) {
        if (avow_key_equal(&log->cosignatures[i].key, key))
            return &log->cosignatures[i];
    }
    return NULL;
}

/* Signs the accepted checkpoint and hands the line to the writer. */
static bool put_line(struct avow_heartbeats *heartbeats, const struct avow_log *log,
                     const struct avow_secret_key *secret, uint64_t now, avow_job_done *done)
{
    struct avow_job *job = avow_job_new(AVOW_JOB_FRESHEN);
    if (job == NULL)
        return false;
    job->lane = AVOW_LANE_PROMPT;
    job->item.source = UINT32_MAX; /* no link's */
    job->done = done;
    job->context = heartbeats;
    job->issuer = log->checkpoint.issuer;
    job->checkpoint = log->checkpoint;
    job->now = now;
    job->line_count = 1;
    avow_cosignature_sign(&job->lines[0], &log->checkpoint, now, secret);
    bool put = avow_write_thread_put(heartbeats->config.writer, &job);
    avow_job_free(&job);
    return put;
}

static void heartbeat_stored(void *context, struct avow_job *job)
{
    struct avow_heartbeats *heartbeats = context;
    struct avow_heartbeat_key *key = find(heartbeats, &job->issuer);
    if (key != NULL)
        key->under_way = false;
    if (key == NULL || job->err != AVOW_OK || !job->changed || heartbeats->stopping)
        return;
    key->given = false;
    avow_gossip_log_changed(heartbeats->config.gossip, &job->issuer);
}

static bool is_due(const struct avow_heartbeat_key *key, const struct avow_log *log, uint64_t now)
{
    const struct avow_chain_key *authorised =
        avow_chain_key(&log->state.chain, &key->key, AVOW_KEY_HEARTBEAT, log->checkpoint.size);
    if (authorised == NULL || now > authorised->not_after || now < log->checkpoint.time)
        return false;
    const struct avow_cosignature *line = line_by(log, &key->key);
    uint64_t newest = log->checkpoint.time;
    /* One from the future, made while the clock was wrong, helps nobody and gives way. */
    if (line != NULL && line->time > newest && line->time <= now + AVOW_CLOCK_AHEAD_MAX_S)
        newest = line->time;
    return (key->given && line == NULL) || now >= newest + AVOW_HEARTBEAT_S;
}

bool avow_heartbeats_is_spent(const struct avow_heartbeat_key *key, const struct avow_log *log,
                              const struct avow_key *self, uint64_t now)
{
    if (log == NULL || !log->state.has_home || !avow_key_equal(&log->state.home, self))
        return true;
    const struct avow_chain_key *authorised =
        avow_chain_key(&log->state.chain, &key->key, AVOW_KEY_HEARTBEAT, log->checkpoint.size);
    return authorised == NULL || now > authorised->not_after;
}

static void beat(struct avow_heartbeats *heartbeats, struct avow_heartbeat_key *key, uint64_t now)
{
    const struct avow_log *log = NULL;
    if (key->under_way)
        return;
    enum avow_err err = avow_reading_log(heartbeats->config.reading, &key->issuer, &log);
    if (err != AVOW_OK && err != AVOW_ERR_NOT_FOUND)
        return;
    if (err == AVOW_ERR_NOT_FOUND)
        log = NULL;
    key->spent = avow_heartbeats_is_spent(key, log, heartbeats->config.self_id, now);
    if (log != NULL && is_due(key, log, now))
        key->under_way = put_line(heartbeats, log, key->secret, now, heartbeat_stored);
}

/* Others' policies may name this node. */
static void line_stored(void *context, struct avow_job *job)
{
    struct avow_heartbeats *heartbeats = context;
    if (job->err == AVOW_OK && job->changed && !heartbeats->stopping)
        avow_gossip_cosigned(heartbeats->config.gossip, &job->issuer);
}

static void witness_log(struct avow_heartbeats *heartbeats, const struct avow_log *log,
                        uint64_t now)
{
    const struct avow_key *self = heartbeats->config.self_id;
    if (line_by(log, self) == NULL && avow_answer_may_witness(log, self, now))
        (void)put_line(heartbeats, log, heartbeats->config.self, now, line_stored);
}

static uint64_t clock_ns(void *context)
{
    (void)context;
    return uv_hrtime();
}

static void allow(struct avow_snapshot *snapshot)
{
    const struct avow_allowance allowance = {.bytes = AVOW_HEARTBEATS_TICK_BYTES,
                                             .began = uv_hrtime(),
                                             .time_ns = AVOW_HEARTBEATS_TICK_NS,
                                             .clock = clock_ns};
    avow_allowance_begin(snapshot, &allowance);
}

/* Both go on around from where the last tick stopped: each has its turn, a tick is short. */
static void beat_some(struct avow_heartbeats *heartbeats, struct avow_snapshot *snapshot,
                      uint64_t now)
{
    for (size_t i = 0; i < heartbeats->count && avow_allowance_may_go_on(snapshot); i++) {
        heartbeats->next = (heartbeats->next + 1) % heartbeats->count;
        beat(heartbeats, &heartbeats->keys[heartbeats->next], now);
    }
}

static void witness_some(struct avow_heartbeats *heartbeats, struct avow_snapshot *snapshot,
                         uint64_t now)
{
    for (unsigned i = 0; i < AVOW_WITNESS_LOGS_A_TICK && avow_allowance_may_go_on(snapshot); i++) {
        const struct avow_log *log;
        if (avow_snapshot_next_log(snapshot, &heartbeats->swept, &log) != AVOW_OK) {
            heartbeats->swept = (struct avow_hash){0};
            return;
        }
        heartbeats->swept = log->checkpoint.issuer;
        witness_log(heartbeats, log, now);
    }
}

void avow_heartbeats_tick(struct avow_heartbeats *heartbeats, uint64_t now)
{
    struct avow_snapshot *snapshot;
    if (heartbeats->stopping ||
        avow_write_thread_state(heartbeats->config.writer) != AVOW_WRITER_GOOD ||
        avow_reading_get(heartbeats->config.reading, &snapshot) != AVOW_OK)
        return;
    allow(snapshot);
    beat_some(heartbeats, snapshot, now);
    allow(snapshot);
    witness_some(heartbeats, snapshot, now);
    avow_allowance_begin(snapshot, NULL);
}
