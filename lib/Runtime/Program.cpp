//===- Program.cpp - The command line of an emitted executable ------------===//
//
// What `main` of an executable calls: chooses between train, predict and info.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Commands.h"
#include "nnc/Runtime/Diagnostics.h"
#include <cstdio>

using namespace nnc::runtime;

static void printHelp(const char *program, const nnc_model &model,
                      std::FILE *to) {
  std::string text = fmt::format(
      "{1}: a model compiled by nnc\n\n"
      "usage: {0} COMMAND [options]\n\n"
      "  train    train the model on data\n"
      "  predict  run an entry over all samples\n"
      "  info     print what is in the model\n"
      "  help     print this, or explain a command: {0} help train\n",
      program, model.name);
  std::fwrite(text.data(), 1, text.size(), to);
}

static int trainCommand(const std::vector<std::string> &arguments,
                        const nnc_model &model) {
  TrainOptions options;
  Parsed parsed = parseTrain(arguments, options);
  return parsed.goOn ? train(model, options) : parsed.status;
}

static int predictCommand(const std::vector<std::string> &arguments,
                          const nnc_model &model) {
  PredictOptions options;
  Parsed parsed = parsePredict(arguments, options);
  return parsed.goOn ? predict(model, options) : parsed.status;
}

static int infoCommand(const std::vector<std::string> &arguments,
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

extern "C" int nnc_program_main(int argc, char **argv, const nnc_model *model) {
  const char *program = argc > 0 ? argv[0] : model->name;
  std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
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
  if (command == "train")
    return trainCommand(arguments, *model);
  if (command == "predict")
    return predictCommand(arguments, *model);
  if (command == "info")
    return infoCommand(arguments, *model);
  printError(
      Error(ExitWrongUsage, "", fmt::format("unknown command '{}'", command)));
  printHelp(program, *model, stderr);
  return ExitWrongUsage;
}
