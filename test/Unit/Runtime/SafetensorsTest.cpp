//===- SafetensorsTest.cpp - Tests of weight files ------------------------===//
//
// Round trips, broken files, and what is said when a file and a model differ.
//
//===----------------------------------------------------------------------===//

#include "FakeModel.h"
#include "TestSupport.h"
#include "nnc/Runtime/Weights/Variables.h"

using namespace nnc::runtime;
using namespace nnc::runtime::test;

static Safetensors example() {
  Safetensors file;
  file.tensors.push_back(
      {"b", makeArray<uint8_t>(ElementType::U8, {3}, {1, 2, 3})});
  file.tensors.push_back({"w", floats({2, 1}, {1.5, -2})});
  file.tensors.push_back({"s", floats({}, {7})});
  file.metadata["epoch"] = "3";
  return file;
}

/// A file with this header and as many bytes of data.
static std::vector<std::byte> fileOf(const std::string &header, size_t data) {
  std::vector<std::byte> content;
  appendLittle<uint64_t>(content, header.size());
  append(content, header);
  content.resize(content.size() + data);
  return content;
}

TEST(Safetensors, RoundTrips) {
  std::vector<std::byte> content = formatSafetensors(example());
  EXPECT_EQ(content, formatSafetensors(example()));
  EXPECT_EQ(loadLittle<uint64_t>(content.data()) % 8, 0u);
  Safetensors back = parseSafetensors(content, "w");
  EXPECT_EQ(back.metadata.at("epoch"), "3");
  ASSERT_EQ(back.tensors.size(), 3u);
  EXPECT_EQ(back.find("w")->shape, (Shape{2, 1}));
  EXPECT_EQ(back.find("w")->at(1), -2);
  EXPECT_EQ(back.find("s")->shape, Shape{});
  EXPECT_EQ(back.find("b")->at(2), 3);
  EXPECT_EQ(back.find("q"), nullptr);
}

TEST(Safetensors, WidensBrainFloats) {
  std::vector<std::byte> content =
      fileOf(R"({"w":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}})", 2);
  content[content.size() - 1] = std::byte(0xc0);
  EXPECT_EQ(parseSafetensors(content, "w").find("w")->at(0), -2);
}

TEST(Safetensors, RefusesBrokenHeaders) {
  struct Case {
    std::string header;
    size_t data;
    std::string message;
  } cases[] = {
      {"", 0, "header"},
      {"[]", 0, "header"},
      {"{", 0, "header"},
      {"{\"a\":3}", 0, "tensor 'a'"},
      {std::string(100000, '['), 0, "header"},
      {R"({"a":{"dtype":"F32","shape":[1]}})", 4, "tensor 'a'"},
      {R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4,
       "tensor 'a'"},
      {R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4,
       "tensor 'a'"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}})", 4,
       "is it cut short"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4,
       "is it cut short"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4,
       "has 4 bytes"},
      {R"({"a":{"dtype":"F32","shape":[4611686018427387905],)"
       R"("data_offsets":[0,4]}})",
       4, "has 4 bytes"},
      {R"({"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}})", 4,
       "not supported"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 5,
       "1 bytes follow"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
       R"("b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})",
       6, "overlaps"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
       R"("b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})",
       12, "gap"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
       R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
       4, "stands twice"},
      {R"({"__metadata__":{"a":1}})", 0, "__metadata__"},
  };
  for (const Case &test : cases) {
    std::string message = errorOf([&] {
      parseSafetensors(fileOf(test.header, test.data), "w.safetensors");
    });
    EXPECT_NE(message.find(test.message), std::string::npos)
        << test.header.substr(0, 100) << " gives " << message;
  }
}

TEST(Safetensors, SurvivesCutsAndFlips) {
  std::vector<std::byte> content = formatSafetensors(example());
  auto parse = [](const std::vector<std::byte> &bytes) {
    parseSafetensors(bytes, "w");
  };
  expectEveryPrefixRefused(content, parse);
  EXPECT_GT(refusedFlips(content, parse), content.size());
}

TEST(Variables, SaveAndLoadGiveTheSameBits) {
  TemporaryFolder folder;
  Instance one(fakeModel(), 3), other(fakeModel(), 5);
  one.write(2, floats({3}, {0.1f, 0.2f, 0.3f}));
  saveVariables(one, folder / "w", Saved::WithSlots);
  testing::internal::CaptureStderr();
  loadVariables(other, folder / "w");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  for (size_t i = 0; i < fakeModel().tensor_count; ++i)
    EXPECT_EQ(one.read(i).bytes, other.read(i).bytes);
}

TEST(Variables, SaysWhatStartsFreshAndWhatIsLeftOut) {
  TemporaryFolder folder;
  Instance instance(fakeModel(), 3);
  Safetensors file = collectVariables(instance, Saved::Weights);
  file.tensors.erase(file.tensors.begin() + 2);
  file.tensors.push_back({"extra", floats({1}, {1})});
  std::string path = folder.write("w", formatSafetensors(file));
  testing::internal::CaptureStderr();
  loadVariables(instance, path);
  std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find(path + ": remark: has no state 'm.norm.mean', which "
                             "starts fresh\n"),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("has no optimiser slots 'optimizer.train.lr', "
                      "'optimizer.train.t' and 'optimizer.train.reported'"),
            std::string::npos);
  EXPECT_NE(said.find("the model has no 'extra', which is left out"),
            std::string::npos);
}

TEST(Variables, RefusesMissingParametersAndWrongShapes) {
  TemporaryFolder folder;
  Instance instance(fakeModel(), 3);
  Array before = instance.read(0);
  Safetensors file;
  file.tensors.push_back({"m.fc.weights", floats({1, 3}, {1, 2, 3})});
  std::string path = folder.write("w", formatSafetensors(file));
  EXPECT_EQ(errorOf([&] { loadVariables(instance, path); }),
            path + ": parameters 'm.fc.weight' and 'm.fc.bias' are missing; "
                   "it has 'm.fc.weights' instead");
  file.tensors[0].name = "m.fc.weight";
  file.tensors.push_back({"m.fc.bias", floats({2}, {1, 2})});
  path = folder.write("w", formatSafetensors(file));
  EXPECT_EQ(errorOf([&] { loadVariables(instance, path); }),
            path + ": tensor 'm.fc.bias' is f32[2], and the model's is f32[1]");
  EXPECT_EQ(instance.read(0).bytes, before.bytes);
}
