//===- ASTPrinter.cpp - the syntax tree as text ---------------------------===//
//
// Prints trees in the language's own form with every operator in parentheses
// and every `|>` resolved: what the parser understood, to be read by people and
// compared by tests.
//
//===----------------------------------------------------------------------===//
#include "nnc/Frontend/Text/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/raw_ostream.h"

using namespace nnc::ast;
using llvm::interleaveComma;
using llvm::raw_ostream;

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

StringRef nnc::ast::stringify(ElementType type) {
  static constexpr StringRef words[] = {"f16", "bf16", "f32", "f64", "i8",
                                        "i16", "i32",  "i64", "u8",  "bool"};
  return words[static_cast<unsigned>(type)];
}

StringRef nnc::ast::stringify(TypeKind kind) {
  static constexpr StringRef words[] = {
      "int",  "float", "bool",  "string", "list",         "pair",
      "axes", "fn",    "model", "tensor", "shaped tensor"};
  return words[static_cast<unsigned>(kind)];
}

StringRef nnc::ast::stringify(UnaryOp op) {
  return op == UnaryOp::Negate ? "-" : "not";
}

StringRef nnc::ast::stringify(BinaryOp op) {
  static constexpr StringRef words[] = {"or", "and", "==", "!=", "<", "<=",
                                        ">",  ">=",  "+",  "-",  "*", "/",
                                        "//", "%",   "@",  "**"};
  return words[static_cast<unsigned>(op)];
}

StringRef nnc::ast::stringify(FunctionKind kind) {
  static constexpr StringRef words[] = {"layer",      "model",     "entry",
                                        "step",       "optimizer", "schedule",
                                        "initializer"};
  return words[static_cast<unsigned>(kind)];
}

//===----------------------------------------------------------------------===//
// Trees
//===----------------------------------------------------------------------===//

namespace {
class Printer {
public:
  explicit Printer(raw_ostream &os) : os(os) {}

  void print(const Expr &expr);
  void print(const Decl &decl);

private:
  void print(const CallExpr &call);
  void print(const IndexItem &item);
  void print(const Type &type);
  void print(const Parameter &param);
  void print(const Stmt &stmt);
  void print(const IfStmt &stmt);
  void print(const ScanStmt &stmt);
  void print(const Block &block);

  template <typename List>
  void printList(const List &list) {
    interleaveComma(list, os, [&](const auto &item) { print(*item); });
  }
  void printNames(ArrayRef<Identifier> names) {
    interleaveComma(names, os, [&](auto &name) { os << name.name; });
  }
  void printString(StringRef value) {
    os << '"';
    llvm::printEscapedString(value, os);
    os << '"';
  }

  raw_ostream &os;
  unsigned indent = 0;
};
} // namespace

void Printer::print(const Expr &expr) {
  llvm::TypeSwitch<const Expr *>(&expr)
      .Case([&](const NameExpr *name) { os << name->name; })
      .Case([&](const StringExpr *string) { printString(string->value); })
      .Case([&](const ListExpr *list) {
        os << '[';
        printList(list->elements);
        os << ']';
      })
      .Case([&](const UnaryExpr *unary) {
        os << '(' << stringify(unary->op)
           << (unary->op == UnaryOp::Not ? " " : "");
        print(*unary->operand);
        os << ')';
      })
      .Case([&](const BinaryExpr *binary) {
        os << '(';
        print(*binary->lhs);
        os << ' ' << stringify(binary->op) << ' ';
        print(*binary->rhs);
        os << ')';
      })
      .Case([&](const CallExpr *call) { print(*call); })
      .Case([&](const IndexExpr *index) {
        print(*index->base);
        os << '[';
        interleaveComma(index->items, os, [&](auto &item) { print(item); });
        os << ']';
      })
      .Case([&](const MemberExpr *member) {
        print(*member->base);
        os << '.' << member->member.name;
      })
      .Case([&](const ErrorExpr *) { os << "<error>"; })
      .Default([&](const Expr *literal) { os << literal->getText(); });
}

void Printer::print(const CallExpr &call) {
  print(*call.callee);
  os << '(';
  interleaveComma(call.args, os, [&](const Argument &arg) {
    if (arg.keyword)
      os << arg.keyword.name << '=';
    print(*arg.value);
  });
  os << ')';
}

void Printer::print(const IndexItem &item) {
  if (item.kind == IndexItem::Ellipsis) {
    os << "...";
    return;
  }
  if (item.begin)
    print(*item.begin);
  if (item.kind == IndexItem::Single)
    return;
  os << ':';
  if (item.end)
    print(*item.end);
  if (item.step) {
    os << ':';
    print(*item.step);
  }
}

void Printer::print(const Type &type) {
  if (type.kind != TypeKind::ShapedTensor) {
    os << stringify(type.kind);
    return;
  }
  if (type.computed)
    print(*type.computed);
  else
    os << stringify(type.element);
  os << '[';
  printList(type.dims);
  os << ']';
}

void Printer::print(const Parameter &param) {
  os << param.name.name;
  if (param.type) {
    os << ": ";
    print(*param.type);
  }
  if (param.defaultValue) {
    os << " = ";
    print(*param.defaultValue);
  }
}

void Printer::print(const Block &block) {
  os << " {\n";
  indent += 2;
  for (const Stmt *stmt : block.stmts) {
    os.indent(indent);
    print(*stmt);
    os << '\n';
  }
  indent -= 2;
  os.indent(indent) << '}';
}

void Printer::print(const Stmt &stmt) {
  llvm::TypeSwitch<const Stmt *>(&stmt)
      .Case([&](const BindStmt *bind) {
        printNames(bind->targets);
        os << " = ";
        print(*bind->value);
      })
      .Case([&](const VariableStmt *variable) {
        os << (variable->isParam ? "param " : "state ");
        print(Parameter{variable->name, variable->type, variable->init});
      })
      .Case([&](const UpdateStmt *update) {
        os << update->target.name << " <- ";
        print(*update->value);
      })
      .Case([&](const RepeatStmt *repeat) {
        os << "repeat ";
        if (repeat->variable)
          os << repeat->variable.name << " in ";
        print(*repeat->over);
        print(repeat->body);
      })
      .Case([&](const IfStmt *branch) { print(*branch); })
      .Case([&](const ScanStmt *scan) { print(*scan); })
      .Case([&](const MinimizeStmt *minimize) {
        os << "minimize ";
        print(*minimize->loss);
        if (!minimize->over.empty()) {
          os << " over ";
          printList(minimize->over);
        }
        os << " with ";
        print(*minimize->optimizer);
      })
      .Case([&](const ReturnStmt *exit) {
        os << "return ";
        interleaveComma(exit->items, os, [&](const ReturnItem &item) {
          print(Parameter{item.name, nullptr, nullptr});
          os << (item.name ? " = " : "");
          print(*item.value);
        });
      });
}

void Printer::print(const IfStmt &stmt) {
  StringRef before = "if ";
  for (const IfBranch &branch : stmt.branches) {
    os << before;
    print(*branch.condition);
    print(branch.body);
    before = " else if ";
  }
  if (stmt.hasElse) {
    os << " else";
    print(stmt.elseBody);
  }
}

void Printer::print(const ScanStmt &stmt) {
  os << "scan ";
  interleaveComma(stmt.inputs, os, [&](const ScanInput &input) {
    os << input.name.name << " in ";
    print(*input.source);
  });
  os << " along ";
  print(*stmt.axis);
  if (!stmt.carried.empty()) {
    os << " carry ";
    printNames(stmt.carried);
  }
  print(stmt.body);
  if (stmt.collected.empty())
    return;
  os << " collect ";
  interleaveComma(stmt.collected, os, [&](const ScanOutput &output) {
    os << output.name.name << " as " << output.stacked.name;
  });
}

void Printer::print(const Decl &decl) {
  llvm::TypeSwitch<const Decl *>(&decl)
      .Case([&](const ConstDecl *constant) {
        os << "const " << constant->name.name << " = ";
        print(*constant->value);
      })
      .Case([&](const ImportDecl *import) {
        os << "import ";
        printString(import->path);
        if (import->alias)
          os << " as " << import->alias.name;
      })
      .Case([&](const FunctionDecl *function) {
        os << stringify(function->functionKind) << ' ' << function->name.name
           << '(';
        interleaveComma(function->params, os,
                        [&](const Parameter &param) { print(param); });
        os << ')';
        print(function->body);
      });
}

void nnc::ast::dump(const File &file, raw_ostream &os) {
  for (const Decl *decl : file.decls) {
    Printer(os).print(*decl);
    os << '\n';
  }
}

void nnc::ast::dump(const Expr &expr, raw_ostream &os) {
  Printer(os).print(expr);
}
