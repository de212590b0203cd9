//===- Apart.cpp - compiling in a process of its own ----------------------===//
//
// Halide's autoschedulers end the process where they cannot go on: Adams2019
// checks in a destructor that its search was complete, so that its first error
// becomes an exception thrown while another unwinds. They also start threads.
// Neither is of concern to a process that gives bytes and ends.
//
//===----------------------------------------------------------------------===//
#include "Apart.h"
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace nnc::halide {

namespace {

/// Code as bytes: lengths before contents.
class Writer {
public:
  void add(const std::string &text) {
    addNumber(text.size());
    bytes += text;
  }
  void addNumber(uint64_t number) { bytes.append(reinterpret_cast<const char *>(&number), sizeof number); }

  std::string bytes;
};

class Reader {
public:
  explicit Reader(const std::string &bytes) : bytes(bytes) {}

  uint64_t number() {
    uint64_t number;
    std::memcpy(&number, take(sizeof number), sizeof number);
    return number;
  }
  std::string text() {
    uint64_t size = number();
    return {take(size), size};
  }

private:
  const char *take(uint64_t size) {
    if (size > bytes.size() - at)
      throw std::runtime_error("its process was ended");
    const char *here = bytes.data() + at;
    at += size;
    return here;
  }

  const std::string &bytes;
  size_t at = 0;
};

} // namespace

static std::string write(const Code &code) {
  Writer writer;
  for (const std::string *text : {&code.declined, &code.badSchedule, &code.error, &code.bitcode})
    writer.add(*text);
  writer.addNumber(code.resultOrder.size());
  for (int place : code.resultOrder)
    writer.addNumber(place);
  writer.addNumber(code.inPlace.size());
  for (auto [input, result] : code.inPlace) {
    writer.addNumber(input);
    writer.addNumber(result);
  }
  return writer.bytes;
}

static void read(const std::string &bytes, Code &code) {
  Reader reader(bytes);
  for (std::string *text : {&code.declined, &code.badSchedule, &code.error, &code.bitcode})
    *text = reader.text();
  code.resultOrder.resize(reader.number());
  for (int &place : code.resultOrder)
    place = reader.number();
  code.inPlace.resize(reader.number());
  for (auto &[input, result] : code.inPlace) {
    input = reader.number();
    result = reader.number();
  }
}

/// Takes Halide's settings out of the environment: a build is the same with any.
static void forgetSettings() {
  std::vector<std::string> names;
  for (char **variable = environ; *variable; ++variable)
    if (std::string text = *variable; text.starts_with("HL_"))
      names.push_back(text.substr(0, text.find('=')));
  for (const std::string &name : names)
    unsetenv(name.c_str());
}

/// What the child does; it never returns.
[[noreturn]] static void runChild(const std::function<void(Code &)> &compile, int pipe) {
  // No word of its end: the parent says what there is to say.
  int nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, STDOUT_FILENO);
  dup2(nowhere, STDERR_FILENO);
  std::set_terminate([] { _exit(1); });
  forgetSettings();
  Code code;
  compile(code);
  std::string bytes = write(code);
  for (size_t done = 0; done != bytes.size();) {
    ssize_t count = ::write(pipe, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno != EINTR)
      _exit(1);
    done += count < 0 ? 0 : count;
  }
  _exit(0);
}

void compileApart(const std::function<void(Code &)> &compile, Code &code) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw std::runtime_error(std::string("cannot make a pipe: ") + std::strerror(errno));
  pid_t child = fork();
  if (child == 0)
    runChild(compile, ends[1]);
  int reason = errno;
  close(ends[1]);
  std::string bytes;
  char piece[1 << 16];
  ssize_t count;
  while (child > 0 && ((count = ::read(ends[0], piece, sizeof piece)) > 0 || (count < 0 && errno == EINTR)))
    bytes.append(piece, count < 0 ? 0 : count);
  close(ends[0]);
  if (child < 0)
    throw std::runtime_error(std::string("cannot start a process: ") + std::strerror(reason));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  if (status != 0)
    throw std::runtime_error("its process was ended");
  read(bytes, code);
}

} // namespace nnc::halide
