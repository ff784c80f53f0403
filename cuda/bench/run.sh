#!/bin/sh
# run.sh -- everything that kbit has to do on a machine with a GPU, in the order in which it matters:
# verify, then conformance, then probe, then bench. Needs a driver and a C library, nothing else.
set -u
PATH=${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}:/usr/local/cuda/bin
export PATH
here=$(cd "$(dirname "$0")" && pwd) || exit 2
bin=$here/bin
KBIT_CANDIDATES=$here/candidates
KBIT_RUN=$bin/kbit-run
export KBIT_CANDIDATES KBIT_RUN

# ---- what a step runs; in a process of its own, so that it can be stopped ---------------------------
# The last shard's report comes from merging all of them.
merge_shards() {
    i=1
    set --
    while test $i -le "$shards"; do
        test -s "$out/verify-$level-$i.json" || return 1
        set -- "$@" "$out/verify-$level-$i.json"
        i=$((i + 1))
    done
    "$bin/kbit" merge "$@" -f json -o "$out/verify-$level.json"
    "$bin/kbit" merge "$@"
}

# as_device COMMAND... -- the CPU layer as much like the device as it knows: capability 80 to 90.
as_device() {
    capability=$(echo "$device" | sed -n 's/.*capability \([0-9]*\)\.\([0-9]*\).*/\1\2/p')
    test "$capability" -le 90 || capability=80
    model=a100
    test "$capability" -ne 90 || model=h100
    KBIT_SIMT_CAPABILITY=$capability KBIT_SIMT_MMA=$model "$@"
}

bits() {
    "$bench" --bits >"$out/bits-$candidate.txt" || return 1
    as_device "$bin/kbit-gpu-bench-simt" --bits >"$out/bits-cpu-layer.txt" || return 1
    echo "claimed: $(grep -c ' bits ' "$out/bits-cpu-layer.txt") outputs, $(grep -c ' x ' "$out/bits-cpu-layer.txt") inputs"
    sed '/ model /d' "$out/bits-$candidate.txt" >"$out/bits.1"
    sed '/ model /d' "$out/bits-cpu-layer.txt" >"$out/bits.2"
    status=0
    diff "$out/bits.1" "$out/bits.2" || status=1
    rm -f "$out/bits.1" "$out/bits.2"
    # Not claimed: a sum of fp16 products on a tensor core, which the CPU layer has as a model only.
    grep ' model ' "$out/bits-$candidate.txt" >"$out/model.1"
    grep ' model ' "$out/bits-cpu-layer.txt" >"$out/model.2"
    echo "model $model: $(grep -Fxc -f "$out/model.2" "$out/model.1") of $(wc -l <"$out/model.1") outputs have the CPU layer's bits"
    rm -f "$out/model.1" "$out/model.2"
    return $status
}

# judged SHAPE TOKENS OUTLIERS -- a layer with the data that is timed, by the referee.
judged() {
    folder=$out/judged.$$
    rm -rf "$folder"
    "$bench" --dump="$folder" --grid="$1" --shape="$2" --tokens="$3" --outliers="$4" &&
        "$bin/kbit" judge "$folder" --sample 32,32
    status=$?
    rm -rf "$folder"
    return $status
}

sanitizer() {
    compute-sanitizer --tool "$1" --error-exitcode 1 "$bench" --bits
}

# The answers of the device, to keep as golden data; then whether the CPU layer has the same.
conformance() {
    rm -rf "$out/golden-$candidate"
    "$bin/conformance-$candidate" -o "$out/golden-$candidate" || return
    as_device "$bin/conformance-simt" --golden "$out/golden-$candidate"
}

if test "${1:-}" = --function; then
    shift
    "$@"
    exit
fi

usage() {
    cat <<'END'
Usage: run.sh [STAGE]... [OPTION]...
Stages, in this order whatever order they are given in; all of them by default:
  verify        is everything right? the referee at level full; each kernel's bits against the CPU
                layer's; layers as they are timed, judged; compute-sanitizer where it is
  conformance   each instruction alone, against the CPU layer's model of it
  probe         what the device's arithmetic refutes of what is declared
  bench         times, last
  all           these four
Options:
  -o DIR            where results go (default results); a second run into it does what is not there yet
  --seconds N       begin nothing after N seconds; with several stages verify gets a third of them,
                    conformance and probe an eighth each, bench what is left
  --candidate NAME  cuda (default), or simt: the CPU layer, to try all this without a device
  --level LEVEL     of the referee: quick, default or full (default full)
  --shards N        parts in which the referee's run is done, each kept (default 8)
  --jobs N          cases that the referee judges at a time (default: processors)
  --again           forget what is there
  -h, --help        this text
Exit status: 0 all right, also where time was over; 1 something is wrong; 2 usage or I/O error; 77 no
device or driver.
END
}

refuse() {
    echo "run.sh: $*" >&2
    echo "Try 'run.sh --help'." >&2
    exit 2
}
whole() {
    case $2 in
    '' | *[!0-9]* | 0*) refuse "$1 takes a whole number from 1, not '$2'" ;;
    esac
}

stages='' out=results seconds='' candidate=cuda level=full shards=8 jobs='' again=no
while test $# -gt 0; do
    case $1 in
    --*=*)
        option=${1%%=*} value=${1#*=}
        shift
        set -- "$option" "$value" "$@"
        ;;
    esac
    option=$1
    case $option in
    -h | --help)
        usage
        exit 0
        ;;
    -o | --seconds | --candidate | --level | --shards | --jobs)
        test $# -ge 2 || refuse "$option needs a value"
        shift
        case $option in
        -o) out=$1 ;;
        --seconds) whole "$option" "$1" && seconds=$1 ;;
        --candidate) candidate=$1 ;;
        --level) level=$1 ;;
        --shards) whole "$option" "$1" && shards=$1 ;;
        --jobs) whole "$option" "$1" && jobs=$1 ;;
        esac
        ;;
    --again) again=yes ;;
    verify | conformance | probe | bench) stages="$stages $option" ;;
    all) stages="$stages verify conformance probe bench" ;;
    -*) refuse "no option $option" ;;
    *) refuse "no stage '$option'" ;;
    esac
    shift
done
stages=${stages:-verify conformance probe bench}
case $candidate in cuda | simt) ;; *) refuse "--candidate takes cuda or simt, not '$candidate'" ;; esac
case $level in quick | default | full) ;; *) refuse "--level takes quick, default or full, not '$level'" ;; esac
jobs=${jobs:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)}
test "$candidate" = cuda || jobs=1 # the CPU layer takes all processors by itself

bench=$bin/kbit-gpu-bench
test "$candidate" = cuda || bench=$bin/kbit-gpu-bench-simt
if ! test -x "$bench"; then
    echo "run.sh: no device: this bundle was built without the CUDA toolkit" >&2
    exit 77
fi
device=$("$bench" --device 2>&1) || {
    echo "run.sh: ${device#kbit-gpu-bench: }" >&2
    exit 77
}
mkdir -p "$out" 2>/dev/null || refuse "$out: cannot be made"
out=$(cd "$out" && pwd)
(: >"$out/.writable") 2>/dev/null || refuse "$out: cannot be written"
rm -f "$out/.writable"
steps=$out/steps.txt
test "$again" = no || rm -rf "$out/bench" "$steps"
# Results of two devices do not mix.
if test -f "$out/device.txt" && test "$again" = no; then
    test "$(sed -n 1p "$out/device.txt")" = "$device" ||
        refuse "$out has results of another device: $(sed -n 1p "$out/device.txt")"
fi
{
    echo "$device"
    "$bin/kbit" --version
    uname -srm
    nvidia-smi -q 2>/dev/null || echo "nvidia-smi: not here"
} >"$out/device.txt"
touch "$steps" || refuse "$steps: cannot be written"
export out bench bin candidate device level shards
began=$(date +%s)
stage_end=''
notes=$out/notes.txt
: >"$notes"
note() { echo "$*" >>"$notes"; }

# left -- seconds until the end of the stage, or a day where there is none.
left() {
    test -n "$stage_end" || {
        echo 86400
        return
    }
    echo $((stage_end - $(date +%s)))
}

# step NAME COMMAND... -- runs it, a program or a function from above, output to NAME.log, unless it is done or time is over. Status 0 and 1
# are answers and are kept; 77 is a skip; a step that was stopped is done again by the next run.
step() {
    name=$1
    shift
    if grep -q "^$name [017]" "$steps"; then
        return 0
    fi
    rest=$(left)
    if test "$rest" -le 2; then
        note "not begun, time is over: $name"
        return 0
    fi
    test ! -t 2 || echo "run.sh: $name" >&2
    case $1 in */* | python3) ;; *) set -- sh "$here/run.sh" --function "$@" ;; esac
    start=$(date +%s)
    if command -v timeout >/dev/null 2>&1; then
        timeout "$rest" "$@" >"$out/$name.log" 2>&1 </dev/null
    else
        "$@" >"$out/$name.log" 2>&1 </dev/null
    fi
    status=$?
    took=$(($(date +%s) - start))
    case $status in
    0 | 1 | 77) echo "$name $status $took" >>"$steps" ;;
    124) note "stopped after $took s, time is over: $name" ;;
    *)
        echo "$name 1 $took" >>"$steps"
        note "$name ended with status $status: $(tail -n 1 "$out/$name.log")"
        ;;
    esac
}

# ---- the stages ----------------------------------------------------------------------------------
stage_verify() {
    step verify-quick "$bin/kbit" verify --candidate "$candidate" --level quick --jobs "$jobs" --quiet
    step bits-against-simt bits
    if test "$candidate" = cuda; then
        for cell in '1 8' '16 8' '64 64' '512 8' '4096 0'; do
            step "judged-6.7b.o-$(echo "$cell" | tr ' ' -)" judged opt 6.7b.o "${cell% *}" "${cell#* }"
        done
    else
        step judged-tiny judged tiny tiny.a 20 3
    fi
    if test "$level" != quick; then
        i=1
        while test $i -le "$shards"; do
            step "verify-$level-$i" "$bin/kbit" verify --candidate "$candidate" --level "$level" \
                --shard "$i/$shards" --jobs "$jobs" --quiet -f json -o "$out/verify-$level-$i.json"
            i=$((i + 1))
        done
        if test "$(grep -c "^verify-$level-[0-9]* [01] " "$steps")" -eq "$shards"; then
            step "verify-$level" merge_shards
        fi
    fi
    if test "$candidate" != cuda; then
        note "compute-sanitizer: not for the CPU layer"
    elif command -v compute-sanitizer >/dev/null 2>&1; then
        note "compute-sanitizer: $(command -v compute-sanitizer)"
        for tool in memcheck racecheck initcheck synccheck; do
            step "sanitizer-$tool" sanitizer $tool
        done
    else
        note "compute-sanitizer: absent, not in PATH"
    fi
}

stage_conformance() {
    if test -x "$bin/conformance-$candidate" && test -x "$bin/conformance-simt"; then
        step conformance conformance
    else
        note "conformance: absent, this bundle was built without its programs"
    fi
}

stage_probe() {
    step probe "$bin/kbit" probe --candidate "$candidate"
    step probe-json "$bin/kbit" probe --candidate "$candidate" -f json
}

# Folders of cuBLAS: the toolkit's, and those of Python packages, where the loader does not look.
cublas_folders() {
    for file in /usr/local/cuda*/lib64/libcublas.so.[0-9]*; do
        test ! -e "$file" || dirname "$file"
    done
    command -v python3 >/dev/null 2>&1 && python3 - 2>/dev/null <<'END'
import glob, os, site, sys
places = set(sys.path) | set(site.getsitepackages()) | {site.getusersitepackages()}
for place in sorted(places):
    for file in sorted(glob.glob(os.path.join(place, "nvidia", "*", "lib", "libcublas.so.*"))):
        print(os.path.dirname(file))
END
    true
}

stage_bench() {
    rest=$(left)
    if test "$rest" -le 2; then
        note "not begun, time is over: bench"
        return 0
    fi
    folders=$(cublas_folders | sort -u | tr '\n' ':')
    set -- -o "$out/bench" --cublas="${folders%:}"
    test -z "$stage_end" || set -- "$@" --seconds="$((rest > 30 ? rest - 20 : 1))"
    start=$(date +%s)
    "$bench" "$@" >"$out/bench.log"
    status=$?
    sed -i '/^bench /d' "$steps" 2>/dev/null
    echo "bench $status $(($(date +%s) - start))" >>"$steps"
    test "$candidate" = cuda || return 0
    if command -v python3 >/dev/null 2>&1 && python3 -c 'import torch, bitsandbytes' 2>/dev/null; then
        step bitsandbytes python3 "$here/bitsandbytes_times.py" "$out/bench/bitsandbytes.json"
    else
        note "bitsandbytes: absent, no python3 here imports torch and bitsandbytes"
    fi
    if command -v python3 >/dev/null 2>&1 && python3 -c 'import matplotlib' 2>/dev/null; then
        python3 "$here/plot.py" "$out/bench/gpu-bench.json" -o "$out/plots" >"$out/plots.log" 2>&1 ||
            note "plots: $(tail -n 1 "$out/plots.log")"
    else
        note "plots: not made, no python3 here imports matplotlib"
    fi
}

# share STAGE -- percent of the whole time at the end of the stage, where several run.
share() {
    case $1 in
    verify) echo 33 ;;
    conformance) echo 45 ;;
    probe) echo 50 ;;
    bench) echo 100 ;;
    esac
}
several=no
test "$(echo "$stages" | wc -w)" -eq 1 || several=yes
for stage in verify conformance probe bench; do
    case " $stages " in *" $stage "*) ;; *) continue ;; esac
    if test -n "$seconds"; then
        stage_end=$((began + seconds))
        test $several = no || stage_end=$((began + seconds * $(share $stage) / 100))
    fi
    "stage_$stage"
done

# ---- a screenful ---------------------------------------------------------------------------------
right=$(grep -c ' 0 [0-9]*$' "$steps" || true)
wrong=$(grep -c ' [12] [0-9]*$' "$steps" || true)
{
    echo "kbit on: $device"
    test "$candidate" = cuda || echo "the CPU layer: no time here is a measurement"
    echo "steps: $right right, $wrong wrong, of this run and those before it into $out"
    awk '{ printf "  %-28s %-10s %6d s\n", $1, $2 == 0 ? "right" : $2 == 77 ? "no device" : "WRONG", $3 }' "$steps"
    test ! -s "$notes" || sed 's/^/  /' "$notes"
    test ! -s "$out/bits-against-simt.log" || grep -E '^(claimed:|model )' "$out/bits-against-simt.log" | sed 's/^/  bits /'
    test ! -s "$out/bench.log" || cat "$out/bench.log"
} >"$out/summary.txt"
cat "$out/summary.txt"
test "$wrong" -eq 0
