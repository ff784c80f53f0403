#include "linear_files.h"

#include <stdlib.h>
#include <string.h>

#include "linear_stream.h"
#include "row_files.h"

/* Beyond these, an exact judgement of every element takes more than some seconds on two cores, or
 * more memory than the tensors. */
#define MOST_PRODUCTS ((double)((uint64_t)1 << 36))
#define MOST_ELEMENTS ((double)((uint64_t)1 << 26))

bool kbit_linear_is_large(const kbit_manifest *m)
{
    const double outputs = (double)m->M * (double)m->N, inputs = (double)m->N * (double)m->K;
    return outputs * (double)m->K > MOST_PRODUCTS || outputs > MOST_ELEMENTS ||
           inputs > 16 * MOST_ELEMENTS;
}

typedef struct {
    kbit_row_file operand[3]; /* in the order of kbit_layer_operand */
    kbit_row_file w_absmax, bias;
} files;

static kbit_status read_rows(void *context, kbit_layer_operand operand, size_t first, size_t n,
                             const void **rows, kbit_error *error)
{
    return kbit_row_file_read(&((files *)context)->operand[operand], first, n, rows, error);
}

/* The manifest's shapes against the step's; nothing is read for that. */
static kbit_status check_shapes(const kbit_step *step, const kbit_manifest *m, kbit_error *error)
{
    static char no_elements;
    kbit_tensor tensors[KBIT_MAX_INPUTS + 1];
    for (size_t i = 0; i <= step->n_in; i++) {
        const kbit_array *a = i < step->n_in ? &m->inputs[i].array : &m->outputs[0].array;
        tensors[i] = (kbit_tensor){
            &no_elements, (uint32_t)a->type, a->rank, {a->dim[0], a->rank == 2 ? a->dim[1] : 0}};
    }
    const kbit_call call = {m->step, m->M, m->N, m->K, m->threshold, tensors, tensors + step->n_in};
    return kbit_step_check(step, &call, error);
}

static kbit_status open_matrix(const char *folder, const kbit_manifest *m,
                               const kbit_manifest_tensor *tensor, kbit_row_file *file,
                               kbit_error *error)
{
    const size_t columns = tensor->array.rank == 2 ? tensor->array.dim[1] : 1;
    return kbit_row_file_open(folder, m, tensor, columns * kbit_dtype_size(tensor->array.type),
                              file, error);
}

/* Opens the five files and reads the two vectors. */
static kbit_status open_all(const char *folder, const kbit_manifest *m, files *all,
                            kbit_layer_stream *layer, kbit_error *error)
{
    const size_t bias = m->n_inputs - 1;
    const void *rows = NULL;
    kbit_status status = open_matrix(folder, m, &m->outputs[0], &all->operand[KBIT_LAYER_Y], error);
    if (status == KBIT_OK)
        status = open_matrix(folder, m, &m->inputs[0], &all->operand[KBIT_LAYER_X], error);
    if (status == KBIT_OK)
        status = open_matrix(folder, m, &m->inputs[1], &all->operand[KBIT_LAYER_W], error);
    if (status == KBIT_OK && !layer->paper) {
        status = open_matrix(folder, m, &m->inputs[2], &all->w_absmax, error);
        if (status == KBIT_OK)
            status = kbit_row_file_read(&all->w_absmax, 0, m->N, &rows, error);
        layer->w_absmax = rows;
    }
    if (status == KBIT_OK && m->inputs[bias].array.dim[0]) {
        status = open_matrix(folder, m, &m->inputs[bias], &all->bias, error);
        if (status == KBIT_OK)
            status = kbit_row_file_read(&all->bias, 0, m->N, &rows, error);
        layer->bias = rows;
    }
    return status;
}

kbit_status kbit_judge_linear_files(const char *folder, const kbit_manifest *m, size_t rows,
                                    size_t columns, const kbit_judging *judging,
                                    kbit_verdict *verdict, kbit_error *error)
{
    const kbit_step *step = kbit_step_find(m->step);
    files *all = calloc(1, sizeof *all);
    if (!all)
        return kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", folder);
    for (int i = 0; i < 3; i++)
        all->operand[i].fd = -1;
    all->w_absmax.fd = all->bias.fd = -1;
    kbit_layer_stream layer = {.paper = step == &kbit_step_llmint8_linear_paper,
                               .M = m->M,
                               .N = m->N,
                               .K = m->K,
                               .threshold = m->threshold,
                               .x_type = m->inputs[0].array.type,
                               .w_type = m->inputs[1].array.type,
                               .y_type = m->outputs[0].array.type,
                               .sample_rows = rows,
                               .sample_columns = columns,
                               .rows = read_rows,
                               .context = all};
    kbit_status status = check_shapes(step, m, error);
    if (status == KBIT_OK)
        status = open_all(folder, m, all, &layer, error);
    if (status == KBIT_OK)
        status = kbit_judge_layer_stream(&layer, judging, verdict, error);
    for (int i = 0; i < 3; i++)
        kbit_row_file_close(&all->operand[i]);
    kbit_row_file_close(&all->w_absmax);
    kbit_row_file_close(&all->bias);
    free(all);
    return status;
}
