/* reference.c -- the plug-in `reference`: lets the referee judge the reference as it judges everybody. */
#include "reference_ops.h"

const kbit_candidate_v1 *kbit_candidate(const char *variant)
{
    static kbit_candidate_v1 candidate = {
        KBIT_CANDIDATE_ABI, sizeof candidate, "reference", "", kbit_reference_ops, 0};
    candidate.n_ops = kbit_n_reference_ops;
    return variant ? NULL : &candidate;
}
