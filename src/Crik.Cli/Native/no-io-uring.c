// Preloaded into the program: it is told that the kernel has no io_uring, which criu cannot save, and takes what it took before.
// libuv asks by syscall(3); liburing has system calls of its own, so its functions that set a ring up are answered here.
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

int io_uring_setup(void) { return -ENOSYS; }
int io_uring_queue_init(void) { return -ENOSYS; }
int io_uring_queue_init_mem(void) { return -ENOSYS; }
int io_uring_queue_init_params(void) { return -ENOSYS; }
