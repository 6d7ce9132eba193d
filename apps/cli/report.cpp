// report: one run, or a run against another, for a board and for auditors.
#include "planwise/report.h"

#include <fmt/format.h>

#include <optional>

#include "commands.h"
#include "simulation.h"

namespace planwise::cli {

namespace {

struct ReportFlags {
  std::string run, compare_to, form, edition = "full", target;
  std::int64_t version = 0, compare_version = 0;
  bool force = false;
  SourceFlags source;
};

/// The form asked for, else what the file's name says; HTML without an ending, and to standard output.
ReportForm form_of(const ReportFlags& flags) {
  if (!flags.form.empty()) return report_form_from(flags.form);
  const std::string ending = std::filesystem::path(flags.target).extension().string();
  for (const ReportForm form : {ReportForm::markdown, ReportForm::pdf}) {
    if (ending == extension(form)) return form;
  }
  const bool html = ending.empty() || ending == extension(ReportForm::html) || ending == ".htm";
  if (!html && !std::filesystem::is_directory(flags.target)) {
    throw Error(ErrorCode::invalid_argument, fmt::format("--to '{}': no report has the ending {}; .html, .md and .pdf "
                                                         "have, or name a --form",
                                                         flags.target, ending));
  }
  return ReportForm::html;
}

void run_report(const ReportFlags& flags, Session& session) {
  ReportOptions options;
  options.form = form_of(flags);
  options.edition = report_edition_from(flags.edition);
  if (flags.version > 0) options.version = flags.version;
  if (!flags.compare_to.empty()) options.compare_to = session.run_id(flags.compare_to);
  if (flags.compare_version > 0) options.compare_version = flags.compare_version;
  std::optional<SimulationService> simulation;
  if (!session.simulation_file().empty() || !flags.source.census.empty())
    simulation.emplace(open_simulation(session, flags.source));
  ReportService reports(session.manager(), simulation ? &*simulation : nullptr);
  const std::string run_id = session.run_id(flags.run);
  if (flags.target == "-") {
    const std::string text = reports.text(run_id, options);
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
      throw Error(ErrorCode::io, "cannot write the report to the standard output");
    return;
  }
  const ReportReceipt receipt =
      reports.write(run_id, flags.target, options, flags.force ? Overwrite::replace : Overwrite::refuse);
  if (session.globals.output == Output::table) {
    fmt::print("{}\n", receipt.path.string());
    session.say(fmt::format("{} edition, {} bytes", to_text(options.edition), receipt.file_size_bytes));
    return;
  }
  print_json(Json(Json::Object{{"run_id", run_id},
                               {"path", receipt.path.string()},
                               {"form", to_text(options.form)},
                               {"edition", to_text(options.edition)},
                               {"file_size_bytes", receipt.file_size_bytes}}),
             session.globals);
}

}  // namespace

void add_report_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("report", "Write the evidence report of a run: for a board, or in full")
                          ->group(heading::exchange);
  auto flags = make_options<ReportFlags>();
  command->add_option("run", flags->run, "The run")->required()->type_name("RUN");
  command->add_option("--compare-to", flags->compare_to, "An earlier run: what changed since")->type_name("RUN");
  add_choice(*command, "-f,--form", flags->form, "markdown|md|html|pdf",
             "Form of the report; default by the file's ending, else html. pdf needs a browser");
  add_choice(*command, "--edition", flags->edition, "board|full", "board: one to two pages; default full");
  command
      ->add_option("--to", flags->target,
                   "File to write, an existing folder to write into, or - for the standard output")
      ->type_name("PATH");
  command->add_flag("--force", flags->force, "Replace an existing file");
  command->add_option("--version", flags->version, "An earlier version of the run")
      ->type_name("N")
      ->transform(whole_number(1));
  command->add_option("--compare-version", flags->compare_version, "An earlier version of the run compared with")
      ->type_name("N")
      ->transform(whole_number(1));
  add_source_options(*command, flags->source, true);
  examples(*command,
           "  planwise report 6f0c21 --to merit_2026.html\n  planwise report 6f0c21 --edition board --form pdf\n"
           "  planwise report 6f0c21 --compare-to 41d2aa --form markdown --to -");
  command->callback([flags, &session] { run_report(*flags, session); });
}

}  // namespace planwise::cli
