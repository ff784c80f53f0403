/* launch_log.cc -- see launch_log.h. A line is appended by one write(), so that the processes of a test
 * may share the file. */
#include "launch_log.h"

#include <fcntl.h>
#include <set>
#include <stdio.h>
#include <stdlib.h>
#include <string>
#include <unistd.h>

namespace simt
{
static const LaunchSite *first_site = nullptr;

LaunchSite::LaunchSite(const char *text, Follows f) : signature(text), follows(f), next(first_site)
{
    first_site = this;
}

/* "kbit::gemm<128, true>" of "... [with auto kernel = kbit::gemm<128, true>; simt::Follows ...]", or of
 * clang's "... [kernel = &kbit::gemm<128, true>, ...". */
static std::string name_of(const LaunchSite &site)
{
    std::string name = site.signature;
    const size_t start = name.find("kernel = ");
    if (start == std::string::npos)
        return name;
    name.erase(0, start + 9);
    if (name[0] == '&')
        name.erase(0, 1);
    int depth = 0;
    for (size_t i = 0; i < name.size(); i++) {
        depth += (name[i] == '<' || name[i] == '(') - (name[i] == '>' || name[i] == ')');
        if (depth == 0 && (name[i] == ';' || name[i] == ',' || name[i] == ']'))
            return name.substr(0, i);
    }
    return name;
}

static void append(const char *path, const std::string &line)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    const bool written =
        file >= 0 && write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    if (file < 0 || close(file) != 0 || !written)
        fault("KBIT_SIMT_LAUNCHES: cannot write %s", path);
}

static std::string line_of(const std::string &what, const LaunchSite &site)
{
    return what + (site.follows == Follows::Overlapping ? " overlapping " : " plain ") +
           name_of(site) + "\n";
}

void log_launch(const LaunchSite &site, const Options &o)
{
    static const char *const path = getenv("KBIT_SIMT_LAUNCHES");
    if (!path)
        return;
    static std::set<std::string> seen;
    if (seen.empty())
        for (const LaunchSite *s = first_site; s; s = s->next)
            append(path, line_of("known", *s));
    static const char *const orders[] = {"forward", "reverse", "random", "priority"};
    static const char *const asyncs[] = {"issue", "late", "random"};
    const std::string line = line_of(std::string("launched ") + orders[static_cast<int>(o.order)] +
                                         " " + asyncs[static_cast<int>(o.async)],
                                     site);
    if (seen.insert(line).second)
        append(path, line);
}
} // namespace simt
