# Prints each include that points the wrong way, and exits 1 when there is one.
BEGIN {
    allow("proto", "proto")
    allow("proto/crypto", "proto proto/crypto")
    allow("proto/codec", "proto proto/codec")
    allow("proto/log", "proto proto/crypto proto/codec proto/log")
    allow("proto/credential", "proto proto/crypto proto/codec proto/log proto/credential")
    allow("proto/trust", "proto proto/crypto proto/codec proto/log proto/credential proto/trust")
    allow("proto/wire", "proto proto/crypto proto/codec proto/log proto/wire")
    split("proto proto/crypto proto/codec proto/log proto/credential proto/trust proto/wire", all, " ")
    for (i in all) {
        allowed["store", all[i]] = allowed["node/core", all[i]] = 1
        allowed["node/loop", all[i]] = allowed["node/http", all[i]] = allowed["cli", all[i]] = 1
    }
    allow("store", "store")
    allow("node/core", "node/core")
    allow("node/http", "store node/http")
    allow("node/loop", "store node/core node/loop node/http")
    allow("cli", "store cli")
    # What pure code may include: the language, and libraries that compute and do nothing else.
    split("assert.h ctype.h endian.h errno.h float.h inttypes.h jansson.h limits.h math.h msgpack.h " \
        "sodium.h stdalign.h stdarg.h stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h threads.h " \
        "zlib.h", headers, " ")
    for (i in headers)
        pure[headers[i]] = 1
}

function allow(layer, list,    names, i) {
    known[layer] = 1
    split(list, names, " ")
    for (i in names)
        allowed[layer, names[i]] = 1
}

# The layer is the folder; proto's and node's are one deeper.
function layer_of(path,    parts, count) {
    count = split(path, parts, "/")
    if ((parts[1] == "proto" || parts[1] == "node") && count > 2)
        return parts[1] "/" parts[2]
    return parts[1]
}

function fault(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    bad = 1
}

FNR == 1 {
    layer = layer_of(FILENAME)
    is_pure = layer ~ /^proto/ || layer == "node/core"
    folder = layer ~ /^proto/ ? "proto" : layer
    if (!(layer in known))
        fault("in no layer")
}

match($0, /^[ \t]*#[ \t]*include[ \t]*"[^"]*"/) {
    split($0, quoted, "\"")
    target = layer_of(quoted[2])
    if (quoted[2] !~ /\//)
        fault("includes start at the root of the project: " quoted[2])
    else if (!((layer, target) in allowed))
        fault(layer " may not include " target)
}

is_pure && match($0, /^[ \t]*#[ \t]*include[ \t]*<[^>]*>/) {
    name = $0
    sub(/^[^<]*</, "", name)
    sub(/>.*/, "", name)
    if (!(name in pure) && name !~ /^nettle\// && name !~ /^msgpack\//)
        fault(folder " does no I/O: <" name ">")
}

# stdio.h is for snprintf. Only a failed assertion (proto/base.c) writes.
is_pure && FILENAME != "proto/base.c" &&
        match($0, /(^|[^a-z_])(v?f?printf|fopen|fdopen|fread|fwrite|fputs|puts|putchar|perror|getenv|json_load_file|json_dump_file)\(/) {
    name = substr($0, RSTART, RLENGTH - 1)
    gsub(/[^a-z_]/, "", name)
    fault(folder " does no I/O: " name)
}

END { exit bad }
