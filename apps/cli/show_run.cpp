// One run laid out for a person, section by section.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "show.h"
#include "table.h"

namespace planwise::cli {

namespace {

constexpr std::size_t label_width = 26;

void title(const std::string& text, const Globals& globals) { fmt::print("\n{}\n", bold(text, globals)); }

/// "  label    value", the value wrapped on a terminal; nothing for an absent value.
void line(std::string_view label, const std::string& value) {
  if (value.empty() || value == "-") return;
  const std::string name = printable(label);
  const std::size_t width = display_width(name);
  const std::string padding(width + 2 < label_width ? label_width - width : 2, ' ');
  const std::size_t room = terminal_width();
  const std::string text = printable(value);
  fmt::print("  {}{}{}\n", name, padding,
             room > label_width + 22 ? wrapped(text, room - label_width - 2, label_width + 2) : text);
}

template <typename T>
std::string text_of(const std::optional<T>& value) {
  return value ? shown(Json(*value)) : "-";
}

bool is_plain(const Json& value) { return !value.is_object() && !value.is_array(); }

std::string entries_text(const Json& value) {
  return fmt::format("{} entr{}", value.size(), value.size() == 1 ? "y" : "ies");
}

/// "count 1391, share 0.85, points: 7 entries" for an object: what nests deeper or goes on longer is counted.
std::string inline_text(const Json& value) {
  constexpr std::size_t most = 12;
  constexpr std::size_t longest_list = 20;
  if (value.is_array() && value.size() > longest_list) return entries_text(value);
  if (!value.is_object()) return shown(value);
  std::string text;
  std::size_t number = 0;
  for (const auto& [name, member] : value.as_object()) {
    if (++number > most) return text + fmt::format(", and {} more", value.size() - most);
    text += text.empty() ? "" : ", ";
    text += is_plain(member) ? fmt::format("{} {}", name, shown(member))
            : member.empty() ? fmt::format("{} none", name)
                             : fmt::format("{}: {}", name, entries_text(member));
  }
  return text;
}

/// An object member by member under its label, a list of objects element by element, anything else in one line.
void members(const std::string& label, const Json& value) {
  if (value.is_object() && label.empty()) {
    for (const auto& [name, member] : value.as_object()) members(name, member);
  } else if (value.is_array() && !std::all_of(value.as_array().begin(), value.as_array().end(), is_plain)) {
    constexpr std::size_t most = 8;
    for (std::size_t i = 0; i < std::min(most, value.size()); ++i) line(label, inline_text(value.at(i)));
    if (value.size() > most) line("", fmt::format("and {} more; --output json has them", value.size() - most));
  } else {
    line(label, inline_text(value));
  }
}

/// Digits after the point are the same for all, so that the points stand below each other.
std::string lever_text(const Json* value) {
  if (value == nullptr) return "-";
  if (!value->is_number()) return shown(*value);
  const double number = value->as_real();
  constexpr double nothing = 1e-9;  // what a search leaves of a lever at 0
  if (std::fabs(number) < nothing) return "0.00000";
  return std::isfinite(number) && std::fabs(number) < 1000 && std::fabs(number) >= 1e-5 ? fmt::format("{:.5f}", number)
                                                                                        : shown_number(number);
}

/// "40 of 200 evaluations, best 0.25, 3.1 s; process 123 on host, 2026-03-01 10:00:00".
std::string heartbeat_text(const Heartbeat& beat) {
  const RunProgress& p = beat.progress;
  std::string text = std::to_string(p.evaluations) +
                     (p.max_evaluations ? fmt::format(" of {}", *p.max_evaluations) : "") + " evaluations";
  if (p.best_objective)
    text +=
        fmt::format(", best {}{}", shown_number(*p.best_objective), p.best_feasible == false ? " (infeasible)" : "");
  return text + fmt::format(", {} s; process {} on {}, {}", shown_number(p.seconds), beat.process_id, beat.host,
                            shown(Json(to_text(beat.beat_at))));
}

void print_overview(const Run& run, const std::optional<RunSummary>& stored, const Globals& globals) {
  const Metadata& m = run.metadata;
  fmt::print("{}\n", bold(printable(m.scenario_id), globals));
  line("run", m.run_id);
  const bool lost = stored && stored->run_state == "lost";
  line("status",
       m.status + (lost ? " (lost)" : "") + (m.converged ? (*m.converged ? ", converged" : ", not converged") : ""));
  line("type", fmt::format("{} by {}", m.optimization_type, m.optimization_engine));
  line("created (UTC)", shown(Json(to_text(m.created_at))));
  line("completed (UTC)", m.completed_at ? shown(Json(to_text(*m.completed_at))) : "");
  line("runtime", m.runtime_seconds ? shown_number(*m.runtime_seconds) + " s" : "");
  line("evaluations", m.function_evaluations
                          ? fmt::format("{}{}", *m.function_evaluations,
                                        m.max_evaluations ? fmt::format(" of {}", *m.max_evaluations) : "")
                          : "");
  if (stored && stored->heartbeat) line("heartbeat", heartbeat_text(*stored->heartbeat));
  line("seed", m.random_seed ? std::to_string(*m.random_seed) : "");
  line("synthetic mode", m.use_synthetic_mode.value_or(false) ? "yes" : "");
  line("message", text_of(m.convergence_message));
  line("user", text_of(m.user_id));
  line("description", m.description);
  line("justification", m.business_justification);
  std::string tags;
  for (const std::string& tag : m.tags) tags += (tags.empty() ? "" : ", ") + tag;
  line("tags", tags);
  line("notes", run.notes);
  if (!stored) return;
  line("version", std::to_string(stored->version) + (stored->locked ? ", locked" : "") +
                      (stored->archived_at ? ", archived" : "") + (stored->queued ? ", queued in the spool" : ""));
  line("content hash", stored->content_hash);
}

void print_objectives(const Run& run, const Globals& globals) {
  const Results& r = run.results;
  title("Objectives", globals);
  line("objective value", r.objective_value ? shown_number(*r.objective_value) : "not reported");
  std::vector<std::string> listed;
  if (!run.configuration.objectives.empty()) {
    TextTable table({{"", "  NAME", Align::left, 9},
                     {"", "VALUE", Align::right, 9},
                     {"", "WEIGHT", Align::right, 9},
                     {"", "DIRECTION", Align::left, 8},
                     {"", "TARGET", Align::right, 8},
                     {"", "DESCRIPTION", Align::left, 0}});
    for (const Objective& o : run.configuration.objectives) {
      const Json* term = r.objective_breakdown.find(o.name);
      table.add({"  " + o.name, term != nullptr ? shown(*term) : "-", shown_number(o.weight), o.direction,
                 o.target_value ? shown_number(*o.target_value) : "-", o.description});
      listed.push_back(o.name);
    }
    fmt::print("{}", table.render(globals));
  }
  if (r.objective_breakdown.is_object()) {
    for (const auto& [name, value] : r.objective_breakdown.as_object()) {
      if (std::find(listed.begin(), listed.end(), name) == listed.end()) line(name, shown(value));
    }
  }
  for (const Constraint& c : run.configuration.constraints) {
    const bool pair = c.bounds.is_array() && c.bounds.size() == 2;
    const std::string bounds =
        pair ? fmt::format("{} to {}", shown(c.bounds.at(std::size_t{0})), shown(c.bounds.at(std::size_t{1})))
             : shown(c.bounds);
    line("constraint " + c.name,
         fmt::format("{}, {}{}{}", c.constraint_type, bounds, c.description.empty() ? "" : "; ", c.description));
  }
  members("violated", r.constraint_violations);
}

/// Where a lever stands in its bounds: an optimum at a bound says that the bound decided.
std::string place_in(const Json* bounds, const Json* value) {
  if (bounds == nullptr || value == nullptr || !value->is_number() || !bounds->is_array() || bounds->size() != 2)
    return "";
  const Json& lower = bounds->at(std::size_t{0});
  const Json& upper = bounds->at(std::size_t{1});
  if (lower.is_number() && value->as_real() < lower.as_real()) return "below its bounds";
  if (upper.is_number() && value->as_real() > upper.as_real()) return "above its bounds";
  // As a search ends there: within its tolerance.
  const double range = lower.is_number() && upper.is_number() ? upper.as_real() - lower.as_real() : 0;
  const double near = 1e-5 * std::max(0.0, range);
  if (lower.is_number() && value->as_real() <= lower.as_real() + near) return "at the lower bound";
  return upper.is_number() && value->as_real() >= upper.as_real() - near ? "at the upper bound" : "";
}

/// The levers in the order in which they are shown everywhere, then others as they come.
std::vector<std::string> parameter_names(const Run& run) {
  std::vector<std::string> names;
  const std::array sources{&run.configuration.initial_parameters, &run.results.optimal_parameters};
  for (const std::string_view lever : lever_names) {
    if (sources[0]->find(lever) != nullptr || sources[1]->find(lever) != nullptr) names.emplace_back(lever);
  }
  for (const Json* source : sources) {
    if (!source->is_object()) continue;
    for (const auto& [name, value] : source->as_object()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

void print_parameters(const Run& run, const Globals& globals) {
  const std::vector<std::string> names = parameter_names(run);
  if (names.empty()) return;
  title("Parameters", globals);
  TextTable table({{"", "  NAME", Align::left, 9},
                   {"", "INITIAL", Align::right, 9},
                   {"", "OPTIMAL", Align::right, 9},
                   {"", "CHANGE", Align::right, 9},
                   {"", "CHANGE %", Align::right, 9},
                   {"", "BOUNDS", Align::right, 1},
                   {"", "", Align::left, 0}});
  for (const std::string& name : names) {
    const Json* before = run.configuration.initial_parameters.find(name);
    const Json* after = run.results.optimal_parameters.find(name);
    std::string change = "-";
    std::string percent = "-";
    if (before != nullptr && after != nullptr && before->is_number() && after->is_number()) {
      const double delta = after->as_real() - before->as_real();
      const Json delta_value(delta);
      change = (delta > 0 ? "+" : "") + lever_text(&delta_value);
      if (before->as_real() != 0) percent = percent_text(delta / std::fabs(before->as_real()));
    }
    const Json* bounds = run.configuration.parameter_bounds.find(name);
    std::string range = "-";
    if (bounds != nullptr && bounds->is_array() && bounds->size() == 2)
      range = fmt::format("{} to {}", shown(bounds->at(std::size_t{0})), shown(bounds->at(std::size_t{1})));
    table.add({"  " + name, lever_text(before), lever_text(after), change, percent, range, place_in(bounds, after)});
  }
  fmt::print("{}", table.render(globals));
}

void print_algorithm(const Run& run, const Globals& globals) {
  if (run.configuration.algorithm_config.empty()) return;
  title("Algorithm", globals);
  members("", run.configuration.algorithm_config);
}

void print_risk(const Run& run, const Globals& globals) {
  const Results& r = run.results;
  title("Risk", globals);
  line("level", r.risk_level.value_or("not assessed"));
  Json assessment = r.risk_assessment;
  if (const Json* found = assessment.find("level")) {  // May differ from the run's level, which somebody gave.
    const Json level = *found;
    assessment.erase("level");
    if (!level.is_string() || level.as_string() != r.risk_level) line("assessed level", inline_text(level));
  }
  members("", assessment);
  members("warning", r.parameter_warnings);
  members("cost impact", r.estimated_cost_impact);
  members("employee impact", r.estimated_employee_impact);
}

/// {year: {name: number}} as a table, what is nested deeper named below it; false when it is anything else.
bool print_outcome_years(const Json& years, const Globals& globals) {
  if (!years.is_object() || years.empty()) return false;
  std::vector<std::string> names;
  std::vector<std::string> deeper;
  for (const auto& [year, values] : years.as_object()) {
    if (!values.is_object()) return false;
    for (const auto& [name, value] : values.as_object()) {
      std::vector<std::string>& kind = value.is_object() || value.is_array() ? deeper : names;
      if (std::find(kind.begin(), kind.end(), name) == kind.end()) kind.push_back(name);
    }
  }
  if (names.empty()) return false;
  std::vector<Column> columns{{"", "  YEAR", Align::left, 9}};
  for (const std::string& name : names) columns.push_back({"", printable(name), Align::right, 4});
  TextTable table(columns);
  for (const auto& [year, values] : years.as_object()) {
    std::vector<std::string> row{"  " + year};
    for (const std::string& name : names) {
      const Json* value = values.find(name);
      row.push_back(value != nullptr ? shown(*value) : "-");
    }
    table.add(std::move(row));
  }
  fmt::print("{}", table.render(globals));
  if (!deeper.empty())
    fmt::print(
        "  {}\n",
        faint(printable(fmt::format("and {} (--section results --output json)", fmt::join(deeper, ", "))), globals));
  return true;
}

void print_outcomes(const Run& run, const Globals& globals) {
  const Json& outcomes = run.results.projected_outcomes;
  if (outcomes.empty()) return;
  title("Projected outcomes", globals);
  if (print_outcome_years(outcomes, globals)) return;
  if (!outcomes.is_object()) {
    members("", outcomes);
    return;
  }
  for (const auto& [name, value] : outcomes.as_object()) {
    if (name == "levers" && value.is_array()) continue;  // stand under Parameters, with where they are between bounds
    if (!print_outcome_years(value, globals)) members(name, value);
  }
}

/// The largest effect first; what is no number keeps its place in the JSON's order below.
void print_stored_sensitivity(const Run& run, const Globals& globals) {
  const Results& r = run.results;
  if (r.sensitivity_analysis.empty() && r.parameter_correlations.empty()) return;
  title("Sensitivity", globals);
  std::vector<std::pair<std::string, double>> ranked;
  Json others = r.sensitivity_analysis;
  if (others.is_object()) {
    // An analysis made here has its effects in a member of its own, beside what else it tells.
    Json effects = r.sensitivity_analysis;
    for (const char* own : {"elasticities", "by_lever"}) {
      if (const Json* found = r.sensitivity_analysis.find(own); found != nullptr && found->is_object()) {
        effects = *found;
        others.erase(own);
      }
    }
    for (const auto& [name, value] : effects.as_object()) {
      if (!value.is_number()) continue;
      ranked.emplace_back(name, value.as_real());
      others.erase(name);
    }
  }
  if (!ranked.empty()) {
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return std::fabs(a.second) > std::fabs(b.second); });
    TextTable table({{"", "  NAME", Align::left, 9}, {"", "EFFECT", Align::right, 9}});
    for (const auto& [name, value] : ranked) {
      const Json number(value);
      table.add({"  " + name, lever_text(&number)});
    }
    fmt::print("{}", table.render(globals));
  }
  members("", others);
  if (!r.parameter_correlations.empty())
    line("correlations",
         fmt::format("of {} parameters; --section results --output json has them", r.parameter_correlations.size()));
}

/// A row of blocks from lowest to highest, at most 60 wide: how the objective went.
std::string sparkline(const std::vector<double>& values) {
  constexpr std::array blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::size_t most = 60;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double range = *high - *low;
  const std::size_t count = std::min(values.size(), most);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    const double value = values[count == 1 ? 0 : i * (values.size() - 1) / (count - 1)];
    const double part = range > 0 && std::isfinite(range) ? (value - *low) / range : 0;
    text += blocks[static_cast<std::size_t>(std::clamp(part * 7.0, 0.0, 7.0))];
  }
  return text;
}

void print_history(const Run& run, const Globals& globals) {
  const Results& r = run.results;
  if (r.objective_history.empty() && r.parameter_history.empty()) return;
  title("History", globals);
  std::vector<double> values;
  if (r.objective_history.is_array()) {
    for (const Json& value : r.objective_history.as_array()) {
      if (value.is_number() && std::isfinite(value.as_real())) values.push_back(value.as_real());
    }
  }
  if (!values.empty()) {
    line("objective", sparkline(values));
    line("", fmt::format("{} iterations, first {}, last {}, lowest {}, feasible or not", r.objective_history.size(),
                         shown_number(values.front()), shown_number(values.back()),
                         shown_number(*std::min_element(values.begin(), values.end()))));
  }
  if (!r.parameter_history.empty()) line("parameters", fmt::format("{} iterations", r.parameter_history.size()));
}

void print_simulation(const Run& run, const Globals& globals) {
  if (!run.simulation_data || run.simulation_data->empty()) return;
  title("Simulation data", globals);
  if (!run.simulation_data->is_object()) {
    line("holds", fmt::format("{} entries", run.simulation_data->size()));
    return;
  }
  for (const auto& [name, value] : run.simulation_data->as_object()) {
    const bool plain = !value.is_object() && !value.is_array();
    line(name, plain ? shown(value) : value.empty() ? "empty" : entries_text(value));
  }
}

/// The run without social security numbers in what is shown of it.
Run cleaned(Run run) {
  Results& r = run.results;
  for (Json* part :
       {&run.configuration.algorithm_config, &r.constraint_violations, &r.parameter_warnings, &r.risk_assessment,
        &r.estimated_cost_impact, &r.estimated_employee_impact, &r.projected_outcomes, &r.sensitivity_analysis}) {
    *part = without_ssn(std::move(*part));
  }
  if (run.simulation_data) run.simulation_data = without_ssn(std::move(*run.simulation_data));
  return run;
}

constexpr std::array section_names{"overview", "objectives",  "parameters", "algorithm", "risk",
                                   "outcomes", "sensitivity", "history",    "simulation"};

}  // namespace

std::string signed_number(double value) { return fmt::format("{}{}", value > 0 ? "+" : "", shown_number(value)); }
std::string percent_text(double fraction) { return fmt::format("{:+.2f} %", fraction * 100); }

bool is_section(std::string_view name) {
  return std::find(section_names.begin(), section_names.end(), name) != section_names.end();
}

void print_run(const Run& whole, const std::optional<RunSummary>& stored, std::string_view section,
               const Globals& globals) {
  const Run run = cleaned(whole);
  const auto wanted = [section](std::string_view name) { return section.empty() || section == name; };
  if (wanted("overview")) print_overview(run, stored, globals);
  if (wanted("objectives")) print_objectives(run, globals);
  if (wanted("parameters")) print_parameters(run, globals);
  if (wanted("algorithm")) print_algorithm(run, globals);
  if (wanted("risk")) print_risk(run, globals);
  if (wanted("outcomes")) print_outcomes(run, globals);
  if (wanted("sensitivity")) print_stored_sensitivity(run, globals);
  if (wanted("history")) print_history(run, globals);
  if (wanted("simulation")) print_simulation(run, globals);
}

void print_provenance(const Json& provenance, const Globals& globals) {
  if (provenance.is_null()) return;
  title("Provenance", globals);
  members("", provenance);
}

}  // namespace planwise::cli
