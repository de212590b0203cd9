//===- Model.cpp - a model file, whatever its format ----------------------===//
#include "Model.h"
#include "KernelModel.h"
#include "nnc/Analysis/ModelInterface.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

int nnc::driver::fail(int status, const Twine &message) {
  llvm::WithColor::error(llvm::errs(), "nnc") << message << '\n';
  return status;
}

void nnc::driver::remark(const Twine &message) {
  llvm::WithColor::remark(llvm::errs(), "nnc") << message << '\n';
}

std::optional<std::vector<Define>>
nnc::driver::parseDefines(const std::vector<std::string> &texts) {
  std::vector<Define> defines;
  for (const std::string &text : texts) {
    std::optional<Define> define = Define::parse(text);
    if (!define) {
      fail(2, "-D wants NAME=VALUE, found '" + Twine(text) + "'");
      return std::nullopt;
    }
    defines.push_back(std::move(*define));
  }
  return defines;
}

/// Text or bytecode of the nn dialect, whatever the file is called. Text begins
/// with an operation, an alias or a comment of MLIR, none of which begins a .nn
/// file.
static bool isMLIR(StringRef content) {
  if (content.starts_with("ML\xefR"))
    return true;
  while (!content.empty()) {
    auto [line, rest] = content.split('\n');
    line = line.trim();
    if (!line.empty() && !line.starts_with("//"))
      return line.starts_with("module") || line.starts_with("\"builtin.module\"") ||
             line.starts_with("nn.") || line.starts_with("\"nn.") || line.starts_with("#loc");
    if (line.starts_with("//"))
      return true;
    content = rest;
  }
  return false;
}

std::unique_ptr<Model> Model::open(StringRef path, MLIRContext &context, int &status) {
  if (path.ends_with(".onnx")) {
    status = fail(1, Twine(path) + ": the reader of ONNX models is not built in; .nn and .mlir are");
    return nullptr;
  }
  std::unique_ptr<Model> model(new Model(context));
  if (path.ends_with(".mlir") || path.ends_with(".mlirbc")) {
    auto file = llvm::MemoryBuffer::getFile(path);
    if (!file) {
      status = fail(1, Twine(path) + ": " + file.getError().message());
      return nullptr;
    }
    return model->parseMLIR(std::move(*file), status) ? std::move(model) : nullptr;
  }
  llvm::ErrorOr<unsigned> buffer = model->diagnostics.addFile(path);
  if (!buffer) {
    status = fail(1, Twine(path) + ": " + buffer.getError().message());
    return nullptr;
  }
  if (StringRef content = model->diagnostics.getText(*buffer); path == "-" && isMLIR(content)) {
    auto copy = llvm::MemoryBuffer::getMemBufferCopy(content, model->diagnostics.getName(*buffer));
    return model->parseMLIR(std::move(copy), status) ? std::move(model) : nullptr;
  }
  return model->parseText(*buffer, status) ? std::move(model) : nullptr;
}

std::unique_ptr<Model> Model::parse(StringRef name, StringRef text, unsigned hiddenLines,
                                    MLIRContext &context, int &status) {
  std::unique_ptr<Model> model(new Model(context));
  unsigned buffer = model->diagnostics.addBuffer(name, text, hiddenLines);
  return model->parseText(buffer, status) ? std::move(model) : nullptr;
}

bool Model::parseText(unsigned buffer, int &status) {
  text = TextModel::parse(buffer, diagnostics);
  if (!text) {
    diagnostics.print(llvm::errs());
    status = 1;
    return false;
  }
  functions = text->getFunctions().vec();
  return true;
}

bool Model::parseMLIR(std::unique_ptr<llvm::MemoryBuffer> file, int &status) {
  // Passes report at its lines, where it has any.
  if (!file->getBuffer().starts_with("ML\xefR"))
    diagnostics.addBuffer(file->getBufferIdentifier(), file->getBuffer());
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(file), llvm::SMLoc());
  SourceMgrDiagnosticHandler handler(sources, &context);
  parsed = parseSourceFile<ModuleOp>(sources, ParserConfig(&context));
  status = 1;
  if (!parsed)
    return false;
  for (Operation &op : *parsed->getBody()) {
    if (!isa<nn::VariableOp, nn::EntryOp, nn::StepOp, kernel::FuncOp>(op)) {
      op.emitError() << "a model holds nn.variable, nn.entry and nn.step, and kernel.func where its kernels are formed";
      return false;
    }
    auto function = dyn_cast<FunctionOpInterface>(op);
    if (function && nn::isGraphFunction(&op) && !(hasKernels(*parsed) && function.getName() == kInitName)) {
      FunctionSummary summary;
      summary.name = function.getName().str();
      summary.isStep = isa<nn::StepOp>(op);
      functions.push_back(std::move(summary));
    }
  }
  return !hasKernels(*parsed) || succeeded(verifyKernels(*parsed));
}

const FunctionSummary *Model::findFunction(StringRef name) const {
  for (const FunctionSummary &function : functions)
    if (function.name == name)
      return &function;
  return nullptr;
}

OwningOpRef<ModuleOp> Model::generate(const CodeArguments &options, int &status,
                                      std::vector<OpenFunction> *open) {
  auto defines = parseDefines(options.defines);
  if (!defines) {
    status = 2;
    return {};
  }
  return generate(*defines, options.entries, status, open);
}

OwningOpRef<ModuleOp> Model::generate(const std::vector<Define> &defines,
                                      const std::vector<std::string> &entries, int &status,
                                      std::vector<OpenFunction> *open) {
  for (const std::string &entry : entries)
    if (!findFunction(entry)) {
      std::string names;
      for (const FunctionSummary &function : functions)
        names += (names.empty() ? "" : ", ") + function.name;
      status = fail(2, "there is no entry or step '" + Twine(entry) + "'; there are: " + names);
      return {};
    }
  if (!text) {
    if (!defines.empty()) {
      status = fail(2, "'" + Twine(defines.front().name) +
                           "' is neither a const nor a free dimension: a .mlir model has none");
      return {};
    }
    OwningOpRef<ModuleOp> copy(cast<ModuleOp>(parsed->clone()));
    if (entries.empty())
      return copy;
    for (auto function : llvm::make_early_inc_range(copy->getOps<FunctionOpInterface>()))
      if (findFunction(function.getName()) && !llvm::is_contained(entries, function.getName()))
        function->erase();
    dropUnusedKernels(*copy);
    return copy;
  }

  LoadOptions load;
  load.defines = defines;
  load.entries = entries;
  load.requireDims = !open;
  LoadedModule loaded = text->generate(context, load);
  for (const std::string &name : loaded.unknownDefines) {
    status = fail(2, "-D " + Twine(name) + ": '" + name + "' is neither a const nor a free dimension");
    return {};
  }
  diagnostics.print(llvm::errs());
  if (!loaded.module) {
    status = loaded.hasWrongDefine ? 2 : 1;
    return {};
  }
  if (open)
    *open = loaded.open;
  return std::move(loaded.module);
}

//===----------------------------------------------------------------------===//
// Messages of passes
//===----------------------------------------------------------------------===//

FileLineColLoc nnc::driver::findUserPlace(Location loc) {
  if (auto call = dyn_cast<CallSiteLoc>(loc))
    return findUserPlace(call.getCaller());
  if (auto name = dyn_cast<NameLoc>(loc))
    return findUserPlace(name.getChildLoc());
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location part : fused.getLocations())
      if (FileLineColLoc place = findUserPlace(part))
        return place;
  return dyn_cast<FileLineColLoc>(loc);
}

void Model::report(mlir::Diagnostic &message) {
  auto place = [&](Location loc) {
    FileLineColLoc found = findUserPlace(loc);
    return found ? diagnostics.getLoc(found.getFilename(), found.getLine(), found.getColumn())
                 : llvm::SMLoc();
  };
  std::string text = message.str();
  nnc::Diagnostic &made = message.getSeverity() == DiagnosticSeverity::Error
                              ? diagnostics.error(place(message.getLocation()), text)
                              : diagnostics.warning(place(message.getLocation()), text);
  for (mlir::Diagnostic &note : message.getNotes())
    if (llvm::SMLoc at = place(note.getLocation()); at.isValid())
      made.attachNote(at, note.str());
}

void Model::printMessages() { diagnostics.print(llvm::errs()); }

MessageCollector::MessageCollector(MLIRContext *context, Model &model)
    : model(model), handler(context, [this](mlir::Diagnostic &message) {
        if (message.getSeverity() == DiagnosticSeverity::Error ||
            message.getSeverity() == DiagnosticSeverity::Warning) {
          sawError |= message.getSeverity() == DiagnosticSeverity::Error;
          this->model.report(message);
        }
        return success();
      }) {}

bool MessageCollector::print() {
  if (sawError)
    model.printMessages();
  return sawError;
}
