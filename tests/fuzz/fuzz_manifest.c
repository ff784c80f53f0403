/* fuzz_manifest.c -- kbit_manifest_parse(): what is accepted comes back from being written. */
#include "fuzz.h"
#include "io/manifest.h"

static const char *const steps[] = {"absmax_rows", "outlier_columns", "quantize_rows", "store"};
#define N_STEPS (sizeof steps / sizeof *steps)

static void same_tensors(const kbit_manifest_tensor *a, const kbit_manifest_tensor *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        FUZZ_REQUIRE(strcmp(a[i].name, b[i].name) == 0);
        FUZZ_REQUIRE(!a[i].array.data && !b[i].array.data);
        FUZZ_REQUIRE(a[i].array.type == b[i].array.type && a[i].array.rank == b[i].array.rank);
        FUZZ_REQUIRE(a[i].array.dim[0] == b[i].array.dim[0]);
        FUZZ_REQUIRE(a[i].array.dim[1] == b[i].array.dim[1]);
        FUZZ_REQUIRE(a[i].file[0] != '/' && a[i].file[0] != '.' && !strchr(a[i].file, '/'));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const kbit_manifest zero;
    kbit_manifest m, again;
    kbit_error error = {KBIT_OK, ""};
    char *text;

    kbit_status status = kbit_manifest_parse(data, size, "input", steps, N_STEPS, &m, &error);
    if (status) {
        fuzz_refused(status, &error);
        FUZZ_REQUIRE(memcmp(&m, &zero, sizeof m) == 0);
        return 0;
    }
    FUZZ_REQUIRE(m.n_inputs <= KBIT_MANIFEST_TENSORS && m.n_outputs <= KBIT_MANIFEST_TENSORS);
    FUZZ_REQUIRE(m.threshold >= 0 || m.threshold == KBIT_THRESHOLD_OFF);
    FUZZ_REQUIRE(kbit_manifest_format(&m, &text, &error) == KBIT_OK);
    FUZZ_REQUIRE(kbit_manifest_parse(text, strlen(text), "again", steps, N_STEPS, &again, &error) ==
                 KBIT_OK);
    FUZZ_REQUIRE(strcmp(m.step, again.step) == 0 && strcmp(m.name, again.name) == 0);
    FUZZ_REQUIRE(strcmp(m.declares, again.declares) == 0 && m.seed == again.seed);
    FUZZ_REQUIRE(m.M == again.M && m.N == again.N && m.K == again.K);
    FUZZ_REQUIRE(memcmp(&m.threshold, &again.threshold, sizeof m.threshold) == 0);
    FUZZ_REQUIRE(m.n_inputs == again.n_inputs && m.n_outputs == again.n_outputs);
    same_tensors(m.inputs, again.inputs, m.n_inputs);
    same_tensors(m.outputs, again.outputs, m.n_outputs);
    free(text);
    return 0;
}
