/* work.cc -- the process that has the device. */
#include "settings.h"

#include <time.h>
#include <unistd.h>

#include "clocks.h"
#include "data.h"
#include "kbit.h"

namespace bench
{

namespace
{

std::string date()
{
    char text[32];
    const time_t now = time(nullptr);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

/* What a journal is about. */
json_t *identity(const Settings &settings, const Device &d)
{
    return json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:i, s:i, s:I, s:I, s:I, s:I, s:s}",
                     "kbit_version", kbit_version(), "backend", d.backend.c_str(), "device",
                     d.name.c_str(), "measurement", d.measures, "driver_cuda", d.driver.c_str(),
                     "runtime_cuda", d.runtime.c_str(), "label",
                     d.measures ? "measured on hardware" : "CPU layer: not a measurement",
                     "capability", d.capability, "multiprocessors", d.multiprocessors, "l2_bytes",
                     static_cast<json_int_t>(d.l2_bytes), "memory_bytes",
                     static_cast<json_int_t>(d.memory_bytes), "shared_bytes_a_block",
                     static_cast<json_int_t>(d.shared_bytes_a_block), "seed",
                     static_cast<json_int_t>(settings.seed), "data", kDistribution);
}

json_t *skipped(const Cell &cell, const std::string &why)
{
    return json_pack(
        "{s:s, s:s, s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:[]}", "cell", cell.key().c_str(), "shape",
        cell.shape.name.c_str(), "M", static_cast<json_int_t>(cell.M), "N",
        static_cast<json_int_t>(cell.shape.N), "K", static_cast<json_int_t>(cell.shape.K), "k",
        static_cast<json_int_t>(cell.k), "mode", cell.mode == Mode::graph ? "graph" : "eager", "l2",
        cell.l2 == L2::cold ? "cold" : "warm", "skipped", why.c_str(), "candidates");
}

/* A line on a terminal that the next one overwrites. */
void progress(const Settings &settings, size_t done, size_t all, const std::string &what)
{
    if (!settings.quiet && isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K%zu of %zu cells: %s", done, all, what.c_str());
}

} // namespace

int work(const Settings &settings, double deadline, Watched *watched)
{
    Device device;
    std::string why, culprit;
    Journal journal;
    if (open_device(&device, &why) != KBIT_OK)
        return complain(kNoDevice, "no device: " + why);
    json_t *run = identity(settings, device);
    const bool opened = journal.open(settings.journal(), run, &why);
    json_decref(run);
    if (!opened)
        return complain(kUsage, why);
    Peers peers(settings.cublas);
    double rate = 0;
    if (copy_rate(device, &rate, &why) != KBIT_OK)
        return complain(kWrong, "the device does not copy: " + why);
    json_t *start = json_pack("{s:s, s:s, s:o, s:s, s:s}", "event", "start", "date", date().c_str(),
                              "clocks", read_clocks(device.pci_bus), "cublas",
                              peers.cublas().c_str(), "cublaslt", peers.cublaslt().c_str());
    json_object_set_new(start, device.measures ? "copy_gb_s" : "not_a_measurement_gb_s",
                        json_real(rate * 1e-9));
    if (!journal.append(start, &why))
        return complain(kUsage, why);

    Problem problem(settings.seed, device, peers.any());
    Measurement measurement(problem, peers, device, Effort{}, settings.candidates, watched);
    size_t here = 0;
    for (size_t i = 0; i < settings.cells.size(); ++i) {
        const Cell &cell = settings.cells[i];
        json_t *line = nullptr;
        std::string how;
        if (journal.done(cell.key()))
            continue;
        if ((deadline > 0 && now_s() >= deadline) ||
            (settings.most_cells && here >= settings.most_cells))
            break;
        progress(settings, i, settings.cells.size(), cell.key());
        kbit_status status = KBIT_OK;
        if (journal.lost(cell.key(), "preparation", &how) ||
            journal.lost(cell.key(), "peers", &how))
            line = skipped(cell, how);
        else
            status = measurement.cell(cell, journal, &line, &culprit, &why);
        if (status == KBIT_ERR_MEMORY) {
            line = skipped(cell, "out of memory: " + why);
        } else if (status != KBIT_OK) {
            const std::string text = why.empty() ? kbit_status_string(status) : why;
            complain(kRestart, cell.key() + ": " + culprit + ": " + text);
            json_t *lost = json_pack("{s:s, s:s, s:s}", "lost", cell.key().c_str(), "candidate",
                                     culprit.c_str(), "how", text.c_str());
            return journal.append(lost, &why) ? kRestart : complain(kUsage, why);
        }
        if (!journal.append(line, &why))
            return complain(kUsage, why);
        ++here;
    }
    progress(settings, settings.cells.size(), settings.cells.size(), "end\n");
    json_t *stop = json_pack("{s:s, s:s, s:o}", "event", "stop", "date", date().c_str(), "clocks",
                             read_clocks(device.pci_bus));
    if (!journal.append(stop, &why))
        return complain(kUsage, why);
    return measurement.any_wrong() ? kWrong : kMeasured;
}

} // namespace bench
