// Opening, the years kept, and what the database lacks.
#include <fmt/format.h>

#include "planwise/error.h"
#include "workforce/parts.h"

namespace planwise {

using namespace workforce;

SimulationDatabase::SimulationDatabase(const std::filesystem::path& path, SimulationDatabaseOptions options)
    : parts_(std::make_unique<Parts>(path, std::move(options))) {}
SimulationDatabase::~SimulationDatabase() = default;
SimulationDatabase::SimulationDatabase(SimulationDatabase&&) noexcept = default;
SimulationDatabase& SimulationDatabase::operator=(SimulationDatabase&&) noexcept = default;

const std::filesystem::path& SimulationDatabase::path() const noexcept { return parts_->source.path(); }

std::vector<int> SimulationDatabase::years() const { return snapshot_years(parts_->source.open()); }

SimulationDatabase::Parts::Year SimulationDatabase::Parts::year(const Session& session, int wanted) const {
  const std::lock_guard guard(mutex_);
  if (const std::string now = source.signature(); now != signature_) {
    years_.clear();
    rows_kept_ = 0;
    signature_ = now;
  }
  if (const auto known = years_.find(wanted); known != years_.end()) return known->second;
  auto rows = std::make_shared<YearColumns>(load_year(session, wanted));
  if (rows->people.size() == 0 && baseline_year(session) == wanted) *rows = load_baseline_year(session, wanted);
  const std::size_t size = rows->people.size() + rows->events.size();
  if (rows_kept_ + size > most_rows_kept) {
    years_.clear();
    rows_kept_ = 0;
  }
  rows_kept_ += size;
  years_[wanted] = rows;
  return rows;
}

namespace {

/// Says why there is no year: no row, or none that tells its year.
[[noreturn]] void refuse_no_years(const Session& session) {
  const FoundTable& snapshot = required(session, snapshot_table());
  duck::Rows rows = session.connection().query(fmt::format("SELECT count(*) FROM {}", snapshot.from));
  if (const std::int64_t count = rows.next() ? rows.integer(0) : 0; count > 0) {
    throw Error(ErrorCode::corrupt,
                fmt::format("none of the {} rows of fct_workforce_snapshot has a simulation_year that can be read: no "
                            "year can be told from another",
                            count));
  }
  throw Error(ErrorCode::not_found, "fct_workforce_snapshot is empty: no year can be summarised or analysed");
}

}  // namespace

SimulationDatabase::Parts::Year SimulationDatabase::Parts::filled_year(const Session& session, int wanted) const {
  Year rows = year(session, wanted);
  if (rows->people.size() > 0) return rows;
  const std::vector<int> there = snapshot_years(session);
  if (!there.empty()) {
    throw Error(ErrorCode::not_found, fmt::format("fct_workforce_snapshot has no rows of {}; it has the years {}",
                                                  wanted, fmt::join(there, ", ")));
  }
  refuse_no_years(session);
}

namespace {

void check_column(const Session& session, const FoundTable& table, const TableRule& rule, const ColumnRule& column,
                  std::vector<MissingPart>& missing) {
  const FoundColumn* found = table.column(column.name);
  if (found == nullptr) {
    if (column.consequence.empty()) return;
    missing.push_back(
        {std::string(rule.name), std::string(column.name), "is not in the table", std::string(column.consequence)});
    return;
  }
  if (natural_type(*found, column.kind)) return;
  duck::Rows rows = session.connection().query(fmt::format(
      "SELECT count({0}), count({0}) FILTER ({1} IS NULL), min(CAST({0} AS VARCHAR)) FILTER ({1} IS NULL) FROM {2}",
      identifier(found->name), column_expression(table, column), table.from));
  if (!rows.next() || rows.integer(1) == 0) return;
  constexpr std::string_view kinds[] = {"text", "number", "whole number", "date", "truth value"};
  missing.push_back(
      {std::string(rule.name), std::string(column.name),
       fmt::format("{} of {} values of type {} are no {} (such as '{}')", rows.integer(1), rows.integer(0),
                   type_text(found->type), kinds[static_cast<std::size_t>(column.kind)], rows.text(2)),
       std::string(column.consequence.empty() ? "those rows count as having none" : column.consequence)});
}

void check_table(const Session& session, const TableRule& rule, std::vector<MissingPart>& missing) {
  const auto report = [&](std::string reason) {
    missing.push_back({std::string(rule.name), "", std::move(reason), std::string(rule.consequence)});
  };
  const FoundTable* table = session.find(rule.name);
  if (table == nullptr) return report("is not in the database");
  if (!table->problem.empty()) return report(table->problem);
  duck::Rows rows = session.connection().query(fmt::format("SELECT count(*) FROM {}", table->from));
  if (!rows.next() || rows.integer(0) == 0) report("is empty");
  for (const ColumnRule& column : rule.columns) check_column(session, *table, rule, column, missing);
}

}  // namespace

std::vector<MissingPart> SimulationDatabase::missing() const {
  const Session session = parts_->source.open();
  std::vector<MissingPart> missing;
  for (const TableRule* rule : expected_tables()) check_table(session, *rule, missing);
  return missing;
}

}  // namespace planwise
