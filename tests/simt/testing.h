/* testing.h -- what the tests of the execution layer share. */
#ifndef KBIT_TESTS_SIMT_TESTING_H
#define KBIT_TESTS_SIMT_TESTING_H

#include "../../cuda/simt/options.h"

#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string>

/* A fixed stream of test data (splitmix64): the same on every machine. */
class Data
{
  public:
    explicit Data(uint64_t seed) : state_(seed) {}
    uint64_t next()
    {
        uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        return z ^ z >> 31;
    }
    unsigned word() { return (unsigned)(next() >> 32); }

  private:
    uint64_t state_;
};

static inline const char *order_name(simt::Order order)
{
    static const char *const names[] = {"forward", "reverse", "random", "priority"};
    return names[(int)order];
}
static inline const char *async_name(simt::Async async)
{
    static const char *const names[] = {"issue", "late", "random"};
    return names[(int)async];
}

/* Options for one run whose faults come back as messages. */
static inline void choose(simt::Order order, simt::Async async, uint64_t seed, int poison = 0x7b)
{
    simt::Options o;
    o.order = order;
    o.async = async;
    o.seed = seed;
    o.poison = poison;
    o.on_fault = simt::OnFault::Return;
    simt::set_options(o);
}

/* "FILE:LINE" becomes "L", counted from the line `first`, which stands above a kernel. */
static inline std::string with_relative_lines(std::string text, const char *file, int first)
{
    std::string place = std::string(file) + ":";
    for (size_t at; (at = text.find(place)) != std::string::npos;) {
        size_t end = at + place.size();
        int line = atoi(text.c_str() + end) - first;
        while (end < text.size() && text[end] >= '0' && text[end] <= '9')
            end++;
        text.replace(at, end - at, "L" + std::to_string(line));
    }
    return text;
}

/* Runs one test case; the test program's exit status. In one process, unless CK_FORK says else. */
static inline int run_suite(const char *name, TCase *tests)
{
    Suite *suite = suite_create(name);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
