// drill: the employees and events behind a figure.
#include <fmt/format.h>

#include <array>

#include "simulation.h"

namespace planwise::cli {

namespace {

struct DrillFlags {
  SourceFlags source;
  std::string status, event;
  DrillRequest request;
  int level = 0;
};

void run_drill(DrillFlags flags, const Session& session) {
  const SimulationService service = open_simulation(session, flags.source);
  DrillRequest& request = flags.request;
  constexpr std::array statuses{"continuous_active", "new_hire_active", "experienced_termination",
                                "new_hire_termination"};
  constexpr std::array events{"hire", "termination", "promotion", "raise"};
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    if (flags.status == statuses[i]) request.status = static_cast<DetailedStatus>(i);
    if (flags.event == events[i]) request.event = static_cast<EventType>(i);
  }
  if (flags.level != 0) request.level = flags.level;
  const DrillPage page = service.database().drill(request);
  std::vector<Json> rows;
  for (const Json& row : page.rows) rows.push_back(without_ssn(row));
  if (session.globals.output == Output::json) {
    print_json(Json(Json::Object{{"total", page.total}, {"employees", Json(rows)}}), session.globals);
    return;
  }
  if (session.globals.output == Output::table && session.globals.columns.empty()) {
    for (Json& row : rows) {
      std::string events_text;
      for (const Json& event : row.at("events").as_array())
        events_text += fmt::format("{}{} {}", events_text.empty() ? "" : ", ", event.at("event_type").as_string(),
                                   shown(event.at("effective_date")));
      row.set("events", events_text);
      row.set("current_compensation", grouped(real_member(row, "current_compensation")));
      if (row.find("amount") != nullptr) row.set("amount", signed_grouped(real_member(row, "amount")));
    }
  }
  std::vector<Column> columns{
      {"employee_id", "EMPLOYEE", Align::left, 9},   {"detailed_status_code", "STATUS", Align::left, 5},
      {"level_id", "LEVEL", Align::right, 4},        {"current_age", "AGE", Align::right, 1},
      {"current_tenure", "TENURE", Align::right, 1}, {"current_compensation", "PAY", Align::right, 8}};
  if (!request.bridge_part.empty()) columns.push_back({"amount", "AMOUNT", Align::right, 8});
  columns.push_back({"events", "EVENTS", Align::left, 3});
  print_rows(rows, columns, session.globals);
  session.say(fmt::format("{} of {} employees", rows.size(), page.total));
}

}  // namespace

void add_drill_command(CLI::App& app, Session& session) {
  CLI::App* drill = app.add_subcommand("drill", "The employees and events behind a figure")->group(heading::workforce);
  auto flags = make_options<DrillFlags>();
  drill->add_option("--year", flags->request.year, "The year")
      ->required()
      ->type_name("YEAR")
      ->transform(whole_number(1900));
  add_choice(*drill, "--status", flags->status,
             "continuous_active|new_hire_active|experienced_termination|new_hire_termination", "Who ended so");
  add_choice(*drill, "--event", flags->event, "hire|termination|promotion|raise", "Who had such an event");
  drill->add_option("--level", flags->level, "Level at the end of the year")
      ->type_name("LEVEL")
      ->transform(whole_number(1));
  drill->add_option("--age-band", flags->request.age_band, "Age: < 25, 25-34, 35-44, 45-54, 55-64 or 65+")
      ->type_name("BAND")
      ->check(one_of("< 25|25-34|35-44|45-54|55-64|65+"));
  drill->add_option("--tenure-band", flags->request.tenure_band, "Tenure: < 2, 2-4, 5-9, 10-19 or 20+")
      ->type_name("BAND")
      ->check(one_of("< 2|2-4|5-9|10-19|20+"));
  add_choice(*drill, "--part", flags->request.bridge_part, "leavers|hires|promotions|merit|cola|other",
             "A part of the bridge into the year");
  drill->add_option("--limit", flags->request.limit, "At most so many; default 100")
      ->type_name("N")
      ->transform(whole_number(1));
  drill->add_option("--offset", flags->request.offset, "Leave out the first")
      ->type_name("N")
      ->transform(whole_number(0));
  add_source_options(*drill, flags->source);
  examples(*drill,
           "  planwise drill --simulation simulation.duckdb --year 2025 --event promotion\n  planwise drill --year "
           "2026 --part "
           "hires --level 4 --output csv");
  drill->callback([flags, &session] { run_drill(*flags, session); });
}

}  // namespace planwise::cli
