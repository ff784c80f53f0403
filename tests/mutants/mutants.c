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

kbit_status mutant_reference(const kbit_call *call)
{
    for (size_t o = 0; o < kbit_n_reference_ops; o++)
        if (strcmp(kbit_reference_ops[o].step, call->step) == 0)
            return kbit_reference_ops[o].run(NULL, call);
    return KBIT_ERR_UNSUPPORTED;
}

float mutant_x(const kbit_tensor *x, size_t i)
{
    if (x->dtype == KBIT_F32)
        return ((const float *)x->data)[i];
    if (x->dtype == KBIT_F16)
        return kbit_f16_to_f32(((const kbit_f16 *)x->data)[i]);
    return kbit_bf16_to_f32(((const kbit_bf16 *)x->data)[i]);
}

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
