//===- Header.cpp - the C header of a model -------------------------------===//
//
// Prints the interface as C99 that C++ accepts too.
//
//===----------------------------------------------------------------------===//
#include "TensorTable.h"
#include "nnc/Target/Emit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace nnc;

bool nnc::isReservedInC(StringRef name) {
  static const StringSet<> words = {"_Alignas",
                                    "_Alignof",
                                    "_Atomic",
                                    "_BitInt",
                                    "_Bool",
                                    "_Complex",
                                    "_Decimal128",
                                    "_Decimal32",
                                    "_Decimal64",
                                    "_Generic",
                                    "_Imaginary",
                                    "_Noreturn",
                                    "_Static_assert",
                                    "_Thread_local",
                                    "alignas",
                                    "alignof",
                                    "and",
                                    "and_eq",
                                    "asm",
                                    "auto",
                                    "bitand",
                                    "bitor",
                                    "bool",
                                    "break",
                                    "case",
                                    "catch",
                                    "char",
                                    "char16_t",
                                    "char32_t",
                                    "char8_t",
                                    "class",
                                    "co_await",
                                    "co_return",
                                    "co_yield",
                                    "compl",
                                    "concept",
                                    "const",
                                    "const_cast",
                                    "consteval",
                                    "constexpr",
                                    "constinit",
                                    "continue",
                                    "decltype",
                                    "default",
                                    "delete",
                                    "do",
                                    "double",
                                    "dynamic_cast",
                                    "else",
                                    "enum",
                                    "explicit",
                                    "export",
                                    "extern",
                                    "false",
                                    "float",
                                    "for",
                                    "friend",
                                    "goto",
                                    "if",
                                    "inline",
                                    "int",
                                    "int16_t",
                                    "int32_t",
                                    "int64_t",
                                    "int8_t",
                                    "linux",
                                    "long",
                                    "mutable",
                                    "namespace",
                                    "new",
                                    "noexcept",
                                    "not",
                                    "not_eq",
                                    "nullptr",
                                    "operator",
                                    "or",
                                    "or_eq",
                                    "private",
                                    "protected",
                                    "public",
                                    "register",
                                    "reinterpret_cast",
                                    "requires",
                                    "restrict",
                                    "return",
                                    "short",
                                    "signed",
                                    "size_t",
                                    "sizeof",
                                    "static",
                                    "static_assert",
                                    "static_cast",
                                    "struct",
                                    "switch",
                                    "template",
                                    "this",
                                    "thread_local",
                                    "throw",
                                    "true",
                                    "try",
                                    "typedef",
                                    "typeid",
                                    "typename",
                                    "typeof",
                                    "typeof_unqual",
                                    "uint16_t",
                                    "uint32_t",
                                    "uint64_t",
                                    "uint8_t",
                                    "union",
                                    "unix",
                                    "unsigned",
                                    "using",
                                    "virtual",
                                    "void",
                                    "volatile",
                                    "wchar_t",
                                    "while",
                                    "xor",
                                    "xor_eq",
                                    "NULL"};
  return words.contains(name);
}

static StringRef getCType(ElementCode code) {
  switch (code) {
  case ElementCode::F32:
    return "float";
  case ElementCode::F64:
    return "double";
  case ElementCode::I8:
    return "int8_t";
  case ElementCode::U8:
  case ElementCode::Bool:
    return "uint8_t";
  case ElementCode::I16:
    return "int16_t";
  case ElementCode::I32:
    return "int32_t";
  case ElementCode::I64:
    return "int64_t";
  }
  llvm_unreachable("unknown element code");
}

namespace {

class HeaderWriter {
public:
  explicit HeaderWriter(const ModelInterface &model)
      : model(model), name(model.prefix),
        macro(StringRef(model.prefix).upper()), out(text) {}

  std::string write();

private:
  void define(StringRef suffix, const Twine &value, StringRef comment = "");
  void writeSizes();
  void writeFunction(const ModelInterface::Function &function);
  void writeTensors();
  void writeServices();

  const ModelInterface &model;
  StringRef name;
  std::string macro;
  std::string text;
  raw_string_ostream out;
};

} // namespace

void HeaderWriter::define(StringRef suffix, const Twine &value,
                          StringRef comment) {
  std::string line = ("#define " + macro + "_" + suffix + " " + value).str();
  if (comment.empty())
    out << line << "\n";
  else
    out << formatv("{0,-48} /* {1} */\n", line, comment);
}

void HeaderWriter::writeSizes() {
  define("ABI", "1");
  define("SIZE", Twine(model.size),
         "bytes of an instance: parameters, state and scratch");
  define("ALIGN", Twine(kBufferAlignment), "alignment of an instance");
  define("PARAMETERS_SIZE", Twine(model.parametersSize));
  define("STATE_SIZE", Twine(model.stateSize), "state and optimiser slots");
  define("SCRATCH_SIZE", Twine(model.scratchSize));
  define("MAX_THREADS", Twine(model.maxThreads));
  out << "\n/* The caller's block of SIZE bytes; no pointers into it are kept "
         "elsewhere. */\n"
      << "typedef struct " << name << " " << name << ";\n\n"
      << "/* Gives every tensor its initial value. Call it once, before "
         "anything else;\n"
      << " * called again, it keeps what set_parallel set. */\n"
      << "int " << name << "_init(" << name << " *model, uint64_t seed);\n";
}

void HeaderWriter::writeFunction(const ModelInterface::Function &function) {
  auto describe = [](const ModelInterface::Port &port) {
    std::string shape;
    for (int64_t size : port.shape)
      shape += (shape.empty() ? "" : ", ") + std::to_string(size);
    return "[" + shape + "]";
  };
  StringSet<> used = {"model"};
  SmallVector<std::string> parameters, notes;
  auto add = [&](const ModelInterface::Port &port, bool isInput) {
    std::string parameter = port.name;
    for (char &c : parameter)
      if (!isAlnum(c))
        c = '_';
    if (parameter.empty() || isDigit(parameter.front()))
      parameter.insert(0, "_");
    while (isReservedInC(parameter) || parameter == name ||
           !used.insert(parameter).second)
      parameter += "_";
    StringRef type = getCType(port.type);
    parameters.push_back(
        (Twine(isInput ? "const " : "") + type + " *" + parameter).str());
    notes.push_back((Twine(isInput ? "in:  " : "out: ") + parameter + " " +
                     describe(port) +
                     (port.type == ElementCode::Bool ? ", 0 or 1" : ""))
                        .str());
  };
  for (const ModelInterface::Port &port : function.inputs)
    add(port, /*isInput=*/true);
  for (const ModelInterface::Port &port : function.outputs)
    add(port, /*isInput=*/false);

  out << "\n/* " << (function.isStep ? "Step" : "Entry") << " " << function.base
      << ".";
  for (const std::string &note : notes)
    out << "\n * " << note;
  out << " */\n";
  out << "int " << name << "_" << function.name << "(" << name << " *model";
  for (const std::string &parameter : parameters)
    out << ", " << parameter;
  out << ");\n";
}

void HeaderWriter::writeTensors() {
  out << "\n/* What type and kind of a tensor say. */\n";
  const char *types[] = {"F32", "F64", "I8", "U8", "I16", "I32", "I64", "BOOL"};
  for (auto [i, type] : enumerate(types))
    define(type, Twine(i + 1));
  const char *kinds[] = {"PARAMETER", "STATE", "SLOT"};
  for (auto [i, kind] : enumerate(kinds))
    define(kind, Twine(i));

  out << "\n";
  define("TENSORS", Twine(model.tensors.size()),
         "parameters, state, optimiser slots");
  define("NAME_MAX", Twine(getNameCapacity(model)));
  out << "typedef struct {\n"
      << "  char name[" << macro << "_NAME_MAX];\n"
      << "  int32_t type, kind, rank;\n"
      << "  int64_t shape[8];\n"
      << "  uint64_t bytes;\n"
      << "} " << name << "_tensor;\n"
      << "extern const " << name << "_tensor " << name << "_tensors[";
  if (model.tensors.empty())
    out << "1]; /* one row of zeros: there is no tensor */\n";
  else
    out << macro << "_TENSORS];\n";
  out << "\n/* Copy a tensor out of an instance or into it, row-major: the "
         "layout inside is\n"
      << " * private. */\n"
      << "int " << name << "_read(const " << name
      << " *model, size_t index, void *values);\n"
      << "int " << name << "_write(" << name
      << " *model, size_t index, const void *values);\n";
}

void HeaderWriter::writeServices() {
  out << "\n/* Runs task(data, index, worker) for 0 <= index < tasks, 0 <= "
         "worker < threads.\n"
      << " * A null run is serial. Results do not depend on it. */\n"
      << "typedef void " << name << "_parallel_for(void *context, int tasks,\n"
      << "                  void (*task)(void *data, int index, int worker), "
         "void *data);\n"
      << "int " << name << "_set_parallel(" << name << " *model, " << name
      << "_parallel_for *run, void *context, int threads);\n"
      << "\n/* A metric, for plateau schedules. */\n"
      << "int " << name << "_report(" << name << " *model, float metric);\n"
      << "\n/* What a returned code says: 0 success; -1 null or misaligned "
         "instance, or null\n"
      << " * input; -2 not initialised; -3 an index is out of range (nothing "
         "was written);\n"
      << " * -4 too many threads. */\n"
      << "const char *" << name << "_status(int code);\n";
}

std::string HeaderWriter::write() {
  out << "/* " << name << ": a model compiled by nnc.\n"
      << " *\n"
      << " * Functions take inputs, then outputs, row-major. A null output is "
         "not written;\n"
      << " * outputs may not overlap inputs or each other; natural alignment "
         "suffices. They\n"
      << " * return 0 or a negative status. Instances are independent of each "
         "other. */\n"
      << "#ifndef " << macro << "_H\n#define " << macro << "_H\n\n"
      << "#include <stddef.h>\n#include <stdint.h>\n\n"
      << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  writeSizes();
  for (const ModelInterface::Function &function : model.functions)
    writeFunction(function);
  writeTensors();
  writeServices();
  out << "\n#ifdef __cplusplus\n}\n#endif\n\n#endif /* " << macro << "_H */\n";
  return text;
}

std::string nnc::emitHeader(const ModelInterface &interface) {
  return HeaderWriter(interface).write();
}
