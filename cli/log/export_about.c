/* What stands beside the tiles: who signs, and whether a folder may be written to at all. */
#include "cli/log/export.h"
#include "proto/codec/id.h"
#include "proto/json/dump.h"
#include "proto/json/issuer.h"
#include "proto/log/note.h"
#include "sys/files.h"

#include <inttypes.h>
#include <stdlib.h>

#define ISSUER_BYTES_MAX ((size_t)1024 * 1024)

/* ------------------------------------------------------------------ keys */

static void write_vkey(struct avow_buf *out, struct avow_bytes name, enum avow_note_type type,
                       const struct avow_key *key)
{
    const struct avow_note_key note_key = {.name = name, .type = type, .key = *key};
    avow_vkey_write(out, &note_key);
    avow_buf_append(out, "\n", 1);
}

static int put_buf(struct avow_export *export, const char *path, const struct avow_buf *out)
{
    if (out->err != AVOW_OK)
        return avow_cli_fail(export->cli, AVOW_EXIT_NEGATIVE, "cannot write %s: %s", path,
                             avow_err_text(out->err));
    return avow_export_put(export, path, avow_buf_bytes(out));
}

static int write_signer(struct avow_export *export)
{
    const struct avow_checkpoint *checkpoint = &export->log->checkpoint;
    char origin[AVOW_ORIGIN_TEXT_MAX];
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf out;
    avow_buf_init(&out, AVOW_CHECKPOINT_NOTE_MAX);
    avow_checkpoint_origin(checkpoint, origin);
    write_vkey(&out, avow_bytes_text(origin), AVOW_NOTE_ED25519, &checkpoint->key);
    return put_buf(export, "vkey", &out);
}

static int write_cosigners(struct avow_export *export)
{
    const struct avow_log *log = export->log;
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf out;
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf heartbeat;
    avow_buf_init(&out, AVOW_CHECKPOINT_NOTE_MAX);
    avow_buf_init(&heartbeat, AVOW_ORIGIN_TEXT_MAX);
    avow_cosignature_heartbeat_name(&heartbeat, &log->checkpoint.issuer);
    if (heartbeat.err != AVOW_OK)
        return put_buf(export, "cosigners", &heartbeat);
    for (size_t i = 0; i < log->cosignature_count; i++) {
        const struct avow_key *key = &log->cosignatures[i].key;
        char node[AVOW_NODE_TEXT_MAX];
        avow_id_node_text(key, node);
        const bool issuers = avow_chain_key(&log->state.chain, key, AVOW_KEY_HEARTBEAT,
                                            log->checkpoint.size) != NULL;
        write_vkey(&out, issuers ? avow_buf_bytes(&heartbeat) : avow_bytes_text(node),
                   AVOW_NOTE_COSIGNATURE, key);
    }
    return put_buf(export, "cosigners", &out);
}

/* ------------------------------------------------------------------ issuer.json */

static int write_issuer(struct avow_export *export)
{
    char *text = avow_json_dump(avow_issuer_history_json(&export->log->state.chain));
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf out;
    avow_buf_init(&out, ISSUER_BYTES_MAX);
    if (text != NULL)
        avow_buf_printf(&out, "%s\n", text);
    else
        out.err = AVOW_ERR_NOMEM;
    free(text);
    return put_buf(export, "issuer.json", &out);
}

int avow_export_about(struct avow_export *export)
{
    int status = write_signer(export);
    if (status == AVOW_EXIT_OK)
        status = write_cosigners(export);
    return status == AVOW_EXIT_OK ? write_issuer(export) : status;
}

/* ------------------------------------------------------------------ an earlier export */

/* The keys that may have signed an earlier checkpoint. Allocated; NULL when memory ran out. */
static struct avow_key *all_keys(const struct avow_chain *chain)
{
    struct avow_key *keys = calloc(chain->key_count + 1, sizeof(*keys));
    for (size_t i = 0; keys != NULL && i < chain->key_count; i++)
        keys[i] = chain->keys[i].key;
    return keys;
}

/* Every full node is at hand, so the root that the log had at that size is too. */
static int compare(struct avow_export *export, const struct avow_checkpoint *held)
{
    const uint64_t size = export->log->checkpoint.size;
    if (held->size > size)
        return avow_cli_fail(export->cli, AVOW_EXIT_NEGATIVE,
                             "%s holds this log at %" PRIu64
                             " entries already; %s has only %" PRIu64,
                             export->folder, held->size, export->cli->node, size);
    const struct avow_tree_nodes nodes = avow_snapshot_nodes(export->snapshot, export->log);
    struct avow_hash root;
    enum avow_err err = avow_tree_root_at(&nodes, held->size, &root);
    if (err != AVOW_OK)
        return avow_cli_fail(export->cli, AVOW_EXIT_NEGATIVE, "cannot read the copied log: %s",
                             avow_err_text(err));
    if (!avow_hash_equal(&root, &held->root))
        return avow_cli_fail(export->cli, AVOW_EXIT_NEGATIVE,
                             "%s holds another history of this log: its checkpoint at %" PRIu64
                             " entries and that of %s cannot both be true. Keep both",
                             export->folder, held->size, export->cli->node);
    return AVOW_EXIT_OK;
}

int avow_export_check_folder(struct avow_export *export)
{
    char path[AVOW_PATH_BYTES];
    AVOW_CLEANUP(avow_buf_fini)
    struct avow_buf note;
    avow_buf_init(&note, AVOW_CHECKPOINT_NOTE_MAX);
    enum avow_err err = avow_folder_join(export->folder, "checkpoint", path);
    if (err == AVOW_OK)
        err = avow_file_read(path, AVOW_CHECKPOINT_NOTE_MAX, &note);
    if (err == AVOW_ERR_NOT_FOUND)
        return AVOW_EXIT_OK;
    if (err != AVOW_OK)
        return avow_cli_fail(export->cli, AVOW_EXIT_NEGATIVE, "cannot read %s: %s", path,
                             avow_err_text(err));
    const struct avow_chain *chain = &export->log->state.chain;
    struct avow_key *keys = all_keys(chain);
    if (keys == NULL)
        return avow_cli_fail(export->cli, AVOW_EXIT_NEGATIVE, "out of memory");
    struct avow_checkpoint held;
    struct avow_cosignature lines[AVOW_COSIGNATURES_MAX];
    size_t count;
    enum avow_reject reject = avow_checkpoint_note_read(avow_buf_bytes(&note), keys,
                                                        chain->key_count, &held, lines, &count);
    free(keys);
    if (reject != AVOW_ACCEPT || !avow_hash_equal(&held.issuer, &chain->issuer))
        return avow_cli_fail(
            export->cli, AVOW_EXIT_NEGATIVE,
            "%s is not an earlier checkpoint of this log%s%s: choose another folder", path,
            reject != AVOW_ACCEPT ? ": " : "",
            reject != AVOW_ACCEPT ? avow_reject_text(reject) : "");
    return compare(export, &held);
}
