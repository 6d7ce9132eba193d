// The model's settings out of config_* and stg_config_*; each group that is not there keeps its defaults, and says so.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "planwise/error.h"
#include "workforce/levers.h"
#include "workforce/parts.h"
#include "workforce/settings_tables.h"

namespace planwise {

using namespace workforce;

namespace {

/// Reads one group after the other into `model`.
class SettingsReader {
 public:
  SettingsReader(const Session& session, ModelSettings& model, std::string_view base_name)
      : session_(session), model_(model), base_name_(base_name) {}

  void levels() {
    const FoundTable* table = found("job_levels", "levels and pay ranges");
    if (table == nullptr) return;
    duck::Rows rows = select(*table, {{"level_id", ColumnKind::integer, ""},
                                      {"min_compensation", ColumnKind::real, ""},
                                      {"max_compensation", ColumnKind::real, ""},
                                      {"promotion_probability", ColumnKind::real, ""}});
    while (rows.next()) {
      const std::int64_t level = rows.optional_integer(0).value_or(0);
      if (level < 1 || level > static_cast<std::int64_t>(level_count)) {
        note(fmt::format("level {}", level),
             fmt::format("{}: level {} is left out; levels from 1 to {} are allowed", table->name, level, level_count));
        continue;
      }
      JobLevel& target = settings().levels[static_cast<std::size_t>(level - 1)];
      const double cap = level == 4 ? 250000 : level == 5 ? 350000 : HUGE_VAL;  // As dbt caps them for new hires.
      const std::string row = fmt::format("level {}", level);
      const double minimum = given(*table, row, "min_compensation", rows, 1, target.minimum).value_or(target.minimum);
      const double maximum = given(*table, row, "max_compensation", rows, 2, target.maximum).value_or(target.maximum);
      if (!(minimum >= 0) || !(maximum > minimum) || !std::isfinite(maximum)) {
        note(fmt::format("pay range of level {}", level),
             fmt::format("{}: the range {} to {} of level {} is no range; the default {} to {} is used", table->name,
                         minimum, maximum, level, target.minimum, target.maximum));
        continue;
      }
      target.minimum = minimum;
      target.maximum = maximum;
      target.hire_maximum = std::min(maximum, cap);
      put(*table, row, "promotion_probability", rows, 3, target.average_promotion_probability);
    }
  }

  void terminations() {
    if (const FoundTable* table = found("termination_hazard_base", "base of the termination hazard")) {
      duck::Rows rows = select(*table, {{"base_rate_for_new_hire", ColumnKind::real, ""}});
      if (rows.next()) put(*table, "", "base_rate_for_new_hire", rows, 0, settings().termination_base);
    }
    bands("termination_hazard_tenure_multipliers", "tenure_band", &tenure_band, settings().termination_by_tenure);
    bands("termination_hazard_age_multipliers", "age_band", &age_band, settings().termination_by_age);
  }

  void promotions() {
    if (const FoundTable* table = found("promotion_hazard_base", "base of the promotion hazard")) {
      duck::Rows rows =
          select(*table, {{"base_rate", ColumnKind::real, ""}, {"level_dampener_factor", ColumnKind::real, ""}});
      if (rows.next()) {
        put(*table, "", "base_rate", rows, 0, settings().promotion_base);
        put(*table, "", "level_dampener_factor", rows, 1, settings().promotion_level_dampener);
      }
    }
    bands("promotion_hazard_tenure_multipliers", "tenure_band", &tenure_band, settings().promotion_by_tenure);
    bands("promotion_hazard_age_multipliers", "age_band", &age_band, settings().promotion_by_age);
  }

  void raise_months() {
    const FoundTable* table = found("raise_timing_distribution", "months of raises");
    if (table == nullptr) return;
    duck::Rows rows =
        select(*table,
               {{"month", ColumnKind::integer, ""},
                {"percentage", ColumnKind::real, ""},
                {"industry_profile", ColumnKind::text, ""}},
               " ORDER BY industry_profile IS DISTINCT FROM 'general_corporate', industry_profile, month");
    std::array<double, 12> months{};
    std::array<bool, 12> seen{};
    std::optional<std::string> profile;
    while (rows.next()) {
      const std::string of = rows.optional_text(2).value_or("");
      if (profile && *profile != of) break;  // One profile; the general one where there are several.
      profile = of;
      const std::int64_t month = rows.optional_integer(0).value_or(0);
      const double weight = rows.optional_real(1).value_or(-1);
      if (month < 1 || month > 12 || !std::isfinite(weight) || weight < 0) {
        return note("months of raises", fmt::format("{}: month {} with weight {} is not allowed; the defaults are used",
                                                    table->name, month, weight));
      }
      months[static_cast<std::size_t>(month - 1)] = weight;
      seen[static_cast<std::size_t>(month - 1)] = true;
    }
    if (std::find(seen.begin(), seen.end(), false) != seen.end()) {
      return note("months of raises", fmt::format("{} lacks months; the defaults are used", table->name));
    }
    settings().raise_month = months;
  }

  /// Of tables that a simulation wrote.
  void own() {
    const FoundTable* table = session_.first_of({std::string(own_settings_table)});
    if (table == nullptr) return;
    std::map<std::string, double> values;
    duck::Rows rows = select(*table, {{"name", ColumnKind::text, ""}, {"value", ColumnKind::real, ""}});
    while (rows.next()) {
      const std::optional<double> value = rows.optional_real(1);
      if (value && std::isfinite(*value)) values[rows.optional_text(0).value_or("")] = *value;
    }
    visit_own_settings(settings(), [&](const std::string& name, double& value) {
      const auto found = values.find(name);
      const double least = name == "target_growth" ? -1 : 0;
      const double most = name.starts_with("hire_age") ? 200 : most_own_setting;
      if (found != values.end() && found->second >= least && found->second <= most) {
        value = found->second;
      } else {
        note(name, fmt::format("{} has no usable {}: {} holds", table->name, name, value));
      }
    });
  }

  void years(const std::string& scenario) {
    const std::optional<int> before = baseline_year(session_);
    if (before) settings().start_year = *before + 1;
    try {
      const EffectiveLevers levers = read_levers(session_, scenario);
      if (!before) settings().start_year = levers.values.begin()->first;
      settings().end_year = std::max(settings().start_year, levers.values.rbegin()->first);
    } catch (const Error& error) {
      settings().end_year = std::max(settings().start_year, settings().end_year);
      note("years",
           fmt::format("the years are {} to {}: {}", settings().start_year, settings().end_year, error.what()));
    }
  }

 private:
  static constexpr double most_own_setting = 1e12;  // As the settings file bounds pay.

  [[nodiscard]] SimulationSettings& settings() { return model_.settings; }
  /// `what`: the setting in few words.
  void note(std::string what, std::string text) {
    model_.notes.push_back(std::move(text));
    if (std::find(model_.stood_in.begin(), model_.stood_in.end(), what) == model_.stood_in.end())
      model_.stood_in.push_back(std::move(what));
  }

  /// A single value, told in full.
  void tell(std::string text) {
    model_.notes.push_back(text);
    model_.unusable.push_back(std::move(text));
  }

  const FoundTable* found(const std::string& name, std::string_view what) {
    const std::string staged = "stg_config_" + name;
    const std::string plain = "config_" + name;
    for (const std::string& candidate : {staged, plain}) {
      const FoundTable* table = session_.first_of({candidate});
      if (table == nullptr) continue;
      duck::Rows rows = session_.connection().query(fmt::format("SELECT count(*) FROM {}", table->from));
      if (rows.next() && rows.integer(0) > 0) return table;
    }
    note(std::string(what),
         fmt::format("neither {} nor {} is there with rows: the {} come from {}", staged, plain, what, base_name_));
    return nullptr;
  }

  duck::Rows select(const FoundTable& table, std::initializer_list<ColumnRule> columns, std::string_view order = "") {
    std::string selected, as_text;
    for (const ColumnRule& column : columns) {
      if (table.column(column.name) == nullptr)
        note(fmt::format("{} of {}", column.name, table.name),
             fmt::format("{} has no column {}: the default is used", table.name, column.name));
      selected +=
          fmt::format("{}{} AS {}", selected.empty() ? "" : ", ", column_expression(table, column), column.name);
      as_text +=
          fmt::format(", {} AS text_of_{}", column_expression(table, {column.name, ColumnKind::text, ""}), column.name);
    }
    return session_.connection().query(
        fmt::format("SELECT * FROM (SELECT {}{} FROM {}){}", selected, as_text, table.from, order));
  }

  /// The cell of a select(), or nothing with a note that says what stands there. A column that is not there was told.
  std::optional<double> given(const FoundTable& table, std::string_view row, std::string_view column,
                              const duck::Rows& rows, std::size_t index, double otherwise) {
    const std::optional<double> value = rows.optional_real(index);
    if (value || table.column(column) == nullptr) return value;
    const std::size_t as_text = index + rows.column_count() / 2;
    tell(fmt::format("{}: {}{}{} is {}; the default {} is used", table.name, column, row.empty() ? "" : " of ", row,
                     rows.is_null(as_text) ? "NULL" : fmt::format("'{}', no number", rows.text(as_text)), otherwise));
    return value;
  }

  void put(const FoundTable& table, std::string_view row, std::string_view column, const duck::Rows& rows,
           std::size_t index, double& target) {
    const std::optional<double> value = given(table, row, column, rows, index, target);
    if (value && std::isfinite(*value) && *value >= 0) {
      target = *value;
    } else if (value) {
      tell(fmt::format("{}: {}{}{} is {}, which is no rate; the default {} is used", table.name, column,
                       row.empty() ? "" : " of ", row, *value, target));
    }
  }

  template <std::size_t N>
  void bands(const std::string& name, std::string_view column, std::string_view (*band)(std::size_t),
             std::array<double, N>& target) {
    std::string words = name;  // "termination hazard age multipliers"
    std::replace(words.begin(), words.end(), '_', ' ');
    const FoundTable* table = found(name, words);
    if (table == nullptr) return;
    duck::Rows rows = select(*table, {{column, ColumnKind::text, ""}, {"multiplier", ColumnKind::real, ""}});
    std::array<bool, N> seen{};
    while (rows.next()) {
      const std::string text = rows.optional_text(0).value_or("");
      std::size_t index = 0;
      while (index < N && band(index) != text) ++index;
      if (index == N) {
        note(fmt::format("{} '{}'", words, text),
             fmt::format("{}: the band '{}' is none of ours and is left out", table->name, text));
        continue;
      }
      seen[index] = true;
      put(*table, fmt::format("band {}", text), "multiplier", rows, 1, target[index]);
    }
    for (std::size_t index = 0; index < N; ++index) {
      if (!seen[index])
        note(fmt::format("{} {}", words, band(index)),
             fmt::format("{} has no band {}: the default {} is used", table->name, band(index), target[index]));
    }
  }

  const Session& session_;
  ModelSettings& model_;
  std::string_view base_name_;
};

}  // namespace

ModelSettings workforce::read_settings(const Session& session, const SimulationDatabaseOptions& options,
                                       const SimulationSettings& base, std::string_view base_name) {
  ModelSettings model;
  model.settings = base;
  model.settings.outlier_pay = options.outlier_pay;
  SettingsReader reader(session, model, base_name);
  reader.levels();
  reader.terminations();
  reader.promotions();
  reader.raise_months();
  reader.own();
  reader.years(options.scenario_id);
  return model;
}

ModelSettings SimulationDatabase::load_settings(const SimulationSettings& base, std::string_view base_name) const {
  return read_settings(parts_->source.open(), parts_->options, base, base_name);
}

EffectiveLevers SimulationDatabase::load_levers() const {
  return read_levers(parts_->source.open(), parts_->options.scenario_id);
}

}  // namespace planwise
