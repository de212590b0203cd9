//===- Diagnostics.cpp - Errors and remarks of the runtime ----------------===//
//
// Prints messages in clang's form, in colour on a terminal.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Diagnostics.h"
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace nnc::runtime {

bool mayColour(int descriptor) {
  const char *noColour = std::getenv("NO_COLOR");
  const char *terminal = std::getenv("TERM");
  return isatty(descriptor) && !(noColour && *noColour) &&
         !(terminal && std::string(terminal) == "dumb");
}

static void print(const std::string &where, const char *colour,
                  const char *severity, const std::string &message) {
  std::string text = where.empty() ? "" : where + ": ";
  if (mayColour(STDERR_FILENO))
    text += fmt::format("\033[1;{}m{}:\033[0m {}\n", colour, severity, message);
  else
    text += fmt::format("{}: {}\n", severity, message);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void printError(const Error &error) {
  print(error.where, "31", "error", error.what());
}

static int mutes = 0;

MuteRemarks::MuteRemarks() { ++mutes; }
MuteRemarks::~MuteRemarks() { --mutes; }

void remark(const std::string &where, const std::string &message) {
  if (!mutes)
    print(where, "34", "remark", message);
}

std::string quotedList(const std::vector<std::string> &names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i)
      text += i + 1 == names.size() ? " and " : ", ";
    text += "'" + names[i] + "'";
  }
  return text;
}

} // namespace nnc::runtime
