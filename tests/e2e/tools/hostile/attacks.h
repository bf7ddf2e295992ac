/* Every attack: name, the COUNT of a round of it in a siege (0: it takes no part), what COUNT is.
 * A row each; `uint64_t attack_NAME(uint64_t count)` returns how much of it got done. */
#ifndef AVOW_TESTS_E2E_ATTACKS_H
#define AVOW_TESTS_E2E_ATTACKS_H

#include <stdint.h>

#define ATTACK_LIST(X)                                                                             \
    X(junk, 100, "connections of random bytes, as many of half a handshake, each dropped")         \
    X(halves, 10, "connections that begin a handshake and say no more, until each is dropped")     \
    X(bare, 20000, "connections that send nothing, from everywhere, the last 200 kept")            \
    X(idlers, 2000, "connections that shake hands and are kept, from everywhere, the last 300")    \
    X(listed, 100000, "issuers that do not exist, in a list without end")                          \
    X(announced, 100000, "announcements of such issuers")                                          \
    X(forged, 20, "connections, each announcing a checkpoint of a real issuer that nobody signed") \
    X(claims, 3, "logs that each name the node's own key as a heartbeat key of theirs, expired")   \
    X(withheld, 8, "peers that announce the first log of HOSTILE_FROM, and serve nothing of it")   \
    X(roots, 8, "logs of 256 root entries, proposed all at once and signed")                       \
    X(deaf, 100000, "questions with large answers, none of which is read")                         \
    X(dear, 8,                                                                                     \
      "bodies with root chains as long as may be, and ten seconds of questions that take them "    \
      "all")                                                                                       \
    X(held, 20, "texts of new logs, of 300 KB each, that nobody ever signs")                       \
    X(newcomers, 20, "the same of logs that are no larger than any new one")                       \
    X(hoards, 0, "logs that take all the room there is, and then what is reserved")                \
    X(refreshed, 500, "checkpoints of twenty logs, signed again and again without an entry more")  \
    X(peers, 2, "bursts of 32,000 questions who the node's peers are, with 100 connected")         \
    X(statuses, 5, "bursts of 32,000 questions how the node is; from 20 on, 20 at once")           \
    X(pings, 10, "bursts of 32,000 PINGs; from 20 on, 20 at once")                                 \
    X(frames, 10, "the same, each PING in a frame of its own")                                     \
    X(siege, 0, "seconds of all of them at once, from 64 processes")

#define ATTACK_DECLARE(name, siege, what) uint64_t attack_##name(uint64_t count);
ATTACK_LIST(ATTACK_DECLARE)
#undef ATTACK_DECLARE

#endif
