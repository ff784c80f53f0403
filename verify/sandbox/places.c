#include "places.h"

#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    BURIED = 32,          /* calls whose addresses are kept */
    STACK_NEAR = 1 << 17, /* a fault so near to the stack pointer is one of the stack */
    NULL_NEAR = 1 << 16
};
#define BURIED_BYTES ((uint64_t)1 << 30)

typedef struct {
    char *reserved; /* NULL: no element */
    uint64_t size;  /* with both guards */
    uint64_t data, bytes;
} area;

typedef struct {
    char step[64];
    uint32_t n;
    area tensor[KBIT_RUN_MAX_TENSORS];
} call_areas;

static call_areas now, buried[BURIED];
static unsigned n_buried; /* the oldest first */
static uint64_t plugin_base, plugin_end;

static void forget_oldest(void)
{
    for (uint32_t i = 0; i < buried[0].n; i++)
        if (buried[0].tensor[i].reserved)
            munmap(buried[0].tensor[i].reserved, buried[0].tensor[i].size);
    n_buried--;
    memmove(buried, buried + 1, n_buried * sizeof *buried);
}

static char *reserve(uint64_t size)
{
    for (;;) {
        char *base =
            mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (base != MAP_FAILED || n_buried == 0)
            return base;
        forget_oldest();
    }
}

static int map_tensor(const kbit_run_tensor *t, int fd, int writable, kbit_tensor *tensor,
                      area *place)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), pages;
    uint64_t start = kbit_run_place(t->bytes, page, &pages);
    *tensor = (kbit_tensor){NULL, t->dtype, t->rank, {t->dim[0], t->dim[1]}};
    *place = (area){NULL, 0, 0, 0};
    if (t->bytes == 0)
        return 0;
    char *base = reserve(pages + 2 * KBIT_RUN_GUARD);
    if (base == MAP_FAILED)
        return -1;
    char *data = base + KBIT_RUN_GUARD + start;
    *place = (area){base, pages + 2 * KBIT_RUN_GUARD, (uint64_t)(uintptr_t)data, t->bytes};
    if (mmap(base + KBIT_RUN_GUARD, pages, writable ? PROT_READ | PROT_WRITE : PROT_READ,
             MAP_SHARED | MAP_FIXED, fd, (off_t)t->offset) == MAP_FAILED)
        return -1;
    tensor->data = data;
    return 0;
}

int kbit_places_map(const kbit_run_request *request, int in_fd, int out_fd,
                    kbit_tensor tensor[KBIT_RUN_MAX_TENSORS])
{
    memcpy(now.step, request->step, sizeof now.step);
    now.n = 0;
    for (uint32_t i = 0; i < request->n_in + request->n_out; i++) {
        int output = i >= request->n_in;
        now.n++;
        if (map_tensor(&request->tensor[i], output ? out_fd : in_fd, output, &tensor[i],
                       &now.tensor[i]) != 0)
            return -1;
    }
    return 0;
}

void kbit_places_bury(void)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < now.n; i++) {
        const area *a = &now.tensor[i];
        size += a->size;
        /* In one step, so that no other mapping can slip in; the pages of the file are let go. */
        if (a->reserved)
            mmap(a->reserved, a->size, PROT_NONE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    }
    for (unsigned b = 0; b < n_buried; b++)
        for (uint32_t i = 0; i < buried[b].n; i++)
            size += buried[b].tensor[i].size;
    while (n_buried == BURIED || (n_buried && size > BURIED_BYTES)) {
        for (uint32_t i = 0; i < buried[0].n; i++)
            size -= buried[0].tensor[i].size;
        forget_oldest();
    }
    buried[n_buried++] = now;
    now.n = 0;
}

static int note_segments(struct dl_phdr_info *object, size_t size, void *symbol)
{
    uint64_t low = UINT64_MAX, high = 0, at = (uint64_t)(uintptr_t)symbol;
    (void)size;
    for (unsigned i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD)
            continue;
        uint64_t start = object->dlpi_addr + segment->p_vaddr;
        low = start < low ? start : low;
        high = start + segment->p_memsz > high ? start + segment->p_memsz : high;
    }
    if (at < low || at >= high)
        return 0;
    plugin_base = object->dlpi_addr;
    plugin_end = high;
    return 1;
}

void kbit_places_plugin(const void *symbol)
{
    dl_iterate_phdr(note_segments, (void *)(uintptr_t)symbol);
}

uint64_t kbit_places_in_plugin(uint64_t address)
{
    return address >= plugin_base && address < plugin_end ? address - plugin_base : 0;
}

static int find_in(const call_areas *call, uint64_t address, kbit_run_box *box)
{
    for (uint32_t i = 0; i < call->n; i++) {
        const area *a = &call->tensor[i];
        uint64_t low = (uint64_t)(uintptr_t)a->reserved;
        if (!a->reserved || address < low || address >= low + a->size)
            continue;
        box->tensor = i;
        box->offset = (int64_t)(address - a->data);
        box->bytes = a->bytes;
        memcpy(box->step, call->step, sizeof box->step);
        return 1;
    }
    return 0;
}

void kbit_places_find(uint64_t address, uint64_t stack_pointer, kbit_run_box *box)
{
    box->address = address;
    if (address < NULL_NEAR) {
        box->place = KBIT_PLACE_NULL;
        return;
    }
    if (find_in(&now, address, box)) {
        box->place = KBIT_PLACE_TENSOR;
        return;
    }
    for (unsigned b = n_buried; b > 0; b--)
        if (find_in(&buried[b - 1], address, box)) {
            box->place = KBIT_PLACE_EARLIER;
            return;
        }
    if (stack_pointer && address + STACK_NEAR > stack_pointer &&
        address < stack_pointer + STACK_NEAR)
        box->place = KBIT_PLACE_STACK;
    else
        box->place = kbit_places_in_plugin(address) ? KBIT_PLACE_PLUGIN : KBIT_PLACE_NOWHERE;
}
