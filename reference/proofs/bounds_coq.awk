# bounds_coq.awk -- the numbers of a file of coq/ that a comment "(*: NAME of THEOREM: statement *)"
# precedes, as C constants. Such a number is a hexadecimal one, which means the same in Coq and in C.

function fail(why)
{
    print "bounds_coq.awk: " FILENAME ": " why > "/dev/stderr"
    failed = 1
    exit 1
}

/^\(\*: / {
    if (name != "")
        fail(name " has no definition")
    comment = ""
    name = $2
    theorem = $4
    sub(/:$/, "", theorem)
    if (name !~ /^KBIT_[A-Z0-9_]+$/ || $3 != "of" || theorem !~ /^[a-z0-9_]+$/)
        fail("not a name of C and a theorem: " $0)
    sub(/^\(\*: [^:]*: /, "")
    in_comment = 1
}

in_comment {
    text = $0
    in_comment = !sub(/ *\*\)$/, "", text)
    sub(/^ +/, "", text)
    comment = comment (comment == "" ? "" : "\n * ") text
    next
}

name != "" {
    value = $4
    sub(/\.$/, "", value)
    if ($1 != "Definition" || $3 != ":=" || NF != 4 || value !~ /^0x[01](\.[0-9a-f]+)?p[-+][0-9]+$/)
        fail(name " is not followed by a number: " $0)
    print "\n/* " comment ".\n * PROVED: coq/" file ", " theorem ". */"
    print "#define " name " " value
    wanted[theorem] = wanted[theorem] " " $2
    name = ""
}

# The theorem that is named must be there, and its statement must speak of the number.
/^(Theorem|Corollary) / {
    stating = $2
    sub(/:$/, "", stating)
}
stating != "" { statement[stating] = statement[stating] " " $0 }
/^Proof/ { stating = "" }

END {
    if (failed)
        exit 1
    if (name != "")
        fail(name " has no definition")
    for (theorem in wanted) {
        n = split(wanted[theorem], number, " ")
        for (i = 1; i <= n; i++)
            if (statement[theorem] !~ "[^a-z0-9_]" number[i] "[^a-z0-9_]")
                fail("theorem " theorem " says nothing of " number[i])
    }
}
