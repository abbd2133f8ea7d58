/* A library for LD_PRELOAD that adds the seconds in the file $CLOCKSHIM to CLOCK_REALTIME. They may change at any time.
 * There is no namespace for this clock, and the machine's own belongs to everybody. Every call into the C library sees it, and
 * crik makes no other. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int (*real)(clockid_t, struct timespec *);
static const volatile int64_t *offset;

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("CLOCKSHIM");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    void *map = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
    if (map != MAP_FAILED) offset = map;
    if (file >= 0) close(file);
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
    if (!real) start();
    int result = real(clock, out);
    if (result == 0 && offset && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) out->tv_sec += *offset;
    return result;
}
