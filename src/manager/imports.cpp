// Imports: files in the order of their names, each whole or not at all.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "exchange/csv_folder.h"
#include "manager/import_sources.h"
#include "manager/parts.h"
#include "planwise/error.h"

namespace planwise {

namespace fs = std::filesystem;

namespace {

class Import {
 public:
  Import(store::RunStore& store, store::StoreOptions options, const ImportOptions& how)
      : store_(store), options_(std::move(options)), how_(how), zone_(how.zone.empty() ? machine_zone() : how.zone) {}

  ImportReport run(const fs::path& path) {
    if (!fs::exists(path))
      throw Error(ErrorCode::not_found, fmt::format("there is no file or folder '{}'", path.string()));
    if (is_own(path)) throw Error(ErrorCode::invalid_argument, fmt::format("'{}' is this store itself", path.string()));
    (void)parse_time("2000-01-01T00:00", zone_);  // an unknown zone is told before anything is read
    const bool single = !fs::is_directory(path) || exchange::is_our_csv_folder(path);
    const std::vector<fs::path> paths = single ? std::vector<fs::path>{path} : items_of(path);
    if (paths.empty()) throw Error(ErrorCode::not_found, fmt::format("'{}' holds no file to import", path.string()));
    const auto total = static_cast<std::int64_t>(paths.size());
    for (const fs::path& item : paths) {
      const auto done = static_cast<std::int64_t>(report_.files.size());
      if (how_.progress && !how_.progress(done, total)) {
        throw Error(ErrorCode::cancelled,
                    fmt::format("the import was cancelled before '{}'{}", item.string(), so_far()));
      }
      take(item, single);
    }
    if (how_.progress) (void)how_.progress(total, total);
    return std::move(report_);
  }

 private:
  [[nodiscard]] bool is_own(const fs::path& path) const {
    std::error_code ignored;
    return fs::equivalent(path, store_.path(), ignored) ||
           fs::equivalent(path, store_.path().string() + ".wal", ignored) ||
           fs::equivalent(path, store_.path().string() + ".spool", ignored) ||
           fs::equivalent(path, store_.path().string() + ".owners", ignored);
  }

  /// Files of a folder in the order of their names, at any depth; a CSV export counts as one. Not the store's own ones.
  [[nodiscard]] std::vector<fs::path> items_of(const fs::path& path) const {
    std::vector<fs::path> items;
    for (auto entry = fs::recursive_directory_iterator(path); entry != fs::recursive_directory_iterator(); ++entry) {
      const bool hidden = entry->path().filename().string().starts_with('.');
      if (entry->is_directory()) {
        const bool csv = exchange::is_our_csv_folder(entry->path());
        if (csv && !hidden) items.push_back(entry->path());
        if (csv || hidden || is_own(entry->path())) entry.disable_recursion_pending();
      } else if (entry->is_regular_file() && !hidden && entry->path().extension() != ".wal" && !is_own(entry->path())) {
        items.push_back(entry->path());
      }
    }
    std::sort(items.begin(), items.end());
    return items;
  }

  /// "; 3 files before it were imported and stay": what an error in the middle of a folder leaves behind.
  [[nodiscard]] std::string so_far() const {
    std::int64_t taken = 0;
    for (const ImportedFile& file : report_.files) taken += file.refused ? 0 : 1;
    if (taken == 0 || how_.dry_run) return "; nothing was imported";
    return fmt::format("; {} {} before it {} imported and {}", taken, taken == 1 ? "file" : "files",
                       taken == 1 ? "was" : "were", taken == 1 ? "stays" : "stay");
  }

  void take(const fs::path& item, bool single) {
    ImportedFile file;
    file.path = item;
    try {
      const manager::SourceKind kind = manager::kind_of(item, options_.read_deadline);
      file.format = manager::name_of(kind);
      std::vector<Run> runs = manager::runs_of(item, kind, zone_, options_);
      const std::map<std::string, std::string> fresh =
          how_.dry_run ? fresh_of(runs) : std::map<std::string, std::string>();
      file.runs =
          store_.import_runs(std::move(runs), fmt::format("imported from {}", item.filename().string()), how_.dry_run)
              .runs;
      for (ImportedRun& run : file.runs) {
        if (how_.dry_run && run.outcome == ImportOutcome::added && !fresh.contains(run.run_id))
          run.outcome = ImportOutcome::known;
      }
      planned_.insert(fresh.begin(), fresh.end());
      for (const ImportedRun& run : file.runs)
        (run.outcome == ImportOutcome::added ? report_.added : report_.known) += 1;
    } catch (const Error& error) {
      const bool ours =
          error.code() == ErrorCode::busy || error.code() == ErrorCode::io || error.code() == ErrorCode::cancelled;
      const std::string text = error.what();
      const std::string named = text.find(item.filename().string()) == std::string::npos
                                    ? fmt::format("'{}': {}", item.string(), text)
                                    : text;
      if (ours || (!how_.dry_run && (single || !how_.keep_going)))
        throw Error(error.code(), single ? named : named + so_far());
      file.runs.clear();
      file.refused = named;
      ++report_.refused_files;
    }
    report_.files.push_back(std::move(file));
  }

  /// A dry run writes nothing, so it remembers what the files before would have brought. Returns what these runs bring
  /// beyond that; throws as the store would.
  [[nodiscard]] std::map<std::string, std::string> fresh_of(const std::vector<Run>& runs) const {
    std::map<std::string, std::string> fresh;
    for (const Run& run : runs) {
      const std::string hash = content_hash(run);
      const auto before = planned_.find(run.metadata.run_id);
      if (before == planned_.end()) {
        fresh.emplace(run.metadata.run_id, hash);
      } else if (before->second != hash) {
        throw Error(ErrorCode::already_exists,
                    fmt::format("run '{}' comes twice with different content", run.metadata.run_id));
      }
    }
    return fresh;
  }

  store::RunStore& store_;
  store::StoreOptions options_;
  const ImportOptions& how_;
  std::string zone_;
  ImportReport report_;
  std::map<std::string, std::string> planned_;  ///< With dry_run: content hashes of the runs that would be new, by id.
};

}  // namespace

ImportReport ResultsManager::import_path(const fs::path& path, const ImportOptions& options) try {
  return Import(parts_->store, parts_->options, options).run(path);
} catch (const fs::filesystem_error& error) {
  throw Error(ErrorCode::io, fmt::format("'{}' cannot be read: {}", path.string(), error.code().message()));
}

}  // namespace planwise
