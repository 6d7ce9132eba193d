// Programs as evaluators: the protocol, and everything that a program can do wrong.
#include "manager/command_evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT: kill
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "core/child_process.h"
#include "study_samples.h"

namespace planwise {
namespace {

using manager::command_evaluator;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class CommandEvaluator : public ::testing::Test {
 protected:
  planwise::testing::TempFolder folder;

  /// A shell script that can be run.
  std::string script(const std::string& text, const std::string& name = "evaluate") {
    const std::filesystem::path file = folder / name;
    std::ofstream(file) << "#!/bin/sh\n" << text << '\n';
    ::chmod(file.c_str(), 0700);
    return file.string();
  }
  static EvaluatorChoice choice(std::vector<std::string> command) {
    EvaluatorChoice choice;
    choice.kind = EvaluatorChoice::Kind::command;
    choice.command = std::move(command);
    choice.timeout_seconds = 20;
    return choice;
  }
  static EvaluatorRequest request() {
    EvaluatorRequest request;
    request.levers = Json::parse(R"({"cola_rate": 0.03})");
    request.first_year = 2025;
    request.last_year = 2027;
    request.target_year = 2026;
    request.seed = 18446744073709551615U;
    return request;
  }
  static EvaluatorTerms ask(const EvaluatorChoice& choice, const std::atomic<bool>& stop = going_on()) {
    return command_evaluator(choice)(request(), EvaluationControl(stop));
  }
  std::string error_of(const std::string& text) {
    return study_error([&] { (void)ask(choice({script(text)})); });
  }
  std::string content(const std::string& name) {
    std::ifstream file(folder / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static double seconds(auto&& call) {
    const auto begin = std::chrono::steady_clock::now();
    call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
};

TEST_F(CommandEvaluator, QuestionGoesInAndTermsComeOut) {
  const std::string program = script("cat > " + (folder / "asked").string() + R"(
echo "$1" > )" + (folder / "argument").string() +
                                     R"(
echo '{"cost": 700.5, "equity": 1, "targets": 1e-4, "figures": {"churn": 0.1}, "more": "ignored"}')");
  const EvaluatorTerms terms = ask(choice({program, "a b; $(echo no shell)"}));
  EXPECT_EQ(terms.cost, 700.5);
  EXPECT_EQ(terms.equity, 1);
  EXPECT_EQ(terms.targets, 1e-4);
  EXPECT_EQ(terms.figures.at("churn"), 0.1);
  EXPECT_EQ(content("argument"), "a b; $(echo no shell)\n");
  const Json asked = Json::parse(content("asked"));
  EXPECT_EQ(asked.at("levers"), Json::parse(R"({"cola_rate": 0.03})"));
  EXPECT_EQ(asked.at("years"), Json::parse("[2025, 2026, 2027]"));
  EXPECT_EQ(asked.at("target_year"), Json(2026));
  EXPECT_EQ(asked.at("seed").as_big_integer().digits, "18446744073709551615");
  EXPECT_EQ(asked.at("evaluation").as_string().size(), 16U);
}

TEST_F(CommandEvaluator, RubbishIsNamed) {
  EXPECT_THAT(error_of("echo hello world"),
              AllOf(HasSubstr("io: '"), HasSubstr("answered 'hello world', which is no JSON")));
  EXPECT_THAT(error_of("echo '[1]'"), HasSubstr("answered '[1]'; an object with cost, equity and targets is needed"));
  EXPECT_THAT(error_of("true"), HasSubstr("answered ''"));
  EXPECT_THAT(error_of(R"(echo '{"cost": 1, "equity": 2}')"),
              HasSubstr("answered without 'targets': '{\"cost\": 1, \"equity\": 2}'"));
  EXPECT_THAT(error_of(R"(echo '{"cost": NaN, "equity": 2, "targets": 0}')"),
              HasSubstr("answered 'cost' = '\"NaN\"'; a finite number"));
  EXPECT_THAT(error_of(R"(echo '{"cost": "1", "equity": 2, "targets": 0}')"), HasSubstr("answered 'cost'"));
  EXPECT_THAT(error_of(R"(echo '{"cost": 1e999, "equity": 2, "targets": 0}')"), HasSubstr("io: "));
  EXPECT_THAT(error_of(R"(echo '{"cost": 1, "equity": 2, "targets": 0, "figures": {"x": null}}')"),
              HasSubstr("'x' = 'null'"));
  EXPECT_THAT(error_of("head -c 100 /dev/urandom"), HasSubstr("io: "));
}

TEST_F(CommandEvaluator, FailureIsToldWithTheEndOfStderr) {
  EXPECT_THAT(error_of("echo first >&2; echo 'no such table' >&2; exit 3"),
              AllOf(HasSubstr("ended with status 3; stderr ends with: first\nno such table")));
  EXPECT_THAT(error_of("kill -SEGV $$"), HasSubstr("was ended by signal 11; it wrote nothing on stderr"));
  EXPECT_THAT(error_of("seq 1 100000 >&2; exit 1"), AllOf(HasSubstr("99999\n100000"), Not(HasSubstr("\n50000\n"))));
  EXPECT_THAT(study_error([] { (void)ask(choice({"no-such-program-anywhere"})); }),
              HasSubstr("not_found: there is no program"));
  std::ofstream(folder / "plain") << "x";
  EXPECT_THAT(study_error([&] { (void)ask(choice({(folder / "plain").string()})); }), HasSubstr("denied: "));
}

TEST_F(CommandEvaluator, HangingProgramIsEndedWithItsChildren) {
  const std::string program = script("sleep 100 & echo $! > " + (folder / "child").string() + "; wait");
  EvaluatorChoice asked = choice({program});
  asked.timeout_seconds = 0.5;
  std::string error;
  EXPECT_LT(seconds([&] { error = study_error([&] { (void)ask(asked); }); }), 5);
  EXPECT_THAT(error, HasSubstr("did not answer within 0.5 s and was ended"));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const pid_t child = std::stoi(content("child"));
  // Gone, or a zombie that whoever adopts orphans has not yet collected.
  std::ifstream status("/proc/" + std::to_string(child) + "/stat");
  std::string line;
  std::getline(status, line);
  EXPECT_TRUE(line.empty() || line.find(") Z ") != std::string::npos) << line;
}

TEST_F(CommandEvaluator, StopEndsItWithinASecond) {
  std::atomic<bool> stop{false};
  std::string error;
  const double took = seconds([&] {
    std::jthread other([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      stop = true;
    });
    error = study_error([&] { (void)ask(choice({script("sleep 100")}), stop); });
  });
  EXPECT_THAT(error, HasSubstr("cancelled: "));
  EXPECT_LT(took, 1.2);
}

TEST_F(CommandEvaluator, ChildThatKeepsThePipeOpenHoldsNobodyUp) {
  const std::string program = script(R"(sleep 100 &
echo '{"cost": 1, "equity": 2, "targets": 3}')");
  EXPECT_LT(seconds([&] { EXPECT_EQ(ask(choice({program})).targets, 3); }), 5);
}

TEST_F(CommandEvaluator, HugeOutputIsCut) {
  std::string error;
  EXPECT_LT(seconds([&] { error = error_of("yes '{\"cost\": 1}'"); }), 15);
  EXPECT_THAT(error, AllOf(HasSubstr("wrote more than 16777216 bytes"), HasSubstr("{\"cost\": 1}")));
  EXPECT_LT(error.size(), 2000U);
}

TEST_F(CommandEvaluator, InputMayBeLeftUnread) {
  EvaluatorRequest large = request();
  for (int i = 0; i < 20000; ++i) large.levers.set("lever_" + std::to_string(i), 0.1);  // more than a pipe holds
  const auto evaluate =
      command_evaluator(choice({script(R"(exec <&-; echo '{"cost": 1, "equity": 2, "targets": 3}')")}));
  EXPECT_EQ(evaluate(large, EvaluationControl(going_on())).cost, 1);
}

TEST_F(CommandEvaluator, LargeInputAndOutputDoNotBlockEachOther) {
  EvaluatorRequest large = request();
  for (int i = 0; i < 20000; ++i) large.levers.set("lever_" + std::to_string(i), 0.1);
  const auto evaluate = command_evaluator(
      choice({script(R"(printf '{"cost": 1, "equity": 2, "targets": 3, "echo": '; cat; printf '}')")}));
  EXPECT_EQ(evaluate(large, EvaluationControl(going_on())).targets, 3);
}

TEST_F(CommandEvaluator, RetriesAreThoseAskedFor) {
  const std::string count = (folder / "count").string();
  const std::string program = script("echo x >> " + count + R"(
[ $(wc -l < )" + count + R"() -ge 3 ] || exit 1
echo '{"cost": 1, "equity": 2, "targets": 3}')");
  EvaluatorChoice asked = choice({program});
  asked.retries = 1;
  EXPECT_THAT(study_error([&] { (void)ask(asked); }), HasSubstr("(tried 2 times)"));
  asked.retries = 5;
  EXPECT_EQ(ask(asked).cost, 1);
  EXPECT_EQ(content("count"), "x\nx\nx\n");
}

TEST_F(CommandEvaluator, ManyAtOnceDoNotDisturbEachOther) {
  const auto evaluate = command_evaluator(choice({script(R"(
value=$(sed 's/.*"cola_rate":\([0-9.]*\).*/\1/')
echo "{\"cost\": $value, \"equity\": 2, \"targets\": 3}")")}));
  std::vector<std::jthread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        EvaluatorRequest mine = request();
        mine.levers.set("cola_rate", 0.001 * (t * 10 + i) + 0.5);
        if (evaluate(mine, EvaluationControl(going_on())).cost == 0.001 * (t * 10 + i) + 0.5) ++right;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(right, 40);
}

TEST_F(CommandEvaluator, StudyAsksTheProgram) {
  const std::string program = script(R"(
value=$(sed 's/.*"cola_rate":\([0-9.]*\).*/\1/')
echo "{\"cost\": $value, \"equity\": 2, \"targets\": 0}")");
  const Study study = study_of(R"({"evaluator": {"kind": "command", "command": [")" + program + R"("]},
    "levers": {"search": ["cola_rate"]}, "objective": {"form": "normalised"}})");
  const manager::PreparedStudy prepared = manager::prepare(study, nullptr, LeverSchema::shipped(), nullptr);
  EXPECT_NEAR(evaluated(prepared, {0.05}).objectives.at(0), 0.4 * 2 + 0.3, 1e-12);
  EXPECT_EQ(prepared.study.simulation.last_year, 2029);
}

}  // namespace
}  // namespace planwise
