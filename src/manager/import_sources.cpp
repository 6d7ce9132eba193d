#include "manager/import_sources.h"

#include <fmt/format.h>

#include <fstream>
#include <limits>

#include "core/files.h"
#include "core/json_text.h"
#include "duck/database_file.h"
#include "exchange/csv_folder.h"
#include "exchange/json_format.h"
#include "exchange/legacy.h"
#include "exchange/parquet_rows.h"
#include "exchange/pickle_format.h"
#include "exchange/pickle_reader.h"
#include "manager/parquet_tables.h"
#include "planwise/error.h"

namespace planwise::manager {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t longest_document = std::uint64_t{2} << 30;

/// Looks into a file that may be a database in use by another thread here: opening and closing such a file by our own
/// means drops DuckDB's lock on it, so nobody in this process may have it attached meanwhile.
std::string first_bytes(const fs::path& file, std::size_t count, std::chrono::milliseconds deadline) {
  const auto guarded = duck::DatabaseFile::at(file);
  const duck::Lease nobody = guarded->lease(duck::Access::none, deadline);
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(ErrorCode::denied, fmt::format("'{}' cannot be opened", file.string()));
  std::string bytes(count, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(count));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

/// What a pickle may begin with: a protocol, a mark, a value or a name.
constexpr std::string_view pickle_openings = "\x80(])}cNIFSVUTXKMJGLBC\x8c\x95\x88\x89\x8a";

std::vector<Run> runs_of_json(const fs::path& path, const std::string& zone) {
  std::vector<Run> runs;
  if (exchange::is_our_json(path)) {
    exchange::read_json_runs(path, zone, [&](Run run) { runs.push_back(std::move(run)); });
    return runs;
  }
  return exchange::runs_from_legacy(Json::parse(core::read_file(path, longest_document), JsonDialect::python), {zone});
}

std::vector<Run> runs_of_pickle(const fs::path& path, const std::string& zone) {
  const std::string bytes = core::read_file(path, longest_document);
  exchange::PickleLimits limits;
  // A long list of runs needs more than one result; what a file may take still depends on its own size.
  limits.memory_bytes += 16 * bytes.size();
  limits.expansion_bytes += 4 * bytes.size();
  const exchange::PickleValue value = exchange::read_pickle(bytes, limits);
  if (value.type_name() == "dict" || value.type_name() == "list") {
    Json document = exchange::plain(value);
    if (exchange::is_our_pickle(document)) {
      std::vector<Run> runs;
      exchange::read_pickle_runs(std::move(document), zone, [&](Run run) { runs.push_back(std::move(run)); });
      return runs;
    }
  }
  return exchange::runs_from_pickle(value, {zone});
}

/// Another database: read from a private copy, which is migrated there, so that the file itself is never written.
std::vector<Run> runs_of_database(const fs::path& path, const std::string& zone, const store::StoreOptions& like) {
  const core::ScratchFolder folder("import");
  const fs::path copy = folder.path() / "import.duckdb";
  store::StoreOptions options = like;
  store::copy_database(path, copy, like.read_deadline);
  options.database = copy;
  options.legacy_zone = zone;
  options.create = false;
  options.notice = {};
  store::RunStore other(options);
  ListRequest all;
  all.limit = std::numeric_limits<std::int64_t>::max();
  all.archived = ArchivedRuns::include;
  all.sort = "created_at";
  std::vector<Run> runs;
  other.each_run(all, [&](const Run& run, const RunSummary&) {
    runs.push_back(run);
    return true;
  });
  return runs;
}

}  // namespace

SourceKind kind_of(const fs::path& path, std::chrono::milliseconds deadline) {
  if (fs::is_directory(path)) return SourceKind::csv;
  const std::string head = first_bytes(path, 4096, deadline);
  if (head.size() >= 12 && head.substr(8, 4) == "DUCK") return SourceKind::database;
  if (head.starts_with("PAR1")) return SourceKind::parquet;
  if (head.starts_with("PK\x03\x04")) return SourceKind::excel;
  const std::size_t first = head.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const std::string ending = path.extension().string();
  // Neither '{' nor '[' can begin a pickle; but what is named a pickle and is none is refused as that.
  if (ending == ".pkl" || ending == ".pickle") return SourceKind::pickle;
  if (ending == ".json" || (first != std::string::npos && (head[first] == '{' || head[first] == '[')))
    return SourceKind::json;
  if (!head.empty() && pickle_openings.find(head.front()) != std::string_view::npos) return SourceKind::pickle;
  throw Error(
      ErrorCode::unsupported,
      fmt::format("'{}' begins with {}: it is neither JSON nor a pickle, Parquet file, database or CSV export folder",
                  path.string(), head.empty() ? "nothing (it is empty)" : core::excerpt(head, 20)));
}

std::string_view name_of(SourceKind kind) {
  switch (kind) {
    case SourceKind::json:
      return "json";
    case SourceKind::pickle:
      return "pickle";
    case SourceKind::csv:
      return "csv";
    case SourceKind::parquet:
      return "parquet";
    case SourceKind::database:
      return "database";
    case SourceKind::excel:
      return "excel";
  }
  return "";
}

std::vector<Run> runs_of(const fs::path& path, SourceKind kind, const std::string& zone,
                         const store::StoreOptions& like) {
  std::vector<Run> runs;
  const exchange::RunReceiver collect = [&](Run run) { runs.push_back(std::move(run)); };
  switch (kind) {
    case SourceKind::json:
      return runs_of_json(path, zone);
    case SourceKind::pickle:
      return runs_of_pickle(path, zone);
    case SourceKind::csv:
      exchange::read_csv_runs(path, zone, collect);
      break;
    case SourceKind::parquet:
      exchange::read_parquet_runs(path, zone, parquet_table_reader, collect);
      break;
    case SourceKind::database:
      return runs_of_database(path, zone, like);
    case SourceKind::excel:
      throw Error(
          ErrorCode::unsupported,
          "an Excel workbook is for people and is not read back; import the JSON, CSV, Parquet or pickle export");
  }
  return runs;
}

}  // namespace planwise::manager
