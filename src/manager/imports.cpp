// Imports: what a path holds is told by its content; a file goes in whole or not at all.
#include <fmt/format.h>
#include <stdlib.h>  // NOLINT: mkdtemp

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>

#include "core/files.h"
#include "exchange/csv_folder.h"
#include "exchange/json_format.h"
#include "exchange/legacy.h"
#include "exchange/parquet_rows.h"
#include "exchange/pickle_format.h"
#include "exchange/pickle_reader.h"
#include "manager/parquet_tables.h"
#include "manager/parts.h"
#include "planwise/error.h"

namespace planwise {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t longest_document = std::uint64_t{2} << 30;

enum class Kind { json, pickle, csv, parquet, database, excel };

/// A folder of this process that nobody else can look into, removed at the end.
class PrivateFolder {
 public:
  PrivateFolder() {
    std::string name = (fs::temp_directory_path() / "planwise-import-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw Error(ErrorCode::io, "no temporary folder can be made for the import");
    path_ = name;
  }
  ~PrivateFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string first_bytes(const fs::path& file, std::size_t count) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(ErrorCode::denied, fmt::format("'{}' cannot be opened", file.string()));
  std::string bytes(count, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(count));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

Kind kind_of(const fs::path& path) {
  if (fs::is_directory(path)) return Kind::csv;
  const std::string head = first_bytes(path, 4096);
  if (head.size() >= 12 && head.substr(8, 4) == "DUCK") return Kind::database;
  if (head.starts_with("PAR1")) return Kind::parquet;
  if (head.starts_with("PK\x03\x04")) return Kind::excel;
  const std::size_t first = head.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const std::string ending = path.extension().string();
  if (first != std::string::npos && (head[first] == '{' || head[first] == '[') && ending != ".pkl" && ending != ".pickle") return Kind::json;
  return ending == ".json" ? Kind::json : Kind::pickle;
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::json: return "json";
    case Kind::pickle: return "pickle";
    case Kind::csv: return "csv";
    case Kind::parquet: return "parquet";
    case Kind::database: return "database";
    case Kind::excel: return "excel";
  }
  return "";
}

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
void each_batch_of_database(const fs::path& path, const store::StoreOptions& like, const std::string& zone,
                            const std::function<void(std::vector<Run>)>& take) {
  const PrivateFolder folder;
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
  take(std::move(runs));
}

class Import {
 public:
  Import(store::RunStore& store, store::StoreOptions options, const ImportOptions& how)
      : store_(store), options_(std::move(options)), how_(how), zone_(how.zone.empty() ? machine_zone() : how.zone) {}

  ImportReport run(const fs::path& path) {
    if (!fs::exists(path)) throw Error(ErrorCode::not_found, fmt::format("there is no file or folder '{}'", path.string()));
    std::error_code error;
    if (fs::equivalent(path, store_.path(), error)) {
      throw Error(ErrorCode::invalid_argument, fmt::format("'{}' is this store itself", path.string()));
    }
    (void)parse_time("2000-01-01T00:00", zone_);  // an unknown zone is told before anything is read
    const std::vector<fs::path> paths = items_of(path);
    if (paths.empty()) throw Error(ErrorCode::not_found, fmt::format("'{}' holds no file to import", path.string()));
    const bool single = paths.size() == 1 && paths.front() == path;
    std::int64_t done = 0;
    for (const fs::path& item : paths) {
      if (how_.progress && !how_.progress(done++, static_cast<std::int64_t>(paths.size()))) {
        throw Error(ErrorCode::cancelled, fmt::format("the import was cancelled before '{}'; what was imported before stays", item.string()));
      }
      take(item, single);
    }
    return std::move(report_);
  }

 private:
  /// Files of a folder in the order of their names, at any depth; a CSV export counts as one.
  static std::vector<fs::path> items_of(const fs::path& path) {
    if (!fs::is_directory(path) || exchange::is_our_csv_folder(path)) return {path};
    std::vector<fs::path> items;
    for (auto entry = fs::recursive_directory_iterator(path); entry != fs::recursive_directory_iterator(); ++entry) {
      if (entry->is_directory() && exchange::is_our_csv_folder(entry->path())) {
        items.push_back(entry->path());
        entry.disable_recursion_pending();
      } else if (entry->is_regular_file() && !entry->path().filename().string().starts_with('.') && entry->path().extension() != ".wal") {
        items.push_back(entry->path());
      }
    }
    std::sort(items.begin(), items.end());
    return items;
  }

  void take(const fs::path& item, bool single) {
    ImportedFile file;
    file.path = item;
    try {
      const Kind kind = kind_of(item);
      file.format = name_of(kind);
      read(item, kind, [&](std::vector<Run> runs) {
        const std::string origin = fmt::format("imported from {}", item.filename().string());
        store::ImportedBatch batch = store_.import_runs(std::move(runs), origin, how_.dry_run);
        file.runs.insert(file.runs.end(), batch.runs.begin(), batch.runs.end());
      });
      for (const ImportedRun& run : file.runs) (run.outcome == ImportOutcome::added ? report_.added : report_.known) += 1;
    } catch (const Error& error) {
      const bool ours = error.code() == ErrorCode::busy || error.code() == ErrorCode::io || error.code() == ErrorCode::cancelled;
      const std::string text = error.what();
      const std::string named = text.find(item.filename().string()) == std::string::npos ? fmt::format("'{}': {}", item.string(), text) : text;
      if (single || ours || (!how_.keep_going && !how_.dry_run)) throw Error(error.code(), named);
      file.runs.clear();
      file.refused = named;
      ++report_.refused_files;
    }
    report_.files.push_back(std::move(file));
  }

  void read(const fs::path& item, Kind kind, const std::function<void(std::vector<Run>)>& take) {
    std::vector<Run> runs;
    const exchange::RunReceiver collect = [&](Run run) { runs.push_back(std::move(run)); };
    switch (kind) {
      case Kind::json: runs = runs_of_json(item, zone_); break;
      case Kind::pickle: runs = runs_of_pickle(item, zone_); break;
      case Kind::csv: exchange::read_csv_runs(item, zone_, collect); break;
      case Kind::parquet: exchange::read_parquet_runs(item, zone_, manager::parquet_table_reader, collect); break;
      case Kind::database: each_batch_of_database(item, options_, zone_, take); return;
      case Kind::excel:
        throw Error(ErrorCode::unsupported, "an Excel workbook is for people and is not read back; import the JSON, CSV, Parquet or pickle export");
    }
    take(std::move(runs));
  }

  store::RunStore& store_;
  store::StoreOptions options_;
  const ImportOptions& how_;
  std::string zone_;
  ImportReport report_;
};

}  // namespace

ImportReport ResultsManager::import_path(const fs::path& path, const ImportOptions& options) {
  return Import(parts_->store, parts_->options, options).run(path);
}

}  // namespace planwise
