// Whether a database's data are fit to stand behind a run: the shape that drop-in callers read.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "planwise/error.h"
#include "workforce/levers.h"
#include "workforce/parts.h"

namespace planwise {

using namespace workforce;

namespace {

constexpr std::array<std::string_view, 7> snapshot_errors{
    "duplicate_employee_years", "missing_employee_id", "negative_or_missing_pay", "level_outside_1_to_5", "year_gaps",
    "dates_out_of_range",       "people_lost"};
constexpr std::array<std::string_view, 4> event_errors{"duplicate_events", "events_without_snapshot",
                                                       "raise_before_hire", "event_outside_its_year"};

/// Gathers what was found into the three answers.
class Verdict {
 public:
  explicit Verdict(const QualityReport& report) : report_(report) {}

  bool table_is_there(std::string_view table) {
    for (const MissingPart& part : report_.missing) {
      if (part.table != table || !part.column.empty()) continue;
      error(fmt::format("{} {}: {}", part.table, part.reason, part.consequence));
      return false;
    }
    return true;
  }

  template <std::size_t N>
  bool none_of(const std::array<std::string_view, N>& checks) {
    bool clean = true;
    for (std::string_view name : checks) {
      const QualityFinding* finding = report_.find(name);
      if (finding == nullptr) continue;
      if (!finding->not_run.empty()) {
        warning(fmt::format("{} was not checked: {}", finding->title, finding->not_run));
      } else if (finding->count > 0) {
        error(fmt::format("{}: {} of {}", finding->title, finding->count, finding->checked));
        clean = false;
      }
    }
    return clean;
  }

  void warn(std::string_view name) {
    const QualityFinding* finding = report_.find(name);
    if (finding == nullptr || finding->count == 0) return;
    std::string which;
    for (const Json& example : finding->examples)
      which += fmt::format("{}{}", which.empty() ? "" : ", ", example.dump());
    warning(fmt::format("{}: {} ({})", finding->title, finding->count, which));
  }

  void warning(std::string text) { warnings_.push_back(std::move(text)); }
  void error(std::string text) { errors_.push_back(std::move(text)); }

  [[nodiscard]] Json lines(bool errors) const {
    Json list = Json::array();
    for (const std::string& line : errors ? errors_ : warnings_) list.push_back(line);
    return list;
  }

 private:
  const QualityReport& report_;
  std::vector<std::string> warnings_, errors_;
};

bool run_levers_apply(const Json& run_levers, const EffectiveLevers& levers, Verdict& verdict) {
  bool same = true;
  for (const auto& [year, values] : levers.values) {
    for (const LeverName& lever : lever_names()) {
      for (std::size_t index = 0; index < level_count; ++index) {
        std::string name = fmt::format("{}_level_{}", lever.flat, index + 1);
        const Json* value = run_levers.find(name);
        const bool of_all = value == nullptr && !lever.by_level;
        if (of_all) value = run_levers.find(name = lever.flat);
        const double other = (values.*lever.values)[index];
        if (value == nullptr || !value->is_number() || std::abs(other - value->as_real()) <= 1e-9) continue;
        verdict.error(fmt::format("{} of {} is {} in the database and {} in the run", name, year, Json(other).dump(),
                                  value->dump()));
        same = false;
        if (of_all) break;  // once for all levels
      }
    }
  }
  return same;
}

bool parameters_apply(const SimulationDatabase& database, const QualityReport& report, const Json* run_levers,
                      Verdict& verdict) {
  try {
    const EffectiveLevers levers = database.load_levers();
    for (const std::string& text : levers.notes) verdict.warning(text);
    bool applied = true;
    if (const QualityFinding* gap = report.find("levers_missing_for_a_year"); gap != nullptr && gap->count > 0) {
      verdict.error(fmt::format("{}: {}", gap->title, gap->count));
      applied = false;
    }
    if (run_levers != nullptr && run_levers->is_object())
      applied = run_levers_apply(*run_levers, levers, verdict) && applied;
    return applied;
  } catch (const Error& failure) {
    if (failure.code() == ErrorCode::busy || failure.code() == ErrorCode::io) throw;
    verdict.error(failure.what());
    return false;
  }
}

}  // namespace

Json SimulationDatabase::run_quality(const Json* run_levers) const {
  const QualityReport report = quality();
  Verdict verdict(report);
  const bool snapshot = verdict.table_is_there("fct_workforce_snapshot") && verdict.none_of(snapshot_errors);
  const bool events = verdict.table_is_there("fct_yearly_events") && verdict.none_of(event_errors);
  const bool parameters = parameters_apply(*this, report, run_levers, verdict);
  verdict.warn("headcount_change_above_half");
  verdict.warn("merit_outside_0_to_20_percent");
  Json json = Json::object();
  json.set("workforce_snapshot_integrity", snapshot);
  json.set("event_data_consistency", events);
  json.set("parameter_application_success", parameters);
  const int tenths = (snapshot ? 3 : 0) + (events ? 3 : 0) + (parameters ? 4 : 0);
  json.set("data_completeness_score", tenths / 10.0);
  json.set("warnings", verdict.lines(false));
  json.set("errors", verdict.lines(true));
  Json findings = Json::object();
  for (const QualityFinding& finding : report.findings) {
    if (finding.count > 0) findings.set(finding.check, finding.count);
  }
  json.set("findings", std::move(findings));
  return json;
}

}  // namespace planwise
