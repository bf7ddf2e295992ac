#include "tests/support/full_message.h"

#include "proto/codec/writer.h"

#define KIB 1024

static struct avow_buf entry_items, checkpoint_items, index_items, chain_items, digest_items,
    status_items, reference_items;

static void fill_lists(struct avow_message *message)
{
    static const uint8_t entry[] = {0x92, 0xcc, 0x80, 0x00};
    avow_buf_init(&entry_items, 4 * KIB);
    avow_buf_init(&checkpoint_items, 4 * KIB);
    avow_buf_init(&index_items, KIB);
    avow_buf_init(&chain_items, KIB);
    avow_buf_init(&digest_items, KIB);
    avow_buf_init(&status_items, 4 * KIB);
    avow_buf_init(&reference_items, KIB);
    for (size_t i = 0; i < 3; i++) {
        avow_write_bin(&entry_items, avow_bytes(entry, sizeof(entry)));
        avow_write_uint(&index_items, i * 70000);
        avow_write_array(&checkpoint_items, 2);
        avow_checkpoint_write(&checkpoint_items, &message->checkpoint);
        avow_cosignatures_write(&checkpoint_items, message->cosignatures, i);
        avow_list_digest_write(&digest_items, &message->issuer, &message->checkpoint.root);
        avow_list_reference_write(&reference_items, &message->issuer, i * 300);
        struct avow_proved_status status = {.checkpoint = message->checkpoint,
                                            .entry = avow_bytes(entry, sizeof(entry)),
                                            .index = i,
                                            .path = message->path};
        avow_proved_status_write(&status_items, &status);
        avow_write_array(&chain_items, 3);
        avow_write_bin(&chain_items, avow_bytes(entry, sizeof(entry)));
        avow_write_uint(&chain_items, i);
        avow_write_bin(&chain_items, avow_bytes(message->path.hashes, 32 * i));
    }
    message->entries = (struct avow_list){3, avow_buf_bytes(&entry_items)};
    message->checkpoints = (struct avow_list){3, avow_buf_bytes(&checkpoint_items)};
    message->indices = (struct avow_list){3, avow_buf_bytes(&index_items)};
    message->chunks = message->indices;
    message->chain = (struct avow_list){3, avow_buf_bytes(&chain_items)};
    message->digests = (struct avow_list){3, avow_buf_bytes(&digest_items)};
    message->statuses = (struct avow_list){3, avow_buf_bytes(&status_items)};
    message->references = (struct avow_list){3, avow_buf_bytes(&reference_items)};
    message->recognitions = message->references;
}

void full_message_fini(void)
{
    avow_buf_fini(&entry_items);
    avow_buf_fini(&checkpoint_items);
    avow_buf_fini(&index_items);
    avow_buf_fini(&chain_items);
    avow_buf_fini(&digest_items);
    avow_buf_fini(&status_items);
    avow_buf_fini(&reference_items);
}

struct avow_message full_message(void)
{
    struct avow_message message = {.request = 77};
    uint64_t *const numbers[] = {
        &message.from,  &message.size,   &message.count, &message.index, &message.at,
        &message.time,  &message.code,   &message.flags, &message.word,  &message.why,
        &message.state, &message.reason, &message.since, &message.age_s, &message.store_epoch};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        *numbers[i] = (i + 1) * 1000;
    message.role = AVOW_PEER_WATCHER;
    message.last = message.whole = 1;
    memset(&message.issuer, 1, sizeof(message.issuer));
    memset(&message.key, 2, sizeof(message.key));
    memset(&message.signature, 3, sizeof(message.signature));
    memset(&message.seed, 4, sizeof(message.seed));
    memset(&message.proof, 8, sizeof(message.proof));
    message.checkpoint.size = 9;
    message.checkpoint.epoch = 256;
    message.checkpoint.time = 1790000000;
    message.cosignature_count = 2;
    message.cosignatures[0].time = 5;
    memset(&message.cosignatures[1].key, 6, 32);
    message.path.count = 2;
    memset(message.path.hashes, 7, sizeof(message.path.hashes));
    message.text = avow_bytes_text("text");
    message.address = avow_bytes_text("host.example:4747");
    message.evidence = avow_bytes_text("evidence");
    message.fork = avow_bytes_text("fork");
    message.policy = avow_bytes_text("policy");
    message.query = avow_bytes_text("query");
    message.results = avow_bytes_text("results");
    message.place = avow_bytes_text("place");
    fill_lists(&message);
    return message;
}
