#!/usr/bin/env bats
# What stands in a node's data folder is not believed: it is named and refused, and nothing waits for
# it or is made anew in its place. What happens to it while the node runs is noticed.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() { prepare; }
teardown() { end_nodes; }

# refused WORDS [COMMAND...]: node a does not start, within seconds, and says why.
refused() {
    local words=$1
    shift
    run timeout 20 "$@" "$AVOW_BIN/avowd" --data "$T/a" --listen 127.0.0.1:0 --config "$T/a.ini"
    [[ "$status" -eq 1 || "$status" -eq 2 ]] || fail "exit status $status" "$output"
    [[ "$output" == *"$words"* ]] || fail "$output"
}

# A folder that a node has used, and the file of its options.
used_folder() {
    echo '[node]' >"$T/a.ini"
    start_node a
    new_issuer a 2>"$T/err"
    stop_node a
}

@test "a pipe in the place of any file: refused at once" {
    used_folder
    local name
    for name in node.key store.mdb writer.lock ../a.ini; do
        mv "$T/a/$name" "$T/aside"
        mkfifo "$T/a/$name"
        refused "not a regular file"
        mv "$T/aside" "$T/a/$name"
    done
    mkdir "$T/policies"
    mkfifo "$T/policies/p.ini"
    echo "policies = $T/policies" >>"$T/a.ini"
    refused "not a regular file"
}

@test "a store that is empty, or cut short, is not begun anew" {
    used_folder
    cp "$T/a/store.mdb" "$T/whole"
    local size
    size=$(stat -c %s "$T/whole")
    for bytes in 0 100 4096 8192 $((size / 3)); do
        truncate -s "$bytes" "$T/a/store.mdb"
        refused "store.mdb is empty, cut short or damaged"
        [ "$(stat -c %s "$T/a/store.mdb")" -eq "$bytes" ]
        cp "$T/whole" "$T/a/store.mdb"
    done
    start_node a
    [ "$(node_status a | jq .store.logs)" -eq 1 ]
}

@test "a start that ended before there was a store is begun again" {
    mkdir "$T/a"
    head -c 4096 /dev/zero >"$T/a/store.new"
    : >"$T/a/store.new-lock"
    : >"$T/a/writer.lock"
    start_node a
    [ "$(node_status a | jq .store.logs)" -eq 0 ]
}

@test "a key that others can read, and a folder that others can change, are refused" {
    used_folder
    chmod 644 "$T/a/node.key"
    refused "others may read or change it"
    chmod 600 "$T/a/node.key"
    local mode
    for mode in 777 770; do
        chmod "$mode" "$T/a"
        refused "can be changed by others"
    done
    chmod 700 "$T/a"
    start_node a
}

ended() { ! kill -0 "$1"; }

# ends_by_itself WORDS: node a stops, not as if all were well, and says why.
ends_by_itself() {
    local pid=${node_pid[a]} status=0
    eventually ended "$pid"
    unset "node_pid[a]"
    wait "$pid" || status=$?
    [ "$status" -eq 1 ] || fail "exit status $status"
    eventually grep -q "$1" "$T/a.log"
    mv "$T/a.log" "$T/a.log.$RANDOM"
}

@test "a store that is moved away, deleted or replaced under a running node: it stops, and says so" {
    local change
    for change in 'mv a/store.mdb aside' 'rm a/store.mdb' 'cp a/store.mdb new; mv new a/store.mdb' \
        'rm a/writer.lock' 'mv a aside; mkdir a' 'mv a aside'; do
        start_node a
        (cd "$T" && eval "$change")
        ends_by_itself event=store-replaced
        rm -rf "$T/a" "$T/aside"
    done
}

@test "a store that is cut short under a running node: it ends, and says so" {
    start_node a
    new_issuer a 2>"$T/err"
    truncate -s 8192 "$T/a/store.mdb"
    avow log show --issuer "$issuer" --node "$(address a)" >"$T/out" 2>&1 || :
    avow issue --achievement "$achievement" --name L --email l@example.org --out "$T/out" >"$T/err" 2>&1 || :
    ends_by_itself 'event=store-unreadable\|event=store-failed'
}

@test "no more connections than there are descriptors for" {
    echo '[node]' >"$T/a.ini"
    (
        ulimit -n 200
        refused event=too-few-descriptors
    )
    ulimit -n 300
    start_node a
    grep -q 'event=links-max-lowered links_max=256 now=44 descriptors=300' "$T/a.log"
    [ "$(node_status a | jq .links.max)" -eq 44 ]
}

@test "no crash writes keys to a file, and nobody of the same user reads them out of a process" {
    strace -f -o "$T/trace" -e trace=prctl "$AVOW_BIN/avow" --version
    grep -q 'PR_SET_DUMPABLE, SUID_DUMP_DISABLE' "$T/trace"
    start_node a
    grep -q '^Max core file size  *0  *0 ' "/proc/${node_pid[a]}/limits"
    stop_node a
    : >"$T/a/store.mdb"
    run strace -f -o "$T/trace" -e trace=prctl "$AVOW_BIN/avowd" --data "$T/a" --listen 127.0.0.1:0
    grep -q 'PR_SET_DUMPABLE, SUID_DUMP_DISABLE' "$T/trace"
}
