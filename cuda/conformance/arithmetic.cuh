/* arithmetic.cuh -- fp32 operations that round once, and the minimum and maximum. */
#ifndef KBIT_CUDA_CONFORMANCE_ARITHMETIC_CUH
#define KBIT_CUDA_CONFORMANCE_ARITHMETIC_CUH

#include "map.cuh"

namespace conformance
{
struct FloatOperands {
    static uint32_t operand(size_t n, int j, Generator &g) { return float_operand(n, j, g); }
    static std::string show(uint32_t w, int) { return float_text(w); }
};

#define FLOAT_INSTRUCTION(Name, count, expression)                                                 \
    struct Name : FloatOperands {                                                                  \
        static constexpr int arity = count;                                                        \
        static __device__ uint32_t apply(const uint32_t *bits)                                     \
        {                                                                                          \
            float x[count];                                                                        \
            for (int i = 0; i < count; ++i)                                                        \
                x[i] = __uint_as_float(bits[i]);                                                   \
            return __float_as_uint(expression);                                                    \
        }                                                                                          \
    }
FLOAT_INSTRUCTION(Add, 2, __fadd_rn(x[0], x[1]));
FLOAT_INSTRUCTION(Subtract, 2, __fsub_rn(x[0], x[1]));
FLOAT_INSTRUCTION(Multiply, 2, __fmul_rn(x[0], x[1]));
FLOAT_INSTRUCTION(Divide, 2, __fdiv_rn(x[0], x[1]));
FLOAT_INSTRUCTION(Fused, 3, __fmaf_rn(x[0], x[1], x[2]));
FLOAT_INSTRUCTION(Reciprocal, 1, __frcp_rn(x[0]));
FLOAT_INSTRUCTION(Root, 1, __fsqrt_rn(x[0]));
/* As the compiler makes them of the plain operators. */
FLOAT_INSTRUCTION(PlainDivide, 2, x[0] / x[1]);
FLOAT_INSTRUCTION(PlainExpression, 3, x[0] * x[1] + x[2]);
#undef FLOAT_INSTRUCTION

#define SELECT_INSTRUCTION(Name, function)                                                         \
    struct Name : FloatOperands {                                                                  \
        static constexpr int arity = 2;                                                            \
        static __device__ uint32_t apply(const uint32_t *x)                                        \
        {                                                                                          \
            return __float_as_uint(function(__uint_as_float(x[0]), __uint_as_float(x[1])));        \
        }                                                                                          \
    }
SELECT_INSTRUCTION(Minimum, min);
SELECT_INSTRUCTION(Maximum, max);
#undef SELECT_INSTRUCTION

inline void add_arithmetic(List &list)
{
    const Answer nan = Answer::BitsOrNan;
    list.push_back(map_instruction<Add>("fadd_rn", "__fadd_rn", nan));
    list.push_back(map_instruction<Subtract>("fsub_rn", "__fsub_rn", nan));
    list.push_back(map_instruction<Multiply>("fmul_rn", "__fmul_rn", nan));
    list.push_back(map_instruction<Divide>("fdiv_rn", "__fdiv_rn", nan));
    list.push_back(map_instruction<Fused>("fmaf_rn", "__fmaf_rn", nan));
    list.push_back(map_instruction<Reciprocal>("frcp_rn", "__frcp_rn", nan));
    list.push_back(map_instruction<Root>("fsqrt_rn", "__fsqrt_rn", nan));
    list.push_back(map_instruction<PlainDivide>("divide", "the operator / of fp32", nan));
    list.push_back(map_instruction<PlainExpression>(
        "multiply_add", "x * y + z of fp32: two roundings, no contraction", nan));
    list.push_back(
        map_instruction<Minimum>("fmin", "min of fp32: -0 below +0, numbers before NaN", nan));
    list.push_back(
        map_instruction<Maximum>("fmax", "max of fp32: +0 above -0, numbers before NaN", nan));
}
} // namespace conformance

#endif
