/* One line a command: its row is in cmd_NAME.c of its room. */
#include "cli/commands.h"

#define COMMANDS(X)                                                                                \
    X(issuer_new)                                                                                  \
    X(issuer_show)                                                                                 \
    X(issuer_identity)                                                                             \
    X(issuer_nodes)                                                                                \
    X(issuer_rotate_key)                                                                           \
    X(issuer_rotate_root)                                                                          \
    X(issuer_recover)                                                                              \
    X(issuer_close)                                                                                \
    X(issuer_custody_key)                                                                          \
    X(issuer_take_over)                                                                            \
    X(issuer_complete)                                                                             \
    X(achievement_add)                                                                             \
    X(achievement_list)                                                                            \
    X(achievement_show)                                                                            \
    X(pathway_add)                                                                                 \
    X(pathway_show)                                                                                \
    X(pathway_explain)                                                                             \
    X(stack_check)                                                                                 \
    X(stack_award)                                                                                 \
    X(issue)                                                                                       \
    X(renew)                                                                                       \
    X(revoke)                                                                                      \
    X(suspend)                                                                                     \
    X(reinstate)                                                                                   \
    X(recognise)                                                                                   \
    X(withdraw)                                                                                    \
    X(recognised)                                                                                  \
    X(verify)                                                                                      \
    X(prove)                                                                                       \
    X(policy_new)                                                                                  \
    X(policy_check)                                                                                \
    X(policy_show)                                                                                 \
    X(find)                                                                                        \
    X(watch)                                                                                       \
    X(log_show)                                                                                    \
    X(log_audit)                                                                                   \
    X(log_export)                                                                                  \
    X(node_status)                                                                                 \
    X(node_peers)                                                                                  \
    X(node_check)                                                                                  \
    X(node_backup)                                                                                 \
    X(help)                                                                                        \
    X(completion)                                                                                  \
    X(man)

#define DECLARE(name) extern const struct avow_command avow_cmd_##name;
COMMANDS(DECLARE)
#undef DECLARE

const struct avow_command *const avow_commands[] = {
#define LIST(name) &avow_cmd_##name,
    COMMANDS(LIST)
#undef LIST
        NULL,
};
