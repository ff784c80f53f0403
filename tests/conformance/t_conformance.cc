/* t_conformance.cc -- the CPU layer's answer to each conformance case, against a second formulation of
 * the instruction that shares no code with it. Every instruction has one. */
#include "expected.h"

#include <check.h>
#include <stdlib.h>

using namespace conformance;

static const List &instructions()
{
    static List list;
    if (list.empty()) {
        add_instructions(list);
        add_hopper_instructions(list);
    }
    return list;
}
static const ExpectedAnswers &expected()
{
    static ExpectedAnswers all;
    if (all.empty()) {
        expect_thread_instructions(all);
        expect_warp_instructions(all);
        expect_products(all);
        expect_copies(all);
    }
    return all;
}

static bool is_nan(uint32_t bits)
{
    return (bits & 0x7fffffffu) > 0x7f800000u;
}

START_TEST(the_answer_is_the_second_one)
{
    const Instruction &i = instructions()[static_cast<size_t>(_i)];
    const auto found = expected().find(i.name);
    ck_assert_msg(found != expected().end(), "%s has no second formulation", i.name);
    for (uint64_t seed : {default_seed, uint64_t{1}, uint64_t{2}})
        for (size_t c = 0; c < i.cases; c++) {
            const Words in = operands_of(i, c, seed);
            Words got;
            std::string why;
            ck_assert_msg(run(i, c, in, &got, &why), "%s, case %zu: %s", i.name, c, why.c_str());
            const Words want = found->second(c, in);
            ck_assert_msg(want.size() == got.size(), "%s, case %zu: %zu words, not %zu", i.name, c,
                          got.size(), want.size());
            for (size_t w = 0; w < got.size(); w++)
                ck_assert_msg(got[w] == want[w] || (i.answer == Answer::BitsOrNan &&
                                                    is_nan(got[w]) && is_nan(want[w])),
                              "%s, seed %lu, case %zu (%s), %s: %s, not %s", i.name,
                              static_cast<unsigned long>(seed), c, i.title(c).c_str(),
                              i.place(c, w, in).c_str(), float_text(got[w]).c_str(),
                              float_text(want[w]).c_str());
        }
}
END_TEST

START_TEST(no_expectation_is_for_nothing)
{
    for (const auto &e : expected()) {
        bool known = false;
        for (const Instruction &i : instructions())
            known |= e.first == i.name;
        ck_assert_msg(known, "%s is no instruction", e.first.c_str());
    }
}
END_TEST

int main()
{
    Suite *suite = suite_create("conformance");
    TCase *tests = tcase_create("conformance");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, the_answer_is_the_second_one, 0,
                        static_cast<int>(instructions().size()));
    tcase_add_test(tests, no_expectation_is_for_nothing);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
