// show, compare, history, diff.
#include <fmt/format.h>

#include <algorithm>

#include "commands.h"
#include "show.h"
#include "table.h"

namespace planwise::cli {

namespace {

struct ShowFlags {
  std::string run, as_of, section, zone = "UTC";
  std::int64_t version = 0;
};

/// What the store knows of a run besides the run: only where there is something, so that the rest can be saved as it
/// is.
void add_facts(Json& document, const RunSummary& summary, Json provenance) {
  if (!provenance.is_null()) document.set("provenance", without_ssn(std::move(provenance)));
  if (!summary.run_state) return;
  document.set("running", Json(Json::Object{{"state", *summary.run_state},
                                            {"heartbeat", summary.heartbeat ? to_json(*summary.heartbeat) : Json()}}));
}

void run_show(const ShowFlags& flags, Session& session) {
  const Globals& globals = session.globals;
  const std::string id = session.run_id(flags.run);
  ResultsManager& manager = session.manager();
  const Run run = flags.version > 0      ? manager.load_version(id, flags.version)
                  : !flags.as_of.empty() ? manager.load_as_of(id, parse_time(flags.as_of, flags.zone))
                                         : manager.load(id);
  const bool current = flags.version == 0 && flags.as_of.empty();
  if (globals.output == Output::table && (flags.section.empty() || is_section(flags.section))) {
    print_run(run, current ? std::optional(manager.summary(id)) : std::nullopt, flags.section, globals);
    if (current && flags.section.empty()) print_provenance(without_ssn(manager.provenance(id)), globals);
    return;
  }
  Json document = without_ssn(to_json(run));
  if (current) add_facts(document, manager.summary(id), manager.provenance(id));
  if (flags.section.empty()) {
    print_json(document, globals);
    return;
  }
  const Json* part = document.find(flags.section);
  if (part == nullptr) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("'{}' is no part of the JSON; there are metadata, configuration, results, simulation_data, "
                            "notes, and provenance and running "
                            "where the run has them",
                            flags.section));
  }
  print_json(*part, globals);
}

void add_show(CLI::App& app, Session& session) {
  CLI::App* show = app.add_subcommand("show", "Everything about one run")->group(heading::runs);
  auto flags = make_options<ShowFlags>();
  show->add_option("run", flags->run, "Run id, or its first 6 or more characters")->required()->type_name("RUN");
  CLI::Option* version =
      show->add_option("--version", flags->version, "An earlier version")->type_name("N")->transform(whole_number(1));
  show->add_option("--as-of", flags->as_of, "The run as it was at a time")->type_name("TIME")->excludes(version);
  show->add_option("--timezone", flags->zone, "Zone of a time that names none; default UTC")->type_name("ZONE");
  show->add_option("--section", flags->section,
                   "Only a part: overview, objectives, parameters, algorithm, risk, outcomes, sensitivity, history, "
                   "simulation; as JSON metadata, configuration, results, simulation_data, notes, provenance")
      ->type_name("NAME")
      ->check(one_of("overview|objectives|parameters|algorithm|risk|outcomes|sensitivity|history|simulation|metadata|"
                     "configuration|results|simulation_data|notes|provenance|running"));
  examples(*show,
           "  planwise show 6f0c21\n  planwise show 6f0c21 --section parameters\n  planwise show 6f0c21 --output json "
           "--section results\n"
           "  planwise show 6f0c21 --as-of 2026-03-01");
  show->callback([flags, &session] { run_show(*flags, session); });
}

void add_compare(CLI::App& app, Session& session) {
  struct Flags {
    std::vector<std::string> runs;
    std::string baseline;
    bool all = false;
    CompareOptions options;
  };
  CLI::App* compare =
      app.add_subcommand("compare", "What differs between runs, with change against a baseline")->group(heading::runs);
  auto flags = make_options<Flags>();
  compare->add_option("runs", flags->runs, "Two or more run ids")->required()->type_name("RUN");
  compare->add_option("--baseline", flags->baseline, "The run that changes are taken against (default: the first)")
      ->type_name("RUN");
  compare->add_option("--tolerance", flags->options.absolute_tolerance, "Numbers closer than this are the same")
      ->type_name("NUMBER");
  compare
      ->add_option("--relative-tolerance", flags->options.relative_tolerance,
                   "The same as a fraction of the larger number")
      ->type_name("NUMBER");
  compare->add_flag("--all", flags->all, "Also what does not differ");
  examples(*compare,
           "  planwise compare 6f0c21 81aa09 c4d2fe --baseline 81aa09\n  planwise compare 6f0c21 81aa09 --output json");
  compare->callback([flags, &session] {
    const std::vector<std::string> ids = session.run_ids(flags->runs);
    CompareOptions options = flags->options;
    options.rows = flags->all ? Rows::all : Rows::differing;
    if (!flags->baseline.empty()) {
      const std::string id = session.run_id(flags->baseline);
      const auto found = std::find(ids.begin(), ids.end(), id);
      if (found == ids.end())
        throw Error(ErrorCode::invalid_argument, fmt::format("the baseline '{}' is not among the runs", id));
      options.baseline = static_cast<std::size_t>(found - ids.begin());
    }
    print_comparison(session.manager().compare(ids, options), session.globals);
  });
}

void add_history(CLI::App& app, Session& session) {
  struct Flags {
    std::string run;
    std::int64_t from = 0, to = 0;
  };
  CLI::App* history = app.add_subcommand("history", "Versions of a run: who, when, why")->group(heading::runs);
  auto flags = make_options<Flags>();
  history->add_option("run", flags->run, "Run id")->required()->type_name("RUN");
  examples(*history, "  planwise history 6f0c21");
  history->callback([flags, &session] {
    std::vector<Json> objects;
    for (const VersionSummary& v : session.manager().history(session.run_id(flags->run))) {
      objects.push_back(Json(Json::Object{{"version", v.version},
                                          {"state", v.state},
                                          {"recorded_at", to_text(v.recorded_at)},
                                          {"actor", v.actor},
                                          {"session_id", v.session_id ? Json(*v.session_id) : Json()},
                                          {"source", v.source},
                                          {"action", v.action},
                                          {"reason", v.reason ? Json(*v.reason) : Json()},
                                          {"content_hash", v.content_hash}}));
    }
    print_objects(
        objects,
        {{"version", "state", "recorded_at", "actor", "session_id", "source", "action", "reason", "content_hash"},
         {{"version", "VERSION", Align::right, 9},
          {"state", "STATE", Align::left, 8},
          {"recorded_at", "RECORDED (UTC)", Align::left, 8},
          {"actor", "BY", Align::left, 7},
          {"source", "FROM", Align::left, 5},
          {"action", "ACTION", Align::left, 6},
          {"reason", "REASON", Align::left, 1}}},
        session.globals);
  });

  CLI::App* diff =
      app.add_subcommand("diff", "What two versions of a run differ in, field by field")->group(heading::runs);
  auto versions = make_options<Flags>();
  diff->add_option("run", versions->run, "Run id")->required()->type_name("RUN");
  diff->add_option("from", versions->from, "Version before")->required()->type_name("FROM")->transform(whole_number(1));
  diff->add_option("to", versions->to, "Version after")->required()->type_name("TO")->transform(whole_number(1));
  examples(*diff, "  planwise diff 6f0c21 1 2");
  diff->callback([versions, &session] {
    std::vector<Json> objects;
    for (const FieldChange& change :
         session.manager().diff(session.run_id(versions->run), versions->from, versions->to)) {
      objects.push_back(Json(Json::Object{{"path", change.path},
                                          {"old", change.old_value ? *change.old_value : Json()},
                                          {"new", change.new_value ? *change.new_value : Json()},
                                          {"added", !change.old_value.has_value()},
                                          {"removed", !change.new_value.has_value()}}));
    }
    print_objects(objects,
                  {{"path", "old", "new", "added", "removed"},
                   {{"path", "FIELD", Align::left, 4, Cut::begin},
                    {"old", "OLD", Align::left, 3},
                    {"new", "NEW", Align::left, 3}}},
                  session.globals);
  });
}

}  // namespace

void add_read_commands(CLI::App& app, Session& session) {
  add_list_command(app, session);
  add_analytics_command(app, session);
  add_show(app, session);
  add_compare(app, session);
  add_history(app, session);
}

}  // namespace planwise::cli
