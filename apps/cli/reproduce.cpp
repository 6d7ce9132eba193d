// reproduce, resume and stop: stored studies made again, gone on with, and ended.
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "decisions.h"

namespace planwise::cli {

namespace {

constexpr int differs_status = 1;

void run_reproduce(const std::string& text, const SourceFlags& source, std::int64_t threads, Session& session) {
  DecisionDesk desk(session, source, false);
  const std::string id = session.run_id(text);
  const Reproduction result = desk.service().reproduce(id, desk.options("making it again", threads));
  if (!result.equal) session.exit_status = differs_status;
  if (session.globals.output != Output::table) {
    Json differences = Json::array();
    for (const std::string& difference : result.differences) differences.push_back(difference);
    print_json(Json(Json::Object{{"run_id", result.run_id},
                                 {"equal", result.equal},
                                 {"differences", std::move(differences)},
                                 {"stored_hash", result.stored_hash},
                                 {"made_hash", result.made_hash}}),
               session.globals);
    return;
  }
  if (result.equal) {
    fmt::print("run {} was made again, equal byte for byte\n", result.run_id);
    fmt::print("  {}\n", faint("sha256 " + result.made_hash, session.globals));
    return;
  }
  fmt::print("run {} came out otherwise\n", result.run_id);
  for (const std::string& difference : result.differences) fmt::print("  {}\n", printable(difference));
}

// ---- stop
// ------------------------------------------------------------------------------------------------------------

struct StopFlags {
  std::vector<std::string> runs;
  std::string reason, status = "failed";
  bool lost = false;
  SourceFlags source;
  std::int64_t threads = 0;
};

/// "completed", "cancelled", ... once the run has ended; empty when it has not within the time.
std::string ended_status(ResultsManager& manager, const std::string& id, double wait_seconds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(wait_seconds);
  for (;;) {
    const std::string status = manager.summary(id).status;
    if (status != "running") return status;
    if (std::chrono::steady_clock::now() >= until) return "";
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

void print_stopped(const std::vector<Json>& rows, const Globals& globals) {
  print_objects(
      rows, {{"run_id", "status"}, {{"run_id", "RUN", Align::left, 9, Cut::id}, {"status", "STATUS", Align::left, 9}}},
      globals);
}

void close_lost_runs(const StopFlags& flags, Session& session) {
  DecisionDesk desk(session, flags.source, false);
  ResultsManager& manager = session.manager();
  std::vector<std::string> ids = session.run_ids(flags.runs);
  if (ids.empty()) {
    for (const RunningRun& run : manager.running()) {
      if (run.state == "lost") ids.push_back(run.run_id);
    }
  }
  std::vector<Json> rows;
  for (const std::string& id : ids) {
    desk.service().close_lost(id, flags.status, flags.reason);
    rows.push_back(Json(Json::Object{{"run_id", id}, {"status", flags.status}}));
  }
  if (rows.empty()) session.say("no run is lost");
  print_stopped(rows, session.globals);
}

void stop_runs(const StopFlags& flags, Session& session) {
  if (flags.lost) {
    close_lost_runs(flags, session);
    return;
  }
  if (flags.runs.empty())
    throw Error(ErrorCode::invalid_argument, "name a run, or close those that are lost with --lost");
  ResultsManager& manager = session.manager();
  const std::vector<std::string> ids = session.run_ids(flags.runs);
  for (const std::string& id : ids) manager.request_stop(id, flags.reason);
  std::vector<Json> rows;
  for (const std::string& id : ids) {
    const std::string status = ended_status(manager, id, session.globals.wait_seconds);
    if (status.empty()) {
      session.exit_status = differs_status;
      session.say(
          fmt::format("run {} was asked to stop and has not ended within {} s", id, session.globals.wait_seconds));
    }
    rows.push_back(Json(Json::Object{{"run_id", id}, {"status", status.empty() ? "running" : status}}));
  }
  print_stopped(rows, session.globals);
}

}  // namespace

void add_reproduce_command(CLI::App& app, Session& session) {
  struct Flags {
    std::string run;
    SourceFlags source;
    std::int64_t threads = 0;
  };
  CLI::App* reproduce =
      app.add_subcommand("reproduce",
                         "Run a stored study again and compare every byte; status 0 when equal, 1 when not")
          ->group(heading::decisions);
  auto flags = make_options<Flags>();
  reproduce->add_option("run", flags->run, "The run")->type_name("RUN")->required();
  add_data_options(*reproduce, flags->source, flags->threads);
  examples(*reproduce,
           "  planwise reproduce 6f0c21\n  planwise reproduce 6f0c21 --simulation simulation.duckdb --output json");
  reproduce->callback([flags, &session] { run_reproduce(flags->run, flags->source, flags->threads, session); });
}

void add_resume_command(CLI::App& app, Session& session) {
  struct Flags {
    std::string run;
    SourceFlags source;
    std::int64_t threads = 0, max_evaluations = 0;
  };
  CLI::App* resume = app.add_subcommand("resume",
                                        "Go on with a lost or cancelled study, or further with a completed one, "
                                        "from the evaluations that are stored")
                         ->group(heading::decisions);
  auto flags = make_options<Flags>();
  resume->add_option("run", flags->run, "The run")->type_name("RUN")->required();
  resume
      ->add_option(
          "--max-evaluations", flags->max_evaluations,
          "Evaluations in all, those stored included (iterations of tune, seeds of uncertainty); a completed run "
          "needs more than it had, and goes on under a new id")
      ->type_name("N")
      ->transform(whole_number(1));
  add_data_options(*resume, flags->source, flags->threads);
  examples(*resume, "  planwise resume 6f0c21\n  planwise resume 6f0c21 --max-evaluations 400");
  resume->callback([resume, flags, &session] {
    DecisionDesk desk(session, flags->source, false);
    std::optional<std::int64_t> limit;
    if (resume->count("--max-evaluations") > 0) limit = flags->max_evaluations;
    Run run;
    {
      const DecisionOptions options = desk.options("going on", flags->threads);
      run = desk.service().resume(session.run_id(flags->run), limit, options);
    }
    print_decision(run, session);
  });
}

void add_stop_command(CLI::App& app, Session& session) {
  CLI::App* stop =
      app.add_subcommand("stop", "Ask running studies to stop and wait until they have; what they found is kept")
          ->group(heading::decisions);
  auto flags = make_options<StopFlags>();
  stop->add_option("runs", flags->runs, "The runs")->type_name("RUN");
  stop->add_flag("--lost", flags->lost, "Close runs whose process is gone: those named, else all of them");
  add_choice(*stop, "--as", flags->status, "failed|cancelled", "With --lost: how they are closed; default failed");
  add_data_options(*stop, flags->source, flags->threads);
  stop->add_option("--reason", flags->reason, "For the audit log")->type_name("TEXT");
  examples(*stop,
           "  planwise stop 6f0c21 --reason 'wrong budget'\n"
           "  planwise stop 6f0c21 --wait 60\n"
           "  planwise stop --lost --as cancelled");
  stop->callback([flags, &session] { stop_runs(*flags, session); });
}

}  // namespace planwise::cli
