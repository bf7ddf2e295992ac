/* What is asked of every text that people will read as a name. */
#ifndef AVOW_CLI_FRAME_PLAIN_TEXT_H
#define AVOW_CLI_FRAME_PLAIN_TEXT_H

#include "proto/base.h"

/* Has characters that are invisible and may show a name as another's: Unicode's embeddings,
 * overrides and isolates. Its mere marks, and its joiners, are how some languages are written.
 * `text` is well-formed UTF-8. */
bool avow_plain_text_has_bidi(struct avow_bytes text);

/* Takes the first item off a list that people wrote: separated by commas, semicolons or (if
 * `spaces`) spaces, and without the spaces around it; never empty. False at the end. */
bool avow_plain_text_item(struct avow_bytes *list, bool spaces, struct avow_bytes *item);

#endif
