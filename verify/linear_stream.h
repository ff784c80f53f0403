/* linear_stream.h -- FUSED, for a layer that is too large to hold or lies in files: its operands come
 * in blocks of rows, and the memory taken is that of some vectors, of the sampled rows and columns,
 * and of a few blocks.
 *
 * A layer whose operands are integers times powers of two (a transparent case, semantics of the
 * judge in linear_transparent.c) is judged completely, by a certificate. Of any other layer rows and
 * columns are sampled: which ones is drawn after the output was committed to, and the verdict says
 * how many. */
#ifndef KBIT_VERIFY_LINEAR_STREAM_H
#define KBIT_VERIFY_LINEAR_STREAM_H

#include "step.h"

typedef enum { KBIT_LAYER_X, KBIT_LAYER_W, KBIT_LAYER_Y } kbit_layer_operand;

typedef struct {
    bool paper; /* W holds 16-bit weights, and w_absmax is not read */
    size_t M, N, K;
    float threshold;
    kbit_dtype x_type, w_type, y_type;
    const float *w_absmax;              /* [N] */
    const float *bias;                  /* [N], or NULL */
    size_t sample_rows, sample_columns; /* at most */
    size_t block_bytes;                 /* about that many at a time; 0: 8 MiB */
    /* *rows receives rows [first, first + n) of X [M,K], W [N,K] or Y [M,N]; they stay as they are
     * until the next call for the same operand. */
    kbit_status (*rows)(void *context, kbit_layer_operand operand, size_t first, size_t n,
                        const void **rows, kbit_error *error);
    void *context;
} kbit_layer_stream;

/* Of judging: declared, key, and the element to show. Fills all of the verdict but its mode. */
kbit_status kbit_judge_layer_stream(const kbit_layer_stream *layer, const kbit_judging *judging,
                                    kbit_verdict *verdict, kbit_error *error);

#endif
