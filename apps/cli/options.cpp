// Checks of options' values, in words.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "commands.h"

namespace planwise::cli {

namespace {

constexpr double a_year = 366.0 * 24 * 3600;

std::vector<std::string> split_choices(const std::string& choices) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= choices.size();) {
    const std::size_t end = std::min(choices.find('|', begin), choices.size());
    names.push_back(choices.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

/// Edits (a letter put in, left out, changed, or two neighbours swapped) between two words.
std::size_t edits_between(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> edits(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        edits[i][j] = i + j;
        continue;
      }
      edits[i][j] =
          std::min({edits[i - 1][j] + 1, edits[i][j - 1] + 1, edits[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        edits[i][j] = std::min(edits[i][j], edits[i - 2][j - 2] + 1);
    }
  }
  return edits[a.size()][b.size()];
}

constexpr char bracket_mask = '\x1e';
constexpr std::string_view empty_mask = "\x1f";

std::string unmask(std::string& text) {
  if (!text.empty() && text.front() == bracket_mask) text.front() = '[';
  if (text == empty_mask) text.clear();
  return {};
}

}  // namespace

std::vector<std::string> masked_arguments(int argc, char** argv) {
  std::vector<std::string> masked;
  bool options_end = false;
  for (int i = argc - 1; i > 0; --i) masked.emplace_back(argv[i]);  // CLI11 takes them from the back
  for (auto text = masked.rbegin(); text != masked.rend(); ++text) {
    if (*text == "--") options_end = true;
    const std::size_t equals = text->starts_with("--") && !options_end ? text->find('=') : std::string::npos;
    if (equals != std::string::npos && equals + 1 == text->size()) *text += empty_mask;
    const std::size_t begin = equals == std::string::npos ? 0 : equals + 1;
    if ((*text)[begin] == '[' && text->back() == ']') (*text)[begin] = bracket_mask;
  }
  return masked;
}

void unmask_values(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    if (option->get_expected_max() > 0 && option->get_type_size() > 0) option->transform(CLI::Validator(unmask, ""));
  }
  for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) unmask_values(*command);
}

CLI::Validator whole_number(std::int64_t least) {
  return CLI::Validator(
      [least](std::string& text) -> std::string {
        std::int64_t value = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (failure != std::errc{} || end != text.data() + text.size() || value < least) {
          return least == INT64_MIN ? fmt::format("'{}' is no whole number", text)
                                    : fmt::format("'{}' is no whole number of at least {}", text, least);
        }
        text = std::to_string(value);  // CLI11 would read a leading zero as octal
        return {};
      },
      "");
}

Json seed_json(std::uint64_t seed) {
  if (seed > static_cast<std::uint64_t>(INT64_MAX)) return Json::BigInteger{std::to_string(seed)};
  return static_cast<std::int64_t>(seed);
}

CLI::Validator seed_number() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        std::uint64_t value = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (failure != std::errc{} || end != text.data() + text.size())
          return fmt::format("'{}' is no whole number from 0 to {}", text, UINT64_MAX);
        text = std::to_string(value);  // CLI11 would read a leading zero as octal
        return {};
      },
      "");
}

CLI::Validator not_empty() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        return text.find_first_not_of(" \t") == std::string::npos
                   ? "the value is empty; leave the option out or name one"
                   : "";
      },
      "");
}

CLI::Validator seconds(double least) {
  return CLI::Validator(
      [least](std::string& text) -> std::string {
        double value = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool number = failure == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
        if (!number || value < least || value > a_year)
          return fmt::format("'{}' is no number of seconds from {} to a year", text, least);
        return {};
      },
      "");
}

CLI::Validator one_of(const std::string& choices) {
  return CLI::Validator(
      [names = split_choices(choices)](std::string& text) -> std::string {
        if (std::find(names.begin(), names.end(), text) != names.end()) return {};
        return fmt::format("'{}' is unknown; allowed are {}", text, fmt::join(names, ", "));
      },
      "");
}

CLI::Option* add_choice(CLI::App& app, const std::string& names, std::string& value, const std::string& choices,
                        const std::string& help) {
  return app.add_option(names, value, help)->type_name(choices)->check(one_of(choices));
}

std::vector<std::string> near_commands(const CLI::App& app, const std::string& word) {
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string& name = command->get_name();
    const std::size_t edits = edits_between(word, name);
    if (edits <= std::max<std::size_t>(1, name.size() / 3) || (word.size() >= 2 && name.starts_with(word)))
      near.emplace_back(edits, name);
  }
  std::sort(near.begin(), near.end());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min<std::size_t>(near.size(), 3); ++i) names.push_back(near[i].second);
  return names;
}

}  // namespace planwise::cli
