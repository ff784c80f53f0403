#include "state.h"

#include <fenv.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "watch.h"

enum { SIGNALS = 65 };

typedef struct {
    fenv_t all;
    uint32_t control; /* of SSE, or FPCR: without the flags that arithmetic raises */
    uint32_t x87;
    int rounding; /* elsewhere */
} modes;

static modes sane, loaded;
static struct sigaction handlers[SIGNALS];
static sigset_t mask;

static modes read_modes(void)
{
    modes m = {{0}, 0, 0, fegetround()};
    fegetenv(&m.all);
#if defined(__x86_64__)
    m.control = m.all.__mxcsr & ~0x3fu;
    m.x87 = m.all.__control_word;
#elif defined(__aarch64__)
    m.control = m.all.__fpcr;
#endif
    return m;
}

/* Appends to text, with a comma where something stands already. */
static void say(char *text, size_t size, const char *words)
{
    size_t used = strlen(text);
    if (used + 3 < size)
        snprintf(text + used, size - used, "%s%s", used ? ", " : "", words);
}

static void say_modes(const modes *m, char *text, size_t size)
{
    uint32_t other = (m->control ^ sane.control) & m->control;
    uint32_t both = m->control ^ sane.control;
#if defined(__x86_64__)
    if (other & 0x8000)
        say(text, size, "flush-to-zero on");
    if (other & 0x0040)
        say(text, size, "denormals-are-zero on");
    if (both & 0x6000)
        say(text, size, "SSE not rounding to nearest");
    if (both & 0x1f80)
        say(text, size, "SSE exceptions trapped");
    if ((m->x87 ^ sane.x87) & 0x0c00)
        say(text, size, "x87 not rounding to nearest");
    if ((m->x87 ^ sane.x87) & 0x0300)
        say(text, size, "x87 precision reduced");
    if ((m->x87 ^ sane.x87) & 0x003f)
        say(text, size, "x87 exceptions trapped");
#elif defined(__aarch64__)
    if (other & 0x1000000)
        say(text, size, "flush-to-zero on");
    if (both & 0xc00000)
        say(text, size, "not rounding to nearest");
    if (both & ~0x1c00000u)
        say(text, size, "FPCR changed");
#else
    (void)other;
    (void)both;
    if (m->rounding != sane.rounding)
        say(text, size, "not rounding to nearest");
#endif
}

void kbit_state_before_load(void)
{
    sane = loaded = read_modes();
}

void kbit_state_loaded(void)
{
    loaded = read_modes();
    for (int s = 1; s < SIGNALS; s++)
        if (sigaction(s, NULL, &handlers[s]) != 0)
            memset(&handlers[s], 0, sizeof handlers[s]);
    sigprocmask(SIG_SETMASK, NULL, &mask);
}

static int same_modes(const modes *a, const modes *b)
{
    return a->control == b->control && a->x87 == b->x87 && a->rounding == b->rounding;
}

static void check_modes(char *text, size_t size)
{
    const modes now = read_modes();
    char words[120] = "", sentence[192];
    const int changed = !same_modes(&now, &loaded);
    if (changed || !same_modes(&now, &sane)) {
        say_modes(&now, words, sizeof words);
        if (changed)
            snprintf(sentence, sizeof sentence, "left the floating-point modes changed: %s",
                     *words ? words : "as loading it had not left them");
        else
            snprintf(sentence, sizeof sentence,
                     "loading it changed the floating-point modes (-ffast-math does): %s", words);
        say(text, size, sentence);
    }
    if (changed)
        fesetenv(&loaded.all);
}

static void check_signals(char *text, size_t size)
{
    sigset_t now;
    char words[96];
    for (int s = 1; s < SIGNALS; s++) {
        struct sigaction action;
        if (s == SIGKILL || s == SIGSTOP || sigaction(s, NULL, &action) != 0)
            continue;
        const struct sigaction *was = &handlers[s];
        if (action.sa_sigaction == was->sa_sigaction && action.sa_flags == was->sa_flags)
            continue;
        snprintf(words, sizeof words, "left the handler of signal %d (%s) changed", s,
                 strsignal(s));
        say(text, size, words);
        sigaction(s, was, NULL);
    }
    sigprocmask(SIG_SETMASK, &mask, &now);
    for (int s = 1; s < SIGNALS; s++)
        if (sigismember(&now, s) != sigismember(&mask, s)) {
            snprintf(words, sizeof words, "left signal %d (%s) %s", s, strsignal(s),
                     sigismember(&now, s) == 1 ? "blocked" : "let through");
            say(text, size, words);
            break;
        }
}

static void check_timers(char *text, size_t size)
{
    static const int TIMERS[] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};
    for (int t = 0; t < 3; t++) {
        const struct itimerval off = {{0, 0}, {0, 0}};
        struct itimerval left;
        if (getitimer(TIMERS[t], &left) != 0 ||
            (left.it_value.tv_sec == 0 && left.it_value.tv_usec == 0))
            continue;
        setitimer(TIMERS[t], &off, NULL);
        say(text, size, "left an alarm or interval timer running");
    }
}

void kbit_state_after_call(char *text, size_t size)
{
    text[0] = '\0';
    check_modes(text, size);
    check_timers(text, size);
    check_signals(text, size);
}
