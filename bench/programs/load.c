/* load: a program of a wanted size for the benchmark. It writes to a shared page when it is ready and when it runs again.
 *
 *   load stamp PAGE COMMAND...              writes the time to the page and becomes the command
 *   load run PAGE MEGABYTES PROCESSES FILES DIRECTORY THREADS MAPPINGS
 *   load above PAGE MEGABYTES PROCESSES FILES DIRECTORY THREADS MAPPINGS
 *
 * Half of each page of memory compresses well, half does not. The files are opened in DIRECTORY, one descriptor each. Memory and
 * files are divided among the processes; the threads and the mappings are those of the first one. With `above` the program does for itself what crik does for its program: it takes a new session, and pids that are free at a restore. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What bench/pods.py reads and writes: 64-bit little-endian words of the page. */
struct page {
    _Atomic uint64_t started; /* when `stamp` ran, in ns since 1970 */
    _Atomic uint64_t ready;   /* processes whose memory is filled and whose files are open */
    _Atomic uint64_t asked;   /* set from outside: say when you run */
    _Atomic uint64_t resumed; /* the answer: the time, in ns since 1970 */
    _Atomic uint64_t root;    /* pid of the first process, as its container counts */
    _Atomic uint64_t gap;     /* longest time, in ns, that the first process stood still since this was set to 0 */
};

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static struct page *map(const char *path) {
    int fd = open(path, O_RDWR | O_CLOEXEC);
    struct page *page = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED) {
        perror(path);
        exit(1);
    }
    close(fd);
    return page;
}

static void fill(size_t bytes) {
    uint64_t *words = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (words == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    uint64_t random = 88172645463325252u ^ (uint64_t)getpid() << 32;
    for (size_t i = 0; i < bytes / sizeof *words; i++) {
        if (i % 512 < 256) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            words[i] = random;
        } else {
            words[i] = 0x2e6b636568632021u;
        }
    }
}

static void open_files(long from, long count, const char *directory) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    for (long i = from; i < from + count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%ld", directory, i);
        if (open(path, O_RDWR | O_CREAT, 0600) < 0) {
            perror(path);
            exit(1);
        }
    }
}

static void *wait_for_ever(void *nothing) {
    for (;;) pause();
    return nothing;
}

static void start_threads(long count) {
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 * 1024);
    for (pthread_t thread; count > 0; count--) {
        if (pthread_create(&thread, &small, wait_for_ever, NULL) != 0) {
            fprintf(stderr, "%ld threads could not be started\n", count);
            exit(1);
        }
    }
}

/* Makes one mapping of each page, because its neighbours have other rights. */
static void map_pages(long count) {
    char *pages = mmap(NULL, (size_t)(count + 1) * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (long i = 0; pages != MAP_FAILED && i < count; i++) {
        pages[i * 4096] = (char)i;
        if (i % 2 == 1 && mprotect(pages + i * 4096, 4096, PROT_READ) != 0) pages = MAP_FAILED;
    }
    if (pages == MAP_FAILED) {
        perror("mappings");
        exit(1);
    }
}

/* Returns in a process whose pid is not below the lowest; the caller's waits for that one. */
static void move_above(pid_t lowest) {
    for (;;) {
        pid_t child = fork();
        if (child == 0 && getpid() >= lowest) return;
        if (child == 0) _exit(0);
        waitpid(child, NULL, 0);
        if (child >= lowest || child < 0) exit(0);
    }
}

int main(int argc, char **argv) {
    if (argc > 3 && strcmp(argv[1], "stamp") == 0) {
        map(argv[2])->started = now();
        execvp(argv[3], argv + 3);
        perror(argv[3]);
        return 127;
    }
    if (argc != 9 || (strcmp(argv[1], "run") != 0 && strcmp(argv[1], "above") != 0)) return 64;
    if (strcmp(argv[1], "above") == 0) {
        move_above(300);
        setsid();
    }
    struct page *page = map(argv[2]);
    long processes = atol(argv[4]);
    size_t each = (size_t)atol(argv[3]) * 1048576u / (size_t)processes;
    long files = atol(argv[5]) / processes;
    for (long i = 1; i < processes; i++) {
        if (fork() == 0) {
            open_files(i * files, files, argv[6]);
            fill(each);
            page->ready++;
            for (;;) pause();
        }
    }
    open_files(0, files, argv[6]);
    start_threads(atol(argv[7]));
    map_pages(atol(argv[8]));
    fill(each);
    page->root = (uint64_t)getpid();
    page->ready++;
    uint64_t last = now();
    for (struct timespec pause = {0, 200000};; nanosleep(&pause, NULL)) {
        uint64_t time = now();
        if (time - last > page->gap) page->gap = time - last;
        last = time;
        if (page->asked) {
            page->asked = 0;
            page->resumed = now();
        }
    }
}
