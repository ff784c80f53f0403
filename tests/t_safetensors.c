/* t_safetensors.c -- models: what is listed, found and converted, and every header that lies. */
#include "io_scratch.h"

#include <math.h>
#include <sys/stat.h>

#include "io/model.h"
#include "io/nearest.h"
#include "io/safetensors.h"

/* A file in memory: the header's length, the header, n bytes of elements 0, 1, 2, ... */
typedef struct {
    unsigned char *bytes;
    size_t size;
    char *elements;
} image;

static image make_image(const char *header, size_t n)
{
    size_t length = strlen(header);
    image im = {malloc(8 + length + n + 1), 8 + length + n, NULL};
    for (int i = 0; i < 8; i++)
        im.bytes[i] = (unsigned char)((uint64_t)length >> 8 * i);
    memcpy(im.bytes + 8, header, length);
    im.elements = (char *)im.bytes + 8 + length;
    for (size_t i = 0; i < n; i++)
        im.elements[i] = (char)i;
    return im;
}

static kbit_status parse_image(const image *im, size_t size, kbit_safetensors **file,
                               kbit_error *error)
{
    return kbit_safetensors_parse(im->bytes, size, "some.safetensors", file, error);
}

static const char small_model[] =
    "{\"__metadata__\":{\"format\":\"pt\"},"
    "\"b.weight\":{\"dtype\":\"F16\",\"shape\":[2,3],\"data_offsets\":[24,36]},"
    "\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
    "\"a.bias\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[36,40]},"
    "\"ids\":{\"dtype\":\"I64\",\"shape\":[1,1],\"data_offsets\":[40,48]},"
    "\"new\":{\"dtype\":\"F7_X\",\"shape\":[5],\"data_offsets\":[48,51]},"
    "\"none\":{\"dtype\":\"F32\",\"shape\":[0,7],\"data_offsets\":[51,51]},"
    "\"step\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[51,52]}}   ";

START_TEST(listing)
{
    static const char *const in_file_order[] = {"a.weight", "b.weight", "a.bias", "ids",
                                                "new",      "none",     "step"};
    image im = make_image(small_model, 52);
    kbit_safetensors *file;
    kbit_error error;

    ck_ok(parse_image(&im, im.size, &file, &error), error);
    ck_assert_uint_eq(kbit_safetensors_count(file), 7);
    for (size_t i = 0; i < 7; i++) {
        const kbit_safetensors_tensor *by_name, *tensor = kbit_safetensors_get(file, i);
        ck_assert_str_eq(tensor->name, in_file_order[i]);
        ck_ok(kbit_safetensors_find(file, in_file_order[i], &by_name, &error), error);
        ck_assert_ptr_eq(by_name, tensor);
    }
    ck_assert_ptr_null(kbit_safetensors_get(file, 7));
    const kbit_safetensors_tensor *tensor = kbit_safetensors_get(file, 1);
    ck_assert_str_eq(tensor->dtype, "F16");
    ck_assert_uint_eq(tensor->rank, 2);
    ck_assert_uint_eq(tensor->dim[0], 2);
    ck_assert_uint_eq(tensor->dim[1], 3);
    ck_assert_uint_eq(tensor->bytes, 12);
    ck_assert_int_eq(*(const char *)tensor->data, 24);
    ck_refused(kbit_safetensors_find(file, "a.wieght", &tensor, &error), KBIT_ERR_IO, error,
               "some.safetensors: no tensor 'a.wieght' among 7 (3 2-D float); nearest: "
               "'a.weight', 'b.weight'");
    ck_refused(kbit_safetensors_find(file, "zzzzzzzz", &tensor, &error), KBIT_ERR_IO, error,
               "among 7 (3 2-D float)");
    ck_assert_ptr_null(strstr(error.text, "nearest"));
    kbit_safetensors_close(file);
    free(im.bytes);
}
END_TEST

START_TEST(loading)
{
    static const float weight[6] = {1.0f, -2.5f, 0.1f, 65504.0f, 65519.0f, -0.0f};
    static const uint16_t rounded[6] = {0x3c00, 0xc100, 0x2e66, 0x7bff, 0x7bff, 0x8000};
    static const uint16_t half[6] = {0x3c00, 0x0001, 0xfc00, 0x7bff, 0x8000, 0x4200};
    static const uint16_t bf16[2] = {0x3f80, 0xc2f7};
    image im = make_image(small_model, 52);
    kbit_safetensors *file;
    kbit_array array;
    kbit_error error;
    memcpy(im.elements, weight, 24);
    memcpy(im.elements + 24, half, 12);
    memcpy(im.elements + 36, bf16, 4);
    ck_ok(parse_image(&im, im.size, &file, &error), error);

    const kbit_safetensors_tensor *f32 = kbit_safetensors_get(file, 0);
    ck_ok(kbit_safetensors_load(file, f32, &array, &error), error);
    ck_assert_int_eq(array.type, KBIT_F32);
    ck_assert_mem_eq(array.data, weight, 24);
    kbit_array_free(&array);
    ck_ok(kbit_safetensors_load_w16(file, f32, &array, &error), error);
    ck_assert_int_eq(array.type, KBIT_F16);
    ck_assert_uint_eq(array.dim[0], 2);
    ck_assert_uint_eq(array.dim[1], 3);
    ck_assert_mem_eq(array.data, rounded, 12);
    kbit_array_free(&array);

    const kbit_safetensors_tensor *f16 = kbit_safetensors_get(file, 1);
    ck_ok(kbit_safetensors_load_w16(file, f16, &array, &error), error);
    ck_assert_int_eq(array.type, KBIT_F16);
    ck_assert_mem_eq(array.data, half, 12);
    kbit_array_free(&array);
    ck_ok(kbit_safetensors_load_f32(file, f16, &array, &error), error);
    ck_assert_int_eq(array.type, KBIT_F32);
    ck_assert(((float *)array.data)[1] == 0x1p-24f && isinf(((float *)array.data)[2]));
    kbit_array_free(&array);

    const kbit_safetensors_tensor *bias = kbit_safetensors_get(file, 2);
    ck_ok(kbit_safetensors_load_w16(file, bias, &array, &error), error);
    ck_assert_int_eq(array.type, KBIT_BF16);
    ck_assert_uint_eq(array.rank, 1);
    ck_assert_mem_eq(array.data, bf16, 4);
    kbit_array_free(&array);
    ck_ok(kbit_safetensors_load_f32(file, bias, &array, &error), error);
    ck_assert(((float *)array.data)[1] == -123.5f);
    kbit_array_free(&array);

    ck_ok(kbit_safetensors_load_w16(file, kbit_safetensors_get(file, 5), &array, &error), error);
    ck_assert_int_eq(array.type, KBIT_F16);
    ck_assert_uint_eq(array.dim[1], 7);
    ck_assert_ptr_null(array.data);
    ck_refused(kbit_safetensors_load(file, kbit_safetensors_get(file, 3), &array, &error),
               KBIT_ERR_UNSUPPORTED, error, "some.safetensors: tensor 'ids' is I64");
    ck_refused(kbit_safetensors_load(file, kbit_safetensors_get(file, 4), &array, &error),
               KBIT_ERR_UNSUPPORTED, error, "tensor 'new' is F7_X");
    kbit_safetensors_close(file);
    free(im.bytes);
}
END_TEST

/* 65520 is half an ulp above the largest fp16: the first fp32 value that rounds to infinity. */
START_TEST(overflow)
{
    image im =
        make_image("{\"w\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
                   "\"cube\":{\"dtype\":\"F32\",\"shape\":[1,1,1],\"data_offsets\":[16,20]}}",
                   20);
    float w[4] = {INFINITY, NAN, -65520.0f, 1.0f};
    kbit_safetensors *file;
    kbit_array array;
    kbit_error error;

    memcpy(im.elements, w, 16);
    ck_ok(parse_image(&im, im.size, &file, &error), error);
    ck_refused(kbit_safetensors_load_w16(file, kbit_safetensors_get(file, 0), &array, &error),
               KBIT_ERR_RANGE, error,
               "some.safetensors: tensor 'w': element [1, 0] = -0x1.ffep+15 overflows fp16");
    ck_assert_ptr_null(array.data);
    w[2] = nextafterf(-65520.0f, 0.0f);
    memcpy(im.elements, w, 16);
    ck_ok(kbit_safetensors_load_w16(file, kbit_safetensors_get(file, 0), &array, &error), error);
    ck_assert_uint_eq(((kbit_f16 *)array.data)[0].bits, 0x7c00);
    ck_assert_uint_eq(((kbit_f16 *)array.data)[2].bits, 0xfbff);
    kbit_array_free(&array);
    ck_refused(kbit_safetensors_load(file, kbit_safetensors_get(file, 1), &array, &error),
               KBIT_ERR_UNSUPPORTED, error, "tensor 'cube' has 3 dimensions");
    kbit_safetensors_close(file);
    free(im.bytes);
}
END_TEST

#define ONE(fields) "{\"w\":{" fields "}}"

START_TEST(refused_headers)
{
    static const struct {
        const char *header, *says;
    } refused[] = {
        {"", "not a safetensors file"},
        {"[]", "no JSON object"},
        {" {}", "no JSON object"},
        {"{", "not JSON"},
        {"{}}", "not JSON"},
        {"{\"w\":1}", "tensor 'w': dtype, shape or data_offsets is missing"},
        {ONE("\"shape\":[4],\"data_offsets\":[0,4]"), "is missing"},
        {ONE("\"dtype\":\"U8\",\"data_offsets\":[0,4]"), "is missing"},
        {ONE("\"dtype\":\"U8\",\"shape\":[4]"), "is missing"},
        {ONE("\"dtype\":8,\"shape\":[4],\"data_offsets\":[0,4]"), "is missing"},
        {ONE("\"dtype\":\"U8\",\"shape\":[-4],\"data_offsets\":[0,4]"), "a dimension is not"},
        {ONE("\"dtype\":\"U8\",\"shape\":[4.0],\"data_offsets\":[0,4]"), "a dimension is not"},
        {ONE("\"dtype\":\"U8\",\"shape\":[\"4\"],\"data_offsets\":[0,4]"), "a dimension is not"},
        {ONE("\"dtype\":\"U8\",\"shape\":[18446744073709551620],\"data_offsets\":[0,4]"),
         "not JSON: too big integer"},
        {ONE("\"dtype\":\"U8\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]"),
         "its size overflows"},
        {ONE("\"dtype\":\"F64\",\"shape\":[2305843009213693952],\"data_offsets\":[0,4]"),
         "its size overflows"},
        {ONE("\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,4]"),
         "shape and dtype F32 need 16 bytes, its offsets give 4"},
        {ONE("\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4]"), "not two ascending sizes"},
        {ONE("\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4,8]"), "not two ascending"},
        {ONE("\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,0]"), "not two ascending sizes"},
        {ONE("\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[-4,0]"), "not two ascending sizes"},
        {ONE("\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[0,5]"),
         "ends at byte 5 of 4 bytes of elements"},
        {ONE("\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]"), "1 trailing bytes"},
        {ONE("\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[1,4]"),
         "1 bytes before tensor 'w' belong to no tensor"},
        {ONE("\"dtype\":\"U8\",\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]"),
         "duplicate object key"},
        {"{\"w\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
         "\"w\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}",
         "duplicate object key"},
        {"{\"v\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[1,4]},"
         "\"w\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}",
         "tensors 'w' and 'v' overlap"},
        {"{\"v\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
         "\"w\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}",
         "1 bytes before tensor 'w'"},
    };
    kbit_safetensors *file;
    kbit_error error;

    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        image im = make_image(refused[i].header, 4);
        ck_refused(parse_image(&im, im.size, &file, &error), KBIT_ERR_FORMAT, error,
                   refused[i].says);
        ck_assert_msg(strncmp(error.text, "some.safetensors: ", 18) == 0, "%s", error.text);
        ck_assert_ptr_null(file);
        free(im.bytes);
    }
}
END_TEST

START_TEST(refused_bytes)
{
    image im = make_image(small_model, 52);
    kbit_safetensors *file;
    kbit_error error;

    for (size_t size = 0; size < im.size; size++) { /* every truncation */
        image cut = {malloc(size + (size == 0)), size, NULL};
        memcpy(cut.bytes, im.bytes, size);
        ck_assert_int_eq(parse_image(&cut, size, &file, &error), KBIT_ERR_FORMAT);
        ck_assert_ptr_null(file);
        free(cut.bytes);
    }
    im.bytes[7] = 0x80; /* a header of 2^63 bytes */
    ck_refused(parse_image(&im, im.size, &file, &error), KBIT_ERR_FORMAT, error,
               "its header claims 9223372036854");
    memset(im.bytes, 0xff, 8);
    ck_refused(parse_image(&im, im.size, &file, &error), KBIT_ERR_FORMAT, error,
               "its header claims 18446744073709551615");
    free(im.bytes);
}
END_TEST

/* Whatever one byte is changed to, what is accepted still tiles the elements. */
START_TEST(corrupted)
{
    image im = make_image(small_model, 52);
    kbit_safetensors *file;
    kbit_error error;
    size_t accepted = 0, refused = 0;

    for (size_t i = 0; i < im.size - 52; i++) {
        const unsigned char kept = im.bytes[i];
        for (int change = 1; change < 256; change += 7) {
            im.bytes[i] = kept ^ (unsigned char)change;
            if (parse_image(&im, im.size, &file, &error)) {
                refused++;
                continue;
            }
            accepted++;
            size_t bytes = 0;
            for (size_t t = 0; t < kbit_safetensors_count(file); t++)
                bytes += kbit_safetensors_get(file, t)->bytes;
            uint64_t length;
            memcpy(&length, im.bytes, 8);
            ck_assert_uint_eq(8 + length + bytes, im.size);
            kbit_safetensors_close(file);
        }
        im.bytes[i] = kept;
    }
    ck_assert_uint_gt(refused, 0);
    ck_assert_uint_gt(accepted, 0); /* letters of a name, spaces at the end */
    free(im.bytes);
}
END_TEST

static const char *list_at(const void *names, size_t index)
{
    return ((const char *const *)names)[index];
}

START_TEST(nearest)
{
    static const char *const names[] = {"uvwxyz", "abcdxx", "abdef", "abXcdef", "abcxef", "abcdef"};
    char text[KBIT_NEAREST_TEXT], longest[200];

    /* distances 6, 2, 1 (a letter less), 1 (a letter more), 1; and itself */
    ck_assert_str_eq(kbit_nearest_names("abcdef", 5, list_at, names, text),
                     "; nearest: 'abdef', 'abXcdef', 'abcxef'");
    ck_assert_str_eq(kbit_nearest_names("abcdef", 2, list_at, names, text), "; nearest: 'abcdxx'");
    ck_assert_str_eq(kbit_nearest_names("abcdef", 6, list_at, names, text),
                     "; nearest: 'abcdef', 'abdef', 'abXcdef'");
    ck_assert_str_eq(kbit_nearest_names("abcdef", 1, list_at, names, text), "");
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    ck_assert_str_eq(kbit_nearest_names(longest, 6, list_at, names, text), "");
    const char *const three[] = {longest + 112, longest + 110, longest + 111}, *one[] = {longest};
    ck_assert_str_eq(kbit_nearest_names(longest, 1, list_at, one, text), "");
    /* what does not fit whole is not shown */
    ck_assert_uint_eq(strlen(kbit_nearest_names(longest + 110, 3, list_at, three, text)),
                      strlen("; nearest: '', ''") + 89 + 88);
}
END_TEST

static const char *write_small_model(void)
{
    const char *path = scratch_path("m.safetensors");
    image im = make_image(small_model, 52);
    memset(im.elements, 0, 52);
    scratch_write(path, im.bytes, im.size);
    free(im.bytes);
    return path;
}

START_TEST(choosing)
{
    char spec[256];
    const char *path = write_small_model();
    kbit_model *model;
    kbit_array w16;
    kbit_error error;
    size_t N, K;

    ck_ok(kbit_model_open(path, &model, &error), error);
    ck_assert_uint_eq(kbit_model_count(model), 3);
    ck_assert_str_eq(kbit_model_name(model, 0, &N, &K), "a.weight");
    ck_assert_uint_eq(N, 2);
    ck_assert_uint_eq(K, 3);
    ck_assert_str_eq(kbit_model_name(model, 1, &N, &K), "b.weight");
    ck_assert_str_eq(kbit_model_name(model, 2, &N, &K), "none");
    ck_ok(kbit_model_tensor(model, 0, &w16, &error), error);
    ck_assert_int_eq(w16.type, KBIT_F16);
    kbit_array_free(&w16);
    kbit_model_close(model);

    snprintf(spec, sizeof spec, "%s:b.weight", path);
    ck_ok(kbit_model_open(spec, &model, &error), error);
    ck_assert_uint_eq(kbit_model_count(model), 1);
    ck_assert_str_eq(kbit_model_name(model, 0, &N, &K), "b.weight");
    kbit_model_close(model);

    snprintf(spec, sizeof spec, "%s:?.w*", path);
    ck_ok(kbit_model_open(spec, &model, &error), error);
    ck_assert_uint_eq(kbit_model_count(model), 2);
    kbit_model_close(model);

    snprintf(spec, sizeof spec, "%s:*.b*", path);
    ck_refused(kbit_model_open(spec, &model, &error), KBIT_ERR_IO, error,
               "m.safetensors: '*.b*' matches none of its 3 2-D float tensors");
    ck_assert_ptr_null(model);
    snprintf(spec, sizeof spec, "%s:ids", path);
    ck_refused(kbit_model_open(spec, &model, &error), KBIT_ERR_UNSUPPORTED, error,
               "m.safetensors: tensor 'ids' is I64 with 2 dimensions, not a 2-D float tensor");
    snprintf(spec, sizeof spec, "%s:a.bias", path);
    ck_refused(kbit_model_open(spec, &model, &error), KBIT_ERR_UNSUPPORTED, error,
               "'a.bias' is BF16 with 1 dimensions");
    snprintf(spec, sizeof spec, "%s:", path);
    ck_refused(kbit_model_open(spec, &model, &error), KBIT_ERR_IO, error, "no tensor ''");
}
END_TEST

START_TEST(unreadable)
{
    kbit_safetensors *file;
    kbit_model *model;
    kbit_error error;

    ck_refused(kbit_safetensors_open(scratch_path("absent"), &file, &error), KBIT_ERR_IO, error,
               "absent: No such file");
    ck_refused(kbit_safetensors_open(scratch, &file, &error), KBIT_ERR_IO, error,
               "not a regular file");
    ck_assert_int_eq(mkfifo(scratch_path("pipe"), 0600), 0);
    ck_refused(kbit_safetensors_open(scratch_path("pipe"), &file, &error), KBIT_ERR_IO, error,
               "not a regular file");
    scratch_write(scratch_path("empty"), "", 0);
    ck_refused(kbit_safetensors_open(scratch_path("empty"), &file, &error), KBIT_ERR_FORMAT, error,
               "empty: empty");
    scratch_write(scratch_path("none.safetensors"), "\2\0\0\0\0\0\0\0{}", 10);
    ck_ok(kbit_safetensors_open(scratch_path("none.safetensors"), &file, &error), error);
    ck_assert_uint_eq(kbit_safetensors_count(file), 0);
    kbit_safetensors_close(file);
    ck_refused(kbit_model_open(scratch_path("none.safetensors"), &model, &error), KBIT_ERR_IO,
               error, "none of its 0 tensors is 2-D and float");
    kbit_safetensors_close(NULL);
    kbit_model_close(NULL);

    /* A header that really is as long as claimed, and longer than the format allows; the file is
     * sparse. */
    const uint64_t length = 100000001;
    scratch_write(scratch_path("huge"), &length, 8);
    ck_assert_int_eq(truncate(scratch_path("huge"), 8 + (off_t)length), 0);
    ck_refused(kbit_safetensors_open(scratch_path("huge"), &file, &error), KBIT_ERR_FORMAT, error,
               "its header is 100000001 bytes long");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("safetensors");
    TCase *bytes = tcase_create("bytes");
    tcase_add_test(bytes, listing);
    tcase_add_test(bytes, loading);
    tcase_add_test(bytes, overflow);
    tcase_add_test(bytes, refused_headers);
    tcase_add_test(bytes, refused_bytes);
    tcase_add_test(bytes, corrupted);
    tcase_add_test(bytes, nearest);
    suite_add_tcase(suite, bytes);
    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, scratch_make, scratch_remove);
    tcase_add_test(files, choosing);
    tcase_add_test(files, unreadable);
    suite_add_tcase(suite, files);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
