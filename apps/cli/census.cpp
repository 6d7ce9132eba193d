// census: generate, check.
#include "planwise/census.h"

#include <fmt/format.h>

#include "commands.h"
#include "planwise/workforce.h"
#include "table.h"

namespace planwise::cli {

namespace {

struct GenerateFlags {
  std::int64_t people = 5000, plan_year = 2024;
  std::uint64_t seed = 42;
  std::string out;
  std::vector<std::string> faults;
  bool force = false;
};

std::string fault_names() {
  std::string names;
  for (std::size_t i = 0; i < census_fault_count; ++i)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", to_text(static_cast<CensusFault>(i)));
  return names;
}

CensusOptions census_options(const GenerateFlags& flags) {
  CensusOptions options;
  options.people = flags.people;
  options.seed = flags.seed;
  options.plan_year =
      static_cast<int>(std::min<std::int64_t>(flags.plan_year, 1'000'000));  // its range is checked later
  for (const std::string& text : flags.faults) {
    const std::size_t equals = text.find('=');
    std::string count = equals == std::string::npos ? "1" : text.substr(equals + 1);
    if (const std::string wrong = whole_number(0)(count); !wrong.empty())
      throw Error(ErrorCode::invalid_argument, fmt::format("--fault '{}': {}", text, wrong));
    options.faults[census_fault_from(text.substr(0, equals))] += std::stoll(count);
  }
  return options;
}

void run_generate(const GenerateFlags& flags, Session& session) {
  const bool parquet = flags.out.ends_with(".parquet");
  if (!parquet && !flags.out.ends_with(".csv"))
    throw Error(ErrorCode::invalid_argument, fmt::format("--out '{}' ends in neither .csv nor .parquet", flags.out));
  const Census census = make_census(census_options(flags));
  if (flags.people == 0) session.say("a census of no people has a header alone; nothing can be simulated from it");
  const Overwrite overwrite = flags.force ? Overwrite::replace : Overwrite::refuse;
  const std::uint64_t bytes =
      parquet ? write_census_parquet(census, flags.out, overwrite) : write_census_csv(census, flags.out, overwrite);
  if (session.globals.output == Output::table) {
    fmt::print("{}\n", flags.out);
    session.say(fmt::format("{} invented people, {} rows with a fault, {:.1f} MB", census.size(), census.faults.size(),
                            static_cast<double>(bytes) / 1e6));
    return;
  }
  const Json object(Json::Object{{"path", flags.out},
                                 {"people", static_cast<std::int64_t>(census.size())},
                                 {"seed", seed_json(flags.seed)},
                                 {"plan_year", flags.plan_year},
                                 {"faults", static_cast<std::int64_t>(census.faults.size())},
                                 {"bytes", static_cast<std::int64_t>(bytes)}});
  if (session.globals.output == Output::csv) {
    print_objects({object}, {{"path", "people", "seed", "plan_year", "faults", "bytes"}, {}}, session.globals);
  } else {
    print_json(object, session.globals);
  }
}

void add_generate(CLI::App& census, Session& session) {
  CLI::App* generate =
      census.add_subcommand("generate", "Write a census of invented people; the same options give the same bytes");
  auto flags = make_options<GenerateFlags>();
  generate->add_option("--people", flags->people, "How many; default 5000")->type_name("N")->transform(whole_number(0));
  generate->add_option("--seed", flags->seed, "Default 42")->type_name("N")->transform(seed_number());
  generate->add_option("--plan-year", flags->plan_year, "The year whose end it shows; default 2024")
      ->type_name("YEAR")
      ->transform(whole_number(1));
  generate->add_option("--out", flags->out, "The file: .csv or .parquet")->required()->type_name("FILE");
  generate->add_option("--fault", flags->faults, "Rows made wrong, may be repeated: " + fault_names())
      ->type_name("NAME=COUNT")
      ->allow_extra_args(false);
  generate->add_flag("--force", flags->force, "Replace an existing file");
  examples(*generate,
           "  planwise census generate --out census.csv\n"
           "  planwise census generate --people 100000 --seed 7 --out census.parquet\n"
           "  planwise census generate --people 500 --fault negative_pay=3 --fault duplicate_id=2 --out faulty.csv");
  generate->callback([flags, &session] { run_generate(*flags, session); });
}

Json to_json(const CensusReport& report, const std::string& file) {
  Json issues = Json::array();
  for (const CensusIssue& issue : report.issues)
    issues.push_back(Json(Json::Object{{"row", issue.row}, {"column", issue.column}, {"message", issue.message}}));
  Json notes = Json::array();
  for (const std::string& note : report.start.notes) notes.push_back(note);
  return Json(Json::Object{
      {"file", file},
      {"usable", report.issue_count == 0},
      {"rows", report.rows},
      {"people", report.issue_count == 0 ? Json(static_cast<std::int64_t>(report.start.people.size())) : Json()},
      {"duplicates", report.duplicates},
      {"terminated", report.terminated},
      {"annualised", report.annualised},
      {"issue_count", report.issue_count},
      {"issues", std::move(issues)},
      {"notes", std::move(notes)}});
}

void print_report(const CensusReport& report, const std::string& file, const Session& session) {
  const Globals& globals = session.globals;
  const Json document = to_json(report, file);
  if (globals.output == Output::json) {
    print_json(document, globals);
    return;
  }
  const std::vector<Json> issues = document.at("issues").as_array();
  if (!issues.empty() || globals.output != Output::table) {
    print_objects(issues,
                  {{"row", "column", "message"},
                   {{"row", "ROW", Align::right, 9},
                    {"column", "COLUMN", Align::left, 9},
                    {"message", "WHAT DOES NOT FIT", Align::left, 1}}},
                  globals);
  }
  const std::string summary =
      fmt::format("{} rows: {}, {} duplicates left out, {} terminated, {} with pay annualised", report.rows,
                  report.issue_count == 0 ? fmt::format("{} people", report.start.people.size())
                                          : fmt::format("{} issues, not usable", report.issue_count),
                  report.duplicates, report.terminated, report.annualised);
  if (globals.output == Output::table) {
    fmt::print("{}\n", summary);
  } else {
    session.say(summary);
  }
  if (report.issue_count > static_cast<std::int64_t>(report.issues.size()))
    session.say(fmt::format("the first {} issues are shown", report.issues.size()));
  for (const std::string& note : report.start.notes) session.say(note);
}

void add_census_check(CLI::App& census, Session& session) {
  struct Flags {
    std::string file;
    std::int64_t plan_year = 2024;
  };
  CLI::App* check = census.add_subcommand(
      "check",
      "Whether a census can be simulated from: rows, duplicates, issues by row and column; exit 1 with issues");
  auto flags = make_options<Flags>();
  check->add_option("file", flags->file, "The census, CSV or Parquet")->required()->type_name("FILE");
  check->add_option("--plan-year", flags->plan_year, "The year whose end it shows; default 2024")
      ->type_name("YEAR")
      ->transform(whole_number(1));
  examples(*check, "  planwise census check census.csv\n  planwise census check census.parquet --output json");
  check->callback([flags, &session] {
    if (flags->plan_year < 1900 || flags->plan_year > 2199)
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("--plan-year is {}; allowed are 1900 to 2199", flags->plan_year));
    const CensusReport report = check_census(flags->file, {}, static_cast<int>(flags->plan_year));
    print_report(report, flags->file, session);
    if (report.issue_count > 0) session.exit_status = 1;
  });
}

}  // namespace

void add_census_commands(CLI::App& app, Session& session) {
  CLI::App* census =
      app.add_subcommand("census", "The people a simulation starts from: generate invented ones, check a file")
          ->group(heading::workforce);
  census->require_subcommand(1);
  examples(*census, "  planwise census generate --people 1000 --out census.csv\n  planwise census check census.csv");
  add_generate(*census, session);
  add_census_check(*census, session);
}

}  // namespace planwise::cli
