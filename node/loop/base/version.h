/* What the daemon calls itself, to people and to peers. */
#ifndef AVOW_NODE_LOOP_BASE_VERSION_H
#define AVOW_NODE_LOOP_BASE_VERSION_H

const char *avow_version_of_node(void); /* "1.2.3", the project's */
const char *avow_version_agent(void);   /* "avowd/1.2.3" */

#endif
