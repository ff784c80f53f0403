/* main.cc -- kbit-gpu-bench: times the kernels on a device, next to cuBLAS. README.md says what the
 * numbers mean. The same program runs on the CPU layer, to test everything but the times. */
#include "settings.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <algorithm>
#include <utility>

#include "kbit.h"

namespace bench
{

double now_s()
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

int complain(int status, const std::string &text)
{
    fprintf(stderr, "kbit-gpu-bench: %s\n", text.c_str());
    return status;
}

namespace
{

#if defined(KBIT_BENCH_CPU_LAYER)
constexpr const char *kGrid = "tiny";
constexpr const char *kWhat = "This one runs on the CPU layer: its times are not measurements.\n";
#else
constexpr const char *kGrid = "all";
constexpr const char *kWhat = "";
#endif

void help()
{
    printf(
        "Usage: kbit bench gpu [OPTION]...\n"
        "Times the layer, its parts and every rung of the ladders on a CUDA device, interleaved "
        "with\n"
        "cuBLAS and cuBLASLt where their libraries are. Each output is checked before it is "
        "timed.\n%s"
        "\n"
        "  -o, --output=DIR      folder of the journal and the results (default gpu-bench); a "
        "second\n"
        "                        run into it goes on where the first one stopped\n"
        "      --seconds=N       no cell is begun after N seconds\n"
        "      --cells=N         at most N cells in this run\n"
        "      --grid=NAME,...   which cells (default %s)\n"
        "      --shape=NAME,...  only these layers, such as 6.7b.fc1\n"
        "      --tokens=M,...    only these M\n"
        "      --outliers=K,...  only these numbers of outlier columns\n"
        "      --mode=graph|eager, --l2=cold|warm\n"
        "                        only this way to call\n"
        "      --candidates=NAME,...\n"
        "                        only these; int8_matmul:* is all rungs of a ladder\n"
        "      --cublas=DIR:...  where libcublas.so and libcublasLt.so are looked for first\n"
        "      --seed=N          of the data (default 1)\n"
        "      --hang=SECONDS    without a sign of life before a candidate counts as hung (default "
        "120)\n"
        "      --list            the cells in their order, and stop\n"
        "      --report          the result file from the journal, and stop; needs no device\n"
        "      --dump=DIR        the first cell's layer and output as a folder for `kbit judge`\n"
        "      --bits            a digest of each output of the grid 'bits', or of the grid that "
        "is given: the\n"
        "                        programs for CUDA and for the CPU layer must print the same\n"
        "      --device          the device, and stop\n"
        "      --backend=simt    (first of all of `kbit bench gpu`) the CPU layer in place of a "
        "device\n"
        "  -q, --quiet           no progress\n"
        "  -h, --help            this text\n"
        "\n"
        "Candidates: %s;\n"
        "%s;\n"
        "rungs:",
        kWhat, kGrid, kOwnCandidates, kPeerCandidates);
    size_t column = 6;
    for (const std::string &name : rung_names()) {
        if (column + name.size() > 95) {
            printf("\n ");
            column = 1;
        }
        printf(" %s", name.c_str());
        column += name.size() + 1;
    }
    printf("\n\nGrids:\n%s"
           "\nExit status: 0 measured, or stopped by --seconds or --cells; 1 an output was wrong "
           "or a\n"
           "candidate failed; 2 usage or I/O error; 77 no device.\n",
           describe_grids().c_str());
}

int usage(const std::string &text)
{
    return complain(kUsage, text + "\nTry 'kbit bench gpu --help'.");
}

std::vector<std::string> split(const std::string &list)
{
    std::vector<std::string> words;
    for (size_t at = 0; at <= list.size();) {
        const size_t end = std::min(list.find(',', at), list.size());
        words.push_back(list.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

bool number(const std::string &text, uint64_t least, uint64_t most, uint64_t *value)
{
    char *end;
    if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos ||
        text.size() > 18)
        return false;
    *value = strtoull(text.c_str(), &end, 10);
    return *end == '\0' && *value >= least && *value <= most;
}

bool numbers(const std::string &list, std::set<size_t> *values)
{
    for (const std::string &word : split(list)) {
        uint64_t value;
        if (!number(word, 0, 1 << 20, &value))
            return false;
        values->insert(value);
    }
    return true;
}

/* A name of a candidate, or STEP:* for its rungs. */
bool known_candidate(const std::string &name)
{
    const std::string plain = std::string(", ") + kOwnCandidates + ", " + kPeerCandidates + ",";
    if (plain.find(", " + name + ",") != std::string::npos)
        return true;
    for (const std::string &rung : rung_names())
        if (rung == name || rung.substr(0, rung.find(':')) + ":*" == name)
            return true;
    return false;
}

struct Filter {
    std::set<std::string> shapes;
    std::set<size_t> tokens, outliers;
    std::string mode, l2;

    bool admits(const Cell &c) const
    {
        return (shapes.empty() || shapes.count(c.shape.name)) &&
               (tokens.empty() || tokens.count(c.M)) && (outliers.empty() || outliers.count(c.k)) &&
               (mode.empty() || (mode == "graph") == (c.mode == Mode::graph)) &&
               (l2.empty() || (l2 == "cold") == (c.l2 == L2::cold));
    }
};

int print_device()
{
    Device device;
    std::string why;
    if (open_device(&device, &why) != KBIT_OK)
        return complain(kNoDevice, "no device: " + why);
    printf(
        "%s, compute capability %d.%d, %d multiprocessors, %zu MiB, CUDA driver %s, runtime %s\n",
        device.name.c_str(), device.capability / 10, device.capability % 10, device.multiprocessors,
        device.memory_bytes >> 20, device.driver.c_str(), device.runtime.c_str());
    return fflush(stdout) == 0 ? kMeasured : kUsage;
}

int run(int argc, char **argv)
{
    enum {
        kSeconds = 256,
        kCells,
        kGridOption,
        kShape,
        kTokens,
        kOutliers,
        kMode,
        kL2,
        kCandidates,
        kCublas,
        kSeed,
        kHang,
        kList,
        kReport,
        kDump,
        kBits,
        kDevice
    };
    static const struct option OPTIONS[] = {{"output", required_argument, nullptr, 'o'},
                                            {"seconds", required_argument, nullptr, kSeconds},
                                            {"cells", required_argument, nullptr, kCells},
                                            {"grid", required_argument, nullptr, kGridOption},
                                            {"shape", required_argument, nullptr, kShape},
                                            {"tokens", required_argument, nullptr, kTokens},
                                            {"outliers", required_argument, nullptr, kOutliers},
                                            {"mode", required_argument, nullptr, kMode},
                                            {"l2", required_argument, nullptr, kL2},
                                            {"candidates", required_argument, nullptr, kCandidates},
                                            {"cublas", required_argument, nullptr, kCublas},
                                            {"seed", required_argument, nullptr, kSeed},
                                            {"hang", required_argument, nullptr, kHang},
                                            {"list", no_argument, nullptr, kList},
                                            {"report", no_argument, nullptr, kReport},
                                            {"dump", required_argument, nullptr, kDump},
                                            {"bits", no_argument, nullptr, kBits},
                                            {"device", no_argument, nullptr, kDevice},
                                            {"quiet", no_argument, nullptr, 'q'},
                                            {"help", no_argument, nullptr, 'h'},
                                            {nullptr, 0, nullptr, 0}};
    Settings settings;
    Filter filter;
    std::string grids;
    bool list = false, report = false, bits = false;
    uint64_t value;
    for (int option; (option = getopt_long(argc, argv, "o:qh", OPTIONS, nullptr)) != -1;) {
        const std::string text = optarg ? optarg : "";
        switch (option) {
        case 'o':
            settings.folder = text;
            break;
        case kSeconds:
            if (!number(text, 1, 1000000, &value))
                return usage("--seconds takes a whole number from 1, not '" + text + "'");
            settings.seconds = static_cast<double>(value);
            break;
        case kCells:
            if (!number(text, 1, 1000000, &value))
                return usage("--cells takes a whole number from 1, not '" + text + "'");
            settings.most_cells = value;
            break;
        case kGridOption:
            grids = text;
            break;
        case kShape:
            for (const std::string &name : split(text))
                filter.shapes.insert(name);
            break;
        case kTokens:
            if (!numbers(text, &filter.tokens))
                return usage("--tokens takes whole numbers as 1,16,128, not '" + text + "'");
            break;
        case kOutliers:
            if (!numbers(text, &filter.outliers))
                return usage("--outliers takes whole numbers as 0,8, not '" + text + "'");
            break;
        case kMode:
            if (text != "graph" && text != "eager")
                return usage("--mode takes graph or eager, not '" + text + "'");
            filter.mode = text;
            break;
        case kL2:
            if (text != "cold" && text != "warm")
                return usage("--l2 takes cold or warm, not '" + text + "'");
            filter.l2 = text;
            break;
        case kCandidates:
            for (const std::string &name : split(text)) {
                if (!known_candidate(name))
                    return usage("--candidates: no candidate '" + name + "'");
                settings.candidates.insert(name);
            }
            break;
        case kCublas:
            settings.cublas = text;
            break;
        case kSeed:
            if (!number(text, 0, 1000000000, &settings.seed))
                return usage("--seed takes a whole number, not '" + text + "'");
            break;
        case kHang:
            if (!number(text, 1, 100000, &value))
                return usage("--hang takes a whole number of seconds, not '" + text + "'");
            settings.hang_seconds = static_cast<unsigned>(value);
            break;
        case kList:
            list = true;
            break;
        case kReport:
            report = true;
            break;
        case kDump:
            settings.dump = text;
            break;
        case kBits:
            bits = true;
            break;
        case kDevice:
            return print_device();
        case 'q':
            settings.quiet = true;
            break;
        case 'h':
            help();
            return fflush(stdout) == 0 ? kMeasured : kUsage;
        default:
            return usage("wrong usage");
        }
    }
    if (optind < argc)
        return usage(std::string("unexpected argument '") + argv[optind] + "'");

    if (grids.empty())
        grids = bits ? "bits" : kGrid;
    std::vector<Cell> cells;
    std::set<std::string> shapes;
    for (const std::string &name : split(grids))
        if (!make_grid(name, &cells))
            return usage("--grid: no grid '" + name + "'");
    for (const Cell &cell : cells)
        shapes.insert(cell.shape.name);
    for (const std::string &name : filter.shapes)
        if (!shapes.count(name))
            return usage("--shape: no shape '" + name + "' in the grid (kbit bench gpu --list)");
    put_in_order(&cells);
    std::set<std::string> keys;
    for (const Cell &cell : cells)
        if (filter.admits(cell) && keys.insert(cell.key()).second)
            settings.cells.push_back(cell);
    if (settings.cells.empty())
        return usage("no cell is left");
    if (list) {
        for (const Cell &cell : settings.cells)
            printf("%s\n", cell.key().c_str());
        return fflush(stdout) == 0 ? kMeasured : kUsage;
    }
    if (bits)
        return print_bits(settings);
    if (!settings.dump.empty())
        return dump_case(settings);
    if (report) {
        Journal journal;
        std::string why;
        if (!journal.read(settings.journal(), &why) || !write_report(settings, journal, &why))
            return complain(kUsage, why);
        print_summary(settings, journal);
        return kMeasured;
    }
    return supervise(settings);
}

} // namespace
} // namespace bench

int main(int argc, char **argv)
{
    try {
        return bench::run(argc, argv);
    } catch (const std::exception &e) { /* out of memory */
        return bench::complain(bench::kUsage, e.what());
    }
}
