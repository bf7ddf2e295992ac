/* Makes logs for tests: real keys, real signatures, every entry through avow_apply(), held in
 * memory behind a struct avow_log_view. All of it is a function of the seed and the calls.
 *
 * The named calls assert that their entry is accepted and return its index; log_builder_try() says
 * what avow_apply() said. Each entry's time is `t`, which the test may move. */
#ifndef AVOW_TESTS_LOG_BUILDER_H
#define AVOW_TESTS_LOG_BUILDER_H

#include "proto/crypto/ed25519.h"
#include "proto/log/state.h"

#define LOG_BUILDER_T0 UINT64_C(1790000000) /* a Monday in September 2026 */
#define LOG_BUILDER_NONE UINT64_MAX         /* no successor */

struct log_key {
    struct avow_secret_key secret;
    struct avow_key key;
};

struct log_builder_row {     /* one entry */
    struct avow_bytes bytes; /* owned */
    struct avow_hash leaf;
    enum avow_status status;
    uint64_t last_status_entry;
};

struct log_builder {
    char seed[64];
    unsigned roots; /* root keys made: names the next */
    uint64_t t;
    uint64_t key_life_s;
    struct log_key root, next_root, sign, heartbeat; /* the ones in force */
    size_t count, cap;
    struct log_builder_row *rows;
    struct avow_state state;
    struct avow_log_view view;
    struct avow_effect effect; /* of the last entry accepted; views into its row */
};

/* A log of no entries. */
void log_builder_init(struct log_builder *builder, const char *seed);
void log_builder_fini(struct log_builder *builder);
/* A log with inception and a nodes entry naming log_builder_node_key(): most tests start here. */
void log_builder_start(struct log_builder *builder, const char *seed);
/* `to`, not initialised before, becomes the first `size` entries of `from`, with the keys that
 * `from` has now. */
void log_builder_copy(struct log_builder *to, const struct log_builder *from, size_t size);

/* The key pair of the seed and a name: the same on every call. */
struct log_key log_builder_key(const struct log_builder *builder, const char *name);
/* The home node's key pair, of the seed too. */
struct log_key log_builder_node_key(const struct log_builder *builder);

/* Each fills in what a valid entry of its kind needs, from the builder's state; a test may then
 * change it before log_builder_try(). Texts are literals. Root entries come unsigned. */
void log_builder_inception(struct log_builder *builder, struct avow_entry *entry);
void log_builder_rotation(struct log_builder *builder, struct avow_entry *entry);
void log_builder_authorisation(struct log_builder *builder, struct avow_entry *entry,
                               enum avow_key_use use, const struct avow_key *key);
void log_builder_retirement(struct log_builder *builder, struct avow_entry *entry,
                            enum avow_key_use use, const struct avow_key *key);
void log_builder_naming(struct log_builder *builder, struct avow_entry *entry, const char *name);
/* Without a custodian; set it, its key, its digest and not_after for one. */
void log_builder_closing(struct log_builder *builder, struct avow_entry *entry);
void log_builder_status_change(struct log_builder *builder, struct avow_entry *entry,
                               uint64_t target, enum avow_status state, enum avow_reason reason,
                               uint64_t successor);

/* Signs a root entry for the next index. */
void log_builder_sign(const struct log_builder *builder, struct avow_entry *entry,
                      const struct log_key *root);
/* Encodes and applies; keeps the entry if accepted. */
enum avow_reject log_builder_try(struct log_builder *builder, const struct avow_entry *entry);
enum avow_reject log_builder_try_bytes(struct log_builder *builder, struct avow_bytes bytes);
/* The same for what must be accepted; returns its index. */
uint64_t log_builder_append(struct log_builder *builder, const struct avow_entry *entry);

uint64_t log_builder_add_inception(struct log_builder *builder);
uint64_t log_builder_add_nodes(struct log_builder *builder, const struct avow_key *node,
                               const char *address);
uint64_t log_builder_add_achievement(struct log_builder *builder, const char *code,
                                     const char *title);
/* A commitment that is a function of the index, valid from t without end. */
uint64_t log_builder_add_issue(struct log_builder *builder, uint64_t achievement);
uint64_t log_builder_add_issue_of(struct log_builder *builder, uint64_t achievement,
                                  const struct avow_hash *commitment, uint64_t valid_from,
                                  uint64_t valid_until);
uint64_t log_builder_add_status(struct log_builder *builder, uint64_t target,
                                enum avow_status state, enum avow_reason reason,
                                uint64_t successor);
/* `rule` is one encoded rule. */
uint64_t log_builder_add_pathway(struct log_builder *builder, uint64_t award,
                                 struct avow_bytes rule);
/* An unscoped recognition. */
uint64_t log_builder_add_recognition(struct log_builder *builder, const struct avow_hash *subject,
                                     enum avow_role role);
/* Signed by the committed root, which `root` then is. */
uint64_t log_builder_rotate_root(struct log_builder *builder);
/* Authorises or retires, signed by `root`. */
uint64_t log_builder_authorise(struct log_builder *builder, enum avow_key_use use,
                               const struct avow_key *key);
uint64_t log_builder_retire(struct log_builder *builder, enum avow_key_use use,
                            const struct avow_key *key);
uint64_t log_builder_rename(struct log_builder *builder, const char *name);
/* Closes; with `custodian`, hands over to the key pairs named "custodian sign" and "custodian
 * root", which become `sign` and `next_root`. */
uint64_t log_builder_close(struct log_builder *builder, const struct avow_hash *custodian);

/* Level-0 nodes are the leaf hashes; others are computed anew each time. */
struct avow_tree_nodes log_builder_nodes(const struct log_builder *builder);
struct avow_hash log_builder_root_at(const struct log_builder *builder, uint64_t size);
/* The status chunk and root as of now. */
void log_builder_chunk(const struct log_builder *builder, uint64_t chunk,
                       uint8_t out[AVOW_STATUS_CHUNK_BYTES]);
struct avow_hash log_builder_status_root(const struct log_builder *builder);
struct avow_path log_builder_status_path(const struct log_builder *builder, uint64_t chunk);

#endif
