/* stream.h -- the certificate of a product that is too large to hold, or lies in files: its
 * operands come in blocks of rows, and the memory taken is that of the vectors, 16 (M + N + K)
 * bytes and 8 M, and of a few blocks.
 *
 * Blocks are asked for, not handed in, since one pass cannot do: all of C is hashed before the key
 * is drawn, all of W goes into y = W^T r before the first residual, and C comes once more with Q.
 */
#ifndef KBIT_VERIFY_STREAM_H
#define KBIT_VERIFY_STREAM_H

#include "certificate.h"

typedef enum { KBIT_OPERAND_Q, KBIT_OPERAND_W, KBIT_OPERAND_C } kbit_operand;

typedef struct {
    size_t M, N, K;
    size_t block; /* rows at a time; 0: as many as 8 MiB hold, one at least */
    size_t from,
        to; /* certifies rows [from, to) of C alone, all of which is committed to; 0, 0: all */
    /* *rows receives rows [first, first + n) of Q [M,K], W [N,K] or C [M,N], row-major. They stay
     * as they are until the next call for the same operand: a block is a private copy. */
    kbit_status (*rows)(void *context, kbit_operand operand, size_t first, size_t n,
                        const void **rows, kbit_error *error);
    void *context;
} kbit_product_stream;

/* Certifies C = Q W^T; equal to kbit_certify_int8_matmul() in its result, errors and soundness,
 * whatever the block size. C is hashed again when it comes the second time: KBIT_ERR_IO where it is
 * not what was committed to, and whatever rows() fails with. */
kbit_status kbit_certify_stream(const kbit_product_stream *stream, const uint8_t *key,
                                kbit_certificate *certificate, kbit_error *error);

/* stream.c's other half: recomputes the flagged rows exactly, as kbit_certificate_recompute() does,
 * in one pass over W for some tens of rows. */
kbit_status kbit_stream_recompute(const kbit_product_stream *stream, const size_t *rows,
                                  kbit_certificate *certificate, kbit_error *error);

/* How many rows of that many bytes are asked for at a time. */
size_t kbit_stream_block(const kbit_product_stream *stream, size_t row_bytes);

#endif
