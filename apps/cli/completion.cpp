// Completion for bash, zsh and fish, made from the commands themselves. What a value may be is told by its type name:
// "a|b" lists choices, FILE and PATH are files, RUN is looked up in the store.
#include <fmt/format.h>

#include <algorithm>

#include "commands.h"

namespace planwise::cli {

namespace {

/// A command with its place: "" for the program, "/store/move".
struct Place {
  std::string path;
  const CLI::App* command;
};

void collect(const CLI::App& command, const std::string& path, std::vector<Place>& places) {
  places.push_back({path, &command});
  for (const CLI::App* inner : command.get_subcommands([](const CLI::App*) { return true; }))
    collect(*inner, path + "/" + inner->get_name(), places);
}

std::vector<Place> places_of(const CLI::App& root) {
  std::vector<Place> places;
  collect(root, "", places);
  return places;
}

bool takes_value(const CLI::Option& option) { return option.get_expected_max() > 0 && option.get_type_size() > 0; }

std::vector<std::string> dashed_names(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  return names;
}

/// How the shell functions below call a kind of value.
std::string kind_of(const CLI::Option& option) {
  std::string type = option.get_type_name();
  if (type.find('|') != std::string::npos) {
    std::replace(type.begin(), type.end(), '|', ' ');
    return type;
  }
  return type == "FILE" || type == "PATH" ? "FILE" : type == "RUN" ? "RUN" : "NONE";
}

std::string positional_kind(const CLI::App& command) {
  std::string kind = "NONE";
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional() && (kind == "NONE" || kind_of(*option) == "RUN")) kind = kind_of(*option);
  }
  return kind;
}

std::string one_line_of(std::string text, std::string_view not_allowed) {
  for (char& c : text) {
    if (not_allowed.find(c) != std::string_view::npos || c == '\n') c = ' ';
  }
  return text;
}

/// The case branches that both bash and zsh understand: the path of the command so far, and what a value may be.
std::string path_pattern(const std::vector<Place>& places) {
  std::string pattern;
  for (const Place& place : places) {
    if (!place.path.empty()) pattern += (pattern.empty() ? "" : "|") + place.path;
  }
  return pattern;
}

std::string value_branches(const std::vector<Place>& places) {
  std::string branches;
  for (const Place& place : places) {
    for (const CLI::Option* option : place.command->get_options()) {
      if (option->get_positional() || !takes_value(*option)) continue;
      for (const std::string& name : dashed_names(*option)) {
        branches +=
            fmt::format("    {}:{}) kind=\"{}\" ;;\n", place.path.empty() ? "*" : place.path, name, kind_of(*option));
      }
    }
  }
  return branches;
}

std::string bash_completion(const CLI::App& root) {
  const std::vector<Place> places = places_of(root);
  std::string branches;
  for (const Place& place : places) {
    std::string words;
    std::string options;
    for (const CLI::App* inner : place.command->get_subcommands([](const CLI::App*) { return true; }))
      words += " " + inner->get_name();
    for (const CLI::Option* option : place.command->get_options()) {
      if (option->get_positional()) continue;
      for (const std::string& name : dashed_names(*option)) options += " " + name;
    }
    branches += fmt::format("    \"{}\") words=\"{}\"; options=\"{}\"; rest=\"{}\" ;;\n", place.path, words, options,
                            positional_kind(*place.command));
  }
  std::string global;
  for (const CLI::Option* option : root.get_options()) {
    for (const std::string& name : dashed_names(*option)) global += " " + name;
  }
  return fmt::format(R"SH(# bash completion for planwise: source <(planwise completion bash)
_planwise() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" at="" words="" options="" rest="NONE" kind="" i
  local -a store=()
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    [ "${{COMP_WORDS[i]}}" = --db ] && store=(--db "${{COMP_WORDS[i+1]}}")
    case "$at/${{COMP_WORDS[i]}}" in
      {0}) at="$at/${{COMP_WORDS[i]}}" ;;
    esac
  done
  case "$at" in
{1}  esac
  case "$at:$before" in
{2}  esac
  if [ -z "$kind" ]; then
    case "$word" in
      -*) COMPREPLY=($(compgen -W "$options{3}" -- "$word")); return ;;
    esac
    [ -n "$words" ] && kind="$words" || kind="$rest"
  fi
  case "$kind" in
    NONE) ;;
    FILE) compopt -o filenames; COMPREPLY=($(compgen -f -- "$word")) ;;
    RUN) COMPREPLY=($(compgen -W "$(planwise "${{store[@]}}" list --columns run_id --output csv --limit 200 --wait 1 -q 2>/dev/null | tr -d '\r' | tail -n +2)" -- "$word")) ;;
    *) COMPREPLY=($(compgen -W "$kind" -- "$word")) ;;
  esac
}}
complete -F _planwise planwise
)SH",
                     path_pattern(places), branches, value_branches(places), global);
}

std::string zsh_options(const CLI::App& command) {
  std::string text;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) continue;
    for (const std::string& name : dashed_names(*option))
      text += fmt::format(" '{}:{}'", name, one_line_of(option->get_description(), "':"));
  }
  return text;
}

std::string zsh_completion(const CLI::App& root) {
  const std::vector<Place> places = places_of(root);
  std::string branches;
  for (const Place& place : places) {
    std::string words;
    for (const CLI::App* inner : place.command->get_subcommands([](const CLI::App*) { return true; })) {
      words += fmt::format(" '{}:{}'", inner->get_name(), one_line_of(inner->get_description(), "':"));
    }
    branches += fmt::format("    (\"{}\") words_here=({}); options=({}); rest=\"{}\" ;;\n", place.path, words,
                            place.path.empty() ? "" : zsh_options(*place.command), positional_kind(*place.command));
  }
  std::string values = value_branches(places);
  return fmt::format(R"SH(#compdef planwise
# zsh completion for planwise: planwise completion zsh > "${{fpath[1]}}/_planwise"
_planwise() {{
  local at="" rest="NONE" kind="" i
  local -a words_here options runs store
  for ((i = 2; i < CURRENT; i++)); do
    [[ "${{words[i]}}" == --db ]] && store=(--db "${{words[i+1]}}")
    case "$at/${{words[i]}}" in
      ({0}) at="$at/${{words[i]}}" ;;
    esac
  done
  case "$at" in
{1}  esac
  options+=({3})
  case "$at:${{words[CURRENT-1]}}" in
{2}  esac
  if [[ -z "$kind" ]]; then
    if [[ "${{words[CURRENT]}}" == -* ]]; then _describe -o option options; return; fi
    if (( $#words_here )); then _describe command words_here; return; fi
    kind="$rest"
  fi
  case "$kind" in
    (NONE) _message "a value" ;;
    (FILE) _files ;;
    (RUN) runs=(${{(f)"$(planwise $store list --columns run_id --output csv --limit 200 --wait 1 -q 2>/dev/null | tr -d '\r' | tail -n +2)"}}); compadd -a runs ;;
    (*) compadd ${{=kind}} ;;
  esac
}}
if [[ "$funcstack[1]" == _planwise ]]; then _planwise "$@"; else compdef _planwise planwise; fi
)SH",
                     path_pattern(places), branches, values, zsh_options(root));
}

/// fish's condition for being at a command: its words seen, and none of those below it.
std::string fish_condition(const Place& place) {
  std::string condition;
  std::string_view rest = place.path;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find('/'), rest.size());
    condition +=
        fmt::format("{}__fish_seen_subcommand_from {}", condition.empty() ? "" : "; and ", rest.substr(0, end));
    rest.remove_prefix(end);
  }
  std::string below;
  for (const CLI::App* inner : place.command->get_subcommands([](const CLI::App*) { return true; }))
    below += " " + inner->get_name();
  if (!below.empty())
    condition += fmt::format("{}not __fish_seen_subcommand_from{}", condition.empty() ? "" : "; and ", below);
  return condition;
}

std::string fish_values(const CLI::Option& option) {
  const std::string kind = kind_of(option);
  if (kind == "FILE") return " -r -F";
  if (kind == "RUN") return " -x -a '(__planwise_runs)'";
  return kind == "NONE" ? " -x" : fmt::format(" -x -a '{}'", kind);
}

std::string fish_completion(const CLI::App& root) {
  std::string text =
      "# fish completion for planwise: planwise completion fish > ~/.config/fish/completions/planwise.fish\n"
      "function __planwise_runs\n"
      "  planwise list --columns run_id --output csv --limit 200 --wait 1 -q 2>/dev/null | string trim | tail -n +2\n"
      "end\n"
      "complete -c planwise -f\n";
  for (const Place& place : places_of(root)) {
    const std::string condition = fish_condition(place);
    for (const CLI::App* inner : place.command->get_subcommands([](const CLI::App*) { return true; })) {
      text += fmt::format("complete -c planwise -n '{}' -a {} -d '{}'\n", condition, inner->get_name(),
                          one_line_of(inner->get_description(), "'"));
    }
    const std::string here = place.path.empty() ? "" : fmt::format(" -n '{}'", condition);
    for (const CLI::Option* option : place.command->get_options()) {
      const std::string description = one_line_of(option->get_description(), "'");
      if (option->get_positional()) {
        if (kind_of(*option) != "NONE")
          text += fmt::format("complete -c planwise{}{}\n", here,
                              kind_of(*option) == "FILE" ? " -F" : fish_values(*option).substr(3));
        continue;
      }
      for (const std::string& name : option->get_lnames()) {
        text += fmt::format("complete -c planwise{} -l {} -d '{}'{}\n", here, name, description,
                            takes_value(*option) ? fish_values(*option) : "");
      }
    }
  }
  return text;
}

}  // namespace

void add_completion_command(CLI::App& app, Session& /*session*/) {
  struct Flags {
    std::string shell;
  };
  CLI::App* command =
      app.add_subcommand("completion", "Completion for bash, zsh or fish, made from the commands themselves")
          ->group(heading::store);
  auto flags = make_options<Flags>();
  add_choice(*command, "shell", flags->shell, "bash|zsh|fish", "The shell to complete in")->required();
  examples(*command,
           "  source <(planwise completion bash)\n  planwise completion zsh > \"${fpath[1]}/_planwise\"\n  planwise "
           "completion fish > ~/.config/fish/completions/planwise.fish");
  command->callback([flags, &app] {
    fmt::print("{}", flags->shell == "bash"  ? bash_completion(app)
                     : flags->shell == "zsh" ? zsh_completion(app)
                                             : fish_completion(app));
  });
}

}  // namespace planwise::cli
