//===- Options.cpp - what the command line asks for -----------------------===//
//
// One CLI11 application with a sub-command each. train, predict and run take
// their options from the runtime library, so that an emitted executable has the
// same ones.
//
//===----------------------------------------------------------------------===//
#include "nnc/Driver/Options.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <numeric>

using namespace nnc::driver;

namespace {

/// Edit distance (Levenshtein), for suggestions.
size_t distance(const std::string &a, const std::string &b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 0; i != a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 0; j != b.size(); ++j) {
      size_t above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (a[i] != b[j])});
      diagonal = above;
    }
  }
  return row.back();
}

/// The name nearest to `word`, or nothing if none is near.
std::string nearest(const std::string &word, const std::vector<std::string> &names) {
  std::string best;
  size_t least = std::max<size_t>(2, word.size() / 3) + 1;
  for (const std::string &name : names)
    if (size_t d = distance(word, name); d < least) {
      least = d;
      best = name;
    }
  return best;
}

void addModel(CLI::App &app, CodeArguments &code) {
  app.add_option("MODEL", code.model, "FILE.nn or FILE.mlir; - is standard input")->required();
}

/// ENTRY and NAME=FILE…, as run and predict take them.
void addCall(CLI::App &app, std::string &entry, std::vector<std::string> &inputs) {
  app.add_option("ENTRY", entry, "the entry or step to call")->required();
  app.add_option("INPUT", inputs, "an input's values: NAME=FILE.npy, NAME=FILE.npz:KEY or NAME=NUMBER")
      ->type_name("NAME=FILE");
}

void addCodeOptions(CLI::App &app, CodeArguments &code) {
  const char *group = "Code";
  app.add_option("-D", code.defines, "override a const, or give a free dimension: NAME=VALUE[,VALUE]")
      ->type_name("NAME=VALUE")
      ->take_all()
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--entry", code.entries, "compile only this entry or step (repeatable)")
      ->type_name("NAME")
      ->take_all()
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--cpu", code.cpu, "processor to compile for; native is this machine's")
      ->type_name("NAME")
      ->group(group);
  app.add_option("--features", code.features, "processor features: +a,-b")->group(group);
  app.add_option("-O", code.level, "optimisation level, 0 to 3")
      ->check(CLI::Range(0, 3))
      ->capture_default_str()
      ->group(group);
  app.add_option_function<std::string>(
         "--fp", [&code](const std::string &mode) { code.strict = mode == "strict"; },
         "fast: contract products and sums; strict: never")
      ->check(CLI::IsMember({"fast", "strict"}))
      ->group(group);
  app.add_option("--backend", code.backend, "code generator of kernels")
      ->check(CLI::IsMember({"auto", "mlir", "halide"}))
      ->capture_default_str()
      ->group(group);
}

void defineBuild(CLI::App &app, Invocation &invocation) {
  BuildOptions &build = invocation.build;
  addModel(app, invocation.code);
  app.add_option("-o", build.prefixPath, "path of the outputs, without ending")
      ->type_name("PREFIX")
      ->required();
  app.add_option("--emit", build.emit,
                 "what to write: obj, header, exe, nn, grad, kernel, linalg, llvm-mlir, llvm, asm")
      ->type_name("KIND,…")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"obj", "header", "exe", "nn", "grad", "kernel", "linalg",
                             "llvm-mlir", "llvm", "asm"}));
  app.add_option("--target", invocation.code.target, "target triple")->type_name("TRIPLE");
  app.add_option("--prefix", build.symbolPrefix,
                 "start of every symbol (default: the last part of PREFIX)");
  app.add_option("--max-threads", build.maxThreads, "most threads an instance can be given")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_flag("-g", build.debug, "keep names for debuggers and profilers");
  app.add_flag("--print-memory", build.printMemory, "print the arena's layout");
  app.add_option("--seed", invocation.run.seed, "seed of everything random")->group("Code");
  addCodeOptions(app, invocation.code);
}

/// Makes all sub-commands; answers each with what it stands for.
std::vector<std::pair<CLI::App *, Command>> define(CLI::App &app, Invocation &invocation) {
  std::vector<std::pair<CLI::App *, Command>> commands;
  auto add = [&](const char *name, const char *text, Command command) -> CLI::App & {
    CLI::App *sub = app.add_subcommand(name, text);
    commands.emplace_back(sub, command);
    return *sub;
  };
  defineBuild(add("build", "compile a model to an object, header, executable or a stage",
                  Command::Build),
              invocation);

  CLI::App &run = add("run", "compile in memory and call one entry or step", Command::Run);
  addModel(run, invocation.code);
  addCall(run, invocation.run.function, invocation.run.inputs);
  nnc::runtime::addRunOptions(run, invocation.run);
  run.add_flag("--interpret", invocation.interpret, "use the float64 interpreter");
  addCodeOptions(run, invocation.code);

  CLI::App &train = add("train", "compile for this machine and train", Command::Train);
  addModel(train, invocation.code);
  nnc::runtime::addTrainOptions(train, invocation.train);
  addCodeOptions(train, invocation.code);

  CLI::App &predict = add("predict", "run an entry over all samples", Command::Predict);
  addModel(predict, invocation.code);
  addCall(predict, invocation.predict.entry, invocation.predict.inputs);
  nnc::runtime::addPredictOptions(predict, invocation.predict);
  addCodeOptions(predict, invocation.code);

  CLI::App &evaluate = add("evaluate", "run an entry over all samples", Command::Evaluate);
  addModel(evaluate, invocation.code);
  addCall(evaluate, invocation.evaluate.entry, invocation.evaluate.inputs);
  invocation.evaluate.command = "evaluate";
  nnc::runtime::addPredictOptions(evaluate, invocation.evaluate);
  addCodeOptions(evaluate, invocation.code);

  CLI::App &check = add("check", "parse, resolve and verify a model", Command::Check);
  addModel(check, invocation.code);
  check.add_flag("--gradients", invocation.gradients,
                 "compare all gradients with central differences");
  check.add_option("--seed", invocation.run.seed, "seed of everything random");
  addCodeOptions(check, invocation.code);

  CLI::App &fmt = add("fmt", "bring .nn files into the language's style", Command::Fmt);
  fmt.add_option("FILE", invocation.files, "FILE.nn; - is standard input, written to standard output")
      ->required();
  fmt.add_flag("--check", invocation.check, "change nothing; exit 1 if a file is not in style");

  CLI::App &info = add("info", "what is in a model or weights file", Command::Info);
  info.add_option("FILE", invocation.file, "FILE.nn, FILE.mlir or FILE.safetensors")->required();
  info.add_flag("--values", invocation.values, "print values, large ones in short");
  info.add_option("-D", invocation.code.defines, "as for build")->take_all()->allow_extra_args(false);
  return commands;
}

int printError(const std::string &message) {
  std::cerr << "nnc: error: " << message << '\n';
  return 2;
}

} // namespace

bool nnc::driver::parseCommandLine(int argc, char **argv, const std::string &version,
                                   Invocation &invocation, int &status) {
  CLI::App app("A static computation-graph compiler for neural networks.", "nnc");
  app.set_version_flag("--version", [&] { return version; }, "print versions and exit");
  auto commands = define(app, invocation);
  std::vector<std::string> names{"help"};
  for (auto [sub, command] : commands)
    names.push_back(sub->get_name());

  std::vector<std::string> arguments(argv + 1, argv + argc);
  invocation.train.commandLine.assign(argv, argv + argc);
  status = 0;
  // `nnc` alone and `nnc help COMMAND` are spellings of --help.
  if (arguments.empty() || arguments == std::vector<std::string>{"help"})
    arguments = {"--help"};
  else if (arguments[0] == "help")
    arguments = {arguments[1], "--help"};
  else if (arguments[0] == "-h")
    arguments[0] = "--help";

  if (const std::string &first = arguments[0]; !first.empty() && first[0] != '-' &&
                                               !std::count(names.begin(), names.end(), first)) {
    std::string near = nearest(first, names);
    status = printError("there is no command '" + first + "'" +
                        (near.empty() ? "; nnc help lists them" : "; did you mean '" + near + "'?"));
    return false;
  }
  try {
    std::reverse(arguments.begin(), arguments.end());
    app.parse(arguments);
  } catch (const CLI::CallForHelp &help) {
    for (auto [sub, command] : commands)
      if (sub->parsed()) {
        std::cout << sub->help("nnc");
        return false;
      }
    std::cout << app.help();
    return false;
  } catch (const CLI::CallForVersion &) {
    std::cout << version << '\n';
    return false;
  } catch (const CLI::ParseError &error) {
    status = printError(error.what());
    return false;
  }
  for (auto [sub, command] : commands)
    if (sub->parsed())
      invocation.command = command;
  return true;
}
