/// \file
/// Many runs at once: appenders instead of one INSERT a row and table.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "duck/connection.h"
#include "store/run_rows.h"

namespace planwise::store {

/// Collects rows and puts them into the tables of `catalog` within the caller's transaction. finish() must be called.
class BatchInsert {
 public:
  BatchInsert(duck::Connection& connection, const std::string& catalog);
  ~BatchInsert();
  void add(RunRows rows, bool configuration_is_there);
  void add_audit(const Row& row);
  void finish();

 private:
  void fold(Row& details);

  duck::Connection& connection_;
  std::unique_ptr<duck::Appender> runs_, results_, configurations_, simulation_, audit_, details_;
};

}  // namespace planwise::store
