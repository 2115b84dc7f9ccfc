/*
 * Stands between a process and its files (LD_PRELOAD): counts the file operations below one folder, and at the one that
 * it is told to it fails, writes short, sleeps, or kills the process. Linux, GNU C library.
 *
 * FAULT_FOLDER  the folder, absolute
 * FAULT_OPS     names of the operations that count, with commas around and between: ",write,rename,"
 * FAULT_NAME    only paths that contain this text count; empty: all
 * FAULT_AT      number of the operation that is hit, from 1 on; 0: none
 * FAULT_COUNT   how many are hit from there on; 0: all
 * FAULT_DO      kill | kill-after | kill-half | short | sleep | error
 * FAULT_ERRNO   for error
 * FAULT_SLEEP   milliseconds, for sleep
 * FAULT_STATE   a file of 4096 bytes that tells what happened: see struct state
 * FAULT_LOG     a file that gets a line for each operation that counts: its name, a space, its path
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct state {
  uint64_t counted; /* operations so far */
  uint64_t hit;     /* how many of them were hit */
  char op[24];      /* the first that was hit */
  char path[2048];  /* and its path */
};

enum action { NONE, KILL, KILL_AFTER, KILL_HALF, SHORT, SLEEP, ERROR };

static struct state *state;
static char folder[PATH_MAX], ops[512], name[256];
static size_t folder_length;
static uint64_t at, count;
static int error_number, sleep_ms, log_file = -1;
static enum action action;

__attribute__((constructor)) static void start(void) {
  const char *text = getenv("FAULT_FOLDER"), *file = getenv("FAULT_STATE");
  if (text == NULL || file == NULL) return;
  snprintf(folder, sizeof folder, "%s", text);
  folder_length = strlen(folder);
  snprintf(ops, sizeof ops, "%s", getenv("FAULT_OPS") ? getenv("FAULT_OPS") : "");
  snprintf(name, sizeof name, "%s", getenv("FAULT_NAME") ? getenv("FAULT_NAME") : "");
  at = strtoull(getenv("FAULT_AT") ? getenv("FAULT_AT") : "0", NULL, 10);
  count = strtoull(getenv("FAULT_COUNT") ? getenv("FAULT_COUNT") : "1", NULL, 10);
  error_number = atoi(getenv("FAULT_ERRNO") ? getenv("FAULT_ERRNO") : "5");
  sleep_ms = atoi(getenv("FAULT_SLEEP") ? getenv("FAULT_SLEEP") : "0");
  static const char *names[] = {"none", "kill", "kill-after", "kill-half", "short", "sleep", "error"};
  for (int i = 0; i < 7; i++) {
    if (getenv("FAULT_DO") && strcmp(getenv("FAULT_DO"), names[i]) == 0) action = i;
  }
  if (getenv("FAULT_LOG")) {
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
    log_file = syscall(SYS_openat, AT_FDCWD, getenv("FAULT_LOG"), flags, 0644);
  }
  int fd = syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return;
  if (syscall(SYS_ftruncate, fd, 4096) == 0) {
    void *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED) state = map;
  }
  syscall(SYS_close, fd);
}

static void die(void) {
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

/* What is to happen to an operation on a path that may be relative to a folder that is open. */
static enum action meet(const char *op, int dir, const char *path) {
  if (state == NULL || path == NULL) return NONE;
  char whole[2 * PATH_MAX], key[32];
  if (path[0] == '/') {
    snprintf(whole, sizeof whole, "%s", path);
  } else {
    char base[PATH_MAX], link[64];
    if (dir == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
    else snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, base, sizeof base - 1);
    if (length < 0) return NONE;
    base[length] = 0;
    if (path[0] == 0) snprintf(whole, sizeof whole, "%s", base);
    else snprintf(whole, sizeof whole, "%s/%s", base, path);
  }
  if (strncmp(whole, folder, folder_length) != 0) return NONE;
  if (whole[folder_length] != '/' && whole[folder_length] != 0) return NONE;
  if (name[0] != 0 && strstr(whole + folder_length, name) == NULL) return NONE;
  snprintf(key, sizeof key, ",%s,", op);
  if (strstr(ops, key) == NULL) return NONE;
  if (log_file >= 0) {
    char line[2 * PATH_MAX + 32];
    int length = snprintf(line, sizeof line, "%s %s\n", op, whole + folder_length);
    if (length > 0) syscall(SYS_write, log_file, line, length);
  }
  uint64_t number = __atomic_add_fetch(&state->counted, 1, __ATOMIC_SEQ_CST);
  if (at == 0 || number < at || (count != 0 && number >= at + count)) return NONE;
  if (__atomic_add_fetch(&state->hit, 1, __ATOMIC_SEQ_CST) == 1) {
    snprintf(state->op, sizeof state->op, "%s", op);
    snprintf(state->path, sizeof state->path, "%.2000s", whole);
  }
  if (action == KILL) die();
  if (action == SLEEP) {
    struct timespec time = {sleep_ms / 1000, sleep_ms % 1000 * 1000000L};
    nanosleep(&time, NULL);
    return NONE;
  }
  return action;
}

static enum action meet_fd(const char *op, int fd) { return meet(op, fd, ""); }

#define REAL(result, function, ...) \
  static result (*real)(__VA_ARGS__); \
  if (real == NULL) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, function)

/* A call that succeeds or fails as a whole. */
#define PASS(type, failed, met, call) \
  do { \
    enum action a = (met); \
    if (a == ERROR) { \
      errno = error_number; \
      return failed; \
    } \
    type r = (call); \
    if (a == KILL_AFTER || a == KILL_HALF) die(); \
    return r; \
  } while (0)

#define OPEN(function) \
  int function(const char *path, int flags, ...) { \
    va_list list; \
    va_start(list, flags); \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; \
    va_end(list); \
    REAL(int, #function, const char *, int, ...); \
    PASS(int, -1, meet(flags & (O_CREAT | O_TRUNC) ? "create" : "open", AT_FDCWD, path), real(path, flags, mode)); \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(function) \
  int function(int dir, const char *path, int flags, ...) { \
    va_list list; \
    va_start(list, flags); \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; \
    va_end(list); \
    REAL(int, #function, int, const char *, int, ...); \
    PASS(int, -1, meet(flags & (O_CREAT | O_TRUNC) ? "create" : "open", dir, path), real(dir, path, flags, mode)); \
  }
OPENAT(openat)
OPENAT(openat64)

/* A write may be cut in half, and the process die right after that half. */
#define WRITE(function, declared, passed) \
  ssize_t function declared { \
    REAL(ssize_t, #function, WRITE_TYPES); \
    enum action a = meet_fd("write", fd); \
    if (a == ERROR) { \
      errno = error_number; \
      return -1; \
    } \
    if ((a == SHORT || a == KILL_HALF) && size > 1) size /= 2; \
    ssize_t r = real passed; \
    if (a == KILL_AFTER || a == KILL_HALF) die(); \
    return r; \
  }
#define WRITE_TYPES int, const void *, size_t
WRITE(write, (int fd, const void *data, size_t size), (fd, data, size))
#undef WRITE_TYPES
#define WRITE_TYPES int, const void *, size_t, off_t
WRITE(pwrite, (int fd, const void *data, size_t size, off_t offset), (fd, data, size, offset))
#undef WRITE_TYPES
#define WRITE_TYPES int, const void *, size_t, off64_t
WRITE(pwrite64, (int fd, const void *data, size_t size, off64_t offset), (fd, data, size, offset))

ssize_t writev(int fd, const struct iovec *parts, int number) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  PASS(ssize_t, -1, meet_fd("write", fd), real(fd, parts, number));
}

#define READ(function, declared, passed) \
  ssize_t function declared { \
    REAL(ssize_t, #function, READ_TYPES); \
    enum action a = meet_fd("read", fd); \
    if (a == ERROR) { \
      errno = error_number; \
      return -1; \
    } \
    if (a == SHORT && size > 1) size /= 2; \
    return real passed; \
  }
#define READ_TYPES int, void *, size_t
READ(read, (int fd, void *data, size_t size), (fd, data, size))
#undef READ_TYPES
#define READ_TYPES int, void *, size_t, off_t
READ(pread, (int fd, void *data, size_t size, off_t offset), (fd, data, size, offset))
#undef READ_TYPES
#define READ_TYPES int, void *, size_t, off64_t
READ(pread64, (int fd, void *data, size_t size, off64_t offset), (fd, data, size, offset))

int fsync(int fd) {
  REAL(int, "fsync", int);
  PASS(int, -1, meet_fd("fsync", fd), real(fd));
}
int fdatasync(int fd) {
  REAL(int, "fdatasync", int);
  PASS(int, -1, meet_fd("fsync", fd), real(fd));
}
int ftruncate(int fd, off_t size) {
  REAL(int, "ftruncate", int, off_t);
  PASS(int, -1, meet_fd("truncate", fd), real(fd, size));
}
int ftruncate64(int fd, off64_t size) {
  REAL(int, "ftruncate64", int, off64_t);
  PASS(int, -1, meet_fd("truncate", fd), real(fd, size));
}
int flock(int fd, int operation) {
  REAL(int, "flock", int, int);
  PASS(int, -1, meet_fd("lock", fd), real(fd, operation));
}
int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  PASS(int, -1, meet("rename", AT_FDCWD, to), real(from, to));
}
int mkdir(const char *path, mode_t mode) {
  REAL(int, "mkdir", const char *, mode_t);
  PASS(int, -1, meet("mkdir", AT_FDCWD, path), real(path, mode));
}
int unlink(const char *path) {
  REAL(int, "unlink", const char *);
  PASS(int, -1, meet("unlink", AT_FDCWD, path), real(path));
}
int unlinkat(int dir, const char *path, int flags) {
  REAL(int, "unlinkat", int, const char *, int);
  PASS(int, -1, meet("unlink", dir, path), real(dir, path, flags));
}
int rmdir(const char *path) {
  REAL(int, "rmdir", const char *);
  PASS(int, -1, meet("unlink", AT_FDCWD, path), real(path));
}
int chmod(const char *path, mode_t mode) {
  REAL(int, "chmod", const char *, mode_t);
  PASS(int, -1, meet("chmod", AT_FDCWD, path), real(path, mode));
}
int utimensat(int dir, const char *path, const struct timespec times[2], int flags) {
  REAL(int, "utimensat", int, const char *, const struct timespec *, int);
  PASS(int, -1, meet("utime", dir, path), real(dir, path, times, flags));
}
int futimens(int fd, const struct timespec times[2]) {
  REAL(int, "futimens", int, const struct timespec *);
  PASS(int, -1, meet_fd("utime", fd), real(fd, times));
}
DIR *opendir(const char *path) {
  REAL(DIR *, "opendir", const char *);
  PASS(DIR *, NULL, meet("list", AT_FDCWD, path), real(path));
}
int statx(int dir, const char *restrict path, int flags, unsigned int mask, struct statx *restrict into) {
  REAL(int, "statx", int, const char *, int, unsigned int, struct statx *);
  PASS(int, -1, meet("stat", dir, path), real(dir, path, flags, mask, into));
}
