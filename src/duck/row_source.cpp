#include "duck/row_source.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>

#include "duck/errors.h"

namespace planwise::duck {

namespace {

/// A batch becomes one chunk of DuckDB's: few large rows, or many small ones.
constexpr std::size_t rows_in_batch = 1024;
constexpr std::size_t bytes_in_batch = std::size_t{1} << 20;
constexpr std::size_t batches_waiting = 2;

}  // namespace

/// What the adding thread and DuckDB's share.
struct RowSource::Channel {
  std::vector<std::string> columns;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::vector<Row>> batches;
  bool closed = false;     // no more rows will come
  bool abandoned = false;  // and those that came are not wanted
  bool ended = false;      // the statement reads no more
  std::exception_ptr failure;

  static void bind(duckdb_bind_info bind_info) {
    const auto& channel = *static_cast<std::shared_ptr<Channel>*>(duckdb_bind_get_extra_info(bind_info));
    duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    for (const std::string& column : channel->columns) duckdb_bind_add_result_column(bind_info, column.c_str(), text);
    duckdb_destroy_logical_type(&text);
  }

  static void start(duckdb_init_info init_info) { duckdb_init_set_max_threads(init_info, 1); }

  static void produce(duckdb_function_info function_info, duckdb_data_chunk chunk) {
    const auto& channel = *static_cast<std::shared_ptr<Channel>*>(duckdb_function_get_extra_info(function_info));
    std::vector<Row> rows;
    {
      std::unique_lock lock(channel->mutex);
      channel->changed.wait(lock, [&] { return channel->closed || !channel->batches.empty(); });
      if (channel->abandoned) {
        duckdb_function_set_error(function_info, "the rows were abandoned");
        return;
      }
      if (!channel->batches.empty()) {
        rows = std::move(channel->batches.front());
        channel->batches.pop_front();
      }
    }
    channel->changed.notify_all();
    fill(chunk, rows, channel->columns.size());
  }

  static void fill(duckdb_data_chunk chunk, const std::vector<Row>& rows, std::size_t columns) {
    for (std::size_t column = 0; column < columns; ++column) {
      duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, column);
      duckdb_vector_ensure_validity_writable(vector);
      uint64_t* validity = duckdb_vector_get_validity(vector);
      for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::optional<std::string>& cell = rows[row].at(column);
        if (cell) {
          duckdb_vector_assign_string_element_len(vector, row, cell->data(), cell->size());
        } else {
          duckdb_validity_set_row_invalid(validity, row);
        }
      }
    }
    duckdb_data_chunk_set_size(chunk, rows.size());
  }

  static void let_go(void* shared) { delete static_cast<std::shared_ptr<Channel>*>(shared); }

  void close(bool unwanted) {
    {
      const std::lock_guard lock(mutex);
      closed = true;
      abandoned = unwanted;
    }
    changed.notify_all();
  }
};

RowSource::RowSource(Connection& connection, const std::string& name, std::vector<std::string> columns,
                     std::string statement)
    : channel_(std::make_shared<Channel>()) {
  channel_->columns = std::move(columns);
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_table_function_set_name(function, name.c_str());
  duckdb_table_function_set_extra_info(function, new std::shared_ptr<Channel>(channel_), &Channel::let_go);
  duckdb_table_function_set_bind(function, &Channel::bind);
  duckdb_table_function_set_init(function, &Channel::start);
  duckdb_table_function_set_function(function, &Channel::produce);
  const duckdb_state registered = duckdb_register_table_function(connection.handle(), function);
  duckdb_destroy_table_function(&function);
  if (registered == DuckDBError) throw Error(ErrorCode::internal, "DuckDB takes no table function '" + name + "'");
  worker_ = std::thread([shared = channel_, &connection, sql = std::move(statement)] {
    std::exception_ptr failure;
    try {
      connection.run(sql, "writing rows");
    } catch (...) {
      failure = std::current_exception();
    }
    {
      const std::lock_guard lock(shared->mutex);
      shared->failure = failure;
      shared->ended = true;
      shared->batches.clear();
    }
    shared->changed.notify_all();
  });
}

RowSource::~RowSource() {
  channel_->close(true);
  join();
}

void RowSource::add(Row row) {
  for (const std::optional<std::string>& cell : row) batch_bytes_ += cell ? cell->size() : 0;
  batch_.push_back(std::move(row));
  if (batch_.size() >= rows_in_batch || batch_bytes_ >= bytes_in_batch) hand_over();
}

void RowSource::hand_over() {
  if (batch_.empty()) return;
  std::unique_lock lock(channel_->mutex);
  channel_->changed.wait(lock, [&] { return channel_->ended || channel_->batches.size() < batches_waiting; });
  if (channel_->failure) std::rethrow_exception(channel_->failure);
  if (channel_->ended) throw Error(ErrorCode::internal, "the statement over the rows ended before they did");
  channel_->batches.push_back(std::move(batch_));
  lock.unlock();
  channel_->changed.notify_all();
  batch_.clear();
  batch_bytes_ = 0;
}

void RowSource::finish() {
  hand_over();
  channel_->close(false);
  join();
  if (channel_->failure) std::rethrow_exception(channel_->failure);
}

void RowSource::join() noexcept {
  if (worker_.joinable()) worker_.join();
}

}  // namespace planwise::duck
