// Help that fits the terminal: two columns, the second wrapped, commands under the headings that they name as group.
#include <fmt/format.h>

#include <algorithm>

#include "commands.h"
#include "terminal_text.h"

namespace planwise::cli {

namespace {

constexpr std::size_t left_width = 30;
constexpr std::size_t widest = 100;

std::size_t page_width() {
  const std::size_t terminal = terminal_width();
  return terminal == 0 ? widest : std::clamp<std::size_t>(terminal, 50, widest);
}

std::string two_columns(const std::string& left, const std::string& right) {
  const std::string text = wrapped(right, page_width() - left_width, left_width);
  const std::string start = "  " + left;
  if (display_width(start) + 1 > left_width) return start + "\n" + std::string(left_width, ' ') + text + "\n";
  return start + std::string(left_width - display_width(start), ' ') + text + "\n";
}

bool is_group(const CLI::App& app) {
  return !app.get_subcommands([](const CLI::App*) { return true; }).empty();
}

class HelpLayout : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode /*mode*/) const override {
    std::string text = wrapped(app->get_description(), page_width(), 0) + "\n\n" + make_usage(app, std::move(name));
    const auto all = app->get_options([](const CLI::Option* option) { return !option->get_group().empty(); });
    add_options(text, "Arguments", all, true);
    add_commands(text, *app);
    add_options(text, "Options", all, false);
    if (app->get_parent() != nullptr) {
      text += "\n" +
              wrapped(
                  "Options of every command, before or after it: --db, --output, --columns, --user, --wait, --quiet "
                  "and more; see planwise --help.",
                  page_width(), 0) +
              "\n";
    }
    if (const std::string footer = app->get_footer(); !footer.empty()) text += "\n" + footer + "\n";
    return text;
  }

  std::string make_usage(const CLI::App* app, std::string name) const override {
    std::string text = "Usage: " + name;
    if (is_group(*app)) return text + " COMMAND [OPTIONS]\n";
    for (const CLI::Option* option : app->get_options()) {
      if (!option->get_positional()) continue;
      const std::string word = option->get_type_name() + (option->get_expected_max() > 1 ? "..." : "");
      text += option->get_required() ? " " + word : " [" + word + "]";
    }
    return text + " [OPTIONS]\n";
  }

 private:
  static std::string left_of(const CLI::Option& option) {
    if (option.get_positional()) return option.get_type_name();
    std::string text;
    for (const std::string& name : option.get_snames()) text += "-" + name + ", ";
    text += "--" + option.get_lnames().front();
    if (option.get_expected_max() > 0 && option.get_type_size() > 0) text += " " + option.get_type_name();
    return text;
  }

  static void add_options(std::string& text, const char* title, const std::vector<const CLI::Option*>& options,
                          bool positional) {
    bool titled = false;
    for (const CLI::Option* option : options) {
      if (option->get_positional() != positional) continue;
      if (!titled) text += fmt::format("\n{}:\n", title);
      titled = true;
      std::string right = option->get_description();
      if (!option->get_envname().empty()) right += fmt::format(" (or {})", option->get_envname());
      text += two_columns(left_of(*option), right);
    }
  }

  static void add_commands(std::string& text, const CLI::App& app) {
    const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty()) return;
    if (app.get_parent() != nullptr) {  // CLI11 hands a group's heading on to what is in it
      text += "\nCommands:\n";
      for (const CLI::App* command : commands) text += two_columns(command->get_name(), command->get_description());
      return;
    }
    std::vector<std::string> titles;
    for (const CLI::App* command : commands) {
      if (std::find(titles.begin(), titles.end(), command->get_group()) == titles.end())
        titles.push_back(command->get_group());
    }
    for (const std::string& title : titles) {
      text += fmt::format("\n{}:\n", title);
      for (const CLI::App* command : commands) {
        if (command->get_group() == title) text += two_columns(command->get_name(), command->get_description());
      }
    }
  }
};

}  // namespace

void use_help_layout(CLI::App& app) { app.formatter(std::make_shared<HelpLayout>()); }

}  // namespace planwise::cli
