# bounds.awk -- one script's intervals as C constants. Files: Gappa's results, then the script.

function fail(why)
{
    print "bounds.awk: " script ": " why > "/dev/stderr"
    failed = 1
    exit 1
}

# A dyadic number, "-33554431b-48" or "65504", as an exact C hexadecimal double.
function hex(number, part, mantissa, exponent, sign, digits, digit)
{
    split(number, part, "b")
    mantissa = part[1] + 0
    exponent = part[2] + 0
    sign = ""
    if (mantissa < 0) {
        sign = "-"
        mantissa = -mantissa
    }
    if (!(mantissa < 9007199254740992))
        fail(number " has more than 53 bits")
    if (mantissa == 0)
        return "0x0p+0"
    while (mantissa >= 2) {
        mantissa /= 2
        exponent++
    }
    mantissa -= 1
    digits = ""
    while (mantissa > 0) {
        mantissa *= 16
        digit = int(mantissa)
        digits = digits substr("0123456789abcdef", digit + 1, 1)
        mantissa -= digit
    }
    return sign "0x1" (digits == "" ? "" : "." digits) sprintf("p%+d", exponent)
}

# Keeps "EXPRESSION in [LO, HI]" under EXPRESSION.
function remember(line, into, expression, ends)
{
    expression = line
    sub(/ in \[.*/, "", expression)
    sub(/.* in \[/, "", line)
    sub(/\].*/, "", line)
    gsub(/ *{[^}]*}/, "", line)
    if (split(line, ends, /, */) == 2)
        into[expression] = ends[1] " " ends[2]
}

function parenthesised(value) { return value ~ /^-/ ? "(" value ")" : value }

function define(name, interval, ends, lo, hi)
{
    split(interval, ends, " ")
    lo = parenthesised(hex(ends[1]))
    hi = parenthesised(hex(ends[2]))
    print "#define " name "_LO " lo
    print "#define " name "_HI " hi
}

function finish_statement()
{
    if (name == "")
        return
    print "\n/*" statement ".\n * " label " " script ". */"
    if (interval == "")
        fail("no interval for " name)
    define(name, interval)
    name = ""
}

NR == FNR {
    if ($0 ~ / in \[/) {
        sub(/^ */, "")
        remember($0, goal)
    }
    next
}

# The hypotheses stand in the braces at the end, several a line, joined by /\.
FNR == 1 { text = "" }
/^[^#]/ { text = text $0 " " }
/^#: KBIT_[A-Z0-9_]*: / { lines[++n] = $0 }
/^#:   / { lines[++n] = $0 }

END {
    if (failed)
        exit 1
    sub(/^[^{]*{ */, "", text)
    sub(/ ->.*/, "", text)
    parts = split(text, hypothesis_text, / *\/\\ */)
    for (i = 1; i <= parts; i++)
        remember(hypothesis_text[i], hypothesis)
    for (i = 1; i <= n; i++) {
        line = lines[i]
        if (line ~ /^#: KBIT/) {
            finish_statement()
            split(line, word, " ")
            name = word[2]
            sub(/:$/, "", name)
            expression = line
            sub(/^#: [A-Z0-9_]*: /, "", expression)
            label = "PROVED:"
            if (sub(/^constant /, "", expression))
                label = "A constant of"
            if (sub(/^hypothesis /, "", expression)) {
                label = "A hypothesis of"
                interval = hypothesis[expression]
            } else {
                interval = goal[expression]
            }
            statement = ""
        } else {
            sub(/^#:  /, "", line)
            statement = statement (statement == "" ? "" : "\n *") line
        }
    }
    finish_statement()
    if (n == 0)
        fail("names no theorem")
    if (failed)
        exit 1
}
