// Preloaded into criu at the basic level, where criu refuses a mapping of System V shared memory ("doesn't live in IPC ns"). The library
// changes the mapping's name to one that criu does not recognise, and criu then saves it as plain shared memory.
#include <stdarg.h>
#include "system-call.h"

#if defined(__x86_64__)
enum { SYS_read = 0, SYS_openat = 257 };
#elif defined(__aarch64__)
enum { SYS_read = 63, SYS_openat = 56 };
#endif

// The state between two reads: criu reads one smaps file at a time, and a read may end in the middle of a name.
static int smaps = -1;
static int seen;

static int is_smaps(const char *path)
{
	const char *name = "smaps";
	while (*name && *path == *name)
		path++, name++;
	return *path == *name;
}

int openat64(int directory, const char *path, int flags, ...)
{
	va_list list;
	va_start(list, flags);
	int mode = va_arg(list, int);
	va_end(list);
	int file = (int)answer(system_call(SYS_openat, directory, (long)path, flags, mode, 0, 0));
	if (file >= 0 && is_smaps(path)) {
		smaps = file;
		seen = 0;
	} else if (file == smaps) {
		smaps = -1;
	}
	return file;
}

long read(int file, void *buffer, unsigned long size)
{
	static const char name[] = " /SYSV";
	long length = answer(system_call(SYS_read, file, (long)buffer, (long)size, 0, 0, 0));
	if (file != smaps)
		return length;
	for (char *at = buffer, *end = at + (length > 0 ? length : 0); at < end; at++) {
		seen = *at == name[seen] ? seen + 1 : *at == ' ';
		if (!name[seen]) {
			*at = 'v';
			seen = 0;
		}
	}
	return length;
}
