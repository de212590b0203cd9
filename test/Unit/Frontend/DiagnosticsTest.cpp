//===- DiagnosticsTest.cpp - order, places and form of messages -----------===//
//
// The printed form is the language's contract, so it is compared whole.
//
//===----------------------------------------------------------------------===//
#include "ParseHelper.h"
#include "gtest/gtest.h"
#include <cstdlib>

using namespace nnc;
using namespace nnc::test;
using llvm::SMLoc;
using llvm::StringRef;

namespace {
struct Source {
  explicit Source(StringRef text) : id(diags.addBuffer("digits.nn", text)) {}

  SMLoc at(StringRef needle) const {
    StringRef text = diags.getText(id);
    size_t offset = text.find(needle);
    EXPECT_NE(offset, StringRef::npos) << needle.str();
    return SMLoc::getFromPointer(text.data() + offset);
  }
  std::string print() const {
    std::string text;
    llvm::raw_string_ostream os(text);
    diags.print(os);
    return text;
  }

  DiagnosticEngine diags;
  unsigned id;
};
} // namespace

TEST(Diagnostics, PrintsPlaceLineCaretAndNotes) {
  Source source("w = f32[128, 10]\n  return linear_a(h) @ w\n");
  source.diags
      .error(source.at("@"), "matmul inner dimensions differ: 64 and 128")
      .attachNote(source.at("w ="), "'w' is f32[128, 10]");
  EXPECT_EQ(source.print(),
            "digits.nn:2:22: error: matmul inner dimensions differ: 64 and "
            "128\n"
            "  return linear_a(h) @ w\n"
            "                     ^\n"
            "digits.nn:1:1: note: 'w' is f32[128, 10]\n");
  EXPECT_TRUE(source.diags.hasErrors());
}

TEST(Diagnostics, WarningsAreNoErrors) {
  Source source("a = 1\n");
  source.diags.warning(source.at("a"), "'a' is not used");
  EXPECT_FALSE(source.diags.hasErrors());
  EXPECT_EQ(source.print(), "digits.nn:1:1: warning: 'a' is not used\n"
                            "a = 1\n"
                            "^\n"
                            "1 warning generated\n");
  // What has been printed is not printed again.
  source.diags.warning(source.at("1"), "another");
  EXPECT_EQ(source.print(), "digits.nn:1:5: warning: another\na = 1\n    ^\n"
                            "1 warning generated\n");
}

TEST(Diagnostics, CountsCharactersNotBytes) {
  Source source("s = \"größe\" ; x\n");
  source.diags.error(source.at("x"), "message");
  EXPECT_EQ(source.print(), "digits.nn:1:15: error: message\n"
                            "s = \"größe\" ; x\n"
                            "              ^\n");
}

TEST(Diagnostics, CaretStandsUnderWideCharactersAndTabs) {
  Source source("\ts = \"日本\" ; x\n");
  source.diags.error(source.at("x"), "message");
  EXPECT_EQ(source.print(), "digits.nn:1:13: error: message\n"
                            "\ts = \"日本\" ; x\n"
                            "\t             ^\n");
}

TEST(Diagnostics, ByteOrderMarkAndCarriageReturnDoNotCount) {
  Source source("\xEF\xBB\xBFx = 1\r\ny = 2\r\n");
  source.diags.error(source.at("x"), "first");
  source.diags.error(source.at("y"), "second");
  EXPECT_EQ(source.print(), "digits.nn:1:1: error: first\nx = 1\n^\n"
                            "digits.nn:2:1: error: second\ny = 2\n^\n");
}

TEST(Diagnostics, BytesThatAreNoTextAreMadeHarmless) {
  Source source("a\xFF\x1B[31m b\n");
  source.diags.error(source.at("b"), "message");
  EXPECT_EQ(source.print(), "digits.nn:1:9: error: message\n"
                            "a\uFFFD\uFFFD[31m b\n"
                            "        ^\n");
}

TEST(Diagnostics, LongLinesAreShownInPart) {
  Source source(std::string(5000, 'a') + "x" + std::string(5000, 'b') + "\n");
  source.diags.error(source.at("x"), "message");
  EXPECT_EQ(source.print(),
            "digits.nn:1:5001: error: message\n" + std::string(60, 'a') + "x" +
                std::string(59, 'b') + " ...\n" + std::string(60, ' ') + "^\n");
}

TEST(Diagnostics, SortsAndDropsDuplicates) {
  Source source("a\nb\n");
  unsigned second = source.diags.addBuffer("other.nn", "c\n");
  SMLoc c = SMLoc::getFromPointer(source.diags.getText(second).data());
  source.diags.error(c, "in the import");
  source.diags.error(source.at("b"), "later");
  source.diags.error(source.at("a"), "earlier");
  source.diags.warning(source.at("b"), "later");
  source.diags.error(source.at("b"), "later");
  source.diags.error(SMLoc(), "without a place");
  EXPECT_EQ(source.print(), "error: without a place\n"
                            "digits.nn:1:1: error: earlier\na\n^\n"
                            "digits.nn:2:1: error: later\nb\n^\n"
                            "digits.nn:2:1: warning: later\nb\n^\n"
                            "other.nn:1:1: error: in the import\nc\n^\n"
                            "1 warning generated\n");
}

TEST(Diagnostics, StopsAfterTwentyErrors) {
  std::string text(25, '\n');
  Source source(text);
  StringRef kept = source.diags.getText(source.id);
  for (unsigned i = 0; i < 25; ++i)
    source.diags.error(SMLoc::getFromPointer(kept.data() + i), "message");
  std::string printed = source.print();
  EXPECT_EQ(StringRef(printed).count("error: message"), 20u);
  EXPECT_TRUE(
      StringRef(printed).ends_with("too many errors: 5 more are not shown\n"));
}

TEST(Diagnostics, PlacesGoBothWays) {
  Source source("ab\nö = x\n");
  SMLoc x = source.at("x");
  LineColumn place = source.diags.getLineColumn(x);
  EXPECT_EQ(place.file, "digits.nn");
  EXPECT_EQ(place.line, 2u);
  EXPECT_EQ(place.column, 5u);
  EXPECT_EQ(source.diags.getLoc("digits.nn", 2, 5), x);
  EXPECT_FALSE(source.diags.getLoc("other.nn", 2, 5).isValid());
  EXPECT_FALSE(source.diags.getLoc("digits.nn", 9, 1).isValid());
  // Asking backwards does not go by the place asked for last.
  EXPECT_EQ(source.diags.getLineColumn(source.at("ö")).column, 1u);
  EXPECT_EQ(source.diags.getLineColumn(SMLoc()).line, 0u);
}

TEST(Diagnostics, NoColorInAString) {
  Source source("a\n");
  source.diags.error(source.at("a"), "message");
  EXPECT_EQ(source.print().find('\x1B'), std::string::npos);
}

TEST(Diagnostics, Suggests) {
  EXPECT_EQ(suggest("relo", {"tanh", "relu"}), "relu");
  EXPECT_EQ(suggest("ReLU", {"tanh", "relu"}), "relu");
  EXPECT_EQ(suggest("batchnorm", {"batch_norm", "layer_norm"}), "batch_norm");
  EXPECT_EQ(suggest("softmax", {"log_softmax", "tanh"}), "");
  EXPECT_EQ(suggest("x", {"y", "z"}), "");
  EXPECT_EQ(didYouMean("conv2", {"conv2d"}), "; did you mean 'conv2d'?");
  EXPECT_EQ(didYouMean("foo", {"conv2d"}), "");
}
