//===- ParseArguments.cpp - One command's arguments through CLI11 ---------===//
//
// Parses arguments with CLI11, and says what is wrong in the runtime's words.
//
//===----------------------------------------------------------------------===//

#include "ParseArguments.h"
#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Validators.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>

namespace nnc::runtime {

/// The text between two others, of which the second may be empty.
static std::string between(const std::string &text, const std::string &begin,
                           const std::string &end) {
  size_t from = text.find(begin) + begin.size();
  return text.substr(from,
                     end.empty() ? end.npos : text.find(end, from) - from);
}

std::string explained(std::string message) {
  message = message.substr(0, message.find('\n'));
  while (!message.empty() && message.back() == '.')
    message.pop_back();
  const std::string twice = ": At Most 1 required but received ",
                    missing = ": 1 required ", unread = "Could not convert: ";
  if (message.find(twice) != message.npos)
    return fmt::format("{} is given {} times", between(message, "", twice),
                       between(message, twice, ""));
  if (message.find(missing) != message.npos)
    return fmt::format("{} wants a value: {}", between(message, "", missing),
                       between(message, missing, " missing"));
  if (message.rfind(unread, 0) == 0)
    return fmt::format("{}: '{}' is not what it takes",
                       between(message, unread, " = "),
                       between(message, " = ", ""));
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
    failUsage("{}", explained(error.what()));
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
