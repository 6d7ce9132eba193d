// Exports: the right writer, runs one at a time, the record of what was written.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "core/files.h"
#include "core/ids.h"
#include "exchange/csv_folder.h"
#include "exchange/excel_workbook.h"
#include "exchange/json_format.h"
#include "exchange/parquet_rows.h"
#include "exchange/pickle_format.h"
#include "manager/parquet_tables.h"
#include "manager/parts.h"
#include "manager/report_facts.h"
#include "manager/report_page.h"
#include "planwise/error.h"
#include "report/build.h"

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

fs::path target_of(const ExportOptions& options, const std::string& subject, Timestamp at) {
  const std::string name =
      fmt::format("optimization_export_{}_{}{}", subject, name_stamp(at), extension(options.format));
  if (options.target.empty()) return fs::absolute(name);
  // A folder that is there takes a file of the default name; an earlier CSV export is itself the target.
  const bool into = fs::is_directory(options.target) &&
                    !(options.format == ExportFormat::csv && exchange::is_our_csv_folder(options.target));
  return fs::absolute(into ? options.target / name : options.target);
}

std::unique_ptr<exchange::RunWriter> writer_for(ExportFormat format, const fs::path& target,
                                                const exchange::ExportContext& context, exchange::ReportPage report) {
  switch (format) {
    case ExportFormat::json:
      return exchange::json_writer(target, context);
    case ExportFormat::csv:
      return exchange::csv_writer(target, context);
    case ExportFormat::excel:
      return exchange::excel_writer(target, context, std::move(report));
    case ExportFormat::parquet:
      return exchange::parquet_writer(target, context, manager::parquet_table_writer);
    case ExportFormat::pickle:
      return exchange::pickle_writer(target, context);
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

/// Hands over the runs, all of one moment. Lets go of the file before it returns.
using Feed = std::function<void(const std::function<void(const Run&, const exchange::ExportedRun&)>&)>;

exchange::ExportContext context_of(const store::RunStore& runs, const store::Who& who, const ExportOptions& options,
                                   const std::string& query) {
  exchange::ExportContext context;
  context.query = query;
  context.exported_at = now();
  context.exported_by = who.actor;
  context.program_version = std::string(version());
  context.store = runs.path().filename().string();
  context.simulation_data = options.simulation_data;
  context.overwrite = options.overwrite;
  return context;
}

/// The file is there by now and good: a store that cannot be written to (read-only, held elsewhere) is no reason to
/// take it away again.
void record(store::RunStore& runs, const store::StoreOptions& options, const ExportRecord& record,
            ExportReceipt& receipt) {
  try {
    runs.record_export(record);
    receipt.export_id = record.export_id;
  } catch (const Error& error) {
    if (!options.notice) return;
    options.notice(
        fmt::format("'{}' is written, but not in the list of exports: {}", receipt.path.string(), error.what()));
  }
}

ExportReceipt write_export(store::RunStore& runs, const store::StoreOptions& store_options,
                           const ExportOptions& options, const std::string& subject, const std::string& query,
                           std::int64_t total, exchange::ReportPage report, const Feed& feed) {
  const auto told = [&](std::int64_t done) {
    if (options.progress && !options.progress(done, total))
      throw Error(ErrorCode::cancelled, "the export was cancelled; nothing was written");
  };
  const exchange::ExportContext context = context_of(runs, store_options.who, options, query);
  ExportReceipt receipt;
  receipt.path = target_of(options, subject, context.exported_at);
  ExportRecord written;
  const auto writer = writer_for(options.format, receipt.path, context, std::move(report));
  told(0);
  feed([&](const Run& run, const exchange::ExportedRun& facts) {
    writer->add(run, facts);
    written.run_ids.push_back(run.metadata.run_id);
    told(++receipt.runs);
  });
  writer->finish();
  receipt.file_size_bytes = size_of(receipt.path);
  written.export_id = core::new_uuid();
  written.format = std::string(to_text(options.format));
  written.path = receipt.path.string();
  written.exported_at = context.exported_at;
  written.exported_by = context.exported_by;
  written.file_size_bytes = receipt.file_size_bytes;
  record(runs, store_options, written, receipt);
  return receipt;
}

/// Of a workbook of one run.
exchange::ReportPage report_of(ResultsManager& manager) {
  return [&manager](const Run& run, const exchange::ExportedRun& facts) {
    report::ReportFacts of_report = manager::report_facts(manager, run.metadata.run_id, facts.version);
    of_report.schema = LeverSchema::in_force();
    return manager::page_of(report::build_report(of_report));
  };
}

}  // namespace

ExportReceipt ResultsManager::export_runs(const std::vector<std::string>& run_ids, const ExportOptions& options) {
  if (run_ids.empty()) throw Error(ErrorCode::invalid_argument, "no run was named to export");
  std::vector<std::string> ids;
  std::unordered_set<std::string_view> named;
  for (const std::string& run_id : run_ids) {
    if (named.insert(run_id).second) ids.push_back(run_id);
  }
  store::RunStore& runs = parts_->store;
  const std::string subject = ids.size() == 1 ? core::file_name_from(ids.front()) : fmt::format("{}_runs", ids.size());
  return write_export(runs, parts_->options, options, subject, {}, static_cast<std::int64_t>(ids.size()),
                      report_of(*this), [&](const auto& take) {
                        const auto hold = runs.hold(store::RunStore::HoldFor::reading);
                        for (const std::string& run_id : ids) {
                          const RunSummary facts = runs.summary(run_id);
                          take(runs.load(run_id), exchange::ExportedRun{facts.version, facts.content_hash});
                        }
                      });
}

ExportReceipt ResultsManager::export_search(const ListRequest& request, const ExportOptions& options) {
  store::RunStore& runs = parts_->store;
  auto hold = runs.hold(store::RunStore::HoldFor::reading);
  ListRequest all = request;
  all.cursor.clear();
  all.offset = 0;
  all.limit = 1;
  const std::int64_t total = runs.list(all).total;
  all.limit = std::max<std::int64_t>(1, total);
  return write_export(runs, parts_->options, options, fmt::format("{}_runs", total), request.query, total,
                      report_of(*this), [&](const auto& take) {
                        runs.each_run(all, [&](const Run& run, const RunSummary& facts) {
                          take(run, exchange::ExportedRun{facts.version, facts.content_hash});
                          return true;
                        });
                        hold.reset();
                      });
}

}  // namespace planwise
