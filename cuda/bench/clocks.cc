/* clocks.cc -- clocks.h. The few prototypes of NVML are declared here: nothing but its library is
 * needed, which comes with the driver. */
#include "clocks.h"

#include <dlfcn.h>

namespace bench
{

namespace
{

using Device = void *; /* nvmlDevice_t */
enum { kOk = 0, kGraphics = 0, kSm = 1, kMemory = 2, kTemperatureGpu = 0 };

struct Nvml {
    void *library;
    int (*init)(void);
    int (*by_bus)(const char *bus, Device *device);
    int (*clock)(Device, int type, unsigned *mhz);
    int (*max_clock)(Device, int type, unsigned *mhz);
    int (*power)(Device, unsigned *milliwatts);
    int (*power_limit)(Device, unsigned *milliwatts);
    int (*temperature)(Device, int sensor, unsigned *celsius);
    int (*throttle)(Device, unsigned long long *reasons);
    int (*driver)(char *text, unsigned size);

    template <class F> void get(F **function, const char *name)
    {
        *function = reinterpret_cast<F *>(dlsym(library, name));
    }
    bool open()
    {
        library = dlopen("libnvidia-ml.so.1", RTLD_NOW);
        if (!library)
            return false;
        get(&init, "nvmlInit_v2");
        get(&by_bus, "nvmlDeviceGetHandleByPciBusId_v2");
        get(&clock, "nvmlDeviceGetClockInfo");
        get(&max_clock, "nvmlDeviceGetMaxClockInfo");
        get(&power, "nvmlDeviceGetPowerUsage");
        get(&power_limit, "nvmlDeviceGetEnforcedPowerLimit");
        get(&temperature, "nvmlDeviceGetTemperature");
        get(&throttle, "nvmlDeviceGetCurrentClocksThrottleReasons");
        get(&driver, "nvmlSystemGetDriverVersion");
        return init && by_bus && init() == kOk;
    }
};

} // namespace

json_t *read_clocks(const std::string &pci_bus)
{
    static Nvml nvml = {};
    static const bool opened = !pci_bus.empty() && nvml.open();
    json_t *read = json_object();
    Device device = nullptr;
    if (!opened || nvml.by_bus(pci_bus.c_str(), &device) != kOk) {
        json_object_set_new(read, "absent",
                            json_string(pci_bus.empty() ? "the CPU layer has no clocks"
                                                        : "libnvidia-ml.so.1 does not answer"));
        return read;
    }
    unsigned value = 0;
    unsigned long long reasons = 0;
    char version[96] = "";
    auto put = [&](const char *name, bool got, double scale) {
        if (got)
            json_object_set_new(read, name, json_real(value * scale));
    };
    put("sm_mhz", nvml.clock && nvml.clock(device, kSm, &value) == kOk, 1);
    put("memory_mhz", nvml.clock && nvml.clock(device, kMemory, &value) == kOk, 1);
    put("sm_max_mhz", nvml.max_clock && nvml.max_clock(device, kSm, &value) == kOk, 1);
    put("memory_max_mhz", nvml.max_clock && nvml.max_clock(device, kMemory, &value) == kOk, 1);
    put("power_w", nvml.power && nvml.power(device, &value) == kOk, 1e-3);
    put("power_limit_w", nvml.power_limit && nvml.power_limit(device, &value) == kOk, 1e-3);
    put("temperature_c",
        nvml.temperature && nvml.temperature(device, kTemperatureGpu, &value) == kOk, 1);
    if (nvml.throttle && nvml.throttle(device, &reasons) == kOk)
        json_object_set_new(read, "throttle_reasons",
                            json_integer(static_cast<json_int_t>(reasons)));
    if (nvml.driver && nvml.driver(version, sizeof version) == kOk)
        json_object_set_new(read, "driver", json_string(version));
    return read;
}

} // namespace bench
