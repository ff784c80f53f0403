#include "product_files.h"

#include <stdio.h>
#include <stdlib.h>

#include "row_files.h"
#include "steps/int8_matmul.h"
#include "stream.h"

typedef struct {
    kbit_row_file operand[3]; /* in the order of kbit_operand */
} files;

static kbit_status read_rows(void *context, kbit_operand operand, size_t first, size_t n,
                             const void **rows, kbit_error *error)
{
    return kbit_row_file_read(&((files *)context)->operand[operand], first, n, rows, error);
}

static kbit_status open_all(const char *folder, const kbit_manifest *m, files *all,
                            kbit_error *error)
{
    const kbit_manifest_tensor *tensors[] = {&m->inputs[0], &m->inputs[1], &m->outputs[0]};
    const size_t row_bytes[] = {m->K, m->K, m->N * sizeof(int32_t)};
    static const int ORDER[] = {KBIT_OPERAND_C, KBIT_OPERAND_Q, KBIT_OPERAND_W};
    kbit_status status = KBIT_OK;
    for (int i = 0; i < 3; i++)
        all->operand[i].fd = -1;
    for (int i = 0; i < 3 && status == KBIT_OK; i++)
        status = kbit_row_file_open(folder, m, tensors[ORDER[i]], row_bytes[ORDER[i]],
                                    &all->operand[ORDER[i]], error);
    return status;
}

/* The manifest's shapes against the step's; nothing is read for that. */
static kbit_status check_shapes(const kbit_manifest *m, kbit_error *error)
{
    static char no_elements;
    kbit_tensor tensors[3];
    for (size_t i = 0; i < 3; i++) {
        const kbit_array *a = i < 2 ? &m->inputs[i].array : &m->outputs[0].array;
        tensors[i] = (kbit_tensor){
            &no_elements, (uint32_t)a->type, a->rank, {a->dim[0], a->rank == 2 ? a->dim[1] : 0}};
    }
    const kbit_call call = {m->step, m->M, m->N, m->K, m->threshold, tensors, tensors + 2};
    return kbit_step_check(&kbit_step_int8_matmul, &call, error);
}

static kbit_status judge_open(const kbit_manifest *m, files *all, const kbit_judging *judging,
                              kbit_verdict *verdict, kbit_error *error)
{
    const kbit_product_stream stream = {.M = m->M,
                                        .N = m->N,
                                        .K = m->K,
                                        .from = judging->from,
                                        .to = judging->to,
                                        .rows = read_rows,
                                        .context = all};
    const size_t to = judging->to ? judging->to : m->M;
    kbit_certificate certificate;
    kbit_status status = kbit_certify_stream(&stream, judging->key, &certificate, error);
    if (status != KBIT_OK)
        return status;
    kbit_int8_matmul_verdict(&certificate, to - judging->from, m->N, m->K, verdict);
    verdict->result = verdict->rejected ? KBIT_MISMATCH : KBIT_ADMISSIBLE;
    if (judging->one_element && judging->row >= judging->from && judging->row < to &&
        judging->column < m->N) {
        const void *row = NULL;
        status = read_rows(all, KBIT_OPERAND_C, judging->row, 1, &row, error);
        if (status == KBIT_OK)
            kbit_int8_matmul_show(judging->row, judging->column,
                                  ((const int32_t *)row)[judging->column], verdict);
    }
    return status;
}

kbit_status kbit_judge_product_files(const char *folder, const kbit_manifest *manifest,
                                     const kbit_judging *judging, kbit_verdict *verdict,
                                     kbit_error *error)
{
    files *all = calloc(1, sizeof *all);
    if (!all)
        return kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", folder);
    kbit_status status = open_all(folder, manifest, all, error);
    if (status == KBIT_OK)
        status = check_shapes(manifest, error);
    if (status == KBIT_OK)
        status = judge_open(manifest, all, judging, verdict, error);
    for (int i = 0; i < 3; i++)
        kbit_row_file_close(&all->operand[i]);
    free(all);
    return status;
}
