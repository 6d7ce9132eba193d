// One read-only statement over the file, in a DuckDB of its own that can touch nothing else.
#include <condition_variable>
#include <thread>

#include "duck/reader.h"
#include "store/store_parts.h"

namespace planwise::store {

using duck::Access;

namespace {

/// Interrupts a connection when the time is up, unless it is destroyed before.
class Watchdog {
 public:
  Watchdog(duck::Connection& connection, std::chrono::milliseconds limit)
      : thread_([this, &connection, limit](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          if (!wake_.wait_for(lock, stop, limit, [] { return false; }) && !stop.stop_requested()) {
            fired_ = true;
            connection.interrupt();
          }
        }) {}
  [[nodiscard]] bool fired() {
    const std::lock_guard guard(mutex_);
    return fired_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool fired_ = false;
  std::jthread thread_;  // last: it uses the members above
};

}  // namespace

SqlResult RunStore::sql(std::string_view statement, std::int64_t row_limit, std::chrono::milliseconds time_limit) {
  Parts& p = *parts_;
  if (row_limit < 1) throw Error(ErrorCode::invalid_argument, fmt::format("the row limit is {}; at least 1 is allowed", row_limit));
  const duck::Lease nobody_else = p.file->lease(Access::none, p.options.read_deadline);
  const duck::Reader reader(p.file->path(), p.options.read_deadline);
  Watchdog watchdog(reader.connection(), time_limit);
  try {
    SqlResult result;
    duck::TextRows rows = reader.select(statement);
    result.columns = rows.columns();
    while (rows.next()) {
      if (static_cast<std::int64_t>(result.rows.size()) == row_limit) {
        result.truncated = true;
        break;
      }
      std::vector<Json> row;
      for (std::size_t column = 0; column < result.columns.size(); ++column) row.push_back(rows.json(column));
      result.rows.push_back(std::move(row));
    }
    return result;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::cancelled && watchdog.fired()) {
      throw Error(ErrorCode::cancelled, fmt::format("the statement ran longer than {} ms and was stopped; raise the limit or narrow it", time_limit.count()));
    }
    throw;
  }
}

}  // namespace planwise::store
