/* witness STATE [KIB]: a small program that can tell whether it was restored whole, and once.
 *
 * It has two processes, each with a block of memory that depends on the turn. In every turn both check their block against
 * the turn before and write the next one into it. The file STATE, one of the additional paths, is checked and written
 * likewise. Each turn is one line on standard output, which is new in every pod: life, turn, what was found, the time.
 * LIFE is drawn once, at a fresh start: a new one means that everything before was given up.
 * The program ignores every signal that can be ignored. On SIGTERM it writes a line with TERM and ends with 7. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static uint64_t life, turn, *block;
static size_t words;
static const char *state_path;

static uint64_t expected(uint64_t n, size_t i) { return (life ^ (n * 0x9E3779B97F4A7C15u)) + i; }

static int step(uint64_t n)
{
    int whole = 1;
    for (size_t i = 0; i < words; i++) {
        whole &= block[i] == expected(n - 1, i);
        block[i] = expected(n, i);
    }
    return whole;
}

static void say(const char *found)
{
    char line[128];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int length = snprintf(line, sizeof line, "%016llx %llu %s %lld.%09ld\n", (unsigned long long)life, (unsigned long long)turn, found,
                          (long long)now.tv_sec, now.tv_nsec);
    if (write(STDOUT_FILENO, line, (size_t)length) != length) _exit(90); /* one write: it is there or it is not */
}

static int check_state(void)
{
    uint64_t was = 0;
    int state = open(state_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (state < 0) return 0;
    int whole = (turn == 1 || pread(state, &was, sizeof was, 0) == sizeof was) && was == turn - 1;
    whole &= pwrite(state, &turn, sizeof turn, 0) == sizeof turn;
    close(state);
    return whole;
}

static void end(int number)
{
    (void)number;
    say("TERM");
    _exit(7);
}

int main(int argc, char **argv)
{
    int ask[2], answer[2];
    uint64_t n;
    char whole;
    state_path = argv[1];
    words = (argc > 2 ? (size_t)atoi(argv[2]) : 256) * 1024 / sizeof *block;
    block = malloc(words * sizeof *block);
    if (argc < 2 || getrandom(&life, sizeof life, 0) != sizeof life || pipe(ask) || pipe(answer) || !block) return 91;
    for (size_t i = 0; i < words; i++) block[i] = expected(0, i);
    pid_t child = fork();
    if (child < 0) return 92;
    if (child == 0) {
        close(ask[1]);
        close(answer[0]);
        while (read(ask[0], &n, sizeof n) == sizeof n) {
            whole = (char)step(n);
            if (write(answer[1], &whole, 1) != 1) break;
        }
        return 0;
    }
    for (int number = 1; number < NSIG; number++)
        if (number != SIGCHLD && number != SIGSEGV && number != SIGBUS && number != SIGILL && number != SIGFPE) signal(number, SIG_IGN);
    signal(SIGTERM, end);
    for (;;) {
        turn++;
        int mine = step(turn);
        int theirs = write(ask[1], &turn, sizeof turn) == sizeof turn && read(answer[0], &whole, 1) == 1 && whole;
        int state = check_state();
        say(!mine ? "MEMORY" : !theirs ? "CHILD" : !state ? "FILE" : "whole");
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}
