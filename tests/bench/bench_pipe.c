/* The bare pipe: what a machine can do between a socket and a synced file with the same work that
 * no node can leave out, and nothing else. A sender encrypts and writes to TCP on loopback; a
 * receiver reads, decrypts, decodes, hashes into a tree and puts bundles of 256 entries into LMDB,
 * committing as often as a node does. Two threads, as two machines would have. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <lmdb.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/entry/entry.h"
#include "tests/bench/bench.h"
#include "tests/bench/log.h"

#define FRAME (64 * 1024 - 1 - 16) /* plaintext bytes of a full frame */
#define SYNCS 500
#define BUNDLE 256
#define COMMIT 100000
#define TAG crypto_aead_chacha20poly1305_ietf_ABYTES
#define PACKED (2 + BENCH_ENTRY_BYTES) /* an entry as a message carries it: bin 8 */

struct pipe {
    const uint8_t *packed;
    size_t packed_len;
    int sockets[2];
    uint64_t entries;
    uint64_t decoded;
    struct avow_tree tree;
    MDB_env *env;
    MDB_dbi bundles;
    MDB_txn *txn;
};

static const uint8_t key[32] = {7};

static void nonce_of(uint64_t frame, uint8_t nonce[12])
{
    memset(nonce, 0, 4);
    memcpy(nonce + 4, &frame, sizeof(frame));
}

static void send_all(int fd, const uint8_t *data, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, data, len, 0);
        BENCH_MUST(sent > 0);
        data += sent;
        len -= (size_t)sent;
    }
}

static void *sender(void *context)
{
    struct pipe *pipe = context;
    uint8_t nonce[12];
    uint8_t *frame = bench_alloc(FRAME + TAG, 1);
    uint64_t number = 0;
    for (size_t at = 0; at < pipe->packed_len; at += FRAME) {
        size_t len = pipe->packed_len - at < FRAME ? pipe->packed_len - at : FRAME;
        nonce_of(number++, nonce);
        (void)crypto_aead_chacha20poly1305_ietf_encrypt(frame, NULL, pipe->packed + at, len, NULL,
                                                        0, NULL, nonce, key);
        send_all(pipe->sockets[0], frame, len + TAG);
    }
    free(frame);
    return NULL;
}

static void receive_all(int fd, uint8_t *data, size_t len)
{
    while (len > 0) {
        ssize_t received = recv(fd, data, len, 0);
        BENCH_MUST(received > 0);
        data += received;
        len -= (size_t)received;
    }
}

static void begin(struct pipe *pipe)
{
    BENCH_MUST(mdb_txn_begin(pipe->env, NULL, 0, &pipe->txn) == MDB_SUCCESS);
}

static void put_bundle(struct pipe *pipe, const uint8_t *packed)
{
    uint8_t number[8];
    avow_put_u64be(number, pipe->decoded / BUNDLE);
    MDB_val at = {sizeof(number), number};
    MDB_val value = {(size_t)BUNDLE * BENCH_ENTRY_BYTES, NULL};
    BENCH_MUST(mdb_put(pipe->txn, pipe->bundles, &at, &value, MDB_APPEND | MDB_RESERVE) ==
               MDB_SUCCESS);
    uint8_t *out = value.mv_data;
    for (size_t i = 0; i < BUNDLE; i++) {
        const struct avow_bytes bytes = avow_bytes(packed + i * PACKED + 2, BENCH_ENTRY_BYTES);
        struct avow_entry entry;
        BENCH_MUST(avow_entry_decode(bytes, &entry) == AVOW_ACCEPT);
        struct avow_hash leaf = avow_merkle_leaf_hash(bytes);
        avow_tree_append(&pipe->tree, &leaf, NULL);
        memcpy(out + i * BENCH_ENTRY_BYTES, bytes.data, bytes.len);
    }
    pipe->decoded += BUNDLE;
}

/* Takes whole bundles off the front of `plain`; returns what is used. */
static size_t take_bundles(struct pipe *pipe, const uint8_t *plain, size_t len)
{
    size_t used = 0;
    for (; len - used >= (size_t)BUNDLE * PACKED; used += (size_t)BUNDLE * PACKED) {
        uint64_t group = pipe->decoded / COMMIT;
        put_bundle(pipe, plain + used);
        if (pipe->decoded / COMMIT != group) {
            BENCH_MUST(mdb_txn_commit(pipe->txn) == MDB_SUCCESS);
            begin(pipe);
        }
    }
    return used;
}

static void receiver(struct pipe *pipe)
{
    uint8_t nonce[12];
    uint8_t *frame = bench_alloc(FRAME + TAG, 1);
    uint8_t *plain = bench_alloc(2 * (size_t)FRAME, 1);
    size_t held = 0;
    uint64_t number = 0;
    begin(pipe);
    for (size_t at = 0; at < pipe->packed_len; at += FRAME) {
        size_t len = pipe->packed_len - at < FRAME ? pipe->packed_len - at : FRAME;
        receive_all(pipe->sockets[1], frame, len + TAG);
        nonce_of(number++, nonce);
        BENCH_MUST(crypto_aead_chacha20poly1305_ietf_decrypt(plain + held, NULL, NULL, frame,
                                                             len + TAG, NULL, 0, nonce, key) == 0);
        held += len;
        size_t used = take_bundles(pipe, plain, held);
        held -= used;
        memmove(plain, plain + used, held);
    }
    BENCH_MUST(held == 0);
    BENCH_MUST(mdb_txn_commit(pipe->txn) == MDB_SUCCESS);
    free(frame);
    free(plain);
}

static void connect_pair(int sockets[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    BENCH_MUST(listener >= 0);
    BENCH_MUST(bind(listener, (struct sockaddr *)&address, len) == 0);
    BENCH_MUST(listen(listener, 1) == 0);
    BENCH_MUST(getsockname(listener, (struct sockaddr *)&address, &len) == 0);
    sockets[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    BENCH_MUST(sockets[0] >= 0);
    BENCH_MUST(connect(sockets[0], (struct sockaddr *)&address, len) == 0);
    sockets[1] = accept(listener, NULL, NULL);
    BENCH_MUST(sockets[1] >= 0);
    BENCH_MUST(close(listener) == 0);
}

static void open_env(struct pipe *pipe, const char *folder)
{
    MDB_txn *txn;
    BENCH_MUST(mdb_env_create(&pipe->env) == MDB_SUCCESS);
    BENCH_MUST(mdb_env_set_mapsize(pipe->env, (size_t)64 << 30) == MDB_SUCCESS);
    BENCH_MUST(mdb_env_set_maxdbs(pipe->env, 1) == MDB_SUCCESS);
    BENCH_MUST(mdb_env_open(pipe->env, folder, MDB_NORDAHEAD, 0600) == MDB_SUCCESS);
    BENCH_MUST(mdb_txn_begin(pipe->env, NULL, 0, &txn) == MDB_SUCCESS);
    BENCH_MUST(mdb_dbi_open(txn, "bundles", MDB_CREATE, &pipe->bundles) == MDB_SUCCESS);
    BENCH_MUST(mdb_txn_commit(txn) == MDB_SUCCESS);
}

static void pack(struct pipe *pipe)
{
    struct bench_log log;
    const struct avow_key home = {{1}};
    bench_log_init(&log, "bench pipe", &home, "node.example:4747", LOG_BUILDER_T0,
                   pipe->entries + BENCH_CHUNK);
    bench_log_grow(&log, pipe->entries + BENCH_CHUNK);
    pipe->packed_len = pipe->entries * PACKED;
    uint8_t *packed = bench_alloc(pipe->packed_len, 1);
    for (uint64_t i = 0; i < pipe->entries; i++) {
        packed[i * PACKED] = 0xc4;
        packed[i * PACKED + 1] = BENCH_ENTRY_BYTES;
        memcpy(packed + i * PACKED + 2, log.entries[BENCH_CHUNK + i].data, BENCH_ENTRY_BYTES);
    }
    pipe->packed = packed;
    bench_log_fini(&log);
}

/* What a commit waits for at least: the median time in which a small write reaches the disk. */
static void measure_sync(const char *folder)
{
    static uint8_t block[16 * 1024];
    double seconds[SYNCS];
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/sync", folder);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    BENCH_MUST(fd >= 0);
    for (size_t i = 0; i < SYNCS; i++) {
        double started = bench_seconds();
        block[0]++;
        BENCH_MUST(pwrite(fd, block, sizeof(block), (off_t)(i % 64 * sizeof(block))) > 0);
        BENCH_MUST(fdatasync(fd) == 0);
        seconds[i] = bench_seconds() - started;
    }
    BENCH_MUST(close(fd) == 0);
    bench_figure("sync-ms", bench_percentile(seconds, SYNCS, 0.5) * 1e3);
}

int main(int argc, char **argv)
{
    char folder[256];
    pthread_t thread;
    struct pipe pipe = {.entries = bench_entries(argc, argv) / BUNDLE * BUNDLE};
    BENCH_OK(avow_crypto_init());
    bench_folder_new(folder, sizeof(folder));
    bench_progress("pipe: %lu entries", (unsigned long)pipe.entries);
    pack(&pipe);
    open_env(&pipe, folder);
    connect_pair(pipe.sockets);
    double started = bench_seconds();
    BENCH_MUST(pthread_create(&thread, NULL, sender, &pipe) == 0);
    receiver(&pipe);
    double seconds = bench_seconds() - started;
    BENCH_MUST(pthread_join(thread, NULL) == 0);
    bench_figure("pipe", (double)pipe.entries / seconds);
    measure_sync(folder);
    mdb_env_close(pipe.env);
    bench_folder_remove(folder);
    return 0;
}
