/* golden.cc -- see golden.h. Reads no more than it wrote: any other line is refused by its number. */
#include "golden.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace conformance
{
static const char first_line[] = "kbit conformance 1";
static const size_t words_a_line = 8;

std::string golden_path(const std::string &folder, const Instruction &i)
{
    return folder + "/" + i.name + ".txt";
}

bool write_golden(const std::string &path, const Golden &g, std::string *why)
{
    FILE *file = fopen(path.c_str(), "w");
    if (!file) {
        *why = path + ": " + strerror(errno);
        return false;
    }
    fprintf(file, "%s\n", first_line);
    const std::pair<const char *, const std::string *> lines[] = {{"instruction", &g.instruction},
                                                                  {"device", &g.device},
                                                                  {"capability", &g.capability},
                                                                  {"driver", &g.driver},
                                                                  {"runtime", &g.runtime},
                                                                  {"model", &g.model},
                                                                  {"date", &g.date},
                                                                  {"kbit", &g.kbit},
                                                                  {"command", &g.command}};
    for (const auto &line : lines)
        fprintf(file, "%s: %s\n", line.first, line.second->c_str());
    fprintf(file, "seed: %" PRIu64 "\noperands: %016" PRIx64 "\ncases: %zu\n", g.seed, g.operands,
            g.cases.size());
    for (size_t c = 0; c < g.cases.size(); c++) {
        fprintf(file, "\ncase %zu: %s\n", c, g.titles[c].c_str());
        for (size_t w = 0; w < g.cases[c].size(); w++)
            fprintf(file, "%08x%c", static_cast<unsigned>(g.cases[c][w]),
                    w % words_a_line == words_a_line - 1 || w + 1 == g.cases[c].size() ? '\n'
                                                                                       : ' ');
    }
    const bool good = !ferror(file);
    if (fclose(file) != 0 || !good) {
        *why = path + ": " + strerror(errno);
        return false;
    }
    return true;
}

namespace
{
class Reader
{
  public:
    explicit Reader(FILE *file) : file_(file) {}
    bool line()
    {
        char *buffer = nullptr;
        size_t room = 0;
        const ssize_t length = getline(&buffer, &room, file_);
        text = length > 0 ? std::string(buffer, static_cast<size_t>(length)) : "";
        free(buffer);
        if (length <= 0)
            return false;
        if (text.back() == '\n')
            text.pop_back();
        number++;
        return true;
    }
    /* The rest of a line that starts so. */
    bool field(const char *name, std::string *value)
    {
        const std::string start = std::string(name) + ": ";
        if (!line() || text.compare(0, start.size(), start) != 0)
            return false;
        *value = text.substr(start.size());
        return true;
    }
    bool field(const char *name, int base, uint64_t *value)
    {
        std::string digits;
        if (!field(name, &digits) || digits.empty())
            return false;
        char *end;
        errno = 0;
        *value = strtoull(digits.c_str(), &end, base);
        return !errno && !*end && digits[0] != '-' && digits[0] != ' ';
    }
    bool words(Words *to)
    {
        for (size_t at = 0; at < text.size(); at += 9) {
            if (text.size() < at + 8 || (text.size() > at + 8 && text[at + 8] != ' '))
                return false;
            uint32_t word = 0;
            for (size_t i = at; i < at + 8; i++) {
                const char *digit = strchr("0123456789abcdef", text[i]);
                if (!digit || !*digit)
                    return false;
                word = word << 4 | static_cast<uint32_t>(digit - "0123456789abcdef");
                /* strchr finds the first: the digits are 16 different ones */
            }
            to->push_back(word);
        }
        return !text.empty();
    }
    std::string text;
    size_t number = 0;

  private:
    FILE *file_;
};

bool read_all(Reader &r, Golden *g)
{
    uint64_t cases;
    std::string title;
    if (!r.line() || r.text != first_line || !r.field("instruction", &g->instruction) ||
        !r.field("device", &g->device) || !r.field("capability", &g->capability) ||
        !r.field("driver", &g->driver) || !r.field("runtime", &g->runtime) ||
        !r.field("model", &g->model) || !r.field("date", &g->date) || !r.field("kbit", &g->kbit) ||
        !r.field("command", &g->command) || !r.field("seed", 10, &g->seed) ||
        !r.field("operands", 16, &g->operands) || !r.field("cases", 10, &cases))
        return false;
    if (!r.line() || !r.text.empty())
        return false;
    for (uint64_t c = 0; c < cases; c++) {
        if (!r.field(text("case %" PRIu64, c).c_str(), &title))
            return false;
        g->titles.push_back(title);
        g->cases.emplace_back();
        while (r.line() && !r.text.empty())
            if (!r.words(&g->cases.back()))
                return false;
    }
    return !r.line();
}
} // namespace

bool read_golden(const std::string &path, Golden *g, bool *absent, std::string *why)
{
    FILE *file = fopen(path.c_str(), "r");
    *absent = !file && errno == ENOENT;
    if (!file) {
        *why = path + ": " + strerror(errno);
        return false;
    }
    *g = Golden();
    Reader r(file);
    const bool good = read_all(r, g);
    fclose(file);
    if (!good)
        *why = path + text(":%zu: not a line of golden data", r.number);
    return good;
}
} // namespace conformance
