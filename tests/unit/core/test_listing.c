/* Lists of logs: whose is read when, and that a peer's slowness is its own matter. */
#include "proto/codec/writer.h"
#include "tests/sim/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* A page of one log. */
static void answer_page(struct rig *rig, uint32_t link, uint64_t request, uint64_t issuer,
                        bool last)
{
    uint8_t bytes[1024];
    struct avow_buf items;
    struct avow_checkpoint checkpoint = rig_checkpoint(issuer, 5);
    avow_buf_init_fixed(&items, bytes, sizeof(bytes));
    avow_write_array(&items, 2);
    avow_checkpoint_write(&items, &checkpoint);
    avow_cosignatures_write(&items, NULL, 0);
    struct avow_message *message = rig_draft(rig, AVOW_MESSAGE_LOGS);
    message->request = request;
    message->last = last;
    message->checkpoints = (struct avow_list){1, avow_buf_bytes(&items)};
    rig_say(rig, link);
}

static void answer_empty(struct rig *rig, uint32_t link)
{
    uint64_t request = rig->message.request;
    rig_draft(rig, AVOW_MESSAGE_LOGS)->request = request;
    rig->message.last = 1;
    rig_say(rig, link);
}

static void keep_alive(struct rig *rig, uint32_t link)
{
    rig_draft(rig, AVOW_MESSAGE_PONG);
    rig_say(rig, link);
}

/* How far the list of the slow one is read, and how often that of the other, in an hour in which
 * the slow one gives a log every ten seconds. */
struct hour {
    uint64_t pages;
    size_t others, begun_again;
};

static struct hour spend_hour(struct rig *rig, uint64_t length)
{
    struct hour hour = {0};
    uint64_t request = rig->message.request, asked_ms = rig->now.ms;
    for (int i = 0; i < 36000; i++) {
        if (request != 0 && rig->now.ms - asked_ms >= 10000) {
            hour.pages++;
            answer_page(rig, 0, request, 1000 + hour.pages, hour.pages == length);
            request = 0;
        } else {
            rig_tick(rig, 100);
        }
        if (rig_sent(rig, 0, AVOW_MESSAGE_LIST)) {
            request = rig->message.request;
            asked_ms = rig->now.ms;
            hour.begun_again += avow_get_u64be(rig->message.issuer.bytes) == 0;
        }
        if (rig_sent(rig, 1, AVOW_MESSAGE_LIST)) {
            hour.others++;
            answer_empty(rig, 1);
        }
        keep_alive(rig, 0);
        keep_alive(rig, 1);
    }
    return hour;
}

/* A list that took long, and is over, is not read again for a while: that one alone. */
static void test_long_list(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, NULL);
    rig_join_empty(&rig, 1);
    rig_join(&rig, 0, AVOW_PEER_NODE);
    assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_LIST));
    struct hour hour = spend_hour(&rig, 40);
    assert_in_range(hour.others, 3600 / 30 - 5, 3600 / 30 + 1);
    assert_int_equal(hour.pages, 40);
    rig_fini(&rig);
}

/* A list without end: it is read on from where its time was up. */
static void test_slow_list(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig, NULL);
    rig_join_empty(&rig, 1);
    rig_join(&rig, 0, AVOW_PEER_NODE);
    assert_true(rig_sent(&rig, 0, AVOW_MESSAGE_LIST));
    struct hour hour = spend_hour(&rig, UINT64_MAX);
    assert_in_range(hour.others, 3600 / 30 - 5, 3600 / 30 + 1);
    assert_in_range(hour.pages, 55, 65); /* ten minutes of it */
    assert_int_equal(hour.begun_again, 0);
    bool asked = false;
    for (int i = 0; i < 36000 && !asked; i++) {
        keep_alive(&rig, 0);
        keep_alive(&rig, 1);
        rig_tick(&rig, 100);
        asked = rig_sent(&rig, 0, AVOW_MESSAGE_LIST);
    }
    assert_true(asked);
    assert_in_range(avow_get_u64be(rig.message.issuer.bytes), 1000 + hour.pages - 1,
                    1000 + hour.pages); /* the last one may have come too late */
    rig_fini(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_long_list),
                                       cmocka_unit_test(test_slow_list)};
    return cmocka_run_group_tests_name("listing", tests, NULL, NULL);
}
