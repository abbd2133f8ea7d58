/* Reads the kernel's requests and lets chosen ones hang, before libfuse has seen them.
 *
 * A request that hangs is answered with EIO when the plan ends, so that it is never carried out for a caller that is dead.
 * It is carried out when the plan's time is over. */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include "faultfs.h"
#include <errno.h>
#include <fnmatch.h>
#include <fuse_lowlevel.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct request {
    struct fuse_session *session;
    struct fuse_buf buffer;
    int hangs, may_be_interrupted;
    _Atomic int interrupted;
    struct request *next; /* of those that hang */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct request *hanging;
static _Atomic uint64_t began; /* when the first request hung, in ms */

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000u + (uint64_t)time.tv_nsec / 1000000u;
}

static const struct fuse_in_header *header(const struct request *request) { return request->buffer.mem; }

static void name_caller(uint32_t thread, char *out, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%u/comm", thread);
    FILE *file = fopen(path, "re");
    if (!file || !fgets(out, (int)size, file)) snprintf(out, size, "?");
    if (file) fclose(file);
    out[strcspn(out, "\n")] = 0;
}

void requests_see(const char *operation, const char *path)
{
    char text[512];
    if (!plan->manner || plan->state != NOT_ARMED) return;
    snprintf(text, sizeof text, "%s %s", operation, path);
    uint32_t expected = NOT_ARMED;
    if (fnmatch(plan->after, text, 0) == 0) atomic_compare_exchange_strong(&plan->state, &expected, ARMED);
}

/* Whether time is over, or the harness ended the plan. */
static int is_over(void)
{
    if (plan->state == HANGS && plan->milliseconds && now() - began >= plan->milliseconds) plan->state = IS_OVER;
    return !plan->manner || plan->state != HANGS;
}

/* The kernel waits for no answer to these, or they come before everything else. */
static int never_hangs(uint32_t opcode)
{
    return opcode == FUSE_INIT || opcode == FUSE_DESTROY || opcode == FUSE_FORGET || opcode == FUSE_BATCH_FORGET || opcode == FUSE_INTERRUPT;
}

static int has_to_hang(const struct request *request)
{
    uint32_t opcode = header(request)->opcode;
    if (!plan->manner || opcode >= 64 || never_hangs(opcode)) return 0;
    if (plan->state == HANGS) return plan->everything && !is_over();
    if (plan->state != ARMED || !(plan->opcodes >> opcode & 1)) return 0;
    if (plan->skip && atomic_fetch_sub(&plan->skip, 1) > 0) return 0;
    uint32_t expected = ARMED;
    began = now();
    if (!atomic_compare_exchange_strong(&plan->state, &expected, HANGS)) return plan->everything != 0;
    char caller[32];
    name_caller(header(request)->pid, caller, sizeof caller);
    snprintf(plan->hung, sizeof plan->hung, "opcode %u of %s", opcode, caller);
    return 1;
}

static void fail(struct request *request, int error)
{
    struct fuse_out_header answer = { .len = sizeof answer, .error = -error, .unique = header(request)->unique };
    if (write(fuse_session_fd(request->session), &answer, sizeof answer) < 0 && errno != ENOENT) perror("faultfs: answer");
}

/* Returns 0 when the request is to be carried out after all, and else the error that its caller gets. */
static int hang(struct request *request)
{
    while (!is_over() && !(request->may_be_interrupted && request->interrupted)) usleep(2000);
    int error = !plan->manner ? EIO : plan->state == HANGS ? EINTR : 0;
    pthread_mutex_lock(&lock);
    struct request **at = &hanging;
    while (*at != request) at = &(*at)->next;
    *at = request->next;
    pthread_mutex_unlock(&lock);
    return error;
}

static void note_that_it_hangs(struct request *request)
{
    char caller[32];
    name_caller(header(request)->pid, caller, sizeof caller);
    request->may_be_interrupted = plan->manner == ANSWERS_INTERRUPTS || strcmp(caller, "criu") == 0;
    request->hangs = 1;
    pthread_mutex_lock(&lock);
    request->next = hanging;
    hanging = request;
    pthread_mutex_unlock(&lock);
}

/* Returns whether the interrupted request is one that hangs; libfuse knows nothing of those. */
static int interrupt(const struct request *request)
{
    const struct fuse_interrupt_in *interrupt = (const void *)(header(request) + 1);
    int found = 0;
    pthread_mutex_lock(&lock);
    for (struct request *other = hanging; other; other = other->next)
        if (header(other)->unique == interrupt->unique) other->interrupted = found = 1;
    pthread_mutex_unlock(&lock);
    return found;
}

static void *carry_out(void *argument)
{
    struct request *request = argument;
    int error = request->hangs ? hang(request) : 0;
    if (error) fail(request, error);
    else fuse_session_process_buf(request->session, &request->buffer);
    free(request->buffer.mem);
    free(request);
    return NULL;
}

static void serve(struct request *request)
{
    uint32_t opcode = header(request)->opcode;
    if (opcode == FUSE_INTERRUPT && interrupt(request)) {
        free(request->buffer.mem);
        free(request);
        return;
    }
    pthread_t thread;
    if (never_hangs(opcode) || pthread_create(&thread, NULL, carry_out, request) != 0) carry_out(request);
    else pthread_detach(thread);
}

int requests_serve(struct fuse_session *session)
{
    while (!fuse_session_exited(session)) {
        struct request *request = calloc(1, sizeof *request);
        if (!request) return ENOMEM;
        request->session = session;
        int size = fuse_session_receive_buf(session, &request->buffer);
        if (size <= 0) {
            free(request->buffer.mem);
            free(request);
            if (size == -EINTR) continue;
            return -size;
        }
        int hangs = has_to_hang(request);
        int stops = hangs && plan->manner == STOPS_READING;
        if (hangs && !stops) note_that_it_hangs(request); /* before the next request, which may interrupt this one */
        serve(request);
        while (stops && !is_over()) usleep(2000);
    }
    return 0;
}
