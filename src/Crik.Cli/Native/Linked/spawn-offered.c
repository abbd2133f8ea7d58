// Is linked into crik. Starts a program that the kernel's OOM killer takes before all others. posix_spawn(3) cannot give the child its score
// before the program is executed, and afterwards is too late: loading the program needs memory, and may be what uses up the last of it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static void offer_to_oom_killer(void)
{
	// While the child shares crik's memory, the kernel changes the score of the child alone (__set_oom_adj in fs/proc/base.c).
	int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (score < 0 || write(score, "1000", 4) != 4)
		return; // the program starts with crik's own score
	close(score);
}

// A handler of crik must not run in the child either, which still has crik's memory.
static void set_defaults(const sigset_t *signals)
{
	struct sigaction now;
	for (int number = 1; number < NSIG; number++)
		if (sigaction(number, NULL, &now) == 0 && now.sa_handler != SIG_DFL && (now.sa_handler != SIG_IGN || sigismember(signals, number) == 1))
			signal(number, SIG_DFL);
}

static int put_in_place(int descriptor, int number)
{
	return descriptor == number ? fcntl(number, F_SETFD, 0) : dup2(descriptor, number);
}

// Returns 0 or the errno. The child leads a new session. descriptors has pairs: a number in crik, and what it becomes in the child.
int crik_spawn_offered(int *pid, char *const argv[], char *const envp[], const int *descriptors, int pairs, const sigset_t *mask, const sigset_t *defaults)
{
	sigset_t all, before;
	volatile int error = 0; // the child writes it, and crik runs on when the child has executed the program or has ended
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before); // no handler of crik may run in the child
	int child = vfork();
	if (child == 0) {
		offer_to_oom_killer();
		setsid();
		set_defaults(defaults);
		for (int i = 0; i < pairs && !error; i++)
			if (put_in_place(descriptors[2 * i], descriptors[2 * i + 1]) < 0)
				error = errno;
		sigprocmask(SIG_SETMASK, mask, NULL);
		if (!error) {
			execvpe(argv[0], argv, envp);
			error = errno;
		}
		_exit(127);
	}
	if (child < 0)
		error = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	*pid = child;
	return error;
}
