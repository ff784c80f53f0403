/* t_manifest.c -- the folder of a case: written, read back, answered by a port, and refused. */
#include "io_scratch.h"

#include <sys/stat.h>

#include "io/manifest.h"
#include "io/npy.h"

static const char *const steps[] = {"outlier_columns", "absmax_rows", "quantize_rows"};
#define N_STEPS (sizeof steps / sizeof *steps)

static void set_tensor(kbit_manifest_tensor *tensor, const char *name, kbit_dtype type,
                       uint32_t rank, size_t rows, size_t columns)
{
    strcpy(tensor->name, name);
    tensor->array = (kbit_array){type, rank, {rows, columns}, NULL};
}

/* quantize_rows on x [2, 3], two inputs more, one output. */
static void make_case(kbit_manifest *m)
{
    kbit_error error;

    memset(m, 0, sizeof *m);
    strcpy(m->step, "quantize_rows");
    strcpy(m->name, "tiny");
    m->seed = UINT64_MAX;
    m->M = 2;
    m->N = 0;
    m->K = 3;
    m->threshold = 6.0f;
    m->n_inputs = 3;
    m->n_outputs = 1;
    set_tensor(&m->inputs[0], "x", KBIT_BF16, 2, 2, 3);
    set_tensor(&m->inputs[1], "absmax", KBIT_F32, 1, 2, 1);
    set_tensor(&m->inputs[2], "outliers", KBIT_I32, 1, 0, 1);
    set_tensor(&m->outputs[0], "q", KBIT_I8, 2, 2, 3);
    for (size_t i = 0; i < m->n_inputs; i++) {
        kbit_array *a = &m->inputs[i].array;
        size_t elements, bytes;
        ck_ok(kbit_array_alloc(a->type, a->rank, a->dim, "input", a, &error), error);
        ck_ok(kbit_array_size(a->type, a->rank, a->dim, &elements, &bytes), error);
        if (bytes > 0)
            memset(a->data, (int)(0x41 + i), bytes);
    }
}

START_TEST(round_trip)
{
    static const float thresholds[] = {
        6.0f, 0.0f, KBIT_THRESHOLD_OFF, 0x1.fffffep+127f, 0x1p-149f, 0x1.99999ap-4f};
    kbit_manifest written, found;
    kbit_error error;
    make_case(&written);

    for (size_t t = 0; t < sizeof thresholds / sizeof *thresholds; t++) {
        char folder[32];
        snprintf(folder, sizeof folder, "case%zu", t);
        written.threshold = thresholds[t];
        ck_ok(kbit_manifest_write(scratch_path(folder), &written, &error), error);
        ck_assert_uint_eq(scratch_entries(scratch_path(folder)), 4);
        ck_ok(kbit_manifest_read(scratch_path(folder), steps, N_STEPS, &found, &error), error);
        ck_assert_str_eq(found.kbit_version, kbit_version());
        ck_assert_str_eq(found.step, "quantize_rows");
        ck_assert_str_eq(found.name, "tiny");
        ck_assert_str_eq(found.declares, "");
        ck_assert(found.seed == UINT64_MAX);
        ck_assert(found.M == 2 && found.N == 0 && found.K == 3);
        ck_assert_mem_eq(&found.threshold, &thresholds[t], sizeof(float));
        ck_assert_uint_eq(found.n_inputs, 3);
        ck_assert_uint_eq(found.n_outputs, 1);
        for (size_t i = 0; i < 3; i++) {
            const kbit_array *a = &written.inputs[i].array, *b = &found.inputs[i].array;
            ck_assert_str_eq(written.inputs[i].name, found.inputs[i].name);
            ck_assert(a->type == b->type && a->rank == b->rank);
            ck_assert(a->dim[0] == b->dim[0] && a->dim[1] == b->dim[1]);
            if (a->data)
                ck_assert_mem_eq(a->data, b->data, a->dim[0] * a->dim[1] * 2);
        }
        ck_assert_str_eq(found.outputs[0].name, "q");
        ck_assert_str_eq(found.outputs[0].file, "q.npy");
        ck_assert_int_eq(found.outputs[0].array.type, KBIT_I8);
        ck_assert_ptr_null(found.outputs[0].array.data);
        kbit_manifest_free(&found);
    }
    kbit_manifest_free(&written);
}
END_TEST

/* The port's part: it writes q.npy, and every way to write a wrong one is told. */
START_TEST(answered)
{
    static int8_t q[12] = {-128, -1, 0, 1, 2, 127};
    kbit_array right = {KBIT_I8, 2, {2, 3}, q};
    const kbit_array wrong[] = {{KBIT_I8, 2, {3, 3}, q},
                                {KBIT_I8, 2, {2, 2}, q},
                                {KBIT_I8, 1, {2, 1}, q},
                                {KBIT_F16, 2, {2, 3}, q}};
    static const char *const says[] = {"q.npy: is i8 [3, 3]; the manifest says i8 [2, 3]",
                                       "is i8 [2, 2]; the", "is i8 [2]; the", "is f16 [2, 3]; the"};
    kbit_manifest m;
    kbit_error error;
    make_case(&m);
    ck_ok(kbit_manifest_write(scratch_path("c"), &m, &error), error);
    kbit_manifest_free(&m);
    ck_ok(kbit_manifest_read(scratch_path("c"), steps, N_STEPS, &m, &error), error);

    ck_refused(kbit_manifest_read_output(scratch_path("c"), &m, 0, &error), KBIT_ERR_IO, error,
               "c/q.npy: missing: output 'q' of step quantize_rows was not written");
    for (size_t i = 0; i < 4; i++) {
        ck_ok(kbit_npy_write(scratch_path("c/q.npy"), &wrong[i], &error), error);
        ck_refused(kbit_manifest_read_output(scratch_path("c"), &m, 0, &error), KBIT_ERR_FORMAT,
                   error, says[i]);
        ck_assert_ptr_null(m.outputs[0].array.data);
    }
    ck_ok(kbit_npy_write(scratch_path("c/q.npy"), &right, &error), error);
    ck_ok(kbit_manifest_read_output(scratch_path("c"), &m, 0, &error), error);
    ck_assert_mem_eq(m.outputs[0].array.data, q, 6);
    ck_refused(kbit_manifest_read_output(scratch_path("c"), &m, 1, &error), KBIT_ERR_RANGE, error,
               "the case has 1 outputs, not 2");
    kbit_manifest_free(&m);
}
END_TEST

START_TEST(free_length)
{
    static int32_t found[2] = {1, 4};
    const kbit_array list = {KBIT_I32, 1, {2, 1}, found}, square = {KBIT_I32, 2, {1, 2}, found},
                     none = {KBIT_I32, 1, {0, 1}, NULL};
    kbit_manifest m;
    kbit_error error;
    make_case(&m);
    strcpy(m.step, "outlier_columns");
    m.n_inputs = 1;
    set_tensor(&m.outputs[0], "outliers", KBIT_I32, 1, KBIT_FREE_LENGTH, 1);
    ck_ok(kbit_manifest_write(scratch_path("c"), &m, &error), error);
    m.n_inputs = 3;
    kbit_manifest_free(&m);

    ck_ok(kbit_manifest_read(scratch_path("c"), steps, N_STEPS, &m, &error), error);
    ck_assert(m.outputs[0].array.dim[0] == KBIT_FREE_LENGTH);
    ck_ok(kbit_npy_write(scratch_path("c/outliers.npy"), &square, &error), error);
    ck_refused(kbit_manifest_read_output(scratch_path("c"), &m, 0, &error), KBIT_ERR_FORMAT, error,
               "is i32 [1, 2]; the manifest says i32 [any]");
    ck_ok(kbit_npy_write(scratch_path("c/outliers.npy"), &list, &error), error);
    ck_ok(kbit_manifest_read_output(scratch_path("c"), &m, 0, &error), error);
    ck_assert_uint_eq(m.outputs[0].array.dim[0], 2);
    ck_assert_mem_eq(m.outputs[0].array.data, found, 8);
    kbit_manifest_free(&m);
    ck_ok(kbit_npy_write(scratch_path("c/outliers.npy"), &none, &error), error);
    ck_ok(kbit_manifest_read(scratch_path("c"), steps, N_STEPS, &m, &error), error);
    ck_ok(kbit_manifest_read_output(scratch_path("c"), &m, 0, &error), error);
    ck_assert_uint_eq(m.outputs[0].array.dim[0], 0);
    kbit_manifest_free(&m);
}
END_TEST

START_TEST(unwritable)
{
    kbit_manifest m;
    kbit_error error;
    make_case(&m);
    scratch_write(scratch_path("file"), "x", 1);
    ck_refused(kbit_manifest_write(scratch_path("file"), &m, &error), KBIT_ERR_IO, error,
               "file: exists and is not an empty folder");
    ck_refused(kbit_manifest_write(scratch_path("no/c"), &m, &error), KBIT_ERR_IO, error,
               "no/c: cannot be created: No such file");
    ck_assert_int_eq(mkdir(scratch_path("full"), 0777), 0);
    scratch_write(scratch_path("full/q.npy"), "x", 1);
    ck_refused(kbit_manifest_write(scratch_path("full"), &m, &error), KBIT_ERR_IO, error,
               "full: exists and is not an empty folder");
    ck_assert_uint_eq(scratch_entries(scratch_path("full")), 1);
    ck_assert_int_eq(mkdir(scratch_path("empty"), 0777), 0);
    ck_ok(kbit_manifest_write(scratch_path("empty"), &m, &error), error);

    void *kept = m.inputs[1].array.data;
    m.inputs[1].array.data = NULL;
    ck_refused(kbit_manifest_write(scratch_path("c"), &m, &error), KBIT_ERR_NULL, error,
               "input 'absmax'");
    m.inputs[1].array.data = kept;
    m.n_inputs = KBIT_MANIFEST_TENSORS + 1;
    ck_refused(kbit_manifest_write(scratch_path("c"), &m, &error), KBIT_ERR_RANGE, error,
               "9 inputs; at most 8");
    m.n_inputs = 3;
    m.outputs[0].array.type = (kbit_dtype)9;
    ck_refused(kbit_manifest_write(scratch_path("c"), &m, &error), KBIT_ERR_UNSUPPORTED, error,
               "tensor 'q' has no known type");
    m.outputs[0].array.type = KBIT_I8;
    m.outputs[0].array.rank = 3;
    ck_refused(kbit_manifest_write(scratch_path("c"), &m, &error), KBIT_ERR_UNSUPPORTED, error,
               "rank above 2");
    m.outputs[0].array.rank = 2;
    strcpy(m.outputs[0].name, "../q");
    ck_refused(kbit_manifest_write(scratch_path("c"), &m, &error), KBIT_ERR_FORMAT, error,
               "'../q' is no name for a tensor");
    strcpy(m.outputs[0].name, "x");
    ck_refused(kbit_manifest_write(scratch_path("c"), &m, &error), KBIT_ERR_FORMAT, error,
               "'x' and 'x' share a name");
    strcpy(m.outputs[0].name, "q");
    m.threshold = -2.0f;
    ck_refused(kbit_manifest_write(scratch_path("c"), &m, &error), KBIT_ERR_FORMAT, error,
               "'threshold' is neither");
    m.threshold = 6.0f;
    ck_assert_int_ne(access(scratch_path("c"), F_OK), 0);

    scratch_limit_files(300); /* the disk is full when manifest.json is written */
    ck_refused(kbit_manifest_write(scratch_path("c"), &m, &error), KBIT_ERR_IO, error,
               "c/manifest.json: cannot be written");
    ck_assert_int_ne(access(scratch_path("c"), F_OK), 0);
    kbit_manifest_free(&m);
}
END_TEST

/* A legal manifest with one piece of text replaced. */
static kbit_status parse_edited(const char *from, const char *to, kbit_error *error)
{
    kbit_manifest m;
    char *text, edited[4096];
    make_case(&m);
    ck_ok(kbit_manifest_format(&m, &text, error), *error);
    kbit_manifest_free(&m);
    char *at = strstr(text, from);
    ck_assert_msg(at != NULL, "'%s' is not in %s", from, text);
    int length =
        snprintf(edited, sizeof edited, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    free(text);
    kbit_status status =
        kbit_manifest_parse(edited, (size_t)length, "d/manifest.json", steps, N_STEPS, &m, error);
    if (status) {
        ck_assert_uint_eq(m.n_inputs, 0);
        ck_assert_msg(strncmp(error->text, "d/manifest.json:", 16) == 0, "%s", error->text);
    }
    return status;
}

START_TEST(refused_text)
{
    static const struct {
        const char *from, *to, *says;
    } refused[] = {
        {"{", "", "manifest.json:2: "},
        {"\"schema\"", "\"scheme\"", "no key 'schema'"},
        {"kbit-case", "kbit-report", "schema is 'kbit-report', not 'kbit-case'"},
        {"\"schema_version\": 1", "\"schema_version\": 2", "'schema_version' is not 1"},
        {"\"schema_version\": 1", "\"schema_version\": \"1\"", "'schema_version' is not 1"},
        {"\"step\": \"quantize_rows\"", "\"step\": \"quantise_rows\"",
         "unknown step 'quantise_rows'; nearest: 'quantize_rows'"},
        {"\"step\": \"quantize_rows\"", "\"step\": 3", "'step' is not a string"},
        {"\"case\": \"tiny\",", "", "lacks the key 'case'"},
        {"\"case\": \"tiny\"", "\"case\": \"ti\\u001bny\"", "'case' holds a control character"},
        {"\"case\": \"tiny\"", "\"case\": \"tiny\", \"more\": 1", "has the unknown key 'more'"},
        {"\"case\": \"tiny\"", "\"case\": \"tiny\", \"case\": \"tiny\"", "duplicate object key"},
        {"\"M\": 2", "\"M\": -2", "'M' is not a non-negative integer"},
        {"\"M\": 2", "\"M\": 2.0", "'M' is not a non-negative integer"},
        {"\"M\": 2", "\"M\": 9223372036854775808", "too big integer"},
        {"18446744073709551615", "18446744073709551616", "'seed' is not a decimal number"},
        {"18446744073709551615", "99999999999999999999", "'seed' is not a decimal number"},
        {"18446744073709551615", "", "'seed' is not a decimal number"},
        {"18446744073709551615", "-1", "'seed' is not a decimal number"},
        {"0x1.8p+2", "6.0", "'threshold' is neither"},
        {"0x1.8p+2", "-0x1.8p+2", "'threshold' is neither"},
        {"0x1.8p+2", "0x1.8p+2x", "'threshold' is neither"},
        {"0x1.8p+2", "0x1.0000001p+2", "'threshold' is neither"}, /* no float */
        {"0x1.8p+2", "0x1p+128", "'threshold' is neither"},
        {"0x1.8p+2", "0x1p+99999", "'threshold' is neither"},
        {"0x1.8p+2", "nan", "'threshold' is neither"},
        {"\"inputs\": [", "\"inputs\": [1, ", "a tensor is not a JSON object"},
        {"\"dtype\": \"bf16\"", "\"dtype\": \"f64\"", "tensor 'x': unknown dtype 'f64'"},
        {"\"dtype\": \"bf16\"", "\"dtype\": \"\"", "tensor 'x': unknown dtype ''"},
        {"\"dtype\": \"bf16\",", "", "a tensor lacks the key 'dtype'"},
        {"\"name\": \"x\"", "\"name\": \"X\"", "'X' is no name for a tensor"},
        {"\"name\": \"x\"", "\"name\": \"absmax\"", "'absmax' and 'absmax' share"},
        {"\"file\": \"x.npy\"", "\"file\": \"absmax.npy\"", "'x' and 'absmax' share"},
        {"\"file\": \"x.npy\"", "\"file\": \"q.npy\"", "'x' and 'q' share"},
        {"\"file\": \"x.npy\"", "\"file\": \"/x.npy\"", "not the plain name of a file"},
        {"\"file\": \"x.npy\"", "\"file\": \"../x.npy\"", "not the plain name of a file"},
        {"\"file\": \"x.npy\"", "\"file\": \".x.npy\"", "not the plain name of a file"},
        {"\"file\": \"x.npy\"", "\"file\": \"..\"", "not the plain name of a file"},
        {"\"file\": \"x.npy\"", "\"file\": \"\"", "not the plain name of a file"},
        {"2,\n        3", "", "'shape' is not a list of 1 or 2 sizes"},
        {"2,\n        3", "2, 3, 1", "'shape' is not a list of 1 or 2 sizes"},
        {"2,\n        3", "null", "'shape' is not a non-negative integer"},
        {"2,\n        3", "4294967296, 4294967296", "tensor 'x': its size overflows"},
    };
    kbit_error error;

    ck_ok(parse_edited("tiny", "a longer name, with é", &error), error);
    ck_ok(parse_edited("\"declares\": \"\"", "\"declares\": \"quant=mul\"", &error), error);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        ck_refused(parse_edited(refused[i].from, refused[i].to, &error), KBIT_ERR_FORMAT, error,
                   refused[i].says);
    char longest[129];
    memset(longest, 'a', 128);
    longest[128] = '\0';
    ck_refused(parse_edited("tiny", longest, &error), KBIT_ERR_FORMAT, error,
               "'case' is longer than 127 bytes");
    ck_ok(parse_edited("tiny", longest + 1, &error), error);
}
END_TEST

START_TEST(unreadable)
{
    kbit_manifest m;
    kbit_error error;
    ck_refused(kbit_manifest_read(scratch_path("c"), steps, N_STEPS, &m, &error), KBIT_ERR_IO,
               error, "c/manifest.json: No such file");
    make_case(&m);
    ck_ok(kbit_manifest_write(scratch_path("c"), &m, &error), error);
    kbit_manifest_free(&m);

    kbit_array other = {KBIT_F32, 2, {2, 1}, (float[2]){1, 2}};
    ck_ok(kbit_npy_write(scratch_path("c/absmax.npy"), &other, &error), error);
    ck_refused(kbit_manifest_read(scratch_path("c"), steps, N_STEPS, &m, &error), KBIT_ERR_FORMAT,
               error, "c/absmax.npy: is f32 [2, 1]; the manifest says f32 [2]");
    ck_assert_ptr_null(m.inputs[0].array.data);
    ck_assert_int_eq(unlink(scratch_path("c/absmax.npy")), 0);
    ck_refused(kbit_manifest_read(scratch_path("c"), steps, N_STEPS, &m, &error), KBIT_ERR_IO,
               error, "c/absmax.npy: No such file");
    ck_assert_int_eq(truncate(scratch_path("c/manifest.json"), 2 << 20), 0);
    ck_refused(kbit_manifest_read(scratch_path("c"), steps, N_STEPS, &m, &error), KBIT_ERR_FORMAT,
               error, "2097152 bytes is too long");
    ck_assert_int_eq(truncate(scratch_path("c/manifest.json"), 0), 0);
    ck_refused(kbit_manifest_read(scratch_path("c"), steps, N_STEPS, &m, &error), KBIT_ERR_FORMAT,
               error, "c/manifest.json:1: ");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("manifest");
    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, scratch_make, scratch_remove);
    tcase_add_test(files, round_trip);
    tcase_add_test(files, answered);
    tcase_add_test(files, free_length);
    tcase_add_test(files, unwritable);
    tcase_add_test(files, unreadable);
    suite_add_tcase(suite, files);
    TCase *text = tcase_create("text");
    tcase_add_test(text, refused_text);
    suite_add_tcase(suite, text);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
