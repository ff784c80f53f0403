/* int8_matmul.h -- from a certificate to a verdict, for products in memory and in files. */
#ifndef KBIT_VERIFY_STEPS_INT8_MATMUL_H
#define KBIT_VERIFY_STEPS_INT8_MATMUL_H

#include "certificate.h"
#include "step.h"

/* Fills all but mode, result and ratio; M: how many rows were certified. */
void kbit_int8_matmul_verdict(const kbit_certificate *certificate, size_t M, size_t N, size_t K,
                              kbit_verdict *verdict);

/* Element (row, column), which was asked for. */
void kbit_int8_matmul_show(size_t row, size_t column, int32_t observed, kbit_verdict *verdict);

#endif
