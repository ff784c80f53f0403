#!/bin/sh
# Judges a candidate in N shards, as a Slurm array or with GNU parallel, and merges their reports.
#
# Slurm, 8 shards, then the merge once all of them have ended:
#     job=$(sbatch --parsable --array=1-8 verify/examples/slurm.sh shard ./mine.so reports)
#     sbatch --dependency=afterany:"$job" verify/examples/slurm.sh merge reports
#
# GNU parallel, 8 shards on this machine, two at a time:
#     SLURM_ARRAY_TASK_COUNT=8 parallel -j 2 SLURM_ARRAY_TASK_ID={} \
#         verify/examples/slurm.sh shard ./mine.so reports ::: 1 2 3 4 5 6 7 8
#     verify/examples/slurm.sh merge reports
#
# The rows of one output that a port wrote into CASE (kbit gen), far too large for one job: the output is hashed
# and a key drawn, once, and then all shards use it; then the same merge.
#     verify/examples/slurm.sh commit CASE reports
#     job=$(sbatch --parsable --array=1-8 verify/examples/slurm.sh judge CASE reports)
#
# KBIT names the command if it is not in PATH; KBIT_OPTIONS holds further options of kbit verify
# or kbit judge, the same for every shard ("--level full --seed 7", "--sample 64,64").
#
# A shard that finds a mismatch has done its work: its job ends with status 0 and the report says
# what was found. Other statuses of kbit verify (2 an error, 77 no device) end the job as they are,
# its report is missing, and the merge names the shard. The merge ends with the status of the whole
# run: 0 admissible, 1 not, 2 an error.
#
#SBATCH --job-name=kbit
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=01:00:00
set -eu

usage()
{
    echo "usage: slurm.sh shard CANDIDATE FOLDER | commit CASE FOLDER | judge CASE FOLDER | merge FOLDER" >&2
    exit 2
}

kbit=${KBIT:-kbit}
case ${1-} in
shard)
    test $# -eq 3 || usage
    index=${SLURM_ARRAY_TASK_ID:?not in an array: set it to the number of the shard}
    count=${SLURM_ARRAY_TASK_COUNT:?not in an array: set it to how many shards there are}
    mkdir -p "$3"
    status=0
    # The referee takes as many threads as the job has processors.
    # shellcheck disable=SC2086 # KBIT_OPTIONS is several words
    KBIT_JOBS=${SLURM_CPUS_PER_TASK:-${KBIT_JOBS-}} "$kbit" verify --candidate "$2" --quiet \
        ${KBIT_OPTIONS-} --shard "$index/$count" --format json --output "$3/shard-$index.json" || status=$?
    test "$status" -le 1 || exit "$status"
    ;;
commit)
    test $# -eq 3 || usage
    mkdir -p "$3"
    # shellcheck disable=SC2086 # KBIT_OPTIONS is several words
    "$kbit" judge "$2" ${KBIT_OPTIONS-} --commit >"$3/commitment"
    ;;
judge)
    test $# -eq 3 || usage
    index=${SLURM_ARRAY_TASK_ID:?not in an array: set it to the number of the shard}
    count=${SLURM_ARRAY_TASK_COUNT:?not in an array: set it to how many shards there are}
    commitment=$(cat "$3/commitment")
    status=0
    # shellcheck disable=SC2086 # KBIT_OPTIONS is several words
    KBIT_JOBS=${SLURM_CPUS_PER_TASK:-${KBIT_JOBS-}} "$kbit" judge "$2" ${KBIT_OPTIONS-} \
        --commitment "$commitment" --shard "$index/$count" --format json --output "$3/shard-$index.json" ||
        status=$?
    test "$status" -le 1 || exit "$status"
    ;;
merge)
    test $# -eq 2 || usage
    status=0
    "$kbit" merge "$2"/shard-*.json --format json --output "$2/whole.json" || status=$?
    test "$status" -le 1 || exit "$status"
    "$kbit" merge "$2"/shard-*.json
    ;;
*)
    usage
    ;;
esac
