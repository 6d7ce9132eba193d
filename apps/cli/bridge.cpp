// bridge: how pay went from the end of one year to the end of the next.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>

#include "show.h"
#include "simulation.h"

namespace planwise::cli {

namespace {

struct BridgePart {
  const char* title;
  double CostBridge::*amount;
  std::int64_t CostBridge::*people;
};
constexpr std::array<BridgePart, 8> bridge_rows{{{"start", &CostBridge::start, &CostBridge::start_count},
                                                 {"leavers", &CostBridge::leavers, &CostBridge::leaver_count},
                                                 {"hires", &CostBridge::hires, &CostBridge::hire_count},
                                                 {"promotions", &CostBridge::promotions, &CostBridge::promotion_count},
                                                 {"merit", &CostBridge::merit, &CostBridge::raise_count},
                                                 {"COLA", &CostBridge::cola, nullptr},
                                                 {"other", &CostBridge::other, nullptr},
                                                 {"end", &CostBridge::end, &CostBridge::end_count}}};

bool is_change(const BridgePart& part) { return part.amount != &CostBridge::start && part.amount != &CostBridge::end; }

void print_one_bridge(const CostBridge& bridge, const Globals& globals) {
  fmt::print("{}\n\n",
             bold(fmt::format("pay of the active, end of {} to end of {}", bridge.from_year, bridge.to_year), globals));
  TextTable table({{"", "PART", Align::left, 9},
                   {"", "AMOUNT", Align::right, 9},
                   {"", "OF START", Align::right, 7},
                   {"", "PEOPLE", Align::right, 5}});
  for (const BridgePart& part : bridge_rows) {
    const double amount = bridge.*part.amount;
    table.add({part.title, is_change(part) ? signed_grouped(amount) : grouped(amount),
               is_change(part) && bridge.start > 0 && std::isfinite(amount) ? percent_text(amount / bridge.start) : "",
               part.people == nullptr    ? ""
               : bridge.*part.people < 0 ? "-"
                                         : grouped(static_cast<double>(bridge.*part.people))});
  }
  fmt::print("{}", table.render(globals));
  if (bridge.promotions_overwritten > 0)
    fmt::print("{}\n", faint(fmt::format("promotions granted {} more, which raises on the pay before took back",
                                         grouped(bridge.promotions_overwritten)),
                             globals));
}

void print_bridges(const std::vector<CostBridge>& bridges, const Globals& globals) {
  TextTable table({{"", "YEARS", Align::left, 9},
                   {"", "START (M)", Align::right, 8},
                   {"", "LEAVERS", Align::right, 7},
                   {"", "HIRES", Align::right, 7},
                   {"", "PROMOTIONS", Align::right, 6},
                   {"", "MERIT", Align::right, 6},
                   {"", "COLA", Align::right, 6},
                   {"", "OTHER", Align::right, 2},
                   {"", "END (M)", Align::right, 8}});
  for (const CostBridge& bridge : bridges) {
    std::vector<std::string> cells{fmt::format("{}-{}", bridge.from_year, bridge.to_year)};
    for (const BridgePart& part : bridge_rows)
      cells.push_back(is_change(part) && std::isfinite(bridge.*part.amount)
                          ? fmt::format("{:+.2f}", bridge.*part.amount / 1e6)
                          : millions(bridge.*part.amount));
    table.add(std::move(cells));
  }
  fmt::print("{}", table.render(globals));
}

/// Every bridge there is; what keeps one from being told is said, and thrown when there is none at all.
std::vector<CostBridge> all_bridges(const SimulationDatabase& database, Session& session) {
  const std::vector<int> years = database.years();
  if (years.empty()) return {database.bridge(0)};  // Throws what is wrong.
  std::vector<CostBridge> bridges;
  std::optional<Error> first;
  for (int year : years) {
    try {
      bridges.push_back(database.bridge(year - 1));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found && error.code() != ErrorCode::corrupt) throw;
      if (!first) first = error;
      // A year before the first has no rows in any database; rows that cannot be read are an error all the same.
      if (error.code() == ErrorCode::corrupt) session.exit_status = exit_status_of(error.code());
      session.say(fmt::format("no bridge into {}: {}", year, error.what()));
    }
  }
  if (bridges.empty() && first) throw *first;
  return bridges;
}

void run_bridge(const SourceFlags& source, int from, Session& session) {
  const SimulationService service = open_simulation(session, source);
  std::vector<CostBridge> bridges;
  if (from != 0) {
    bridges.push_back(service.database().bridge(from));
  } else {
    bridges = all_bridges(service.database(), session);
  }
  for (const CostBridge& bridge : bridges) {
    if (!bridge.reason.empty()) session.say(fmt::format("bridge into {}: {}", bridge.to_year, bridge.reason));
  }
  const Globals& globals = session.globals;
  if (globals.output == Output::table && globals.columns.empty()) {
    if (from != 0) {
      print_one_bridge(bridges.front(), globals);
    } else {
      print_bridges(bridges, globals);
    }
    return;
  }
  std::vector<Json> rows;
  for (const CostBridge& bridge : bridges) rows.push_back(to_json(bridge));
  if (globals.output == Output::json && from != 0) {
    print_json(rows.front(), globals);
  } else {
    print_rows(rows, {{"from_year", "FROM", Align::left, 9}, {"to_year", "TO", Align::left, 9}}, globals);
  }
}

}  // namespace

void add_bridge_command(CLI::App& app, Session& session) {
  struct Flags {
    SourceFlags source;
    int from = 0;
  };
  CLI::App* bridge = app.add_subcommand("bridge",
                                        "How pay went from one year's end to the next: leavers, hires, promotions, "
                                        "merit, COLA")
                         ->group(heading::workforce);
  auto flags = make_options<Flags>();
  bridge->add_option("--from", flags->from, "From the end of this year to that of the next; default every year")
      ->type_name("YEAR")
      ->transform(whole_number(1900));
  add_source_options(*bridge, flags->source);
  examples(*bridge, "  planwise bridge --simulation simulation.duckdb\n  planwise bridge --from 2025 --output json");
  bridge->callback([flags, &session] { run_bridge(flags->source, flags->from, session); });
}

}  // namespace planwise::cli
