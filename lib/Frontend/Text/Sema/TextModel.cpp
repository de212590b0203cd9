//===- TextModel.cpp - the front end's interface --------------------------===//
//
// Runs parsing and generation on a thread with a deep stack, because both
// recurse as deeply as the text is nested.
//
//===----------------------------------------------------------------------===//
#include "nnc/Frontend/Text/TextModel.h"
#include "GraphGen.h"
#include "llvm/Support/thread.h"

using namespace mlir;

namespace nnc {

std::optional<Define> Define::parse(StringRef text) {
  auto [name, values] = text.split('=');
  if (name.empty() || name.size() == text.size())
    return std::nullopt;
  Define define;
  define.name = name.trim().str();
  std::string value;
  int brackets = 0;
  bool isQuoted = false;
  for (char c : values) {
    if (c == '"')
      isQuoted = !isQuoted;
    else if (!isQuoted && (c == '[' || c == '('))
      ++brackets;
    else if (!isQuoted && (c == ']' || c == ')'))
      --brackets;
    if (c == ',' && brackets == 0 && !isQuoted) {
      define.values.push_back(std::exchange(value, {}));
      continue;
    }
    value.push_back(c);
  }
  define.values.push_back(value);
  for (const std::string &part : define.values)
    if (StringRef(part).trim().empty())
      return std::nullopt;
  return define;
}

static void runDeep(llvm::function_ref<void()> run) {
  constexpr unsigned stackSize = 512u << 20;
  llvm::thread thread(std::optional<unsigned>(stackSize), [&] { run(); });
  thread.join();
}

static FunctionSummary summarize(const ast::FunctionDecl &decl,
                                 const sema::FileScope &file) {
  FunctionSummary summary;
  summary.name = decl.name.name.str();
  summary.isStep = decl.functionKind == ast::FunctionKind::Step;
  summary.loc = decl.loc;
  summary.freeDims = sema::freeDims(decl, file);
  for (const ast::Parameter &param : decl.params) {
    ArgumentSummary argument;
    argument.name = param.name.name.str();
    if (param.type && param.type->kind == ast::TypeKind::ShapedTensor) {
      argument.element = ast::stringify(param.type->element).str();
      for (const ast::Expr *dim : param.type->dims)
        argument.dims.push_back(dim->getText().str());
    }
    summary.arguments.push_back(std::move(argument));
  }
  return summary;
}

TextModel::TextModel(std::unique_ptr<sema::Program> made)
    : program(std::move(made)) {
  const sema::FileScope &main = *program->main;
  for (const ast::FunctionDecl *decl : main.exported)
    functions.push_back(summarize(*decl, main));
  for (auto &entry : main.consts)
    consts.push_back(entry.getKey().str());
  llvm::sort(consts);
}

TextModel::~TextModel() = default;

std::unique_ptr<TextModel> TextModel::parse(unsigned bufferID,
                                            DiagnosticEngine &diags) {
  auto program = std::make_unique<sema::Program>(diags);
  bool isGood = false;
  runDeep([&] { isGood = program->load(bufferID); });
  if (!isGood)
    return nullptr;
  return std::unique_ptr<TextModel>(new TextModel(std::move(program)));
}

LoadedModule TextModel::generate(MLIRContext &context,
                                 const LoadOptions &options) {
  context.loadDialect<nn::NNDialect>();
  LoadedModule result;
  runDeep([&] { sema::GraphGen(*program, context, options, result).run(); });
  return result;
}

LoadedModule loadModel(StringRef path, DiagnosticEngine &diags,
                       MLIRContext &context, const LoadOptions &options) {
  llvm::ErrorOr<unsigned> buffer = diags.addFile(path);
  if (!buffer) {
    diags.error(SMLoc(),
                "cannot read '" + path + "': " + buffer.getError().message());
    return {};
  }
  auto model = TextModel::parse(*buffer, diags);
  return model ? model->generate(context, options) : LoadedModule();
}

std::vector<NormalizerSummary> getNormalizers(ModuleOp module) {
  std::vector<NormalizerSummary> found;
  auto list = module->getAttrOfType<ArrayAttr>("nn.normalizers");
  if (!list)
    return found;
  for (auto entry : list.getAsRange<DictionaryAttr>()) {
    auto text = [&](StringRef name) {
      auto attr = entry.getAs<StringAttr>(name);
      return attr ? attr.getValue().str() : std::string();
    };
    found.push_back({text("mean"), text("deviation"), text("input")});
  }
  return found;
}

} // namespace nnc
