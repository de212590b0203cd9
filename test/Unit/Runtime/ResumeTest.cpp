//===- ResumeTest.cpp - Tests of what a training run decides by -----------===//
//
// Checkpoints, validation, keeping the best, stopping early, alternation.
//
//===----------------------------------------------------------------------===//

#include "FakeModel.h"
#include "TestSupport.h"
#include "nnc/Runtime/Commands.h"
#include "nnc/Runtime/Data/Npz.h"
#include "nnc/Runtime/Plot.h"
#include "nnc/Runtime/TrainLoop.h"
#include "nnc/Runtime/Weights/Variables.h"
#include <cmath>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

using namespace nnc::runtime;
using namespace nnc::runtime::test;

namespace {
class Resume : public testing::Test {
protected:
  Resume() { options.data = writeData("d.npz", 42); }

  std::string writeData(const std::string &name, int rows) {
    std::vector<float> x, t;
    for (int row = 0; row < rows; ++row) {
      float a = std::sin(row * 1.3f), b = std::cos(row * 2.1f),
            c = std::sin(row * 0.7f + 1);
      x.insert(x.end(), {a, b, c});
      t.push_back(2 * a - b + c / 2 + 3 + std::sin(row * 37.f));
    }
    return folder.write(name, formatNpz({{"x", floats({rows, 3}, x)},
                                         {"t", floats({rows}, t)}}));
  }

  /// Trains until `calls` questions whether to stop were asked; all the way
  /// if negative. Writes the checkpoint if it ended early.
  bool train(int calls, const std::string &checkpoint) {
    testing::internal::CaptureStderr();
    TrainLoop loop(fakeModel(), options);
    loop.run([&] { return calls-- == 0; });
    if (!loop.isFinished())
      loop.writeCheckpoint(checkpoint);
    else
      loop.saveWeights(folder / "w.safetensors");
    last = loop.position();
    history = loop.history();
    all =
        formatSafetensors(collectVariables(loop.instance(), Saved::WithSlots));
    said = testing::internal::GetCapturedStderr();
    return loop.isFinished();
  }

  /// The log without the seconds.
  std::string logged() {
    std::string text, line;
    std::ifstream file(options.log);
    while (std::getline(file, line)) {
      nlohmann::ordered_json object = nlohmann::ordered_json::parse(line);
      object.erase("seconds");
      text += object.dump() + "\n";
    }
    return text;
  }
  std::string refused(ExitStatus status) {
    testing::internal::CaptureStderr();
    std::string message =
        errorOf([&] { TrainLoop loop(fakeModel(), options); }, status);
    testing::internal::GetCapturedStderr();
    return message;
  }

  TemporaryFolder folder;
  TrainOptions options;
  TrainPosition last;
  std::vector<EpochRecord> history;
  std::vector<std::byte> all;
  std::string said;
};
} // namespace

TEST_F(Resume, GivesTheSameBitsWhereverItStops) {
  options.split = 0.25;
  options.seed = 7;
  options.epochs = 6;
  options.step = "train:3,shift:2";
  options.metrics = {"r2(y,t)"};
  options.plateau = "r2";
  options.keepBest = "evaluate.loss";
  options.earlyStop = "r2(y,t):2";
  options.log = folder / "l.jsonl";
  options.logEvery = 5;
  ASSERT_TRUE(train(-1, ""));
  std::vector<std::byte> wanted = all,
                         weights = readFile(folder / "w.safetensors");
  std::string wantedLog = logged();
  size_t epochs = history.size();
  std::mt19937 random(1);
  std::string checkpoint = folder / "c";
  for (int turn = 0; turn < 100; ++turn) {
    options.resume.clear();
    options.seed = 7;
    options.split = 0.25;
    // Several stops in one run; a step at a time now and then.
    int stops = 0;
    while (!train(turn == 0 ? 0 : random() % 60, checkpoint)) {
      ++stops;
      options.resume = checkpoint;
      // What the checkpoint knows need not be said again.
      options.seed = 0;
      options.split = 0;
    }
    ASSERT_EQ(all, wanted) << "turn " << turn;
    ASSERT_EQ(readFile(folder / "w.safetensors"), weights);
    ASSERT_EQ(logged(), wantedLog);
    ASSERT_EQ(history.size(), epochs);
    if (turn == 0) {
      EXPECT_GT(stops, 10);
    }
  }
}

TEST_F(Resume, GoesBackToTheLastCheckpointAfterAKill) {
  options.epochs = 4;
  options.log = folder / "l.jsonl";
  options.checkpoint = folder / "c";
  options.every = 7;
  ASSERT_TRUE(train(-1, ""));
  std::vector<std::byte> wanted = all;
  std::string wantedLog = logged();
  // Nothing is written at the end, as if the process was killed: the log is
  // ahead of the checkpoint.
  options.checkpoint = folder / "k";
  testing::internal::CaptureStderr();
  {
    TrainLoop loop(fakeModel(), options);
    int calls = 26;
    loop.run([&] { return --calls == 0; });
    EXPECT_EQ(loop.position().step, 24);
  }
  testing::internal::GetCapturedStderr();
  options.resume = options.checkpoint;
  EXPECT_EQ(readCheckpoint(options.resume).state.at.step, 21);
  ASSERT_TRUE(train(-1, ""));
  EXPECT_EQ(all, wanted);
  EXPECT_EQ(logged(), wantedLog);
  EXPECT_EQ(said.substr(said.find('\n') + 1, 42),
            "remark: resumes in epoch 2 after step 21\ne");
  // More epochs go on where fewer ended.
  options.epochs = 5;
  options.resume = folder / "c";
  ASSERT_TRUE(train(-1, ""));
  EXPECT_EQ(history.size(), 5u);
}

TEST_F(Resume, ACheckpointIsWhole) {
  // A child writes checkpoints without end and is killed in the midst of one.
  options.epochs = 1'000'000;
  options.checkpoint = folder / "c";
  options.every = 1;
  for (int turn = 0; turn < 20; ++turn) {
    pid_t child = ::fork();
    if (child == 0) {
      std::freopen("/dev/null", "w", stderr);
      TrainLoop loop(fakeModel(), options);
      loop.run([] { return false; });
      std::_Exit(0);
    }
    ASSERT_GT(child, 0);
    for (int wait = 0; wait < 2000; ++wait) {
      ::usleep(1000);
      if (std::filesystem::exists(options.checkpoint))
        break;
    }
    ::usleep(500 + 731 * turn);
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    Checkpoint checkpoint = readCheckpoint(options.checkpoint);
    EXPECT_EQ(checkpoint.variables.size(), fakeModel().tensor_count);
    options.resume = options.checkpoint;
  }
}

TEST_F(Resume, RefusesOtherRuns) {
  options.epochs = 2;
  std::string path = folder / "c";
  ASSERT_FALSE(train(5, path));
  options.resume = path;
  TrainOptions good = options;
  auto with = [&](auto change, ExitStatus status = ExitWrongInput) {
    options = good;
    change();
    return refused(status);
  };
  EXPECT_EQ(with([&] { options.seed = 3; }, ExitWrongUsage),
            "--seed 3: the checkpoint '" + path + "' was made with --seed 0");
  EXPECT_EQ(with([&] { options.split = .5; }, ExitWrongUsage),
            "--split 0.5: the checkpoint '" + path +
                "' was made with --split 0");
  EXPECT_EQ(with([&] { options.batch = 2; }),
            path + ": the run that was stopped had batches of 4, and this one "
                   "of 2");
  EXPECT_EQ(with([&] { options.step = "shift"; }),
            path + ": the run that was stopped had --step train, and this one "
                   "has shift");
  EXPECT_EQ(with([&] { options.shuffle = false; }),
            path + ": the run that was stopped had no --no-shuffle, and this "
                   "one has it");
  EXPECT_EQ(with([&] { options.data = writeData("e.npz", 20); }),
            path + ": the run that was stopped had 42 samples, and this one "
                   "has 20");
  EXPECT_EQ(with([&] { options.resume = folder / "no"; }),
            (folder / "no") + ": cannot open: No such file or directory");
}

TEST_F(Resume, RefusesBrokenCheckpoints) {
  options.epochs = 2;
  std::string path = folder / "c";
  ASSERT_FALSE(train(5, path));
  std::vector<std::byte> content = readFile(path);
  auto read = [&](Bytes bytes) {
    writeFile(folder / "b", bytes);
    readCheckpoint(folder / "b");
  };
  for (size_t length = 0; length < content.size(); length += 61)
    EXPECT_THROW(read(Bytes(content).subspan(0, length)), Error);
  Safetensors file = parseSafetensors(content, path);
  options.resume = folder / "b";
  auto changed = [&](const std::string &key, const std::string &value) {
    Safetensors other = file;
    other.metadata[key] = value;
    if (value.empty())
      other.metadata.erase(key);
    writeFile(options.resume, formatSafetensors(other));
    return refused(ExitWrongInput);
  };
  std::string corrupt = options.resume + ": corrupt checkpoint: ";
  EXPECT_EQ(changed("epoch", "x"), corrupt + "'epoch'");
  EXPECT_EQ(changed("position", "-1"), corrupt + "'position'");
  EXPECT_EQ(changed("position", "99"), corrupt + "'running'");
  EXPECT_EQ(changed("running", "24 1 2\n"), corrupt + "'running'");
  EXPECT_EQ(changed("running", "24 q\n"), corrupt + "'running'");
  EXPECT_EQ(changed("history", "{"), corrupt + "'history'");
  EXPECT_EQ(changed("step", ""),
            options.resume + ": is no checkpoint: its metadata has no 'step'");
  EXPECT_EQ(changed("format", ""),
            options.resume +
                ": is no checkpoint: weights alone are given with --weights");
  Safetensors other = file;
  other.tensors[0].name = "else";
  writeFile(options.resume, formatSafetensors(other));
  EXPECT_EQ(refused(ExitWrongInput),
            options.resume + ": is of another model: 'else' of f32[1, 3]");
  other.tensors.pop_back();
  writeFile(options.resume, formatSafetensors(other));
  EXPECT_EQ(refused(ExitWrongInput),
            options.resume +
                ": is of another model: it has 6 variables, and the model 7");
}

TEST_F(Resume, AWeightsFileMayBeACheckpoint) {
  options.epochs = 2;
  options.keepBest = "loss";
  ASSERT_FALSE(train(15, folder / "c"));
  Instance one(fakeModel(), 0), two(fakeModel(), 1);
  testing::internal::CaptureStderr();
  loadVariables(two, folder / "c");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(formatSafetensors(collectVariables(two, Saved::WithSlots)), all);
}

TEST_F(Resume, EvaluatesExactlyByRows) {
  // 11 rows in batches of four: the mean over all rows, not over batches.
  options.epochs = 1;
  options.validation = writeData("v.npz", 11);
  options.metrics = {"mse(y,t)"};
  ASSERT_TRUE(train(-1, ""));
  ASSERT_EQ(history[0].values.size(), 4u);
  EXPECT_EQ(history[0].values[1].first, "evaluate.loss");
  EXPECT_NEAR(history[0].values[1].second, history[0].values[2].second, 1e-6);
  // Without validation data it is run where it is asked for.
  options.validation.clear();
  ASSERT_TRUE(train(-1, ""));
  EXPECT_EQ(history[0].values[1].first, "mse(y,t)");
  options.evaluate = "evaluate";
  ASSERT_TRUE(train(-1, ""));
  EXPECT_EQ(history[0].values[1].first, "evaluate.loss");
  options.evaluate = "predict";
  EXPECT_EQ(refused(ExitWrongUsage),
            "--evaluate predict: the entry returns no floating scalar");
  options.evaluate = "no";
  EXPECT_EQ(refused(ExitWrongUsage), "there is no entry 'no'; the model has "
                                     "'predict', 'classify' and 'evaluate'");
}

TEST_F(Resume, AlternatesSteps) {
  options.step = "train:5,shift:2";
  options.epochs = 2;
  fakeCalls() = {};
  ASSERT_TRUE(train(-1, ""));
  // 42 rows: 10 batches, as `shift` takes no batch of 2; calls 0-4, 7-11 and
  // 14-18 are of `train`.
  EXPECT_EQ(last.step, 20);
  EXPECT_EQ(fakeCalls().ofFour, 15);
  EXPECT_EQ(fakeCalls().ofTwo, 0);
  EXPECT_EQ(history[0].values[0].first, "train.loss");
  EXPECT_EQ(history[0].values[1].first, "shift.loss");
  EXPECT_EQ(history[0].values[2].first, "train.lr");
  for (const char *text :
       {"", "train:", "train:0", "train:x", "train,", ":2"}) {
    options.step = text;
    EXPECT_EQ(
        refused(ExitWrongUsage),
        fmt::format("--step: expected NAME or NAME:CALLS,…, found '{}'", text));
  }
  options.step = "train,train:2";
  EXPECT_EQ(refused(ExitWrongUsage), "--step names 'train' twice");
  options.step = "train,shift";
  options.batch = 2;
  EXPECT_EQ(refused(ExitWrongUsage),
            "--batch 2: step 'shift' is compiled for batches of 4");
}

TEST_F(Resume, KeepsTheBestAndStopsEarly) {
  // `shift` alone moves towards the last batch's mean, so that its loss goes
  // up and down.
  options.step = "shift";
  options.epochs = 50;
  options.keepBest = "loss";
  options.earlyStop = "loss:3";
  ASSERT_TRUE(train(-1, ""));
  size_t best = 0;
  for (size_t i = 0; i < history.size(); ++i)
    if (history[i].values[0].second < history[best].values[0].second)
      best = i;
  EXPECT_LT(history.size(), 50u);
  EXPECT_EQ(history.size(), best + 4);
  EXPECT_NE(said.find("remark: stopped early: loss was best 3 epochs ago\n"),
            std::string::npos);
  EXPECT_NE(
      said.find(fmt::format("remark: keeps epoch {}, whose loss of", best + 1)),
      std::string::npos);
  Safetensors kept = parseSafetensors(readFile(folder / "w.safetensors"), "w");
  options.earlyStop.clear();
  options.keepBest.clear();
  options.epochs = best + 1;
  ASSERT_TRUE(train(-1, ""));
  Safetensors then = parseSafetensors(readFile(folder / "w.safetensors"), "w");
  EXPECT_EQ(formatSafetensors(kept), formatSafetensors(then));

  options.keepBest = "lost";
  EXPECT_EQ(refused(ExitWrongUsage),
            "--keep-best: there is no value 'lost'; an epoch has 'loss'");
  options.keepBest = "confusion";
  options.metrics = {"confusion(y,t)"};
  EXPECT_EQ(refused(ExitWrongUsage),
            "--keep-best: 'confusion(y,t)' is a table, not a number");
  options.keepBest.clear();
  for (const char *text : {"loss", "loss:", "loss:0", "loss:x", ":3"}) {
    options.earlyStop = text;
    EXPECT_EQ(
        refused(ExitWrongUsage),
        fmt::format("--early-stop: expected METRIC:PATIENCE, the patience "
                    "in epochs, found '{}'",
                    text));
  }
}

TEST_F(Resume, WatchesInTheRightDirection) {
  std::vector<ValueName> values = {{"evaluate.loss", "loss", Better::Smaller},
                                   {"r2(y,t)", "r2", Better::Greater},
                                   {"loss", "loss", Better::Smaller}};
  Watch r2("--keep-best", "r2", values), loss("--keep-best", "loss", values);
  EXPECT_EQ(r2.key(), "r2(y,t)");
  // The step's own value has the name itself.
  EXPECT_EQ(loss.key(), "loss");
  EXPECT_TRUE(r2.isBetter(2, 1.));
  EXPECT_FALSE(r2.isBetter(1, 1.));
  EXPECT_TRUE(loss.isBetter(1, 2.));
  EXPECT_FALSE(loss.isBetter(NAN, 2.));
  EXPECT_TRUE(loss.isBetter(NAN, std::nullopt));
  EXPECT_TRUE(loss.isBetter(1, NAN));
  EXPECT_EQ(betterByName("top_k_accuracy"), Better::Greater);
  EXPECT_EQ(betterByName("perplexity"), Better::Smaller);
}

TEST_F(Resume, ReportsToSchedules) {
  options.epochs = 1;
  options.plateau = "loss";
  testing::internal::CaptureStderr();
  TrainLoop loop(fakeModel(), options);
  loop.run([] { return false; });
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(loop.instance().read(6).at(0),
            static_cast<float>(loop.history()[0].values[0].second));
}

TEST_F(Resume, MapsNames) {
  Safetensors file;
  file.tensors = {{"old.fc.weight", floats({1, 3}, {1, 2, 3})},
                  {"b", floats({1}, {4})}};
  options.weights = folder.write("w", formatSafetensors(file));
  options.map = {"old=m", "b=m.fc.bias"};
  testing::internal::CaptureStderr();
  TrainLoop loop(fakeModel(), options);
  EXPECT_EQ(loop.instance().read(0).at(2), 3);
  EXPECT_EQ(loop.instance().read(1).at(0), 4);
  testing::internal::GetCapturedStderr();
  options.map = {"ol=m"};
  EXPECT_EQ(refused(ExitWrongInput),
            options.weights + ": has no 'ol', which --map renames");
  for (const char *text : {"ol", "=m", "ol="}) {
    options.map = {text};
    EXPECT_EQ(refused(ExitWrongUsage),
              fmt::format("--map: expected OLD=NEW, found '{}'", text));
  }
  // The longest name counts, whatever the order.
  options.map = {"old=q", "old.fc=m.fc", "b=m.fc.bias"};
  testing::internal::CaptureStderr();
  TrainLoop second(fakeModel(), options);
  EXPECT_EQ(second.instance().read(0).at(2), 3);
  testing::internal::GetCapturedStderr();
}

TEST_F(Resume, Plots) {
  options.epochs = 3;
  options.metrics = {"r2(y,t)"};
  ASSERT_TRUE(train(-1, ""));
  history[1].values[0].second = NAN;
  writePlot(folder / "p.svg", "a<b", history);
  std::vector<std::byte> svg = readFile(folder / "p.svg");
  std::string text(reinterpret_cast<const char *>(svg.data()), svg.size());
  EXPECT_NE(text.find("a&lt;b"), std::string::npos);
  EXPECT_NE(text.find("r2(y,t)"), std::string::npos);
  EXPECT_EQ(text.find("nan"), std::string::npos);
  writePlot(folder / "p.png", "title", history);
  std::vector<std::byte> png = readFile(folder / "p.png");
  EXPECT_EQ(std::string(reinterpret_cast<const char *>(png.data()) + 1, 3),
            "PNG");
  EXPECT_EQ(errorOf([] { checkPlotPath("p.jpg"); }, ExitWrongUsage),
            "--plot p.jpg: expected .svg or .png");
}
