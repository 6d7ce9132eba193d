#include "workforce/settings_tables.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "duck/chunk_appender.h"
#include "workforce/year_rows.h"

namespace planwise::workforce {

namespace {

constexpr std::array<std::string_view, 8> settings_names{"config_job_levels",
                                                         "config_termination_hazard_base",
                                                         "config_termination_hazard_tenure_multipliers",
                                                         "config_termination_hazard_age_multipliers",
                                                         "config_promotion_hazard_base",
                                                         "config_promotion_hazard_tenure_multipliers",
                                                         "config_promotion_hazard_age_multipliers",
                                                         "config_raise_timing_distribution"};

constexpr auto all_names = [] {
  std::array<std::string_view, settings_names.size() + 1> all{};
  for (std::size_t i = 0; i < settings_names.size(); ++i) all[i] = settings_names[i];
  all[settings_names.size()] = own_settings_table;
  return all;
}();

constexpr std::string_view create_settings = R"(
CREATE TABLE {0}.config_job_levels (level_id INTEGER, min_compensation DOUBLE, max_compensation DOUBLE,
  promotion_probability DOUBLE);
CREATE TABLE {0}.config_termination_hazard_base (base_rate_for_new_hire DOUBLE);
CREATE TABLE {0}.config_termination_hazard_tenure_multipliers (tenure_band VARCHAR, multiplier DOUBLE);
CREATE TABLE {0}.config_termination_hazard_age_multipliers (age_band VARCHAR, multiplier DOUBLE);
CREATE TABLE {0}.config_promotion_hazard_base (base_rate DOUBLE, level_dampener_factor DOUBLE);
CREATE TABLE {0}.config_promotion_hazard_tenure_multipliers (tenure_band VARCHAR, multiplier DOUBLE);
CREATE TABLE {0}.config_promotion_hazard_age_multipliers (age_band VARCHAR, multiplier DOUBLE);
CREATE TABLE {0}.config_raise_timing_distribution (month INTEGER, percentage DOUBLE, business_justification VARCHAR,
  industry_profile VARCHAR);
CREATE TABLE {0}.config_planwise_settings (name VARCHAR, value DOUBLE);
)";

class SettingsWriter {
 public:
  SettingsWriter(duck::Connection& connection, const std::string& catalog)
      : connection_(connection), catalog_(catalog) {}

  void levels(const ByLevel<JobLevel>& levels) {
    duck::ChunkAppender row(connection_, catalog_, "config_job_levels");
    for (std::size_t i = 0; i < levels.size(); ++i) {
      row.integer(static_cast<std::int64_t>(i) + 1).real(levels[i].minimum).real(levels[i].maximum);
      row.real(levels[i].average_promotion_probability).end_row();
    }
    row.close();
  }

  void hazard(const std::string& kind, const std::vector<double>& base, std::span<const double> by_tenure,
              std::span<const double> by_age) {
    const std::string table = fmt::format("config_{}_hazard_", kind);
    duck::ChunkAppender row(connection_, catalog_, table + "base");
    for (const double value : base) row.real(value);
    row.end_row();
    row.close();
    bands(table + "tenure_multipliers", &tenure_band, by_tenure);
    bands(table + "age_multipliers", &age_band, by_age);
  }

  void raise_months(const std::array<double, 12>& weights) {
    duck::ChunkAppender row(connection_, catalog_, "config_raise_timing_distribution");
    for (std::size_t month = 0; month < weights.size(); ++month) {
      row.integer(static_cast<std::int64_t>(month) + 1).real(weights[month]).null().text("general_corporate");
      row.end_row();
    }
    row.close();
  }

  void own(SimulationSettings settings) {
    duck::ChunkAppender row(connection_, catalog_, std::string(own_settings_table));
    visit_own_settings(settings, [&](const std::string& name, double& value) { row.text(name).real(value).end_row(); });
    row.close();
  }

 private:
  void bands(const std::string& table, std::string_view (*band)(std::size_t), std::span<const double> multipliers) {
    duck::ChunkAppender row(connection_, catalog_, table);
    for (std::size_t i = 0; i < multipliers.size(); ++i) row.text(band(i)).real(multipliers[i]).end_row();
    row.close();
  }

  duck::Connection& connection_;
  const std::string& catalog_;
};

}  // namespace

std::span<const std::string_view> settings_tables() { return all_names; }

std::string_view create_settings_tables() { return create_settings; }

void write_settings(duck::Connection& connection, const std::string& catalog, const SimulationSettings& settings) {
  SettingsWriter writer(connection, catalog);
  writer.levels(settings.levels);
  writer.hazard("termination", {settings.termination_base}, settings.termination_by_tenure,
                settings.termination_by_age);
  writer.hazard("promotion", {settings.promotion_base, settings.promotion_level_dampener}, settings.promotion_by_tenure,
                settings.promotion_by_age);
  writer.raise_months(settings.raise_month);
  writer.own(settings);
}

void visit_own_settings(SimulationSettings& settings,
                        const std::function<void(const std::string& name, double& value)>& visit) {
  visit("target_growth", settings.target_growth_rate);
  visit("total_termination", settings.total_termination_rate);
  visit("new_hire_termination", settings.new_hire_termination_rate);
  for (std::size_t i = 0; i < settings.levels.size(); ++i) {
    visit(fmt::format("hire_maximum_level_{}", i + 1), settings.levels[i].hire_maximum);
    visit(fmt::format("hire_share_level_{}", i + 1), settings.levels[i].hire_share);
  }
  for (std::size_t i = 0; i < settings.hire_ages.size(); ++i) {
    double age = settings.hire_ages[i];
    visit(fmt::format("hire_age_{}", i + 1), age);
    settings.hire_ages[i] = static_cast<int>(age);
  }
}

}  // namespace planwise::workforce
