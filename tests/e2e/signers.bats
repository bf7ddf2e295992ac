#!/usr/bin/env bats
# Signers that race, that are killed, that come back with less than they had: nothing that is
# signed is lost, doubled, or inconsistent with anything else that was signed.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() { prepare; }
teardown() { end_nodes; }

issue() { avow issue --achievement "$achievement" --csv "$1" --out "$2" "${@:3}"; }
# The process itself, to be killed.
issue_in_background() {
    "$AVOW_BIN/avow" issue --achievement "$achievement" --csv "$1" --out "$2" >"$T/said" 2>&1 &
    command=$!
}
records() { avow log show --issuer "$issuer" --count 100000 --json | jq '[.[] | select(.kind == "issue")] | length'; }

# each_once COUNT FOLDER...: so many files, each with a reference of its own, and as many records
# in the log, which holds.
each_once() {
    local count=$1
    shift
    find "$@" -maxdepth 1 -name '*.json' >"$T/files"
    [ "$(wc -l <"$T/files")" -eq "$count" ] || fail "$(wc -l <"$T/files") files, expected $count"
    xargs jq -r '.credentialStatus[].id | select(startswith("avow:"))' <"$T/files" |
        sed 's/#.*//' | sort -u >"$T/references"
    [ "$(wc -l <"$T/references")" -eq "$count" ] || fail "references that are not unique"
    [ "$(records)" -eq "$count" ] || fail "$(records) records, expected $count"
    avow log audit --issuer "$issuer"
}

@test "two signers race ${AVOW_RACES:-1000} times, without a fork" {
    start_node b
    start_node a
    stop_node b
    start_node b --peer "$(address a)"
    issuer=$("$AVOW_TOOLS/race" "$(address a)" "${AVOW_RACES:-1000}" "$AVOW_SEED" 2>"$T/raced")
    cat "$T/raced" >&3
    export AVOW_NODE
    AVOW_NODE=$(address a)
    avow log audit --issuer "$issuer"
    # The other node has seen every checkpoint go by, and found nothing wrong.
    size=$(avow log audit --issuer "$issuer" --json | jq '.[0].size')
    caught_up() { [ "$(avow log audit --issuer "$issuer" --node "$(address b)" --json | jq '.[0].size')" = "$size" ]; }
    eventually caught_up
    run ! grep -E 'reject=|fork' "$T/b.log"
    stop_node a
    avow node check --data "$T/a"
}

@test "a command that stands still while another of the same home publishes goes on after it" {
    start_node a
    new_issuer a 2>"$T/said"
    for n in $(seq 1 16); do
        csv 1 "slow$n" >"$T/slow.csv"
        csv 1 "fast$n" >"$T/fast.csv"
        rm -f "$T/strace"
        strace -f -o "$T/strace" -e trace=recvfrom -e "inject=recvfrom:signal=STOP:when=$n" \
            "$AVOW_BIN/avow" issue --achievement "$achievement" --csv "$T/slow.csv" --out "$T/slow$n" 2>"$T/err" &
        slow=$!
        stands_or_ended() { grep -qE 'stopped by SIGSTOP|exited with' "$T/strace"; }
        eventually stands_or_ended
        issue "$T/fast.csv" "$T/fast$n" 2>"$T/said"
        kill -CONT "$(awk 'NR == 1 { print $1 }' "$T/strace")" 2>/dev/null || :
        wait "$slow" || fail "stopped at answer $n: $(cat "$T/err")"
    done
    each_once 32 "$T"/slow?{,?} "$T"/fast?{,?}
}

@test "a signer killed at every step of a submission: the same command completes it" {
    start_node a
    for step in $(seq 0 40); do
        AVOW_HOME=$T/home$step
        mkdir "$AVOW_HOME"
        new_issuer a 2>"$T/said"
        csv 2 before >"$T/before.csv"
        csv 3 >"$T/learners.csv"
        issue "$T/before.csv" "$T/out$step" 2>"$T/said"
        cut_port=$(free_port)
        outcome=$("$AVOW_TOOLS/cut" "$cut_port" "${node_port["a"]}" "$step" "$AVOW_BIN/avow" issue \
            --achievement "$achievement" --csv "$T/learners.csv" --out "$T/out$step" \
            --node "127.0.0.1:$cut_port" 2>"$T/said")
        issue "$T/learners.csv" "$T/out$step"
        each_once 5 "$T/out$step"
        [ "$outcome" = killed ] || break
    done
    [ "$outcome" = "ended 0" ] || fail "$outcome"
    [ "$step" -ge 10 ] || fail "only $step steps"
}

@test "a signer killed at random instants, again and again until it is through" {
    start_node a
    new_issuer a
    RANDOM=$((AVOW_SEED % 32768))
    for round in $(seq 1 10); do
        csv 400 "r$round-" >"$T/$round.csv"
        for _ in $(seq 1 4); do
            issue_in_background "$T/$round.csv" "$T/out"
            read -rt "0.0$((RANDOM % 9000 + 1000))" <> <(:) || :
            kill -KILL "$command" 2>/dev/null || :
            wait "$command" 2>/dev/null || :
        done
        issue "$T/$round.csv" "$T/out"
    done
    each_once 4000 "$T/out"
    file=$(shuf -n 1 --random-source="$T/references" "$T/files")
    says valid a "$file"
}

@test "two issue commands at once: both complete, each row once" {
    start_node a
    new_issuer a
    for round in $(seq 1 10); do
        csv 20 "x$round-" >"$T/x.csv"
        csv 20 "y$round-" >"$T/y.csv"
        issue "$T/x.csv" "$T/x" 2>"$T/x.said" &
        one=$!
        issue "$T/y.csv" "$T/y" 2>"$T/y.said" &
        other=$!
        wait "$one" || fail "$(cat "$T/x.said")"
        wait "$other" || fail "$(cat "$T/y.said")"
    done
    each_once 400 "$T/x" "$T/y"
}

@test "the home node killed while the command runs: exit 0 or 3, and the same command completes it" {
    start_node a
    new_issuer a
    csv 1000 >"$T/learners.csv"
    RANDOM=$((AVOW_SEED % 32768))
    for _ in $(seq 1 6); do
        issue_in_background "$T/learners.csv" "$T/out"
        read -rt "0.$((RANDOM % 300 + 100))" <> <(:) || :
        kill_node a
        start_node a
        status=0
        wait "$command" || status=$?
        [ "$status" -eq 0 ] || [ "$status" -eq 3 ] || fail "status $status: $(cat "$T/said")"
    done
    issue "$T/learners.csv" "$T/out"
    each_once 1000 "$T/out"
}

@test "a home node restored from a backup holds nothing new until a peer has been heard" {
    start_node a
    start_node b --peer "$(address a)"
    new_issuer a
    stop_node a
    cp -r "$T/a" "$T/backup"
    start_node a
    csv 5 >"$T/learners.csv"
    issue "$T/learners.csv" "$T/out"
    eventually says valid b "$T/out/r5.json"
    # Back to the backup, and the peer that is ahead cannot be reached.
    stop_node a
    stop_node b
    rm -r "$T/a" && mv "$T/backup" "$T/a"
    start_node a --peer "$(address b)"
    csv 1 late >"$T/late.csv"
    # A home that has not seen the rest would sign: the node itself refuses.
    AVOW_HOME=$T/elsewhere
    cp -r "$T/home" "$T/elsewhere"
    rm -f "$T/elsewhere/checkpoint"
    # (The command itself would ask again for a minute.)
    run --separate-stderr timeout 2 "$AVOW_BIN/avow" issue --achievement "$achievement" \
        --csv "$T/late.csv" --out "$T/elsewhere-out"
    [ "$status" -eq 124 ] || fail "issued on a restored backup: $stderr"
    [ "$(records)" -eq 0 ]
    AVOW_HOME=$T/home
    # Once the peer is there, the node catches up by itself, and goes on from there.
    start_node b --peer "$(address a)"
    eventually says valid a "$T/out/r5.json"
    eventually issue "$T/late.csv" "$T/out"
    each_once 6 "$T/out"
    eventually says valid b "$T/out/late1.json"
    run ! grep -q fork "$T/a.log" "$T/b.log"
}

@test "a home that has seen more than the node shows refuses to sign" {
    start_node a
    new_issuer a
    stop_node a
    cp -r "$T/a" "$T/backup"
    start_node a
    csv 5 >"$T/learners.csv"
    issue "$T/learners.csv" "$T/out"
    stop_node a
    rm -r "$T/a" && mv "$T/backup" "$T/a"
    start_node a
    csv 1 late >"$T/late.csv"
    expect_exit 1 issue "$T/late.csv" "$T/out"
    [[ $stderr == *refusing* ]] || fail "$stderr"
    [ "$(records)" -eq 0 ]
}
