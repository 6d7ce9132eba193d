// What came out of a study: one JSON document, or tables that a person can decide on.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "decisions.h"
#include "show.h"

namespace planwise::cli {

namespace {

constexpr int failed_status = 1, stopped_status = 11;

std::string number(const Json& value) { return value.is_number() ? shown_number(value.as_real()) : "-"; }
std::string lever_number(const Json& value) {
  if (!value.is_number()) return "-";
  const double real = value.as_real();
  if (std::fabs(real) >= 1000) return shown_number(real);
  return fmt::format("{:.5f}", std::fabs(real) < 5e-6 ? 0.0 : real);
}
std::string money(const Json& value) { return value.is_number() ? grouped(value.as_real()) : "-"; }
std::string change(double before, double now) {
  return std::isfinite(before) && std::isfinite(now) ? signed_number(now - before) : "-";
}

/// As many digits as the levers beside it; what rounds to nothing is "-".
std::string lever_change(double before, double now) {
  if (!std::isfinite(before) || !std::isfinite(now)) return "-";
  const std::string text = fmt::format("{:+.5f}", now - before);
  return text == "+0.00000" || text == "-0.00000" ? "-" : text;
}

void heading_line(const std::string& text, const Globals& globals) { fmt::print("\n{}\n", bold(text, globals)); }
void fact(std::string_view label, const std::string& value) {
  if (!value.empty()) fmt::print("  {:<14}{}\n", label, printable(value));
}

void print_overview(const Run& run, const Globals& globals) {
  const Metadata& m = run.metadata;
  const Json& outcomes = run.results.projected_outcomes;
  fmt::print("{}\n", bold(printable(fmt::format("{} by {}: {}", m.optimization_type, m.optimization_engine, m.status)),
                          globals));
  fact("run", m.run_id);
  fact("outcome", m.convergence_message.value_or(""));
  const Json& reason = member(outcomes, "stop_reason");
  fact("stopped by", reason.is_string() ? reason.as_string() : "");
  fact("evaluations",
       fmt::format(
           "{} of {}{}{}", m.function_evaluations.value_or(0), m.max_evaluations.value_or(0),
           m.runtime_seconds ? fmt::format(" in {} s", shown_number(std::round(*m.runtime_seconds * 100) / 100)) : "",
           m.random_seed ? fmt::format(", seed {}", *m.random_seed) : ""));
  if (run.results.objective_value) {
    const Json& start = member(member(outcomes, "start"), "objective_value");
    fact("objective", fmt::format("{}{}", shown_number(*run.results.objective_value),
                                  start.is_number() ? fmt::format(" (at the start {})", number(start)) : ""));
  }
  const Json& form = member(member(run.configuration.algorithm_config, "objective"), "form");
  const Json& total = member(run.results.objective_breakdown, "normalised_total");
  if (form.is_string() && form.as_string() == "normalised" && total.is_number()) {
    const Json& start = member(member(member(outcomes, "start"), "objective_breakdown"), "normalised_total");
    fact("normalised", fmt::format("{} (at the start {}): what was optimised", number(total), number(start)));
  }
}

/// The terms that the weights are on, as rows: within the pay cap where the study looks there.
struct TermRow {
  std::string name, weighed;  ///< `weighed`: the term's plain name, empty in rows that only stand beside it.
};
std::vector<TermRow> term_rows(const Run& run) {
  const Json& within = member(member(run.configuration.algorithm_config, "objective"), "within_pay_cap");
  const bool capped = within.is_boolean() && within.as_boolean();
  return {{"cost", capped ? "" : "cost"},
          {"equity", capped ? "" : "equity"},
          {"targets", "targets"},
          {"cost_within_cap", capped ? "cost" : ""},
          {"equity_within_cap", capped ? "equity" : ""}};
}

void print_terms(const Run& run, const Globals& globals) {
  const Json& best = run.results.objective_breakdown;
  const Json& start = member(member(run.results.projected_outcomes, "start"), "objective_breakdown");
  if (!best.is_object() || best.find("cost") == nullptr) return;
  heading_line("Objective", globals);
  TextTable table({{"", "  TERM", Align::left, 9},
                   {"", "START", Align::right, 7},
                   {"", "BEST", Align::right, 9},
                   {"", "CHANGE", Align::right, 8},
                   {"", "WEIGHT", Align::right, 5},
                   {"", "NORMALISED", Align::right, 4},
                   {"", "SHARE", Align::right, 5}});
  for (const auto& [name, weighed] : term_rows(run)) {
    if (best.find(name) == nullptr) continue;
    std::string weight;
    for (const Objective& objective : run.configuration.objectives) {
      if (objective.name == weighed) weight = shown_number(objective.weight);
    }
    const Json& share = member(best, weighed + "_share");
    const Json& normalised = member(best, weighed + "_normalised");
    table.add({"  " + name, number(member(start, name)), number(member(best, name)),
               change(real_member(start, name), real_member(best, name)), weight,
               normalised.is_number() ? number(normalised) : "",
               share.is_number() ? fmt::format("{:.1f} %", share.as_real() * 100) : ""});
  }
  fmt::print("{}", table.render(globals));
}

void print_levers(const Json& outcomes, const Globals& globals) {
  const Json& rows = member(outcomes, "levers");
  if (!rows.is_array() || rows.empty()) return;
  heading_line("Levers", globals);
  constexpr std::size_t most = 40;
  TextTable table({{"", "  LEVER", Align::left, 9},
                   {"", "START", Align::right, 8},
                   {"", "BEST", Align::right, 9},
                   {"", "CHANGE", Align::right, 7},
                   {"", "BOUNDS", Align::right, 4},
                   {"", "", Align::left, 5}});
  for (std::size_t i = 0; i < std::min(most, rows.size()); ++i) {
    const Json& row = rows.at(i);
    const Json& bound = member(row, "at_bound");
    table.add({"  " + row.at("name").as_string(), lever_number(member(row, "start")), lever_number(member(row, "best")),
               lever_change(real_member(row, "start"), real_member(row, "best")),
               fmt::format("{} to {}", number(member(row, "lower")), number(member(row, "upper"))),
               bound.is_string() ? fmt::format("at the {} bound", bound.as_string()) : ""});
  }
  fmt::print("{}", table.render(globals));
  if (rows.size() > most) fmt::print("  {}\n", faint(fmt::format("and {} more", rows.size() - most), globals));
}

void print_conditions(const Json& rows, const Globals& globals) {
  if (!rows.is_array() || rows.empty()) return;
  heading_line("Conditions", globals);
  TextTable table({{"", "  CONDITION", Align::left, 9},
                   {"", "VALUE", Align::right, 9},
                   {"", "AT LEAST", Align::right, 7},
                   {"", "AT MOST", Align::right, 7},
                   {"", "HEADROOM", Align::right, 8},
                   {"", "", Align::left, 9}});
  for (const Json& row : rows.as_array()) {
    const Json& satisfied = member(row, "satisfied");
    const bool holds = satisfied.is_boolean() && satisfied.as_boolean();
    const auto value = [&](const char* name) {
      const Json& found = member(row, name);
      return found.is_number() && std::fabs(found.as_real()) >= 10000 ? money(found) : number(found);
    };
    table.add({"  " + shown(member(row, "name")), value("value"), value("minimum"), value("maximum"), value("headroom"),
               holds ? "holds" : fmt::format("violated by {}", value("violation"))});
  }
  fmt::print("{}", table.render(globals));
}

void print_costs(const Run& run, const Globals& globals) {
  const Json& impact = run.results.estimated_cost_impact;
  if (!impact.is_object() || impact.find("run_rate") == nullptr) return;
  heading_line(fmt::format("Costs in {}", shown(member(impact, "year"))), globals);
  TextTable table({{"", "  COST", Align::left, 9},
                   {"", "START", Align::right, 8},
                   {"", "BEST", Align::right, 9},
                   {"", "CHANGE", Align::right, 9},
                   {"", "CHANGE %", Align::right, 7}});
  const std::pair<const char*, const char*> rows[] = {{"run_rate", "  pay of the active, a year"},
                                                      {"in_year", "  paid in the year"}};
  for (const auto& [name, text] : rows) {
    const Json& row = member(impact, name);
    const Json& relative = member(row, "relative_change");
    table.add({text, money(member(row, "baseline")), money(member(row, "proposed")),
               signed_grouped(real_member(row, "change")),
               relative.is_number() ? percent_text(relative.as_real()) : ""});
  }
  fmt::print("{}", table.render(globals));
}

void print_front(const Json& outcomes, const Globals& globals) {
  const Json& front = member(outcomes, "front");
  const Json& points = member(front, "points");
  if (!points.is_array() || points.empty()) return;
  heading_line(fmt::format("Front of {} plans", points.size()), globals);
  std::vector<Column> columns{{"", "  EVALUATION", Align::left, 9}};
  for (const auto& [name, value] : points.at(std::size_t{0}).at("goals").as_object())
    columns.push_back({"", name, Align::right, 8});
  columns.push_back({"", "", Align::left, 9});
  TextTable table(columns);
  constexpr std::size_t most = 20;
  const std::size_t step = points.size() <= most ? 1 : (points.size() + most - 1) / most;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Json& point = points.at(i);
    const bool knee = point.at("knee").as_boolean();
    if (i % step != 0 && i + 1 != points.size() && !knee) continue;
    std::vector<std::string> cells{"  " + shown(point.at("evaluation"))};
    for (const auto& [name, value] : point.at("goals").as_object())
      cells.push_back(name == "growth" && value.is_number() ? fmt::format("{:.2f} %", value.as_real() * 100)
                                                            : number(value));
    cells.emplace_back(knee ? "knee" : "");
    table.add(std::move(cells));
  }
  fmt::print("{}", table.render(globals));
  fact("hypervolume", number(member(front, "hypervolume")));
  const Json& price = member(member(front, "price_of_equity"), "money_per_point");
  if (price.is_number()) fact("price", fmt::format("{} a year for 0.01 less of equity's spread", money(price)));
}

void print_tuning(const Json& outcomes, const Globals& globals) {
  const Json& tuning = member(outcomes, "tuning");
  if (!tuning.is_object()) return;
  heading_line(fmt::format("Growth of average pay, target {:.2f} %", real_member(tuning, "target") * 100), globals);
  TextTable table(
      {{"", "  ITERATION", Align::left, 9}, {"", "GROWTH", Align::right, 9}, {"", "DISTANCE", Align::right, 9}});
  for (const Json& row : member(tuning, "iterations").as_array())
    table.add({"  " + shown(row.at("iteration")), fmt::format("{:.3f} %", real_member(row, "value") * 100),
               fmt::format("{:+.3f} points", real_member(row, "distance") * 100)});
  fmt::print("{}", table.render(globals));
}

std::string interval_text(const Json& estimate) {
  const Json &low = member(estimate, "low"), &high = member(estimate, "high");
  return low.is_number() && high.is_number() ? fmt::format("{:.4f} to {:.4f}", low.as_real(), high.as_real()) : "-";
}
std::string estimate_text(const Json& estimate) {
  const Json& value = member(estimate, "value");
  return value.is_number() ? fmt::format("{:.4f}", value.as_real()) : "-";
}

/// Columns of a method: title and the member that holds the estimate.
std::vector<std::pair<const char*, const char*>> estimates_of(const std::string& method) {
  if (method == "sobol") return {{"FIRST ORDER", "first_order"}, {"TOTAL ORDER", "total_order"}};
  if (method == "morris") return {{"MU*", "mu_star"}};
  if (method == "local") return {{"PER RANGE", "per_range"}, {"ELASTICITY", "elasticity"}};
  return {{"FIRST ORDER", "first_order"}};
}

void print_sensitivity(const Run& run, const Globals& globals) {
  const Json& analysis = run.results.sensitivity_analysis;
  const Json& method = member(analysis, "method");
  if (run.metadata.optimization_type != "sensitivity_analysis" || !method.is_string()) return;
  const Json& result = member(analysis, method.as_string());
  if (const Json& refusal = member(result, "refusal"); refusal.is_string() && !refusal.as_string().empty()) return;
  const Json& outputs = member(result, "outputs");
  const Json& effects = outputs.is_array() && !outputs.empty() ? member(outputs.at(std::size_t{0}), "effects")
                                                               : member(result, "effects");
  if (!effects.is_array()) return;
  heading_line(fmt::format("What {} depends on", shown(member(analysis, "figure"))), globals);
  const auto estimates = estimates_of(method.as_string());
  std::vector<Column> columns{{"", "  LEVER", Align::left, 9}};
  for (const auto& [title, name] : estimates) {
    columns.push_back({"", title, Align::right, 9});
    columns.push_back({"", "95 % INTERVAL", Align::right, 7});
  }
  columns.push_back({"", "", Align::left, 8});
  std::vector<const Json*> sorted;
  for (const Json& effect : effects.as_array()) sorted.push_back(&effect);
  std::ranges::stable_sort(sorted, [&](const Json* a, const Json* b) {
    const auto size = [&](const Json* effect) {
      const double value = real_member(member(*effect, estimates.back().second), "value");
      return std::isfinite(value) ? std::fabs(value) : -1;
    };
    return size(a) > size(b);
  });
  TextTable table(columns);
  for (const Json* effect : sorted) {
    std::vector<std::string> cells{"  " + shown(member(*effect, "factor"))};
    for (const auto& [title, name] : estimates) {
      cells.push_back(estimate_text(member(*effect, name)));
      cells.push_back(interval_text(member(*effect, name)));
    }
    const Json& none = member(*effect, "no_effect");
    cells.emplace_back(none.is_boolean() && none.as_boolean() ? "no effect" : "");
    table.add(std::move(cells));
  }
  fmt::print("{}", table.render(globals));
}

void print_bands(const std::string& title, const Json& years, bool chances, const Globals& globals) {
  if (!years.is_object() || years.empty()) return;
  heading_line(title, globals);
  std::vector<Column> columns{{"", "  YEAR", Align::left, 9},
                              {"", "FIGURE", Align::left, 9},
                              {"", "P10", Align::right, 6},
                              {"", "P50", Align::right, 9},
                              {"", "P90", Align::right, 6},
                              {"", "MEAN", Align::right, 5},
                              {"", "INTERVAL OF THE MEAN", Align::right, 3}};
  if (chances) columns.push_back({"", "CHANCE ABOVE BUDGET", Align::right, 9});
  TextTable table(columns);
  for (const auto& [year, figures] : years.as_object()) {
    bool first = true;
    for (const auto& [name, band] : figures.as_object()) {
      const auto value = [&](const char* key) { return money(member(member(band, key), "value")); };
      const Json& mean = member(band, "mean");
      std::vector<std::string> cells{
          first ? "  " + year : "",
          name,
          value("p10"),
          value("p50"),
          value("p90"),
          value("mean"),
          member(mean, "low").is_number()
              ? fmt::format("{} to {}", money(member(mean, "low")), money(member(mean, "high")))
              : "-"};
      if (chances) {
        const Json& chance = member(member(band, "chance_above"), "value");
        cells.push_back(
            name == "active_compensation" && chance.is_number() ? fmt::format("{:.1f} %", chance.as_real() * 100) : "");
      }
      table.add(std::move(cells));
      first = false;
    }
  }
  fmt::print("{}", table.render(globals));
}

void print_uncertainty(const Json& outcomes, const Globals& globals) {
  const Json& uncertainty = member(outcomes, "uncertainty");
  if (!uncertainty.is_object()) return;
  const bool budget = member(uncertainty, "budget").is_number();
  print_bands(fmt::format("The plan over {} seeds", shown(member(uncertainty, "seeds"))), member(uncertainty, "plan"),
              budget, globals);
  const Json& with = member(uncertainty, "compared_with");
  print_bands(fmt::format("Difference from {}, seed by seed", with.is_string() ? with.as_string() : "the baseline"),
              member(uncertainty, "difference"), false, globals);
}

void print_hints(const Run& run, const Session& session) {
  const Json& outcomes = run.results.projected_outcomes;
  const std::string id = run.metadata.run_id.substr(0, 8);
  const Json& at_bound = member(outcomes, "levers_at_bound");
  std::vector<std::string> hints;
  if (run.metadata.status == "failed" && !member(outcomes, "least_violated").is_null())
    hints.push_back(
        "loosen a condition, move more levers (--levers, --lock) or give more evaluations (`planwise resume " + id +
        " --max-evaluations N`)");
  if (at_bound.is_array() && !at_bound.empty() && run.metadata.status == "completed")
    hints.push_back(
        fmt::format("{} of the levers stand at a bound: the bounds decided there, not the objective; floors "
                    "(--constraint), --bounds or `planwise pareto` show what that costs",
                    at_bound.size()));
  if (run.metadata.status == "cancelled") hints.push_back("`planwise resume " + id + "` goes on from here");
  if (run.metadata.status == "completed")
    hints.push_back("`planwise reproduce " + id + "` makes it again, byte for byte");
  for (const std::string& hint : hints) session.say(hint);
}

void set_exit_status(const Run& run, Session& session) {
  if (run.metadata.status == "failed") session.exit_status = failed_status;
  if (run.metadata.status == "cancelled") session.exit_status = interrupted() ? interrupted_status : stopped_status;
}

}  // namespace

Json decision_json(const Run& run) {
  const Metadata& m = run.metadata;
  const Results& r = run.results;
  const Json& outcomes = r.projected_outcomes;
  const Json& reason = member(outcomes, "stop_reason");
  Json document = Json::object();
  document.set("run_id", m.run_id);
  document.set("scenario_id", m.scenario_id);
  document.set("status", m.status);
  document.set("objective_value", r.objective_value ? Json(*r.objective_value) : Json());
  document.set("optimal_parameters", r.optimal_parameters);
  document.set("function_evaluations", m.function_evaluations ? Json(*m.function_evaluations) : Json());
  document.set("converged", m.converged ? Json(*m.converged) : Json());
  document.set("stop_reason", reason);
  document.set("message", m.convergence_message ? Json(*m.convergence_message) : Json());
  document.set("optimization_type", m.optimization_type);
  document.set("optimization_engine", m.optimization_engine);
  document.set("max_evaluations", m.max_evaluations ? Json(*m.max_evaluations) : Json());
  document.set("random_seed", m.random_seed ? Json(*m.random_seed) : Json());
  document.set("runtime_seconds", m.runtime_seconds ? Json(*m.runtime_seconds) : Json());
  document.set("objective_breakdown", r.objective_breakdown);
  for (const char* name : {"feasible", "constraints", "levers_at_bound", "least_violated", "infeasible_because",
                           "front", "tuning", "uncertainty", "notes", "warnings", "warm_starts"}) {
    if (const Json* found = outcomes.find(name)) document.set(name, *found);
  }
  document.set("estimated_cost_impact", r.estimated_cost_impact);
  document.set("sensitivity_analysis", r.sensitivity_analysis);
  return document;
}

/// Somebody held the file when the study ended: the run is kept beside it, and the reader has to know.
void say_where_it_waits(const Run& run, Session& session) {
  try {
    if (!session.manager().summary(run.metadata.run_id).queued) return;
    session.say("queued: another program holds the file; the run waits in the spool and is stored with the next save");
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): whether it waits is a remark, the result is not at stake
  }
}

void print_decision(const Run& run, Session& session) {
  const Globals& globals = session.globals;
  set_exit_status(run, session);
  say_where_it_waits(run, session);
  if (globals.output == Output::json && globals.columns.empty()) {
    print_json(decision_json(run), globals);
    return;
  }
  if (globals.output != Output::table || !globals.columns.empty()) {
    print_rows({decision_json(run)}, {{"run_id", "RUN", Align::left, 9}, {"status", "STATUS", Align::left, 9}},
               globals);
    return;
  }
  const Json& outcomes = run.results.projected_outcomes;
  for (const char* name : {"warnings", "notes"}) {
    if (const Json& lines = member(outcomes, name); lines.is_array()) {
      for (const Json& text : lines.as_array()) {
        const std::string line = shown(text);
        // Where the data came from stands in the run; here what the reader has to know.
        if (!line.starts_with("people:") && !line.starts_with("levers:")) session.say(line);
      }
    }
  }
  print_overview(run, globals);
  print_terms(run, globals);
  print_front(outcomes, globals);
  print_tuning(outcomes, globals);
  print_levers(outcomes, globals);
  print_conditions(member(outcomes, "constraints"), globals);
  print_costs(run, globals);
  print_sensitivity(run, globals);
  print_uncertainty(outcomes, globals);
  print_hints(run, session);
}

}  // namespace planwise::cli
