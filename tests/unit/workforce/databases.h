// Small databases of the tests' own making, and where the real one lies.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "duck/instance.h"
#include "duck/value.h"
#include "temp_folder.h"

namespace planwise::workforce {

/// The real file, read in place; empty without it.
inline std::filesystem::path real_database() {
  const std::filesystem::path path = std::filesystem::path(PLANWISE_SOURCE_DIR) / "../shared/data/simulation.duckdb";
  if (std::filesystem::exists(path)) return path;
  const char* other = std::getenv("PLANWISE_SIMULATION_FILE");
  return other != nullptr ? std::filesystem::path(other) : std::filesystem::path();
}

/// Skips the test aloud without the real file; fails where continuous integration must have it.
#define PLANWISE_NEEDS_REAL_DATABASE(path)                                                                  \
  if ((path).empty()) {                                                                                     \
    const char* ci = std::getenv("CI");                                                                     \
    if (ci != nullptr && std::string(ci) == "true") FAIL() << "shared/data/simulation.duckdb is not there"; \
    GTEST_SKIP() << "shared/data/simulation.duckdb is not there";                                           \
  }

/// Runs statements in a new database file, in which tables need no catalog.
inline void make_database(const std::filesystem::path& file, const std::string& sql) {
  duck::Instance instance;
  instance.connection().run("ATTACH " + duck::sql_literal(file.string()) + " AS made; USE made");
  instance.connection().run(sql);
  instance.connection().run("USE memory; CHECKPOINT made; DETACH made");
}

/// Two years of a handful of people, consistent throughout.
inline const std::string& good_tables() {
  static const std::string sql = R"(
CREATE TABLE fct_workforce_snapshot (employee_id VARCHAR, employee_ssn VARCHAR, employee_birth_date TIMESTAMP,
  employee_hire_date TIMESTAMP, current_compensation DOUBLE, prorated_annual_compensation DOUBLE,
  full_year_equivalent_compensation DOUBLE, current_age BIGINT, current_tenure BIGINT, level_id INTEGER, age_band VARCHAR,
  tenure_band VARCHAR, employment_status VARCHAR, termination_date TIMESTAMP, termination_reason VARCHAR,
  detailed_status_code VARCHAR, simulation_year INTEGER);
INSERT INTO fct_workforce_snapshot VALUES
 ('A', 'SSN-1', '1980-01-01', '2020-01-01', 102000, 101000, 102000, 45, 5, 2, '45-54', '5-9', 'active', NULL, NULL, 'continuous_active', 2025),
 ('B', 'SSN-2', '1990-01-01', '2019-01-01', 61200, 60500, 61200, 35, 6, 1, '35-44', '5-9', 'active', NULL, NULL, 'continuous_active', 2025),
 ('C', 'SSN-3', '1970-01-01', '2010-01-01', 150000, 75000, 150000, 55, 15, 3, '55-64', '10-19', 'terminated', '2025-07-01', 'hazard_termination', 'experienced_termination', 2025),
 ('N1', 'SSN-4', '1997-01-01', '2025-03-01', 70000, 58000, 70000, 28, 0, 1, '25-34', '< 2', 'active', NULL, NULL, 'new_hire_active', 2025),
 ('N2', 'SSN-5', '1993-01-01', '2025-02-01', 72000, 30000, 72000, 32, 0, 1, '25-34', '< 2', 'terminated', '2025-07-01', 'new_hire_departure', 'new_hire_termination', 2025),
 ('A', 'SSN-1', '1980-01-01', '2020-01-01', 124848, 120000, 124848, 46, 6, 3, '45-54', '5-9', 'active', NULL, NULL, 'continuous_active', 2026),
 ('B', 'SSN-2', '1990-01-01', '2019-01-01', 62424, 20000, 62424, 36, 7, 1, '35-44', '5-9', 'terminated', '2026-06-01', 'hazard_termination', 'experienced_termination', 2026),
 ('N1', 'SSN-4', '1997-01-01', '2025-03-01', 71400, 71000, 71400, 29, 1, 1, '25-34', '< 2', 'active', NULL, NULL, 'continuous_active', 2026),
 ('N3', 'SSN-6', '1990-01-01', '2026-05-01', 90000, 60000, 90000, 36, 0, 2, '35-44', '< 2', 'active', NULL, NULL, 'new_hire_active', 2026);
CREATE TABLE fct_yearly_events (employee_id VARCHAR, employee_ssn VARCHAR, event_type VARCHAR, simulation_year INTEGER,
  effective_date TIMESTAMP, event_details VARCHAR, compensation_amount DOUBLE, previous_compensation DOUBLE,
  employee_age BIGINT, employee_tenure BIGINT, level_id INTEGER, age_band VARCHAR, tenure_band VARCHAR,
  event_probability DOUBLE, event_category VARCHAR, event_sequence BIGINT, parameter_scenario_id VARCHAR, data_quality_flag VARCHAR);
INSERT INTO fct_yearly_events VALUES
 ('A', 'SSN-1', 'RAISE', 2025, '2025-07-01', 'r', 102000, 100000, 45, 5, 2, '45-54', '5-9', 0.015, 'RAISE', 1, 'default', 'VALID'),
 ('B', 'SSN-2', 'RAISE', 2025, '2025-07-01', 'r', 61200, 60000, 35, 6, 1, '35-44', '5-9', 0.01, 'RAISE', 1, 'default', 'VALID'),
 ('C', 'SSN-3', 'termination', 2025, '2025-07-01', 't', 150000, NULL, 55, 15, 3, '55-64', '10-19', 0.1, 'experienced_termination', 1, 'default', 'VALID'),
 ('N1', 'SSN-4', 'hire', 2025, '2025-03-01', 'h', 70000, NULL, 28, 0, 1, '25-34', '< 2', NULL, 'hiring', 1, 'default', 'VALID'),
 ('N2', 'SSN-5', 'hire', 2025, '2025-02-01', 'h', 72000, NULL, 32, 0, 1, '25-34', '< 2', NULL, 'hiring', 1, 'default', 'VALID'),
 ('N2', 'SSN-5', 'termination', 2025, '2025-07-01', 't', 72000, NULL, 32, 0, 1, '25-34', '< 2', 0.2, 'new_hire_termination', 2, 'default', 'VALID'),
 ('A', 'SSN-1', 'promotion', 2026, '2026-02-01', 'p', 122400, 102000, 46, 6, 2, '45-54', '5-9', 0.1, 'promotion', 1, 'default', 'VALID'),
 ('A', 'SSN-1', 'RAISE', 2026, '2026-07-01', 'r', 124848, 122400, 46, 6, 2, '45-54', '5-9', 0.02, 'RAISE', 2, 'default', 'VALID'),
 ('N1', 'SSN-4', 'RAISE', 2026, '2026-07-01', 'r', 71400, 70000, 29, 1, 1, '25-34', '< 2', 0.015, 'RAISE', 1, 'default', 'VALID'),
 ('B', 'SSN-2', 'RAISE', 2026, '2026-01-15', 'r', 62424, 61200, 36, 7, 1, '35-44', '5-9', 0.015, 'RAISE', 1, 'default', 'VALID'),
 ('B', 'SSN-2', 'termination', 2026, '2026-06-01', 't', 62424, NULL, 36, 7, 1, '35-44', '5-9', 0.1, 'experienced_termination', 2, 'default', 'VALID'),
 ('N3', 'SSN-6', 'hire', 2026, '2026-05-01', 'h', 90000, NULL, 36, 0, 2, '35-44', '< 2', NULL, 'hiring', 1, 'default', 'VALID');
CREATE TABLE int_baseline_workforce (employee_id VARCHAR, employee_ssn VARCHAR, employee_birth_date DATE, employee_hire_date DATE,
  current_compensation DOUBLE, current_age BIGINT, current_tenure BIGINT, level_id INTEGER, age_band VARCHAR, tenure_band VARCHAR,
  employment_status VARCHAR, termination_date INTEGER, termination_reason INTEGER, simulation_year INTEGER);
INSERT INTO int_baseline_workforce VALUES
 ('A', 'SSN-1', '1980-01-01', '2020-01-01', 100000, 44, 4, 2, '35-44', '2-4', 'active', NULL, NULL, 2025),
 ('B', 'SSN-2', '1990-01-01', '2019-01-01', 60000, 34, 5, 1, '25-34', '5-9', 'active', NULL, NULL, 2025),
 ('C', 'SSN-3', '1970-01-01', '2010-01-01', 150000, 54, 14, 3, '45-54', '10-19', 'active', NULL, NULL, 2025);
CREATE TABLE int_effective_parameters AS
 SELECT 'default' AS scenario_id, y::INTEGER AS fiscal_year, l::INTEGER AS job_level, e AS event_type, p AS parameter_name,
  CASE p WHEN 'merit_base' THEN 0.015 WHEN 'cola_rate' THEN 0.005 WHEN 'new_hire_salary_adjustment' THEN 1.1
         WHEN 'promotion_probability' THEN 0.1 ELSE 0.2 END::DOUBLE AS parameter_value, y = 2025 AS is_locked, 'scenario' AS parameter_source
 FROM range(2025, 2027) AS years(y), range(1, 6) AS levels(l),
  (VALUES ('RAISE', 'merit_base'), ('RAISE', 'cola_rate'), ('hire', 'new_hire_salary_adjustment'),
          ('PROMOTION', 'promotion_probability'), ('PROMOTION', 'promotion_raise')) AS kinds(e, p);
CREATE TABLE comp_targets (scenario_id VARCHAR, fiscal_year INTEGER, metric_name VARCHAR, target_value DOUBLE, tolerance_pct DOUBLE,
  priority VARCHAR, description VARCHAR);
INSERT INTO comp_targets VALUES ('default', 2025, 'total_employees', 3, 0.01, 'high', 'Heads'),
 ('default', 2026, 'total_compensation_cost', 250000, 0.02, 'high', 'Cost'), ('default', 2026, 'level_1_median_salary', 71400, 0.03, 'medium', 'Median'),
 ('default', 2026, 'happiness', 1, 0.1, 'low', 'Not ours');
)";
  return sql;
}

}  // namespace planwise::workforce
