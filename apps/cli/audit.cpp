// audit log, seal, prove; completion.
#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "commands.h"
#include "table.h"

namespace planwise::cli {

namespace {

struct LogFlags {
  std::string run, actor, action, source, from, until, format, target;
  std::int64_t after = 0, limit = -1;
  bool force = false;
};

AuditRequest request_of(const LogFlags& flags, Session& session) {
  AuditRequest request;
  if (!flags.run.empty()) request.run_id = session.run_id(flags.run);
  if (!flags.actor.empty()) request.actor = flags.actor;
  if (!flags.action.empty()) request.action = flags.action;
  if (!flags.source.empty()) request.source = flags.source;
  if (!flags.from.empty()) request.from = parse_time(flags.from);
  if (!flags.until.empty()) request.until = parse_time(flags.until);
  request.after = flags.after;
  request.limit = flags.limit;
  return request;
}

/// "status: completed -> failed, 2 more".
std::string summary_of(const Json& changes) {
  if (!changes.is_object() || changes.empty()) return changes.is_null() ? "(purged)" : "";
  const auto& [field, sides] = changes.as_object().front();
  const Json* before = sides.find("old");
  const Json* after = sides.find("new");
  std::string text = fmt::format("{}: {} → {}", field, before != nullptr ? shown(*before) : "-", after != nullptr ? shown(*after) : "-");
  if (changes.size() > 1) text += fmt::format(", {} more", changes.size() - 1);
  return text;
}

void print_log(const LogFlags& flags, Session& session) {
  const AuditRequest request = request_of(flags, session);
  if (!flags.target.empty()) {
    const std::string format = !flags.format.empty() ? flags.format : flags.target.ends_with(".xlsx") ? "xlsx" : "csv";
    if (format != "csv" && format != "xlsx") throw Error(ErrorCode::invalid_argument, fmt::format("the format '{}' is unknown; csv and xlsx are allowed", format));
    const std::int64_t rows = session.manager().export_audit_log(request, flags.target, format == "csv" ? AuditFormat::csv : AuditFormat::excel,
                                                                 flags.force ? Overwrite::replace : Overwrite::refuse);
    fmt::print("{}\n", flags.target);
    session.say(fmt::format("{} rows", rows));
    return;
  }
  std::vector<Json> objects;
  session.manager().audit_log(request, [&](const AuditEntry& entry) {
    Json object = to_json(entry);
    if (session.globals.output == Output::table) object.set("changes", summary_of(entry.changes));
    if (session.globals.output == Output::jsonl) {
      fmt::print("{}\n", object.dump());
    } else {
      objects.push_back(std::move(object));
    }
    return !interrupted();
  });
  if (session.globals.output == Output::jsonl) return;
  print_objects(objects, {},
                {{"sequence", "#", Align::right, 9}, {"recorded_at", "TIME (UTC)", Align::left, 8}, {"actor", "USER", Align::left, 7}, {"source", "SOURCE", Align::left, 5},
                 {"action", "ACTION", Align::left, 8}, {"run_id", "RUN", Align::left, 4}, {"changes", "CHANGES", Align::left, 1}, {"reason", "REASON", Align::left, 2}},
                session.globals);
}

Seal read_seal(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(ErrorCode::not_found, fmt::format("there is no file '{}' that can be read", file));
  try {
    return seal_from_json(Json::parse(std::string{std::istreambuf_iterator<char>(in), {}}));
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid_argument, fmt::format("'{}' is no seal: {}", file, error.what()));
  }
}

}  // namespace

void add_audit_commands(CLI::App& app, Session& session) {
  CLI::App* audit = app.add_subcommand("audit", "Who changed what, when and why, and the proof that the log is whole");
  audit->require_subcommand(1);
  CLI::App* log = audit->add_subcommand("log", "The audit log, or its export as csv or xlsx");
  auto flags = make_options<LogFlags>();
  log->add_option("--run", flags->run, "Only this run")->type_name("RUN");
  log->add_option("--by", flags->actor, "Only this user")->type_name("NAME");
  log->add_option("--action", flags->action, "Only this action, e.g. revise")->type_name("NAME");
  log->add_option("--source", flags->source, "Only this source: cli, library, import, migration ...")->type_name("NAME");
  log->add_option("--from", flags->from, "From this time on (UTC)")->type_name("TIME");
  log->add_option("--until", flags->until, "Before this time (UTC)")->type_name("TIME");
  log->add_option("--after", flags->after, "Only entries after this number")->type_name("N");
  log->add_option("--limit", flags->limit, "Entries at most")->type_name("N");
  log->add_option("--to", flags->target, "Write a file instead: time UTC, user, source, field, old, new, reason")->type_name("FILE");
  log->add_option("--format", flags->format, "csv or xlsx (default: by the file's ending)")->type_name("FORMAT");
  log->add_flag("--force", flags->force, "Replace an existing file");
  examples(*log, "  planwise audit log --run 6f0c21\n  planwise audit log --from 2026-01-01 --to audit-q1.xlsx");
  log->callback([flags, &session] { print_log(*flags, session); });

  struct SealFlags {
    std::string file;
  };
  CLI::App* seal = audit->add_subcommand("seal", "The head of the chain as JSON. Keep it elsewhere; it proves later that nothing was cut");
  auto sealing = make_options<SealFlags>();
  seal->add_option("--to", sealing->file, "Write it to this file (default: standard output)")->type_name("FILE");
  examples(*seal, "  planwise audit seal --to seal-2026-03-01.json");
  seal->callback([sealing, &session] {
    const std::string text = to_json(session.manager().seal()).dump(JsonStyle::pretty) + "\n";
    if (sealing->file.empty()) {
      fmt::print("{}", text);
      return;
    }
    std::ofstream out(sealing->file, std::ios::binary);
    out << text;
    out.close();
    if (!out) throw Error(ErrorCode::io, fmt::format("'{}' cannot be written", sealing->file));
    fmt::print("{}\n", sealing->file);
  });
  CLI::App* prove = audit->add_subcommand("prove", "Whether the store still continues what was sealed; exit 1 when not");
  auto proof = make_options<SealFlags>();
  prove->add_option("file", proof->file, "The seal")->required()->type_name("FILE");
  examples(*prove, "  planwise audit prove seal-2026-03-01.json");
  prove->callback([proof, &session] {
    const ProofReport report = session.manager().prove(read_seal(proof->file));
    if (session.globals.output == Output::table) {
      fmt::print("{}: {}\n", report.holds ? "holds" : "does not hold", report.what);
    } else {
      print_json(Json(Json::Object{{"holds", report.holds}, {"what", report.what}}), session.globals);
    }
    if (!report.holds) session.exit_status = 1;
  });
}

// --- completion -----------------------------------------------------------------------------------------------------

namespace {

std::string words_of(const CLI::App& app) {
  std::string words;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) words += (words.empty() ? "" : " ") + command->get_name();
  return words;
}

std::string options_of(const CLI::App& app) {
  std::string words;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words += (words.empty() ? "--" : " --") + name;
  }
  return words;
}

std::string bash_completion(const CLI::App& root) {
  std::string cases;
  const std::string global = options_of(root);
  for (const CLI::App* command : root.get_subcommands([](const CLI::App*) { return true; })) {
    std::string words = words_of(*command);
    std::string options = options_of(*command);
    for (const CLI::App* inner : command->get_subcommands([](const CLI::App*) { return true; })) options += " " + options_of(*inner);
    cases += fmt::format("    {}) words=\"{}\"; options=\"{} {}\" ;;\n", command->get_name(), words, options, global);
  }
  return fmt::format(R"(# bash completion for planwise; source it, or put it into /etc/bash_completion.d
_planwise() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" command="" words="" options="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${{COMP_WORDS[i]}}" in -*) ;; *) command="${{COMP_WORDS[i]}}"; break ;; esac
  done
  case "$command" in
    "") words="{}"; options="{}" ;;
{}  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$word") $(compgen -f -- "$word")) ;;
  esac
}}
complete -o filenames -F _planwise planwise
)",
                     words_of(root), global, cases);
}

std::string zsh_completion(const CLI::App& root) {
  std::string text = "#compdef planwise\nlocal -a commands\ncommands=(\n";
  for (const CLI::App* command : root.get_subcommands([](const CLI::App*) { return true; })) {
    std::string description = command->get_description();
    for (char& c : description) {
      if (c == '\'' || c == ':') c = ' ';
    }
    text += fmt::format("  '{}:{}'\n", command->get_name(), description);
  }
  return text + ")\nif (( CURRENT == 2 )); then\n  _describe 'command' commands\nelse\n  _files\nfi\n";
}

std::string fish_completion(const CLI::App& root) {
  std::string text;
  for (const CLI::App* command : root.get_subcommands([](const CLI::App*) { return true; })) {
    std::string description = command->get_description();
    for (char& c : description) {
      if (c == '\'') c = ' ';
    }
    text += fmt::format("complete -c planwise -n __fish_use_subcommand -a {} -d '{}'\n", command->get_name(), description);
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) text += fmt::format("complete -c planwise -n '__fish_seen_subcommand_from {}' -l {}\n", command->get_name(), name);
    }
  }
  return text;
}

}  // namespace

void add_completion_command(CLI::App& app, Session& /*session*/) {
  struct Flags {
    std::string shell;
  };
  CLI::App* command = app.add_subcommand("completion", "Completion for bash, zsh or fish, made from the commands themselves");
  auto flags = make_options<Flags>();
  command->add_option("shell", flags->shell, "bash, zsh or fish")->required()->type_name("SHELL")->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""));
  examples(*command, "  source <(planwise completion bash)");
  command->callback([flags, &app] {
    fmt::print("{}", flags->shell == "bash" ? bash_completion(app) : flags->shell == "zsh" ? zsh_completion(app) : fish_completion(app));
  });
}

}  // namespace planwise::cli
