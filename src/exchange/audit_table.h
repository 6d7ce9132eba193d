/// \file
/// The audit log as a table, one row a changed field: time (UTC), user, source, field, old, new, reason and what places
/// the entry in the chain.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "planwise/exchange.h"
#include "planwise/history.h"

namespace planwise::exchange {

class AuditTable {
 public:
  AuditTable() = default;
  AuditTable(const AuditTable&) = delete;
  AuditTable& operator=(const AuditTable&) = delete;
  virtual ~AuditTable() = default;
  virtual void add(const AuditEntry& entry) = 0;
  /// Puts the file in place; returns the number of rows. Without it nothing is left behind.
  virtual std::int64_t finish() = 0;
};

/// RFC 4180, UTF-8; missing is an empty cell, empty text "".
[[nodiscard]] std::unique_ptr<AuditTable> audit_csv(const std::filesystem::path& target, Overwrite overwrite);
/// A workbook with typed cells. Throws unsupported beyond 1,048,575 rows, naming the number (use CSV then).
[[nodiscard]] std::unique_ptr<AuditTable> audit_excel(const std::filesystem::path& target, Overwrite overwrite, Timestamp exported_at);

}  // namespace planwise::exchange
