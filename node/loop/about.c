#include "node/loop/about.h"

#include <time.h>

bool avow_about_takes(uint64_t type)
{
    return type == AVOW_MESSAGE_STATUS || type == AVOW_MESSAGE_PEERS ||
           type == AVOW_MESSAGE_OPERATOR;
}

static struct avow_bytes report(struct avow_about *about, const struct avow_link *link, bool status)
{
    const time_t now = time(NULL);
    struct avow_report_facts facts = about->facts;
    facts.now = now < 0 ? 0 : (uint64_t)now;
    facts.heartbeat_keys = about->heartbeats->count;
    facts.of_operator = link->of_operator;
    if (avow_reading_get(about->reading, &facts.snapshot) != AVOW_OK)
        return avow_bytes_text("{}");
    struct avow_report_copy *copy =
        status ? &about->statuses[link->of_operator ? 1 : 0] : &about->peers;
    return avow_bytes_text(avow_report_copy_get(
        copy, status ? avow_report_status : avow_report_peers, &facts, uv_now(link->shared->loop)));
}

void avow_about_message(struct avow_about *about, struct avow_link *link, struct avow_bytes bytes)
{
    struct avow_message *question = &about->message;
    enum avow_reject reject = avow_message_decode(bytes, question);
    if (reject != AVOW_ACCEPT) {
        avow_link_drop(link, reject, "a message that is not well formed");
        return;
    }
    struct avow_message answer = {.type = AVOW_MESSAGE_DONE, .request = question->request};
    if (question->type == AVOW_MESSAGE_OPERATOR)
        link->of_operator = avow_node_identity_is_operator(
            about->identity, avow_channel_handshake_hash(&link->channel), &question->proof);
    if (question->type == AVOW_MESSAGE_STATUS) {
        answer.type = AVOW_MESSAGE_STATUS_REPLY;
        answer.text = report(about, link, true);
    } else if (!link->of_operator) {
        answer.type = AVOW_MESSAGE_REFUSED;
        answer.code = AVOW_REFUSAL_NOT_OPERATOR;
    } else if (question->type == AVOW_MESSAGE_PEERS) {
        answer.type = AVOW_MESSAGE_PEERS_REPLY;
        answer.text = report(about, link, false);
    }
    avow_link_answer(link, &answer);
}

void avow_about_fini(struct avow_about *about)
{
    avow_report_copy_fini(&about->statuses[0]);
    avow_report_copy_fini(&about->statuses[1]);
    avow_report_copy_fini(&about->peers);
}
