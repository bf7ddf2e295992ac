# Sourced by every gate. A gate defines `inspect`, which reads the tree in the current folder,
# prints a line for each fault, and returns non-zero when there is one. Then:
#
#     gate                 inspects the project
#     control TEXT PATH    inspects a tree that holds only stdin as PATH, and demands a complaint
#                          which contains TEXT: a gate that cannot fail is a failure
# shellcheck shell=bash
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
gate_tmp=$(mktemp -d)
trap 'rm -rf "$gate_tmp"' EXIT

# files PATTERN...: the tree's files, tracked or about to be, into the array `files`.
# To find none is a fault: the gate would be looking nowhere.
files() {
    local file
    files=()
    while IFS= read -r -d '' file; do
        [ ! -f "$file" ] || files+=("$file")
    done < <(git ls-files -co --exclude-standard -z -- "$@")
    [ ${#files[@]} -gt 0 ] || {
        echo "no file to look at: $*"
        return 1
    }
}

# Reads into `flags` what the build gives to a library source: its macros, include folders,
# warnings and standard.
read_build_flags() {
    local commands=$root/build/compile_commands.json
    [ -f "$commands" ] || {
        echo "build first: no $commands"
        exit 1
    }
    mapfile -t flags < <(
        jq -r '[.[] | select(.file | endswith("/proto/base.c"))][0].command' "$commands" |
            tr ' ' '\n' | grep -E '^-(I|D|W|std|f)' | grep -v FORTIFY # which wants -O
    )
    [[ " ${flags[*]} " == *" -Werror "* && " ${flags[*]} " == *" -Wconversion "* ]] || {
        echo "no flags in $commands: ${flags[*]}"
        exit 1
    }
}

gate() {
    cd "$root"
    inspect || exit 1
    echo "${#files[@]} files"
}

control() {
    local text=$1 path=$2 tree output
    tree=$(mktemp -d -p "$gate_tmp")
    cd "$tree"
    git init -q
    mkdir -p "$(dirname "$path")"
    cat >"$path"
    cp "$root/.clang-format" "$root/.clang-tidy" .
    if output=$(inspect 2>&1); then
        echo "control not refused: $path"
        exit 1
    fi
    [[ $output == *"$text"* ]] || {
        echo "control refused for another reason: $path: $output"
        exit 1
    }
    cd "$root"
}
