/* step_port.c -- a port for tests: answers any folder of `kbit gen` by the reference.
 *
 *   step_port FOLDER [EACH]
 *
 * EACH: flips a bit of every EACH-th element's last byte. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "candidates/reference_ops.h"
#include "io/manifest.h"
#include "step.h"

static kbit_tensor as_tensor(const kbit_array *a)
{
    return (kbit_tensor){
        a->data, (uint32_t)a->type, a->rank, {a->dim[0], a->rank == 2 ? a->dim[1] : 0}};
}

static kbit_status answer(kbit_manifest *m, size_t each)
{
    kbit_array *a = &m->outputs[0].array;
    kbit_tensor in[KBIT_MAX_INPUTS], out;
    kbit_status status = KBIT_ERR_UNSUPPORTED;
    for (size_t i = 0; i < m->n_inputs; i++)
        in[i] = as_tensor(&m->inputs[i].array);
    if (a->dim[0] == KBIT_FREE_LENGTH)
        a->dim[0] = m->K;
    out = as_tensor(a);
    const size_t size = kbit_dtype_size(a->type), n = kbit_tensor_elements(&out);
    a->data = out.data = calloc(n + 1, size);
    const kbit_call call = {m->step, m->M, m->N, m->K, m->threshold, in, &out};
    for (size_t o = 0; out.data && o < kbit_n_reference_ops; o++)
        if (strcmp(kbit_reference_ops[o].step, m->step) == 0)
            status = kbit_reference_ops[o].run(NULL, &call);
    a->dim[0] = out.dim[0];
    for (size_t i = each / 2; each && i < n; i += each)
        ((char *)out.data)[i * size + size - 1] ^= 0x20;
    return status;
}

int main(int argc, char **argv)
{
    const char *stems[32];
    char path[4096];
    size_t n;
    const kbit_step *const *steps = kbit_steps(&n);
    kbit_manifest m = {0};
    kbit_error error = {KBIT_OK, "no answer"};
    if (argc < 2)
        return 2;
    for (size_t i = 0; i < n; i++)
        stems[i] = steps[i]->stem;
    kbit_status status = kbit_manifest_read(argv[1], stems, n, &m, &error);
    if (status == KBIT_OK)
        status = answer(&m, argc > 2 ? strtoul(argv[2], NULL, 10) : 0);
    snprintf(path, sizeof path, "%s/%s", argv[1], m.outputs[0].file);
    if (status == KBIT_OK)
        status = kbit_npy_write(path, &m.outputs[0].array, &error);
    if (status != KBIT_OK)
        fprintf(stderr, "step_port: %s: %s\n", argv[1], error.text);
    kbit_manifest_free(&m);
    return status == KBIT_OK ? 0 : 2;
}
