# bounds_table.awk -- one script's rows of the table KBIT_BOUNDS: its theorems.

function finish_row()
{
    if (name == "")
        return
    gsub(/["\\]/, "\\\\&", statement)
    printf " \\\n    X(%s, \"PROVED\", \"reference/proofs/%s\", \\\n", name, script
    printf "      \"%s\", \\\n      %s_LO, %s_HI)", statement, name, name
}

/^#: KBIT/ {
    finish_row()
    name = ""
    if ($3 != "hypothesis" && $3 != "constant") {
        name = $2
        sub(/:$/, "", name)
    }
    statement = ""
}

/^#:   / {
    sub(/^#:   /, "")
    statement = statement (statement == "" ? "" : " ") $0
}

END { finish_row() }
