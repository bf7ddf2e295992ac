/* What is asked of the node itself: how it is, and who is connected, which only its operator may
 * know. */
#ifndef AVOW_NODE_LOOP_ABOUT_H
#define AVOW_NODE_LOOP_ABOUT_H

#include "node/loop/base/identity.h"
#include "node/loop/report.h"
#include "node/loop/submit/heartbeat.h"

struct avow_about { /* the first four are the owner's to set, and must outlive it */
    const struct avow_node_identity *identity;
    struct avow_reading *reading;
    const struct avow_heartbeats *heartbeats;
    struct avow_report_facts facts;             /* those that stay as they are */
    struct avow_message message;                /* scratch */
    struct avow_report_copy statuses[2], peers; /* the second status is for the operator */
};

/* Whether messages of this type are for avow_about_message(): STATUS, PEERS, OPERATOR. */
bool avow_about_takes(uint64_t type);
/* Answers a message of an open link, or drops it for one that is not well formed. */
void avow_about_message(struct avow_about *about, struct avow_link *link, struct avow_bytes bytes);
void avow_about_fini(struct avow_about *about);

#endif
