// The audit log as a table for auditors.
#include "exchange/audit_table.h"
#include "manager/parts.h"

namespace planwise {

std::int64_t ResultsManager::export_audit_log(const AuditRequest& request, const std::filesystem::path& target,
                                              AuditFormat format, Overwrite overwrite) {
  const auto writer = format == AuditFormat::csv ? exchange::audit_csv(target, overwrite)
                                                 : exchange::audit_excel(target, overwrite, now());
  parts_->store.audit_log(request, [&](const AuditEntry& entry) {
    writer->add(entry);
    return true;
  });
  return writer->finish();
}

}  // namespace planwise
