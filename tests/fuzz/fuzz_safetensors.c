/* fuzz_safetensors.c -- kbit_safetensors_parse(): the tensors of an accepted file tile its bytes. */
#include "fuzz.h"
#include "io/safetensors.h"

static const uint8_t *check_tensor(const kbit_safetensors *file,
                                   const kbit_safetensors_tensor *tensor, const uint8_t *next)
{
    const kbit_safetensors_tensor *found;
    kbit_array array;
    kbit_error error = {KBIT_OK, ""};

    FUZZ_REQUIRE(tensor->name && tensor->dtype);
    FUZZ_REQUIRE((const uint8_t *)tensor->data == next);
    FUZZ_REQUIRE(kbit_safetensors_find(file, tensor->name, &found, &error) == KBIT_OK);
    FUZZ_REQUIRE(found == tensor);

    kbit_status (*const loads[])(const kbit_safetensors *, const kbit_safetensors_tensor *,
                                 kbit_array *, kbit_error *) = {
        kbit_safetensors_load, kbit_safetensors_load_f32, kbit_safetensors_load_w16};
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++) {
        kbit_status status = loads[i](file, tensor, &array, &error);
        if (status)
            fuzz_refused(status, &error);
        else
            FUZZ_REQUIRE(kbit_safetensors_float_type(tensor) && tensor->rank >= 1 &&
                         tensor->rank <= 2 && array.rank == tensor->rank);
        kbit_array_free(&array);
    }
    return next + tensor->bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kbit_safetensors *file;
    const kbit_safetensors_tensor *found;
    kbit_error error = {KBIT_OK, ""};

    kbit_status status = kbit_safetensors_parse(data, size, "input", &file, &error);
    if (status) {
        FUZZ_REQUIRE(!file);
        fuzz_refused(status, &error);
        return 0;
    }
    size_t n = kbit_safetensors_count(file), bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += kbit_safetensors_get(file, i)->bytes;
    const uint8_t *next = data + (size - bytes);
    for (size_t i = 0; i < n; i++)
        next = check_tensor(file, kbit_safetensors_get(file, i), next);
    FUZZ_REQUIRE(next == data + size);
    FUZZ_REQUIRE(!kbit_safetensors_get(file, n));
    status = kbit_safetensors_find(file, "no tensor\nhas this name", &found, &error);
    if (status)
        fuzz_refused(status, &error);
    kbit_safetensors_close(file);
    return 0;
}
