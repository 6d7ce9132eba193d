#include "store/query_compiler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <limits>

#include "planwise/error.h"
#include "query_samples.h"
#include "store/query_fields.h"

namespace planwise::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

SampleRun run(const std::string& id) {
  SampleRun result;
  result.run_id = id;
  return result;
}

std::string fault_of(const std::string& query) {
  ListRequest request;
  request.query = query;
  try {
    (void)compile_query(request, sample_now());
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return "no error";
}

TEST(QueryCompiler, NothingTypedStandsInTheSql) {
  ListRequest request;
  request.query = "evil description:evil config.evil>1 tag:evil created:2025.. seed:4711 risk:(evil, evil..evil)";
  request.literal = LiteralSearch{"evil", {}};
  const SqlStatement statement = page_statement(request, "store.main", sample_now());
  EXPECT_THAT(statement.sql, Not(HasSubstr("evil")));
  EXPECT_THAT(statement.sql, Not(HasSubstr("4711")));
}

TEST(QueryCompiler, Fault4_TextTypeAndStatusAllApply) {
  std::vector<SampleRun> runs{run("a"), run("b"), run("c"), run("d")};
  for (SampleRun& each : runs) each.description = "Merit plan";
  runs[1].optimization_type = "manual_adjustment";
  runs[2].status = "failed";
  runs[3].created_at = parse_time("2024-01-01");
  SampleStore store(runs);
  EXPECT_THAT(store.find("merit type:advanced_scipy status:completed created:2025.."), ElementsAre("a"));
}

TEST(QueryCompiler, Fault4_PercentAndUnderscoreAreLiteral) {
  std::vector<SampleRun> runs{run("a"), run("b"), run("c")};
  runs[0].description = "100 %_sure";
  runs[1].description = "100 percent sure";
  runs[2].description = "anything";
  SampleStore store(runs);
  EXPECT_THAT(store.find("\"100 %_sure\""), ElementsAre("a"));
  EXPECT_THAT(store.find("%"), ElementsAre("a"));
  EXPECT_THAT(store.find("description:_"), ElementsAre("a"));
  ListRequest literal;
  literal.literal = LiteralSearch{"%", {}};
  EXPECT_THAT(store.find(literal), ElementsAre("a"));
}

TEST(QueryCompiler, Fault29_FieldNamesAreNeverPastedIntoSql) {
  ListRequest request;
  request.literal = LiteralSearch{"x", {"description) OR 1=1 --"}};
  EXPECT_THROW((void)compile_query(request, sample_now()), Error);
  request.literal->fields = {"descripton"};
  try {
    (void)compile_query(request, sample_now());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("search field \"descripton\": unknown field"));
    EXPECT_THAT(error.what(), HasSubstr("description"));
  }
  SampleRun quoted = run("a");
  quoted.optimal_parameters = R"({"x') OR ('1": 5})";
  SampleStore store({quoted, run("b")});
  EXPECT_THAT(store.find(R"(param."x') OR ('1":5)"), ElementsAre("a"));
}

TEST(QueryCompiler, WordsLookInFiveFieldsWhateverTheCase) {
  std::vector<SampleRun> runs{run("a"), run("b"), run("c"), run("d"), run("e")};
  runs[0].scenario_id = "Größe_ÄNDERN";
  runs[1].description = "says \"ändern\"";
  runs[2].business_justification = "x Ändern y";
  runs[3].notes = "ändern";
  SampleStore store(runs);
  EXPECT_THAT(store.find("ÄNDERN"), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(store.find(R"("\"ändern\"")"), ElementsAre("b"));
  EXPECT_THAT(store.find("-ändern"), ElementsAre("e"));
}

TEST(QueryCompiler, NotIncludesRunsWithoutAValue) {
  std::vector<SampleRun> runs{run("a"), run("b"), run("c")};
  runs[0].risk_level = "HIGH";
  runs[1].risk_level = "LOW";
  SampleStore store(runs);
  EXPECT_THAT(store.find("not risk:HIGH"), ElementsAre("b", "c"));
  EXPECT_THAT(store.find("risk!=high"), ElementsAre("b", "c"));
  EXPECT_THAT(store.find("not not risk:HIGH"), ElementsAre("a"));
  EXPECT_THAT(store.find("not (risk:HIGH or risk:LOW)"), ElementsAre("c"));
  EXPECT_THAT(store.find("risk:none"), ElementsAre("c"));
  EXPECT_THAT(store.find("risk:*"), ElementsAre("a", "b"));
  EXPECT_THAT(store.find("risk:(low, none)"), ElementsAre("b", "c"));
}

TEST(QueryCompiler, QuotedNoneAndStarAreText) {
  std::vector<SampleRun> runs{run("a"), run("b"), run("c")};
  runs[0].user_id = "none";
  runs[1].user_id = "*";
  SampleStore store(runs);
  EXPECT_THAT(store.find("user:\"none\""), ElementsAre("a"));
  EXPECT_THAT(store.find("user:\"*\""), ElementsAre("b"));
  EXPECT_THAT(store.find("user:none"), ElementsAre("c"));
}

TEST(QueryCompiler, NumbersCompareAsNumbers) {
  std::vector<SampleRun> runs{run("a"), run("b"), run("c"), run("d"), run("e"), run("f")};
  const std::vector<std::optional<double>> values{0.0, 0.3, 10, nan, infinity, std::nullopt};
  for (std::size_t i = 0; i < runs.size(); ++i) runs[i].objective_value = values[i];
  SampleStore store(runs);
  EXPECT_THAT(store.find("objective:0"), ElementsAre("a"));
  EXPECT_THAT(store.find("objective=-0.0"), ElementsAre("a"));
  EXPECT_THAT(store.find("objective:3e-1"), ElementsAre("b"));
  EXPECT_THAT(store.find("objective<0.3"), ElementsAre("a"));
  EXPECT_THAT(store.find("objective<=0.3"), ElementsAre("a", "b"));
  EXPECT_THAT(store.find("objective>9"), ElementsAre("c", "e"));
  EXPECT_THAT(store.find("not objective>9"), ElementsAre("a", "b", "d", "f"));
  EXPECT_THAT(store.find("objective:0.1..10"), ElementsAre("b", "c"));
  EXPECT_THAT(store.find("objective:..0.3"), ElementsAre("a", "b"));
  EXPECT_THAT(store.find("objective:nan"), ElementsAre("d"));
  EXPECT_THAT(store.find("objective:inf"), ElementsAre("e"));
  EXPECT_THAT(store.find("objective:*"), ElementsAre("a", "b", "c", "d", "e"));
}

TEST(QueryCompiler, IntegersBeyondThirtyTwoBitsAreExact) {
  std::vector<SampleRun> runs{run("a"), run("b"), run("c")};
  runs[0].random_seed = 42;
  runs[1].exact = R"({"random_seed":9007199254740993})";
  SampleStore store(runs);
  EXPECT_THAT(store.find("seed:42"), ElementsAre("a"));
  EXPECT_THAT(store.find("seed:42.0"), ElementsAre("a"));
  EXPECT_THAT(store.find("seed<42.5"), ElementsAre("a"));
  EXPECT_THAT(store.find("seed:9007199254740993"), ElementsAre("b"));
  EXPECT_THAT(store.find("seed:9007199254740992"), IsEmpty());
  EXPECT_THAT(store.find("seed:9007199254740993.."), ElementsAre("b"));
}

TEST(QueryCompiler, ParametersTermsAndSettingsAreFields) {
  for (const JsonColumns columns : {JsonColumns::json, JsonColumns::varchar}) {
    std::vector<SampleRun> runs{run("a"), run("b"), run("c"), run("d")};
    runs[0].cola_rate = 0.02;
    runs[0].optimal_parameters = R"({"cola_rate": 0.02, "other": 2, "text": "7", "odd.name": 1})";
    runs[0].objective_breakdown = R"({"cost": 0.5})";
    runs[0].algorithm_config = R"({"method": "SLSQP", "nested": {"tol": 1e-6, "list": [1, 2]}, "on": true})";
    runs[1].cola_rate = 0.03;
    runs[1].optimal_parameters = R"({"other": 10})";
    runs[1].objective_breakdown = R"({"cost": "NaN"})";
    runs[1].algorithm_config = R"({"nested": {"tol": "1e-3"}, "on": null})";
    if (columns == JsonColumns::varchar) runs[2].optimal_parameters = R"({"other": NaN, "x": 3})";
    if (columns == JsonColumns::varchar) runs[3].optimal_parameters = "no json";
    SampleStore store(runs, columns);
    EXPECT_THAT(store.find("param.cola_rate>=0.02"), ElementsAre("a", "b"));
    EXPECT_THAT(store.find("param.cola_rate:0.02"), ElementsAre("a"));
    EXPECT_THAT(store.find("param.other<10"), ElementsAre("a"));
    EXPECT_THAT(store.find("optimal_parameters.other:10"), ElementsAre("b"));
    EXPECT_THAT(store.find("results.optimal_parameters.other:10"), ElementsAre("b"));
    EXPECT_THAT(store.find("param.text>6"), ElementsAre("a"));
    EXPECT_THAT(store.find("param.\"odd.name\":1"), ElementsAre("a"));
    EXPECT_THAT(store.find("objective.cost<1"), ElementsAre("a"));
    EXPECT_THAT(store.find("objective.cost:nan"), ElementsAre("b"));
    EXPECT_THAT(store.find("config.method:slsqp"), ElementsAre("a"));
    EXPECT_THAT(store.find("config.nested.tol<1e-5"), ElementsAre("a"));
    EXPECT_THAT(store.find("config.nested.tol>1e-5"), ElementsAre("b"));
    EXPECT_THAT(store.find("config.nested.list.1:2"), ElementsAre("a"));
    EXPECT_THAT(store.find("config.on:true"), ElementsAre("a"));
    EXPECT_THAT(store.find("config.on:none"), ElementsAre("b", "c", "d"));
    if (columns == JsonColumns::varchar) {
      EXPECT_THAT(store.find("param.x:3"), ElementsAre("c"));
      EXPECT_THAT(store.find("param.other:nan"), ElementsAre("c"));
      EXPECT_THAT(store.find("not param.other:10"), ElementsAre("a", "c", "d"));
    }
  }
}

TEST(QueryCompiler, TimesCoverWhatTheyName) {
  std::vector<SampleRun> runs{run("a"), run("b"), run("c"), run("d")};
  runs[0].created_at = parse_time("2024-12-31T23:59:59.999999Z");
  runs[1].created_at = parse_time("2025-01-01T00:00:00Z");
  runs[2].created_at = parse_time("2025-01-31T10:00:30Z");
  runs[3].created_at = parse_time("2025-06-14T12:00:00Z");
  SampleStore store(runs);
  EXPECT_THAT(store.find("created:2025-01"), ElementsAre("b", "c"));
  EXPECT_THAT(store.find("created:2024"), ElementsAre("a"));
  EXPECT_THAT(store.find("created:2025-01-31"), ElementsAre("c"));
  EXPECT_THAT(store.find("created:2025-01-31T10:00"), ElementsAre("c"));
  EXPECT_THAT(store.find("created:2025-01-31T10:00:30"), ElementsAre("c"));
  EXPECT_THAT(store.find("created:2025-01-31T10:00:30.5"), IsEmpty());
  EXPECT_THAT(store.find("created:2024..2025-01"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(store.find("created:2025-01-01.."), ElementsAre("b", "c", "d"));
  EXPECT_THAT(store.find("created>2025-01"), ElementsAre("d"));
  EXPECT_THAT(store.find("created<=2025-01"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(store.find("created<2025"), ElementsAre("a"));
  EXPECT_THAT(store.find("created:7d.."), ElementsAre("d"));
  EXPECT_THAT(store.find("created<36h"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(store.find("created:\"2025-01-31 10:00\""), ElementsAre("c"));
  EXPECT_THAT(store.find("completed:none"), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(store.find("created:9999.."), IsEmpty());
  EXPECT_THAT(store.find("created<=9999"), ElementsAre("a", "b", "c", "d"));
  ListRequest request;
  request.query = "created:2024-12-31";
  request.zone = "America/New_York";
  EXPECT_THAT(store.find(request), ElementsAre("a", "b"));
}

TEST(QueryCompiler, ATagIsMatchedWholeWhateverTheCase) {
  std::vector<SampleRun> runs{run("a"), run("b"), run("c"), run("d"), run("e")};
  runs[0].tags = R"(["Q4", "say \"hi\""])";
  runs[1].tags = R"(["q42", "\u00c4nderung"])";
  runs[2].tags = R"(["a,b", "back\\slash"])";
  runs[3].tags = "no json";
  SampleStore store(runs);
  EXPECT_THAT(store.find("tag:q4"), ElementsAre("a"));
  EXPECT_THAT(store.find("tags:Q4"), ElementsAre("a"));
  EXPECT_THAT(store.find(R"(tag:"SAY \"hi\"")"), ElementsAre("a"));
  EXPECT_THAT(store.find("tag:änderung"), ElementsAre("b"));
  EXPECT_THAT(store.find("tag~q4"), ElementsAre("a", "b"));
  EXPECT_THAT(store.find("tag:(q4, q42)"), ElementsAre("a", "b"));
  EXPECT_THAT(store.find("tag:\"a,b\""), ElementsAre("c"));
  EXPECT_THAT(store.find(R"(tag:"back\\slash")"), ElementsAre("c"));
  EXPECT_THAT(store.find("-tag:q4"), ElementsAre("b", "c", "d", "e"));
  EXPECT_THAT(store.find("tag:none"), ElementsAre("d", "e"));
  EXPECT_THAT(store.find("tag:*"), ElementsAre("a", "b", "c"));
}

TEST(QueryCompiler, Fault18_NeverReportedIsNotFalse) {
  std::vector<SampleRun> runs{run("a"), run("b"), run("c")};
  runs[0].converged = true;
  runs[1].converged = false;
  SampleStore store(runs);
  EXPECT_THAT(store.find("converged:true"), ElementsAre("a"));
  EXPECT_THAT(store.find("converged:false"), ElementsAre("b"));
  EXPECT_THAT(store.find("converged:none"), ElementsAre("c"));
  EXPECT_THAT(store.find("not converged:yes"), ElementsAre("b", "c"));
}

TEST(QueryCompiler, IdentifiersAreEqualFreeTextContains) {
  std::vector<SampleRun> runs{run("a"), run("b")};
  runs[0].scenario_id = "Merit";
  runs[0].description = "Merit";
  runs[1].scenario_id = "merit_2026";
  runs[1].description = "merit 2026";
  SampleStore store(runs);
  EXPECT_THAT(store.find("scenario:merit"), ElementsAre("a"));
  EXPECT_THAT(store.find("scenario~merit"), ElementsAre("a", "b"));
  EXPECT_THAT(store.find("description:merit"), ElementsAre("a", "b"));
  EXPECT_THAT(store.find("description=merit"), ElementsAre("a"));
  EXPECT_THAT(store.find("scenario:a..merit"), ElementsAre("a"));
  EXPECT_THAT(store.find("run>a"), ElementsAre("b"));
}

TEST(QueryCompiler, ArchivedRunsShowWhenAsked) {
  std::vector<SampleRun> runs{run("a"), run("b")};
  runs[1].archived_at = sample_now();
  SampleStore store(runs);
  ListRequest request;
  EXPECT_THAT(store.find(request), ElementsAre("a"));
  request.archived = ArchivedRuns::include;
  EXPECT_THAT(store.find(request), ElementsAre("a", "b"));
  request.archived = ArchivedRuns::only;
  EXPECT_THAT(store.find(request), ElementsAre("b"));
  EXPECT_THAT(store.find("archived:true"), ElementsAre("b"));
  EXPECT_THAT(store.find("archived_at:2025.. or run:a"), ElementsAre("a", "b"));
}

TEST(QueryCompiler, LiteralSearchJoinsTheQueryByAnd) {
  std::vector<SampleRun> runs{run("a"), run("b"), run("c")};
  runs[0].description = "type:x OR (";
  runs[1].description = "type:x OR (";
  runs[1].status = "failed";
  SampleStore store(runs);
  ListRequest request;
  request.literal = LiteralSearch{"TYPE:X or (", {}};
  EXPECT_THAT(store.find(request), ElementsAre("a", "b"));
  request.query = "status:completed or risk:HIGH";
  EXPECT_THAT(store.find(request), ElementsAre("a"));
  request.literal->fields = {"business_justification", "seed"};
  EXPECT_THAT(store.find(request), IsEmpty());
  request.literal->text = "";
  EXPECT_THAT(store.find(request), ElementsAre("a", "c"));
}

TEST(QueryCompiler, FaultsNameFieldValueAndWhatIsAllowed) {
  EXPECT_THAT(fault_of("statsu:done"), HasSubstr("character 1: unknown field \"statsu\"; did you mean status"));
  EXPECT_THAT(fault_of("http://x.y"), HasSubstr("quote the text to look for it as it stands"));
  EXPECT_THAT(fault_of("cola_rate>1"), HasSubstr("did you mean param.cola_rate?"));
  EXPECT_THAT(fault_of("params.x>1"), HasSubstr("did you mean param"));
  EXPECT_THAT(fault_of("param>1"), HasSubstr("\"param\" needs a name behind it, such as param.cola_rate"));
  EXPECT_THAT(fault_of("status.x:1"), HasSubstr("unknown field \"status.x\""));
  EXPECT_THAT(fault_of("a seed:many"),
              HasSubstr("character 8: random_seed is a whole number, not \"many\"; allowed: a number"));
  EXPECT_THAT(fault_of("seed:\"42\""), HasSubstr("random_seed is a whole number, not \"42\""));
  EXPECT_THAT(fault_of("seed:1e999"), HasSubstr("random_seed is a whole number"));
  EXPECT_THAT(fault_of("param.x:abc"), HasSubstr("param.x is a number, not \"abc\""));
  EXPECT_THAT(fault_of("objective>nan"), HasSubstr("nan has no order"));
  EXPECT_THAT(fault_of("converged:maybe"), HasSubstr("allowed: true, false, none, *"));
  EXPECT_THAT(fault_of("converged>true"), HasSubstr("has no order"));
  EXPECT_THAT(fault_of("created:soon"), HasSubstr("created_at: "));
  EXPECT_THAT(fault_of("created:2025-02-30"), HasSubstr("created_at: "));
  EXPECT_THAT(fault_of("created:2025-13"), HasSubstr("created_at: "));
  EXPECT_THAT(fault_of("created:0000"), HasSubstr("created_at: "));
  EXPECT_THAT(fault_of("created:7d"), HasSubstr("write 7d.."));
  EXPECT_THAT(fault_of("tag<x"), HasSubstr("tags have no order"));
  EXPECT_THAT(fault_of("description:a..b"), HasSubstr("takes no range"));
  EXPECT_THAT(fault_of("objective~3"), HasSubstr("'~' looks inside text"));
  EXPECT_THAT(fault_of("risk<none"), HasSubstr("stands behind : = or != only"));
}

TEST(QueryFields, EveryFieldStandsInTheDocumentation) {
  std::ifstream file(PLANWISE_SOURCE_DIR "/docs/query-language.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const FieldDescription& field : field_descriptions()) {
    std::string aliases(field.aliases);
    for (std::size_t at = 0; (at = aliases.find(' ', at)) != std::string::npos; at += 2) aliases.insert(at, ",");
    const std::string line = "| " + std::string(field.name) + " | " + (aliases.empty() ? "" : aliases + " ") + "| " +
                             std::string(kind_text(field.kind)) + " |\n";
    EXPECT_THAT(text, HasSubstr(line));
  }
  for (const std::string_view prefix : field_prefixes()) EXPECT_THAT(text, HasSubstr("`" + std::string(prefix) + "."));
}

TEST(QueryCompiler, WidestAndDeepestQueriesRun) {
  SampleStore store({run("a")});
  std::string wide;
  while (wide.size() < 8190) wide += "x ";
  EXPECT_THAT(store.find(wide), IsEmpty());
  std::string either = "zz";
  while (either.size() < 8180) either += " or b";
  EXPECT_THAT(store.find(either), ElementsAre("a"));  // scenario "base"
  std::string deep = "b";
  for (int i = 0; i < 49; ++i) deep = "-(x or " + deep + ")";
  EXPECT_EQ(store.find(deep).size(), 0U);
}

}  // namespace
}  // namespace planwise::store
