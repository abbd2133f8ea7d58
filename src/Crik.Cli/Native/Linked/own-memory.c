// Is linked into crik. Replaces crik's files in the memory of the trial of `crik check` by copies of them, if criu could not save the files.
//
// When an overlay lies on another overlay, Linux reports a mapped file (/proc/PID/map_files) as a file of a mount that only the upper overlay
// has. criu then says "Can't lookup mount=N" and saves nothing. CRI-O mounts image volumes like that (mountImage in
// server/container_create_linux.go), and crik may lie on one. A program that lies elsewhere can be saved all the same, and the trial stands for
// such a program.
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALL_MAPS = 1 << 16 };

// Each mapping is replaced in one system call, so crik can go on while its own code is replaced.
static void replace(char *start, size_t length, int protection)
{
	char *copy = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (copy == MAP_FAILED)
		return; // the trial then fails with criu's message
	if (protection & PROT_READ)
		memcpy(copy, start, length);
	if (mprotect(copy, length, protection) != 0 || mremap(copy, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, start) == MAP_FAILED)
		munmap(copy, length);
}

static int read_maps(char *text)
{
	int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	ssize_t length = 0, more = -1;
	while (maps >= 0 && (more = read(maps, text + length, ALL_MAPS - 1 - length)) > 0)
		length += more;
	text[length] = 0;
	if (maps >= 0)
		close(maps);
	return more == 0;
}

static int is_mapped_by_its_name(const char *maps)
{
	char path[PATH_MAX], end_of_line[PATH_MAX + 2];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
	if (length < 0)
		return 1;
	path[length] = 0;
	snprintf(end_of_line, sizeof end_of_line, " %s\n", path);
	return strstr(maps, end_of_line) != NULL;
}

// Runs before main, while crik has one thread: another thread could change the memory between the copy and its use.
__attribute__((constructor)) static void leave_files(int count, char **arguments)
{
	char maps[ALL_MAPS];
	if (count < 2 || strcmp(arguments[1], "__trial") != 0 || !read_maps(maps) || is_mapped_by_its_name(maps))
		return;
	for (char *line = maps; *line; line = strchr(line, '\n') + 1) {
		char *start, *end, may[5];
		int path = 0; // START-END PERMISSIONS OFFSET DEVICE INODE PATH
		if (sscanf(line, "%p-%p %4s %*s %*s %*s %n", (void **)&start, (void **)&end, may, &path) == 3 && line[path] == '/' && may[3] == 'p')
			replace(start, end - start, (may[0] == 'r' ? PROT_READ : 0) | (may[1] == 'w' ? PROT_WRITE : 0) | (may[2] == 'x' ? PROT_EXEC : 0));
	}
}
