/* supervise.cc -- a kernel that faults or never ends costs its candidate and not the run. */
#include "settings.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace bench
{

namespace
{
constexpr int kMostRestarts = 25;

void nap()
{
    const timespec tenth = {0, 100000000};
    nanosleep(&tenth, nullptr);
}

/* Waits for the worker; "" or how it was lost. */
std::string wait_for(pid_t worker, const Watched &watched, unsigned hang_seconds, int *ended)
{
    while (waitpid(worker, ended, WNOHANG) == 0) {
        nap();
        if (now_s() - static_cast<double>(watched.beat_s) > hang_seconds) {
            kill(worker, SIGKILL);
            waitpid(worker, ended, 0);
            return "no sign of life for " + std::to_string(hang_seconds) + " s";
        }
    }
    return WIFSIGNALED(*ended) ? std::string("the process died: ") + strsignal(WTERMSIG(*ended))
                               : "";
}

/* Writes down what the worker could not. */
bool note_loss(const Settings &settings, const Watched &watched, const std::string &how,
               std::string *why)
{
    Journal was, journal;
    if (!was.read(settings.journal(), why) || !journal.open(settings.journal(), was.run(), why))
        return false;
    return journal.append(json_pack("{s:s, s:s, s:s}", "lost", watched.cell, "candidate",
                                    watched.candidate, "how", how.c_str()),
                          why);
}

} // namespace

int supervise(const Settings &settings)
{
    std::string why;
    if (mkdir(settings.folder.c_str(), 0777) != 0 && errno != EEXIST)
        return complain(kUsage, settings.folder + ": " + strerror(errno));
    if (access(settings.folder.c_str(), W_OK) != 0)
        return complain(kUsage, settings.folder + ": " + strerror(errno));
    void *shared =
        mmap(nullptr, sizeof(Watched), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return complain(kUsage, std::string("shared memory: ") + strerror(errno));
    Watched *watched = static_cast<Watched *>(shared);
    const double deadline = settings.seconds > 0 ? now_s() + settings.seconds : 0;

    int status = kRestart;
    bool wrong = false;
    for (int start = 0; status == kRestart; ++start) {
        if (start > kMostRestarts || (deadline > 0 && now_s() >= deadline)) {
            status = kWrong;
            break;
        }
        snprintf(watched->cell, sizeof watched->cell, "start");
        snprintf(watched->candidate, sizeof watched->candidate, "start");
        watched->beat_s = static_cast<long long>(now_s());
        const pid_t parent = getpid(), worker = fork();
        if (worker < 0)
            return complain(kUsage, std::string("fork: ") + strerror(errno));
        if (worker == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            _exit(getppid() == parent ? work(settings, deadline, watched) : kUsage);
        }
        int ended = 0;
        const std::string how = wait_for(worker, *watched, settings.hang_seconds, &ended);
        if (how.empty()) {
            status = WEXITSTATUS(ended);
            wrong |= status == kRestart || status == kWrong;
            continue;
        }
        wrong = true;
        complain(kRestart, std::string(watched->cell) + ": " + watched->candidate + ": " + how);
        if (strcmp(watched->cell, "start") == 0) {
            status = complain(kWrong, "the device could not be started: " + how);
            break;
        }
        if (!note_loss(settings, *watched, how, &why))
            return complain(kUsage, why);
    }
    munmap(shared, sizeof(Watched));
    if (status == kUsage || status == kNoDevice)
        return status;
    Journal journal;
    if (!journal.read(settings.journal(), &why) || !write_report(settings, journal, &why))
        return complain(kUsage, why);
    print_summary(settings, journal);
    return wrong ? static_cast<int>(kWrong) : status;
}

} // namespace bench
