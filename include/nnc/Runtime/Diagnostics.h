//===- Diagnostics.h - Errors and remarks of the runtime ------------------===//
//
// How the runtime says what is wrong with data, weights and command lines.
//
// Inside the runtime a mistake of the user is an exception, thrown where it is
// found and turned into a message and an exit status by the command that ran
// (Commands.h). Messages have clang's form: `data.csv:3:7: error: …`.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_DIAGNOSTICS_H
#define NNC_RUNTIME_DIAGNOSTICS_H

#include <fmt/format.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace nnc::runtime {

/// The exit statuses that the command line promises.
enum ExitStatus {
  ExitDone = 0,
  ExitWrongInput = 1,
  ExitWrongUsage = 2,
  ExitInternal = 3
};

/// A user's mistake: `where: error: message`, or `error: message` without a
/// place.
class Error : public std::runtime_error {
public:
  Error(ExitStatus status, std::string where, const std::string &message)
      : std::runtime_error(message), status(status), where(std::move(where)) {}

  ExitStatus status;
  std::string where;
};

/// Throws: data, weights or a model are wrong.
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args &&...args) {
  throw Error(ExitWrongInput, "",
              fmt::format(format, std::forward<Args>(args)...));
}

/// Throws: what `where` (a path, or path:line:column) holds is wrong.
template <class... Args>
[[noreturn]] void failIn(const std::string &where,
                         fmt::format_string<Args...> format, Args &&...args) {
  throw Error(ExitWrongInput, where,
              fmt::format(format, std::forward<Args>(args)...));
}

/// Throws: the command line is wrong.
template <class... Args>
[[noreturn]] void failUsage(fmt::format_string<Args...> format,
                            Args &&...args) {
  throw Error(ExitWrongUsage, "",
              fmt::format(format, std::forward<Args>(args)...));
}

/// Prints the error on stderr.
void printError(const Error &error);

/// Prints `where: remark: message` on stderr, without `where: ` if it is empty.
void remark(const std::string &where, const std::string &message);

/// While one exists, remarks are not printed: what is looked at only to plan
/// is looked at again.
class MuteRemarks {
public:
  MuteRemarks();
  ~MuteRemarks();
  MuteRemarks(const MuteRemarks &) = delete;
  MuteRemarks &operator=(const MuteRemarks &) = delete;
};

/// Whether text for this stream (1 or 2) may be coloured: it is a terminal
/// and NO_COLOR is not set.
bool mayColour(int descriptor);

/// `a, b and c`, each in quotes.
std::string quotedList(const std::vector<std::string> &names);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_DIAGNOSTICS_H
