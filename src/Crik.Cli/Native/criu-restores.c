// Preloaded into a criu that restores.
//
// If criu is killed while it traces the restored tasks, the kernel lets each task go where it is: some run their program, and some die
// of criu's breakpoints. With PTRACE_O_EXITKILL (ptrace(2)) all of them die with criu, and none has run. Before criu lets the first task
// run, this library removes the option from all tasks. From then on they run even if criu dies.
//
// The library also keeps criu from changing the size of a terminal that has one. Such a terminal is the pod's, and its user may have changed
// the size since the checkpoint. Terminals that criu makes itself, as for a program under tmux, have no size yet.
#include "system-call.h"

#if defined(__x86_64__)
enum { SYS_mmap = 9, SYS_ioctl = 16, SYS_ptrace = 101 };
#elif defined(__aarch64__)
enum { SYS_ioctl = 29, SYS_ptrace = 117, SYS_mmap = 222 };
#endif
enum { TIOCGWINSZ = 0x5413, TIOCSWINSZ = 0x5414 };
enum { PTRACE_PEEKTEXT = 1, PTRACE_PEEKUSER = 3, PTRACE_DETACH = 17, PTRACE_SETOPTIONS = 0x4200 };
enum { PTRACE_O_EXITKILL = 1 << 20 };
enum { PROT_READ_WRITE = 3, MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x4022, MOST = 1 << 20 };

static int *bound; // the tasks that die with criu
static long count, options; // the number of these tasks, and the options that criu gave each of them

static void bind(int task, long wanted)
{
	if (!bound) {
		long memory = system_call(SYS_mmap, 0, MOST * sizeof(*bound), PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
		bound = (unsigned long)memory > -4096UL ? 0 : (int *)memory;
	}
	if (bound && count < MOST && system_call(SYS_ptrace, PTRACE_SETOPTIONS, task, 0, wanted | PTRACE_O_EXITKILL, 0, 0) == 0)
		bound[count++] = task;
	options = wanted;
}

static void release(void)
{
	while (count > 0)
		system_call(SYS_ptrace, PTRACE_SETOPTIONS, bound[--count], 0, options, 0, 0);
}

long ptrace(long request, int task, long address, long data)
{
	long word = 0;
	request = (int)request;
	if (request == PTRACE_DETACH)
		release();
	int peeks = request >= PTRACE_PEEKTEXT && request <= PTRACE_PEEKUSER; // libc's function returns what the kernel writes
	long result = answer(system_call(SYS_ptrace, request, task, address, peeks ? (long)&word : data, 0, 0));
	if (result == 0 && request == PTRACE_SETOPTIONS)
		bind(task, data);
	if (result < 0 || !peeks)
		return result;
	*__errno_location() = 0;
	return word;
}

int ioctl(int file, unsigned long request, long argument)
{
	unsigned long size = 0; // struct winsize: four 16-bit numbers
	if (request == TIOCSWINSZ && system_call(SYS_ioctl, file, TIOCGWINSZ, (long)&size, 0, 0, 0) == 0 && size)
		return 0;
	return (int)answer(system_call(SYS_ioctl, file, (long)request, argument, 0, 0, 0));
}
