/* Where issuers are. */
#include "store/catalogue/place.h"

struct avow_place avow_place_of(const struct avow_chain *chain)
{
    struct avow_place place = {{0}};
    struct avow_bytes text = avow_chain_names(chain, AVOW_NEVER).jurisdiction;
    size_t len = text.len < sizeof(place.jurisdiction) ? text.len : sizeof(place.jurisdiction);
    memcpy(place.jurisdiction, text.data, len);
    return place;
}

enum avow_err avow_place_write(const struct avow_db *db, uint32_t log,
                               const struct avow_chain *chain)
{
    uint8_t storage[sizeof(struct avow_place) + AVOW_ROW_SEAL_BYTES];
    struct avow_buf row;
    struct avow_dbkey key = avow_dbkey_log(log);
    struct avow_place place = avow_place_of(chain);
    avow_buf_init_fixed(&row, storage, sizeof(storage));
    avow_buf_append(&row, place.jurisdiction, sizeof(place.jurisdiction));
    avow_row_seal_with(&row, avow_row_key_view(&key));
    return avow_db_put(db, AVOW_TABLE_PLACES, &key, avow_buf_bytes(&row));
}

enum avow_err avow_place_read(const struct avow_db *db, uint32_t log, struct avow_place *place)
{
    struct avow_dbkey key = avow_dbkey_log(log);
    struct avow_bytes row;
    enum avow_err err = avow_db_get(db, AVOW_TABLE_PLACES, &key, &row);
    if (err == AVOW_OK)
        err = avow_row_open_with(&row, avow_row_key_view(&key));
    if (err == AVOW_OK && row.len != sizeof(place->jurisdiction))
        err = AVOW_ERR_CORRUPT;
    if (err == AVOW_OK)
        memcpy(place->jurisdiction, row.data, row.len);
    return err;
}
