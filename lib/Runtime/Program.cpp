//===- Program.cpp - The command line of an emitted executable ------------===//
//
// What `main` of an executable calls: finds the command and runs it.
//
// A command is one function and one row of the table.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Commands.h"
#include "nnc/Runtime/Diagnostics.h"
#include <cstdio>

using namespace nnc::runtime;

using Words = std::vector<std::string>;

static int trainCommand(const char *program, const Words &arguments,
                        const nnc_model &model) {
  TrainOptions options;
  options.commandLine = {program, "train"};
  options.commandLine.insert(options.commandLine.end(), arguments.begin(),
                             arguments.end());
  Parsed parsed = parseTrain(arguments, options);
  return parsed.goOn ? train(model, options) : parsed.status;
}

static int predictAs(const char *command, const Words &arguments,
                     const nnc_model &model) {
  PredictOptions options;
  options.command = command;
  Parsed parsed = parsePredict(arguments, options);
  return parsed.goOn ? predict(model, options) : parsed.status;
}

static int predictCommand(const char *, const Words &arguments,
                          const nnc_model &model) {
  return predictAs("predict", arguments, model);
}

static int evaluateCommand(const char *, const Words &arguments,
                           const nnc_model &model) {
  return predictAs("evaluate", arguments, model);
}

static int benchCommand(const char *, const Words &arguments,
                        const nnc_model &model) {
  BenchOptions options;
  Parsed parsed = parseBench(arguments, options);
  return parsed.goOn ? bench(model, options) : parsed.status;
}

static int infoCommand(const char *, const Words &arguments,
                       const nnc_model &model) {
  if (arguments.empty())
    return info(model);
  if (arguments[0] == "--help" || arguments[0] == "-h") {
    std::puts("Prints what is in the model.\n\nusage: info");
    return ExitDone;
  }
  printError(Error(ExitWrongUsage, "",
                   fmt::format("unexpected argument '{}'", arguments[0])));
  return ExitWrongUsage;
}

namespace {
struct ProgramCommand {
  const char *name, *summary;
  int (*run)(const char *program, const Words &arguments,
             const nnc_model &model);
};
} // namespace

static constexpr ProgramCommand commands[] = {
    {"train", "train the model on data", trainCommand},
    {"predict", "run an entry over all samples", predictCommand},
    {"evaluate", "run an entry over all samples", evaluateCommand},
    {"info", "print what is in the model", infoCommand},
    {"bench", "measure every entry and step", benchCommand},
};

static void printHelp(const char *program, const nnc_model &model,
                      std::FILE *to) {
  std::string text = fmt::format("{1}: a model compiled by nnc\n\n"
                                 "usage: {0} COMMAND [options]\n\n",
                                 program, model.name);
  for (const ProgramCommand &command : commands)
    text += fmt::format("  {:<9} {}\n", command.name, command.summary);
  text += fmt::format("  help      print this, or explain a command: "
                      "{0} help train\n",
                      program);
  std::fwrite(text.data(), 1, text.size(), to);
}

extern "C" int nnc_program_main(int argc, char **argv, const nnc_model *model) {
  const char *program = argc > 0 ? argv[0] : model->name;
  Words arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  std::string command = arguments.empty() ? "help" : arguments[0];
  if (!arguments.empty())
    arguments.erase(arguments.begin());
  if (command == "help" && !arguments.empty()) {
    command = arguments[0];
    arguments = {"--help"};
  }
  if (command == "help" || command == "--help" || command == "-h") {
    printHelp(program, *model, stdout);
    return ExitDone;
  }
  for (const ProgramCommand &known : commands)
    if (command == known.name)
      return known.run(program, arguments, *model);
  printError(
      Error(ExitWrongUsage, "", fmt::format("unknown command '{}'", command)));
  printHelp(program, *model, stderr);
  return ExitWrongUsage;
}
