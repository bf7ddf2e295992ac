#!/usr/bin/env bats
# Recognition: a body's list, published, repeated and withdrawn; and what it means to verifiers under
# their own policies.

# shellcheck disable=SC2030,SC2031,SC2154 # set by support.bash, and by run in the same shell
load support
setup() {
    prepare
    start_node a
    new_issuer a "Agência de Qualidade"
    body=$issuer
}
teardown() { end_nodes; }

# stranger NAME JURISDICTION: another issuer at the same node, in a home of its own. Prints its id.
stranger() {
    AVOW_HOME=$T/home-$1 avow issuer new --name "$1" --jurisdiction "$2" \
        --website https://x.example --no-passphrase 2>/dev/null
}
size() { avow issuer show --json | jq .size; }

@test "a ministry's list: a dry run, then one batch, then nothing twice; added rows alone are added" {
    {
        echo 'issuer;as;subject-name;fields;levels;equivalence;basis'
        for nth in $(seq 1 30); do
            echo "$(stranger "School $nth" KE);issuer;School $nth;07 0612;4-6;KNQF:5=EQF:4;urn:decision:$nth"
        done
    } >"$T/list.csv"
    before=$(size)
    expect_exit 0 avow recognise --csv "$T/list.csv" --dry-run
    [ -z "$output" ] && [ "$(size)" = "$before" ]
    expect_exit 0 avow recognise --csv "$T/list.csv"
    [ "$(wc -l <<<"$output")" -eq 30 ]
    [ "$(awk '{print $1}' <<<"$output" | head -n 1)" = "$before" ]
    [ "$(size)" -eq $((before + 30)) ]
    expect_exit 0 avow recognise --csv "$T/list.csv" --json
    jq -e 'length == 30 and all(.before) and (map(.index) == [range('"$before"'; '"$((before + 30))"')])' <<<"$output"
    [ "$(size)" -eq $((before + 30)) ]
    echo "$(stranger Late KE);authority;Late;;;;urn:late" >>"$T/list.csv"
    expect_exit 0 avow recognise --csv "$T/list.csv" --json
    jq -e 'length == 31 and .[30] == {index: '"$((before + 30))"', issuer: .[30].issuer, subject_name: "Late", before: false}' <<<"$output"
    [ "$(size)" -eq $((before + 31)) ]
}

@test "a list with problems: each by line and column, and nothing is signed" {
    cat >"$T/list.csv" <<CSV
issuer,as,subject-name,fields,levels,basis
$body,issuer,Ourselves,,,urn:x
avow1qqq,issuer,Wrong,,,urn:x
$(stranger A KE),issuer,A,,46,urn:x
$(stranger B KE),boss,B,6,4-6,
CSV
    before=$(size)
    expect_exit 1 avow recognise --csv "$T/list.csv"
    for said in 'list.csv:2: column issuer: this is your own' 'list.csv:3: column issuer: "avow1qqq"' \
        'list.csv:4: column levels: 46:' 'list.csv:5: column basis: it is empty' '4 problems'; do
        [[ $stderr == *"$said"* ]] || fail "$said" "$stderr"
    done
    [ "$(size)" = "$before" ]
}

@test "a withdrawn recognition can be made again; what stands is not made twice" {
    subject=$(stranger A KE)
    again=(avow recognise "$subject" --as issuer --subject-name A --basis urn:x)
    expect_exit 0 "${again[@]}"
    first=$output
    expect_exit 0 "${again[@]}"
    [ "$output" = "$first" ]
    expect_exit 0 avow withdraw "$body/$first"
    expect_exit 0 "${again[@]}" --json
    [ "$(jq .index <<<"$output")" -eq $((first + 2)) ]
    printf 'reference\n%s\n' "$body/$((first + 2))" >"$T/withdrawn.csv"
    expect_exit 0 avow withdraw --csv "$T/withdrawn.csv" --reason lapsed
    avow log show --issuer "$body" --json >"$T/log"
    jq -e --arg subject "$subject" '[.[] | select(.kind == "recognition")] | length == 2 and
        all(.state == "revoked" and .subject == $subject and .scope == {})' "$T/log"
    expect_exit 1 avow withdraw "$body/$achievement"
    [[ $stderr == *"is not a recognition"* ]] || fail "$stderr"
}

# ---- under policies

# abroad: a Kenyan issuer (home $T/home-ke, id $kenya) with an award in $T/badge.json: KNQF level 5,
# field 0713; recognised by nobody yet.
abroad() {
    kenya=$(stranger ke KE)
    local index
    index=$(AVOW_HOME=$T/home-ke avow achievement add --code SOL --title Solar --level 5 \
        --framework KNQF --field 0713 --credits 12 --credit-system KNQF)
    AVOW_HOME=$T/home-ke avow issue --achievement "$index" --name Ana --id badge --out "$T"
}
recognise_kenya() { # [OPTION...]: prints the index
    avow recognise "$kenya" --as issuer --subject-name "Nairobi TI" --basis urn:x "$@"
}
# judged WORD WHY COMMAND...: online and from evidence made for the same policy, the same JSON.
judged() {
    local word=$1 why=$2
    shift 2
    run --separate-stderr avow verify "$T/badge.json" --json "$@"
    jq -e --arg word "$word" --arg why "$why" '.verdict == $word and .why == $why' <<<"$output" ||
        fail "expected $word, $why" "$output" "$stderr"
    local online=$output
    avow prove "$T/badge.json" -o "$T/evidence" "$@"
    run --separate-stderr avow verify "$T/badge.json" --offline "$T/evidence" --json "$@"
    diff <(jq -S 'del(.at, .checkpoint.age_seconds, .witnessed_at)' <<<"$online") \
        <(jq -S 'del(.at, .checkpoint.age_seconds, .witnessed_at)' <<<"$output") ||
        fail "offline it differs"
}

@test "recognised within its scope and translated; refused outside; nothing without an anchor" {
    abroad
    index=$(recognise_kenya --fields 07 --levels 4-6 --regions PT --equivalence KNQF:5=EQF:4)
    avow policy new "$T/p.ini" --region PT-13 --anchor "Agency=$body"
    judged valid none --policy "$T/p.ini"
    jq -e --arg body "$body" --argjson index "$index" '.recognised == true and
        (.paths | length == 1) and (.paths[0] | length == 1) and
        (.paths[0][0] | .issuer == $body and .index == $index and .role == "issuer" and
            .subject_name == "Nairobi TI" and .stands) and
        .level == {framework: "EQF", value: "4"} and (.checked | index("recognition"))' <<<"$output"
    expect_exit 0 avow verify "$T/badge.json" --policy "$T/p.ini"
    [[ $output == *"by Agência de Qualidade, PT (your anchor Agency), under the name Nairobi TI"* ]]
    # The recognition has effect in Portugal alone.
    judged unrecognised no-path --policy "$T/p.ini" --region ES
    jq -e '.recognised == false and .paths == [] and .level == null' <<<"$output"
    expect_exit 1 avow verify "$T/badge.json" --policy "$T/p.ini" --region ES
    [[ $output == *"Agência de Qualidade recognises it, but not for this"*"only with effect in PT"* ]]
    # The anchor is relied on for less.
    avow policy new "$T/high.ini" --region PT --anchor "Agency=$body levels=5-8"
    judged unrecognised no-path --policy "$T/high.ini"
    avow policy new "$T/other.ini" --region PT --anchor "Agency=$body fields=06"
    judged unrecognised no-path --policy "$T/other.ini"
    # Another anchor, who recognises nobody.
    avow policy new "$T/stranger.ini" --region PT --anchor "Stranger=$(stranger lone FR)"
    judged unrecognised no-path --policy "$T/stranger.ini"
    # It is shown, and decides nothing.
    avow policy new "$T/shown.ini" --anchor "Stranger=$(stranger lone2 FR)" --require-recognition no
    judged valid none --policy "$T/shown.ini"
    # An issuer that is an anchor is recognised for itself.
    avow policy new "$T/itself.ini" --anchor "Kenya=$kenya"
    judged valid none --policy "$T/itself.ini"
    jq -e '.recognised == true and .paths == [[]] and .level == {framework: "KNQF", value: "5"}' <<<"$output"
}

@test "through an authority; no further than depth allows; bodies that disagree side by side" {
    abroad
    ministry=$(stranger ministry PT)
    as_ministry() { AVOW_HOME=$T/home-ministry avow "$@"; }
    recognise_kenya --equivalence KNQF:5=EQF:4
    as_ministry recognise "$body" --as authority --subject-name "A agência" --basis urn:m --depth 1
    avow policy new "$T/p.ini" --region PT --anchor "Ministry=$ministry"
    judged valid none --policy "$T/p.ini"
    jq -e --arg body "$body" --arg ministry "$ministry" '.paths | length == 1 and
        (.[0] | map([.issuer, .role]) == [[$ministry, "authority"], [$body, "issuer"]])' <<<"$output"
    expect_exit 0 avow verify "$T/badge.json" --policy "$T/p.ini"
    [[ $output == *"which is recognised by ministry, PT (your anchor Ministry), under the name A agência"* ]]
    avow policy new "$T/short.ini" --region PT --max-depth 1 --anchor "Ministry=$ministry"
    judged unrecognised no-path --policy "$T/short.ini"
    # The ministry says it too, and puts its level higher.
    as_ministry recognise "$kenya" --as issuer --subject-name Kenya --basis urn:m --equivalence KNQF:5=EQF:5
    judged valid none --policy "$T/p.ini"
    jq -e '(.paths | map(length)) == [1, 2] and .level.value == "5" and
        (.path_details | map(.level.value)) == ["5", "4"]' <<<"$output"
    expect_exit 0 avow verify "$T/badge.json" --policy "$T/p.ini"
    [[ $output == *"They do not agree on its level"* ]]
    expect_exit 0 avow recognised "$kenya" --policy "$T/p.ini" --json
    jq -e '.recognised == true and (.recognitions | length == 2) and (.paths | map(length)) == [1, 2]' <<<"$output"
    expect_exit 0 avow recognised "$kenya"
    [[ $output == *"ministry, PT, recognises it as issuer, under the name Kenya"* ]]
    # An anchor is recognised for itself; a stranger is not, and that proves nothing.
    expect_exit 0 avow recognised "$ministry" --policy "$T/short.ini"
    expect_exit 3 avow recognised "$(stranger nobody FR)" --policy "$T/p.ini" --json
    jq -e '.recognised == null and .recognitions == [] and .paths == []' <<<"$output"
}

@test "a recognition that was withdrawn, has ended, or is for other dates recognises nothing" {
    abroad
    avow policy new "$T/p.ini" --region PT --anchor "Agency=$body"
    recognise_kenya --until 2020-01-01
    judged unrecognised no-path --policy "$T/p.ini"
    recognise_kenya --from 2099-01-01
    judged unrecognised no-path --policy "$T/p.ini"
    index=$(recognise_kenya)
    judged valid none --policy "$T/p.ini"
    before=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    avow withdraw "$body/$index" --reason lapsed
    judged unrecognised no-path --policy "$T/p.ini"
    # Its end is known, whatever moment is asked about: no witness of the policy's had seen the award.
    judged unrecognised no-path --policy "$T/p.ini" --at "$before"
    AVOW_HOME=$T/home-ke avow revoke "$T/badge.json" --reason fraud
    judged revoked status --policy "$T/p.ini"
}

@test "what a witness had seen before a recognition ended stays recognised; error voids it from the start" {
    abroad
    index=$(recognise_kenya --equivalence KNQF:5=EQF:4)
    avow policy new "$T/p.ini" --region PT --anchor "Agency=$body" --min-witnesses 1 \
        --witness "Ours=$(node_status a | jq -r .node)"
    eventually is_valid "$T/p.ini" # the node witnesses a moment after it accepts
    judged valid none --policy "$T/p.ini"
    jq -e '(.checked | index("witnesses")) and .paths[0][0].stands' <<<"$output"
    # In a later second than the witness's line.
    eventually later_than "$(date +%s)"
    avow withdraw "$body/$index" --reason lapsed
    eventually is_valid "$T/p.ini" # the node witnesses a moment after it accepts
    judged valid none --policy "$T/p.ini"
    jq -e '.recognised == true and .paths[0][0].stands == false' <<<"$output"
    expect_exit 0 avow verify "$T/badge.json" --policy "$T/p.ini"
    [[ $output == *"it has ended since"* ]]
    # Without the witness it is the issuer's own word.
    avow policy new "$T/alone.ini" --region PT --anchor "Agency=$body"
    judged unrecognised no-path --policy "$T/alone.ini"
    index=$(avow recognise "$kenya" --as issuer --subject-name Wrong --basis urn:x)
    avow withdraw "$body/$index" --reason error
    eventually is_valid "$T/p.ini"
    jq -e '.paths | length == 1' <<<"$(avow verify "$T/badge.json" --policy "$T/p.ini" --json)"
}
is_valid() { avow verify "$T/badge.json" --policy "$1"; }
later_than() { [ "$(date +%s)" -gt "$1" ]; }

@test "a stacked credential under a policy: its components too, offline as online" {
    abroad
    expect_exit 0 avow achievement add --code DIP --title Diploma --level 6 --framework EQF
    award=$output
    printf '{"title": "D", "award": %s, "cascade": "degraded", "rule": ["achievement", "%s", 2]}' \
        "$award" "$kenya" >"$T/pathway.json"
    pathway=$(avow pathway add "$T/pathway.json")
    mkdir "$T/ana"
    mv "$T/badge.json" "$T/ana"
    avow stack award "$T/ana" --pathway "$pathway" --name Ana --out "$T/badge.json"
    avow policy new "$T/p.ini" --region PT --anchor "Agency=$body"
    judged valid none --policy "$T/p.ini"
    jq -e --arg kenya "$kenya" '.components == [{reference: ($kenya + "/3"), title: "Solar",
        verdict: "valid", why: "none"}] and .cascade == "degraded" and .degraded == false and
        .paths == [[]] and (.checked | index("components"))' <<<"$output"
    AVOW_HOME=$T/home-ke avow revoke "$T/ana/badge.json" --reason lapsed
    judged valid none --policy "$T/p.ini"
    jq -e '.components[0].verdict == "revoked" and .degraded' <<<"$output"
    expect_exit 0 avow verify "$T/badge.json" --policy "$T/p.ini"
    [[ $output == *"revoked, Solar"*"WARNING: a component no longer stands"* ]]
}

@test "an anchor whose log the node does not have: unknown, never unrecognised" {
    abroad
    start_node lone
    away=$(AVOW_HOME=$T/home-away avow issuer new --name Away --jurisdiction FR \
        --website https://x.example --no-passphrase --node "$(address lone)")
    avow policy new "$T/p.ini" --region PT --anchor "Away=$away"
    judged unknown path-unseen --policy "$T/p.ini"
    expect_exit 3 avow verify "$T/badge.json" --policy "$T/p.ini"
    [[ $output == *"nothing is shown of the log of your anchor Away, $away"* ]]
    jq -e '.recognised == null' <<<"$(avow verify "$T/badge.json" --policy "$T/p.ini" --json)"
    # Evidence that was not made for a policy shows no path, and does not show that there is none.
    recognise_kenya
    avow policy new "$T/agency.ini" --region PT --anchor "Agency=$body"
    avow prove "$T/badge.json" -o "$T/evidence"
    expect_exit 3 avow verify "$T/badge.json" --policy "$T/agency.ini" --offline "$T/evidence"
}

@test "a policy that the node holds under a name, and says so; a file of that name comes first" {
    abroad
    recognise_kenya
    mkdir "$T/policies"
    avow policy new "$T/policies/hiring.ini" --region PT --anchor "Agency=$body"
    stop_node a
    start_node a --policies "$T/policies"
    cd "$T"
    expect_exit 0 avow verify badge.json --policy hiring --json
    jq -e '.recognised == true' <<<"$output"
    [[ $stderr == *'"hiring" is the one that the node at'* ]] || fail "$stderr"
    expect_exit 0 avow policy show hiring
    [ "$output" = "$(avow policy show policies/hiring.ini)" ]
    expect_exit 2 avow verify badge.json --policy firing
    [[ $stderr == *'no file "firing"'* ]] || fail "$stderr"
    avow policy new hiring --region PT --anchor "Kenya=$kenya"
    expect_exit 0 avow verify badge.json --policy hiring --json
    jq -e '.paths == [[]]' <<<"$output"
    [[ $stderr != *"the one that the node"* ]]
}

# ---- the catalogue, where a log is too large to be read for it

@test "of a large log the catalogue tells the achievements and the codes in use" {
    csv 4200 >"$T/learners.csv"
    avow issue --achievement "$achievement" --csv "$T/learners.csv" --out "$T/out"
    expect_exit 1 avow achievement add --code DA-101 --title Again
    [[ $stderr == *"entry $achievement is an achievement with the code DA-101 already"* ]] || fail "$stderr"
    expect_exit 0 avow achievement add --code DA-1010 --title Other
    other=$output
    expect_exit 0 avow achievement list --json
    jq -e --argjson other "$other" 'map(.index) == [2, $other] and all(.state == "active")' <<<"$output"
    [[ $stderr == *"the node's catalogue"* ]] || fail "$stderr"
    avow revoke "$body/$achievement" --reason lapsed
    expect_exit 0 avow achievement list --json
    jq -e 'length == 1' <<<"$output"
    expect_exit 0 avow achievement list --all --json
    jq -e 'map(.state) == ["revoked", "active"]' <<<"$output"
    expect_exit 0 avow achievement add --code DA-101 --title Again
}

@test "the demo tells the whole story" {
    run --separate-stderr "$AVOW_BIN/avow-demo" --out "$T/demo"
    [ "$status" -eq 0 ] || fail "$output" "$stderr"
    for said in "UNRECOGNISED" "(your anchor Agency), under the name Nairobi Technical Institute" \
        "at EQF level 4" "12 of 18" "valid, Bases de Dados" "revoked, Visualização de Dados" \
        "Nothing that was acknowledged is lost"; do
        [[ $output == *"$said"* ]] || fail "the demo does not say: $said" "$output"
    done
}
