/* cuda_test.h -- what the tests of the kernels share: guarded memory, test data, schedules.
 *
 * A kernel runs on the CPU layer and is compared with the reference bit for bit. Its memory ends at
 * a page that cannot be touched and begins behind bytes that must not change. An assertion of Check
 * that holds is a write to a file: what is asked of each byte asserts only where it fails.
 */
#ifndef KBIT_TESTS_CUDA_TEST_H
#define KBIT_TESTS_CUDA_TEST_H

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vector>

#include "rungs.h"
#include "simt/options.h"

#include "kbit.h"

namespace kbit_test
{

const size_t kSizes[] = {1, 2, 3, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 200};
const size_t kNumberOfSizes = sizeof kSizes / sizeof *kSizes;
const kbit_dtype kTypes[] = {KBIT_F32, KBIT_F16, KBIT_BF16};
const float kOff = KBIT_THRESHOLD_OFF;

/* How many of the n bytes come before one that is not `value`. */
inline size_t unchanged(const void *bytes, size_t n, unsigned char value)
{
    const unsigned char *p = static_cast<const unsigned char *>(bytes);
    size_t i = 0;
    while (i < n && p[i] == value)
        ++i;
    return i;
}

/* n elements that end less than 16 bytes before a closed page, at an address that is a multiple of
 * 16 plus `offset` elements. */
template <class T> class Guarded
{
  public:
    explicit Guarded(size_t n, size_t offset = 0, unsigned char fill = 0xa5)
        : n_(n), page_(static_cast<size_t>(sysconf(_SC_PAGESIZE)))
    {
        const size_t bytes = (offset + n) * sizeof(T), room = (bytes + 15) / 16 * 16;
        mapped_ = (room + kBefore + page_ - 1) / page_ * page_;
        base_ = static_cast<unsigned char *>(mmap(nullptr, mapped_ + page_, PROT_READ | PROT_WRITE,
                                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        ck_assert_msg(base_ != MAP_FAILED, "mmap of %zu bytes failed", mapped_ + page_);
        mprotect(base_ + mapped_, page_, PROT_NONE);
        memset(base_, fill, mapped_);
        fill_ = fill;
        data_ = reinterpret_cast<T *>(base_ + mapped_ - room) + offset;
    }
    ~Guarded()
    {
        check_surroundings();
        munmap(base_, mapped_ + page_);
    }
    Guarded(const Guarded &) = delete;
    Guarded &operator=(const Guarded &) = delete;

    T *data() { return data_; }
    const T *data() const { return data_; }
    size_t size() const { return n_; }
    T &operator[](size_t i) { return data_[i]; }

    /* Nothing but the n elements was written. */
    void check_surroundings() const
    {
        const unsigned char *first = reinterpret_cast<const unsigned char *>(data_);
        const unsigned char *last = reinterpret_cast<const unsigned char *>(data_ + n_);
        const size_t behind = static_cast<size_t>(base_ + mapped_ - last);
        const size_t before = unchanged(first - kBefore, kBefore, fill_);
        ck_assert_msg(before == kBefore, "written %zu bytes before the array", kBefore - before);
        const size_t after = unchanged(last, behind, fill_);
        ck_assert_msg(after == behind, "written %zu bytes behind the array", after + 1);
    }

  private:
    static const size_t kBefore = 256;
    size_t n_, page_, mapped_;
    unsigned char *base_, fill_;
    T *data_;
};

inline uint64_t &seed()
{
    static uint64_t state = 20220815;
    return state;
}

inline uint32_t random_bits()
{
    uint64_t &s = seed();
    s = s * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>(s >> 32);
}

/* Near a normal distribution, sigma about 1. */
inline float random_value()
{
    int sum = 0;
    for (int i = 0; i < 6; ++i)
        sum += static_cast<int>(random_bits() % 4096) - 2048;
    return static_cast<float>(sum) * 0x1p-12f * 1.4f;
}

inline int8_t random_code()
{
    return static_cast<int8_t>(random_bits() >> 24);
}

/* What a matrix of activations is made of. */
enum Kind {
    Plain,     /* no outlier at 6 */
    Outliers,  /* a few columns near 20, some elements only */
    ZeroRows,  /* every third row is 0 or -0 */
    NotFinite, /* here and there a NaN or an infinity */
    Huge,      /* magnitudes over the whole exponent range */
    Ties,      /* integers and their halves: 127 x / a hits ties */
    kKinds
};

/* X as the kernel gets it (its type) and as the reference does (float). */
struct Activations {
    size_t M, K;
    kbit_dtype type;
    Guarded<unsigned char> bytes;
    std::vector<float> wide;

    Activations(Kind kind, size_t m, size_t k, kbit_dtype t, size_t offset = 0)
        : M(m), K(k), type(t), bytes(m * k * kbit_dtype_size(t), offset * kbit_dtype_size(t)),
          wide(m * k)
    {
        for (size_t i = 0; i < M * K; ++i)
            wide[i] = value(kind, i / K, i % K);
        ck_assert_int_eq(kbit_round(M * K, wide.data(), type, bytes.data()), KBIT_OK);
        ck_assert_int_eq(kbit_widen(M * K, type, bytes.data(), wide.data()), KBIT_OK);
    }
    const void *data() const { return bytes.data(); }

  private:
    static float value(Kind kind, size_t i, size_t k)
    {
        const float x = random_value();
        switch (kind) {
        case Outliers:
            return k % 11 == 3 && random_bits() % 3 == 0 ? 20.0f + x : x;
        case ZeroRows:
            return i % 3 == 0 ? (k % 2 ? -0.0f : 0.0f) : x;
        case NotFinite:
            if (random_bits() % 97 != 0)
                return x;
            return random_bits() % 2 ? NAN : (x < 0 ? -INFINITY : INFINITY);
        case Huge:
            return ldexpf(x, static_cast<int>(random_bits() % 270) - 145);
        case Ties:
            return 0.5f * static_cast<float>(static_cast<int>(random_bits() % 255) - 127);
        default:
            return x;
        }
    }
};

/* O as a kernel gets it: NULL count, or a count and a list of K numbers (the rest is not to be
 * looked at and would be far outside). */
class List
{
  public:
    explicit List(const std::vector<int32_t> &columns, size_t K)
        : columns_(columns), count_(1), list_(K, 0, 0x7f)
    {
        count_[0] = static_cast<int32_t>(columns.size());
        for (size_t i = 0; i < columns.size(); ++i)
            list_[i] = columns[i];
    }
    const int32_t *count() const { return count_.data(); }
    const int32_t *data() const { return list_.data(); }
    size_t size() const { return columns_.size(); }
    const int32_t *host() const { return columns_.data(); }

  private:
    std::vector<int32_t> columns_;
    Guarded<int32_t> count_, list_;
};

/* Lists with no, one, some and all columns. */
inline std::vector<std::vector<int32_t>> lists(size_t K)
{
    std::vector<int32_t> one, some, all;
    if (K > 0)
        one.push_back(static_cast<int32_t>(random_bits() % K));
    for (size_t k = 0; k < K; ++k) {
        all.push_back(static_cast<int32_t>(k));
        if (random_bits() % 5 == 0)
            some.push_back(static_cast<int32_t>(k));
    }
    return {{}, one, some, all};
}

/* The orders in which the layer runs threads and completes copies. Call number i of a test runs
 * under schedule i, so that every schedule meets many shapes. */
inline void schedule(unsigned i)
{
    simt::Options o = simt::options();
    const simt::Order orders[] = {simt::Order::Forward, simt::Order::Reverse, simt::Order::Random,
                                  simt::Order::Priority};
    const simt::Async asyncs[] = {simt::Async::Issue, simt::Async::Late, simt::Async::Random};
    o.order = orders[i % 4];
    o.async = asyncs[i / 4 % 3];
    o.seed = i / 12 + i % 2;
    o.poison = i % 3 == 0 ? -1 : 0xdb;
    simt::set_options(o);
}
constexpr unsigned kSchedules = 24;

inline bool same_float(float a, float b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

/* got and want agree in every encoding; NaNs of any payload are one. */
inline void check_floats(const float *got, const float *want, size_t n, const char *what)
{
    for (size_t i = 0; i < n; ++i)
        if (!same_float(got[i], want[i]))
            ck_abort_msg("%s: element %zu of %zu is %a, not %a", what, i, n, got[i], want[i]);
}

inline void check_typed(kbit_dtype type, const void *got, const void *want, size_t n,
                        const char *what)
{
    std::vector<float> a(n), b(n);
    ck_assert_int_eq(kbit_widen(n, type, got, a.data()), KBIT_OK);
    ck_assert_int_eq(kbit_widen(n, type, want, b.data()), KBIT_OK);
    check_floats(a.data(), b.data(), n, what);
}

template <class T> void check_integers(const T *got, const T *want, size_t n, const char *what)
{
    for (size_t i = 0; i < n; ++i)
        if (got[i] != want[i])
            ck_abort_msg("%s: element %zu of %zu is %d, not %d", what, i, n,
                         static_cast<int>(got[i]), static_cast<int>(want[i]));
}

/* Row i of M, of `used` bytes with `pitch` bytes from one to the next, left what is between as
 * Guarded had filled it. */
inline void check_between(const void *rows, size_t M, size_t used, size_t pitch, const char *what)
{
    const unsigned char *row = static_cast<const unsigned char *>(rows) + used;
    for (size_t i = 0; i < M; ++i, row += pitch)
        ck_assert_msg(unchanged(row, pitch - used, 0xa5) == pitch - used,
                      "%s: wrote between the rows", what);
}

/* Runs the tests of a program and prints TAP. */
inline int run_suite(const char *name, std::initializer_list<const TTest *> tests)
{
    Suite *suite = suite_create(name);
    TCase *core = tcase_create(name);
    tcase_set_timeout(core, 120); /* against a hang; Check's own 4 s are wall time */
    for (const TTest *test : tests)
        tcase_add_test(core, test);
    suite_add_tcase(suite, core);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

} // namespace kbit_test

#endif
