#include "proto/trust/policy.h"

void avow_policy_init(struct avow_policy *policy)
{
    *policy = (struct avow_policy){.max_age_s = AVOW_POLICY_MAX_AGE_S};
}
