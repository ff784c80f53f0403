#include "guard.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#endif

/* Root could read the parent's memory through its file in /proc; without this capability not. */
static void drop_tracing(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2];
    prctl(PR_CAPBSET_DROP, CAP_SYS_PTRACE);
    if (syscall(SYS_capget, &header, sets) != 0)
        return;
    const uint32_t bit = CAP_TO_MASK(CAP_SYS_PTRACE);
    sets[0].effective &= ~bit;
    sets[0].permitted &= ~bit;
    sets[0].inheritable &= ~bit;
    syscall(SYS_capset, &header, sets);
}

#ifdef NATIVE
enum { LONGEST = 96 };

typedef struct {
    struct sock_filter line[LONGEST];
    unsigned short n;
} filter;

static void put(filter *f, uint16_t code, uint32_t k, uint8_t when_true, uint8_t when_false)
{
    if (f->n < LONGEST)
        f->line[f->n++] = (struct sock_filter){code, when_true, when_false, k};
}

static void load(filter *f, size_t offset)
{
    put(f, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

/* If what is loaded equals k: end with this. */
static void end_if(filter *f, uint32_t k, uint32_t with)
{
    put(f, BPF_JMP | BPF_JEQ | BPF_K, k, 0, 1);
    put(f, BPF_RET | BPF_K, with, 0, 0);
}

/* If this call's argument equals one of the n values (the lower half decides): trap. */
static void trap_if(filter *f, uint32_t call, unsigned argument, const uint32_t *values, unsigned n)
{
    const uint8_t skip = (uint8_t)(2 * n + 2);
    put(f, BPF_JMP | BPF_JEQ | BPF_K, call, 0, skip);
    load(f, offsetof(struct seccomp_data, args) + 8 * argument);
    for (unsigned i = 0; i < n; i++)
        end_if(f, values[i], SECCOMP_RET_TRAP);
    put(f, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

/* `started` is what becomes of a call that starts a process. */
static void write_filter(filter *f, uint32_t started)
{
    const uint32_t parent = (uint32_t)getppid(), group = (uint32_t)-getpgid(getppid());
    const uint32_t killed[] = {parent, group, (uint32_t)-1};
    f->n = 0;
    load(f, offsetof(struct seccomp_data, arch));
    put(f, BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 1, 0);
    put(f, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
    load(f, offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
    put(f, BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1); /* the x32 names of the same calls */
    put(f, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
#endif
    end_if(f, SYS_ptrace, SECCOMP_RET_TRAP);
    end_if(f, SYS_process_vm_readv, SECCOMP_RET_TRAP);
    end_if(f, SYS_process_vm_writev, SECCOMP_RET_TRAP);
    end_if(f, SYS_tkill, SECCOMP_RET_TRAP);
    end_if(f, SYS_setsid, SECCOMP_RET_ERRNO | EPERM);
    end_if(f, SYS_setpgid, SECCOMP_RET_ERRNO | EPERM);
    /* Its flags are in memory, where a filter cannot look: libraries fall back on clone. */
    end_if(f, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
#ifdef SYS_fork
    end_if(f, SYS_fork, started);
    end_if(f, SYS_vfork, started);
#endif
    put(f, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4);
    load(f, offsetof(struct seccomp_data, args));
    put(f, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0);
    put(f, BPF_RET | BPF_K, started, 0, 0);
    put(f, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
    trap_if(f, SYS_kill, 0, killed, 3);
    trap_if(f, SYS_tgkill, 0, killed, 1);
    trap_if(f, SYS_rt_sigqueueinfo, 0, killed, 1);
    trap_if(f, SYS_rt_tgsigqueueinfo, 0, killed, 1);
    trap_if(f, SYS_prlimit64, 0, killed, 1);
#ifdef SYS_pidfd_open
    trap_if(f, SYS_pidfd_open, 0, killed, 1);
#endif
    put(f, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

int kbit_guard(void)
{
    filter f;
    const struct sock_fprog program = {0, f.line};
    drop_tracing();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    write_filter(&f, SECCOMP_RET_USER_NOTIF);
    struct sock_fprog in_force = program;
    in_force.len = f.n;
    long listener =
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &in_force);
    if (listener >= 0)
        return (int)listener;
    write_filter(&f, SECCOMP_RET_ALLOW);
    in_force.len = f.n;
    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &in_force);
    return -1;
}
#else
int kbit_guard(void)
{
    drop_tracing();
    return -1;
}
#endif
