//===- Datum.h - what an expression evaluates to --------------------------===//
//
// Values of the language: compile-time ones and tensors.
//
// Evaluation is by interpretation: everything that is known when compiling is a
// plain value here, and only tensors are values of the graph. A poison value
// stands for one whose error has been reported; whatever is done with it is
// poison again, silently.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_FRONTEND_TEXT_SEMA_DATUM_H
#define NNC_LIB_FRONTEND_TEXT_SEMA_DATUM_H

#include "mlir/IR/Value.h"
#include "nnc/Frontend/Text/AST.h"
#include <memory>
#include <string>
#include <vector>

namespace nnc::sema {

class Datum;
struct FileScope;
struct Builtin;

/// How a model and what it calls is evaluated.
enum class CallMode : uint8_t {
  Plain,
  Frozen,   ///< Inference; parameters are cut off from gradients.
  Averaged, ///< The same, with the moving averages of the parameters.
};

/// Something that can be called.
struct Callee {
  const ast::FunctionDecl *decl = nullptr;
  FileScope *file = nullptr;
  const Builtin *builtin = nullptr;

  explicit operator bool() const { return decl || builtin; }
};

/// A function passed by name. One name may be a function and an initialiser
/// (`zeros`); which is meant shows where it is used.
struct FunctionValue {
  std::string name;
  Callee function;
  Callee initializer;
  /// Arguments given already, as in `weight_init=kaiming_normal(gain=1)`: by
  /// position (empty name) or by keyword.
  std::shared_ptr<const std::vector<std::pair<std::string, Datum>>> bound;
  /// Of `frozen(M)` and `averaged(M)`.
  CallMode mode = CallMode::Plain;
};

class Datum {
public:
  enum class Kind : uint8_t {
    Poison,
    None,
    Int,
    Float,
    Bool,
    String,
    List,
    Element,  ///< An element type: `x.dtype`, `f32`.
    Function, ///< A layer, model, function or initialiser.
    Path,     ///< `M`, `M.block_1`, `M.fc.weight`: parameters by name.
    Tensor,
    Tuple, ///< What a call returned that returns several.
  };
  using Elements = std::vector<Datum>;

  Datum() = default;
  static Datum none() { return Datum(Kind::None); }
  static Datum ofInt(int64_t value) {
    Datum datum(Kind::Int);
    datum.integer = value;
    return datum;
  }
  static Datum ofFloat(double value) {
    Datum datum(Kind::Float);
    datum.number = value;
    return datum;
  }
  static Datum ofBool(bool value) {
    Datum datum(Kind::Bool);
    datum.integer = value;
    return datum;
  }
  static Datum ofString(llvm::StringRef text) {
    Datum datum(Kind::String);
    datum.text = text.str();
    return datum;
  }
  static Datum ofPath(llvm::StringRef path) {
    Datum datum(Kind::Path);
    datum.text = path.str();
    return datum;
  }
  static Datum ofList(Elements elements) {
    int64_t weight = 1;
    for (const Datum &element : elements)
      weight = std::min<int64_t>(weight + element.getWeight(), INT32_MAX);
    Datum datum = ofElements(Kind::List, std::move(elements));
    datum.integer = weight;
    return datum;
  }
  static Datum ofTuple(Elements elements) {
    return ofElements(Kind::Tuple, std::move(elements));
  }
  static Datum ofInts(llvm::ArrayRef<int64_t> values) {
    Elements elements;
    for (int64_t value : values)
      elements.push_back(ofInt(value));
    return ofList(std::move(elements));
  }
  static Datum ofElement(mlir::Type type) {
    Datum datum(Kind::Element);
    datum.element = type;
    return datum;
  }
  static Datum ofFunction(FunctionValue function) {
    Datum datum(Kind::Function);
    datum.function = std::make_shared<FunctionValue>(std::move(function));
    return datum;
  }
  static Datum ofTensor(mlir::Value value) {
    Datum datum(Kind::Tensor);
    datum.tensor = value;
    return datum;
  }
  /// A tensor written with whole numbers only: beside another tensor it takes
  /// that one's element type, as a number does.
  static Datum ofLiteral(mlir::Value value) {
    Datum datum = ofTensor(value);
    datum.integer = 1;
    return datum;
  }

  Kind getKind() const { return kind; }
  bool isPoison() const { return kind == Kind::Poison; }
  bool isNone() const { return kind == Kind::None; }
  bool isInt() const { return kind == Kind::Int; }
  bool isFloat() const { return kind == Kind::Float; }
  bool isNumber() const { return isInt() || isFloat(); }
  bool isBool() const { return kind == Kind::Bool; }
  bool isString() const { return kind == Kind::String; }
  bool isList() const { return kind == Kind::List; }
  bool isElement() const { return kind == Kind::Element; }
  bool isFunction() const { return kind == Kind::Function; }
  bool isPath() const { return kind == Kind::Path; }
  bool isTensor() const { return kind == Kind::Tensor; }
  bool isLiteral() const { return isTensor() && integer != 0; }
  bool isTuple() const { return kind == Kind::Tuple; }

  int64_t getInt() const { return integer; }
  bool getBool() const { return integer != 0; }
  /// Of an int or a float.
  double getNumber() const { return isInt() ? double(integer) : number; }
  llvm::StringRef getString() const { return text; }
  /// How many values a list has at all levels; 1 for any other value. What
  /// walks lists takes this long, however much of them is shared.
  int64_t getWeight() const { return isList() ? integer : 1; }
  const Elements &getElements() const { return *elements; }
  mlir::Type getElement() const { return element; }
  const FunctionValue &getFunction() const { return *function; }
  mlir::Value getTensor() const { return tensor; }

  /// A list of ints only, as they are; nothing if there is anything else.
  std::optional<llvm::SmallVector<int64_t>> getInts() const;

  /// The value in the user's words: `3`, `"mean"`, `[1, 2]`, `f32[4, 2]`.
  std::string describe() const;
  /// With its kind: `the int 3`, `a tensor f32[4, 2]`, `none`.
  std::string describeKind() const;

private:
  explicit Datum(Kind kind) : kind(kind) {}
  static Datum ofElements(Kind kind, Elements elements) {
    Datum datum(kind);
    datum.elements = std::make_shared<const Elements>(std::move(elements));
    return datum;
  }

  Kind kind = Kind::Poison;
  int64_t integer = 0;
  double number = 0;
  std::string text;
  std::shared_ptr<const Elements> elements;
  std::shared_ptr<const FunctionValue> function;
  mlir::Type element;
  mlir::Value tensor;
};

} // namespace nnc::sema

#endif // NNC_LIB_FRONTEND_TEXT_SEMA_DATUM_H
