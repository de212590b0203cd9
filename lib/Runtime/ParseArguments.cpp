//===- ParseArguments.cpp - One command's arguments through CLI11 ---------===//
//
// Parses arguments with CLI11, and says what is wrong in the runtime's words.
//
//===----------------------------------------------------------------------===//

#include "ParseArguments.h"
#include "nnc/Runtime/Diagnostics.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>

namespace nnc::runtime {

/// CLI11's message as one of ours: lower case, one line, no full stop.
static std::string lowered(std::string message) {
  message = message.substr(0, message.find('\n'));
  while (!message.empty() && message.back() == '.')
    message.pop_back();
  if (message.size() > 1 &&
      std::islower(static_cast<unsigned char>(message[1])))
    message[0] = std::tolower(static_cast<unsigned char>(message[0]));
  return message;
}

namespace {
/// CLI11's help, with a usage line of ours.
class UsageFormatter : public CLI::Formatter {
public:
  explicit UsageFormatter(std::string usage) : usage(std::move(usage)) {}
  std::string make_usage(const CLI::App *, std::string) const override {
    return "\nusage: " + usage + "\n";
  }

private:
  std::string usage;
};
} // namespace

static Parsed parse(const CommandSyntax &syntax,
                    std::vector<std::string> arguments,
                    std::vector<std::string> *rest) {
  CLI::App app(syntax.help);
  app.formatter(std::make_shared<UsageFormatter>(syntax.usage));
  syntax.define(app);
  app.allow_extras();
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp &) {
    std::fputs(app.help().c_str(), stdout);
    return {false, ExitDone};
  } catch (const CLI::ParseError &error) {
    failUsage("{}", lowered(error.what()));
  }
  std::vector<std::string> extras = app.remaining();
  if (rest) {
    *rest = std::move(extras);
    return {true, ExitDone};
  }
  for (const std::string &extra : extras) {
    if (extra.size() > 1 && extra[0] == '-')
      failUsage("unknown option '{}'", extra);
    if (!syntax.positional)
      failUsage("unexpected argument '{}'", extra);
    syntax.positional(extra);
  }
  return {true, ExitDone};
}

Parsed parseArguments(const CommandSyntax &syntax,
                      const std::vector<std::string> &arguments,
                      std::vector<std::string> *rest) noexcept {
  try {
    return parse(syntax, arguments, rest);
  } catch (const Error &error) {
    printError(error);
    return {false, error.status};
  } catch (const std::exception &error) {
    printError(Error(ExitInternal, "",
                     std::string("internal error, please report it: ") +
                         error.what()));
    return {false, ExitInternal};
  }
}

} // namespace nnc::runtime
