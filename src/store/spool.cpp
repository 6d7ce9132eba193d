#include "store/spool.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <vector>

#include "core/files.h"
#include "core/hash.h"
#include "core/ids.h"
#include "planwise/error.h"

namespace planwise::store {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t longest_entry = std::uint64_t{512} << 20;

void make_private_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    throw Error(errno == EACCES || errno == EROFS ? ErrorCode::denied : ErrorCode::io,
                fmt::format("the folder '{}' cannot be made: {}", folder.string(), std::strerror(errno)));
  }
}

/// The name of the account that owns a file.
std::string owner_name(uid_t uid) {
  std::vector<char> buffer(4096);
  struct passwd entry {};
  struct passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return entry.pw_name;
  return fmt::format("uid {}", uid);
}

Json to_document(const QueuedSave& entry) {
  Json document = Json::object();
  document.set("format", "planwise-spool");
  document.set("spool_id", entry.spool_id);
  document.set("store_id", entry.store_id);
  document.set("queued_at", to_text(entry.queued_at));
  document.set("actor", entry.who.actor);
  document.set("session_id", entry.who.session_id);
  document.set("source", entry.who.source);
  document.set("given_hash", entry.given_hash);
  document.set("dated", entry.dated);
  document.set("owner_hash", entry.owner_hash ? Json(*entry.owner_hash) : Json());
  document.set("owner_token", entry.owner_token);
  document.set("provenance", entry.provenance ? Json(*entry.provenance) : Json());
  document.set("run", to_json(entry.run));
  return document;
}

QueuedSave read_entry(const fs::path& path) {
  const Json document = Json::parse(core::read_file(path, longest_entry));
  QueuedSave entry;
  entry.path = path;
  if (document.at("format").as_string() != "planwise-spool") {
    throw Error(ErrorCode::corrupt, fmt::format("'{}' is no spool entry", path.string()));
  }
  entry.spool_id = document.at("spool_id").as_string();
  entry.store_id = document.at("store_id").as_string();
  entry.queued_at = parse_time(document.at("queued_at").as_string());
  entry.who = {document.at("actor").as_string(), document.at("session_id").as_string(),
               document.at("source").as_string()};
  if (const Json& hash = document.at("owner_hash"); hash.is_string()) entry.owner_hash = hash.as_string();
  entry.owner_token = document.at("owner_token").as_string();
  const Json* provenance = document.find("provenance");
  if (provenance != nullptr && provenance->is_string()) entry.provenance = provenance->as_string();
  entry.run = run_from_json(document.at("run"), UnknownFields::keep);
  entry.content_hash = content_hash(entry.run);
  const Json* given = document.find("given_hash");
  entry.given_hash = given != nullptr && given->is_string() ? given->as_string() : entry.content_hash;
  const Json* dated = document.find("dated");
  entry.dated = dated != nullptr && dated->is_boolean() && dated->as_boolean();
  // Whoever may write here cannot write in somebody else's name: only the own account's entries name their actor.
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && status.st_uid != ::geteuid()) entry.who.actor = owner_name(status.st_uid);
  return entry;
}

fs::path reason_path(const fs::path& entry) { return entry.string() + ".reason"; }

}  // namespace

Spool::Spool(const fs::path& database) : folder_(database.string() + ".spool"), owners_(database.string() + ".owners") {}

std::vector<fs::path> Spool::files() const {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".json") found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

void Spool::add(QueuedSave& entry) {
  static std::atomic<std::uint64_t> counter{0};
  make_private_folder(folder_);
  entry.spool_id = core::new_uuid();
  entry.queued_at = now();
  // now() never steps back within a process, so names sort in the order of saving.
  entry.path = folder_ / fmt::format("{:020}-{:06}-{}.json", entry.queued_at.microseconds, counter++ % 1'000'000,
                                     entry.spool_id);
  core::NewFile file(entry.path, core::Overwrite::refuse);
  file.write(to_document(entry).dump());
  file.commit();
}

std::vector<QueuedSave> Spool::waiting() const {
  std::vector<QueuedSave> entries;
  for (const fs::path& path : files()) {
    try {
      entries.push_back(read_entry(path));
    } catch (const Error&) {  // entries() names it; it never stops those behind it.
    }
  }
  return entries;
}

std::optional<QueuedSave> Spool::find(std::string_view run_id) const {
  std::optional<QueuedSave> last;
  for (QueuedSave& entry : waiting()) {
    if (entry.run.metadata.run_id == run_id) last = std::move(entry);
  }
  return last;
}

bool Spool::empty() const { return files().empty(); }

void Spool::remove(const QueuedSave& entry) {
  std::error_code ignored;
  fs::remove(entry.path, ignored);
}

void Spool::reject(const QueuedSave& entry, std::string_view reason) {
  const fs::path rejected = folder_ / "rejected";
  make_private_folder(rejected);
  const fs::path target = rejected / entry.path.filename();
  core::NewFile note(reason_path(target), core::Overwrite::replace);
  note.write(reason);
  note.commit();
  std::error_code error;
  fs::rename(entry.path, target, error);
  if (error) throw Error(ErrorCode::io, fmt::format("'{}' cannot be moved to rejected/: {}", entry.path.string(), error.message()));
}

std::vector<SpoolEntry> Spool::entries(std::string_view store_id) const {
  std::vector<SpoolEntry> all;
  const auto describe = [&](const fs::path& path, std::string state, std::string reason) {
    SpoolEntry described;
    described.path = path;
    try {
      const QueuedSave entry = read_entry(path);
      described.spool_id = entry.spool_id;
      described.run_id = entry.run.metadata.run_id;
      described.actor = entry.who.actor;
      described.queued_at = entry.queued_at;
      if (state == "waiting" && !store_id.empty() && !entry.store_id.empty() && entry.store_id != store_id) {
        state = "foreign";
        reason = fmt::format("made for the store {}", entry.store_id);
      }
    } catch (const Error& error) {
      if (state == "waiting") state = "unreadable";
      if (reason.empty()) reason = error.what();
    }
    described.state = std::move(state);
    described.reason = std::move(reason);
    all.push_back(std::move(described));
  };
  for (const fs::path& path : files()) describe(path, "waiting", "");
  Spool rejected(*this);
  rejected.folder_ = folder_ / "rejected";
  for (const fs::path& path : rejected.files()) {
    std::string reason;
    try {
      reason = core::read_file(reason_path(path), 1 << 20);
    } catch (const Error&) {
      reason = "no reason was kept";
    }
    describe(path, "rejected", reason);
  }
  return all;
}

void Spool::forget(std::string_view run_id) {
  for (const SpoolEntry& entry : entries({})) {
    if (entry.run_id != run_id) continue;
    std::error_code ignored;
    fs::remove(entry.path, ignored);
    fs::remove(reason_path(entry.path), ignored);
  }
}

std::string Spool::remembered_store_id() const {
  try {
    return core::read_file(folder_ / "store_id", 200);
  } catch (const Error&) {
    return {};
  }
}

void Spool::remember_store_id(std::string_view store_id) const {
  if (remembered_store_id() == store_id) return;
  try {
    make_private_folder(folder_);
    core::NewFile file(folder_ / "store_id", core::Overwrite::replace);
    file.write(store_id);
    file.commit();
  } catch (const Error&) {  // A folder that cannot be written takes no spool either.
  }
}

void Spool::keep_token(std::string_view run_id, std::string_view token) const {
  make_private_folder(owners_);
  core::NewFile file(owners_ / core::sha256_hex(run_id), core::Overwrite::replace);
  file.write(token);
  file.commit();
}

std::string Spool::token_of(std::string_view run_id) const {
  try {
    return core::read_file(owners_ / core::sha256_hex(run_id), 1000);
  } catch (const Error&) {
    return {};
  }
}

void Spool::drop_token(std::string_view run_id) const {
  std::error_code ignored;
  fs::remove(owners_ / core::sha256_hex(run_id), ignored);
}

}  // namespace planwise::store
