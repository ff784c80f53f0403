#!/bin/sh
# The tree keeps its promises: a fixed top level, one stem per step everywhere as
# reference/steps.txt says, includes that point one way, and no tolerance, fast arithmetic or stray
# assembly. Takes the top of the tree from $top_srcdir; prints every breach.
# shellcheck disable=SC2016 # $ in awk programs
set -eu
cd "${top_srcdir:?}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
breaches=$scratch/breaches
: >"$breaches"

breach() { printf 'tree.sh: %s\n' "$*" >>"$breaches"; }

# ---- the top level -------------------------------------------------------------------------------
top_level='.ci .clang-format .gitignore CITATION.cff LICENSE Makefile.am README.md build-aux
configure.ac cuda m4 quickstart reference tests tutorials verify'
# A release archive leaves the first out and adds the others; building adds the rest.
only_in_git='.ci .gitignore'
only_in_archive='Makefile.in aclocal.m4 config.h.in configure autom4te.cache build _build _inst'

in_list() {
    case " $(echo "$2" | tr '\n' ' ') " in *" $1 "*) return 0 ;; esac
    return 1
}

if test -e .git; then
    if git ls-files >"$scratch/tracked" 2>"$scratch/git"; then
        cut -d/ -f1 "$scratch/tracked" | sort -u >"$scratch/top"
    else
        echo "tree.sh: the top level is not compared, since git fails here: $(tail -n 1 "$scratch/git")"
        echo "$top_level" | tr ' ' '\n' >"$scratch/top"
    fi
    may_be_absent=
    allowed=$top_level
elif test -f config.status; then
    echo "tree.sh: the top level is not compared, since it is built in"
    echo "$top_level" | tr ' ' '\n' >"$scratch/top"
    may_be_absent=
    allowed=$top_level
else
    ls -A >"$scratch/top"
    may_be_absent=$only_in_git
    allowed="$top_level $only_in_archive"
fi
while read -r entry; do
    in_list "$entry" "$allowed" || breach "$entry: not one of the entries that the top level is made of"
done <"$scratch/top"
for entry in $top_level; do
    grep -qxF -e "$entry" "$scratch/top" || in_list "$entry" "$may_be_absent" || breach "$entry: missing from the top level"
done

# ---- the sources, as git or the archive has them -------------------------------------------------
if test -e .git && test -s "$scratch/tracked"; then
    # A file that git tracks and somebody is about to delete is not there.
    while read -r file; do test ! -f "$file" || echo "$file"; done <"$scratch/tracked" >"$scratch/files"
else
    find reference cuda verify tutorials tests m4 build-aux configure.ac Makefile.am quickstart -type f >"$scratch/files"
fi
grep -E '\.(c|h|cc|cpp|cu|cuh|S)$' "$scratch/files" >"$scratch/sources" || true

# has_file PATTERN -- in which [0-9] may stand, as in a file name's pattern of the shell.
has_file() { grep -qx -e "$(echo "$1" | sed 's/\./\\./g')" "$scratch/files"; }

# ---- one stem per step, as the manifest says -----------------------------------------------------
manifest=reference/steps.txt
grep -v '^#' "$manifest" >"$scratch/steps"
test -s "$scratch/steps" || breach "$manifest: no stem in it"
cut -d' ' -f1 "$scratch/steps" | sort | uniq -d >"$scratch/twice"
while read -r stem; do breach "$manifest: $stem stands twice"; done <"$scratch/twice"

# cell STEM COLUMN CELL PATTERN -- `yes` and a file, or a reason and none.
cell() {
    if test "$3" = yes; then
        has_file "$4" || breach "$manifest: $1 has $2=yes, but no file $4"
    else
        ! has_file "$4" || breach "$manifest: $1 has $2=$3, but there is a file $4"
    fi
}
: >"$scratch/known"
while read -r stem area _ exact proof cuda verify chapter rest; do
    printf '%s %s\n' "$stem" "${proof:-}" >>"$scratch/known"
    if test -z "${chapter:-}" || test -n "$rest"; then
        breach "$manifest: $stem has not eight columns"
        continue
    fi
    case $area in
    formats | data | llmint8 | producers | baselines) ;;
    *) breach "$manifest: $stem: unknown area $area" ;;
    esac
    has_file "reference/$area/$stem.c" || breach "$manifest: $stem has no file reference/$area/$stem.c"
    has_file "tests/t_$stem.c" || breach "$manifest: $stem has no unit test tests/t_$stem.c"
    cell "$stem" exact "$exact" "reference/$area/${stem}_exact.c"
    cell "$stem" cuda "$cuda" "cuda/$stem.cu"
    cell "$stem" verify "$verify" "verify/steps/$stem.c"
    cell "$stem" chapter "$chapter" "tutorials/[0-9][0-9]-$stem/README.md"
done <"$scratch/steps"

# A proof may come in several scripts, STEM.g and STEM_<case>.g; it belongs to the longest such stem.
sed -n 's|^reference/proofs/\([^/]*\)\.g$|\1|p' "$scratch/files" >"$scratch/proofs"
awk -v manifest="$manifest" '
    NR == FNR { proof[$1] = $2; next }
    {
        owner = ""
        for (stem in proof)
            if (($0 == stem || index($0, stem "_") == 1) && length(stem) > length(owner)) owner = stem
        if (owner == "") print "reference/proofs/" $0 ".g: no stem of " manifest " begins like it"
        else if (proof[owner] != "yes") print manifest ": " owner " has proof=" proof[owner] ", but there is reference/proofs/" $0 ".g"
        else proved[owner] = 1
    }
    END { for (stem in proof) if (proof[stem] == "yes" && !(stem in proved)) print manifest ": " stem " has proof=yes, but no reference/proofs/" stem "*.g" }
' "$scratch/known" "$scratch/proofs" | sort >"$scratch/found"
while read -r line; do breach "$line"; done <"$scratch/found"

# And back: a file in a stem's place belongs to a stem. The helpers are named here.
helpers='reference/formats/dtype.c reference/formats/encode_exact.c
cuda/dispatch.cu cuda/hopper.cu cuda/hopper2.cu cuda/candidate.cu cuda/producers.cu'
sed -n -e '\|^reference/formats/[^/]*\.c$|p' -e '\|^reference/llmint8/[^/]*\.c$|p' -e '\|^reference/producers/[^/]*\.c$|p' -e '\|^reference/baselines/[^/]*\.c$|p' \
    -e '\|^cuda/[^/]*\.cu$|p' -e '\|^verify/steps/[^/]*\.c$|p' "$scratch/files" |
    while read -r file; do
        stem=$(basename "${file%.*}")
        grep -q "^${stem%_exact} " "$scratch/known" || in_list "$file" "$helpers" ||
            echo "$file: neither a stem of $manifest nor a helper that tree.sh knows"
    done >"$scratch/found"
sed -n 's|^tutorials/\([0-9][0-9]\)-\([^/]*\)/.*|\1 \2|p' "$scratch/files" | sort -u |
    while read -r number stem; do
        test "$number" = 00 || grep -q "^$stem " "$scratch/known" || echo "tutorials/$number-$stem: no stem of $manifest"
    done >>"$scratch/found"
while read -r line; do breach "$line"; done <"$scratch/found"

# ---- includes point one way: reference <- cuda, verify <- tutorials, tests -----------------------
# A name that is not found beside the including file is looked up by its last component, so that
# no -I can hide where it comes from.
xargs awk -v list="$scratch/files" '
    function area(path) { sub(/\/.*/, "", path); return path }
    function allowed(from, to) {
        return from == to || from == "tests" || to == "reference" || (from == "tutorials" && to != "tests")
    }
    function tidy(path) {
        gsub(/\/\.\//, "/", path)
        while (sub(/[^\/]+\/\.\.\//, "", path)) continue
        return path
    }
    BEGIN {
        while ((getline path < list) > 0) {
            there[path] = 1
            name = path
            sub(/.*\//, "", name)
            areas[name] = areas[name] " " area(path)
        }
    }
    /^[ \t]*#[ \t]*include[ \t]*("|<kbit)/ {
        match($0, /["<][^">]*[">]/)
        name = substr($0, RSTART + 1, RLENGTH - 2)
        folder = FILENAME
        sub(/[^\/]*$/, "", folder)
        beside = tidy(folder name)
        n = 0
        if (beside in there) { n = 1; to[1] = area(beside) }
        else { sub(/.*\//, "", name); n = split(areas[name], to, " ") }
        for (i = 1; i <= n; i++)
            if (!allowed(area(FILENAME), to[i]))
                print FILENAME ":" FNR ": " area(FILENAME) "/ includes " name " of " to[i] "/"
    }
' <"$scratch/sources" >"$scratch/found"
while read -r line; do breach "$line"; done <"$scratch/found"

# ---- assembly only where it is allowed; comments and strings do not count ------------------------
xargs awk '
    FNR == 1 { inside = 0 }
    {
        line = $0
        gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
        code = ""
        while (line != "") {
            if (inside) {
                if (!match(line, /\*\//)) break
                inside = 0
                line = substr(line, RSTART + 2)
            } else if (match(line, /\/[*\/]/)) {
                code = code substr(line, 1, RSTART - 1) " "
                if (substr(line, RSTART, 2) == "//") break
                inside = 1
                line = substr(line, RSTART + 2)
            } else {
                code = code line
                line = ""
            }
        }
        if ((" " code " ") ~ /[^A-Za-z0-9_](asm|__asm|__asm__)[^A-Za-z0-9_]/ || FILENAME ~ /\.S$/)
            if (FILENAME !~ /^cuda\/ptx(_[a-z]+)?\.cuh$/ && FILENAME !~ /^cuda\/simt\/context[a-z0-9_]*\.(h|c|cc|S)$/)
                print FILENAME ":" FNR ": assembly outside cuda/ptx*.cuh and cuda/simt/context*"
    }
' <"$scratch/sources" >"$scratch/found"
while read -r line; do breach "$line"; done <"$scratch/found"

# ---- no tolerance in a public header, no fast arithmetic in a build file -------------------------
grep -E '\.(mk|am)$' "$scratch/files" | xargs cat | sed -e ':join' -e '/\\$/{N;s/\\\n/ /;b join' -e '}' |
    awk '/^[a-z]*include_HEADERS/ { for (i = 1; i <= NF; i++) if ($i ~ /\.h$/) print $i }' >"$scratch/public"
test -s "$scratch/public" || breach "no include_HEADERS found in the build files"
while read -r header; do
    if test -f "$header"; then
        grep -nHiE 'atol|rtol|toleran|epsilon' "$header" | sed 's/$/   <- a tolerance in a public header/' >>"$scratch/words" || true
    fi
done <"$scratch/public"
grep -E '^(configure\.ac|Makefile\.am|quickstart|\.ci/run|m4/.*\.m4|build-aux/[^/]*\.sh|.*\.mk)$' "$scratch/files" |
    xargs grep -nHE -e '-(Ofast|ffast-math|funsafe-math-optimizations)|--?use_fast_math' |
    sed 's/$/   <- fast arithmetic in a build file/' >>"$scratch/words" || true
while read -r line; do breach "$line"; done <"$scratch/words"

cat "$breaches" >&2
test ! -s "$breaches"
