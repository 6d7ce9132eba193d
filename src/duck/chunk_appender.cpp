#include "duck/chunk_appender.h"

#include <fmt/format.h>

#include <cmath>

#include "duck/errors.h"

namespace planwise::duck {

namespace {
constexpr std::int64_t microseconds_a_day = 86'400'000'000;
}

ChunkAppender::ChunkAppender(Connection& connection, const std::string& catalog, const std::string& table)
    : table_(table), capacity_(duckdb_vector_size()) {
  if (duckdb_appender_create_ext(connection.handle(), catalog.c_str(), "main", table.c_str(), &appender_) ==
      DuckDBError) {
    const Error error = translated("appending to " + table, duckdb_appender_error(appender_));
    duckdb_appender_destroy(&appender_);
    throw error;
  }
  std::vector<duckdb_logical_type> logical;
  for (idx_t column = 0; column < duckdb_appender_column_count(appender_); ++column) {
    logical.push_back(duckdb_appender_column_type(appender_, column));
    types_.push_back(duckdb_get_type_id(logical.back()));
  }
  chunk_ = duckdb_create_data_chunk(logical.data(), logical.size());
  for (duckdb_logical_type& type : logical) duckdb_destroy_logical_type(&type);
  fetch_vectors();
}

ChunkAppender::~ChunkAppender() {
  if (chunk_ != nullptr) duckdb_destroy_data_chunk(&chunk_);
  if (appender_ != nullptr) duckdb_appender_destroy(&appender_);
}

void ChunkAppender::fetch_vectors() {
  vectors_.clear();
  data_.clear();
  for (idx_t column = 0; column < types_.size(); ++column) {
    vectors_.push_back(duckdb_data_chunk_get_vector(chunk_, column));
    data_.push_back(duckdb_vector_get_data(vectors_.back()));
  }
  validity_.assign(types_.size(), nullptr);
}

void ChunkAppender::mismatch(const char* given) const {
  throw Error(ErrorCode::internal, fmt::format("{} was put into column {} of {}", given, column_, table_));
}

ChunkAppender& ChunkAppender::text(std::string_view value) {
  if (types_.at(column_) != DUCKDB_TYPE_VARCHAR) mismatch("text");
  duckdb_vector_assign_string_element_len(vectors_[column_], row_, value.data(), value.size());
  ++column_;
  return *this;
}

ChunkAppender& ChunkAppender::real(double value) {
  if (std::isnan(value)) return null();
  if (types_.at(column_) != DUCKDB_TYPE_DOUBLE) mismatch("a real");
  static_cast<double*>(data_[column_])[row_] = value;
  ++column_;
  return *this;
}

ChunkAppender& ChunkAppender::integer(std::int64_t value) {
  if (types_.at(column_) == DUCKDB_TYPE_INTEGER) {
    static_cast<std::int32_t*>(data_[column_])[row_] = static_cast<std::int32_t>(value);
  } else if (types_[column_] == DUCKDB_TYPE_BIGINT) {
    static_cast<std::int64_t*>(data_[column_])[row_] = value;
  } else {
    mismatch("an integer");
  }
  ++column_;
  return *this;
}

ChunkAppender& ChunkAppender::boolean(bool value) {
  if (types_.at(column_) != DUCKDB_TYPE_BOOLEAN) mismatch("a boolean");
  static_cast<bool*>(data_[column_])[row_] = value;
  ++column_;
  return *this;
}

ChunkAppender& ChunkAppender::date(std::int32_t days) {
  if (types_.at(column_) == DUCKDB_TYPE_DATE) {
    static_cast<std::int32_t*>(data_[column_])[row_] = days;
  } else if (types_[column_] == DUCKDB_TYPE_TIMESTAMP) {
    static_cast<std::int64_t*>(data_[column_])[row_] = std::int64_t{days} * microseconds_a_day;
  } else {
    mismatch("a date");
  }
  ++column_;
  return *this;
}

ChunkAppender& ChunkAppender::null() {
  std::uint64_t*& validity = validity_.at(column_);
  if (validity == nullptr) {
    duckdb_vector_ensure_validity_writable(vectors_[column_]);
    validity = duckdb_vector_get_validity(vectors_[column_]);
  }
  validity[row_ / 64] &= ~(std::uint64_t{1} << (row_ % 64));
  ++column_;
  return *this;
}

void ChunkAppender::end_row() {
  if (column_ != types_.size()) {
    throw Error(ErrorCode::internal,
                fmt::format("a row of {} has {} cells; {} are needed", table_, column_, types_.size()));
  }
  column_ = 0;
  if (++row_ == capacity_) flush();
}

void ChunkAppender::flush() {
  if (row_ == 0) return;
  duckdb_data_chunk_set_size(chunk_, row_);
  if (duckdb_append_data_chunk(appender_, chunk_) == DuckDBError) {
    throw translated("appending to " + table_, duckdb_appender_error(appender_));
  }
  duckdb_data_chunk_reset(chunk_);
  fetch_vectors();
  row_ = 0;
}

void ChunkAppender::close() {
  flush();
  if (duckdb_appender_close(appender_) == DuckDBError) {
    throw translated("appending to " + table_, duckdb_appender_error(appender_));
  }
  duckdb_appender_destroy(&appender_);
  appender_ = nullptr;
}

}  // namespace planwise::duck
