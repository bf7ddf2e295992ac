#!/usr/bin/env bats
# Commands that publish, killed at each system call of a kind in turn (strace injects the signal):
# the same command, called again a while later, completes what it had begun, and does nothing twice.
# With AVOW_STRIDE=4, at each fourth call.

# shellcheck disable=SC2030,SC2031,SC2154 # tests are subshells; set by support.bash, and by run
load support
setup() {
    command -v strace >/dev/null || fail "strace is needed"
    prepare
    use_clock
    start_node a
    export AVOW_NODE
    AVOW_NODE=$(address a)
}
teardown() { end_nodes; }

calls=(sendto recvfrom poll fsync fdatasync syncfs rename renameat2 unlink)

places() { seq 1 "${AVOW_STRIDE:-1}" "$1"; }
size() { avow issuer show --json | jq .size; }

# killed CALL N COMMAND...: true if the command was killed at the Nth such call. It is later then.
killed() {
    local call=$1 n=$2 status=0
    shift 2
    strace -f -o "$T/strace" -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" \
        "$AVOW_BIN/avow" "$@" >"$T/out" 2>"$T/err" || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 137 ] || fail "exit $status: $(cat "$T/err")"
    later
    [ "$status" -eq 137 ]
}

# at_each_step CHECK COMMAND...: with %N in the command as the number of the run.
at_each_step() {
    local check=$1 call n
    shift
    for call in "${calls[@]}"; do
        for n in $(places 40); do
            run=$call-$n
            before=$(size 2>/dev/null || echo 0)
            killed "$call" "$n" "${@//%N/$run}" || break
            avow "${@//%N/$run}" >"$T/out" 2>"$T/err" || fail "$run: $(cat "$T/err")"
            "$check" || fail "$run: not as it should be after the second call"
        done
        # The last run of a kind was not killed: there are no more calls of it.
        [ "$n" -lt 40 ] || fail "$call: no end of calls"
        "$check" || fail "$run: not as it should be"
    done
}

make_issuer() {
    avow issuer new --name Steps --jurisdiction PT --website https://steps.example --no-passphrase 2>"$T/err"
}

@test "achievement add, killed at each step, adds one" {
    make_issuer
    one_more() { [ "$(size)" -eq $((before + 1)) ] && [ "$(cat "$T/out")" -eq "$before" ]; }
    # Its unlink is the last thing that it does, of the record of what it did, having said so: a
    # call after that is another one.
    calls=(sendto recvfrom poll fsync rename)
    at_each_step one_more achievement add --code %N --title Step
    avow log audit
}

@test "issue, killed at each step, issues each row once" {
    make_issuer
    avow achievement add --code A --title Step 2>"$T/err"
    three_more() {
        [ "$(size)" -eq $((before + 3)) ] && [ "$(find "$T/badges-$run" -maxdepth 1 -name '*.json' | wc -l)" -eq 3 ]
    }
    printf 'name,id\nAna,1\nBo,2\nCe,3\n' >"$T/list.csv"
    at_each_step three_more issue --achievement 2 --csv "$T/list.csv" --out "$T/badges-%N"
    for file in "$T"/badges-*/2.json; do
        avow verify "$file" >"$T/out" || fail "$file: $(cat "$T/out")"
    done
    avow log audit
}

@test "revoke, killed at each step, revokes once" {
    make_issuer
    avow achievement add --code A --title Step 2>"$T/err"
    { echo name && seq -f 'Learner %g' 150; } >"$T/list.csv"
    avow issue --achievement 2 --csv "$T/list.csv" --out "$T/badges" 2>"$T/err"
    next=0
    for call in "${calls[@]}"; do
        for n in $(places 40); do
            next=$((next + 1)) before=$(size)
            killed "$call" "$n" revoke "$T/badges/$next.json" --reason error || break
            avow revoke "$T/badges/$next.json" --reason error 2>"$T/err" || fail "$(cat "$T/err")"
            [ "$(size)" -eq $((before + 1)) ] || fail "$call $n: $before entries, then $(size)"
        done
    done
    avow log audit
}

@test "issuer new, killed at each step, makes one issuer" {
    for call in "${calls[@]}"; do
        for n in $(places 40); do
            AVOW_HOME=$T/home-$call-$n
            killed "$call" "$n" issuer new --name S --jurisdiction PT --website https://s.example \
                --no-passphrase || break
            # When all was done but the telling, there is an issuer already.
            make_issuer || grep -q 'has an issuer already' "$T/err" || fail "$call $n: $(cat "$T/err")"
            [ "$(size)" -eq 2 ] || fail "$call $n: $(size) entries"
            avow achievement add --code A --title Step >"$T/out" 2>"$T/err" || fail "$(cat "$T/err")"
        done
        [ "$n" -lt 40 ] || fail "$call: no end of calls"
    done
}

# What a lying home node could say: the entries are this home's, and the time of the text, which will
# be signed with them, is the node's choice.
@test "issuer new signs no text that this home has not proposed" {
    for n in $(seq 5 20); do
        AVOW_HOME=$T/home-of-another-text-$n
        killed recvfrom "$n" issuer new --name S --jurisdiction PT --website https://s.example \
            --no-passphrase || fail "never was a text proposed and not accepted"
        [ -n "$(find "$AVOW_HOME/pending" -type f 2>/dev/null)" ] || continue
        rm "$AVOW_HOME"/pending/*
        # What was killed may have taken its proposal with it: then there is none, and another is made.
        make_issuer || break
    done
    run -1 --separate-stderr make_issuer
    grep -q 'refusing to sign: .* another time' "$T/err"
    [ ! -e "$AVOW_HOME/issuer" ]
}

@test "issuer rotate-key, killed at each step, leaves one key that signs" {
    make_issuer
    for call in "${calls[@]}"; do
        for n in $(places 40); do
            killed "$call" "$n" issuer rotate-key --yes --no-passphrase || break
            avow issuer rotate-key --yes --no-passphrase 2>"$T/err" || fail "$call $n: $(cat "$T/err")"
            [ "$(avow issuer show --json | jq '[.keys[] | select(.use == "sign")] | length')" -eq 1 ]
            [ ! -e "$AVOW_HOME/signing-next.key" ]
        done
        avow achievement add --code "A-$call" --title Step >"$T/out" 2>"$T/err" || fail "$call: $(cat "$T/err")"
    done
    avow log audit
}

@test "issuer identity and rotate-key --heartbeat, killed at each step, happen once" {
    make_issuer
    renamed() { [ "$(size)" -eq $((before + 1)) ] && [ "$(avow issuer show --json | jq -r .name)" = "$run" ]; }
    # Its unlink is the last thing that it does, having said so: a call after that is another one.
    (
        calls=(sendto recvfrom poll fsync rename)
        at_each_step renamed issuer identity --yes --name %N
    )
    for call in sendto fsync rename renameat2; do
        for n in $(places 60); do
            killed "$call" "$n" issuer rotate-key --heartbeat --yes --no-passphrase || break
            avow issuer rotate-key --heartbeat --yes --no-passphrase 2>"$T/err" || fail "$call $n: $(cat "$T/err")"
            [ "$(avow issuer show --json | jq '[.keys[] | select(.use == "heartbeat")] | length')" -eq 1 ]
            [ -z "$(find "$AVOW_HOME" -name '*-next.key')" ] || fail "$call $n: $(ls "$AVOW_HOME")"
        done
        [ "$n" -lt 60 ] || fail "$call: no end of calls"
    done
    avow log audit
}

@test "issuer rotate-root, killed at each step, leaves one root key and one key that signs" {
    make_issuer
    for call in "${calls[@]}"; do
        for n in $(places 60); do
            killed "$call" "$n" issuer rotate-root --yes --no-passphrase || break
            avow issuer rotate-root --yes --no-passphrase 2>"$T/err" || fail "$call $n: $(cat "$T/err")"
            [ "$(avow issuer show --json | jq '[.keys[] | select(.use == "sign")] | length')" -eq 1 ]
            [ -z "$(find "$AVOW_HOME" -name '*-next.key')" ] || fail "$call $n: $(ls "$AVOW_HOME")"
            # The files are those of the log.
            avow issuer show | grep -q "$(sed -n 's/^public: //p' "$AVOW_HOME/root.key")" ||
                fail "$call $n: root.key is not the root key"
        done
        [ "$n" -lt 60 ] || fail "$call: no end of calls"
        avow achievement add --code "A-$call" --title Step >"$T/out" 2>"$T/err" || fail "$call: $(cat "$T/err")"
    done
    avow log audit
}

@test "issuer close, killed at each step, closes once" {
    for call in "${calls[@]}"; do
        for n in $(places 40); do
            AVOW_HOME=$T/home-$call-$n
            make_issuer
            killed "$call" "$n" issuer close --yes || break
            avow issuer close --yes 2>"$T/err" || fail "$call $n: $(cat "$T/err")"
            [ "$(avow issuer show --json | jq -c '[.size, .closed]')" = "[3,true]" ] || fail "$call $n"
        done
        [ "$n" -lt 40 ] || fail "$call: no end of calls"
    done
}

@test "issuer recover, killed at each step, recovers once, with its files" {
    make_issuer
    avow achievement add --code A --title Step 2>"$T/err"
    echo name >"$T/list.csv"
    for call in "${calls[@]}"; do
        for n in $(places 80); do
            # A record to stay abandoned for good, and one to be registered again.
            echo "Learner $call $n" >>"$T/list.csv"
            avow issue --achievement 2 --csv "$T/list.csv" --out "$T/badges" 2>"$T/err" || fail "$call $n: $(cat "$T/err")"
            from=$(($(size) - 1)) before=$(avow issuer show --json | jq .epoch)
            killed "$call" "$n" issuer recover --from "$from" --files "$T/badges" --yes --no-passphrase || break
            # Where all was done but the last word, there is nothing to complete.
            if [ -e "$AVOW_HOME/recovery" ] || [ "$(avow issuer show --json | jq .epoch)" -eq "$before" ]; then
                avow issuer recover --from "$from" --files "$T/badges" --yes --no-passphrase 2>"$T/err" || fail "$call $n: $(cat "$T/err")"
            fi
            [ "$(avow issuer show --json | jq .epoch)" -eq $((before + 1)) ] || fail "$call $n: epoch"
            [ ! -e "$AVOW_HOME/recovery" ] || fail "$call $n: it is not through"
            [ -z "$(find "$AVOW_HOME" -name '*-next.key')" ] || fail "$call $n: $(ls "$AVOW_HOME")"
            last=$(find "$T/badges" -maxdepth 1 -name '*.json' -newer "$T/list.csv" | head -1)
            avow verify "$last" >"$T/out" || fail "$call $n: $(cat "$T/out")"
        done
        [ "$n" -lt 80 ] || fail "$call: no end of calls"
    done
    avow log audit
}

@test "recognise, killed at each step, publishes once, and so does a list" {
    make_issuer
    subject=$(AVOW_HOME=$T/other avow issuer new --name Other --jurisdiction KE \
        --website https://o.example --no-passphrase 2>"$T/err")
    one_recognised() { [ "$(size)" -eq $((before + 1)) ] && [ "$(cat "$T/out")" -eq "$before" ]; }
    at_each_step one_recognised recognise "$subject" --as issuer --subject-name %N --basis urn:x
    three_recognised() { [ "$(size)" -eq $((before + 3)) ] && [ "$(wc -l <"$T/out")" -eq 3 ]; }
    # The file says something else each time.
    rows() {
        echo issuer,as,subject-name,basis
        for nth in 1 2 3; do echo "$subject,issuer,$1-$nth,urn:x"; done
    }
    for run in sendto-{1..9} recvfrom-{1..9} fsync-{1..6} rename-{1..3} unlink-{1..2}; do
        rows "$run" >"$T/list.csv"
        before=$(size)
        killed "${run%-*}" "${run#*-}" recognise --csv "$T/list.csv" || :
        avow recognise --csv "$T/list.csv" >"$T/out" 2>"$T/err" || fail "$run: $(cat "$T/err")"
        three_recognised || fail "$run: not as it should be after the second call"
    done
    avow log audit
}
