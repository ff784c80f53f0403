/* io_copy.c -- reads a tensor the way kbit does and writes it back as NPY, for scripts that compare
 * with other software.
 *
 *   io_copy IN.npy OUT.npy
 *   io_copy FILE.safetensors:NAME OUT.npy      as 16-bit weights
 *
 * Exit status: 0; 2 with one line on standard error. */
#include <stdio.h>
#include <string.h>

#include "io/model.h"
#include "io/npy.h"

static kbit_status read_tensor(const char *spec, kbit_array *array, kbit_error *error)
{
    kbit_model *model;

    if (!strstr(spec, ".safetensors"))
        return kbit_npy_read(spec, array, error);
    kbit_status status = kbit_model_open(spec, &model, error);
    if (!status)
        status = kbit_model_tensor(model, 0, array, error);
    kbit_model_close(model);
    return status;
}

int main(int argc, char **argv)
{
    kbit_array array = {0};
    kbit_error error;

    if (argc != 3) {
        fprintf(stderr, "usage: io_copy IN OUT.npy\n");
        return 2;
    }
    kbit_status status = read_tensor(argv[1], &array, &error);
    if (!status)
        status = kbit_npy_write(argv[2], &array, &error);
    kbit_array_free(&array);
    if (status)
        fprintf(stderr, "%s\n", error.text);
    return status ? 2 : 0;
}
