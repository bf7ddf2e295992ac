#include "demo/watch.h"

#include "client/client.h"
#include "proto/codec/id.h"
#include "sys/files.h"

#include <time.h>

#define WAIT_MS 10000
#define COPY_BYTES_MAX (1024 * 1024)

uint64_t avow_demo_now_ns(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

bool avow_demo_copy(const char *from, const char *to)
{
    struct avow_buf text;
    avow_buf_init(&text, COPY_BYTES_MAX);
    const bool copied = avow_file_read(from, COPY_BYTES_MAX, &text) == AVOW_OK &&
                        avow_file_write(to, avow_buf_bytes(&text), 0600) == AVOW_OK;
    avow_buf_fini(&text);
    return copied;
}

const char *avow_demo_last_line(struct avow_demo_world *world)
{
    char *text = (char *)world->output.data;
    size_t len = strlen(text);
    while (len > 0 && text[len - 1] == '\n')
        text[--len] = '\0';
    return text;
}

double avow_demo_await(struct avow_demo_world *world, size_t node,
                       const struct avow_demo_record *record, enum avow_word word,
                       uint64_t since_ns)
{
    struct avow_client_config config = {.address = world->places[node].address,
                                        .role = AVOW_PEER_CLIENT};
    char reason[AVOW_CLIENT_REASON_MAX];
    struct avow_client *client;
    if (avow_client_connect(&config, &client, reason) != AVOW_OK) {
        (void)avow_cli_fail(world->cli, AVOW_EXIT_UNKNOWN, "%s", reason);
        return -1;
    }
    double waited = -1;
    while (waited < 0 && avow_demo_now_ns() - since_ns < (uint64_t)WAIT_MS * 1000000U) {
        const struct timespec pause = {.tv_nsec = 200000};
        struct avow_message question = {
            .type = AVOW_MESSAGE_VERIFY, .issuer = record->issuer, .index = record->index};
        struct avow_message answer;
        enum avow_err err = avow_client_ask(client, &question, AVOW_MESSAGE_VERDICT, &answer);
        if (err == AVOW_OK && answer.word == (uint64_t)word)
            waited = (double)(avow_demo_now_ns() - since_ns) / 1e6;
        else if (err != AVOW_OK && err != AVOW_ERR_REFUSED)
            break;
        (void)nanosleep(&pause, NULL);
    }
    if (waited < 0)
        (void)avow_cli_fail(world->cli, AVOW_EXIT_NEGATIVE, "%s did not say \"%s\" in time",
                            world->places[node].title, avow_word_name(word));
    avow_client_free(&client);
    return waited;
}

bool avow_demo_find_reference(struct avow_demo_world *world, struct avow_demo_record *record)
{
    const char *at = strstr((const char *)world->output.data, "\"reference\"");
    at = at == NULL ? NULL : strstr(at, "avow1");
    if (at == NULL)
        return false;
    size_t len = strcspn(at, "\"");
    return avow_id_reference_parse(avow_bytes(at, len), &record->issuer, &record->index) ==
           AVOW_ACCEPT;
}
