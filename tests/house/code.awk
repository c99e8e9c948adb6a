# Prints "FILE:LINE:" and the code of C sources: comments become blanks, literals empty ones.
FNR == 1 { inside = 0 }
{
    line = $0
    out = ""
    while (line != "") {
        if (inside) {
            end = index(line, "*/")
            if (!end)
                break
            line = substr(line, end + 2)
            inside = 0
            out = out " "
        } else if (match(line, /"([^"\\]|\\.)*"|'([^'\\]|\\.)+'|\/\*|\/\//)) {
            out = out substr(line, 1, RSTART - 1)
            found = substr(line, RSTART, RLENGTH)
            line = substr(line, RSTART + RLENGTH)
            if (found == "/*")
                inside = 1
            else if (found == "//")
                break
            else
                out = out (substr(found, 1, 1) == "\"" ? "\"\"" : "' '")
        } else {
            out = out line
            break
        }
    }
    print FILENAME ":" FNR ":" out
}
