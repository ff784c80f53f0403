/* arguments.h -- the argument checks of the public functions, in the order of kbit_cuda.h. */
#ifndef KBIT_CUDA_ARGUMENTS_H
#define KBIT_CUDA_ARGUMENTS_H

#include "kbit_candidate.h"

namespace kbit
{

/* Collects the first thing that is wrong with a call. */
class Arguments
{
  public:
    kbit_status status = KBIT_OK;

    Arguments &sizes(size_t a, size_t b, size_t c = 0)
    {
        return require(a <= 0x7fffffff && b <= 0x7fffffff && c <= 0x7fffffff, KBIT_ERR_SHAPE);
    }
    /* The distance between rows of so many columns, in elements. */
    Arguments &leading(size_t ld, size_t columns)
    {
        return require(ld >= columns && ld <= 0x7fffffff, KBIT_ERR_SHAPE);
    }
    Arguments &threshold(float t)
    {
        return require(t >= 0.0f || t == KBIT_THRESHOLD_OFF, KBIT_ERR_RANGE);
    }
    Arguments &finite_threshold(float t)
    {
        return threshold(t).require(t - t == 0.0f, KBIT_ERR_RANGE);
    }
    Arguments &eps(float e) { return require(e >= 0.0f && e - e == 0.0f, KBIT_ERR_RANGE); }
    Arguments &float_type(kbit_dtype type)
    {
        return require(type == KBIT_F32 || type == KBIT_F16 || type == KBIT_BF16,
                       KBIT_ERR_UNSUPPORTED);
    }
    /* p points to `elements` elements of `bytes` bytes each. */
    Arguments &tensor(const void *p, size_t elements, size_t bytes)
    {
        if (elements == 0)
            return *this;
        require(p != nullptr, KBIT_ERR_NULL);
        return optional(p, bytes);
    }
    Arguments &tensor(const void *p, size_t elements, kbit_dtype type)
    {
        return tensor(p, elements, type == KBIT_F32 ? 4 : 2);
    }
    Arguments &optional(const void *p, size_t bytes)
    {
        return require(reinterpret_cast<uintptr_t>(p) % bytes == 0, KBIT_ERR_ALIGN);
    }
    /* The list O: n may be NULL, which says that it is empty. */
    Arguments &outliers(const int32_t *n, const int32_t *list, size_t K)
    {
        optional(n, sizeof *n);
        return n ? tensor(list, K, sizeof *list) : *this;
    }
    Arguments &workspace(const void *p, size_t bytes, size_t needed)
    {
        require(bytes >= needed, KBIT_ERR_WORKSPACE);
        return tensor(p, needed, 16);
    }
    Arguments &product(size_t K) { return require(K <= 131071, KBIT_ERR_UNSUPPORTED); }

  private:
    Arguments &require(bool holds, kbit_status otherwise)
    {
        if (status == KBIT_OK && !holds)
            status = otherwise;
        return *this;
    }
};

} // namespace kbit

#endif
