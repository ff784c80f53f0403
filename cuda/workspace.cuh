/* workspace.cuh -- cutting a workspace into arrays; from NULL it measures what they need. */
#ifndef KBIT_CUDA_WORKSPACE_CUH
#define KBIT_CUDA_WORKSPACE_CUH

#include "launch.cuh"

namespace kbit
{

class Workspace
{
  public:
    explicit Workspace(void *base) : base_(static_cast<unsigned char *>(base)) {}

    /* n elements, aligned like the workspace itself, to at most 256 bytes. */
    template <class T> T *take(size_t n)
    {
        T *array = reinterpret_cast<T *>(base_ ? base_ + used_ : nullptr);
        used_ += ceil_div(n * sizeof(T), 256) * 256;
        return array;
    }
    size_t used() const { return used_; }

  private:
    unsigned char *base_;
    size_t used_ = 0;
};

} // namespace kbit

#endif
