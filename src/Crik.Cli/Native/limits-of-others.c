// Preloaded into criu: it asks for the limits of the tasks it saves by prlimit(2), which the kernel refuses for tasks of another
// user without SYS_RESOURCE, though everybody may read them in /proc/PID/limits. Not needed once criu reads them there.
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
	// "/proc/N/limits": a line of titles, then one for each resource, in the order of their numbers; columns begin at 26 and 47.
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
