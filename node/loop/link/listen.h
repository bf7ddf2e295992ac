/* Listening on a name: on each of the addresses that it has, or on none. */
#ifndef AVOW_NODE_LOOP_LINK_LISTEN_H
#define AVOW_NODE_LOOP_LINK_LISTEN_H

#include "node/loop/base/options.h"
#include "node/loop/link/links.h"

/* Listens on every address of the endpoint's host, with one port; `*port` is the port that was had.
 * What the machine has no such addresses for is left out, as ::1 of "localhost" without IPv6, while
 * there is another. AVOW_ERR_IO with a sentence in `error` that names the address; those that were
 * had before it are closed by avow_links_stop_listening(). */
AVOW_NODISCARD enum avow_err avow_listen_on(struct avow_links *links,
                                            const struct avow_endpoint *endpoint, uint16_t *port,
                                            struct avow_buf *error);

#endif
