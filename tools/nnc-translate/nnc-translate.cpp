//===- nnc-translate.cpp - .nn text to the nn dialect ---------------------===//
//
// Prints the module that the text front end makes of a file, or what is wrong
// with it: the tests' way into the front end alone.
//
//===----------------------------------------------------------------------===//
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Frontend/Text/TextModel.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"

using namespace llvm;

static cl::opt<std::string> input(cl::Positional, cl::desc("FILE.nn"),
                                  cl::init("-"));
static cl::opt<bool> importNN("import-nn",
                              cl::desc("Translate .nn text to the nn dialect"));
static cl::opt<bool> summary("summary",
                             cl::desc("Print what the file declares"));
static cl::opt<bool> locations("print-locations",
                               cl::desc("Print where each operation is from"));
static cl::list<std::string>
    defines("D", cl::Prefix,
            cl::desc("NAME=VALUE[,VALUE] of a constant or "
                     "dimension"));
static cl::list<std::string> entries("entry",
                                     cl::desc("Only these entries and steps"));

static void printSummary(const nnc::TextModel &model) {
  for (const std::string &name : model.getConsts())
    outs() << "const " << name << "\n";
  for (const nnc::FunctionSummary &function : model.getFunctions()) {
    outs() << (function.isStep ? "step " : "entry ") << function.name << "(";
    interleaveComma(function.arguments, outs(),
                    [](const nnc::ArgumentSummary &argument) {
                      outs() << argument.name << ": " << argument.element << "["
                             << join(argument.dims, ", ") << "]";
                    });
    outs() << ")";
    if (!function.freeDims.empty())
      outs() << " needs " << join(function.freeDims, ", ");
    outs() << "\n";
  }
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "nnc front end\n");
  nnc::LoadOptions options;
  for (const std::string &text : defines) {
    auto define = nnc::Define::parse(text);
    if (!define) {
      errs() << "-D " << text << " has not the form NAME=VALUE\n";
      return 2;
    }
    options.defines.push_back(std::move(*define));
  }
  options.entries.assign(entries.begin(), entries.end());

  mlir::MLIRContext context;
  nnc::DiagnosticEngine diags;
  nnc::LoadedModule loaded;
  auto buffer = diags.addFile(input);
  if (!buffer) {
    errs() << input << ": error: " << buffer.getError().message() << "\n";
    return 1;
  }
  if (auto model = nnc::TextModel::parse(*buffer, diags)) {
    if (summary)
      printSummary(*model);
    else
      loaded = model->generate(context, options);
  }
  diags.print(errs());
  for (const std::string &name : loaded.unknownDefines)
    errs() << "-D " << name << " is neither a constant nor a dimension\n";
  for (const std::string &name : loaded.unknownEntries)
    errs() << "no entry or step is called '" << name << "'\n";
  if (!loaded.unknownDefines.empty() || !loaded.unknownEntries.empty())
    return 2;
  if (diags.hasErrors())
    return 1;
  for (const nnc::OpenFunction &open : loaded.open)
    outs() << "// '" << open.name << "' is open: " << join(open.dims, ", ")
           << "\n";
  if (loaded.module) {
    mlir::OpPrintingFlags flags;
    flags.enableDebugInfo(locations);
    if (locations)
      flags.useLocalScope();
    loaded.module->print(outs(), flags);
  }
  return 0;
}
