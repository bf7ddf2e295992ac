#!/usr/bin/env bats
# A node that talks and does not answer keeps no command waiting: every command that asks ends by
# itself, with a sentence and an exit status, whatever the node says meanwhile.

# shellcheck disable=SC2154 # set by support.bash, and by run
load support
setup() {
    prepare
    start_node a
    new_issuer a
    csv 4200 >"$T/learners.csv" # for such a log the catalogue is asked
    avow issue --achievement "$achievement" --csv "$T/learners.csv" --out "$T/all"
    mkdir "$T/out"
    cp "$T/all/r1.json" "$T/all/r2.json" "$T/out"
    csv 3 >"$T/learners.csv"
    jq -n --argjson award "$achievement" \
        '{title: "Way", award: $award, cascade: "degraded", rule: ["achievement", null, 2]}' >"$T/way.json"
    pathway=$(avow pathway add "$T/way.json" --json | jq .index)
    unset AVOW_NODE
}
teardown() {
    [ -z "${talker:-}" ] || kill -TERM "$talker"
    end_nodes
}

# Every command that asks a node, a line each.
calls() {
    cat <<END
verify $T/out/r1.json
verify $issuer/$achievement
prove $issuer/$achievement --out $T/out.evidence
find data
recognised $issuer
log show --issuer $issuer
log audit
log audit --issuer $issuer
log export --issuer $issuer --out $T/export-$1
achievement list
achievement list --all
achievement show $achievement
achievement add --code NEW --title New --level 6 --framework EQF --field 0612 --credits 6 --credit-system ECTS
pathway show $pathway
pathway explain $pathway
stack check $T/out --pathway $pathway
issue --achievement $achievement --csv $T/learners.csv --out $T/issued-$1
revoke $T/out/r2.json --reason error
issuer show
issuer complete
issuer nodes 127.0.0.1:$port
policy show Anybody
policy check Anybody
node status
node peers
watch
END
}

# ask MODE: every command, all at once, each with a patience of a second; "STATUS SECONDS COMMAND"
# of each, and what it said on stderr in MODE.N.
ask() {
    local port n=0 call callers=()
    port=$(free_port)
    "$AVOW_TOOLS/talker" "$port" "$1" "$(address a)" >"$T/$1.ready" 2>"$T/$1.talker" 3>&- &
    talker=$!
    eventually grep -q ready "$T/$1.ready"
    while read -r call; do
        n=$((n + 1))
        one "$1.$n" "$port" "$call" 3>&- &
        callers+=($!)
    done < <(calls "$1")
    wait "${callers[@]}"
    kill -TERM "$talker"
    wait "$talker" || :
    talker=
}

one() {
    local status=0 begun=$SECONDS home=$T/home-$1
    cp -r "$AVOW_HOME" "$home"
    # shellcheck disable=SC2086 # words of a line
    AVOW_HOME=$home timeout 60 "$AVOW_BIN/avow" $3 --node "127.0.0.1:$2" --timeout 1 \
        >"$T/$1.out" 2>"$T/$1.err" </dev/null || status=$?
    echo "$status $((SECONDS - begun)) $3" >"$T/$1.end"
}

# ended MODE STATUSES: each command ended within its time, with one of these and a sentence.
ended() {
    local file status seconds call
    for file in "$T/$1".*.end; do
        read -r status seconds call <"$file"
        [[ " $2 " == *" $status "* ]] ||
            fail "$1: $call: status $status after $seconds s" "$(cat "${file%.end}.err")"
        [ "$seconds" -le 30 ] || fail "$1: $call took $seconds s"
        [ "$status" -eq 0 ] || [ -s "${file%.end}.err" ] || [ -s "${file%.end}.out" ] ||
            fail "$1: $call: status $status, and not a word"
    done
}

for_mode() { # MODE STATUSES
    ask "$1"
    ended "$@"
}


@test "a node that takes the connection and says nothing" { for_mode silent 3; }
@test "a node that shakes hands and says nothing more" { for_mode mute "0 3"; }
@test "a node that asks without end whether we are there" { for_mode pings "0 3"; }
@test "a node that tells of changed logs without end" { for_mode announces "0 3"; }
@test "a node that answers a byte each 50 ms" { for_mode drip "0 3"; }
@test "a node that begins a message of 4 GiB" { for_mode huge "0 3"; }
@test "a node that has another page, without end" { for_mode pages "0 1 2 3"; }
@test "a node that has the same page, without end" { for_mode same "0 1 2 3"; }
@test "a node that sends as little at once as it can" { for_mode few "0 1 2 3"; }
