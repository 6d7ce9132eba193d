// export, exports, import, inspect.
#include <fmt/format.h>

#include <algorithm>

#include "commands.h"
#include "table.h"

namespace planwise::cli {

namespace {

void add_export(CLI::App& app, Session& session) {
  struct Flags {
    std::vector<std::string> runs;
    std::string query, format = "json", target, sort;
    bool search = false, all = false, force = false, without_data = false;
  };
  CLI::App* command =
      app.add_subcommand("export", "Write runs to a file: json, csv (a folder), excel, parquet or pickle")
          ->group(heading::exchange);
  auto flags = make_options<Flags>();
  command->add_option("runs", flags->runs, "Run ids")->type_name("RUN");
  CLI::Option* query =
      command->add_option("--query", flags->query, "Export what this query matches instead")->type_name("QUERY");
  command->add_flag("--all", flags->all, "Export every run");
  command->add_option("--sort", flags->sort, "Order of a search's runs")->type_name("FIELDS");
  add_choice(*command, "-f,--format", flags->format, "json|csv|excel|xlsx|parquet|pickle|pkl",
             "Form of the file; default json. csv makes a folder of tables");
  command->add_option("--to", flags->target, "File (csv: folder) to write, or an existing folder to write into")
      ->type_name("PATH");
  command->add_flag("--force", flags->force, "Replace an existing target");
  command->add_flag("--no-simulation-data", flags->without_data, "Leave simulation data out");
  examples(*command,
           "  planwise export 6f0c21 --format excel --to merit_2026.xlsx\n  planwise export --query 'tag:q4' --format "
           "parquet --to q4.parquet");
  command->callback([flags, query, &session] {
    const bool search = query->count() > 0 || flags->all;
    if (search == !flags->runs.empty())
      throw Error(ErrorCode::invalid_argument, "name the runs to export, or --query, or --all");
    ExportOptions options;
    options.format = export_format_from(flags->format);
    options.target = flags->target;
    options.overwrite = flags->force ? Overwrite::replace : Overwrite::refuse;
    options.simulation_data = flags->without_data ? SimulationData::leave_out : SimulationData::include;
    options.progress = session.progress("exporting");
    ListRequest request;
    request.query = flags->query;
    request.sort = flags->sort;
    const ExportReceipt receipt = search ? session.manager().export_search(request, options)
                                         : session.manager().export_runs(session.run_ids(flags->runs), options);
    if (session.globals.output == Output::table) {
      fmt::print("{}\n", receipt.path.string());
      session.say(
          fmt::format("{} run{}, {} bytes", receipt.runs, receipt.runs == 1 ? "" : "s", receipt.file_size_bytes));
    } else {
      print_json(Json(Json::Object{{"export_id", receipt.export_id},
                                   {"path", receipt.path.string()},
                                   {"runs", receipt.runs},
                                   {"file_size_bytes", receipt.file_size_bytes}}),
                 session.globals);
    }
  });
}

void add_exports(CLI::App& app, Session& session) {
  struct HistoryFlags {
    std::string run;
  };
  CLI::App* exports =
      app.add_subcommand("exports", "What was exported, when, by whom, how large")->group(heading::exchange);
  auto history = make_options<HistoryFlags>();
  exports->add_option("run", history->run, "Only exports with this run")->type_name("RUN");
  examples(*exports, "  planwise exports\n  planwise exports 6f0c21 --output json");
  exports->callback([history, &session] {
    std::vector<Json> objects;
    const std::string run_id = history->run.empty() ? "" : session.run_id(history->run);
    const std::vector<ExportRecord> records = session.manager().export_history(run_id);
    if (records.empty() && !run_id.empty()) (void)session.manager().history(run_id);  // names a run that is not there
    for (const ExportRecord& record : records) {
      Json ids = Json::array();
      for (const std::string& id : record.run_ids) ids.push_back(id);
      objects.push_back(
          Json(Json::Object{{"export_id", record.export_id},
                            {"runs", static_cast<std::int64_t>(record.run_ids.size())},
                            {"run_ids", std::move(ids)},
                            {"format", record.format},
                            {"path", record.path},
                            {"exported_at", to_text(record.exported_at)},
                            {"exported_by", record.exported_by ? Json(*record.exported_by) : Json()},
                            {"file_size_bytes", record.file_size_bytes ? Json(*record.file_size_bytes) : Json()}}));
    }
    print_objects(objects,
                  {{"export_id", "runs", "run_ids", "format", "path", "exported_at", "exported_by", "file_size_bytes"},
                   {{"exported_at", "EXPORTED (UTC)", Align::left, 8},
                    {"exported_by", "BY", Align::left, 6},
                    {"format", "FORMAT", Align::left, 7},
                    {"runs", "RUNS", Align::right, 7},
                    {"file_size_bytes", "BYTES", Align::right, 7},
                    {"path", "PATH", Align::left, 2}}},
                  session.globals);
  });
}

Json to_json(const ImportReport& report) {
  Json files = Json::array();
  for (const ImportedFile& file : report.files) {
    Json runs = Json::array();
    for (const ImportedRun& run : file.runs) {
      runs.push_back(Json(
          Json::Object{{"run_id", run.run_id}, {"outcome", run.outcome == ImportOutcome::added ? "added" : "known"}}));
    }
    files.push_back(Json(Json::Object{{"path", file.path.string()},
                                      {"format", file.format},
                                      {"runs", std::move(runs)},
                                      {"refused", file.refused ? Json(*file.refused) : Json()}}));
  }
  return Json(Json::Object{{"files", std::move(files)},
                           {"added", report.added},
                           {"known", report.known},
                           {"refused_files", report.refused_files}});
}

void print_import(const ImportReport& report, bool dry_run, Session& session) {
  if (session.globals.output != Output::table) {
    print_json(to_json(report), session.globals);
    return;
  }
  TextTable table({{"", "FILE", Align::left, 3},
                   {"", "FORMAT", Align::left, 8},
                   {"", dry_run ? "NEW" : "ADDED", Align::right, 9},
                   {"", "KNOWN", Align::right, 9},
                   {"", "", Align::left, 9}});
  for (const ImportedFile& file : report.files) {
    const auto added = std::count_if(file.runs.begin(), file.runs.end(),
                                     [](const ImportedRun& run) { return run.outcome == ImportOutcome::added; });
    table.add({file.path.string(), file.format, std::to_string(added),
               std::to_string(static_cast<std::int64_t>(file.runs.size()) - added), file.refused ? "refused" : ""});
  }
  fmt::print("{}", table.render(session.globals));
  for (const ImportedFile& file : report.files) {
    if (file.refused) fmt::print(stderr, "refused {}\n", *file.refused);
  }
  fmt::print("{} {}, {} known, {} files refused\n", report.added, dry_run ? "would be added" : "added", report.known,
             report.refused_files);
}

void add_import(CLI::App& app, Session& session) {
  struct Flags {
    std::vector<std::string> paths;
    ImportOptions options;
  };
  CLI::App* command =
      app.add_subcommand("import", "Take in older result files, our own exports, an older database or another store")
          ->group(heading::exchange);
  auto flags = make_options<Flags>();
  command->add_option("paths", flags->paths, "Files or folders")->required()->type_name("PATH");
  command->add_flag("--keep-going", flags->options.keep_going, "Go on after a file that is refused");
  command->add_flag("--dry-run", flags->options.dry_run, "Only say what would be new, known or refused");
  command->add_option("--timezone", flags->options.zone, "Zone of times that name none (default: the machine's)")
      ->type_name("ZONE");
  examples(*command,
           "  planwise import results/ --keep-going --timezone America/New_York\n  planwise import old_store.duckdb "
           "--dry-run");
  command->callback([flags, &session] {
    flags->options.progress = session.progress("importing");
    ImportReport whole;
    for (const std::string& path : flags->paths) {
      ImportReport report;
      try {
        report = session.manager(true).import_path(path, flags->options);
      } catch (const Error& error) {
        const bool refusal =
            error.code() != ErrorCode::busy && error.code() != ErrorCode::io && error.code() != ErrorCode::cancelled;
        if (flags->paths.size() == 1 || !flags->options.keep_going || !refusal) throw;
        report.files.push_back({path, "", {}, error.what()});
        report.refused_files = 1;
      }
      whole.files.insert(whole.files.end(), report.files.begin(), report.files.end());
      whole.added += report.added;
      whole.known += report.known;
      whole.refused_files += report.refused_files;
    }
    print_import(whole, flags->options.dry_run, session);
    if (whole.refused_files > 0) session.exit_status = 1;
  });
}

void add_inspect(CLI::App& app, Session& session) {
  struct Flags {
    std::string file;
    bool tagged = false;
  };
  CLI::App* command =
      app.add_subcommand("inspect", "Print what a pickle or JSON file holds as JSON, without importing or running it")
          ->group(heading::exchange);
  auto flags = make_options<Flags>();
  command->add_option("file", flags->file, "The file")->required()->type_name("FILE");
  command->add_flag("--tagged", flags->tagged, "Keep Python's types apart ({\"$tuple\": ...})");
  examples(*command, "  planwise inspect run.pkl\n  planwise inspect run.pkl --tagged");
  command->callback(
      [flags, &session] { print_json(without_ssn(inspect_file(flags->file, flags->tagged)), session.globals); });
}

}  // namespace

void add_exchange_commands(CLI::App& app, Session& session) {
  add_export(app, session);
  add_exports(app, session);
  add_import(app, session);
  add_inspect(app, session);
}

}  // namespace planwise::cli
