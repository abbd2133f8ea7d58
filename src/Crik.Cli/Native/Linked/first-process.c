// Is linked into crik. Blocks all signals of a container's first process before the .NET runtime starts its threads.
//
// The kernel drops a signal with the default action for a first process, but not while its first thread blocks that signal. Then it looks for
// another thread that takes the signal, and the signal ends the process (sig_ignored and complete_signal in kernel/signal.c). So no thread may
// ever be without this mask when the first one has it: pthread_create blocks signals for a moment too.
#include <signal.h>
#include <unistd.h>

static sigset_t inherited;
static int is_blocked;

__attribute__((constructor)) static void block_signals(void)
{
	sigset_t all;
	if (getpid() != 1)
		return;
	sigfillset(&all);
	is_blocked = sigprocmask(SIG_BLOCK, &all, &inherited) == 0;
}

// Returns whether every thread of crik blocks all signals since its start, and then the mask that crik was started with.
int crik_first_process(sigset_t *mask)
{
	if (is_blocked)
		*mask = inherited;
	return is_blocked;
}
