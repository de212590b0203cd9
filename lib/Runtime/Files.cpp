//===- Files.cpp - Whole files in, whole files out ------------------------===//
//
// Reads by chunks, so that pipes work; writes by temporary and rename.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Files.h"
#include "nnc/Runtime/Diagnostics.h"
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nnc::runtime {

namespace {
/// Closes a file descriptor at the end of its scope.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0)
      ::close(number);
  }
};
} // namespace

std::vector<std::byte> readFile(const std::string &path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0)
    failIn(path, "cannot open: {}", std::strerror(errno));
  struct stat info;
  if (::fstat(file.number, &info) != 0)
    failIn(path, "cannot read: {}", std::strerror(errno));
  if (S_ISDIR(info.st_mode))
    failIn(path, "is a folder, not a file");
  std::vector<std::byte> content;
  // One byte more than the size, to see the end without growing.
  size_t chunk = S_ISREG(info.st_mode) ? info.st_size + 1 : 1 << 16;
  size_t used = 0;
  for (;;) {
    if (used == content.size())
      content.resize(std::max(used + chunk, used + used / 2));
    ssize_t got =
        ::read(file.number, content.data() + used, content.size() - used);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      failIn(path, "cannot read: {}", std::strerror(errno));
    if (got == 0)
      break;
    used += got;
  }
  content.resize(used);
  return content;
}

/// Writes everything; false with errno set if that fails.
static bool writeAll(int descriptor, Bytes content) {
  while (!content.empty()) {
    ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return false;
    content = content.subspan(written);
  }
  return true;
}

namespace {
/// A new file beside the one that it is to replace. It is gone at the end of
/// its scope unless it was renamed.
class Replacement {
public:
  /// Throws if it cannot be made.
  Replacement(const std::string &path, bool exists) : path(path) {
    // The file that a symbolic link points to is replaced, not the link.
    target = path;
    if (exists)
      if (char *real = ::realpath(path.c_str(), nullptr)) {
        target = real;
        std::free(real);
      }
    name = target + ".XXXXXX";
    file.number = ::mkstemp(name.data());
    if (file.number < 0)
      failIn(path, "cannot write: {}", std::strerror(errno));
  }
  ~Replacement() {
    if (!renamed)
      ::unlink(name.c_str());
  }
  void commit(Bytes content, mode_t mode) {
    if (!writeAll(file.number, content) || ::fchmod(file.number, mode) != 0 ||
        ::fsync(file.number) != 0 ||
        ::rename(name.c_str(), target.c_str()) != 0)
      failIn(path, "cannot write: {}", std::strerror(errno));
    renamed = true;
    size_t slash = target.rfind('/');
    std::string folder =
        slash == std::string::npos ? "." : target.substr(0, slash + 1);
    Descriptor directory{
        ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (directory.number >= 0)
      ::fsync(directory.number);
  }

private:
  const std::string &path;
  std::string target, name;
  Descriptor file{-1};
  bool renamed = false;
};
} // namespace

void writeFile(const std::string &path, Bytes content) {
  struct stat info;
  bool exists = ::stat(path.c_str(), &info) == 0;
  if (exists && !S_ISREG(info.st_mode)) {
    // A device or a pipe is written to, never replaced.
    Descriptor file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
    if (file.number < 0 || !writeAll(file.number, content))
      failIn(path, "cannot write: {}", std::strerror(errno));
    return;
  }
  mode_t mask = ::umask(0);
  ::umask(mask);
  Replacement(path, exists)
      .commit(content, exists ? info.st_mode & 0777 : 0666 & ~mask);
}

void checkWritable(const std::string &path) {
  struct stat info;
  bool exists = ::stat(path.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode))
    failIn(path, "cannot write: it is a folder");
  if (!exists || S_ISREG(info.st_mode))
    Replacement probe(path, exists);
}

void writeFile(const std::string &path, std::string_view content) {
  writeFile(path, std::as_bytes(std::span(content)));
}

bool endsWith(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() &&
         text.substr(text.size() - suffix.size()) == suffix;
}

} // namespace nnc::runtime
