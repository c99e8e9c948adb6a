#!/bin/sh
# seeds.sh TOP FOLDER: the cases and examples as inputs for an engine, into FOLDER.  A case with files
# of its own becomes one input, each file behind a line "#= NAME" as fuzz_compile.c has it; of what
# takes options there is one more, for the older versions.
set -eu
top=$1 folder=$2
for file in "$top"/tests/cases/*/*.topo "$top"/tests/cases/*/*.psv "$top"/tests/cases/*/*.conf \
    "$top"/examples/*.topo "$top"/examples/*.psv "$top"/examples/*.conf; do
    test -f "$file" || continue
    name=$(basename "$(dirname "$file")")-$(basename "$file")
    own=${file%.*}.d
    if test -d "$own"; then
        {
            cat "$file"
            for part in "$own"/*; do
                test ! -f "$part" || { printf '\n#= %s\n' "$(basename "$own")/$(basename "$part")"; cat "$part"; }
            done
        } >"$folder/$name"
    else
        cp "$file" "$folder/$name"
    fi
    # 0x8a: a fragment for PowerMTA 4.0; 0x84: a whole configuration for 4.5.
    case $file in
        */versions/*.topo) { printf '\212'; cat "$file"; } >"$folder/$name-40" ;;
        */hosts/*.topo | */examples/*.topo) { printf '\204'; cat "$file"; } >"$folder/$name-45" ;;
    esac
done
chmod -R u+w "$folder"
