/* Entries: the records of a log, decoded and encoded, every kind (docs/protocol.md, "Entries").
 *
 * Decoding judges an entry's form alone: shapes, bounds, vocabularies, whatever needs no other
 * entry. What an entry may do in its log is judged by log/chain and log/state. Views in a decoded
 * entry point into the input and live as long as it does. */
#ifndef AVOW_PROTO_ENTRY_ENTRY_H
#define AVOW_PROTO_ENTRY_ENTRY_H

#include "proto/base.h"

#define AVOW_ENTRY_BYTES_MAX 8192
#define AVOW_ROOT_ENTRY_BYTES_MAX 1024
#define AVOW_KEY_LIFE_MAX_S 34300800 /* t < not_after <= t + this: about 13 months */
#define AVOW_RULE_NODES_MAX 256
#define AVOW_RULE_DEPTH_MAX 16
/* Kinds from here up are stored and have no effect on state. */
#define AVOW_KIND_INERT_MIN 128

/* Every kind: its name; its number, which is in what was signed and never changes; its word; its
 * member of struct avow_entry; the items of its array, kind and t included; whether it is a root
 * entry; whether the status map holds a state of it, so that a status entry may name it as its
 * target. Whatever must know all kinds is made from these rows, or is a switch over the enum
 * without `default:`. */
#define AVOW_KIND_LIST(X)                                                                          \
    X(INCEPTION, 0, "inception", inception, 10, true, false)                                       \
    X(KEY, 1, "key", key, 7, true, false)                                                          \
    X(ROOT_ROTATION, 2, "root-rotation", rotation, 8, true, false)                                 \
    X(NODES, 3, "nodes", nodes, 3, false, false)                                                   \
    X(ACHIEVEMENT, 4, "achievement", achievement, 6, false, true)                                  \
    X(ISSUE, 5, "issue", issue, 6, false, true)                                                    \
    X(STATUS, 6, "status", status, 7, false, false)                                                \
    X(PATHWAY, 7, "pathway", pathway, 6, false, true)                                              \
    X(RECOGNITION, 8, "recognition", recognition, 10, false, true)                                 \
    X(IDENTITY, 9, "identity", identity, 6, true, false)                                           \
    X(CLOSURE, 10, "closure", closure, 8, true, false)

enum avow_kind {
#define AVOW_KIND_ENUM(name, number, word, member, items, root, status) AVOW_KIND_##name = (number),
    AVOW_KIND_LIST(AVOW_KIND_ENUM)
#undef AVOW_KIND_ENUM
};

/* How many there are: one more than the largest. */
enum {
#define AVOW_KIND_ONE(name, number, word, member, items, root, status) AVOW_KIND_ONE_##name,
    AVOW_KIND_LIST(AVOW_KIND_ONE)
#undef AVOW_KIND_ONE
        AVOW_KIND_COUNT
};

/* The numbers of these, like those of the kinds, are in what was signed (docs/protocol.md,
 * "Numbers"). */
enum avow_key_action { AVOW_KEY_AUTHORISE = 0, AVOW_KEY_RETIRE = 1 };
enum avow_key_use { AVOW_USE_SIGN = 0, AVOW_USE_HEARTBEAT = 1 };
enum avow_role { AVOW_ROLE_ISSUER = 0, AVOW_ROLE_AUTHORITY = 1 };
/* What a component that no longer stands does to what was stacked from it. */
#define AVOW_CASCADE_LIST(X)                                                                       \
    X(INVALID, 0, "invalid",                                                                       \
      "If a credential that the award was made for is revoked later, the award is not valid any "  \
      "more.")                                                                                     \
    X(DEGRADED, 1, "degraded",                                                                     \
      "If a credential that the award was made for is revoked later, the award stays valid, and "  \
      "whoever verifies it is warned.")                                                            \
    X(GRANDFATHERED, 2, "grandfathered",                                                           \
      "If a credential that the award was made for is revoked later, the award stays as it was, "  \
      "unless it turns out that the credential never was good.")
enum avow_cascade {
#define AVOW_CASCADE_ENUM(name, number, word, text) AVOW_CASCADE_##name = (number),
    AVOW_CASCADE_LIST(AVOW_CASCADE_ENUM)
#undef AVOW_CASCADE_ENUM
};
enum {
#define AVOW_CASCADE_ONE(name, number, word, text) AVOW_CASCADE_ONE_##name,
    AVOW_CASCADE_LIST(AVOW_CASCADE_ONE)
#undef AVOW_CASCADE_ONE
        AVOW_CASCADE_COUNT
};

/* The state of an entry, as the status map holds it. */
enum avow_status {
    AVOW_STATUS_ACTIVE = 0,
    AVOW_STATUS_REVOKED = 1,
    AVOW_STATUS_SUSPENDED = 2,
    AVOW_STATUS_SUPERSEDED = 3,
};

/* Why a state was changed; the words are those of the command line. */
#define AVOW_REASON_LIST(X)                                                                        \
    X(UNSPECIFIED, 0, "unspecified")                                                               \
    X(ERROR, 1, "error")                                                                           \
    X(FRAUD, 2, "fraud")                                                                           \
    X(DATA, 3, "data")                                                                             \
    X(HOLDER, 4, "holder")                                                                         \
    X(KEY, 5, "key")                                                                               \
    X(LAPSED, 6, "lapsed")                                                                         \
    X(REPLACED, 7, "replaced")                                                                     \
    X(CLOSED, 8, "closed")
enum avow_reason {
#define AVOW_REASON_ENUM(name, number, word) AVOW_REASON_##name = (number),
    AVOW_REASON_LIST(AVOW_REASON_ENUM)
#undef AVOW_REASON_ENUM
};
enum {
#define AVOW_REASON_ONE(name, number, word) AVOW_REASON_ONE_##name,
    AVOW_REASON_LIST(AVOW_REASON_ONE)
#undef AVOW_REASON_ONE
        AVOW_REASON_COUNT
};

const char *avow_status_name(enum avow_status status); /* as in "active" */
const char *avow_kind_name(uint64_t kind);             /* "issue", …; "unknown" */
/* "invalid", "degraded", "grandfathered"; "unknown". */
const char *avow_cascade_name(uint64_t cascade);
/* What a cascade says of components, as a sentence; "" for an unknown one. */
const char *avow_cascade_text(uint64_t cascade);
const char *avow_reason_name(uint64_t reason); /* "error", …: the CLI's words; "unknown" */
/* The reason of a CLI word. False if there is none. */
bool avow_reason_parse(struct avow_bytes word, enum avow_reason *reason);
/* Reasons 1, 2, 3 and 5 void from the beginning; the others count from their own time. */
bool avow_reason_voids(enum avow_reason reason);

struct avow_inception {
    struct avow_bytes name, jurisdiction, website; /* text */
    struct avow_key root_key;
    struct avow_hash next_root_digest; /* SHA-256 of the next root's public key */
    struct avow_key signing_key;
    bool has_heartbeat;
    struct avow_key heartbeat_key;
    uint64_t not_after;
};

struct avow_key_entry {
    enum avow_key_action action;
    enum avow_key_use use;
    struct avow_key key;
    uint64_t not_after;
    struct avow_signature signature; /* by the root key in force */
};

struct avow_root_rotation {
    struct avow_key new_root;
    struct avow_hash next_root_digest;
    struct avow_key signing_key;
    bool has_heartbeat;
    struct avow_key heartbeat_key;
    uint64_t not_after;
    struct avow_signature signature; /* by new_root */
};

/* Each text is "avownode1…@host:port"; the first is the home node. */
struct avow_nodes {
    size_t count;           /* 1 to AVOW_NODES_MAX */
    struct avow_bytes list; /* the array's items, encoded: walk with avow_nodes_next() */
    struct avow_key home;   /* the first node's id */
};
#define AVOW_NODES_MAX 16

struct avow_achievement {
    struct avow_bytes code, title, language; /* text */
    struct avow_bytes details;               /* the map, encoded: see log/details.h */
};

struct avow_issue {
    uint64_t achievement; /* index of a kind 4 entry */
    struct avow_hash commitment;
    uint64_t valid_from;
    uint64_t valid_until; /* 0: no end */
};

struct avow_status_entry {
    uint64_t target;
    uint64_t previous; /* the target's last status entry, else 0 */
    uint64_t state;    /* enum avow_status */
    uint64_t reason;   /* enum avow_reason */
    bool has_successor;
    uint64_t successor;
};

struct avow_pathway {
    uint64_t award; /* index of a kind 4 entry */
    struct avow_bytes title;
    uint64_t cascade;       /* enum avow_cascade */
    struct avow_bytes rule; /* encoded and checked: see log/rule.h */
};

struct avow_recognition {
    struct avow_hash subject;
    struct avow_bytes subject_name;
    enum avow_role role;
    struct avow_bytes scope;          /* the map, encoded and checked: see log/scope.h */
    struct avow_bytes equivalence;    /* the array of rows, encoded and checked: there too */
    uint64_t valid_from, valid_until; /* of the awards it covers; 0 no bound */
    struct avow_bytes basis;          /* a URI */
};

struct avow_identity {
    struct avow_bytes name, jurisdiction, website;
    struct avow_signature signature;
};

struct avow_closure {
    bool has_successor;
    struct avow_hash successor;
    bool has_custodian; /* custodian, its key and its digest: all or none */
    struct avow_hash custodian;
    struct avow_key custodian_key;
    struct avow_hash next_root_digest;
    uint64_t not_after; /* 0 without a custodian */
    struct avow_signature signature;
};

struct avow_entry {
    uint64_t kind;           /* enum avow_kind, or >= AVOW_KIND_INERT_MIN */
    uint64_t t;              /* Unix seconds */
    struct avow_bytes bytes; /* the whole entry as decoded */
    union {
        struct avow_inception inception;
        struct avow_key_entry key;
        struct avow_root_rotation rotation;
        struct avow_nodes nodes;
        struct avow_achievement achievement;
        struct avow_issue issue;
        struct avow_status_entry status;
        struct avow_pathway pathway;
        struct avow_recognition recognition;
        struct avow_identity identity;
        struct avow_closure closure;
    };
};

/* False for any number that is not such a kind. */
bool avow_kind_is_root(uint64_t kind);
bool avow_kind_has_status(uint64_t kind);
/* The items of the kind's array, kind and t and a root signature included; 0 for a kind that this
 * version does not know. */
size_t avow_kind_items(uint64_t kind);

/* Decodes one entry of at most AVOW_ENTRY_BYTES_MAX bytes (a root entry:
 * AVOW_ROOT_ENTRY_BYTES_MAX). ACCEPT, the rejections of codec/reader, VALUE, RANGE, RULE, or NEWER
 * for an unknown kind below 128. */
AVOW_NODISCARD enum avow_reject avow_entry_decode(struct avow_bytes bytes,
                                                  struct avow_entry *entry);

/* Appends the encoding of `entry`, which must be one that decodes. Its `bytes` is ignored, but for
 * kinds from AVOW_KIND_INERT_MIN up, which are their bytes. */
void avow_entry_encode(struct avow_buf *out, const struct avow_entry *entry);

/* The root signature that ends the entry, for signing: a pointer into it. NULL for a kind that has
 * none. */
struct avow_signature *avow_entry_signature(struct avow_entry *entry);

/* What a root entry's signature covers (docs/protocol.md, "Root entries"): "avow root 1\n", the
 * leaf hash of the root entry before it, its index, the tree root at size = index, and the entry as
 * an array without its last field. `entry` is decoded, or for signing filled in but for the
 * signature. */
void avow_entry_root_message(struct avow_buf *out, const struct avow_entry *entry,
                             const struct avow_hash *previous_leaf, uint64_t index,
                             const struct avow_hash *root_before);

/* Takes the next "avownode1…@host:port" off `*list` (start with nodes.list): its id and its address
 * "host:port". False at the end. The list has been decoded already. */
bool avow_nodes_next(struct avow_bytes *list, struct avow_key *node, struct avow_bytes *address);
/* Whether `text` is "avownode1…@host:port": false unless both parts have exactly their form. */
bool avow_nodes_address_fits(struct avow_bytes text);

#endif
