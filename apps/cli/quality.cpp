// quality: what is wrong with a simulation's data, as a report, row by row, or for a run.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "simulation.h"

namespace planwise::cli {

namespace {

struct QualityFlags {
  SourceFlags source;
  std::string check, run;
  std::int64_t limit = 100;
  bool all = false, attach = false;
};

void print_missing(const std::vector<MissingPart>& missing, const Globals& globals) {
  if (missing.empty()) return;
  TextTable table({{"", "MISSING", Align::left, 9}, {"", "WHY", Align::left, 6}, {"", "CONSEQUENCE", Align::left, 3}});
  for (const MissingPart& part : missing)
    table.add({part.column.empty() ? part.table : part.table + "." + part.column, part.reason, part.consequence});
  fmt::print("\n{}", table.render(globals));
}

void print_examples(const std::vector<QualityFinding>& findings, const Globals& globals) {
  for (const QualityFinding& finding : findings) {
    if (finding.count == 0 || !finding.not_run.empty()) continue;
    fmt::print("\n{}\n", bold(printable_lines(finding.title), globals));
    if (!finding.consequence.empty()) fmt::print("  {}\n", printable_lines(finding.consequence));
    for (const Json& example : finding.examples) {
      std::string line;
      for (const auto& [name, value] : example.as_object())
        line += fmt::format("{}{} {}", line.empty() ? "" : ", ", name, shown(value));
      fmt::print("{}\n", faint("  e.g. " + printable(line), globals));
    }
  }
}

void print_report(const QualityReport& report, bool all, const Globals& globals) {
  if (globals.output == Output::json) {
    print_json(without_ssn(to_json(report)), globals);
    return;
  }
  if (globals.output != Output::table) {
    const Json document = without_ssn(to_json(report));
    print_rows(document.at("findings").as_array(), {{"check", "CHECK", Align::left, 9}}, globals);
    return;
  }
  TextTable table({{"", "CHECK", Align::left, 9},
                   {"", "SEVERITY", Align::left, 6},
                   {"", "FOUND", Align::right, 9},
                   {"", "OF", Align::right, 8},
                   {"", "WHAT", Align::left, 3}});
  std::size_t clean = 0;
  for (const QualityFinding& finding : report.findings) {
    const bool ran = finding.not_run.empty();
    if (ran && finding.count == 0) ++clean;
    if (ran && finding.count == 0 && !all) continue;
    const std::string largest =
        std::isnan(finding.largest) ? "" : fmt::format(" (largest {})", shown_number(finding.largest));
    table.add({finding.check, ran ? std::string(to_text(finding.severity)) : "not run",
               ran ? grouped(static_cast<double>(finding.count)) : "-",
               ran ? grouped(static_cast<double>(finding.checked)) : "-",
               ran ? finding.title + largest : finding.not_run});
  }
  fmt::print("{}", table.render(globals));
  print_missing(report.missing, globals);
  print_examples(report.findings, globals);
  if (clean > 0 && !all)
    fmt::print("\n{}\n", faint(fmt::format("{} more checks found nothing; --all shows them", clean), globals));
}

void print_verdict(const Json& verdict, const Globals& globals) {
  if (globals.output != Output::table) {
    print_json(verdict, globals);
    return;
  }
  TextTable table({{"", "PART", Align::left, 9}, {"", "STATE", Align::left, 9}});
  for (const auto& [name, value] : verdict.as_object()) {
    if (value.is_boolean()) table.add({name, value.as_boolean() ? "ok" : "failed"});
    if (value.is_number()) table.add({name, shown(value)});
  }
  fmt::print("{}", table.render(globals));
  for (const char* kind : {"errors", "warnings"}) {
    if (verdict.at(kind).empty()) continue;
    fmt::print("\n{}\n", bold(kind, globals));
    for (const Json& line : verdict.at(kind).as_array()) fmt::print("  {}\n", printable(line.as_string()));
  }
}

void run_quality(const QualityFlags& flags, Session& session) {
  SimulationService service = open_simulation(session, flags.source);
  const SimulationDatabase& database = service.database();
  if (!flags.check.empty()) {
    std::vector<Json> rows;
    for (Json& row : database.finding_rows(flags.check, flags.limit)) rows.push_back(without_ssn(std::move(row)));
    std::vector<Column> columns;
    if (!rows.empty()) {
      for (const auto& [name, value] : rows.front().as_object())
        columns.push_back({name, name, value.is_number() ? Align::right : Align::left, 5});
    }
    print_rows(rows, std::move(columns), session.globals);
    if (rows.empty()) session.say(fmt::format("{} found nothing", flags.check));
    return;
  }
  if (flags.run.empty()) {
    const QualityReport report = database.quality();
    print_report(report, flags.all, session.globals);
    const bool errors = std::any_of(report.findings.begin(), report.findings.end(), [](const QualityFinding& finding) {
      return finding.severity == FindingSeverity::error && finding.not_run.empty() && finding.count > 0;
    });
    if (errors) session.exit_status = 1;
    return;
  }
  Run run = session.manager().load(session.run_id(flags.run));
  const Json verdict = without_ssn(database.run_quality(&run.results.optimal_parameters));
  print_verdict(verdict, session.globals);
  if (!verdict.at("errors").empty()) session.exit_status = 1;
  if (flags.attach) {
    attach_to_run(std::move(run), Json(Json::Object{{"data_quality_metrics", verdict}}),
                  "quality of its simulation data", session);
  }
}

}  // namespace

void add_quality_command(CLI::App& app, Session& session) {
  CLI::App* quality =
      app.add_subcommand(
             "quality",
             "What is wrong with a simulation's data: every check, with counts and examples; exit 1 with errors")
          ->group(heading::workforce);
  auto flags = make_options<QualityFlags>();
  quality->add_flag("--all", flags->all, "Also the checks that found nothing");
  CLI::Option* check = quality->add_option("--check", flags->check, "The rows that one check found")->type_name("NAME");
  quality->add_option("--limit", flags->limit, "How many of them; default 100")
      ->type_name("N")
      ->transform(whole_number(1))
      ->needs(check);
  CLI::Option* run = quality->add_option("--run", flags->run, "Whether the data stand behind this run's levers")
                         ->type_name("RUN")
                         ->excludes(check);
  quality->add_flag("--attach", flags->attach, "Put the answer into the run's data_quality_metrics, as a new version")
      ->needs(run);
  add_source_options(*quality, flags->source);
  examples(*quality,
           "  planwise quality --simulation simulation.duckdb\n  planwise quality --check promotion_on_termination_day "
           "--limit 20\n  planwise quality --run 6f0c21 --attach");
  quality->callback([flags, &session] { run_quality(*flags, session); });
}

}  // namespace planwise::cli
