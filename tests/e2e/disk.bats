#!/usr/bin/env bats
# A node on a disk that fills up: nothing new is taken, and said so; what is there is answered; and
# it goes on by itself when there is room.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() {
    prepare
    mkdir "$T/small"
    mount -t tmpfs -o size=4m,mode=700 tmpfs "$T/small" 2>"$T/why" ||
        skip "a small disk is a tmpfs, which root may mount: $(cat "$T/why")"
}
teardown() {
    local status=0
    end_nodes || status=1
    ! mountpoint -q "$T/small" || umount "$T/small"
    return "$status"
}

issue() { avow issue --achievement "$achievement" --csv "$1" --out "$2"; }
writer_is() { [ "$(node_status a | jq -r .store.writer)" = "$1" ]; }
fill() { ! dd if=/dev/zero of="$T/small/ballast" bs=4k oflag=append conv=notrunc status=none; }

@test "a full disk: submissions are refused clearly, queries go on, room is used without a restart" {
    mkdir "$T/small/a"
    ln -s "$T/small/a" "$T/a"
    start_node a
    new_issuer a
    csv 5 >"$T/first.csv"
    issue "$T/first.csv" "$T/out"
    pid=${node_pid["a"]}
    fill

    csv 2000 more >"$T/more.csv"
    # The command itself asks again for a while. In that time the node says why it refuses;
    # afterwards it may find that a small thing has room.
    timeout 60 "$AVOW_BIN/avow" issue --achievement "$achievement" --csv "$T/more.csv" \
        --out "$T/out" 2>"$T/refused" &
    command=$!
    eventually writer_is disk-full
    status=0
    wait "$command" || status=$?
    [ "$status" -ne 0 ] || fail "issued on a full disk"
    grep -qE 'space|full|room' "$T/refused" || fail "$status: $(cat "$T/refused")"
    says valid a "$T/out/r3.json"
    avow log audit --issuer "$issuer"
    grep -q event=disk-full "$T/a.log"

    rm "$T/small/ballast"
    eventually issue "$T/more.csv" "$T/out"
    [ "${node_pid["a"]}" = "$pid" ] && kill -0 "$pid"
    eventually writer_is good
    says valid a "$T/out/more2000.json"
    [ "$(avow log audit --issuer "$issuer" --json | jq '.[0].size')" -eq 2008 ]
    stop_node a
    avow node check --data "$T/small/a"
}
