#!/usr/bin/env bats
# A node is killed under ingest; what it has acknowledged is recorded outside, and never lost.
# AVOW_KILLS (500) times, at instants that AVOW_SEED decides.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() { prepare; }
teardown() { end_nodes; }

# Every hash, root, signature and rule of the log ID at NODE holds, and it has SIZE entries or more.
has_whole() {
    local size
    size=$(avow log audit --issuer "$2" --node "$(address "$1")" --json | jq '.[].size') &&
        [ "$size" -ge "$3" ]
}

@test "kill -9 under ingest at ${AVOW_KILLS:-500} random instants loses nothing acknowledged" {
    node_port["a"]=$(free_port)
    "$AVOW_TOOLS/crash" "$AVOW_BIN/avowd" "$T/a" "${node_port["a"]}" "${AVOW_KILLS:-500}" \
        "$AVOW_SEED" "$T/ledger" >&3
    avow node check --data "$T/a"

    # The logs are whole for others too.
    start_node a
    start_node late --peer "$(address a)"
    awk '{ size[$1] = $2 } END { for (id in size) print id, size[id] }' "$T/ledger" >"$T/last"
    [ "$(wc -l <"$T/last")" -eq 4 ]
    while read -r id size; do
        eventually has_whole late "$id" "$size"
    done <"$T/last"
}
