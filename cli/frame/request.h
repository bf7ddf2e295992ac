/* What a call asks for, as one hash: by it the same call after a crash finds what it had done. */
#ifndef AVOW_CLI_FRAME_REQUEST_H
#define AVOW_CLI_FRAME_REQUEST_H

#include "cli/frame/command.h"

/* SHA-256 over the command's name, its options and its operands, in their order. */
struct avow_hash avow_request_of(const struct avow_cli *cli);

#endif
