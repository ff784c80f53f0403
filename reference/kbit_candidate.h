/* kbit_candidate.h -- the port's side of kbit: everything a candidate implementation needs.
 *
 * A candidate is a shared object that exports one function, kbit_candidate(). It needs no kbit
 * library, no other header, and may be written in C11 or C++. `kbit verify --candidate ./mine.so`
 * loads it in a process of its own, calls its steps on read-only inputs, and judges what it wrote.
 * verify/examples/candidate.c is a whole one. Serve as few steps as you like.
 *
 * Tensors are row-major and contiguous. x and w16 come as f32, f16 or bf16 (the dtype says which);
 * a step that cannot take one returns KBIT_ERR_UNSUPPORTED and the case is counted as absent.
 *
 *   step                  inputs, in this order                                outputs
 *   outlier_columns       x[M,K]                                               outliers[<=K] i32
 *   absmax_rows           x[M,K]  outliers[O]                                  absmax[M] f32
 *   quantize_rows         x[M,K]  absmax[M]  outliers[O]                       q[M,K] i8
 *   int8_matmul           q[M,K]  w[N,K]                                       c[M,N] i32
 *   dequantize            c[M,N]  absmax[M]  w_absmax[N]                       d[M,N] f32
 *   outlier_matmul        x[M,K]  outliers[O]  w[N,K]  w_absmax[N]  d[M,N]     y[M,N] f32
 *   outlier_matmul_w16    x[M,K]  outliers[O]  w16[N,K]  d[M,N]                y[M,N] f32
 *   store                 y[M,N]  bias[N or 0]                                 out[M,N]
 *   llmint8_linear_bnb    x[M,K]  w[N,K]  w_absmax[N]  bias[N or 0]            out[M,N]
 *   llmint8_linear_paper  x[M,K]  w16[N,K]  bias[N or 0]                       out[M,N]
 *   rmsnorm               x[M,K]  gamma[K]  eps[1]                             h[M,K]
 *   layernorm             x[M,K]  gamma[K]  beta[K or 0]  eps[1]               h[M,K]
 *   relu, gelu,           x[M,K]                                               h[M,K]
 *   gelu_tanh, silu
 *   rmsnorm_quantize and so on: those inputs; four outputs:
 *                                     h[M,K]  outliers[<=K] i32  absmax[M] f32  q[M,K] i8
 *
 * outliers i32 ascending; absmax, w_absmax, d, y, bias, eps f32; q, w i8; c i32; gamma, beta f32, f16 or
 * bf16; out and h f16, bf16 or f32 as the dtype asks. A bias or beta that is not there has dim[0] == 0.
 * How many columns were found is written to dim[0] of the output outliers; every other dim is
 * read-only. Sizes of 0 are legal.
 *
 * What each computes; t is the threshold, O the list of outlier columns that it is given:
 *
 *   outlier_columns       the k where some |x_ik| >= t or is not finite; none where t is off
 *   absmax_rows           the largest |x_ik| with k not in O and |x_ik| < t, +0 where there is none
 *   quantize_rows         0 where x_ik is masked: k is in O or, with t on, |x_ik| >= t or x_ik is not
 *                         finite; 0 for a 0 beside an absmax_i of 0; else 127 x_ik / absmax_i to the
 *                         nearest integer, ties to even
 *   int8_matmul           sum over k of q_ik w_jk
 *   dequantize            c_ij absmax_i w_absmax_j / 127^2
 *   outlier_matmul        d_ij + sum over O of x_ik w_jk w_absmax_j / 127; 0 times infinity is NaN
 *   outlier_matmul_w16    d_ij + sum over O of x_ik w16_jk
 *   store                 y_ij + bias_j, rounded to the type of out
 *   llmint8_linear_bnb    the whole layer by these: O from x, the absmax of x with t and an empty list
 *   llmint8_linear_paper  the same with w16 quantized too, and both absmax over the columns not in O
 *   rmsnorm               x_ik / sqrt(mean of x_i^2 + eps) gamma_k
 *   layernorm             (x_ik - mean of x_i) / sqrt(variance of x_i + eps) gamma_k + beta_k; the variance
 *                         is the mean of the squared differences
 *   relu, gelu            max(x, 0), NaN for a NaN; x (1 + erf(x / sqrt 2)) / 2
 *   gelu_tanh, silu       x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2; x / (1 + exp(-x))
 *   ..._quantize          h so; then O, absmax (t, no list) and q (t, O) of h as it was rounded
 *
 * With t off only O is masked: a row with a NaN, or else an infinity, has that absmax, its codes are not
 * judged, and its outputs must not be finite. The sign and payload of a NaN are free everywhere, and the sign
 * of a zero but in absmax (+0) and in store (IEEE).
 *
 * What a candidate does otherwise, such as another order of operations, it declares: words "key=value"
 * for all of its steps, "STEP:key=value" for one, as in "dequant=any llmint8_linear_bnb:acc=tc-trunc".
 * The verdict on a step rests on its own words, so declare a step no weaker than it is. An acc= that
 * names a machine means that all columns of O go through its steps in dense groups of 16, in any order,
 * the last group filled up with zeros; a kernel that adds some of them by FMA is acc=tc-trunc. A processor
 * or a compiler's option (nvcc -ftz=true, torch.set_flush_denormal) that takes numbers below 2^-126 for
 * zero is ftz32=flush. The pages that `kbit list --bounds` names say what is covered, and what is not.
 *
 * Some inputs must be refused, with KBIT_ERR_RANGE or another error; what the output holds then is not
 * read:
 *   int8_matmul    where int32 may not hold a row's worst case: (sum_k |q_ik|) max |w| > 2^31 - 1,
 *                  which K <= 131,071 rules out, and K <= 133,144 where no code is -128;
 *   quantize_rows  where an element that is not masked exceeds its row's absmax, as all but 0 exceeds an
 *                  absmax of 0, or is a NaN beside an absmax that is a number (nan=launder reads it as 0);
 *   rmsnorm, layernorm and ..._quantize
 *                  where eps is negative, infinite or NaN.
 *
 * A call touches its tensors until it returns and not after, and leaves its process as it found it:
 * floating-point modes, signal handlers and mask, timers. What it prints is shown if it dies. Threads
 * may stay, and processes may be started, but none may trace or signal kbit.
 *
 * Compile without -ffast-math, and with -ffp-contract=off unless FMA is meant. gcc 12.2 from -O2 on makes
 * vectors of two conversions from double to float and back that stand side by side, and then drops both, so
 * that nothing is rounded: compile with -fno-tree-slp-vectorize, or store through a volatile float.
 */
#ifndef KBIT_CANDIDATE_H
#define KBIT_CANDIDATE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a step reports. Anything but KBIT_OK means: no output of the call may be used. */
typedef enum {
    KBIT_OK = 0,
    KBIT_ERR_NULL,        /* a required pointer is NULL */
    KBIT_ERR_SHAPE,       /* a size is impossible, or their product overflows */
    KBIT_ERR_RANGE,       /* a value breaks the step's precondition */
    KBIT_ERR_ALIGN,       /* a pointer or leading dimension is not aligned as required */
    KBIT_ERR_WORKSPACE,   /* the workspace is too small */
    KBIT_ERR_UNSUPPORTED, /* a legal request that this implementation does not serve */
    KBIT_ERR_NO_DEVICE,   /* no usable device or driver */
    KBIT_ERR_DEVICE,      /* the device reported an error */
    KBIT_ERR_MEMORY,      /* out of memory */
    KBIT_ERR_IO,          /* a file could not be read or written */
    KBIT_ERR_FORMAT       /* a file's content is not what its format promises */
} kbit_status;

typedef enum {
    KBIT_F32 = 1, /* IEEE binary32 */
    KBIT_F16,     /* IEEE binary16 */
    KBIT_BF16,    /* bfloat16: the upper half of a binary32 */
    KBIT_I8,      /* two's complement, -128 included */
    KBIT_I32
} kbit_dtype;

/* The threshold that turns outlier handling off: no column is an outlier, nothing is masked. */
#define KBIT_THRESHOLD_OFF (-1.0f)

typedef struct {
    void *data; /* NULL only where the tensor has no element; at least 64-byte aligned */
    uint32_t dtype;
    uint32_t rank;
    size_t dim[2];
} kbit_tensor;

typedef struct {
    const char *step;      /* the stem, as in the table above */
    size_t M, N, K;        /* rows of X, rows of W (output features), shared dimension */
    float threshold;       /* alpha of the paper, >= 0, or KBIT_THRESHOLD_OFF */
    const kbit_tensor *in; /* the table's inputs in its order; writing through them is an error */
    kbit_tensor *out;      /* poisoned before the call; every element must be written */
} kbit_call;

/* One step. run() does it all, host memory to host memory.
 * bind() and fetch() are optional and serve timing on a device: bind() uploads and returns a
 * handle, run(handle, call) works on what was uploaded, fetch() brings the outputs back and frees
 * the handle. Without them run() is called with NULL. */
typedef struct {
    const char *step;
    kbit_status (*run)(void *bound, const kbit_call *call);
    void *(*bind)(const kbit_call *call);
    kbit_status (*fetch)(void *bound, const kbit_call *call);
} kbit_op;

#define KBIT_CANDIDATE_ABI 1u

typedef struct {
    uint32_t abi;     /* KBIT_CANDIDATE_ABI */
    uint32_t size;    /* sizeof(kbit_candidate_v1) */
    const char *name; /* one word, printed in reports */
    const char
        *declares; /* "quant=mul acc=ieee": `kbit list --declares` explains; "" = reference */
    const kbit_op *ops;
    size_t n_ops;
} kbit_candidate_v1;

#if defined(_WIN32)
#define KBIT_CANDIDATE_EXPORT __declspec(dllexport)
#else
#define KBIT_CANDIDATE_EXPORT __attribute__((visibility("default")))
#endif

/* The one symbol a candidate exports.
 * variant: NULL, or what stood behind the colon in `--candidate file.so:VARIANT`.
 * Returns a description that lives as long as the process and does not change, or NULL if it knows no
 * such variant or cannot work as it is set up; what it then printed to stderr is shown as the reason.
 * Runtimes that install signal handlers are best started here. */
KBIT_CANDIDATE_EXPORT const kbit_candidate_v1 *kbit_candidate(const char *variant);

#ifdef __cplusplus
}
#endif

#endif
