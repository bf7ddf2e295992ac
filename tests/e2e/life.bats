#!/usr/bin/env bats
# The life of an issuer: its keys, its machine and itself may go, and its credentials stay.

# shellcheck disable=SC2030,SC2031,SC2154 # tests are subshells; set by support.bash, and by run
load support
setup() { prepare; }
teardown() { end_nodes; }

issue() { avow issue --achievement "$achievement" --csv "$1" --out "$2" "${@:3}"; }
size() { avow issuer show --json | jq .size; }
closed_at() { [ "$(avow issuer show --issuer "$issuer" --node "$(address "$1")" --json | jq .closed)" = true ]; }
keys() { avow issuer show --json | jq -r --arg use "$1" '.keys[] | select(.use == $use) | .public_key'; }

# An issuer at node a, with a peer b, and three credentials in $T/badges.
three_credentials() {
    start_node b
    start_node a --peer "$(address b)"
    new_issuer a
    csv 3 >"$T/learners.csv"
    issue "$T/learners.csv" "$T/badges"
    eventually says valid b "$T/badges/r3.json"
}

# asked COMMAND...: on a terminal, with what comes on standard input typed at it.
asked() {
    local line
    printf -v line '%q ' "$AVOW_BIN/avow" "$@"
    script -qec "$line" /dev/null
}

@test "every change says what will happen and asks; without a terminal it names --yes" {
    three_credentials
    for call in "rotate-key" "rotate-key --heartbeat" "rotate-root" "close" "identity --name Novo"; do
        # shellcheck disable=SC2086
        expect_exit 2 avow issuer $call
        [[ $stderr == *--yes* ]] || fail "$call: $stderr"
    done
    [ "$(size)" -eq 6 ]
    run asked issuer rotate-key --no-passphrase <<<"no"
    [[ $output == *"3 credentials"*"ends at entry 6"*"Replace the signing key?"*"nothing was done"* ]] || fail "$output"
    [ "$status" -eq 1 ]
    [ "$(size)" -eq 6 ]
    run asked issuer rotate-key --no-passphrase <<<"yes"
    [[ $output == *"Accepted: the log has 8 entries"* ]] || fail "$output"
    [ "$(size)" -eq 8 ]
}

@test "the heartbeat key is replaced, and the home node has the new one" {
    three_credentials
    old=$(keys heartbeat)
    seed=$(cat "$T"/a/heartbeats/* | sha256sum)
    avow issuer rotate-key --heartbeat --yes --no-passphrase
    [ "$(keys heartbeat)" != "$old" ]
    [ "$(keys heartbeat | wc -l)" -eq 1 ]
    [ ! -e "$AVOW_HOME/heartbeat-next.key" ]
    [ "$(cat "$T"/a/heartbeats/* | sha256sum)" != "$seed" ]
    eventually says valid b "$T/badges/r1.json"
}

@test "rotate-root with the signing key lost: the old root key is erased, the issuer goes on" {
    three_credentials
    rm "$AVOW_HOME/signing.key"
    cp "$AVOW_HOME/root.key" "$T/old-root.key"
    cp "$AVOW_HOME/next-root.key" "$T/new-root.key"
    run ! avow issuer identity --yes --name Novo
    avow issuer rotate-root --yes --no-passphrase
    cmp "$AVOW_HOME/root.key" "$T/new-root.key"
    run ! cmp -s "$AVOW_HOME/next-root.key" "$T/new-root.key"
    [ -z "$(find "$AVOW_HOME" -name '*next-root-next*' -o -name '*g-next*' -o -name '*t-next*')" ]
    for n in 1 2 3; do eventually says valid b "$T/badges/r$n.json"; done
    csv 2 more >"$T/more.csv"
    issue "$T/more.csv" "$T/badges"
    eventually says valid b "$T/badges/more2.json"
    # The old root key is of no use any more.
    expect_exit 1 avow issuer identity --yes --name Novo --root-key "$T/old-root.key"
    avow issuer identity --yes --name Novo
    # The one in force is not the next one, and "done" would be believed.
    before=$(size)
    expect_exit 1 avow issuer rotate-root --yes --no-passphrase --next-root-key "$T/new-root.key"
    [[ $stderr == *"this root key is in force already, and nothing was changed"* ]] || fail "$stderr"
    [ "$(size)" -eq "$before" ]
    # With the next root key on a medium of its own, and the one before left in the home.
    mv "$AVOW_HOME/next-root.key" "$T/medium.key"
    expect_exit 0 avow issuer rotate-root --yes --no-passphrase --next-root-key "$T/medium.key"
    [[ $stderr == *"$T/medium.key is the root key from now on"* ]] || fail "$stderr"
    [ ! -e "$AVOW_HOME/root.key" ]
    avow issuer identity --yes --name Velho --root-key "$T/medium.key"
    avow log audit
}

@test "the issuer's node gone for good: its credentials verify elsewhere, and it moves" {
    three_credentials
    stop_node a
    rm -r "$T/a"
    says valid b "$T/badges/r1.json"
    AVOW_NODE=$(address b)
    # A second home for good: a batch that begins with a root entry needs no home node.
    expect_exit 3 avow revoke "$T/badges/r1.json" --reason error
    avow issuer rotate-key --yes --no-passphrase --home-node "$(address b)"
    avow revoke "$T/badges/r1.json" --reason error
    says revoked b "$T/badges/r1.json"
    says valid b "$T/badges/r2.json"
    # What the new home node needs to keep the log fresh.
    avow issuer rotate-key --heartbeat --yes --no-passphrase
    avow log audit
}

@test "closed without a custodian: nothing more, and its credentials verify with its node gone" {
    three_credentials
    avow revoke "$T/badges/r3.json" --reason error
    expect_exit 2 avow issuer close --yes --successor "$issuer"
    [[ $stderr == *"--successor: this is your own id"* ]] || fail "$stderr"
    avow issuer close --yes
    expect_exit 0 avow issuer close --yes
    [[ $stderr == *"closed already"* ]] || fail "$stderr"
    csv 1 late >"$T/late.csv"
    expect_exit 1 issue "$T/late.csv" "$T/badges"
    expect_exit 1 avow revoke "$T/badges/r1.json" --reason error
    eventually closed_at b
    stop_node a
    rm -r "$T/a"
    says valid b "$T/badges/r1.json"
    says revoked b "$T/badges/r3.json"
}

@test "closed with a custodian, who revokes from a home and a node of its own" {
    three_credentials
    issuer_home=$AVOW_HOME
    custody=$(AVOW_HOME=$T/custody avow issuer custody-key --no-passphrase)
    [ "$custody" = "$(AVOW_HOME=$T/custody avow issuer custody-key --no-passphrase)" ]
    expect_exit 2 avow issuer close --yes --custodian "$issuer"
    expect_exit 1 env AVOW_HOME="$T/custody" "$AVOW_BIN/avow" issuer take-over "$issuer"
    # shellcheck disable=SC2086
    avow issuer close --yes --custodian "$issuer" $custody
    eventually closed_at b
    expect_exit 1 avow revoke "$T/badges/r1.json" --reason error
    # The custodian's key signs at the issuer's node …
    AVOW_HOME=$T/custody
    avow issuer take-over "$issuer"
    avow revoke "$T/badges/r1.json" --reason error
    eventually says revoked b "$T/badges/r1.json"
    # … which goes away; and the custodian makes its own node the home, and keys of its own.
    stop_node a
    rm -r "$T/a"
    AVOW_NODE=$(address b)
    avow issuer rotate-root --yes --no-passphrase --home-node "$(address b)"
    avow revoke "$T/badges/r2.json" --reason error
    says revoked b "$T/badges/r2.json"
    says valid b "$T/badges/r3.json"
    csv 1 late >"$T/late.csv"
    expect_exit 1 issue "$T/late.csv" "$T/badges"
    avow log audit
    [ -e "$issuer_home/issuer" ]
}

entries() { avow log show --issuer "$issuer" --count 1000 --json; }

@test "a thief of the signing key: recovered, honest records again, the issuer goes on" {
    three_credentials
    cp -r "$AVOW_HOME" "$T/thief"
    # The first two stay; the third, its revocation and the second's come after the last good size.
    mapfile -t at < <(for n in 1 2 3; do jq -r '.credentialStatus[0].id' "$T/badges/r$n.json" | sed 's/.*\///; s/#.*//'; done)
    declare -A file_at=()
    for n in 1 2 3; do file_at[${at[$((n - 1))]}]=$T/badges/r$n.json; done
    avow revoke "${file_at[4]}" --reason error
    csv 2 after >"$T/after.csv"
    issue "$T/after.csv" "$T/badges"
    avow suspend "$T/badges/after1.json"
    AVOW_HOME=$T/thief issue "$T/learners.csv" "$T/forged"
    AVOW_HOME=$T/thief avow reinstate "$T/badges/after1.json"
    says valid a "$T/forged/r1.json"
    cp -r "$AVOW_HOME" "$T/colleague"
    cp -r "$T/badges" "$T/before"
    mkfifo "$T/badges/pipe.json" # nobody writes to it, ever
    expect_exit 2 avow issuer recover --from 5 --files "$T/badges" --no-passphrase
    [[ $stderr == *"Entries 5 to 13 are abandoned"*"left out"*"rewrites"*--yes* ]] || fail "$stderr"
    # What this home has not seen accepted is the thief's.
    avow issuer recover --from 5 --files "$T/badges" --no-passphrase --yes --json >"$T/moved"
    [ "$(jq .size "$T/moved")" -eq 11 ]
    for node in a b; do
        eventually says valid "$node" "${file_at[3]}"
        eventually says revoked "$node" "${file_at[4]}"
        eventually says valid "$node" "${file_at[5]}"
        eventually says suspended "$node" "$T/badges/after1.json"
        eventually says valid "$node" "$T/badges/after2.json"
        # Neither the forged ones nor the files as they were before are good any more.
        for n in 1 2 3; do run ! says valid "$node" "$T/forged/r$n.json"; done
        run ! says valid "$node" "$T/before/after2.json"
    done
    expect_exit 1 env AVOW_HOME="$T/thief" "$AVOW_BIN/avow" issue --achievement "$achievement" --csv "$T/after.csv" --out "$T/forged2"
    csv 1 late >"$T/late.csv"
    issue "$T/late.csv" "$T/badges"
    says valid a "$T/badges/late1.json"
    [ ! -e "$AVOW_HOME/recovery" ]
    # A colleague's home, which has seen what is abandoned, goes on with the new key.
    cp "$AVOW_HOME/signing.key" "$T/colleague/signing.key"
    AVOW_HOME=$T/colleague
    expect_exit 0 avow achievement add --code Z --title Other
    [[ $stderr == *"recovered at entry 5"* ]] || fail "$stderr"
    expect_exit 0 avow achievement add --code Y --title Another
    [[ $stderr != *"recovered"* ]] || fail "$stderr"
    avow log audit
    stop_node a
    avow node check --data "$T/a"
}

@test "recover: achievements move and are followed, what cannot stand is left out and listed" {
    start_node a
    new_issuer a
    csv 2 >"$T/learners.csv"
    issue "$T/learners.csv" "$T/badges" # 3, 4
    second=$(avow achievement add --code B --title "Second")
    [ "$second" -eq 5 ]
    achievement=$second
    csv 2 late >"$T/late.csv"
    issue "$T/late.csv" "$T/badges" # 6, 7
    third=$(avow achievement add --code C --title "Third") # 8
    for rule in 2 "$second"; do # 9, 10
        printf '{"title":"Stack %s","award":%s,"cascade":"invalid","rule":["achievement",null,%s]}' "$rule" "$third" "$rule" >"$T/p.json"
        avow pathway add "$T/p.json"
    done
    avow issuer identity --yes --name "Novo Nome"          # 11
    avow suspend "$T/badges/late1.json"                    # 12
    avow revoke "$T/badges/r1.json" --reason error         # 13
    rm "$T/badges/late2.json"
    expect_exit 2 avow issuer recover --from nine
    expect_exit 2 avow issuer recover --from 15 --yes
    expect_exit 1 avow issuer recover --from 5 --honest-until 99 --yes --no-passphrase --next-root-key "$AVOW_HOME/root.key"
    avow issuer recover --from 5 --drop 12 --files "$T/badges" --no-passphrase --yes --json >"$T/moved" 2>"$T/said" || fail "$(cat "$T/said")"
    # The rotation, the revocation, then in order: achievement, two credentials, achievement, pathway.
    entries | jq -c '[.[] | select(.index >= 5) | .kind]' >"$T/kinds"
    [ "$(cat "$T/kinds")" = '["root-rotation","status","achievement","issue","issue","achievement","pathway"]' ] || fail "$(cat "$T/kinds")"
    [ "$(jq -c '[.moved[] | [.old, .new]] | sort' "$T/moved")" = '[[5,7],[6,8],[7,9],[8,10],[9,11],[13,6]]' ] || fail "$(cat "$T/moved")"
    grep -q '10 pathway: left out: it refers to an entry that is left out' "$T/said" || fail "$(cat "$T/said")"
    grep -q '11 identity: left out: a root entry' "$T/said" || fail "$(cat "$T/said")"
    grep -q '12 status: left out: dropped' "$T/said" || fail "$(cat "$T/said")"
    grep -q 'its file is not at hand' "$T/said" || fail "$(cat "$T/said")"
    says revoked a "$T/badges/r1.json"
    says valid a "$T/badges/r2.json"
    says valid a "$T/badges/late1.json"
    avow verify "$T/badges/late1.json" --json | jq -e '.achievement.title == "Second" and .achievement.index == 7'
    # A second recovery below the first would be a root fork: refused.
    expect_exit 1 avow issuer recover --from 4 --yes --no-passphrase
    [[ $stderr == *"root rotation"* ]] || fail "$stderr"
    avow issuer recover --from "$(size)" --yes --no-passphrase
    says valid a "$T/badges/late1.json"
    avow log audit
}

@test "a recovery of more than one message, cut short on the way and completed" {
    start_node a
    new_issuer a
    long=$(head -c 7800 /dev/zero | tr '\0' x)
    for n in $(seq 1 140); do avow achievement add --code "$n" --title Large --outcome "$long"; done 2>"$T/said"
    csv 150 >"$T/learners.csv"
    issue "$T/learners.csv" "$T/badges"
    { echo reference && seq 143 291 | sed "s/^/$issuer\//"; } >"$T/suspend.csv"
    avow suspend --csv "$T/suspend.csv"
    [ "$(size)" -eq 442 ]
    for step in 8 16 20 24; do
        cut_port=$(free_port)
        "$AVOW_TOOLS/cut" "$cut_port" "${node_port["a"]}" "$step" "$AVOW_BIN/avow" issuer recover --from 3 \
            --files "$T/badges" --no-passphrase --yes --node "127.0.0.1:$cut_port" >"$T/outcome" 2>>"$T/said"
        [ "$(cat "$T/outcome")" = killed ] || break
    done
    avow issuer recover --from 3 --files "$T/badges" --no-passphrase --yes --json >"$T/moved" 2>>"$T/said" || fail "$(tail "$T/said")"
    [ "$(size)" -eq 443 ] || fail "$(size)" # and the rotation
    [ ! -e "$AVOW_HOME/recovery" ]
    [ "$(entries | jq '[.[] | select(.kind == "status")] | length')" -eq 149 ]
    for n in 1 50 100 150; do
        says suspended a "$T/badges/r$n.json" || says valid a "$T/badges/r$n.json" || fail "$n: $(verdict_at a "$T/badges/r$n.json")"
    done
    avow log audit
}

@test "sealed keys: a rotation takes the passphrase, and makes sealed keys" {
    start_node a
    echo "a long passphrase" >"$T/passphrase"
    chmod 600 "$T/passphrase"
    export AVOW_PASSPHRASE_FILE=$T/passphrase AVOW_NODE
    AVOW_NODE=$(address a)
    avow issuer new --name S --jurisdiction PT --website https://s.example
    avow issuer rotate-root --yes
    for key in root next-root signing heartbeat; do grep -q '^sealed: argon2id' "$AVOW_HOME/$key.key"; done
    avow achievement add --code A --title Step
}

@test "a second node: nothing is signed that it knows to be wrong, or without it" {
    three_credentials
    export AVOW_SECOND
    AVOW_SECOND=$(address b)
    avow suspend "$T/badges/r1.json"
    eventually says suspended b "$T/badges/r1.json"
    avow reinstate "$T/badges/r1.json"
    # A home node that was restored, and does not know it: the home folder neither.
    stop_node a
    cp -r "$T/a" "$T/backup"
    start_node a --peer "$(address b)"
    avow suspend "$T/badges/r2.json"
    eventually says suspended b "$T/badges/r2.json"
    stop_node a
    rm -r "$T/a" "$AVOW_HOME/checkpoint"
    mv "$T/backup" "$T/a"
    start_node a # with nobody to tell it
    run --separate-stderr timeout 2 "$AVOW_BIN/avow" revoke "$T/badges/r3.json" --reason error
    [ "$status" -eq 124 ] || fail "signed on a restored backup: $status $stderr"
    stop_node a
    start_node a --peer "$(address b)"
    eventually says suspended a "$T/badges/r2.json"
    avow revoke "$T/badges/r3.json" --reason error
    stop_node b
    expect_exit 3 avow reinstate "$T/badges/r2.json"
    [[ $stderr == *"second node"* ]] || fail "$stderr"
    AVOW_SECOND='' avow reinstate "$T/badges/r2.json"
    expect_exit 2 env AVOW_SECOND=nowhere "$AVOW_BIN/avow" issuer show
}

@test "a second history by a stolen key: disputed, until every node follows the recovery" {
    three_credentials
    # The thief has the home folder and the home node's, and signs a history beside the issuer's.
    stop_node a
    cp -r "$AVOW_HOME" "$T/thief"
    cp -r "$T/a" "$T/c"
    start_node c
    (
        AVOW_HOME=$T/thief AVOW_NODE=$(address c)
        issue "$T/learners.csv" "$T/forged"
        avow revoke "$T/badges/r1.json" --reason error
    )
    stop_node c
    rm "$T/c/node.key"
    start_node a --peer "$(address b)"
    csv 1 more >"$T/more.csv"
    issue "$T/more.csv" "$T/badges"
    eventually says valid b "$T/badges/more1.json"
    start_node c --peer "$(address b)"
    for node in a b c; do
        eventually says disputed "$node" "$T/badges/more1.json"
        eventually says disputed "$node" "$T/badges/r2.json"
        eventually says disputed "$node" "$T/forged/r1.json"
    done
    avow issuer recover --from 6 --files "$T/badges" --no-passphrase --yes
    for node in a b c; do
        for n in 1 2 3; do eventually says valid "$node" "$T/badges/r$n.json"; done
        eventually says valid "$node" "$T/badges/more1.json"
        run ! says valid "$node" "$T/forged/r1.json"
    done
    # The issuer goes on; the thief does not, at any node.
    csv 1 late >"$T/late.csv"
    issue "$T/late.csv" "$T/badges"
    for node in a b c; do eventually says valid "$node" "$T/badges/late1.json"; done
    for node in a c; do
        run ! env AVOW_HOME="$T/thief" "$AVOW_BIN/avow" revoke "$T/badges/r2.json" --reason error --node "$(address "$node")"
        [ "$status" -ne 0 ]
    done
    avow log audit --node "$(address c)"
}

@test "a thief of the root key, and the home node gone: the next root key has the log back, elsewhere" {
    three_credentials
    cp -r "$AVOW_HOME" "$T/thief"
    rm "$T/thief/next-root.key" # which is in another safe
    AVOW_HOME=$T/thief avow issuer rotate-key --yes --no-passphrase
    AVOW_HOME=$T/thief avow issuer identity --yes --name "Thief and Sons"
    AVOW_HOME=$T/thief issue "$T/learners.csv" "$T/forged"
    eventually says valid b "$T/forged/r1.json"
    stop_node a
    rm -r "$T/a"
    AVOW_NODE=$(address b)
    expect_exit 1 avow achievement add --code X --title Locked
    expect_exit 1 avow issuer identity --yes --name Back
    avow issuer recover --from 6 --files "$T/badges" --home-node "$AVOW_NODE" --no-passphrase --yes
    for n in 1 2 3; do says valid b "$T/badges/r$n.json"; done
    run ! says valid b "$T/forged/r1.json"
    [ "$(avow issuer show --json | jq -r .name)" = "Instituto de Teste" ]
    avow achievement add --code X --title Back
    # What the thief does next finds no node.
    run ! env AVOW_HOME="$T/thief" "$AVOW_BIN/avow" issuer rotate-key --yes --no-passphrase
    avow log audit
}
