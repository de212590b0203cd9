//===- Define.cpp - the commands and their options ------------------------===//
//
// One CLI11 application with a sub-command each. train, predict, run and bench
// take their options from the runtime library, so that an emitted executable
// has the same ones.
//
//===----------------------------------------------------------------------===//
#include "CommandLine.h"
#include "nnc/Runtime/Validators.h"

using namespace nnc::driver;

/// Accepts one of a few words.
static CLI::Validator oneOf(std::vector<std::string> words) {
  CLI::Validator validator(
      [words](std::string &word) {
        if (std::count(words.begin(), words.end(), word))
          return std::string();
        return "'" + word + "' is none of " + CLI::detail::join(words, ", ") + didYouMean(word, words);
      },
      "");
  return validator;
}

static void addModel(CLI::App &app, CodeArguments &code) {
  app.add_option("MODEL", code.model, "FILE.nn or FILE.mlir; - is standard input")->required();
}

/// ENTRY and NAME=FILE…, as run and predict take them.
static void addCall(CLI::App &app, std::string &entry, std::vector<std::string> &inputs) {
  app.add_option("ENTRY", entry, "the entry or step to call")->required();
  app.add_option("INPUT", inputs, "an input's values: NAME=FILE.npy, NAME=FILE.npz:KEY or NAME=NUMBER")
      ->type_name("NAME=FILE");
}

static void addDefines(CLI::App &app, CodeArguments &code) {
  app.add_option("-D", code.defines, "override a const, or give a free dimension: NAME=VALUE[,VALUE]")
      ->type_name("NAME=VALUE")
      ->take_all()
      ->allow_extra_args(false)
      ->group("Code");
}

static void addCodeOptions(CLI::App &app, CodeArguments &code) {
  const char *group = "Code";
  addDefines(app, code);
  app.add_option("--entry", code.entries, "compile only this entry or step (repeatable)")
      ->type_name("NAME")
      ->take_all()
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--cpu", code.cpu, "processor to compile for; native is this machine's")
      ->type_name("NAME")
      ->group(group);
  app.add_option("--features", code.features, "processor features: +a,-b")
      ->type_name("+A,-B")
      ->group(group);
  app.add_option("-O", code.level, "optimisation level, 0 to 3")
      ->type_name("LEVEL")
      ->check(nnc::runtime::wholeNumber(0, 3))
      ->capture_default_str()
      ->group(group);
  app.add_option_function<std::string>(
         "--fp", [&code](const std::string &mode) { code.strict = mode == "strict"; },
         "fast: contract products and sums; strict: never")
      ->type_name("strict|fast")
      ->check(oneOf({"fast", "strict"}))
      ->group(group);
  app.add_option("--backend", code.backend, "code generator of kernels")
      ->type_name("auto|mlir|halide")
      ->check(oneOf({"auto", "mlir", "halide"}))
      ->capture_default_str()
      ->group(group);
  std::vector<std::string> optimizations;
  for (const nnc::OptimizationInfo &each : nnc::kOptimizations)
    optimizations.emplace_back(each.name);
  app.add_option_function<std::vector<std::string>>(
         "--disable", [&code](const auto &names) { code.optimizations.dropAll(names); },
         "optimisations to leave out, for tests")
      ->type_name("NAME,…")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(oneOf(optimizations))
      ->group(group);
  app.add_flag("--poison-arena", code.poison, "set memory that holds no value to what is no number, for tests")
      ->group(group);
}

static void defineBuild(CLI::App &app, Invocation &invocation) {
  BuildOptions &build = invocation.build;
  const std::vector<std::string> kinds = {"obj",    "header", "lib",    "shared",    "exe",
                                          "nn",     "grad",   "kernel", "linalg",    "llvm-mlir",
                                          "llvm",   "asm",    "report"};
  addModel(app, invocation.code);
  app.add_option("-o", build.prefixPath, "path of the outputs, without ending")
      ->type_name("PREFIX")
      ->required();
  app.add_option("--emit", build.emit,
                 "what to write: " + CLI::detail::join(kinds, ", ") + " (default: obj,header)")
      ->type_name("KIND,…")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(oneOf(kinds));
  app.add_option("--target", invocation.code.target, "target triple")->type_name("TRIPLE");
  app.add_option("--prefix", build.symbolPrefix,
                 "start of every symbol (default: the last part of PREFIX)")
      ->type_name("P");
  app.add_option("--max-threads", build.maxThreads, "most threads an instance can be given")
      ->type_name("N")
      ->check(nnc::runtime::wholeNumber(1, 1024))
      ->capture_default_str();
  app.add_option("--memory-limit", build.memoryLimit, "fail if an instance takes more bytes")
      ->type_name("BYTES")
      ->check(nnc::runtime::wholeNumber<uint64_t>(1));
  app.add_option("--tune", build.tune, "measure kernels of both back ends for so long, and keep the best beside the model (60)")
      ->type_name("SECONDS")
      ->check(nnc::runtime::wholeNumber(1, 86400));
  app.add_option("--weights", build.weights, "values that init copies")->type_name("F.safetensors");
  app.add_flag("--freeze", build.freeze, "pack the variables in as constants, and drop the steps");
  app.add_option("--seed", build.seed, "seed of the values that --freeze packs in and no file has")
      ->type_name("N")
      ->check(nnc::runtime::wholeNumber<uint64_t>(0));
  app.add_flag("-g", build.debug, "write the lines of the model for debuggers and profilers");
  app.add_flag("--print-memory", build.printMemory, "print the layout of an instance");
  app.add_flag("--time-passes", build.timePasses, "print how long each stage took");
  addCodeOptions(app, invocation.code);
}

Commands nnc::driver::defineCommands(CLI::App &app, Invocation &invocation) {
  Commands commands;
  auto add = [&](const char *name, const char *text, Command command) -> CLI::App & {
    CLI::App *sub = app.add_subcommand(name, text);
    commands.emplace_back(sub, command);
    return *sub;
  };
  defineBuild(add("build", "compile a model to an object, header, library, executable or a stage",
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
  check.add_option("--seed", invocation.run.seed, "seed of everything random")
      ->type_name("N")
      ->check(nnc::runtime::wholeNumber<uint64_t>(0));
  addCodeOptions(check, invocation.code);

  CLI::App &fmt = add("fmt", "bring .nn files into the language's style", Command::Fmt);
  fmt.add_option("FILE", invocation.files, "FILE.nn; - is standard input, written to standard output")
      ->required();
  fmt.add_flag("--check", invocation.check, "change nothing; exit 1 if a file is not in style");

  CLI::App &info = add("info", "what is in a model, weights or what nnc has built", Command::Info);
  info.add_option("FILE", invocation.file,
                  "a model, FILE.safetensors, or an object, library or executable")
      ->required();
  info.add_flag("--values", invocation.values, "print values, large ones in short");
  addDefines(info, invocation.code);

  CLI::App &bench = add("bench", "measure every entry and step", Command::Bench);
  addModel(bench, invocation.code);
  nnc::runtime::addBenchOptions(bench, invocation.bench);
  bench.add_flag("--kernels", invocation.benchKernels, "measure every kernel by itself instead");
  addCodeOptions(bench, invocation.code);

  CLI::App &ops = add("ops", "what the language is made of: primitives and library", Command::Ops);
  ops.add_option("--format", invocation.format, "form of the list (md)")
      ->type_name("md|json")
      ->check(oneOf({"md", "json"}));

  CLI::App &project = add("new", "write a starter project", Command::New);
  project.add_option("NAME", invocation.name, "the folder to make; its last part names the model")
      ->required();

  CLI::App &eval = add("eval", "compute an expression of the language", Command::Eval);
  eval.add_option("EXPRESSION", invocation.expression, "such as 'softmax([1, -6, 2.5])'")->required();
  eval.add_option("--seed", invocation.run.seed, "seed of everything random")
      ->type_name("N")
      ->check(nnc::runtime::wholeNumber<uint64_t>(0));
  return commands;
}
