/* main.cc -- asks a device, or the CPU layer, what each instruction answers; records it, or compares it
 * with a record. Built twice: conformance-cuda and conformance-simt. */
#include "golden.h"

#include "kbit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

namespace
{
using namespace conformance;

enum Exit { All_equal = 0, Some_differ = 1, Usage = 2, No_device = 77 };

struct Request {
    std::string record, golden, command;
    std::vector<std::string> names;
    uint64_t seed = default_seed;
    bool list = false;
};

void print_help(const char *program)
{
    printf(
        "usage: %s [OPTION]... [NAME]...\n"
        "\n"
        "Runs each instruction that kbit's kernels are made of by itself, on operands of a fixed\n"
        "generator, on %s.\n"
        "NAME selects instructions; without one, all of them run. Prints a line for each: its\n"
        "number of cases and a digest of its answers.\n"
        "\n"
        "  -o DIR         record the answers, one file an instruction, in DIR\n"
        "  --golden DIR   compare the answers with the files in DIR: the first difference of each\n"
        "                 instruction is named, with its place and its operands\n"
        "  --seed N       of the operands (default %" PRIu64 "; --golden takes the file's)\n"
        "  --list         the instructions\n"
        "  --help\n"
        "\n"
        "Exit status: 0 if all is well, 1 if answers differ or an instruction fails, 2 for a call "
        "or\n"
        "a file that is not understood, 77 without a device, or without a file to compare with.\n",
        program,
        strcmp(program, "conformance-cuda") == 0 ? "the current CUDA device" : "the CPU layer",
        default_seed);
}

bool parse(int argc, char **argv, Request *r, int *status)
{
    const char *slash = strrchr(argv[0], '/');
    const char *program = slash ? slash + 1 : argv[0];
    if (strncmp(program, "lt-", 3) == 0)
        program += 3; /* run from the build folder by libtool */
    r->command = program;
    for (int i = 1; i < argc; i++)
        r->command += std::string(" ") + argv[i];
    const auto refuse = [&](const std::string &what) {
        fprintf(stderr, "%s: %s; see --help\n", program, what.c_str());
        *status = Usage;
        return false;
    };
    for (int i = 1; i < argc; i++) {
        const std::string word = argv[i];
        const bool takes = word == "-o" || word == "--golden" || word == "--seed";
        if (takes && i + 1 == argc)
            return refuse(word + " needs a value");
        if (word == "--help") {
            print_help(program);
            *status = All_equal;
            return false;
        }
        if (word == "--list")
            r->list = true;
        else if (word == "-o")
            r->record = argv[++i];
        else if (word == "--golden")
            r->golden = argv[++i];
        else if (word == "--seed") {
            char *end;
            errno = 0;
            r->seed = strtoull(argv[++i], &end, 0);
            if (errno || *end || argv[i][0] < '0' || argv[i][0] > '9')
                return refuse(std::string("--seed ") + argv[i] + ": not a number below 2^64");
        } else if (word[0] == '-')
            return refuse("there is no option " + word);
        else
            r->names.push_back(word);
    }
    if (!r->record.empty() && !r->golden.empty())
        return refuse("-o and --golden exclude each other");
    return true;
}

std::string today()
{
    char date[32];
    const time_t now = time(nullptr);
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(date, sizeof date, "%Y-%m-%d", &parts);
    return date;
}

std::string capability_text(const Device &d)
{
    return text("%d.%d", d.capability / 10, d.capability % 10);
}

/* What an instruction answered, or why it did not. */
bool ask(const Instruction &i, uint64_t seed, Golden *g, std::string *why)
{
    *g = Golden();
    g->seed = seed;
    g->operands = digest_of({});
    for (size_t c = 0; c < i.cases; c++) {
        const Words in = operands_of(i, c, seed);
        g->operands = digest_of(in, g->operands);
        g->titles.push_back(i.title(c));
        g->cases.emplace_back();
        if (!run(i, c, in, &g->cases.back(), why)) {
            *why = text("case %zu: ", c) + *why;
            return false;
        }
    }
    return true;
}

bool is_nan(uint32_t bits)
{
    return (bits & 0x7fffffffu) > 0x7f800000u;
}

bool same(Answer answer, uint32_t a, uint32_t b)
{
    return a == b || (answer == Answer::BitsOrNan && is_nan(a) && is_nan(b));
}

/* "" where all cases agree. */
std::string first_difference(const Instruction &i, const Golden &golden, const Golden &mine)
{
    if (golden.operands != mine.operands)
        return "the file's operands are others: made by another version of the generator";
    for (size_t c = 0; c < i.cases; c++) {
        const Words &want = golden.cases[c], &got = mine.cases[c];
        if (want.size() != got.size())
            return text("case %zu has %zu words in the file, and %zu here", c, want.size(),
                        got.size());
        for (size_t w = 0; w < got.size(); w++)
            if (!same(i.answer, want[w], got[w]))
                return text("case %zu (%s), ", c, i.title(c).c_str()) +
                       i.place(c, w, operands_of(i, c, golden.seed)) + "\n  got " +
                       float_text(got[w]) + ", and " + golden.device + " gave " +
                       float_text(want[w]);
    }
    return "";
}

class Session
{
  public:
    Session(const Request &r, const Device &d) : request_(r), device_(d) {}
    int run(const List &list);

  private:
    void one(const Instruction &);
    void compare(const Instruction &);
    void record(const Instruction &);
    void failed(const Instruction &i, const std::string &why)
    {
        printf("%s: %s\n", i.name, why.c_str());
        failures_++;
    }
    const Request &request_;
    const Device &device_;
    size_t done_ = 0, failures_ = 0, absent_ = 0, elsewhere_ = 0, broken_ = 0;
};

void Session::record(const Instruction &i)
{
    Golden g;
    std::string why;
    if (!ask(i, request_.seed, &g, &why))
        return failed(i, why);
    uint64_t digest = digest_of({});
    size_t words = 0;
    for (const Words &w : g.cases) {
        digest = digest_of(w, digest);
        words += w.size();
    }
    if (!request_.record.empty()) {
        g.instruction = i.name;
        g.device = device_.name;
        g.capability = capability_text(device_);
        g.driver = device_.driver;
        g.runtime = device_.runtime;
        g.model = i.devices == Devices::Hopper ? "h100"
                  : device_.model.empty()      ? "unknown"
                                               : device_.model;
        g.date = today();
        g.kbit = kbit_version();
        g.command = request_.command;
        if (!write_golden(golden_path(request_.record, i), g, &why)) {
            broken_++;
            fprintf(stderr, "%s\n", why.c_str());
            return;
        }
    }
    printf("%s: %zu cases, %zu words, digest %016" PRIx64 "\n", i.name, i.cases, words, digest);
    done_++;
}

void Session::compare(const Instruction &i)
{
    Golden golden, mine;
    std::string why;
    bool absent;
    if (!read_golden(golden_path(request_.golden, i), &golden, &absent, &why)) {
        if (absent) {
            absent_++;
        } else {
            broken_++;
            fprintf(stderr, "%s\n", why.c_str());
        }
        return;
    }
    if (golden.instruction != i.name || golden.cases.size() != i.cases) {
        broken_++;
        fprintf(stderr, "%s: %zu cases of %s, not %zu of %s\n",
                golden_path(request_.golden, i).c_str(), golden.cases.size(),
                golden.instruction.c_str(), i.cases, i.name);
        return;
    }
    if (i.answer == Answer::Rounded && !follow(golden.model) &&
        (device_.simulated || golden.model != device_.model)) {
        printf("%s: not compared: the file's sums are rounded as %s does, and those here as %s\n",
               i.name, golden.model.c_str(), device_.model.c_str());
        elsewhere_++;
        return;
    }
    if (!ask(i, golden.seed, &mine, &why))
        return failed(i, why);
    const std::string difference = first_difference(i, golden, mine);
    if (!difference.empty())
        return failed(i, "differs: " + difference);
    printf("%s: equal, %zu cases%s\n", i.name, i.cases,
           i.answer == Answer::Rounded ? (", row " + golden.model).c_str() : "");
    done_++;
}

void Session::one(const Instruction &i)
{
    if (i.devices == Devices::Hopper && !device_.simulated && device_.capability != 90) {
        printf("%s: skipped, for compute capability 9.0 alone\n", i.name);
        elsewhere_++;
    } else if (request_.golden.empty()) {
        record(i);
    } else {
        compare(i);
    }
    fflush(stdout);
}

int Session::run(const List &list)
{
    for (const Instruction &i : list)
        one(i);
    if (request_.golden.empty())
        printf("%zu instructions answered, %zu failed, %zu skipped\n", done_, failures_,
               elsewhere_);
    else
        printf("%zu instructions equal, %zu differ, %zu not recorded in %s, %zu skipped\n", done_,
               failures_, absent_, request_.golden.c_str(), elsewhere_);
    if (broken_)
        return Usage;
    if (failures_)
        return Some_differ;
    return done_ ? All_equal : No_device;
}

/* The instructions of these names, in the list's order; false if there is no such one. */
bool select(const List &all, const std::vector<std::string> &names, List *selected)
{
    for (const std::string &name : names) {
        bool known = false;
        for (const Instruction &i : all)
            known |= name == i.name;
        if (!known) {
            fprintf(stderr, "there is no instruction %s; see --list\n", name.c_str());
            return false;
        }
    }
    for (const Instruction &i : all) {
        bool wanted = names.empty();
        for (const std::string &name : names)
            wanted |= name == i.name;
        if (wanted)
            selected->push_back(i);
    }
    return true;
}
} // namespace

int main(int argc, char **argv)
{
    Request request;
    int status;
    if (!parse(argc, argv, &request, &status))
        return status;
    List all, list;
    add_instructions(all);
    add_hopper_instructions(all);
    if (!select(all, request.names, &list))
        return Usage;
    if (request.list) {
        for (const Instruction &i : list)
            printf("%-18s %s%s\n", i.name, i.what, i.devices == Devices::Hopper ? " (9.0)" : "");
        return All_equal;
    }
    const Device d = device();
    if (!d.present) {
        printf("no device: %s\n", d.why_not.c_str());
        return No_device;
    }
    if (!request.record.empty() && mkdir(request.record.c_str(), 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "%s: %s\n", request.record.c_str(), strerror(errno));
        return Usage;
    }
    printf("# %s, compute capability %s, driver %s, runtime %s, kbit %s, seed %" PRIu64 "\n",
           d.name.c_str(), capability_text(d).c_str(), d.driver.c_str(), d.runtime.c_str(),
           kbit_version(), request.seed);
    return Session(request, d).run(list);
}
