//===- Program.cpp - files, imports and their scopes ----------------------===//
//
// Each file has a scope of what it declares and imports. The library is parsed
// from the text embedded in the compiler, by the same parser.
//
//===----------------------------------------------------------------------===//
#include "Program.h"
#include "Builtins.h"
#include "nnc/Frontend/Text/Parser.h"
#include "nnc/StandardLibrary/StandardLibrary.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace nnc::sema {

//===----------------------------------------------------------------------===//
// Declarations
//===----------------------------------------------------------------------===//

/// Names that the generated C interface has already.
static bool isReservedExport(StringRef name) {
  return StringSwitch<bool>(name)
      .Cases({"init", "read", "write", "report", "status", "tensor"}, true)
      .Cases({"tensors", "set_parallel", "parallel_for", "model"}, true)
      .Default(false);
}

void Program::declareFunction(FileScope &scope, const ast::FunctionDecl *decl) {
  using Kind = ast::FunctionKind;
  Callee callee{decl, &scope, nullptr};
  StringRef name = decl->name.name;
  llvm::StringSet<> seen;
  for (const ast::Parameter &param : decl->params)
    if (!seen.insert(param.name.name).second)
      diags.error(param.name.loc,
                  "argument '" + param.name.name + "' is declared twice");
  if (decl->functionKind == Kind::Entry || decl->functionKind == Kind::Step) {
    for (const ast::FunctionDecl *other : scope.exported)
      if (other->name.name == name) {
        diags.error(decl->loc, "'" + name + "' is already declared")
            .attachNote(other->loc, "the first declaration is here");
        return;
      }
    if (isReservedExport(name))
      diags.error(decl->loc, "'" + name +
                                 "' is a function of the generated interface; "
                                 "choose another name");
    scope.exported.push_back(decl);
    return;
  }
  if (decl->functionKind == Kind::Model &&
      (name == "random" || name == "optimizer"))
    diags.error(decl->loc, "a model cannot be called '" + name +
                               "': variables of the compiler begin with it");
  auto &table = decl->functionKind == Kind::Initializer ? scope.initializers
                                                        : scope.functions;
  auto [place, isNew] = table.try_emplace(name, callee);
  if (!isNew) {
    diags.error(decl->loc, "'" + name + "' is already declared")
        .attachNote(place->second.decl->loc, "the first declaration is here");
    return;
  }
}

void Program::declare(FileScope &scope, const ast::File &file) {
  for (const ast::Decl *decl : file.decls) {
    if (auto *constant = dyn_cast<ast::ConstDecl>(decl)) {
      StringRef name = constant->name.name;
      auto [place, isNew] = scope.consts.try_emplace(name, nullptr);
      if (!isNew) {
        diags.error(decl->loc, "constant '" + name + "' is already declared")
            .attachNote(place->second->decl->loc,
                        "the first declaration is here");
        continue;
      }
      scope.ownConsts.push_back({constant, &scope, {}, Datum()});
      place->second = &scope.ownConsts.back();
    } else if (auto *function = dyn_cast<ast::FunctionDecl>(decl)) {
      declareFunction(scope, function);
    }
  }
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

FileScope *Program::loadFile(unsigned bufferID, StringRef path, bool isLibrary,
                             FileScope *into) {
  FileScope *scope = into;
  if (!scope) {
    files.emplace_back();
    scope = &files.back();
  }
  scope->path = path.str();
  scope->isLibrary = isLibrary;
  scope->library = isLibrary ? nullptr : library;
  const ast::File *file = parseFile(bufferID, context, diags);
  scope->file = file;
  declare(*scope, *file);
  for (const ast::Decl *decl : file->decls)
    if (auto *import = dyn_cast<ast::ImportDecl>(decl))
      importFile(*scope, import);
  return scope;
}

static std::string canonicalPath(StringRef path) {
  SmallString<256> real;
  if (!sys::fs::real_path(path, real))
    return std::string(real);
  return path.str();
}

void Program::importFile(FileScope &scope, const ast::ImportDecl *decl) {
  if (decl->path.ends_with(".onnx") || decl->alias) {
    diags.error(decl->loc, "import of ONNX graphs is not supported yet");
    return;
  }
  SmallString<256> path(decl->path);
  if (!sys::path::is_absolute(path)) {
    path = sys::path::parent_path(scope.path);
    sys::path::append(path, decl->path);
  }
  std::string key = canonicalPath(path);
  for (auto &[other, loc] : loading)
    if (other == key) {
      Diagnostic &diag = diags.error(
          decl->loc, "'" + decl->path + "' imports itself in a cycle");
      if (loc.isValid())
        diag.attachNote(loc, "it is imported here");
      return;
    }
  FileScope *&imported = loaded[key];
  if (!imported) {
    llvm::sys::fs::file_status status;
    if (sys::fs::status(path, status) || sys::fs::is_directory(status)) {
      diags.error(decl->loc, "cannot read '" + path + "'");
      return;
    }
    ErrorOr<unsigned> buffer = diags.addFile(path);
    if (!buffer) {
      diags.error(decl->loc,
                  "cannot read '" + path + "': " + buffer.getError().message());
      return;
    }
    if (loading.size() > 100) {
      diags.error(decl->loc, "imports are nested too deeply");
      return;
    }
    loading.push_back({key, decl->loc});
    imported = loadFile(*buffer, path, /*isLibrary=*/false, nullptr);
    loading.pop_back();
  }
  // What a file sees is its own first, then what it imports, then what that
  // imports: the last gives way without an error.
  FileScope *source = imported;
  auto take = [&](auto &into, auto &from) {
    for (auto &entry : from) {
      auto [place, isNew] = into.try_emplace(entry.getKey(), entry.getValue());
      if (isNew || place->second.decl == entry.getValue().decl ||
          entry.getValue().file != source)
        continue;
      diags
          .error(decl->loc, "'" + entry.getKey() + "' of '" + decl->path +
                                "' is already declared")
          .attachNote(place->second.decl->loc, "the other declaration is here");
    }
  };
  take(scope.functions, loaded[key]->functions);
  take(scope.initializers, loaded[key]->initializers);
  for (auto &entry : loaded[key]->consts) {
    auto [place, isNew] =
        scope.consts.try_emplace(entry.getKey(), entry.getValue());
    if (!isNew && place->second != entry.getValue() &&
        entry.getValue()->file == source)
      diags
          .error(decl->loc, "constant '" + entry.getKey() + "' of '" +
                                decl->path + "' is already declared")
          .attachNote(place->second->decl->loc,
                      "the other declaration is here");
  }
}

bool Program::loadLibrary() {
  files.emplace_back();
  library = &files.back();
  for (const LibraryFile &file : getStandardLibrary()) {
    std::string name = ("<nnc>/" + file.name).str();
    unsigned id = diags.addBuffer(name, file.text);
    loadFile(id, name, /*isLibrary=*/true, library);
  }
  return !diags.hasErrors();
}

bool Program::load(unsigned bufferID) {
  if (!loadLibrary())
    return false;
  StringRef path = diags.getName(bufferID);
  loading.push_back({canonicalPath(path), SMLoc()});
  files.emplace_back();
  main = &files.back();
  loadFile(bufferID, path, /*isLibrary=*/false, main);
  if (diags.hasErrors())
    return false;
  if (main->file->decls.empty()) {
    SMLoc start = SMLoc::getFromPointer(diags.getText(bufferID).begin());
    diags.error(start, "the file declares nothing");
    return false;
  }
  checkNames(*this);
  return !diags.hasErrors();
}

//===----------------------------------------------------------------------===//
// Lookup
//===----------------------------------------------------------------------===//

bool isBuiltinValue(StringRef name) {
  return StringSwitch<bool>(name)
      .Cases({"training", "inf", "pi", "nan"}, true)
      .Cases({"f32", "f64", "i8", "u8"}, true)
      .Cases({"i16", "i32", "i64", "bool"}, true)
      .Default(false);
}

bool isReservedType(StringRef name) { return name == "f16" || name == "bf16"; }

Callee lookupFunction(StringRef name, const FileScope &file) {
  if (auto found = file.functions.find(name); found != file.functions.end())
    return found->second;
  if (file.library)
    return lookupFunction(name, *file.library);
  if (const Builtin *builtin = lookupBuiltin(name))
    return {nullptr, nullptr, builtin};
  return {};
}

Callee lookupInitializer(StringRef name, const FileScope &file) {
  if (auto found = file.initializers.find(name);
      found != file.initializers.end())
    return found->second;
  return file.library ? lookupInitializer(name, *file.library) : Callee();
}

ConstInfo *lookupConst(StringRef name, const FileScope &file) {
  return file.consts.lookup(name);
}

std::string unknownFunction(StringRef name, const FileScope &file) {
  if (isReservedType(name))
    return ("'" + name + "' is reserved and not supported yet").str();
  for (const ast::FunctionDecl *decl : file.exported)
    if (decl->name.name == name)
      return ("'" + name + "' is " +
              (decl->functionKind == ast::FunctionKind::Entry ? "an entry"
                                                              : "a step") +
              " and cannot be called; put what is shared into a model")
          .str();
  return ("unknown function '" + name + "'").str() +
         suggestFunction(name, file);
}

bool isSupplied(const ast::FunctionDecl &decl, size_t index) {
  const ast::Parameter &param = decl.params[index];
  switch (decl.functionKind) {
  case ast::FunctionKind::Optimizer:
    return index < 2 || (param.name.name == "t" && !param.type);
  case ast::FunctionKind::Schedule:
    return index < 1;
  case ast::FunctionKind::Initializer:
    return index < 3;
  default:
    return false;
  }
}

std::vector<std::string> freeDims(const ast::FunctionDecl &decl,
                                  const FileScope &file) {
  std::vector<std::string> names;
  auto collect = [&](auto &self, const ast::Expr *expr) -> void {
    if (auto *name = dyn_cast<ast::NameExpr>(expr)) {
      if (!lookupConst(name->name, file) && !isBuiltinValue(name->name) &&
          !llvm::is_contained(names, name->name))
        names.push_back(name->name.str());
    } else if (auto *unary = dyn_cast<ast::UnaryExpr>(expr)) {
      self(self, unary->operand);
    } else if (auto *binary = dyn_cast<ast::BinaryExpr>(expr)) {
      self(self, binary->lhs);
      self(self, binary->rhs);
    } else if (auto *call = dyn_cast<ast::CallExpr>(expr)) {
      for (const ast::Argument &arg : call->args)
        self(self, arg.value);
    } else if (auto *index = dyn_cast<ast::IndexExpr>(expr)) {
      self(self, index->base);
    }
  };
  for (const ast::Parameter &param : decl.params)
    if (param.type)
      for (const ast::Expr *dim : param.type->dims)
        collect(collect, dim);
  return names;
}

} // namespace nnc::sema
