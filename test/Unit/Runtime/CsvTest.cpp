//===- CsvTest.cpp - Tests of CSV tables ----------------------------------===//
//
// Quoting, numbers, the columns that feed inputs, and broken tables.
//
//===----------------------------------------------------------------------===//

#include "TestSupport.h"
#include "nnc/Runtime/Data/CsvSource.h"

using namespace nnc::runtime;
using namespace nnc::runtime::test;

static CsvTable table(std::string_view text) {
  return CsvTable(bytesOf(text), "d.csv");
}

static Port port(const std::string &name, Shape shape,
                 ElementType type = ElementType::F32) {
  Port result;
  result.name = name;
  result.shape = std::move(shape);
  result.type = type;
  return result;
}

TEST(Csv, ReadsQuotesBlankLinesAndByteOrderMark) {
  CsvTable csv = table("\xef\xbb\xbf"
                       "\"a \"\"b\"\"\",c, d \r\n1,\"2\",\"x,\ny\"\r\n\n"
                       "+3, -4e0 ,z");
  EXPECT_EQ(csv.header(), (std::vector<std::string>{"a \"b\"", "c", "d"}));
  ASSERT_EQ(csv.rows(), 2);
  Array values = csv.read({0, 1}, ElementType::F32);
  EXPECT_EQ(values.at(0), 1);
  EXPECT_EQ(values.at(1), 2);
  EXPECT_EQ(values.at(2), 3);
  EXPECT_EQ(values.at(3), -4);
}

TEST(Csv, ReadsIntegers) {
  Array values =
      table("i\n9007199254740993\n3.0\n1e3\n").read({0}, ElementType::I64);
  EXPECT_EQ(values.data<int64_t>()[0], 9007199254740993);
  EXPECT_EQ(values.data<int64_t>()[1], 3);
  EXPECT_EQ(values.data<int64_t>()[2], 1000);
}

TEST(Csv, RefusesBrokenTables) {
  struct Case {
    std::string text, message;
  } cases[] = {
      {"", "d.csv: is empty: expected a header row"},
      {"a,b\n1,2\n3\n", "d.csv:3:2: this row has 1 cells, the header 2"},
      {"a,b\n1,2,3\n",
       "d.csv:2:5: this row has more cells than the header's 2"},
      {"a,a\n", "d.csv:1:3: two columns are called 'a'"},
      {"a,b\n1,\"2\n", "d.csv:2:3: this quote is never closed"},
      {"a,b\n1,\"2\"3\n", "d.csv:2:6: expected ',' after a quoted cell"},
      {"a,b\n1,x\n", "d.csv:2:3: column 'b': 'x' is no number"},
      {"a,b\nä1,5\n", "d.csv:2:1: column 'a': 'ä1' is no number"},
      {"ä,b\n1,5\n1,q\n", "d.csv:3:3: column 'b': 'q' is no number"},
      {"a,b\n1,\n", "d.csv:2:3: column 'b' has an empty cell"},
      {"a,b\n1,nan\n", "d.csv:2:3: column 'b': 'nan' is no finite number"},
      {"a,b\n1,-inf\n", "d.csv:2:3: column 'b': '-inf' is no finite number"},
      {"a,b\n1,1e39\n", "d.csv:2:3: column 'b': 1e39 is no float32"},
      {"a,b\n1,1 2\n", "d.csv:2:3: column 'b': '1 2' is no number"},
  };
  for (const Case &test : cases)
    EXPECT_EQ(errorOf([&] { table(test.text).read({0, 1}, ElementType::F32); }),
              test.message);
  EXPECT_EQ(errorOf([] { table("i\n1\n2.5\n").read({0}, ElementType::I32); }),
            "d.csv:3:1: column 'i': 2.5 is no int32");
  EXPECT_EQ(errorOf([] { table("i\n300\n").read({0}, ElementType::U8); }),
            "d.csv:2:1: column 'i': 300 is no uint8");
}

TEST(Csv, SurvivesCutsAndFlips) {
  std::vector<std::byte> content =
      bytesOf("a,\"b\"\"c\"\n1,2\n\"3\",4e1\n,-5\n");
  auto parse = [](const std::vector<std::byte> &bytes) {
    CsvTable(bytes, "d.csv").read({0}, ElementType::F32);
  };
  refusedFlips(content, parse);
  for (size_t length = 0; length < content.size(); ++length)
    refusedFlips({content.begin(), content.begin() + length}, parse);
}

TEST(CsvSource, FindsColumnsByName) {
  TemporaryFolder folder;
  std::string path = folder.write("d.csv", "id,x0,x1,t,u_0,u_1\np,1,2,3,4,5\n");
  CsvSource source(path, {});
  EXPECT_EQ(source.find(port("x", {-1, 2}))->shape, (Shape{1, 2}));
  EXPECT_EQ(source.find(port("u", {4, 2}))->at(1), 5);
  EXPECT_EQ(source.find(port("t", {4, 1}))->shape, (Shape{1, 1}));
  EXPECT_EQ(source.find(port("t", {4}))->shape, (Shape{1}));
  EXPECT_FALSE(source.find(port("x", {4, 3})));
  EXPECT_FALSE(source.find(port("t", {})));
  EXPECT_FALSE(source.find(port("v", {4})));
}

TEST(CsvSource, FollowsColumnMap) {
  TemporaryFolder folder;
  std::string path = folder.write("d.csv", "age,bmi,s6,target\n1,2,3,4\n");
  CsvSource source(path, parseColumns("x=age:s6,t=target,z=target+age:bmi"));
  Array z = *source.find(port("z", {2, 3}));
  EXPECT_EQ(z.at(0), 4);
  EXPECT_EQ(z.at(1), 1);
  EXPECT_EQ(z.at(2), 2);
  EXPECT_EQ(source.find(port("x", {2, 3}))->at(2), 3);
  EXPECT_EQ(errorOf([&] { source.find(port("x", {2, 4})); }),
            path + ": --columns gives input 'x' 3 columns, and f32[N, 4] "
                   "takes 4");
  EXPECT_EQ(errorOf([&] {
              CsvSource(path, parseColumns("t=q")).find(port("t", {2}));
            }),
            path + ": there is no column 'q', which --columns names for 't'; "
                   "the header has age, bmi, s6, target");
  EXPECT_EQ(errorOf([&] {
              CsvSource(path, parseColumns("x=s6:age")).find(port("x", {2, 3}));
            }),
            path + ": the columns 's6:age' stand in the other order in the "
                   "header");
  for (const char *wrong : {"x", "=a", "x=", "x=a,x=b", "x=a,,t=b"})
    errorOf([&] { parseColumns(wrong); }, ExitWrongUsage);
}

TEST(Csv, Writes) {
  EXPECT_EQ(formatCsv({{"y", floats({2, 1}, {1.5, -2})},
                       {"p,q", floats({2, 2}, {1, 2, 3, 4})}}),
            "y,\"p,q0\",\"p,q1\"\n1.5,1,2\n-2,3,4\n");
  EXPECT_EQ(formatCsv({{"loss", floats({}, {0.5})}, {"err", floats({}, {2})}}),
            "loss,err\n0.5,2\n");
}
