// Preloaded into criu, which uses prlimit(2) to read the limits of the tasks that it saves. Without SYS_RESOURCE the kernel refuses this for
// tasks of other users, although every process may read the limits in /proc/PID/limits. This code can go once criu reads them there.
#include <stdarg.h>
#include "system-call.h"

#define UNLIMITED (~0UL)
#define AT_FDCWD (-100)
#define O_CLOEXEC 02000000
#if defined(__x86_64__)
enum { SYS_read = 0, SYS_close = 3, SYS_openat = 257, SYS_prlimit64 = 302 };
#elif defined(__aarch64__)
enum { SYS_read = 63, SYS_close = 57, SYS_openat = 56, SYS_prlimit64 = 261 };
#endif

struct limit {
	unsigned long current, most;
};

static unsigned long value_at(const char *text)
{
	unsigned long value = 0;
	if (*text < '0' || *text > '9')
		return UNLIMITED;
	for (; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (*text - '0');
	return value;
}

static long read_limit(long pid, long resource, struct limit *limit)
{
	// "/proc/N/limits" has a line of titles, then one for each resource in the order of their numbers. Columns begin at 26 and 47.
	char path[40] = "/proc/", digits[20], text[4096];
	int at = 6, count = 0;
	for (long rest = pid; rest > 0; rest /= 10)
		digits[count++] = (char)('0' + rest % 10);
	while (count > 0)
		path[at++] = digits[--count];
	for (const char *end = "/limits"; (path[at] = *end); at++, end++)
		;
	long file = system_call(SYS_openat, AT_FDCWD, (long)path, O_CLOEXEC, 0, 0, 0);
	if (file < 0)
		return -EPERM;
	long length = 0, more;
	while (length < (long)sizeof(text) - 1 && (more = system_call(SYS_read, file, (long)text + length, (long)sizeof(text) - 1 - length, 0, 0, 0)) > 0)
		length += more;
	system_call(SYS_close, file, 0, 0, 0, 0, 0);
	text[length] = 0;
	const char *line = text;
	for (long skip = resource + 1; skip > 0 && *line; line++)
		skip -= *line == '\n';
	const char *end = line;
	while (*end && *end != '\n')
		end++;
	if (end - line < 48)
		return -EPERM;
	limit->current = value_at(line + 26);
	limit->most = value_at(line + 47);
	return 0;
}

static long limits(long pid, long resource, long new, long old)
{
	long result = system_call(SYS_prlimit64, pid, resource, new, old, 0, 0);
	return result == -EPERM && pid > 0 && !new && old ? read_limit(pid, resource, (struct limit *)old) : result;
}

int prlimit64(int pid, int resource, const void *new, void *old)
{
	return (int)answer(limits(pid, resource, (long)new, (long)old));
}

long syscall(long number, ...)
{
	va_list list;
	va_start(list, number);
	long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long);
	long d = va_arg(list, long), e = va_arg(list, long), f = va_arg(list, long);
	va_end(list);
	return answer(number == SYS_prlimit64 ? limits(a, b, c, d) : system_call(number, a, b, c, d, e, f));
}

// Only the owner of System V shared memory may query and attach it. Since Linux 4.17 every process may query it in another way
// (SHM_STAT_ANY). To attach it, criu takes its owner's user id during that one call. The memory that criu itself makes in a restore belongs
// to criu, so none of this is needed then.
#if defined(__x86_64__)
enum { SYS_shmat = 30, SYS_shmctl = 31, SYS_setresuid = 117 };
#elif defined(__aarch64__)
enum { SYS_shmctl = 195, SYS_shmat = 196, SYS_setresuid = 147 };
#endif
enum { SHM_STAT = 13, SHM_STAT_ANY = 15, SHM_RDONLY = 010000 };

// struct shmid_ds begins with struct ipc64_perm: the key, then the owner.
struct shared_memory {
	int key;
	unsigned int owner;
};

static int told_id = -1;
static unsigned int told_owner;

int shmctl(int id, int command, void *result)
{
	long answered = system_call(SYS_shmctl, id, command, (long)result, 0, 0, 0);
	if (answered == -EACCES && command == SHM_STAT) {
		answered = system_call(SYS_shmctl, id, SHM_STAT_ANY, (long)result, 0, 0, 0);
		told_id = (int)answered;
		told_owner = ((struct shared_memory *)result)->owner;
	}
	return (int)answer(answered);
}

void *shmat(int id, const void *address, int flags)
{
	long attached = system_call(SYS_shmat, id, (long)address, flags, 0, 0, 0);
	if (attached == -EACCES && id == told_id && (flags & SHM_RDONLY)) {
		// libc's function would change the user of all threads; the system call changes the effective user of this one.
		if (system_call(SYS_setresuid, -1, told_owner, -1, 0, 0, 0) == 0) {
			attached = system_call(SYS_shmat, id, (long)address, flags, 0, 0, 0);
			system_call(SYS_setresuid, -1, 0, -1, 0, 0, 0);
		}
	}
	return (void *)answer(attached);
}

// Since Linux 6.16, getsockopt(2) fails for these options on sockets that carry no credentials, and a criu before 4.2 then cannot save TCP
// and UDP sockets. The options were always off for such sockets, so this function answers 0. It can go once no criu before 4.2 is in use.
#if defined(__x86_64__)
enum { SYS_getsockopt = 55 };
#elif defined(__aarch64__)
enum { SYS_getsockopt = 209 };
#endif
enum { SOL_SOCKET = 1, SO_PASSCRED = 16, SO_PASSSEC = 34 };

int getsockopt(int file, int level, int name, void *value, unsigned int *length)
{
	long result = system_call(SYS_getsockopt, file, level, name, (long)value, (long)length, 0);
	if (result == -EOPNOTSUPP && level == SOL_SOCKET && (name == SO_PASSCRED || name == SO_PASSSEC) && *length == sizeof(int)) {
		*(int *)value = 0;
		result = 0;
	}
	return (int)answer(result);
}
