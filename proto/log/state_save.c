/* The stored form of a state: [size, time, home?, nodes index, the peaks' hashes, highest level
 * first]. The home is nil before the first nodes entry. */
#include "proto/codec/reader.h"
#include "proto/codec/writer.h"
#include "proto/log/state.h"

static size_t peak_count(uint64_t size)
{
    return (size_t)__builtin_popcountll(size);
}

void avow_state_save(struct avow_buf *out, const struct avow_state *state)
{
    avow_write_array(out, 5);
    avow_write_uint(out, state->tree.size);
    avow_write_uint(out, state->time);
    if (state->has_home)
        avow_write_key32(out, &state->home);
    else
        avow_write_nil(out);
    avow_write_uint(out, state->nodes_index);
    avow_write_array(out, peak_count(state->tree.size));
    for (unsigned level = AVOW_TREE_LEVELS; level-- > 0;) {
        if ((state->tree.size >> level & 1) != 0)
            avow_write_hash(out, &state->tree.peaks[level]);
    }
}

enum avow_reject avow_state_load(struct avow_state *state, struct avow_bytes saved)
{
    struct avow_reader reader;
    struct avow_state loaded = {.chain = state->chain};
    avow_reader_init(&reader, saved);
    avow_reader_array_of(&reader, 5);
    loaded.tree.size = avow_reader_uint(&reader);
    loaded.time = avow_reader_uint(&reader);
    loaded.has_home = !avow_reader_nil(&reader);
    if (loaded.has_home)
        avow_reader_key32(&reader, &loaded.home);
    loaded.nodes_index = avow_reader_uint(&reader);
    avow_reader_array_of(&reader, peak_count(loaded.tree.size));
    for (unsigned level = AVOW_TREE_LEVELS; level-- > 0;) {
        if ((loaded.tree.size >> level & 1) != 0)
            avow_reader_hash(&reader, &loaded.tree.peaks[level]);
    }
    enum avow_reject reject = avow_reader_finish(&reader);
    if (reject == AVOW_ACCEPT)
        *state = loaded;
    return reject;
}
