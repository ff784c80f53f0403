/* odd.h -- ports as somebody might write them who has read kbit_candidate.h and nothing else of kbit. */
#ifndef KBIT_TESTS_ODD_H
#define KBIT_TESTS_ODD_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kbit_candidate.h"

typedef struct {
    const char *name, *step, *declares;
    kbit_status (*run)(void *bound, const kbit_call *call);
} odd_port;

extern const odd_port odd_legal[], odd_bugs[];

/* fp16, bf16 and fp32 to double and back, to nearest even, in integers. */
double odd_get(const kbit_tensor *t, size_t i);
void odd_put(const kbit_tensor *t, size_t i, double v);

/* 127 x / a to nearest even, decided without rounding. */
int odd_code(double x, double a);

/* Whether column k is an outlier column of x. */
int odd_outlier(const kbit_call *call, size_t k);

/* The layer as bitsandbytes composes it, in double, with what a bug may change. */
typedef struct {
    int greater_only;      /* > threshold for >= */
    int columns_off;       /* the statistic leaves out whole outlier columns */
    int bias_without_list; /* the bias once more where there is no outlier */
    int round_before_bias; /* the int8 part to the output's type first */
    int last_row_list;     /* outlier columns are looked for in all rows but the first */
    int block;             /* K in blocks of so many, each summed in float */
} odd_layer;
kbit_status odd_run_layer(const kbit_call *call, const odd_layer *how);

#endif
