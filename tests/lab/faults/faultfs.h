/* The plan that the harness (faultfs.py) and the file system (faultfs.c, requests.c) share in memory. */
#ifndef FAULTFS_H
#define FAULTFS_H
#include <stdatomic.h>
#include <stdint.h>

struct fuse_session;

/* What happens at a step. A step is an operation that the plan's mask asks for. */
enum { NOTHING, KILL_BEFORE, KILL_AFTER, FAIL_ONCE, FAIL_FROM, HANG };
enum { CHANGE = 1, SPACE = 2, READ = 4 }; /* SPACE: a change that needs room on the disk */

/* How requests of the kernel hang. */
enum {
    ANSWERS_INTERRUPTS = 1, /* a signal to the caller ends its call with EINTR */
    UNINTERRUPTIBLE,        /* nothing ends the call of the caller, not even SIGKILL; criu's calls still answer interrupts */
    STOPS_READING,          /* the server reads no more requests; SIGKILL ends a call whose request was not read */
};
enum { NOT_ARMED, ARMED, HANGS, IS_OVER };

struct plan {
    _Atomic uint32_t action, mask, error, pid;
    _Atomic uint64_t at, steps, fired;
    char name[232]; /* the operation at which the step was */

    /* The hang of requests. The harness writes `manner` last. */
    _Atomic uint32_t manner, state, everything, milliseconds;
    _Atomic uint64_t opcodes, skip;     /* bit N: requests with opcode N; so many of them pass first */
    char after[64];                     /* the hang is armed when "operation path" of a step matches this pattern */
    char hung[168];                     /* the first request that hung, and its caller */
};

extern struct plan *plan;

/* Arms the hang when it waits for this operation. */
void requests_see(const char *operation, const char *path);

/* Serves requests until the file system is unmounted. Every request has a thread of its own. Returns 0 or an errno. */
int requests_serve(struct fuse_session *session);

#endif
