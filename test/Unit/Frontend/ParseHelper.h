//===- ParseHelper.h - parse a string, look at what came out --------------===//
//
// Shared by the front end's unit tests.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_FRONTEND_PARSEHELPER_H
#define NNC_TEST_UNIT_FRONTEND_PARSEHELPER_H

#include "nnc/Frontend/Text/Parser.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace nnc::test {

/// A parsed text and everything that was said about it.
struct Parsed {
  explicit Parsed(llvm::StringRef text) {
    file = parseFile(diags.addBuffer("test.nn", text), context, diags);
  }

  std::string dump() const {
    std::string text;
    llvm::raw_string_ostream os(text);
    ast::dump(*file, os);
    return text;
  }

  /// The messages as printed.
  std::string print() const {
    std::string text;
    llvm::raw_string_ostream os(text);
    diags.print(os);
    return text;
  }

  /// One line a message: "LINE:COLUMN: MESSAGE", notes with "note: " in front.
  std::string summarize() const {
    std::string text;
    llvm::raw_string_ostream os(text);
    auto add = [&](llvm::SMLoc loc, llvm::StringRef label,
                   llvm::StringRef message) {
      LineColumn place = diags.getLineColumn(loc);
      os << label << place.line << ':' << place.column << ": " << message
         << '\n';
    };
    for (const Diagnostic *diagnostic : diags.getSorted()) {
      add(diagnostic->loc, "", diagnostic->message);
      for (const Note &note : diagnostic->notes)
        add(note.loc, "note: ", note.message);
    }
    return text;
  }

  DiagnosticEngine diags;
  ast::Context context;
  ast::File *file;
};

} // namespace nnc::test

#endif // NNC_TEST_UNIT_FRONTEND_PARSEHELPER_H
