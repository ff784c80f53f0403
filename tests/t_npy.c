/* t_npy.c -- NPY files: round trips, what other writers write, and everything that is refused. */
#include "io_scratch.h"

#include <sys/stat.h>

#include "io/npy.h"

static const struct {
    kbit_dtype type;
    const char *descr;
    size_t size;
} types[] = {{KBIT_F32, "<f4", 4},
             {KBIT_F16, "<f2", 2},
             {KBIT_BF16, "<u2", 2},
             {KBIT_I8, "|i1", 1},
             {KBIT_I32, "<i4", 4}};

/* An NPY file in memory: version, dictionary as given, then n_data bytes 0, 1, 2, ... */
typedef struct {
    unsigned char bytes[1024];
    size_t size;
} image;

static image make_image(int major, const char *dictionary, size_t n_data)
{
    image im = {{0}, 0};
    size_t length = strlen(dictionary);
    size_t start = major == 2 ? 12 : 10;

    memcpy(im.bytes, "\x93NUMPY", 6);
    im.bytes[6] = (unsigned char)major;
    im.bytes[8] = (unsigned char)length;
    im.bytes[9] = (unsigned char)(length >> 8);
    memcpy(im.bytes + start, dictionary, length);
    for (size_t i = 0; i < n_data; i++)
        im.bytes[start + length + i] = (unsigned char)i;
    im.size = start + length + n_data;
    return im;
}

static kbit_status parse(const image *im, kbit_npy_header *header, kbit_error *error)
{
    /* A copy of exactly that size: a sanitizer then sees a read past the end. */
    void *copy = malloc(im->size + (im->size == 0));
    memcpy(copy, im->bytes, im->size);
    kbit_status status = kbit_npy_parse(copy, im->size, im->size, "some.npy", header, error);
    free(copy);
    return status;
}

START_TEST(round_trip)
{
    static const struct {
        uint32_t rank;
        size_t dim[2];
    } shapes[] = {{1, {1, 1}}, {1, {0, 1}}, {1, {77, 1}}, {2, {3, 5}},
                  {2, {0, 9}}, {2, {9, 0}}, {2, {1, 1}},  {2, {64, 33}}};
    const char *path = scratch_path("x.npy");
    kbit_error error;

    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        kbit_array written, found;
        kbit_npy_header header;
        ck_ok(
            kbit_array_alloc(types[_i].type, shapes[s].rank, shapes[s].dim, "x", &written, &error),
            error);
        size_t n = shapes[s].dim[0] * shapes[s].dim[1] * types[_i].size;
        ck_assert((n == 0) == (written.data == NULL));
        for (size_t i = 0; i < n; i++)
            ((unsigned char *)written.data)[i] = (unsigned char)(i * 37 + s);
        ck_ok(kbit_npy_write(path, &written, &error), error);

        ck_ok(kbit_npy_read(path, &found, &error), error);
        ck_assert_int_eq(found.type, types[_i].type);
        ck_assert_uint_eq(found.rank, shapes[s].rank);
        ck_assert_uint_eq(found.dim[0], shapes[s].dim[0]);
        ck_assert_uint_eq(found.dim[1], shapes[s].dim[1]);
        ck_assert_uint_eq((uintptr_t)found.data % 64, 0);
        ck_assert((n == 0) == (found.data == NULL));
        if (n > 0)
            ck_assert_mem_eq(found.data, written.data, n);

        char file[4096 * 4];
        FILE *f = fopen(path, "rb");
        size_t size = fread(file, 1, sizeof file, f);
        fclose(f);
        ck_ok(kbit_npy_parse(file, size, size, path, &header, &error), error);
        ck_assert_uint_eq(header.offset % 64, 0);
        ck_assert_uint_eq(header.offset + n, size);
        ck_assert_int_eq(file[header.offset - 1], '\n');
        ck_assert(strstr(file + 10, types[_i].descr) != NULL);
        kbit_array_free(&written);
        kbit_array_free(&found);
    }
    ck_assert_uint_eq(scratch_entries(scratch), 1); /* no temporary file is left */
}
END_TEST

START_TEST(other_writers)
{
    static const struct {
        int major;
        const char *dictionary;
        kbit_dtype type;
        uint32_t rank;
        size_t rows, columns;
    } accepted[] = {
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }   \n", KBIT_F32, 2, 3, 4},
        {2, "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }\n", KBIT_F32, 2, 3, 4},
        {1, "{\"shape\":(3,4),\"descr\":\"<f2\",\"fortran_order\":False}", KBIT_F16, 2, 3, 4},
        {1, "{'descr': '<i1', 'fortran_order': False, 'shape': (5,)}\n", KBIT_I8, 1, 5, 1},
        {1, "{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3,)}\n", KBIT_BF16, 2, 2, 3},
        {1, "{ 'descr' : '<i4' , 'fortran_order' : False , 'shape' : ( 5 , ) }\n", KBIT_I32, 1, 5,
         1},
    };
    kbit_npy_header header;
    kbit_error error;

    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        size_t n = accepted[i].rows * accepted[i].columns * kbit_dtype_size(accepted[i].type);
        image im = make_image(accepted[i].major, accepted[i].dictionary, n);
        ck_ok(parse(&im, &header, &error), error);
        ck_assert_int_eq(header.type, accepted[i].type);
        ck_assert_uint_eq(header.rank, accepted[i].rank);
        ck_assert_uint_eq(header.dim[0], accepted[i].rows);
        ck_assert_uint_eq(header.dim[1], accepted[i].columns);
        ck_assert_uint_eq(header.bytes, n);
        ck_assert_uint_eq(im.bytes[header.offset + 1], 1);
    }
}
END_TEST

START_TEST(refused_dictionaries)
{
    static const struct {
        const char *dictionary, *says;
    } refused[] = {
        {"", "does not start with a dictionary"},
        {"[]", "does not start with a dictionary"},
        {"{", "not a dictionary"},
        {"{}", "'descr' is missing"},
        {"{'descr': '<f4', 'fortran_order': False}", "'shape' is missing"},
        {"{'descr': '<f4', 'shape': (1,)}", "'fortran_order' is missing"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,)", "not a dictionary"},
        {"{'descr': '<f4' 'fortran_order': False, 'shape': (1,)}", "not a dictionary"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x", "text after"},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "stands twice"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'a': 1}", "unknown key 'a'"},
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (1,)}", "Fortran order"},
        {"{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", "neither True nor False"},
        {"{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", "big-endian"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", "'<f8' is none of"},
        {"{'descr': '<i8', 'fortran_order': False, 'shape': (1,)}", "'<i8' is none of"},
        {"{'descr': '<V2', 'fortran_order': False, 'shape': (1,)}", "'<V2' is none of"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "Python objects"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "several fields"},
        {"{'descr': 4, 'fortran_order': False, 'shape': (1,)}", "not the name of a type"},
        {"{'descr': '<f4, 'fortran_order': False, 'shape': (1,)}", "is none of"},
        {"{'descr': '<f4", "not the name of a type"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': ()}", "scalar"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': 1}", "not a tuple"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1)}", "not a tuple"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1 1)}", "not a tuple of integers"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (,)}", "not a tuple of integers"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "not a tuple of integers"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1", "not a tuple of integers"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1)}", "more than 2 dimensions"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551616,)}", "64 bits"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387905,)}", "overflows"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
         "overflows"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,)}",
         "needs 4398046511104 bytes, 4 are there"},
    };
    kbit_npy_header header;
    kbit_error error;

    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        for (int major = 1; major <= 2; major++) {
            image im = make_image(major, refused[i].dictionary, 4);
            ck_refused(parse(&im, &header, &error), KBIT_ERR_FORMAT, error, refused[i].says);
            ck_assert_msg(strncmp(error.text, "some.npy: ", 10) == 0, "%s", error.text);
        }
}
END_TEST

START_TEST(refused_bytes)
{
    const char *dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
    kbit_npy_header header;
    kbit_error error;

    for (int major = 1; major <= 2; major++) {
        const image good = make_image(major, dictionary, 8);
        ck_ok(parse(&good, &header, &error), error);
        for (size_t size = 0; size < good.size; size++) { /* every truncation */
            image im = good;
            im.size = size;
            ck_assert_int_eq(parse(&im, &header, &error), KBIT_ERR_FORMAT);
            ck_assert_msg(strncmp(error.text, "some.npy: ", 10) == 0, "%s", error.text);
        }
        image im = good;
        im.size++;
        ck_refused(parse(&im, &header, &error), KBIT_ERR_FORMAT, error, "1 trailing bytes");
        im = good;
        im.bytes[9] = 0xff; /* a header of 65 thousand bytes */
        ck_refused(parse(&im, &header, &error), KBIT_ERR_FORMAT, error, "its header claims 653");
        im = good;
        im.bytes[5] = 'X';
        ck_refused(parse(&im, &header, &error), KBIT_ERR_FORMAT, error, "not an NPY file");
        im = good;
        im.bytes[6] = 3;
        ck_refused(parse(&im, &header, &error), KBIT_ERR_FORMAT, error, "version 3.0");
        im = good;
        im.bytes[7] = 1;
        ck_refused(parse(&im, &header, &error), KBIT_ERR_FORMAT, error, ".1; kbit reads");
    }
    image im = make_image(2, dictionary, 8);
    im.bytes[11] = 0xff; /* 4 GB of header */
    ck_refused(parse(&im, &header, &error), KBIT_ERR_FORMAT, error, "its header claims 4278190");
}
END_TEST

/* Whatever one byte is changed to, what is accepted still accounts for every byte of the file. */
START_TEST(corrupted)
{
    const char *dictionary = "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 3), }\n";
    const image good = make_image(1, dictionary, 12);
    kbit_npy_header header;
    kbit_error error;
    size_t accepted = 0, refused = 0;

    for (size_t i = 0; i < good.size - 12; i++)
        for (int value = 0; value < 256; value++) {
            image im = good;
            im.bytes[i] = (unsigned char)value;
            if (parse(&im, &header, &error)) {
                refused++;
                continue;
            }
            accepted++;
            ck_assert_uint_eq(header.offset + header.bytes, im.size);
            ck_assert_uint_eq(header.dim[0] * header.dim[1] * kbit_dtype_size(header.type),
                              header.bytes);
        }
    ck_assert_uint_gt(refused, 0);
    ck_assert_uint_ge(accepted, good.size - 12); /* each byte as it was */
}
END_TEST

START_TEST(unreadable)
{
    kbit_array array;
    kbit_error error;
    const image im = make_image(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (9,), }", 8);

    ck_refused(kbit_npy_read(scratch_path("absent.npy"), &array, &error), KBIT_ERR_IO, error,
               "absent.npy: No such file");
    ck_refused(kbit_npy_read(scratch, &array, &error), KBIT_ERR_IO, error, "not a regular file");
    ck_assert_int_eq(mkfifo(scratch_path("pipe"), 0600), 0);
    ck_refused(kbit_npy_read(scratch_path("pipe"), &array, &error), KBIT_ERR_IO, error,
               "not a regular file");
    scratch_write(scratch_path("short.npy"), im.bytes, im.size);
    ck_refused(kbit_npy_read(scratch_path("short.npy"), &array, &error), KBIT_ERR_FORMAT, error,
               "short.npy: truncated: its shape needs 36 bytes, 8 are there");
    ck_assert_ptr_null(array.data);
    scratch_write(scratch_path("empty.npy"), "", 0);
    ck_refused(kbit_npy_read(scratch_path("empty.npy"), &array, &error), KBIT_ERR_FORMAT, error,
               "empty.npy: not an NPY file");
    /* A header longer than is ever read, in a file that really has it. */
    FILE *f = fopen(scratch_path("long.npy"), "wb");
    fwrite("\x93NUMPY\x02\x00\x00\x00\x10\x00", 1, 12, f);
    for (size_t i = 0; i < 0x100000; i++)
        fputc(' ', f);
    fclose(f);
    ck_refused(kbit_npy_read(scratch_path("long.npy"), &array, &error), KBIT_ERR_FORMAT, error,
               "its header is 1048576 bytes long");
}
END_TEST

START_TEST(unwritable)
{
    kbit_array old, new;
    kbit_error error;
    const size_t dim[2] = {100, 100};
    const char *path = scratch_path("x.npy");

    ck_ok(kbit_array_alloc(KBIT_I8, 1, dim, "x", &old, &error), error);
    memset(old.data, 1, 100);
    ck_ok(kbit_npy_write(path, &old, &error), error);
    ck_ok(kbit_array_alloc(KBIT_F32, 2, dim, "x", &new, &error), error);
    memset(new.data, 0, 40000);

    ck_refused(kbit_npy_write(scratch_path("no/x.npy"), &new, &error), KBIT_ERR_IO, error,
               "no/x.npy: cannot be created: No such file");
    ck_refused(kbit_npy_write(scratch_path("x.npy/y.npy"), &new, &error), KBIT_ERR_IO, error,
               "y.npy: cannot be created: Not a directory");
    ck_refused(kbit_npy_write(scratch, &new, &error), KBIT_ERR_IO, error, "not a regular file");

    scratch_limit_files(4096); /* the disk is full in the middle of the elements */
    ck_refused(kbit_npy_write(path, &new, &error), KBIT_ERR_IO, error, "x.npy: cannot be written");
    ck_assert_uint_eq(scratch_entries(scratch), 1);
    kbit_array_free(&new);
    ck_ok(kbit_npy_read(path, &new, &error), error); /* what was there is still there */
    ck_assert_int_eq(new.type, KBIT_I8);
    ck_assert_mem_eq(new.data, old.data, 100);
    kbit_array_free(&old);
    kbit_array_free(&new);
}
END_TEST

START_TEST(unwritable_arrays)
{
    kbit_error error;
    kbit_array array = {KBIT_F32, 2, {2, 3}, NULL};
    const char *path = scratch_path("x.npy");

    ck_refused(kbit_npy_write(path, &array, &error), KBIT_ERR_NULL, error, "x.npy: the array has");
    array.type = (kbit_dtype)99;
    ck_refused(kbit_npy_write(path, &array, &error), KBIT_ERR_UNSUPPORTED, error, "unknown type");
    array.type = KBIT_F32;
    array.rank = 3;
    ck_refused(kbit_npy_write(path, &array, &error), KBIT_ERR_SHAPE, error, "f32 of rank 3");
    array.rank = 2;
    array.dim[0] = array.dim[1] = (size_t)1 << 32;
    ck_refused(kbit_npy_write(path, &array, &error), KBIT_ERR_SHAPE, error, "f32 [4294967296, ");
    ck_refused(kbit_array_alloc(KBIT_I8, 1, &(size_t){SIZE_MAX}, "x", &array, &error),
               KBIT_ERR_MEMORY, error, "x: no memory for i8");
    ck_assert_uint_eq(scratch_entries(scratch), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("npy");
    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, scratch_make, scratch_remove);
    tcase_add_loop_test(files, round_trip, 0, sizeof types / sizeof *types);
    tcase_add_test(files, unreadable);
    tcase_add_test(files, unwritable);
    tcase_add_test(files, unwritable_arrays);
    suite_add_tcase(suite, files);
    TCase *header = tcase_create("header");
    tcase_add_test(header, other_writers);
    tcase_add_test(header, refused_dictionaries);
    tcase_add_test(header, refused_bytes);
    tcase_add_test(header, corrupted);
    suite_add_tcase(suite, header);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
