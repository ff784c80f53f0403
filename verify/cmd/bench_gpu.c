#include "bench_gpu.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "locate.h"

int kbit_bench_gpu(int argc, char **argv)
{
    static const char OPTION[] = "--backend=";
    const char *backend = "cuda";
    char **arguments = calloc((size_t)argc + 1, sizeof *arguments);
    char path[PATH_MAX];
    kbit_error error = {KBIT_OK, ""};
    int n = 1;
    if (!arguments) {
        kbit_fail(&error, KBIT_ERR_MEMORY, "out of memory");
        return kbit_report_error("bench", &error);
    }
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], OPTION, strlen(OPTION)) == 0)
            backend = argv[i] + strlen(OPTION);
        else
            arguments[n++] = argv[i];
    int status = EXIT_USAGE;
    const bool simt = strcmp(backend, "simt") == 0;
    if (!simt && strcmp(backend, "cuda") != 0) {
        status = kbit_usage("bench", "--backend takes cuda or simt, not '%s'", backend);
    } else if (kbit_locate_program(simt ? "kbit-gpu-bench-simt" : "kbit-gpu-bench", path,
                                   sizeof path, &error) != KBIT_OK) {
        if (!simt) /* it exists only where nvcc does: no toolkit is no device */
            kbit_fail(&error, KBIT_ERR_NO_DEVICE, "this kbit was built without the CUDA toolkit");
        status = kbit_report_error("bench gpu", &error);
    } else {
        arguments[0] = path;
        execv(path, arguments);
        kbit_fail(&error, KBIT_ERR_IO, "%.4000s: %s", path, strerror(errno));
        status = kbit_report_error("bench gpu", &error);
    }
    free(arguments);
    return status;
}
