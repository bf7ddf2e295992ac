/* Tells the service manager where the daemon stands, by the protocol of sd_notify(3): a datagram to
 * the socket that NOTIFY_SOCKET names. Without one, nothing. */
#ifndef AVOW_NODE_LOOP_BASE_NOTIFY_H
#define AVOW_NODE_LOOP_BASE_NOTIFY_H

/* `state`: as in "READY=1", "STOPPING=1". */
void avow_notify(const char *state);

#endif
