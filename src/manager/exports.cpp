// Exports: the right writer, runs one at a time, the record of what was written.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/ids.h"
#include "exchange/csv_folder.h"
#include "exchange/excel_workbook.h"
#include "exchange/json_format.h"
#include "exchange/parquet_rows.h"
#include "exchange/pickle_format.h"
#include "manager/parquet_tables.h"
#include "manager/parts.h"
#include "planwise/error.h"

namespace planwise {

namespace fs = std::filesystem;

namespace {

/// "20260301_104530" (UTC).
std::string name_stamp(Timestamp instant) {
  std::string text;
  for (char c : to_text(Timestamp{instant.microseconds / 1'000'000 * 1'000'000})) {
    if (c >= '0' && c <= '9') text += c;
    if (c == 'T') text += '_';
  }
  return text;
}

/// A name from a run id, which is data of any origin: what is no plain character becomes "_".
std::string safe_part(std::string_view text) {
  std::string safe;
  for (char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    safe += plain ? c : '_';
  }
  return safe.substr(0, 100);
}

fs::path target_of(const ExportOptions& options, const std::string& subject, Timestamp at) {
  const std::string name = fmt::format("optimization_export_{}_{}{}", subject, name_stamp(at), extension(options.format));
  if (options.target.empty()) return fs::absolute(name);
  // A folder that is there takes a file of the default name, but for a CSV export that is to replace it.
  const bool into = fs::is_directory(options.target) && !(options.format == ExportFormat::csv && options.overwrite == Overwrite::replace);
  return fs::absolute(into ? options.target / name : options.target);
}

std::unique_ptr<exchange::RunWriter> writer_for(ExportFormat format, const fs::path& target, const exchange::ExportContext& context) {
  switch (format) {
    case ExportFormat::json: return exchange::json_writer(target, context);
    case ExportFormat::csv: return exchange::csv_writer(target, context);
    case ExportFormat::excel: return exchange::excel_writer(target, context);
    case ExportFormat::parquet: return exchange::parquet_writer(target, context, manager::parquet_table_writer);
    case ExportFormat::pickle: return exchange::pickle_writer(target, context);
  }
  throw Error(ErrorCode::internal, "an export format without a writer");
}

/// Bytes on disk: of a folder, the sum of its files.
std::int64_t size_of(const fs::path& path) {
  if (!fs::is_directory(path)) return static_cast<std::int64_t>(fs::file_size(path));
  std::int64_t sum = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) sum += static_cast<std::int64_t>(entry.file_size());
  }
  return sum;
}

using Feed = std::function<void(const std::function<void(const Run&, const exchange::ExportedRun&)>&)>;

ExportReceipt write_export(store::RunStore& runs, const store::Who& who, const ExportOptions& options, const std::string& subject,
                           const std::string& query, std::int64_t total, const Feed& feed) {
  exchange::ExportContext context;
  context.query = query;
  context.exported_at = now();
  context.exported_by = who.actor;
  context.program_version = std::string(version());
  context.store = runs.path().filename().string();
  context.simulation_data = options.simulation_data;
  context.overwrite = options.overwrite;
  ExportReceipt receipt;
  receipt.path = target_of(options, subject, context.exported_at);
  ExportRecord record;
  const auto writer = writer_for(options.format, receipt.path, context);
  if (options.progress && !options.progress(0, total)) throw Error(ErrorCode::cancelled, "the export was cancelled; nothing was written");
  feed([&](const Run& run, const exchange::ExportedRun& facts) {
    writer->add(run, facts);
    record.run_ids.push_back(run.metadata.run_id);
    ++receipt.runs;
    if (options.progress && !options.progress(receipt.runs, total)) {
      throw Error(ErrorCode::cancelled, "the export was cancelled; nothing was written");
    }
  });
  writer->finish();
  receipt.file_size_bytes = size_of(receipt.path);
  receipt.export_id = core::new_uuid();
  record.export_id = receipt.export_id;
  record.format = std::string(to_text(options.format));
  record.path = receipt.path.string();
  record.exported_at = context.exported_at;
  record.exported_by = context.exported_by;
  record.file_size_bytes = receipt.file_size_bytes;
  runs.record_export(record);
  return receipt;
}

}  // namespace

ExportReceipt ResultsManager::export_runs(const std::vector<std::string>& run_ids, const ExportOptions& options) {
  if (run_ids.empty()) throw Error(ErrorCode::invalid_argument, "no run was named to export");
  const std::string subject = run_ids.size() == 1 ? safe_part(run_ids.front()) : fmt::format("{}_runs", run_ids.size());
  return write_export(parts_->store, parts_->who, options, subject, {}, static_cast<std::int64_t>(run_ids.size()), [&](const auto& take) {
    for (const std::string& run_id : run_ids) {
      const RunSummary facts = parts_->store.summary(run_id);
      take(parts_->store.load(run_id), exchange::ExportedRun{facts.version, facts.content_hash});
    }
  });
}

ExportReceipt ResultsManager::export_search(const ListRequest& request, const ExportOptions& options) {
  ListRequest count = request;
  count.limit = 1;
  const std::int64_t total = parts_->store.list(count).total;
  ListRequest all = request;
  all.limit = std::max<std::int64_t>(1, total);
  return write_export(parts_->store, parts_->who, options, fmt::format("{}_runs", total), request.query, total, [&](const auto& take) {
    parts_->store.each_run(all, [&](const Run& run, const RunSummary& facts) {
      take(run, exchange::ExportedRun{facts.version, facts.content_hash});
      return true;
    });
  });
}

}  // namespace planwise
