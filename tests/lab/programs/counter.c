// Says what it finds in its process, and then writes "count 1", "count 2" and so on from a second thread. For the root file systems `static`
// and `musl`, which contain nothing else.
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void *count(void *unused)
{
	(void)unused;
	for (int n = 1;; n++) {
		printf("count %d\n", n);
		nanosleep(&(struct timespec){.tv_nsec = 50000000}, 0);
	}
}

static void show_mapped_files(void)
{
	char line[4096];
	FILE *maps = fopen("/proc/self/maps", "r");
	while (maps && fgets(line, sizeof line, maps))
		if (strchr(line, '/'))
			printf("mapped %s", strchr(line, '/'));
	if (maps)
		fclose(maps);
}

int main(void)
{
	pthread_t thread;
	setvbuf(stdout, 0, _IOLBF, 0);
	for (char **variable = environ; *variable; variable++)
		printf("environment %s\n", *variable);
	show_mapped_files();
	printf("io_uring: %s\n", syscall(425, 0, 0) < 0 ? strerror(errno) : "works");
	if (pthread_create(&thread, 0, count, 0))
		return 1;
	pthread_join(thread, 0);
}
