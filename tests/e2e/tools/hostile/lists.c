/* Checkpoints of logs that do not exist. */
#include "tests/e2e/tools/hostile/hostile.h"

static void answer_list(struct peer *peer, uint64_t request, uint64_t *listed)
{
    struct avow_buf items;
    struct avow_message logs = {.type = AVOW_MESSAGE_LOGS, .request = request};
    avow_buf_init(&items, AVOW_MESSAGE_BYTES_MAX);
    for (unsigned i = 0; i < 256; i++) {
        struct avow_checkpoint checkpoint = hostile_made_up();
        /* In the order that the reader goes by. */
        avow_put_u64be(checkpoint.issuer.bytes, *listed + i);
        static const uint8_t pair = 0x92, no_lines = 0x90;
        avow_buf_append(&items, &pair, 1);
        avow_checkpoint_write(&items, &checkpoint);
        avow_buf_append(&items, &no_lines, 1);
    }
    logs.checkpoints = (struct avow_list){.count = 256, .items = avow_buf_bytes(&items)};
    peer_say(peer, &logs);
    avow_buf_fini(&items);
    *listed += 256;
}

uint64_t attack_listed(uint64_t count)
{
    uint64_t done = 0, connections = 0;
    while (done < count && connections++ < 1000) {
        struct peer *peer = peer_meet(AVOW_PEER_NODE);
        struct avow_message message;
        while (done < count && peer_next(peer, &message)) {
            struct avow_message no = {.type = AVOW_MESSAGE_REFUSED,
                                      .request = message.request,
                                      .code = AVOW_REFUSAL_UNKNOWN_LOG,
                                      .text = avow_bytes_text("")};
            if (message.type == AVOW_MESSAGE_LIST)
                answer_list(peer, message.request, &done);
            else if (message.request != 0)
                peer_say(peer, &no);
        }
        peer_leave(&peer);
    }
    return done;
}

uint64_t attack_announced(uint64_t count)
{
    uint64_t done = 0, connections = 0;
    while (done < count && connections++ < 100) {
        struct peer *peer = peer_meet(AVOW_PEER_NODE);
        for (uint64_t i = 0; i < 10000 && done < count; i++, done++) {
            struct avow_message announce = {.type = AVOW_MESSAGE_ANNOUNCE,
                                            .checkpoint = hostile_made_up()};
            peer_say(peer, &announce);
        }
        peer_flush(peer);
        peer_leave(&peer);
    }
    return done;
}
