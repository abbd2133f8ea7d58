// Preloaded into the program. It tells the program that the kernel has no io_uring, because criu cannot save io_uring. The program then uses
// epoll instead. libuv uses syscall(3); liburing makes its system calls without libc, so the library replaces liburing's functions that set
// up a ring.
//
// After chroot(2) the library's file may be missing, and the dynamic linker would print an error in every program that starts then.
// So the library removes itself from LD_PRELOAD.
#include <stdarg.h>
#include "system-call.h"

#define SYS_io_uring_setup 425

long syscall(long number, ...)
{
	va_list list;
	va_start(list, number);
	long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long);
	long d = va_arg(list, long), e = va_arg(list, long), f = va_arg(list, long);
	va_end(list);
	return answer(number == SYS_io_uring_setup ? -ENOSYS : system_call(number, a, b, c, d, e, f));
}

#if defined(__x86_64__)
enum { SYS_chroot = 161, SYS_access = 269 }; // faccessat
#elif defined(__aarch64__)
enum { SYS_chroot = 51, SYS_access = 48 };
#endif
enum { AT_FDCWD = -100, PATH_LIMIT = 4096 };

extern char **environ;

// Returns the rest of a text after its start, or 0 when the text does not start like this.
static char *after(char *text, const char *start)
{
	while (*start && *text == *start)
		text++, start++;
	return *start ? 0 : text;
}

static int is_ours(const char *path, const char *end)
{
	for (; path < end; path++)
		if (after((char *)path, "/crik-no-io-uring/"))
			return 1;
	return 0;
}

static int is_there(const char *path, long length)
{
	char name[PATH_LIMIT];
	if (length >= PATH_LIMIT)
		return 0;
	for (long i = 0; i < length; i++)
		name[i] = path[i];
	name[length] = 0;
	return system_call(SYS_access, AT_FDCWD, (long)name, 0, 0, 0, 0) == 0;
}

// Libraries in LD_PRELOAD are separated by spaces or colons.
static void forget(char *list)
{
	char *kept = list;
	while (*list) {
		char *end = list;
		while (*end && *end != ':' && *end != ' ')
			end++;
		int drop = is_ours(list, end) && !is_there(list, end - list);
		if (*end)
			end++;
		while (list < end)
			if (drop)
				list++;
			else
				*kept++ = *list++;
	}
	*kept = 0;
}

int chroot(const char *path)
{
	int result = (int)answer(system_call(SYS_chroot, (long)path, 0, 0, 0, 0, 0));
	for (char **entry = result == 0 ? environ : 0; entry && *entry; entry++) {
		char *list = after(*entry, "LD_PRELOAD=");
		if (list)
			forget(list);
	}
	return result;
}

int io_uring_setup(void) { return -ENOSYS; }
int io_uring_queue_init(void) { return -ENOSYS; }
int io_uring_queue_init_mem(void) { return -ENOSYS; }
int io_uring_queue_init_params(void) { return -ENOSYS; }
