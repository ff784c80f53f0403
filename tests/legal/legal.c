/* legal.c -- the plug-in: finds the variant that was asked for. */
#include "legal.h"

const kbit_candidate_v1 *kbit_candidate(const char *variant)
{
    static const legal_variant *const TABLES[] = {
        legal_statistics, legal_quantize,  legal_product,      legal_dequantize,   legal_outliers,
        legal_store,      legal_linear,    legal_accumulation, legal_tensor_cores, legal_wider,
        legal_declared,   legal_producers, legal_strangers,
    };
    static kbit_op ops[32];
    static kbit_candidate_v1 candidate = {KBIT_CANDIDATE_ABI, sizeof candidate, NULL, "", ops, 0};
    for (size_t t = 0; variant && t < sizeof TABLES / sizeof *TABLES; t++)
        for (const legal_variant *v = TABLES[t]; v->name; v++) {
            if (strcmp(v->name, variant) != 0)
                continue;
            candidate.name = v->name;
            candidate.declares = v->declares;
            candidate.n_ops = kbit_n_reference_ops;
            for (size_t o = 0; o < kbit_n_reference_ops; o++) {
                ops[o] = kbit_reference_ops[o];
                if (strcmp(ops[o].step, v->step) == 0)
                    ops[o].run = v->run;
            }
            return &candidate;
        }
    return NULL;
}
