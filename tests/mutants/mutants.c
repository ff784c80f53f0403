/* mutants.c -- the plug-in: finds the mutant that was asked for. */
#include "mutant.h"

/* One line a mutant, in mutants.list; its file defines kbit_mutant mutant_NAME. */
#define MUTANT(name) extern const kbit_mutant mutant_##name;
#include "mutants.list"
#undef MUTANT

static const kbit_mutant *const MUTANTS[] = {
#define MUTANT(name) &mutant_##name,
#include "mutants.list"
#undef MUTANT
};

const kbit_candidate_v1 *kbit_candidate(const char *variant)
{
    static kbit_op ops[32];
    static kbit_candidate_v1 candidate = {KBIT_CANDIDATE_ABI, sizeof candidate, NULL, "", ops, 0};
    for (size_t m = 0; variant && m < sizeof MUTANTS / sizeof *MUTANTS; m++) {
        if (strcmp(MUTANTS[m]->name, variant) != 0)
            continue;
        candidate.name = MUTANTS[m]->name;
        candidate.declares = MUTANTS[m]->declares ? MUTANTS[m]->declares : "";
        candidate.n_ops = kbit_n_reference_ops;
        for (size_t o = 0; o < kbit_n_reference_ops; o++)
            ops[o] = strcmp(kbit_reference_ops[o].step, MUTANTS[m]->op.step) == 0
                         ? MUTANTS[m]->op
                         : kbit_reference_ops[o];
        return &candidate;
    }
    return NULL;
}
