/* faultfs DIRECTORY MOUNTPOINT PLAN: shows DIRECTORY at MOUNTPOINT and does a mishap there at a chosen step.
 *
 * PLAN is a file in memory that the harness has mapped too (faultfs.h, faultfs.py). Every operation that the plan's mask asks
 * for is a step. At step AT the server kills the process PID before or after the operation, lets the operation fail with an
 * errno (that one, or that one and all after it), or hangs until the plan changes. requests.c lets chosen requests of the
 * kernel hang. The operations are real system calls of real processes, which get from the kernel what a broken disk gives. */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include "faultfs.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct plan *plan;
static const char *root;

#define REAL(name, path) char name[PATH_MAX]; snprintf(name, sizeof name, "%s%s", root, path)
#define ANSWER(call) ({ __auto_type r_ = (call); r_ < 0 ? -errno : (int)r_; })

struct verdict { int error, kill; };

/* Two pods may use one directory. Only the one that is to be killed makes steps. */
static int is_of_pod(pid_t caller, pid_t pod)
{
    char path[64];
    struct stat callers, pods;
    snprintf(path, sizeof path, "/proc/%d/ns/pid", (int)caller);
    if (stat(path, &callers)) return 0;
    snprintf(path, sizeof path, "/proc/%d/ns/pid", (int)pod);
    return !stat(path, &pods) && callers.st_ino == pods.st_ino;
}

static struct verdict at_step(uint32_t kind, const char *operation, const char *path)
{
    struct verdict verdict = { 0, 0 };
    requests_see(operation, path ? path : "");
    if (!(plan->mask & kind)) return verdict;
    if (plan->pid && !is_of_pod(fuse_get_context()->pid, (pid_t)plan->pid)) return verdict;
    /* criu writes hundreds of lines into its log. They fail with the rest, but they are not counted as steps. */
    size_t length = path ? strlen(path) : 0;
    if (kind == (CHANGE | SPACE) && *operation == 'w' && length > 4 && !strcmp(path + length - 4, ".log")) {
        if (plan->action == FAIL_FROM && plan->fired) verdict.error = (int)plan->error;
        return verdict;
    }
    uint64_t step = atomic_fetch_add(&plan->steps, 1) + 1;
    uint32_t action = plan->action;
    if (action == NOTHING || step < plan->at || (step > plan->at && action != FAIL_FROM)) return verdict;
    if (step == plan->at) {
        snprintf(plan->name, sizeof plan->name, "%s %s", operation, path ? path : "");
        plan->fired = step;
    }
    if (action == FAIL_ONCE || action == FAIL_FROM) verdict.error = (int)plan->error;
    if (action == KILL_BEFORE) { kill((pid_t)plan->pid, SIGKILL); verdict.error = EINTR; }
    verdict.kill = action == KILL_AFTER;
    while (plan->action == HANG && plan->at == step && !fuse_interrupted()) usleep(2000);
    return verdict;
}

/* One operation: the step, and the call unless the step says no. */
#define STEP(kind, operation, path, call) ({ \
    struct verdict v_ = at_step(kind, operation, path); \
    int result_ = v_.error ? -v_.error : ANSWER(call); \
    if (v_.kill) kill((pid_t)plan->pid, SIGKILL); \
    result_; })

static void *start(struct fuse_conn_info *connection, struct fuse_config *config)
{
    connection->want &= ~(unsigned)FUSE_CAP_SPLICE_READ; /* requests.c looks at requests in memory */
    config->use_ino = 1;
    config->entry_timeout = config->attr_timeout = config->negative_timeout = 0;
    return NULL;
}

static int f_getattr(const char *path, struct stat *out, struct fuse_file_info *file)
{
    if (file) return ANSWER(fstat((int)file->fh, out));
    REAL(real, path);
    return ANSWER(lstat(real, out));
}
static int f_readlink(const char *path, char *out, size_t size)
{
    REAL(real, path);
    int length = ANSWER(readlink(real, out, size - 1));
    if (length >= 0) out[length] = 0;
    return length < 0 ? length : 0;
}
static int f_mkdir(const char *path, mode_t mode) { REAL(real, path); return STEP(CHANGE | SPACE, "mkdir", path, mkdir(real, mode)); }
static int f_unlink(const char *path) { REAL(real, path); return STEP(CHANGE, "unlink", path, unlink(real)); }
static int f_rmdir(const char *path) { REAL(real, path); return STEP(CHANGE, "rmdir", path, rmdir(real)); }
static int f_symlink(const char *target, const char *path) { REAL(real, path); return STEP(CHANGE | SPACE, "symlink", path, symlink(target, real)); }
static int f_mknod(const char *path, mode_t mode, dev_t device) { REAL(real, path); return STEP(CHANGE | SPACE, "mknod", path, mknod(real, mode, device)); }
static int f_rename(const char *from, const char *to, unsigned flags)
{
    REAL(old, from);
    REAL(new, to);
    return STEP(CHANGE | SPACE, "rename", to, renameat2(AT_FDCWD, old, AT_FDCWD, new, flags));
}
static int f_link(const char *from, const char *to) { REAL(old, from); REAL(new, to); return STEP(CHANGE | SPACE, "link", to, link(old, new)); }
static int f_chmod(const char *path, mode_t mode, struct fuse_file_info *file)
{
    if (file) return STEP(CHANGE, "chmod", path, fchmod((int)file->fh, mode));
    REAL(real, path);
    return STEP(CHANGE, "chmod", path, chmod(real, mode));
}
static int f_chown(const char *path, uid_t uid, gid_t gid, struct fuse_file_info *file)
{
    if (file) return STEP(CHANGE, "chown", path, fchown((int)file->fh, uid, gid));
    REAL(real, path);
    return STEP(CHANGE, "chown", path, lchown(real, uid, gid));
}
static int f_truncate(const char *path, off_t size, struct fuse_file_info *file)
{
    if (file) return STEP(CHANGE, "truncate", path, ftruncate((int)file->fh, size));
    REAL(real, path);
    return STEP(CHANGE, "truncate", path, truncate(real, size));
}
static int f_utimens(const char *path, const struct timespec times[2], struct fuse_file_info *file)
{
    if (file) return STEP(CHANGE, "utimens", path, futimens((int)file->fh, times));
    REAL(real, path);
    return STEP(CHANGE, "utimens", path, utimensat(AT_FDCWD, real, times, AT_SYMLINK_NOFOLLOW));
}
static int opened(int descriptor, struct fuse_file_info *file)
{
    if (descriptor >= 0) file->fh = (uint64_t)descriptor;
    return descriptor < 0 ? descriptor : 0;
}
static int f_create(const char *path, mode_t mode, struct fuse_file_info *file)
{
    REAL(real, path);
    return opened(STEP(CHANGE | SPACE, "create", path, open(real, (file->flags | O_CREAT) & ~O_APPEND, mode)), file);
}
static int f_open(const char *path, struct fuse_file_info *file)
{
    REAL(real, path);
    /* the kernel gives the offset of every write; O_APPEND would make pwrite ignore it */
    uint32_t kind = (file->flags & O_TRUNC) ? READ | CHANGE : READ;
    return opened(STEP(kind, "open", path, open(real, file->flags & ~O_APPEND)), file);
}
static int f_read(const char *path, char *out, size_t size, off_t at, struct fuse_file_info *file)
{
    return STEP(READ, "read", path, pread((int)file->fh, out, size, at));
}
static int f_write(const char *path, const char *data, size_t size, off_t at, struct fuse_file_info *file)
{
    return STEP(CHANGE | SPACE, "write", path, pwrite((int)file->fh, data, size, at));
}
static int f_flush(const char *path, struct fuse_file_info *file) { (void)path; return ANSWER(close(dup((int)file->fh))); }
static int f_release(const char *path, struct fuse_file_info *file) { (void)path; return ANSWER(close((int)file->fh)); }
static int f_fsync(const char *path, int data_only, struct fuse_file_info *file)
{
    return STEP(CHANGE, "fsync", path, data_only ? fdatasync((int)file->fh) : fsync((int)file->fh));
}
static int f_fsyncdir(const char *path, int data_only, struct fuse_file_info *file)
{
    (void)data_only;
    return STEP(CHANGE, "fsync of directory", path, fsync(dirfd((DIR *)(uintptr_t)file->fh)));
}
static int f_opendir(const char *path, struct fuse_file_info *file)
{
    REAL(real, path);
    struct verdict verdict = at_step(READ, "open directory", path);
    if (verdict.error) return -verdict.error;
    DIR *directory = opendir(real);
    if (verdict.kill) kill((pid_t)plan->pid, SIGKILL);
    if (!directory) return -errno;
    file->fh = (uintptr_t)directory;
    return 0;
}
static int f_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t at, struct fuse_file_info *file, enum fuse_readdir_flags flags)
{
    (void)flags;
    int result = STEP(READ, "read directory", path, 0);
    if (result) return result;
    DIR *directory = (DIR *)(uintptr_t)file->fh;
    seekdir(directory, at);
    for (struct dirent *entry; (entry = readdir(directory));) {
        struct stat out = { .st_ino = entry->d_ino, .st_mode = (mode_t)entry->d_type << 12 };
        if (fill(buffer, entry->d_name, &out, telldir(directory), 0)) break;
    }
    return 0;
}
static int f_releasedir(const char *path, struct fuse_file_info *file) { (void)path; return ANSWER(closedir((DIR *)(uintptr_t)file->fh)); }
static int f_statfs(const char *path, struct statvfs *out) { REAL(real, path); return ANSWER(statvfs(real, out)); }
static int f_fallocate(const char *path, int mode, off_t at, off_t length, struct fuse_file_info *file)
{
    return STEP(CHANGE | SPACE, "fallocate", path, fallocate((int)file->fh, mode, at, length));
}
static off_t f_lseek(const char *path, off_t at, int whence, struct fuse_file_info *file)
{
    (void)path;
    off_t result = lseek((int)file->fh, at, whence);
    return result < 0 ? -errno : result;
}
static const struct fuse_operations operations = {
    .init = start, .getattr = f_getattr, .readlink = f_readlink, .mkdir = f_mkdir, .unlink = f_unlink, .rmdir = f_rmdir, .symlink = f_symlink,
    .mknod = f_mknod, .rename = f_rename, .link = f_link, .chmod = f_chmod, .chown = f_chown, .truncate = f_truncate, .utimens = f_utimens,
    .create = f_create, .open = f_open, .read = f_read, .write = f_write, .flush = f_flush, .release = f_release, .fsync = f_fsync,
    .fsyncdir = f_fsyncdir, .opendir = f_opendir, .readdir = f_readdir, .releasedir = f_releasedir, .statfs = f_statfs,
    .fallocate = f_fallocate, .lseek = f_lseek,
};

int main(int argc, char **argv)
{
    if (argc != 4) return 64;
    int shared = open(argv[3], O_RDWR);
    plan = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, shared, 0);
    root = realpath(argv[1], NULL);
    if (shared < 0 || plan == MAP_FAILED || !root) { perror("faultfs"); return 1; }
    umask(0);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return 1; /* no mount outlives a harness that was killed */
    char *options[] = { argv[0], "-o", "allow_other,default_permissions,fsname=faultfs,dev,suid" };
    struct fuse_args arguments = FUSE_ARGS_INIT(3, options);
    struct fuse *fuse = fuse_new(&arguments, &operations, sizeof operations, NULL);
    if (!fuse || fuse_mount(fuse, argv[2]) != 0) return 1;
    int error = requests_serve(fuse_get_session(fuse));
    fuse_unmount(fuse);
    return error == 0 || error == ENODEV ? 0 : 1;
}
