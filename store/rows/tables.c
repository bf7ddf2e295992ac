/* What is known of each table. */
#include "store/rows/tables.h"

#define ROW(table, text, bytes, dropped, checked)                                                  \
    [AVOW_TABLE_##table] = {(text), (bytes), AVOW_DROP_##dropped},
const struct avow_table_info avow_tables[AVOW_TABLE_COUNT] = {AVOW_TABLE_LIST(ROW)};
