/* measure.c - runs commands in turns, so that what disturbs one disturbs all, and prints for each
   its best time in nanoseconds and its peak memory in kilobytes.

   measure TURNS LABEL COMMAND [LABEL COMMAND]...  where COMMAND is for the shell.  */

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 16 };

struct result {
    long long best;
    long memory;
};

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int run(const char *command, struct result *result)
{
    struct rusage usage;
    int status = 1;
    long long start = now();
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0)
        return 1;
    long long took = now() - start;
    if (!result->best || took < result->best)
        result->best = took;
    if (usage.ru_maxrss > result->memory)
        result->memory = usage.ru_maxrss;
    return status;
}

int main(int argc, char **argv)
{
    struct result results[MOST] = { { 0, 0 } };
    int turns = argc > 1 ? atoi(argv[1]) : 0, n = (argc - 2) / 2;
    if (turns < 1 || n < 1 || n > MOST || argc % 2)
        return 2;
    for (int turn = 0; turn < turns; turn++)
        for (int i = 0; i < n; i++)
            if (run(argv[3 + 2 * i], &results[i])) {
                fprintf(stderr, "measure: failed: %s\n", argv[3 + 2 * i]);
                return 1;
            }
    for (int i = 0; i < n; i++)
        printf("%s %lld %ld\n", argv[2 + 2 * i], results[i].best, results[i].memory);
    return 0;
}
