// lock, unlock, archive, unarchive, delete, and the trash.
#include <fmt/format.h>

#include "commands.h"
#include "table.h"

namespace planwise::cli {

namespace {

struct StateFlags {
  std::vector<std::string> runs;
  std::string reason;
};

using StateCall = void (ResultsManager::*)(std::string_view, std::string_view);

void add_state(CLI::App& app, Session& session, const std::string& name, const std::string& help,
               const std::string& done, StateCall call, const std::string& example) {
  CLI::App* command = app.add_subcommand(name, help);
  if (app.get_parent() == nullptr) command->group(heading::states);
  auto flags = make_options<StateFlags>();
  command->add_option("runs", flags->runs, "Run ids")->required()->type_name("RUN");
  command->add_option("--reason", flags->reason, "Why, for the audit log")->type_name("TEXT");
  examples(*command, example);
  command->callback([flags, &session, done, call] {
    for (const std::string& id :
         session.run_ids(flags->runs)) {  // a text that names no single run stops before the first change
      (session.manager().*call)(id, flags->reason);
      session.say(fmt::format("{} {}", done, id));
    }
  });
}

void add_trash(CLI::App& app, Session& session) {
  CLI::App* trash = app.add_subcommand("trash", "Deleted runs: list, restore, purge")->group(heading::states);
  trash->require_subcommand(1);
  examples(*trash, "  planwise trash list\n  planwise trash restore 6f0c21\n  planwise trash purge 6f0c21 --yes");
  CLI::App* list = trash->add_subcommand("list", "What is in the trash, newest first");
  examples(*list, "  planwise trash list");
  list->callback([&session] {
    std::vector<Json> objects;
    for (const TrashedRun& run : session.manager().trash()) {
      objects.push_back(Json(Json::Object{{"run_id", run.run_id},
                                          {"scenario_id", run.scenario_id},
                                          {"version", run.version},
                                          {"deleted_at", to_text(run.deleted_at)},
                                          {"deleted_by", run.deleted_by},
                                          {"reason", run.reason ? Json(*run.reason) : Json()},
                                          {"content_hash", run.content_hash}}));
    }
    print_objects(objects,
                  {{"run_id", "scenario_id", "version", "deleted_at", "deleted_by", "reason", "content_hash"},
                   {{"run_id", "RUN", Align::left, 3, Cut::id},
                    {"scenario_id", "SCENARIO", Align::left, 4},
                    {"deleted_at", "DELETED (UTC)", Align::left, 8},
                    {"deleted_by", "BY", Align::left, 7},
                    {"reason", "REASON", Align::left, 1}}},
                  session.globals);
    if (session.globals.output == Output::table && !session.globals.quiet) {
      fmt::print("{}\n", faint(objects.empty() ? "the trash is empty"
                                               : fmt::format("{} run{}; each can be restored until it is purged",
                                                             objects.size(), objects.size() == 1 ? "" : "s"),
                               session.globals));
    }
  });
  add_state(*trash, session, "restore", "Bring runs back exactly as they were", "restored", &ResultsManager::restore,
            "  planwise trash restore 6f0c21");

  struct PurgeFlags {
    std::vector<std::string> runs;
    bool all = false, yes = false;
    std::string reason;
  };
  CLI::App* purge =
      trash->add_subcommand("purge", "Erase runs in the trash for good and rewrite the file; their hashes stay");
  auto flags = make_options<PurgeFlags>();
  purge->add_option("runs", flags->runs, "Run ids")->type_name("RUN");
  purge->add_flag("--all", flags->all, "Everything in the trash");
  purge->add_flag("--yes", flags->yes, "Really");
  purge->add_option("--reason", flags->reason, "Why, for the audit log")->type_name("TEXT");
  examples(
      *purge,
      "  planwise trash purge 6f0c21 --yes --reason 'retention period is over'\n  planwise trash purge --all --yes");
  purge->callback([flags, &session] {
    if (flags->runs.empty() != flags->all)
      throw Error(ErrorCode::invalid_argument, "name the runs to purge, or --all (not both)");
    if (!flags->yes) throw Error(ErrorCode::invalid_argument, "a purge cannot be undone; add --yes to mean it");
    for (const std::string& id :
         session.manager().purge(session.run_ids(flags->runs), flags->reason, session.progress("purging"))) {
      session.say("purged " + id);
    }
  });
}

}  // namespace

void add_state_commands(CLI::App& app, Session& session) {
  add_state(app, session, "lock", "Protect runs: nobody deletes or revises them until they are unlocked", "locked",
            &ResultsManager::lock, "  planwise lock 6f0c21 --reason 'approved by the board'");
  add_state(app, session, "unlock", "Take the protection off", "unlocked", &ResultsManager::unlock,
            "  planwise unlock 6f0c21");
  add_state(app, session, "delete", "Move runs to the trash, from where they can be restored", "deleted",
            &ResultsManager::remove, "  planwise delete 6f0c21 --reason 'made by mistake'");
  add_state(app, session, "archive", "Take runs out of lists; they stay as they are", "archived",
            &ResultsManager::archive, "  planwise archive 6f0c21");
  add_state(app, session, "unarchive", "Put archived runs back into lists", "unarchived", &ResultsManager::unarchive,
            "  planwise unarchive 6f0c21");
  add_trash(app, session);
}

}  // namespace planwise::cli
