/* Every attack: name, what COUNT of it is. A row each, `uint64_t attack_NAME(uint64_t count)`
 * returns how much of it got done. */
#ifndef AVOW_TESTS_E2E_ATTACKS_H
#define AVOW_TESTS_E2E_ATTACKS_H

#include <stdint.h>

#define ATTACK_LIST(X)                                                                             \
    X(junk, "connections of random bytes, as many of half a handshake, each dropped")              \
    X(halves, "connections that begin a handshake and say no more, until each is dropped")         \
    X(listed, "issuers that do not exist, in a list without end")                                  \
    X(announced, "announcements of such issuers")                                                  \
    X(forged, "connections, each announcing a checkpoint of a real issuer that nobody signed")     \
    X(claims, "logs that each name the node's own key as a heartbeat key of theirs, expired")      \
    X(deaf, "questions with large answers, none of which is read")

#define ATTACK_DECLARE(name, what) uint64_t attack_##name(uint64_t count);
ATTACK_LIST(ATTACK_DECLARE)
#undef ATTACK_DECLARE

#endif
