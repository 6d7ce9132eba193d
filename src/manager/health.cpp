// The state of a store and of what surrounds it.
#include "planwise/health.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>

#include "duck/file_locks.h"
#include "manager/health_checks.h"
#include "manager/parts.h"
#include "planwise/error.h"

namespace planwise {

namespace fs = std::filesystem;

std::string_view to_text(HealthState state) noexcept {
  switch (state) {
    case HealthState::ok:
      return "ok";
    case HealthState::warning:
      return "warning";
    case HealthState::failed:
      return "failed";
  }
  return "failed";
}

HealthState HealthReport::worst() const noexcept {
  HealthState worst = HealthState::ok;
  for (const HealthLine& line : lines) worst = std::max(worst, line.state);
  return worst;
}

Json to_json(const HealthReport& report) {
  Json lines = Json::array();
  for (const HealthLine& line : report.lines) {
    lines.push_back(Json(Json::Object{{"component", Json(line.component)},
                                      {"state", Json(to_text(line.state))},
                                      {"message", Json(line.message)},
                                      {"remedy", Json(line.remedy)}}));
  }
  return Json(Json::Object{{"state", Json(to_text(report.worst()))}, {"components", std::move(lines)}});
}

namespace {

HealthLine lock_line(const fs::path& database) {
  const auto identity = duck::identity_of(database);
  if (!identity) return {"lock", HealthState::ok, "no file, so nobody holds it", ""};
  if (const auto owner = duck::lock_owner(*identity, true)) {
    return {"lock", HealthState::warning, fmt::format("the file is held by {}", duck::describe_process(*owner)),
            "saves are queued and stored when it lets go; close it there if it stays"};
  }
  return {"lock", HealthState::ok, "nobody else holds the file", ""};
}

HealthLine file_line(const fs::path& database) {
  struct stat status {};
  if (::stat(database.c_str(), &status) != 0) {
    return {"file", HealthState::failed, fmt::format("there is no file '{}'", database.string()),
            "run `planwise setup`, or name another file with --db"};
  }
  if ((status.st_mode & 077) != 0) {
    return {"file", HealthState::warning,
            fmt::format("'{}' can be opened by other accounts (mode {:o})", database.string(), status.st_mode & 0777U),
            fmt::format("chmod 600 '{}'", database.string())};
  }
  return {"file", HealthState::ok,
          fmt::format("'{}', {:.1f} MB", database.string(), static_cast<double>(status.st_size) / 1e6), ""};
}

HealthLine disk_line(const fs::path& database) {
  struct statvfs status {};
  const fs::path folder = database.has_parent_path() ? database.parent_path() : fs::path(".");
  if (::statvfs(folder.c_str(), &status) != 0) return {"disk", HealthState::warning, "its free space is not known", ""};
  const double free_mb = static_cast<double>(status.f_bavail) * static_cast<double>(status.f_frsize) / 1e6;
  if (free_mb < 100)
    return {"disk", HealthState::failed, fmt::format("{:.0f} MB are free", free_mb),
            "make room: a full disk refuses every save"};
  if (free_mb < 1000)
    return {"disk", HealthState::warning, fmt::format("{:.0f} MB are free", free_mb), "make room before it is full"};
  return {"disk", HealthState::ok, fmt::format("{:.1f} GB are free", free_mb / 1e3), ""};
}

HealthLine file_system_line(const fs::path& database) {
  if (const auto network = duck::network_file_system(database)) {
    return {"file system", HealthState::warning,
            fmt::format("the file lies on {}, whose locks cannot be trusted", *network),
            "keep the store on a local disk and share exports or backups"};
  }
  return {"file system", HealthState::ok, "local", ""};
}

HealthLine running_line(const std::vector<RunningRun>& runs) {
  std::vector<std::string> lost;
  for (const RunningRun& run : runs) {
    if (run.state == "lost") lost.push_back(run.run_id);
  }
  if (lost.empty()) {
    return {"running", HealthState::ok, runs.empty() ? "no run is running" : fmt::format("{} runs are running", runs.size()), ""};
  }
  return {"running", HealthState::warning,
          fmt::format("{} of {} running runs {} lost, its process being gone: {}{}", lost.size(), runs.size(), lost.size() == 1 ? "is" : "are",
                      lost.front(), lost.size() > 1 ? ", ..." : ""),
          fmt::format("`planwise resume {0}` goes on with it, `planwise stop {0}` closes it", lost.front())};
}

}  // namespace

HealthReport ResultsManager::health(const HealthOptions& options) {
  Parts& p = *parts_;
  HealthReport report;
  const fs::path& database = p.store.path();
  report.lines.push_back(file_line(database));
  if (report.lines.front().state != HealthState::failed) {
    report.lines.push_back(lock_line(database));
    try {
      const Overview overview = p.store.overview();
      report.lines.push_back(
          {"store", HealthState::ok, fmt::format("{} runs, {} in the trash", overview.runs, overview.in_trash), ""});
      report.lines.push_back({"schema", HealthState::ok, fmt::format("version {}", p.store.schema_version()), ""});
      report.lines.push_back(running_line(p.store.running()));
    } catch (const Error& error) {
      const bool busy = error.code() == ErrorCode::busy;
      report.lines.push_back({"store", busy ? HealthState::warning : HealthState::failed, error.what(),
                              busy ? "wait for the other program, or close it"
                                   : "see the message; `planwise store restore FILE` brings back a backup"});
    }
  }
  std::int64_t waiting = 0;
  std::int64_t wrong = 0;
  for (const SpoolEntry& entry : p.store.spool()) (entry.state == "waiting" ? waiting : wrong) += 1;
  if (wrong > 0) {
    report.lines.push_back({"spool", HealthState::warning,
                            fmt::format("{} entries wait, {} were put aside", waiting, wrong),
                            "`planwise store spool` names them with their reasons"});
  } else {
    report.lines.push_back(
        {"spool", HealthState::ok, waiting == 0 ? "empty" : fmt::format("{} saves wait for the file", waiting), ""});
  }
  report.lines.push_back(disk_line(database));
  report.lines.push_back(file_system_line(database));
  manager::add_simulation_lines(report, options.simulation, p.options.read_deadline);
  report.lines.push_back(manager::cache_line());
  report.lines.push_back(manager::levers_line());
  report.lines.push_back(manager::log_line());
  return report;
}

}  // namespace planwise
