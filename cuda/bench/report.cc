/* report.cc -- the result file, and a screenful of it. */
#include "settings.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <map>

namespace bench
{

namespace
{

bool measures(const Journal &journal)
{
    return json_is_true(json_object_get(journal.run(), "measurement"));
}

/* The median over all starts: they are the same device. */
double copy_gb_s(const Journal &journal)
{
    std::vector<double> rates;
    size_t i;
    json_t *line;
    json_array_foreach(journal.lines(), i, line)
    {
        const double rate = json_real_value(json_object_get(line, "copy_gb_s"));
        if (rate > 0)
            rates.push_back(rate);
    }
    std::sort(rates.begin(), rates.end());
    return rates.empty() ? 0 : rates[rates.size() / 2];
}

std::string text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

/* Cells of this run's grid that the journal has. */
size_t done(const Settings &settings, const Journal &journal)
{
    return static_cast<size_t>(std::count_if(settings.cells.begin(), settings.cells.end(),
                                             [&](const Cell &c) { return journal.done(c.key()); }));
}

} // namespace

bool write_report(const Settings &settings, const Journal &journal, std::string *why)
{
    const double copy = copy_gb_s(journal);
    json_t *cells = json_array(), *events = json_array(), *lost = json_array();
    size_t i, j;
    json_t *line, *candidate;
    json_array_foreach(journal.lines(), i, line)
    {
        if (json_object_get(line, "event")) {
            json_array_append(events, line);
            continue;
        }
        if (json_object_get(line, "lost")) {
            json_array_append(lost, line);
            continue;
        }
        json_t *cell = json_deep_copy(line);
        json_array_foreach(json_object_get(cell, "candidates"), j, candidate)
        {
            json_t *rate = json_object_get(candidate, "gb_s");
            if (rate && copy > 0)
                json_object_set_new(candidate, "share_of_copy",
                                    json_real(json_real_value(rate) / copy));
        }
        json_array_append_new(cells, cell);
    }
    const size_t got = done(settings, journal);
    json_t *report = json_pack(
        "{s:s, s:i, s:b, s:s, s:O, s:I, s:I, s:b, s:o, s:o, s:o}", "schema", "kbit-gpu-bench",
        "schema_version", 1, "measurement", measures(journal), "label",
        text(journal.run(), "label").c_str(), "run", journal.run(), "cells_asked",
        static_cast<json_int_t>(settings.cells.size()), "cells_done", static_cast<json_int_t>(got),
        "complete", got == settings.cells.size(), "events", events, "lost", lost, "cells", cells);
    if (copy > 0)
        json_object_set_new(report, "copy_gb_s", json_real(copy));
    const std::string path = settings.report(), unfinished = path + ".new";
    const bool written = report &&
                         json_dump_file(report, unfinished.c_str(), JSON_INDENT(1)) == 0 &&
                         rename(unfinished.c_str(), path.c_str()) == 0;
    if (!written)
        *why = path + ": " + strerror(errno);
    json_decref(report);
    return written;
}

namespace
{

double median_us(const json_t *cell, const std::string &name)
{
    size_t i;
    json_t *candidate;
    json_array_foreach(
        json_object_get(cell, "candidates"), i,
        candidate) if (text(candidate, "name") ==
                       name) return json_real_value(json_object_get(json_object_get(candidate,
                                                                                    "us"),
                                                                    "median"));
    return 0;
}

/* Layer against the faster of cuBLAS and cuBLASLt in fp16: a row a shape, a column an M. */
void print_speedups(const Journal &journal)
{
    static const json_int_t TOKENS[] = {1, 16, 128, 512, 4096};
    std::map<std::string, std::map<json_int_t, std::string>> rows;
    size_t i;
    json_t *cell;
    json_array_foreach(journal.lines(), i, cell)
    {
        if (text(cell, "mode") != "graph" || text(cell, "l2") != "cold" ||
            json_integer_value(json_object_get(cell, "k")) != 8)
            continue;
        const double ours = median_us(cell, "layer"), blas = median_us(cell, "cublas-f16"),
                     lt = median_us(cell, "cublaslt-f16");
        const double theirs = blas > 0 && lt > 0 ? std::min(blas, lt) : std::max(blas, lt);
        char value[48];
        if (ours <= 0)
            continue;
        if (theirs > 0)
            snprintf(value, sizeof value, "%.1f (%.2f)", ours, theirs / ours);
        else
            snprintf(value, sizeof value, "%.1f", ours);
        rows[text(cell, "shape")][json_integer_value(json_object_get(cell, "M"))] = value;
    }
    if (rows.empty())
        return;
    printf("layer, k = 8, graph, L2 cold: us (speedup over the faster fp16 GEMM of cuBLAS, "
           "cuBLASLt)\n");
    printf("  %-12s", "M =");
    for (json_int_t M : TOKENS)
        printf("%16lld", static_cast<long long>(M));
    printf("\n");
    for (auto &row : rows) {
        if (row.first.compare(0, 6, "table5") == 0)
            continue;
        printf("  %-12s", row.first.c_str());
        for (json_int_t M : TOKENS)
            printf("%16s", row.second.count(M) ? row.second[M].c_str() : "-");
        printf("\n");
    }
}

} // namespace

void print_summary(const Settings &settings, const Journal &journal)
{
    std::map<std::string, size_t> states;
    std::map<std::string, std::string> absent, wrong;
    size_t i, j, skipped = 0;
    json_t *line, *c, *start = nullptr;
    json_array_foreach(journal.lines(), i, line)
    {
        if (text(line, "event") == "start")
            start = line;
        skipped += json_object_get(line, "skipped") != nullptr;
        json_array_foreach(json_object_get(line, "candidates"), j, c)
        {
            const std::string state = text(c, "state");
            ++states[state];
            if (state == "absent")
                absent[text(c, "name")] = text(c, "why");
            else if (state != "timed")
                wrong[text(line, "cell") + ": " + text(c, "name")] = text(c, "why");
        }
    }
    const size_t got = done(settings, journal);
    printf("kbit-gpu-bench: %s: %s\n", text(journal.run(), "device").c_str(),
           text(journal.run(), "label").c_str());
    printf("  cells: %zu of %zu done%s, %zu skipped\n", got, settings.cells.size(),
           got < settings.cells.size() ? " (the same command goes on)" : "", skipped);
    printf("  candidates: %zu timed, %zu absent, %zu wrong, %zu failed\n", states["timed"],
           states["absent"], states["wrong"], states["failed"]);
    printf("  cuBLAS: %s\n  cuBLASLt: %s\n", text(start, "cublas").c_str(),
           text(start, "cublaslt").c_str());
    if (measures(journal))
        printf("  device copy: %.0f GB/s, read and written\n", copy_gb_s(journal));
    size_t shown = 0;
    for (auto &w : wrong)
        if (shown++ < 8)
            printf("  %s: %s\n", w.first.c_str(), w.second.c_str());
    if (shown > 8)
        printf("  ... and %zu more that are wrong or failed\n", shown - 8);
    if (measures(journal))
        print_speedups(journal);
    printf("  results: %s\n", settings.report().c_str());
    fflush(stdout);
}

} // namespace bench
