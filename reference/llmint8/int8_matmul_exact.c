/* int8_matmul_exact.c -- oracle: one dot product of codes, in 64 bits.
 *
 * |q w| <= 2^14, so 2^48 terms stay below 2^62: nothing can overflow, whatever the codes.
 */
#include "kbit_exact.h"

int64_t kbit_exact_dot(size_t K, const int8_t *q_row, const int8_t *w_row)
{
    int64_t sum = 0;

    for (size_t k = 0; k < K; k++)
        sum += (int64_t)q_row[k] * w_row[k];
    return sum;
}
