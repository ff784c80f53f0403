/* produced.h -- the judge of every producer, alone and with quantization behind it. */
#ifndef KBIT_VERIFY_PRODUCED_H
#define KBIT_VERIFY_PRODUCED_H

#include "step.h"

typedef enum { BY_RMSNORM, BY_LAYERNORM, BY_RELU, BY_GELU, BY_GELU_TANH, BY_SILU } kbit_producer;

/* h, judged as the producer's output; and where the step has more outputs, O, absmax and q as the
 * steps outlier_columns, absmax_rows and quantize_rows are judged on the candidate's own h. */
kbit_status kbit_judge_produced(const kbit_judging *judging, kbit_producer producer,
                                kbit_verdict *verdict, kbit_error *error);

/* The precondition that normalizations have: eps is finite and not negative. */
kbit_status kbit_refuses_eps(const kbit_call *call, size_t input, kbit_error *why);

/* What a case's `only` says to ask every producer, or one group of them. */
#define KBIT_PRODUCERS      "producers"
#define KBIT_NORMALIZATIONS "normalizations"
#define KBIT_ACTIVATIONS    "activations"

#define KBIT_SLOT_X                                                                                \
    {                                                                                              \
        "x", "MK", KBIT_TYPES_FLOAT                                                                \
    }
#define KBIT_SLOT_GAMMA                                                                            \
    {                                                                                              \
        "gamma", "K", KBIT_TYPES_FLOAT                                                             \
    }
#define KBIT_SLOT_BETA                                                                             \
    {                                                                                              \
        "beta", "S", KBIT_TYPES_FLOAT                                                              \
    }
#define KBIT_SLOT_EPS                                                                              \
    {                                                                                              \
        "eps", "1", 1u << KBIT_F32                                                                 \
    }
#define KBIT_SLOT_H                                                                                \
    {                                                                                              \
        "h", "MK", KBIT_TYPES_FLOAT                                                                \
    }
#define KBIT_SLOTS_QUANTIZED                                                                       \
    {                                                                                              \
        {"outliers", "O", 1u << KBIT_I32}, {"absmax", "M", 1u << KBIT_F32},                        \
        {                                                                                          \
            "q", "MK", 1u << KBIT_I8                                                               \
        }                                                                                          \
    }

#endif
