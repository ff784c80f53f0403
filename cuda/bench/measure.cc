/* measure.cc -- measure.h. */
#include "measure.h"

#include <string.h>
#include <time.h>

#include <algorithm>

#include "check.h"
#include "kbit.h"

namespace bench
{

struct Measurement::Timed {
    Candidate candidate;
    Verdict verdict;
    std::string state = "timed", why; /* else "absent", "wrong", "failed" */
    unsigned calls = 1;               /* in a sample */
    size_t next_copy = 0;
    std::unique_ptr<Graph> graph;
    Work work; /* a sample, launched */
    double spent_us = 0;
    std::vector<double> us; /* of a call */
};

bool Measurement::asked_for(const std::string &name) const
{
    if (only_.empty() || only_.count(name))
        return true;
    const size_t colon = name.find(':');
    return colon != std::string::npos && only_.count(name.substr(0, colon) + ":*");
}

void Measurement::beat(const Cell &cell, const std::string &candidate)
{
    if (!watched_)
        return;
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(watched_->cell, sizeof watched_->cell, "%s", cell.key().c_str());
    snprintf(watched_->candidate, sizeof watched_->candidate, "%s", candidate.c_str());
    watched_->beat_s = now.tv_sec;
}

namespace
{

/* True for what the next call does not suffer from. */
bool is_absence(kbit_status status)
{
    return status == KBIT_ERR_UNSUPPORTED || status == KBIT_ERR_MEMORY;
}

double quantile(const std::vector<double> &sorted, double q)
{
    const double at = q * static_cast<double>(sorted.size() - 1);
    const size_t below = static_cast<size_t>(at);
    const double above = below + 1 < sorted.size() ? sorted[below + 1] : sorted[below];
    return sorted[below] + (at - static_cast<double>(below)) * (above - sorted[below]);
}

} // namespace

/* What goes before a sample. Warm: a call, since the others have just been there. A graph follows on
 * work that the device has yet to do, so that no time between the events is the host's; cold, that is
 * an overwritten buffer of twice the cache. Eager calls begin on an idle device. */
kbit_status Measurement::lead_in(const Cell &cell, const Timed &t)
{
    std::string why;
    if (cell.l2 == L2::warm) {
        const kbit_status status = t.candidate.call(0);
        return status == KBIT_OK && cell.mode == Mode::eager ? finish(&why) : status;
    }
    if (cell.mode == Mode::eager)
        return KBIT_OK;
    const kbit_status status = overwritten_.reserve(2 * device_.l2_bytes);
    return status == KBIT_OK ? fill_on_device(overwritten_.as<void>(), 0x33, 2 * device_.l2_bytes)
                             : status;
}

/* Checks the candidate if that has not been done, finds how many calls make a sample, and makes the
 * graph. Status other than OK: the device is in an unknown state. */
kbit_status Measurement::prepare(const Cell &cell, Timed *t, std::string *why)
{
    Candidate &c = t->candidate;
    const std::string key = cell.shape.name + " " + std::to_string(cell.M) + " " +
                            std::to_string(cell.k) + " " + c.name;
    auto known = checked_.find(key);
    if (known == checked_.end()) {
        Verdict verdict;
        uint64_t bits = 0;
        kbit_status status = c.check(&verdict);
        if (status == KBIT_OK)
            status = finish(why);
        if (is_absence(status)) {
            t->state = "absent";
            t->why = kbit_status_string(status);
            return KBIT_OK;
        }
        if (status == KBIT_OK && verdict.right && c.repeats)
            status = digest(c.out, c.out_bytes, &bits);
        if (status != KBIT_OK)
            return status;
        known = checked_.emplace(key, std::make_pair(verdict, bits)).first;
    }
    t->verdict = known->second.first;
    if (!t->verdict.right) {
        t->state = "wrong";
        t->why = t->verdict.why;
        any_wrong_ = true;
        return KBIT_OK;
    }

    /* Twice: the first call may load code. */
    double once = 0;
    for (int i = 0; i < 2; ++i) {
        const kbit_status status = time_us([&] { return c.call(0); }, &once, why);
        if (status != KBIT_OK)
            return status;
    }
    const size_t rotation = cell.l2 == L2::cold ? problem_.copies : 1;
    const double wanted = effort_.sample_us / std::max(once, 1.0);
    t->calls = static_cast<unsigned>(std::clamp(wanted, 1.0, 64.0));
    if (once < effort_.sample_us)
        t->calls =
            std::max<unsigned>(t->calls, static_cast<unsigned>(std::min<size_t>(rotation, 64)));

    Work calls = [t, rotation] {
        kbit_status status = KBIT_OK;
        for (unsigned i = 0; i < t->calls && status == KBIT_OK; ++i) {
            status = t->candidate.call(t->next_copy);
            t->next_copy = (t->next_copy + 1) % rotation;
        }
        return status;
    };
    if (cell.mode == Mode::eager) {
        t->work = calls;
    } else {
        const kbit_status status = capture(calls, &t->graph, why);
        if (status != KBIT_OK)
            return status;
        t->work = [t] { return t->graph->launch(); };
    }
    /* The output once more, as it is made when it is timed. */
    kbit_status status = fill_on_device(c.out, 0xff, c.out_bytes);
    if (status == KBIT_OK)
        status = t->work();
    if (status == KBIT_OK)
        status = finish(why);
    uint64_t bits = known->second.second;
    if (status == KBIT_OK && c.repeats)
        status = digest(c.out, c.out_bytes, &bits);
    if (status == KBIT_OK && bits != known->second.second) {
        t->state = "wrong";
        t->why = cell.mode == Mode::graph
                     ? "in a graph the output has other bits than the one that was checked"
                     : "the output of repeated calls has other bits than the one that was checked";
        any_wrong_ = true;
    }
    return status;
}

json_t *Measurement::result(const Timed &t) const
{
    json_t *r = json_object();
    auto text = [&](const char *key, const std::string &value) {
        if (!value.empty())
            json_object_set_new(r, key, json_string(value.c_str()));
    };
    text("name", t.candidate.name);
    text("state", t.state);
    text("why", t.why);
    text("checked", t.verdict.kind);
    text("note", t.candidate.note);
    if (t.state != "timed")
        return r;
    std::vector<double> us = t.us;
    std::sort(us.begin(), us.end());
    const double median = quantile(us, 0.5);
    json_object_set_new(r, "operations", json_real(t.candidate.operations));
    json_object_set_new(r, "bytes", json_real(t.candidate.bytes));
    json_object_set_new(r, "calls_a_sample", json_integer(t.calls));
    json_object_set_new(r, "samples", json_integer(static_cast<json_int_t>(us.size())));
    /* Of the CPU layer, under names that no reader of results knows. */
    json_t *times = json_object();
    json_object_set_new(times, "median", json_real(median));
    json_object_set_new(times, "min", json_real(us.front()));
    json_object_set_new(times, "q1", json_real(quantile(us, 0.25)));
    json_object_set_new(times, "q3", json_real(quantile(us, 0.75)));
    json_object_set_new(r, device_.measures ? "us" : "not_a_measurement_us", times);
    if (!device_.measures)
        return r;
    json_object_set_new(r, "tops", json_real(t.candidate.operations / median * 1e-6));
    json_object_set_new(r, "gb_s", json_real(t.candidate.bytes / median * 1e-3));
    return r;
}

kbit_status Measurement::cell(const Cell &cell, const Journal &journal, json_t **line,
                              std::string *culprit, std::string *why)
{
    std::vector<Candidate> candidates;
    std::vector<Peers::Absent> absent;
    const std::string key = cell.key();
    *culprit = "preparation";
    beat(cell, *culprit);
    kbit_status status = problem_.open(cell, why);
    if (status != KBIT_OK)
        return status;
    *culprit = "peers";
    beat(cell, *culprit);
    add_own(problem_, device_, cell.rungs, &candidates);
    peers_.add(problem_, &candidates, &absent);

    std::vector<std::unique_ptr<Timed>> all;
    for (Candidate &c : candidates) {
        if (!asked_for(c.name))
            continue;
        all.push_back(std::make_unique<Timed>());
        Timed &t = *all.back();
        t.candidate = c;
        std::string how;
        if (journal.lost(key, c.name, &how)) {
            t.state = "failed";
            t.why = how;
        } else if (journal.losses(c.name) >= kMostLosses) {
            t.state = "failed";
            t.why = "left out: the process was lost in it " +
                    std::to_string(journal.losses(c.name)) + " times";
        } else {
            *culprit = c.name;
            beat(cell, c.name);
            status = prepare(cell, &t, why);
            if (status != KBIT_OK)
                return status;
        }
    }

    /* In turn, a sample each, until each has enough. */
    for (bool more = true; more;) {
        more = false;
        for (auto &each : all) {
            Timed &t = *each;
            const bool enough =
                t.us.size() >= effort_.most_samples ||
                (t.us.size() >= effort_.least_samples && t.spent_us >= effort_.candidate_us);
            if (t.state != "timed" || enough)
                continue;
            double us = 0;
            *culprit = t.candidate.name;
            beat(cell, *culprit);
            status = lead_in(cell, t);
            if (status == KBIT_OK)
                status = time_us(t.work, &us, why);
            if (status != KBIT_OK)
                return status;
            t.spent_us += us;
            t.us.push_back(us / t.calls);
            more = true;
        }
    }

    json_t *results = json_array();
    for (auto &each : all)
        json_array_append_new(results, result(*each));
    for (const Peers::Absent &a : absent)
        if (asked_for(a.name))
            json_array_append_new(results, json_pack("{s:s, s:s, s:s}", "name", a.name.c_str(),
                                                     "state", "absent", "why", a.why.c_str()));
    *line = json_pack(
        "{s:s, s:s, s:I, s:I, s:I, s:I, s:s, s:s, s:b, s:i, s:I, s:o}", "cell", key.c_str(),
        "shape", cell.shape.name.c_str(), "M", static_cast<json_int_t>(cell.M), "N",
        static_cast<json_int_t>(cell.shape.N), "K", static_cast<json_int_t>(cell.shape.K), "k",
        static_cast<json_int_t>(cell.k), "mode", cell.mode == Mode::graph ? "graph" : "eager", "l2",
        cell.l2 == L2::cold ? "cold" : "warm", "rungs", cell.rungs, "rank", cell.rank,
        "weight_copies", static_cast<json_int_t>(problem_.copies), "candidates", results);
    culprit->clear();
    return KBIT_OK;
}

kbit_status copy_rate(const Device &device, double *bytes_a_second, std::string *why)
{
    const size_t bytes =
        std::min(size_t{1} << 30, device.measures ? device.free_bytes / 4 : 1 << 16);
    Memory from, to;
    std::vector<double> us;
    kbit_status status = from.reserve(bytes);
    if (status == KBIT_OK)
        status = to.reserve(bytes);
    if (status == KBIT_OK)
        status = fill_on_device(from.as<void>(), 0x5b, bytes);
    for (int i = 0; i < 12 && status == KBIT_OK; ++i) {
        double one = 0;
        status = time_us([&] { return copy_on_device(to.as<void>(), from.as<void>(), bytes); },
                         &one, why);
        if (i >= 2)
            us.push_back(one);
    }
    if (status != KBIT_OK)
        return status;
    std::sort(us.begin(), us.end());
    *bytes_a_second = 2e6 * static_cast<double>(bytes) / quantile(us, 0.5);
    return KBIT_OK;
}

} // namespace bench
