// Simulated years as dbt's tables: a DuckDB file written beside its target and renamed, or a folder of Parquet.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>

#include "core/files.h"
#include "duck/chunk_appender.h"
#include "duck/file_locks.h"
#include "duck/instance.h"
#include "duck/private_umask.h"
#include "planwise/error.h"
#include "workforce/levers.h"
#include "workforce/settings_tables.h"
#include "workforce/replacement.h"
#include "workforce/year_rows.h"

namespace planwise {

using namespace workforce;
namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 4> table_names{"fct_workforce_snapshot", "fct_yearly_events",
                                                      "int_baseline_workforce", "int_effective_parameters"};

constexpr std::string_view create_tables = R"(
CREATE TABLE {0}.fct_workforce_snapshot (employee_id VARCHAR, employee_ssn VARCHAR, employee_birth_date TIMESTAMP,
  employee_hire_date TIMESTAMP, current_compensation DOUBLE, prorated_annual_compensation DOUBLE,
  full_year_equivalent_compensation DOUBLE, current_age BIGINT, current_tenure BIGINT, level_id INTEGER, age_band VARCHAR,
  tenure_band VARCHAR, employment_status VARCHAR, termination_date TIMESTAMP, termination_reason VARCHAR,
  detailed_status_code VARCHAR, simulation_year INTEGER, snapshot_created_at TIMESTAMP WITH TIME ZONE);
CREATE TABLE {0}.fct_yearly_events (employee_id VARCHAR, employee_ssn VARCHAR, event_type VARCHAR, simulation_year INTEGER,
  effective_date TIMESTAMP, event_details VARCHAR, compensation_amount DOUBLE, previous_compensation DOUBLE,
  employee_age BIGINT, employee_tenure BIGINT, level_id INTEGER, age_band VARCHAR, tenure_band VARCHAR,
  event_probability DOUBLE, event_category VARCHAR, event_sequence BIGINT, created_at TIMESTAMP WITH TIME ZONE,
  parameter_scenario_id VARCHAR, parameter_source VARCHAR, data_quality_flag VARCHAR);
CREATE TABLE {0}.int_baseline_workforce (employee_id VARCHAR, employee_ssn VARCHAR, employee_birth_date DATE,
  employee_hire_date DATE, current_compensation DOUBLE, current_age BIGINT, current_tenure BIGINT, level_id INTEGER,
  age_band VARCHAR, tenure_band VARCHAR, employment_status VARCHAR, termination_date INTEGER, termination_reason INTEGER,
  simulation_year INTEGER, snapshot_created_at TIMESTAMP WITH TIME ZONE);
CREATE TABLE {0}.int_effective_parameters (scenario_id VARCHAR, fiscal_year INTEGER, job_level INTEGER, event_type VARCHAR,
  parameter_name VARCHAR, parameter_value DOUBLE, is_locked BOOLEAN, parameter_source VARCHAR,
  resolved_at TIMESTAMP WITH TIME ZONE, parameter_key VARCHAR);
)";

void put_date(duck::ChunkAppender& row, std::int32_t days) {
  if (days == no_date) {
    row.null();
  } else {
    row.date(days);
  }
}

[[noreturn]] void refuse(int year, const std::string& why) {
  throw Error(ErrorCode::invalid_argument, fmt::format("the rows of {}: {}", year, why));
}

void check_rows(const YearRows& rows) {
  const std::size_t people = rows.employee_id.size();
  const auto same = [&](std::size_t size, const char* column) {
    if (size != people) refuse(rows.year, fmt::format("{} has {} values, employee_id {}", column, size, people));
  };
  same(rows.birth_date.size(), "birth_date");
  same(rows.hire_date.size(), "hire_date");
  same(rows.termination_date.size(), "termination_date");
  same(rows.current_compensation.size(), "current_compensation");
  same(rows.prorated_compensation.size(), "prorated_compensation");
  same(rows.full_year_equivalent.size(), "full_year_equivalent");
  same(rows.age.size(), "age");
  same(rows.tenure.size(), "tenure");
  same(rows.level.size(), "level");
  same(rows.status.size(), "status");
  const YearRows::Events& events = rows.events;
  const std::size_t count = events.row.size();
  if (events.type.size() != count || events.date.size() != count || events.compensation.size() != count ||
      events.previous_compensation.size() != count || events.probability.size() != count ||
      events.level.size() != count) {
    refuse(rows.year, "the columns of events differ in length");
  }
  for (std::uint32_t row : events.row) {
    if (row >= people) refuse(rows.year, fmt::format("an event names row {} of {}", row, people));
  }
}

/// What an event says of itself, as dbt words it.
class EventDetails {
 public:
  explicit EventDetails(const YearLevers* levers) {
    for (std::size_t level = 0; level <= 255; ++level) {
      hire_.push_back(fmt::format("New hire - Level {}", level));
      promotion_.push_back(fmt::format("Level {} -> {}", level, level + 1));
      const bool known = levers != nullptr && level >= 1 && level <= level_count;
      raise_.push_back(known ? fmt::format("Merit: {:.1f}% + COLA: {:.1f}%", levers->merit_rate[level - 1] * 100,
                                           levers->cola_rate[level - 1] * 100)
                             : "Merit + COLA");
    }
  }
  [[nodiscard]] std::string_view of(EventType type, std::uint8_t level, DetailedStatus status) const {
    switch (type) {
      case EventType::hire:
        return hire_[level];
      case EventType::promotion:
        return promotion_[level];
      case EventType::raise:
        return raise_[level];
      case EventType::termination:
        return reason(status);
    }
    return "";
  }
  [[nodiscard]] static std::string_view reason(DetailedStatus status) {
    return status == DetailedStatus::new_hire_termination ? "new_hire_departure" : "experienced_departure";
  }

 private:
  std::vector<std::string> hire_, promotion_, raise_;
};

/// The letter case decides whether dbt finds the lever: it is kept.
bool as_HIRE(const LeverName& lever, const YearLevers& values) {
  return values.new_hire_stored_as_HIRE && lever.values == &YearLevers::new_hire_salary_adjustment;
}

bool leaves(DetailedStatus status) {
  return status == DetailedStatus::experienced_termination || status == DetailedStatus::new_hire_termination;
}

std::string_view category_of(EventType type, DetailedStatus status) {
  switch (type) {
    case EventType::hire:
      return "hiring";
    case EventType::promotion:
      return "promotion";
    case EventType::raise:
      return "RAISE";
    case EventType::termination:
      return status == DetailedStatus::new_hire_termination ? "new_hire_termination" : "experienced_termination";
  }
  return "";
}

std::string_view type_of(EventType type) {
  constexpr std::array<std::string_view, 4> names{"hire", "termination", "promotion", "RAISE"};
  return names.at(static_cast<std::size_t>(type));
}

}  // namespace

struct SimulationTables::Parts {
  fs::path target;
  SimulationTablesOptions options;
  fs::path temporary;                     // of a database
  std::optional<core::NewFolder> folder;  // of Parquet
  std::optional<duck::Instance> instance;
  std::string catalog;
  std::map<int, YearLevers> levers;
  std::set<int> years;
  bool finished = false;

  /// The connection to write on; throws wrong_state after finish().
  [[nodiscard]] duck::Connection& connection() {
    if (finished || !instance) throw Error(ErrorCode::wrong_state, "these tables were finished before");
    return instance->connection();
  }

  void refuse_if_there() const {
    std::error_code error;
    const fs::path parent = target.has_parent_path() ? target.parent_path() : fs::path(".");
    if (!fs::is_directory(parent, error))
      throw Error(ErrorCode::not_found, fmt::format("there is no folder '{}'", parent.string()));
    if (fs::is_directory(target, error))
      throw Error(ErrorCode::invalid_argument, fmt::format("'{}' is a folder; a database is a file", target.string()));
    if (!fs::exists(target, error)) return;
    if (!options.replace)
      throw Error(ErrorCode::already_exists,
                  fmt::format("'{}' is there already; ask for it to be replaced, or name another", target.string()));
    const auto identity = duck::identity_of(target);
    if (!identity) return;
    if (const auto owner = duck::lock_owner(*identity, true)) {
      throw Error(ErrorCode::busy,
                  fmt::format("'{}' is held by {}; close it there", target.string(), duck::describe_process(*owner)));
    }
    refuse_foreign_database(target);
  }

  void remove_temporary() const noexcept {
    if (temporary.empty()) return;
    std::error_code ignored;
    fs::remove(temporary, ignored);
    fs::remove(duck::wal_path(temporary), ignored);
  }

  void open() {
    refuse_kept(target, options.keep);
    instance.emplace();
    if (options.format == SimulationFormat::parquet_folder) {
      if (options.replace) refuse_foreign_folder(target);
      folder.emplace(target, options.replace ? core::Overwrite::replace : core::Overwrite::refuse);
      catalog = "memory";
    } else {
      refuse_if_there();
      temporary = target.string() + fmt::format(".writing-{}", ::getpid());
      remove_temporary();
      catalog = "written";
      const duck::PrivateUmask mode;
      // Nobody reads the file before it has its name: without a log, and in one transaction, rows are written once.
      instance->connection().run(
          fmt::format("ATTACH {} AS written (RECOVERY_MODE NO_WAL_WRITES)", duck::sql_literal(temporary.string())),
          fmt::format("creating '{}'", target.string()));
    }
    instance->connection().run(fmt::format(fmt::runtime(create_tables), catalog));
    instance->connection().run(fmt::format(fmt::runtime(create_settings_tables()), catalog));
    if (!temporary.empty()) instance->connection().run("BEGIN TRANSACTION");
  }

  void finish_database() {
    {
      const duck::PrivateUmask mode;
      instance->connection().run("COMMIT; CHECKPOINT written; DETACH written",
                                 fmt::format("writing '{}'", target.string()));
    }
    instance.reset();
    refuse_if_there();
    std::error_code error;
    fs::remove(duck::wal_path(target), error);  // It belongs to the file that is replaced.
    fs::rename(temporary, target, error);
    if (error)
      throw Error(ErrorCode::io, fmt::format("'{}' cannot be put in place: {}", target.string(), error.message()));
  }

  void finish_folder() {
    std::vector<std::string_view> tables(table_names.begin(), table_names.end());
    tables.insert(tables.end(), settings_tables().begin(), settings_tables().end());
    for (std::string_view table : tables) {
      const duck::PrivateUmask mode;
      instance->connection().run(
          fmt::format("COPY memory.{} TO {} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)", table,
                      duck::sql_literal((folder->temporary() / fmt::format("{}.parquet", table)).string())),
          fmt::format("writing {}.parquet", table));
    }
    instance.reset();
    if (options.replace) refuse_foreign_folder(target);
    folder->commit();
  }

  void put_snapshot(const YearRows& rows) {
    duck::ChunkAppender row(connection(), catalog, "fct_workforce_snapshot");
    for (std::size_t i = 0; i < rows.employee_id.size(); ++i) {
      const bool left = leaves(rows.status[i]);
      row.text(rows.employee_id[i]).null();
      put_date(row, rows.birth_date[i]);
      put_date(row, rows.hire_date[i]);
      row.real(rows.current_compensation[i]).real(rows.prorated_compensation[i]).real(rows.full_year_equivalent[i]);
      row.integer(rows.age[i]).integer(rows.tenure[i]).integer(rows.level[i]);
      row.text(age_band(age_band_of(rows.age[i]))).text(tenure_band(tenure_band_of(rows.tenure[i])));
      row.text(left ? "terminated" : "active");
      put_date(row, rows.termination_date[i]);
      if (left) {
        row.text(EventDetails::reason(rows.status[i]));
      } else {
        row.null();
      }
      row.text(to_text(static_cast<RowStatus>(rows.status[i]))).integer(rows.year).null();
      row.end_row();
    }
    row.close();
  }

  void put_events(const YearRows& rows) {
    const auto found = levers.find(rows.year);
    const EventDetails details(found == levers.end() ? nullptr : &found->second);
    duck::ChunkAppender row(connection(), catalog, "fct_yearly_events");
    const YearRows::Events& events = rows.events;
    std::int64_t sequence = 0;
    for (std::size_t e = 0; e < events.row.size(); ++e) {
      const std::size_t i = events.row[e];
      sequence = e > 0 && events.row[e - 1] == events.row[e] ? sequence + 1 : 1;
      row.text(rows.employee_id[i]).null().text(type_of(events.type[e])).integer(rows.year);
      put_date(row, events.date[e]);
      row.text(details.of(events.type[e], events.level[e], rows.status[i]));
      row.real(events.compensation[e]).real(events.previous_compensation[e]);
      row.integer(rows.age[i]).integer(rows.tenure[i]).integer(events.level[e]);
      row.text(age_band(age_band_of(rows.age[i]))).text(tenure_band(tenure_band_of(rows.tenure[i])));
      row.real(events.probability[e]).text(category_of(events.type[e], rows.status[i])).integer(sequence).null();
      row.text(options.scenario_id).text("planwise").text("VALID");
      row.end_row();
    }
    row.close();
  }
};

SimulationTables::SimulationTables(const std::filesystem::path& target, SimulationTablesOptions options)
    : parts_(std::make_unique<Parts>()) {
  parts_->target = target;
  parts_->options = std::move(options);
  try {
    parts_->open();
  } catch (const Error&) {
    parts_->instance.reset();
    parts_->remove_temporary();
    throw;
  }
}

SimulationTables::~SimulationTables() {
  parts_->instance.reset();
  if (!parts_->finished) parts_->remove_temporary();
}

void SimulationTables::baseline(const People& people, int first_year) {
  const std::size_t count = people.size();
  if (people.compensation.size() != count || people.age.size() != count || people.tenure.size() != count ||
      people.level.size() != count || people.birth_date.size() != count || people.hire_date.size() != count) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the columns of the people to start from differ in length from their {} ids", count));
  }
  duck::ChunkAppender row(parts_->connection(), parts_->catalog, "int_baseline_workforce");
  for (std::size_t i = 0; i < count; ++i) {
    row.text(people.employee_id[i]).null();
    put_date(row, people.birth_date[i]);
    put_date(row, people.hire_date[i]);
    row.real(people.compensation[i]).integer(people.age[i]).integer(people.tenure[i]).integer(people.level[i]);
    row.text(age_band(age_band_of(people.age[i]))).text(tenure_band(tenure_band_of(people.tenure[i])));
    row.text("active").null().null().integer(first_year).null();
    row.end_row();
  }
  row.close();
}

void SimulationTables::settings(const SimulationSettings& settings) {
  write_settings(parts_->connection(), parts_->catalog, settings);
}

void SimulationTables::levers(const std::map<int, YearLevers>& levers, const std::map<int, LeverLocks>& locks) {
  duck::ChunkAppender row(parts_->connection(), parts_->catalog, "int_effective_parameters");
  for (const auto& [year, values] : levers) {
    const auto locked = locks.find(year);
    for (const LeverName& lever : lever_names()) {
      for (std::size_t index = 0; index < level_count; ++index) {
        row.text(parts_->options.scenario_id).integer(year).integer(static_cast<std::int64_t>(index) + 1);
        row.text(as_HIRE(lever, values) ? "HIRE" : lever.event_type)
            .text(lever.parameter)
            .real((values.*lever.values)[index]);
        row.boolean(locked != locks.end() && (locked->second.*lever.locks)[index]);
        row.text("planwise").null().null();
        row.end_row();
      }
    }
  }
  row.close();
  parts_->levers = levers;
}

void SimulationTables::year(const YearRows& rows) {
  (void)parts_->connection();
  check_rows(rows);
  if (!parts_->years.insert(rows.year).second) refuse(rows.year, "were written before");
  parts_->put_snapshot(rows);
  parts_->put_events(rows);
}

void SimulationTables::finish() {
  (void)parts_->connection();
  if (parts_->options.format == SimulationFormat::duckdb) {
    parts_->finish_database();
  } else {
    parts_->finish_folder();
  }
  parts_->finished = true;
}

}  // namespace planwise
