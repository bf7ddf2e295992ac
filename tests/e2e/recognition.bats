#!/usr/bin/env bats
# Recognition: a body's list, published, repeated and withdrawn; and what it means to verifiers under
# their own policies.

# shellcheck disable=SC2154 # set by support.bash, and by run
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
