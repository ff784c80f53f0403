/* clocks.h -- what the driver says of a device's clocks and power, by NVML where its library is. */
#ifndef KBIT_CUDA_BENCH_CLOCKS_H
#define KBIT_CUDA_BENCH_CLOCKS_H

#include <string>

#include <jansson.h>

namespace bench
{

/* An object: sm_mhz, memory_mhz, their maxima, power_w, power_limit_w, temperature_c, throttle_reasons,
 * driver. What cannot be read is left out; "absent" says why where nothing can. */
json_t *read_clocks(const std::string &pci_bus);

} // namespace bench

#endif
