/* The demo's longer chapters. Each returns an exit status. */
#ifndef AVOW_DEMO_CHAPTERS_H
#define AVOW_DEMO_CHAPTERS_H

#include "demo/world.h"

enum { AVOW_DEMO_PORTO, AVOW_DEMO_NAIROBI, AVOW_DEMO_TORONTO };

/* A Kenyan badge in Portugal: not recognised, then recognised by a body, within a scope. */
int avow_demo_abroad(struct avow_demo_world *world);
/* Three badges that stack into a diploma; one of them is revoked. */
int avow_demo_stack(struct avow_demo_world *world);

#endif
