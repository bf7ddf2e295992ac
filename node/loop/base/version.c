#include "node/loop/base/version.h"

#ifndef AVOW_VERSION /* set by the build, from the project's one number */
#define AVOW_VERSION "unknown"
#endif

const char *avow_version_of_node(void)
{
    return AVOW_VERSION;
}

const char *avow_version_agent(void)
{
    return "avowd/" AVOW_VERSION;
}
