/// \file
/// The spool: saves that could not get the file, each a file of its own beside the database, durable and in order.
///
/// <database>.spool/<time>-<counter>-<spool_id>.json is an entry; rejected/ holds those that no longer fit, each with a
/// .reason beside it. Folders are 0700, files 0600.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "planwise/results_manager.h"
#include "store/run_store.h"

namespace planwise::store {

struct QueuedSave {
  std::string spool_id;
  std::string store_id;  ///< Empty when the store could not be asked.
  Timestamp queued_at;
  Who who;
  Run run;
  std::string content_hash;
  std::string given_hash;  ///< Before the assessment; that of the content where an entry does not say.
  bool dated = false;      ///< As in SaveRequest.
  std::optional<std::string> owner_hash;
  std::optional<std::string> provenance;  ///< As in SaveRequest.
  std::string owner_token;  ///< What an update of a running run proves itself with.
  std::filesystem::path path;
};

class Spool {
 public:
  explicit Spool(const std::filesystem::path& database);

  /// Makes the entry durable: written aside, synced, renamed, folder synced. Fills spool_id, queued_at and path.
  void add(QueuedSave& entry);
  /// Waiting entries in the order in which they came. Unreadable ones are left out here and named by entries().
  [[nodiscard]] std::vector<QueuedSave> waiting() const;
  /// The last waiting entry of a run, if any.
  [[nodiscard]] std::optional<QueuedSave> find(std::string_view run_id) const;
  [[nodiscard]] bool empty() const;
  void remove(const QueuedSave& entry);
  void reject(const QueuedSave& entry, std::string_view reason);
  /// Everything there is, for people: waiting, rejected, of another store, unreadable.
  [[nodiscard]] std::vector<SpoolEntry> entries(std::string_view store_id) const;
  /// Erases what the spool still holds of a run (a purge).
  void forget(std::string_view run_id);

  /// The store's id as last seen, kept in the folder so that a save can name it while the file is locked.
  [[nodiscard]] std::string remembered_store_id() const;
  void remember_store_id(std::string_view store_id) const;

  /// Tokens of draft and running runs of this user, in <database>.owners/.
  void keep_token(std::string_view run_id, std::string_view token) const;
  [[nodiscard]] std::string token_of(std::string_view run_id) const;
  void drop_token(std::string_view run_id) const;

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  [[nodiscard]] std::vector<std::filesystem::path> files() const;
  std::filesystem::path folder_;
  std::filesystem::path owners_;
};

}  // namespace planwise::store
