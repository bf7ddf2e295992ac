/* Checkpoints of a real log that nobody signed. */
#include "tests/e2e/tools/hostile/hostile.h"

#include <sodium.h>

uint64_t attack_forged(uint64_t count)
{
    struct avow_checkpoint real = hostile_real_checkpoint();
    for (uint64_t i = 0; i < count; i++) {
        struct peer *peer = peer_meet(AVOW_PEER_NODE);
        struct avow_message announce = {.type = AVOW_MESSAGE_ANNOUNCE, .checkpoint = real};
        struct avow_message message;
        announce.checkpoint.size += 1 + i;
        announce.checkpoint.time += 1;
        randombytes_buf(&announce.checkpoint.root, sizeof(announce.checkpoint.root));
        for (unsigned n = 0; n < 8; n++) {
            announce.checkpoint.signature.bytes[0] ^= 1;
            peer_say(peer, &announce);
            announce.checkpoint.size++;
        }
        while (peer_next(peer, &message)) {
            /* until it is dropped */
        }
        peer_leave(&peer);
    }
    return count;
}
