//===- Options.cpp - what the command line asks for -----------------------===//
//
// Finds the command, says what is misspelt before CLI11 does, parses, and
// carries out what needs no compiler: help, --version and completion.
//
//===----------------------------------------------------------------------===//
#include "CommandLine.h"
#include "nnc/Runtime/Validators.h"
#include "nnc/Support/Suggest.h"
#include <iostream>

using namespace nnc::driver;

std::string nnc::driver::didYouMean(const std::string &word, const std::vector<std::string> &names) {
  std::string_view found = nnc::nearestName(word, names);
  return found.empty() ? "" : "; did you mean '" + std::string(found) + "'?";
}

std::vector<std::string> nnc::driver::optionNames(const CLI::App &app) {
  std::vector<std::string> names;
  for (const CLI::Option *option : app.get_options()) {
    for (const std::string &name : option->get_lnames())
      names.push_back("--" + name);
    for (const std::string &name : option->get_snames())
      names.push_back("-" + name);
  }
  return names;
}

static int printError(const std::string &message) {
  std::cerr << "nnc: error: " << message << '\n';
  return 2;
}

namespace {

/// Looks at one command's arguments before they are parsed.
class ArgumentCheck {
public:
  ArgumentCheck(const CLI::App &app, const CLI::App &command) : app(app), command(command) {}

  /// What is wrong with the options' names and the presence of their values;
  /// empty if nothing is.
  std::string run(const std::vector<std::string> &arguments) {
    for (size_t i = 0; i != arguments.size(); ++i) {
      const std::string &word = arguments[i];
      if (word == "--")
        break;
      if (!isOption(word))
        continue;
      size_t end = word[1] == '-' ? word.find('=') : 2;
      std::string name = word.substr(0, end);
      const CLI::Option *option = command.get_option_no_throw(name);
      if (!option)
        return unknown(word[1] == '-' ? name : word);
      if (option->get_items_expected_min() == 0 || name.size() < word.size())
        continue;
      if (i + 1 == arguments.size() || (isOption(arguments[i + 1]) && !takesSign(*option)))
        return name + " wants a value" + valueName(*option);
      ++i;
    }
    return "";
  }

private:
  /// -1 and -.5 are numbers, - is standard input.
  static bool isOption(const std::string &word) {
    return word.size() > 1 && word[0] == '-' &&
           (word[1] == '-' ? word.size() > 2 : std::isalpha(static_cast<unsigned char>(word[1])) != 0);
  }

  /// Whether values look like options: `--features -avx2`.
  static bool takesSign(const CLI::Option &option) {
    return option.get_type_name().rfind('+', 0) == 0;
  }

  static std::string valueName(const CLI::Option &option) {
    std::string name = option.get_type_name();
    return name.empty() ? "" : ": " + name;
  }

  std::string unknown(const std::string &name) const {
    std::string message = "nnc " + command.get_name() + " has no option '" + name + "'";
    std::string near = didYouMean(name, optionNames(command));
    if (!near.empty())
      return message + near;
    std::string owners;
    for (const CLI::App *other : app.get_subcommands([](const CLI::App *) { return true; }))
      if (other->get_option_no_throw(name))
        owners += (owners.empty() ? "" : ", ") + other->get_name();
    return message + (owners.empty() ? "; nnc help " + command.get_name() + " lists them"
                                     : "; it is one of " + owners);
  }

  const CLI::App &app, &command;
};

} // namespace

/// `nnc` alone, `nnc help COMMAND` and -h are spellings of --help.
static std::vector<std::string> spellHelp(std::vector<std::string> arguments) {
  if (arguments.empty() || arguments == std::vector<std::string>{"help"})
    return {"--help"};
  if (arguments[0] == "help")
    return {arguments[1], "--help"};
  if (arguments[0] == "-h")
    arguments[0] = "--help";
  return arguments;
}

bool nnc::driver::parseCommandLine(int argc, char **argv, const std::string &version,
                                   Invocation &invocation, int &status) {
  CLI::App app("A static computation-graph compiler for neural networks.", "nnc");
  app.set_version_flag("--version", [&] { return version; }, "print versions and exit");
  Commands commands = defineCommands(app, invocation);
  std::string shell;
  CLI::App *completion = app.add_subcommand("completion", "print a script that completes nnc's command line");
  const std::vector<std::string> shells = {"bash", "zsh", "fish"};
  completion->add_option("SHELL", shell, "bash, zsh or fish")->required();

  invocation.train.commandLine.assign(argv, argv + argc);
  status = 0;
  auto wrong = [&](const std::string &message) {
    status = printError(message);
    return false;
  };
  std::vector<std::string> names{"help"};
  for (const CLI::App *sub : app.get_subcommands([](const CLI::App *) { return true; }))
    names.push_back(sub->get_name());

  std::vector<std::string> arguments =
      nnc::runtime::spellTime(spellHelp({argv + 1, argv + argc}));
  const std::string &first = arguments[0];
  if (first.empty() || first[0] != '-') {
    if (!std::count(names.begin(), names.end(), first)) {
      std::string near = didYouMean(first, names);
      return wrong("there is no command '" + first + "'" +
                   (near.empty() ? "; nnc help lists them" : near));
    }
    if (first == "help")
      return wrong("help explains a command; nnc help lists them");
    std::string problem =
        ArgumentCheck(app, *app.get_subcommand(first)).run({arguments.begin() + 1, arguments.end()});
    if (!problem.empty())
      return wrong(problem);
  } else if (!app.get_option_no_throw(first.substr(0, first.find('=')))) {
    return wrong("nnc has no option '" + first + "'" + didYouMean(first, optionNames(app)) +
                 "; a command comes first");
  }
  try {
    std::reverse(arguments.begin(), arguments.end());
    app.parse(arguments);
  } catch (const CLI::CallForHelp &) {
    std::vector<CLI::App *> parsed = app.get_subcommands();
    std::cout << (parsed.empty() ? app.help() : parsed[0]->help("nnc"));
    return false;
  } catch (const CLI::CallForVersion &) {
    std::cout << version << '\n';
    return false;
  } catch (const CLI::ParseError &error) {
    return wrong(nnc::runtime::explained(error.what()));
  }
  if (completion->parsed()) {
    if (!std::count(shells.begin(), shells.end(), shell))
      return wrong("'" + shell + "' is none of bash, zsh, fish" + didYouMean(shell, shells));
    std::cout << completionScript(app, shell);
    return false;
  }
  for (auto [sub, command] : commands)
    if (sub->parsed())
      invocation.command = command;
  return true;
}
