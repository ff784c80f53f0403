/* t_hopper.cc -- each Hopper wrapper against its definition, byte by byte and element by element. */
#include "testing.h"
#include "hopper_wrappers.h"

#include "../../cuda/ptx_wgmma.cuh"
#include "../../cuda/simt/half.h"
#include "../../cuda/simt/mma_float.h"

#include <stdio.h>
#include <string.h>
#include <vector>

typedef std::vector<unsigned char> Bytes;

/* Device memory: what a tensor map points to is 16-byte aligned. */
struct Memory {
    explicit Memory(size_t bytes, uint64_t seed = 0) : size(bytes)
    {
        Data data(seed);
        cudaMalloc(&at, bytes);
        for (size_t i = 0; i < bytes; i++)
            at[i] = (unsigned char)data.word();
    }
    ~Memory() { cudaFree(at); }
    Memory(const Memory &) = delete;
    Memory &operator=(const Memory &) = delete;
    unsigned char *at = nullptr;
    size_t size;
};

/* The swizzles as tables say them: the 16-byte chunk of a row moves by the row's number. */
static unsigned chunk_place(unsigned row, unsigned chunk, CUtensorMapSwizzle mode)
{
    switch (mode) {
    case CU_TENSOR_MAP_SWIZZLE_128B:
        return chunk ^ row % 8;
    case CU_TENSOR_MAP_SWIZZLE_64B:
        return chunk ^ row / 2 % 4;
    case CU_TENSOR_MAP_SWIZZLE_32B:
        return chunk ^ row / 4 % 2;
    default:
        return chunk;
    }
}

static const CUtensorMapSwizzle modes[] = {CU_TENSOR_MAP_SWIZZLE_NONE, CU_TENSOR_MAP_SWIZZLE_32B,
                                           CU_TENSOR_MAP_SWIZZLE_64B, CU_TENSOR_MAP_SWIZZLE_128B};
static const simt::Async asyncs[] = {simt::Async::Issue, simt::Async::Late, simt::Async::Random};

/* Boxes at all corners, in and out of the matrix; elements of 1, 2 and 4 bytes. */
START_TEST(tma_moves_boxes)
{
    static const struct {
        CUtensorMapDataType type;
        unsigned bytes;
    } elements[] = {{CU_TENSOR_MAP_DATA_TYPE_UINT8, 1},
                    {CU_TENSOR_MAP_DATA_TYPE_FLOAT16, 2},
                    {CU_TENSOR_MAP_DATA_TYPE_INT32, 4}};
    const CUtensorMapSwizzle mode = modes[_i % 4];
    const unsigned bytes = elements[_i / 4].bytes, span = mode ? simt::swizzle_span(mode) : 48;
    const unsigned rows = 37, columns = 160 / bytes - 1, row_bytes = 176;
    const unsigned box_rows = 24, box_columns = span / bytes, box = box_rows * span;
    const Memory matrix(rows * row_bytes, 7), contents(dump_bytes, 8);
    alignas(64) CUtensorMap map;
    ck_assert_int_eq(kbit::make_tensor_map(&map, elements[_i / 4].type, matrix.at, rows, columns,
                                           row_bytes, box_rows, box_columns, mode),
                     cudaSuccess);
    static const int xs[] = {0, -5, 8, 70, 500}, ys[] = {0, -3, 20, 40};
    unsigned turn = 0;
    for (int x : xs)
        for (int y : ys) {
            choose(simt::Order::Priority, asyncs[turn % 3], turn);
            turn++;
            Bytes dump(dump_bytes), expected(dump_bytes, 0xee),
                after(matrix.at, matrix.at + matrix.size);
            ck_assert_int_eq(run_tma_load(map, x, y, box, dump.data()), cudaSuccess);
            for (unsigned r = 0; r < box_rows; r++)
                for (unsigned c = 0; c < span; c++) {
                    const int row = y + (int)r, column = x + (int)(c / bytes);
                    const bool inside =
                        row >= 0 && row < (int)rows && column >= 0 && column < (int)columns;
                    const size_t in_matrix =
                        inside ? (unsigned)row * row_bytes + (unsigned)column * bytes + c % bytes
                               : 0;
                    const size_t in_box = r * span + chunk_place(r, c / 16, mode) * 16 + c % 16;
                    expected[in_box] = inside ? matrix.at[in_matrix] : 0;
                    if (inside)
                        after[in_matrix] = contents.at[in_box];
                }
            ck_assert_msg(dump == expected, "load of (%d, %d)", x, y);
            const Bytes before(matrix.at, matrix.at + matrix.size);
            ck_assert_int_eq(run_tma_store(map, x, y, contents.at), cudaSuccess);
            ck_assert_msg(memcmp(matrix.at, after.data(), after.size()) == 0, "store of (%d, %d)",
                          x, y);
            memcpy(matrix.at, before.data(), before.size());
        }
}
END_TEST

START_TEST(bulk_copies_there_and_back)
{
    const Memory in(4096, 3);
    for (unsigned bytes : {16u, 48u, 4096u}) {
        Memory out(4096, 4);
        Bytes expected(out.at, out.at + 4096);
        memcpy(expected.data(), in.at, bytes);
        choose(simt::Order::Priority, asyncs[_i % 3], (uint64_t)_i);
        ck_assert_int_eq(run_bulk(in.at, out.at, bytes), cudaSuccess);
        ck_assert(memcmp(out.at, expected.data(), 4096) == 0);
    }
}
END_TEST

/* ---- the driver's limits: a legal map, and one change at a time ---- */

struct Request {
    size_t rows = 64, columns = 256, row_bytes = 256, base = 0;
    unsigned box_rows = 32, box_columns = 128;
    CUtensorMapDataType type = CU_TENSOR_MAP_DATA_TYPE_UINT8;
    CUtensorMapSwizzle swizzle = CU_TENSOR_MAP_SWIZZLE_128B;
};

static cudaError_t request(const Request &r)
{
    static const Memory memory(256);
    alignas(64) CUtensorMap map;
    return kbit::make_tensor_map(&map, r.type, memory.at + r.base, r.rows, r.columns, r.row_bytes,
                                 r.box_rows, r.box_columns, r.swizzle);
}

START_TEST(tensor_maps_keep_the_limits)
{
    const auto refused = [](void (*change)(Request &), const char *why) {
        Request r;
        change(r);
        ck_assert_int_eq(request(r), cudaErrorInvalidValue);
        ck_assert_str_eq(simt::tensor_map_complaint(), why);
    };
    const auto accepted = [](void (*change)(Request &)) {
        Request r;
        change(r);
        ck_assert_int_eq(request(r), cudaSuccess);
        ck_assert_str_eq(simt::tensor_map_complaint(), "");
    };
    accepted([](Request &) {});
    refused([](Request &r) { r.base = 8; }, "the tensor is not 16-byte aligned");
    refused([](Request &r) { r.rows = 0; }, "a size is not in [1, 2^32]");
    refused([](Request &r) { r.columns = 0; }, "a size is not in [1, 2^32]");
    accepted([](Request &r) { r.rows = size_t{1} << 32; });
    refused([](Request &r) { r.rows = (size_t{1} << 32) + 1; }, "a size is not in [1, 2^32]");
    refused([](Request &r) { r.row_bytes = 264; },
            "the row stride is not a multiple of 16 below 2^40");
    refused([](Request &r) { r.row_bytes = size_t{1} << 40; },
            "the row stride is not a multiple of 16 below 2^40");
    accepted([](Request &r) { r.row_bytes = (size_t{1} << 40) - 16; });
    refused([](Request &r) { r.row_bytes = 240; }, "the rows overlap");
    refused([](Request &r) { r.box_rows = 0; }, "a side of the box is not in [1, 256]");
    accepted([](Request &r) { r.box_rows = 256; });
    refused([](Request &r) { r.box_rows = 257; }, "a side of the box is not in [1, 256]");
    refused([](Request &r) { r.box_columns = 120; },
            "a row of the box is not a multiple of 16 bytes");
    refused([](Request &r) { r.box_columns = 144; },
            "a row of the box is longer than the swizzle's span");
    refused([](Request &r) { r.swizzle = CU_TENSOR_MAP_SWIZZLE_64B; },
            "a row of the box is longer than the swizzle's span");
    accepted([](Request &r) {
        r.swizzle = CU_TENSOR_MAP_SWIZZLE_NONE;
        r.box_columns = 256;
    });
    refused([](Request &r) { r.type = (CUtensorMapDataType)77; }, "the element type is unknown");
    alignas(64) unsigned char place[256];
    const Request r;
    ck_assert_int_eq(kbit::make_tensor_map(reinterpret_cast<CUtensorMap *>(place + 16), r.type,
                                           place, r.rows, r.columns, r.row_bytes, r.box_rows,
                                           r.box_columns, r.swizzle),
                     cudaErrorInvalidValue);
    ck_assert_str_eq(simt::tensor_map_complaint(), "the map is not 64-byte aligned");
}
END_TEST

/* ---- wgmma ---- */

/* rows of 32 bytes, placed as the manual's tables say, amid other bytes. */
struct Operand32 {
    Memory part;
    Layout layout;
    std::vector<Bytes> row;

    /* step: which 32 bytes of the swizzle's row */
    Operand32(unsigned rows, CUtensorMapSwizzle mode, unsigned step, Data &data,
              unsigned char (*byte)(Data &))
        : part(part_bytes, data.next()), row(rows, Bytes(32))
    {
        static const unsigned fields[] = {0, 3, 2, 1}; /* 62-63 of the descriptor */
        const unsigned span = simt::swizzle_span(mode);
        const bool plain = mode == CU_TENSOR_MAP_SWIZZLE_NONE;
        layout = {fields[mode], plain ? 0 : step * 32, plain ? 256 : span * 8, plain ? 128u : 16u};
        for (unsigned r = 0; r < rows; r++)
            for (unsigned k = 0; k < 32; k++) {
                row[r][k] = byte(data);
                const unsigned chunk = k / 16;
                const size_t at = plain ? r / 8 * 256 + chunk * 128 + r % 8 * 16
                                        : r * span + chunk_place(r, step * 2 + chunk, mode) * 16;
                part.at[at + k % 16] = row[r][k];
            }
    }
};

static unsigned char any_byte(Data &data)
{
    return (unsigned char)data.word();
}
static unsigned char extreme_byte(Data &data)
{
    return data.word() & 1 ? 0x80 : 0x7f;
}

static int row_of(int thread, int i)
{
    return thread / 32 * 16 + thread % 32 / 4 + i / 2 % 2 * 8;
}
static int column_of(int thread, int i)
{
    return i / 4 * 8 + thread % 4 * 2 + i % 2;
}

/* Each N, with layouts, steps and timing that change from one to the next. */
START_TEST(wgmma_s8_is_the_integer_product)
{
    Data data(11);
    unsigned served = 0;
    for (int n = 8; n <= 256; n += 8) {
        const CUtensorMapSwizzle ma = modes[n / 8 % 4], mb = modes[n / 32 % 4];
        const unsigned step = (unsigned)n / 16;
        const auto byte = n % 48 == 0 ? extreme_byte : any_byte;
        const Operand32 a(64, ma, ma ? step % (simt::swizzle_span(ma) / 32) : 0, data, byte);
        const Operand32 b((unsigned)n, mb, mb ? step % (simt::swizzle_span(mb) / 32) : 0, data,
                          byte);
        std::vector<unsigned> d(128 * (size_t)n / 2);
        for (unsigned &v : d)
            v = data.word();
        const std::vector<unsigned> before = d;
        cudaError_t status = cudaErrorInvalidValue;
        const bool accumulate = n % 24 != 0;
        choose(simt::Order::Priority, asyncs[n / 8 % 3], (uint64_t)n);
        const bool exists = run_wgmma(WgmmaKind::S8, n, a.part.at, a.layout, b.part.at, b.layout,
                                      accumulate, d.data(), &status);
        ck_assert_int_eq(exists, n <= 32 ? true : n % 16 == 0);
        if (!exists)
            continue;
        served++;
        ck_assert_msg(status == cudaSuccess, "%s", simt::fault_message());
        for (int t = 0; t < 128; t++)
            for (int i = 0; i < n / 2; i++) {
                const size_t at = (size_t)(t * n / 2 + i);
                unsigned sum = accumulate ? before[at] : 0;
                for (size_t k = 0; k < 32; k++)
                    sum += (unsigned)((int8_t)a.row[(size_t)row_of(t, i)][k] *
                                      (int8_t)b.row[(size_t)column_of(t, i)][k]);
                ck_assert_msg(d[at] == sum, "n %d, thread %d, d[%d]: %u, not %u", n, t, i, d[at],
                              sum);
            }
    }
    ck_assert_uint_eq(served, 18);
}
END_TEST

/* Small integers, whose sums are exact whatever the model, and any bits, as the model has them. */
static unsigned char integer_f16(Data &data)
{
    /* high bytes of 0, +-1, +-2, +-4: the low byte is 0 as well */
    static const unsigned char high[] = {0, 0x3c, 0xbc, 0x40, 0xc0, 0x44, 0xc4};
    static bool low = true;
    low = !low;
    return low ? high[data.word() % 7] : 0;
}
static unsigned char integer_bf16(Data &data)
{
    static const unsigned char high[] = {0, 0x40, 0xc0}; /* 0, +-2 */
    static bool low = true;
    low = !low;
    return low ? high[data.word() % 3] : 0;
}

static void check_float(WgmmaKind kind, int n, bool integers)
{
    Data data((uint64_t)n);
    const bool f16 = kind == WgmmaKind::F16;
    const auto byte = !integers ? any_byte : f16 ? integer_f16 : integer_bf16;
    const CUtensorMapSwizzle mode = modes[(n / 8 + integers) % 4];
    const Operand32 a(64, mode, 0, data, byte), b((unsigned)n, mode, 0, data, byte);
    std::vector<unsigned> d(128 * (size_t)n / 2);
    for (unsigned &v : d)
        v = integers ? simt::float_bits((float)(int)(data.word() % 100)) : data.word();
    const std::vector<unsigned> before = d;
    cudaError_t status = cudaErrorInvalidValue;
    choose(simt::Order::Priority, asyncs[n / 8 % 3], (uint64_t)n);
    ck_assert(run_wgmma(kind, n, a.part.at, a.layout, b.part.at, b.layout, n % 24 != 0, d.data(),
                        &status));
    ck_assert_msg(status == cudaSuccess, "%s", simt::fault_message());
    const auto element = [&](const Bytes &row, size_t k) {
        uint16_t bits;
        memcpy(&bits, &row[2 * k], 2);
        return bits;
    };
    for (int t = 0; t < 128; t++)
        for (int i = 0; i < n / 2; i++) {
            const size_t at = (size_t)(t * n / 2 + i);
            float sum = n % 24 ? simt::float_from_bits(before[at]) : 0.0f;
            simt::Operand left[16], right[16];
            for (size_t k = 0; k < 16; k++) {
                const uint16_t x = element(a.row[(size_t)row_of(t, i)], k);
                const uint16_t y = element(b.row[(size_t)column_of(t, i)], k);
                left[k] = f16 ? simt::decode_f16(x) : simt::decode_bf16(x);
                right[k] = f16 ? simt::decode_f16(y) : simt::decode_bf16(y);
                if (integers)
                    sum += (f16 ? simt::half_bits_to_float(x)
                                : simt::float_from_bits((unsigned)x << 16)) *
                           (f16 ? simt::half_bits_to_float(y)
                                : simt::float_from_bits((unsigned)y << 16));
            }
            if (!integers)
                sum = simt::accumulate_dot(kbit_accumulation_find("h100"), sum, left, right, 16);
            const unsigned got = d[at], want = simt::float_bits(sum);
            ck_assert_msg(got == want, "n %d, thread %d, d[%d]: %08x, not %08x", n, t, i, got,
                          want);
        }
}

START_TEST(wgmma_float_follows_the_model)
{
    for (int n = 8; n <= 256; n += 8) {
        const WgmmaKind kind = n / 8 % 2 == _i ? WgmmaKind::F16 : WgmmaKind::BF16;
        check_float(kind, n, n % 40 != 0);
    }
}
END_TEST

int main()
{
    TCase *tests = tcase_create("hopper");
    tcase_add_loop_test(tests, tma_moves_boxes, 0, 12);
    tcase_add_loop_test(tests, bulk_copies_there_and_back, 0, 3);
    tcase_add_test(tests, tensor_maps_keep_the_limits);
    tcase_add_test(tests, wgmma_s8_is_the_integer_product);
    tcase_add_loop_test(tests, wgmma_float_follows_the_model, 0, 2);
    return run_suite("simt hopper wrappers", tests);
}
