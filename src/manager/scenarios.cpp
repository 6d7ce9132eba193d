// A scenario: levers put over what was read, simulated, as the shape that callers read, and as tables.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>

#include "core/near.h"
#include "manager/simulation_parts.h"
#include "planwise/error.h"
#include "workforce/levers.h"
#include "workforce/parts.h"

namespace planwise {

namespace {

/// The levers of the database as rows, those that the settings file has put where the database has none.
class LeverRows {
 public:
  LeverRows(const LeverSchema& schema, const EffectiveLevers& levers) : schema_(schema), levers_(levers) {}

  void add_year(int year, const manager::SettingsFile& file) {
    const auto values = levers_.values.find(year);
    std::set<std::pair<std::string_view, int>> taken;
    for (const workforce::LeverName& name : workforce::lever_names()) {
      if (values == levers_.values.end()) break;
      for (std::size_t index = 0; index < level_count; ++index) {
        if (!(levers_.given.at(year).*name.locks)[index]) continue;
        const int level = static_cast<int>(index) + 1;
        taken.insert({name.parameter, level});
        rows_.push_back({year, level, std::string(event_of(name)), std::string(name.parameter),
                         (values->second.*name.values)[index], (levers_.locks.at(year).*name.locks)[index]});
      }
    }
    Json from_file = file.levers;
    if (const auto of_year = file.levers_by_year.find(year); of_year != file.levers_by_year.end()) {
      for (const auto& [name, value] : of_year->second.as_object()) from_file.set(name, value);
    }
    for (EffectiveLever& row : rows_from_flat(schema_, from_file, year)) {
      if (!taken.contains({row.parameter_name, row.level})) {
        rows_.push_back(std::move(row));
      } else {
        without_effect_.insert(year);
      }
    }
  }

  [[nodiscard]] const std::vector<EffectiveLever>& rows() const { return rows_; }
  /// Years of which the file has levers that the database has too.
  [[nodiscard]] const std::set<int>& without_effect() const { return without_effect_; }

 private:
  /// As the schema in force spells it, which may be a file of the user's.
  [[nodiscard]] std::string_view event_of(const workforce::LeverName& name) const {
    const Lever* lever = schema_.find_parameter(name.parameter);
    return lever == nullptr ? name.event_type : std::string_view(lever->event_type);
  }
  const LeverSchema& schema_;
  const EffectiveLevers& levers_;
  std::vector<EffectiveLever> rows_;
  std::set<int> without_effect_;
};

/// Years and levers of the settings file that change nothing.
void warn_of_file_without_effect(const manager::SettingsFile& file, const std::string& origin,
                                 const ScenarioRequest& request, const SimulationSettings& used,
                                 const std::set<int>& levers_of, std::vector<std::string>& warnings) {
  const auto say = [&](std::string_view what) { warnings.push_back(fmt::format("{}: {}", origin, what)); };
  if (file.start_year && *file.start_year != used.start_year)
    say(fmt::format("years.start = {} has no effect: the people are those to start {} from", *file.start_year,
                    used.start_year));
  if (file.end_year && *file.end_year != used.end_year && request.last_year == 0)
    say(fmt::format("years.end = {} has no effect: the last year of the database is {}; --years sets another",
                    *file.end_year, used.end_year));
  if (!levers_of.empty())
    say(fmt::format("levers of {} have no effect where the database has its own; --set goes over them",
                    fmt::join(levers_of, ", ")));
  for (const auto& [year, levers] : file.levers_by_year) {
    if (year < used.start_year || year > used.end_year)
      say(fmt::format("levers.{} has no effect: {} to {} are simulated", year, used.start_year, used.end_year));
  }
}

/// Flat names that no lever has are refused: a mistyped lever must not look like one without effect.
void refuse_unknown(const LeverSchema& schema, const Json& levers, std::string_view where) {
  if (!levers.is_object() || is_tuning_form(levers)) return;
  const std::vector<std::string> known = schema.names();
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  for (const auto& [name, value] : levers.as_object()) {
    if (schema.find(name)) continue;
    throw Error(ErrorCode::invalid_argument, fmt::format("{}there is no lever '{}'{}; `planwise levers show` lists all",
                                                         where, name, core::did_you_mean(name, candidates)));
  }
}

void refuse_bad_file_levers(const LeverSchema& schema, const manager::SettingsFile& file, std::string_view origin) {
  const auto check = [&](const Json& levers) {
    refuse_unknown(schema, levers, fmt::format("{}: ", origin));
    const LeverValidation checked = validate_levers(schema, levers);
    if (!checked.valid())
      throw Error(ErrorCode::invalid_argument, fmt::format("{}: {}", origin, fmt::join(checked.errors, "; ")));
  };
  check(file.levers);
  for (const auto& [year, levers] : file.levers_by_year) check(levers);
}

void set_years(const ScenarioRequest& request, const LoadedModel& model, SimulationSettings& settings) {
  if (request.first_year != 0 && request.first_year != settings.start_year) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the first year is {}; the people ({}) are those of the end of {}: {} is allowed",
                            request.first_year, model.start.source, settings.start_year - 1, settings.start_year));
  }
  if (request.last_year != 0) settings.end_year = request.last_year;
  if (settings.end_year < settings.start_year) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the last year is {}; {} or later is allowed", settings.end_year, settings.start_year));
  }
}

/// "2025, 2026: the defaults hold for merit_base, ..." would be a line a year and lever: those of years that have none
/// at all are told once.
void note_years_without(const EffectiveLevers& levers, const std::vector<int>& years, std::vector<std::string>& notes) {
  std::vector<int> without;
  for (const int year : years) {
    if (!levers.values.contains(year)) without.push_back(year);
  }
  if (!levers.values.empty() && !without.empty())
    notes.push_back(fmt::format("{} has no levers of {}: those of the settings file, else the defaults, hold",
                                levers.source, fmt::join(without, ", ")));
}

/// Values that years with levers lack: as the database tells them, or, where the file may have filled some, as is left.
void note_gaps(const EffectiveLevers& levers, const manager::SettingsFile& file,
               const std::vector<std::string>& planned, std::vector<std::string>& warnings) {
  if (file.levers.empty() && file.levers_by_year.empty()) {
    warnings.insert(warnings.end(), levers.notes.begin(), levers.notes.end());
    return;
  }
  for (const auto& [year, values] : levers.values) {
    for (const std::string& note : planned) {
      if (note.starts_with(fmt::format("{}:", year))) warnings.push_back(note);
    }
  }
}

/// Levers of the database beyond their hard bounds: simulated as they are, and said.
void warn_of_bounds(const LeverSchema& schema, const EffectiveLevers& levers, const std::vector<int>& years,
                    std::vector<std::string>& warnings) {
  for (const int year : years) {
    const auto values = levers.values.find(year);
    if (values == levers.values.end()) continue;
    for (const workforce::LeverName& name : workforce::lever_names()) {
      const Lever* lever = schema.find_parameter(name.parameter);
      if (lever == nullptr) continue;
      for (std::size_t index = 0; index < level_count; ++index) {
        const double value = (values->second.*name.values)[index];
        const bool beyond = value < lever->hard.minimum || value > lever->hard.maximum;
        if (beyond && (levers.given.at(year).*name.locks)[index]) {
          warnings.push_back(fmt::format("{}: {} of level {} is {} in the database, beyond its bounds {} to {}", year,
                                         name.parameter, index + 1, value, lever->hard.minimum, lever->hard.maximum));
          break;
        }
      }
    }
  }
}

}  // namespace

Scenario SimulationService::Parts::prepared(const ScenarioRequest& request) {
  for (const LeverPlan& plan : request.levers) {
    if (!plan.leave_out_unknown) refuse_unknown(schema, plan.levers, "");
  }
  refuse_bad_file_levers(schema, file, options.settings_file.string());
  const std::shared_ptr<const LoadedModel> loaded = model(request.first_year);
  Scenario scenario;
  scenario.signature = loaded->signature;
  scenario.notes = loaded->notes;
  scenario.warnings = loaded->warnings;
  SimulationInput& input = scenario.input;
  input.people = loaded->start.people;
  input.settings = loaded->settings;
  set_years(request, *loaded, input.settings);
  std::vector<int> years;
  LeverRows rows(schema, loaded->levers);
  for (int year = input.settings.start_year; year <= input.settings.end_year; ++year) {
    years.push_back(year);
    rows.add_year(year, file);
  }
  note_years_without(loaded->levers, years, scenario.warnings);
  warn_of_bounds(schema, loaded->levers, years, scenario.warnings);
  warn_of_file_without_effect(file, options.settings_file.string(), request, input.settings, rows.without_effect(),
                              scenario.warnings);
  PlannedLevers planned = plan_levers(schema, rows.rows(), years, request.levers, request.locks);
  note_gaps(loaded->levers, file, planned.notes, scenario.warnings);
  scenario.remarks = std::move(planned.remarks);
  input.levers = std::move(planned.years);
  for (auto& [year, levers] : input.levers) {
    levers.new_hire_stored_as_HIRE = !loaded->levers.new_hire_stored_as_hire;
    if (const auto locks = loaded->levers.locks.find(year); locks != loaded->levers.locks.end())
      scenario.locks.insert(*locks);
  }
  input.seed = request.seed;
  input.dbt = request.dbt;
  input.detail = request.detail;
  input.threads = request.threads;
  input.progress = request.progress;
  return scenario;
}

Scenario SimulationService::simulate(const ScenarioRequest& request) {
  Scenario scenario = parts_->prepared(request);
  scenario.result = planwise::simulate(scenario.input);
  return scenario;
}

namespace {

Json summary_of_figures(const YearFigures& year, const YearLevers& levers) {
  const auto count = [&](DetailedStatus status) { return year.headcount[static_cast<std::size_t>(status)]; };
  std::int64_t everybody = 0;
  double pay = 0;
  for (std::size_t status = 0; status < year.headcount.size(); ++status) {
    everybody += year.headcount[status];
    pay += year.status_compensation[status];
  }
  const auto if_any = [](std::int64_t people, double value) { return people == 0 ? Json() : Json(value); };
  Json workforce = Json::object();
  workforce.set("total_headcount", everybody);
  workforce.set("avg_compensation", if_any(everybody, everybody == 0 ? 0 : pay / static_cast<double>(everybody)));
  workforce.set("total_compensation", if_any(everybody, pay));
  workforce.set("job_levels", static_cast<std::int64_t>(std::ranges::count_if(
                                  year.headcount_by_level, [](std::int64_t people) { return people > 0; })));
  workforce.set("continuing_employees", count(DetailedStatus::continuous_active));
  workforce.set("new_hires", count(DetailedStatus::new_hire_active));
  workforce.set("terminations",
                count(DetailedStatus::experienced_termination) + count(DetailedStatus::new_hire_termination));
  workforce.set("experienced_terminations", count(DetailedStatus::experienced_termination));
  workforce.set("new_hire_terminations", count(DetailedStatus::new_hire_termination));
  workforce.set("active_headcount", year.active_headcount);
  workforce.set("active_compensation", if_any(year.active_headcount, year.active_compensation));
  workforce.set("mean_compensation", if_any(year.active_headcount, year.active_mean));
  workforce.set("median_compensation", if_any(year.active_headcount, year.active_median));
  const double usual = year.active_mean_without_outliers;
  workforce.set("mean_compensation_without_outliers",
                std::isfinite(usual) ? if_any(year.active_headcount, usual) : Json());

  // Spelled, and in the order, as a database gives them; a type without an event is not there.
  constexpr std::array<std::pair<std::string_view, EventType>, 4> types{{{"RAISE", EventType::raise},
                                                                         {"hire", EventType::hire},
                                                                         {"promotion", EventType::promotion},
                                                                         {"termination", EventType::termination}}};
  Json events = Json::object();
  for (const auto& [name, type] : types) {
    const std::int64_t number = year.events[static_cast<std::size_t>(type)];
    if (number > 0) events.set(name, number);
  }
  Json summary = Json::object();
  summary.set("year", year.year);
  summary.set("workforce", std::move(workforce));
  summary.set("events", std::move(events));
  summary.set("parameters", flat_levers(levers));
  return summary;
}

}  // namespace

Json to_json(const Scenario& scenario) {
  std::map<int, Json> summaries;
  for (const YearFigures& year : scenario.result.years)
    summaries.emplace(year.year, summary_of_figures(year, scenario.input.levers.at(year.year)));
  return workforce::years_together(summaries);
}

void write_scenario(const Scenario& scenario, const std::filesystem::path& target,
                    const SimulationTablesOptions& options) {
  if (scenario.result.rows.size() != scenario.result.years.size()) {
    throw Error(ErrorCode::invalid_argument,
                "the scenario was simulated without rows; SimulationDetail::rows is needed to write it");
  }
  SimulationTables tables(target, options);
  tables.baseline(scenario.input.people, scenario.input.settings.start_year);
  tables.settings(scenario.input.settings);
  tables.levers(scenario.input.levers, scenario.locks);
  for (const YearRows& rows : scenario.result.rows) tables.year(rows);
  tables.finish();
}

}  // namespace planwise
