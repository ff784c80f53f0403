/* journal.cc -- journal.h. */
#include "journal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

namespace bench
{

Journal::~Journal()
{
    if (file_)
        fclose(file_);
    json_decref(run_);
    json_decref(lines_);
}

bool Journal::take(const char *line, size_t number, bool last, std::string *why)
{
    json_error_t error;
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    const char *cell = json_string_value(json_object_get(object, "cell"));
    const char *lost = json_string_value(json_object_get(object, "lost"));
    const char *candidate = json_string_value(json_object_get(object, "candidate"));
    const char *how = json_string_value(json_object_get(object, "how"));
    json_t *run = json_object_get(object, "run");
    bool fits;
    if (number == 1)
        fits = json_integer_value(json_object_get(object, "kbit_gpu_bench_journal")) == 1 &&
               json_is_object(run);
    else
        fits = (cell && json_is_array(json_object_get(object, "candidates"))) ||
               (lost && candidate && how) || json_is_string(json_object_get(object, "event"));
    if (!fits) {
        json_decref(object);
        if (last) /* cut short when the process ended */
            return true;
        *why =
            path_ + ": line " + std::to_string(number) +
            " is no line of a journal of kbit's GPU benchmarks; move the file away to begin anew";
        return false;
    }
    if (number == 1) {
        run_ = json_incref(run);
        json_decref(object);
        return true;
    }
    if (cell)
        done_.insert(cell);
    if (lost) {
        lost_[std::string(lost) + "\n" + candidate] = how;
        ++losses_[candidate];
    }
    json_array_append_new(lines_, object);
    return true;
}

bool Journal::read(const std::string &path, std::string *why)
{
    path_ = path;
    lines_ = json_array();
    FILE *file = fopen(path.c_str(), "r");
    if (!file) {
        *why = path + ": " + strerror(errno);
        return false;
    }
    char *line = nullptr;
    size_t room = 0, number = 0;
    bool good = true;
    for (ssize_t n; good && (n = getline(&line, &room, file)) > 0;) {
        const bool whole = line[n - 1] == '\n';
        good = take(line, ++number, !whole, why);
    }
    if (good && ferror(file)) {
        *why = path + ": " + strerror(errno);
        good = false;
    }
    free(line);
    fclose(file);
    if (good && !run_) {
        *why = path + ": no first line";
        good = false;
    }
    return good;
}

bool Journal::open(const std::string &path, const json_t *run, std::string *why)
{
    const bool there = access(path.c_str(), F_OK) == 0;
    if (there && !read(path, why))
        return false;
    path_ = path;
    if (there && !json_equal(run_, run)) {
        char *was = json_dumps(run_, JSON_SORT_KEYS), *is = json_dumps(run, JSON_SORT_KEYS);
        *why = path + ": of another run; it says " + was + ", and this is " + is +
               "; give another folder";
        free(was);
        free(is);
        return false;
    }
    file_ = fopen(path.c_str(), there ? "r+" : "w");
    if (!file_) {
        *why = path + ": " + strerror(errno);
        return false;
    }
    if (!there) {
        lines_ = json_array();
        run_ = json_deep_copy(run);
        json_t *first = json_object();
        json_object_set_new(first, "kbit_gpu_bench_journal", json_integer(1));
        json_object_set(first, "run", run_);
        char *text = json_dumps(first, JSON_COMPACT);
        fprintf(file_, "%s\n", text);
        free(text);
        json_decref(first);
    } else {
        /* Behind the last whole line. */
        long end = 0, at = 0;
        for (int c; (c = getc(file_)) != EOF; ++at)
            if (c == '\n')
                end = at + 1;
        if (ftruncate(fileno(file_), end) != 0 || fseek(file_, end, SEEK_SET) != 0) {
            *why = path + ": " + strerror(errno);
            return false;
        }
    }
    if (fflush(file_) != 0 || fsync(fileno(file_)) != 0) {
        *why = path + ": " + strerror(errno);
        return false;
    }
    return true;
}

bool Journal::append(json_t *object, std::string *why)
{
    char *text = json_dumps(object, JSON_COMPACT);
    const bool written = text && fprintf(file_, "%s\n", text) > 0 && fflush(file_) == 0 &&
                         fdatasync(fileno(file_)) == 0;
    if (!written)
        *why = path_ + ": " + (text ? strerror(errno) : "what was found is not JSON");
    else
        take(text, 2, false, why);
    free(text);
    json_decref(object);
    return written;
}

bool Journal::lost(const std::string &cell, const std::string &candidate, std::string *how) const
{
    const auto found = lost_.find(cell + "\n" + candidate);
    if (found == lost_.end())
        return false;
    *how = found->second;
    return true;
}

int Journal::losses(const std::string &candidate) const
{
    const auto found = losses_.find(candidate);
    return found == losses_.end() ? 0 : found->second;
}

} // namespace bench
