//===- ParseArguments.h - One command's arguments through CLI11 -----------===//
//
// Parses arguments with CLI11, and says what is wrong in the runtime's words.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_LIB_RUNTIME_PARSEARGUMENTS_H
#define NNC_LIB_RUNTIME_PARSEARGUMENTS_H

#include "nnc/Runtime/Commands.h"
#include <functional>

namespace nnc::runtime {

/// A command's parts: how it is called, what it does, its options, and what
/// takes an argument that is no option (null: nothing does).
struct CommandSyntax {
  std::string usage, help;
  std::function<void(CLI::App &)> define;
  std::function<void(const std::string &)> positional;
};

Parsed parseArguments(const CommandSyntax &syntax,
                      const std::vector<std::string> &arguments,
                      std::vector<std::string> *rest) noexcept;

} // namespace nnc::runtime

#endif // NNC_LIB_RUNTIME_PARSEARGUMENTS_H
