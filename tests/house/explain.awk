# Turns the output of 'pmtac explain NAME', for one check after the other, with lines "CHAPTER TITLE"
# between them, into paragraphs of a manual in mdoc.

# Nothing in the text is taken for a request; words in backquotes are quoted.
function escaped(text) {
    gsub(/\\/, "\\e", text)
    gsub(/--/, "\\-\\-", text)
    while (match(text, /`[^`]*`/))
        text = substr(text, 1, RSTART - 1) "\\(oq" substr(text, RSTART + 1, RLENGTH - 2) "\\(cq" \
            substr(text, RSTART + RLENGTH)
    return text
}
function guarded(line) { return line ~ /^[.']/ ? "\\&" line : line }

# Each sentence begins a line, as mdoc wants it, and no line is long.
function put_sentences(text,    n, i, word, line, ends) {
    n = split(escaped(text), word, / +/)
    for (i = 1; i <= n; i++) {
        if (line != "" && (length(line) + length(word[i]) > 76 || ends)) {
            print guarded(line)
            line = ""
        }
        line = line == "" ? word[i] : line " " word[i]
        ends = word[i] ~ /[.?!]$/
    }
    if (line != "")
        print guarded(line)
}

function put_check() {
    if (name == "")
        return
    lowered = text["allow"] ~ /^An error/ ? "to be mended" : \
        text["allow"] ~ /^A comment/ ? "not allowed by a comment" : ""
    print ".It Sy " name
    print ".Em " level (lowered == "" ? " ." : " ,\n" lowered ".")
    put_sentences(text["meaning"])
    put_sentences(text["why"])
    print ".Bd -literal -offset indent"
    printf "%s", bad
    print ".Ed"
    print ".Pp"
    put_sentences(text["cure"])
    name = bad = ""
    split("", text)
}

/^CHAPTER / {
    put_check()
    if (chapters++)
        print ".El"
    print ".Sh " toupper(substr($0, 9))
    print ".Bl -tag -width Ds"
    next
}
/^[a-z0-9-]+ \([a-z]+\): / {
    put_check()
    name = $1
    level = $2
    gsub(/[():]/, "", level)
    part = "meaning"
    next
}
/^$/ { next }
/^This is reported/ { part = "bad"; next }
/^This is not/ { part = "good"; next }
/^    / {
    if (part == "bad")
        bad = bad guarded(escaped(substr($0, 5))) "\n"
    next
}
part == "good" { part = "allow" }
sub(/^Why it matters: /, "") { part = "why" }
sub(/^What to do: /, "") { part = "cure" }
{ text[part] = text[part] == "" ? $0 : text[part] " " $0 }
END {
    put_check()
    print ".El"
}
