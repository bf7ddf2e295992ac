/* A message that has every field, so that any type can be encoded from it. */
#ifndef AVOW_TESTS_SUPPORT_FULL_MESSAGE_H
#define AVOW_TESTS_SUPPORT_FULL_MESSAGE_H

#include "proto/wire/message.h"

/* No two fields of a type are alike, so that a swap shows. Its lists live until _fini; there is one
 * at a time. */
struct avow_message full_message(void);
void full_message_fini(void);

#endif
