// levers: show, check, risk, convert.
#include "planwise/levers.h"

#include <fmt/format.h>

#include <cmath>

#include "commands.h"
#include "input.h"
#include "table.h"

namespace planwise::cli {

namespace {

// --- show -----------------------------------------------------------------------------------------------------------

std::string range_text(const Json& ends) {
  std::string text;
  for (const Json& end : ends.as_array()) text += (text.empty() ? "" : " - ") + shown(end);
  return text;
}

Json row_of(const LeverSchema& schema, const Lever& lever, std::size_t at) {
  const int level = lever.levels[at];
  const auto market = schema.benchmark(lever, level);
  const auto bounds = [](const LeverBounds& b) { return Json(Json::Array{b.minimum, b.maximum}); };
  return Json(
      Json::Object{{"lever", lever.by_level ? flat_name(lever, level) : lever.name},
                   {"level", lever.by_level ? Json(level) : Json()},
                   {"level_name", lever.by_level && level <= static_cast<int>(schema.level_names().size())
                                      ? Json(schema.level_names()[static_cast<std::size_t>(level - 1)])
                                      : Json()},
                   {"unit", lever.unit},
                   {"default", lever.defaults[at]},
                   {"hard", bounds(lever.hard)},
                   {"recommended", bounds(lever.recommended)},
                   {"search", bounds(lever.search[at])},
                   {"market", market ? Json(Json::Array{market->minimum, market->target, market->maximum}) : Json()},
                   {"event_type", lever.event_type},
                   {"parameter_name", lever.parameter_name}});
}

void run_show(const std::string& file, Session& session) {
  const LeverSchema schema = LeverSchema::in_force(file);
  std::vector<Json> objects;
  for (const Lever& lever : schema.levers()) {
    for (std::size_t at = 0; at < (lever.by_level ? lever.levels.size() : 1); ++at) {
      Json row = row_of(schema, lever, at);
      if (session.globals.output == Output::table) {
        for (const char* name : {"hard", "recommended", "search", "market"}) {
          if (row.at(name).is_array()) row.set(name, range_text(row.at(name)));
        }
      }
      objects.push_back(std::move(row));
    }
  }
  print_objects(objects,
                {{"lever", "level", "level_name", "unit", "default", "hard", "recommended", "search", "market",
                  "event_type", "parameter_name"},
                 {{"lever", "LEVER", Align::left, 9},
                  {"level_name", "LEVEL", Align::left, 3},
                  {"default", "DEFAULT", Align::right, 8},
                  {"hard", "HARD", Align::left, 7},
                  {"recommended", "RECOMMENDED", Align::left, 6},
                  {"market", "MARKET (MIN - TARGET - MAX)", Align::left, 5},
                  {"event_type", "EVENT", Align::left, 2},
                  {"parameter_name", "IN THE DATABASE", Align::left, 2}}},
                session.globals);
  session.say(fmt::format("levers: {}; market of {}", schema.source(), schema.market_date()));
}

void add_levers_show(CLI::App& levers, Session& session) {
  struct Flags {
    std::string file;
  };
  CLI::App* show = levers.add_subcommand("show", "Every lever with its default, bounds, market and database name");
  auto flags = make_options<Flags>();
  show->add_option("--file", flags->file, "Another schema than the one in force (PLANWISE_LEVERS, else the shipped)")
      ->type_name("FILE");
  examples(*show, "  planwise levers show\n  planwise levers show --file share/levers.json --output json");
  show->callback([flags, &session] { run_show(flags->file, session); });
}

// --- sets -----------------------------------------------------------------------------------------------------------

/// A file's set: flat or tuning form, or the levers of a run's document.
Json levers_of_file(const std::string& file) {
  try {
    Json document = Json::parse(read_text(file), JsonDialect::python);
    if (!document.is_object())
      throw Error(ErrorCode::invalid_argument, fmt::format("holds {}, not levers", document.kind_name()));
    const Json* results = document.find("results");
    if (results == nullptr || document.find("metadata") == nullptr) return document;
    const Json* optimal = results->find("optimal_parameters");
    return optimal == nullptr || optimal->is_null() ? Json::object() : *optimal;
  } catch (const Error& error) {
    const std::string name = file == "-" ? "standard input" : file;
    if (std::string_view(error.what()).find(name) != std::string_view::npos) throw;
    throw Error(error.code(), fmt::format("'{}': {}", name, error.what()));
  }
}

/// NAME=VALUE...; a value that is no number stays text, and the check tells it.
Json levers_of_assignments(const std::vector<std::string>& texts) {
  Json levers = Json::object();
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(ErrorCode::invalid_argument, fmt::format("'{}' is not NAME=VALUE; a FILE stands alone", text));
    if (levers.find(text.substr(0, equals)) != nullptr)
      throw Error(ErrorCode::invalid_argument, fmt::format("{} is given twice", text.substr(0, equals)));
    const std::string value = text.substr(equals + 1);
    Json parsed(value);
    try {
      if (Json number = Json::parse(value); number.is_number()) parsed = Json(number.as_real());
    } catch (const Error&) {  // stays text
    }
    levers.set(text.substr(0, equals), std::move(parsed));
  }
  return levers;
}

struct SetFlags {
  std::vector<std::string> set;
  std::string run, schema;

  void add_to(CLI::App& command) {
    command.add_option("set", set, "NAME=VALUE..., or one JSON file of levers or of a run (- for standard input)")
        ->type_name("FILE");
    command.add_option("--run", run, "The optimal parameters of a run")->type_name("RUN");
    command.add_option("--file", schema, "Another schema than the one in force")->type_name("FILE");
  }

  [[nodiscard]] Json levers(Session& session) const {
    if (set.empty() == run.empty())
      throw Error(ErrorCode::invalid_argument, "name levers: NAME=VALUE..., a FILE, or --run RUN");
    if (!run.empty()) return session.manager().load(session.run_id(run)).results.optimal_parameters;
    if (set.size() == 1 && set.front().find('=') == std::string::npos) return levers_of_file(set.front());
    return levers_of_assignments(set);
  }
};

/// What a conversion left out, and the rest of what it said on stderr.
std::vector<std::string> left_out(const ConvertedLevers& converted, const Session& session) {
  std::vector<std::string> lost;
  for (const std::string& note : converted.notes) {
    if (note.ends_with("left out")) {
      lost.push_back(note);
    } else {
      session.say(note);
    }
  }
  return lost;
}

/// Of either form. What is no lever, or no level of one, is an error: it was not checked.
LeverValidation validated(const LeverSchema& schema, const Json& levers, Session& session) {
  if (!is_tuning_form(levers)) {
    LeverValidation checked = validate_levers(schema, levers);
    if (levers.is_object() && checked.checks.size() < levers.as_object().size()) session.exit_status = 1;
    return checked;
  }
  const ConvertedLevers converted = from_tuning_form(schema, levers);
  LeverValidation checked = validate_levers(schema, converted.levers);
  for (std::string& text : left_out(converted, session)) checked.errors.push_back(std::move(text));
  return checked;
}

// --- check ----------------------------------------------------------------------------------------------------------

void print_check(const LeverValidation& checked, const Session& session) {
  std::vector<Json> objects;
  const auto add = [&](const std::string& name, const Json& value, std::string_view state, const Json& risk,
                       const std::string& message) {
    objects.push_back(Json(
        Json::Object{{"lever", name}, {"value", value}, {"state", state}, {"risk_level", risk}, {"message", message}}));
  };
  for (const LeverCheck& check : checked.checks) {
    const Json risk(to_text(check.risk));
    if (check.errors.empty() && check.warnings.empty()) add(check.name, check.value, "ok", risk, "");
    for (const std::string& text : check.errors) add(check.name, check.value, "failed", risk, text);
    for (const std::string& text : check.warnings) add(check.name, check.value, "warning", risk, text);
  }
  const auto of_a_check = [&](const std::string& text) {
    for (const LeverCheck& check : checked.checks) {
      if (text.starts_with(check.name + ": ")) return true;
    }
    return false;
  };
  for (const std::string& text : checked.warnings) {
    if (!of_a_check(text)) add("", Json(), "warning", Json(), text);
  }
  for (const std::string& text : checked.errors) {
    if (!of_a_check(text)) add("", Json(), "failed", Json(), text);
  }
  print_objects(objects,
                {{"lever", "value", "state", "risk_level", "message"},
                 {{"lever", "LEVER", Align::left, 9},
                  {"value", "VALUE", Align::right, 9},
                  {"state", "STATE", Align::left, 9},
                  {"risk_level", "RISK", Align::left, 9},
                  {"message", "MESSAGE", Align::left, 1}}},
                session.globals);
  session.say(fmt::format("{}; risk {}", checked.valid() ? "within bounds" : "out of bounds", to_text(checked.risk)));
}

void add_levers_check(CLI::App& levers, Session& session) {
  CLI::App* check = levers.add_subcommand(
      "check", "Levers against their bounds; exit 1 when one is outside its hard bounds or is no lever");
  auto flags = make_options<SetFlags>();
  flags->add_to(*check);
  examples(*check,
           "  planwise levers check cola_rate=0.03 merit_rate_level_1=0.09\n  planwise levers check levers.json\n"
           "  planwise levers check --run 6f0c21 --output json");
  check->callback([flags, &session] {
    const LeverSchema schema = LeverSchema::in_force(flags->schema);
    const LeverValidation checked = validated(schema, flags->levers(session), session);
    const bool json = session.globals.output == Output::json;
    json ? print_json(to_json(checked), session.globals) : print_check(checked, session);
    if (!checked.valid()) session.exit_status = 1;
  });
}

// --- risk -----------------------------------------------------------------------------------------------------------

void print_change(const ChangeRisk& risk, const Session& session) {
  std::vector<Json> objects;
  const Json document = to_json(risk);
  for (const Json& factor : document.at("factors").as_array()) objects.push_back(factor);
  std::vector<std::string> fields;
  if (!objects.empty()) {
    for (const auto& [name, value] : objects.front().as_object()) fields.push_back(name);
  } else {
    fields = {"score", "severity", "lever", "level", "text"};
  }
  print_objects(objects,
                {fields,
                 {{"score", "SCORE", Align::right, 9},
                  {"severity", "SEVERITY", Align::left, 9},
                  {"lever", "LEVER", Align::left, 8},
                  {"level", "LEVEL", Align::right, 7},
                  {"text", "WHY", Align::left, 1}}},
                session.globals);
  if (session.globals.output != Output::table) return;
  fmt::print("\nrisk {} (score {:.1f}), {} changes, budget impact {:.2f} %, confidence {:.2f}\n", to_text(risk.level),
             risk.score, risk.change_count, risk.budget_impact, risk.confidence);
  for (const std::string& text : risk.recommendations) fmt::print("- {}\n", text);
  for (const std::string& note : risk.notes) session.say(note);
}

void print_saved(const SavedSetRisk& risk, const Session& session) {
  fmt::print("risk {}, {} warnings, {}\n", to_text(risk.level), risk.warning_count,
             risk.parameters_within_bounds ? "within bounds" : "out of bounds");
  for (const std::string& factor : risk.factors) fmt::print("- {}\n", printable(factor));
  if (risk.warning_count > 0) session.say("`planwise levers check` shows the warnings");
}

/// What is no number has no risk, not a low one.
void refuse_no_numbers(const LeverSchema& schema, const Json& set) {
  if (is_tuning_form(set)) {
    (void)from_tuning_form(schema, set);  // throws, naming lever and level
    return;
  }
  if (!set.is_object()) return;
  for (const auto& [name, value] : set.as_object()) {
    if (!value.is_number() || !std::isfinite(value.as_real()))
      throw Error(ErrorCode::invalid_argument, fmt::format("{} is {}; a number is needed", name, value.dump()));
  }
}

struct RiskFlags {
  SetFlags set;
  std::string from, to;
  double days = 0;
  const CLI::Option* days_option = nullptr;
};

void run_risk(const RiskFlags& flags, Session& session) {
  const LeverSchema schema = LeverSchema::in_force(flags.set.schema);
  const Globals& globals = session.globals;
  const bool as_json = globals.output == Output::json || globals.output == Output::jsonl;
  if (flags.from.empty() != flags.to.empty())
    throw Error(ErrorCode::invalid_argument, "a change has two sides: --from BASELINE.json --to PROPOSED.json");
  if (flags.from.empty()) {
    if (flags.days_option->count() > 0)
      throw Error(ErrorCode::invalid_argument, "--days belongs to a change: --from BASELINE.json --to PROPOSED.json");
    const Json set = flags.set.levers(session);
    refuse_no_numbers(schema, set);
    const SavedSetRisk risk = assess_saved_set(schema, set, now());
    if (as_json) {
      print_json(to_json(risk), globals);
    } else if (globals.output == Output::csv) {
      print_objects({to_json(risk)},
                    {{"level", "factors", "warning_count", "assessment_date", "parameters_within_bounds"}, {}},
                    globals);
    } else {
      print_saved(risk, session);
    }
    return;
  }
  if (!flags.set.set.empty() || !flags.set.run.empty())
    throw Error(ErrorCode::invalid_argument, "name a set, or a change with --from and --to; not both");
  ChangeOptions options;
  if (flags.days_option->count() > 0) options.timeline_days = flags.days;
  const ChangeRisk risk = assess_change(schema, levers_of_file(flags.from), levers_of_file(flags.to), options);
  as_json ? print_json(to_json(risk), globals) : print_change(risk, session);
}

void add_risk(CLI::App& levers, Session& session) {
  CLI::App* risk = levers.add_subcommand("risk", "Risk of a set of levers, or of a change from one set to another");
  auto flags = make_options<RiskFlags>();
  flags->set.add_to(*risk);
  risk->add_option("--from", flags->from, "The levers in force, as JSON")->type_name("FILE");
  risk->add_option("--to", flags->to, "The levers proposed, as JSON")->type_name("FILE");
  flags->days_option =
      risk->add_option("--days", flags->days, "Days from decision to effect of a change")->type_name("N");
  examples(*risk,
           "  planwise levers risk cola_rate=0.05 merit_rate_level_1=0.09\n"
           "  planwise levers risk --from current.json --to proposed.json --days 45\n"
           "  planwise levers risk --run 6f0c21 --output json");
  risk->callback([flags, &session] { run_risk(*flags, session); });
}

// --- convert --------------------------------------------------------------------------------------------------------

void add_convert(CLI::App& levers, Session& session) {
  struct Flags {
    std::string file, to, schema;
  };
  CLI::App* convert = levers.add_subcommand("convert", "Flat names to the tuning form, or back; prints JSON");
  auto flags = make_options<Flags>();
  convert->add_option("levers", flags->file, "JSON of levers or of a run; - for standard input")
      ->required()
      ->type_name("FILE");
  add_choice(*convert, "--to", flags->to, "tuning|flat", "The form wanted; default the other one");
  convert->add_option("--file", flags->schema, "Another schema than the one in force")->type_name("FILE");
  examples(*convert, "  planwise levers convert levers.json\n  planwise levers convert --to flat tuning.json");
  convert->callback([flags, &session] {
    const LeverSchema schema = LeverSchema::in_force(flags->schema);
    const Json set = levers_of_file(flags->file);
    const bool tuning = is_tuning_form(set);
    const bool to_tuning = flags->to.empty() ? !tuning : flags->to == "tuning";
    const ConvertedLevers flat = tuning ? from_tuning_form(schema, set) : ConvertedLevers{set, {}};
    const ConvertedLevers result = to_tuning ? to_tuning_form(schema, flat.levers) : flat;
    for (const std::string& note : flat.notes) session.say(note);
    if (to_tuning) {
      for (const std::string& note : result.notes) session.say(note);
    }
    print_json(result.levers, session.globals);
  });
}

}  // namespace

void add_lever_commands(CLI::App& app, Session& session) {
  CLI::App* levers = app.add_subcommand("levers", "Pay levers: bounds, checks, risk, forms")->group(heading::workforce);
  levers->require_subcommand(1);
  examples(*levers,
           "  planwise levers show\n  planwise levers check cola_rate=0.03\n  planwise levers risk --run 6f0c21");
  add_levers_show(*levers, session);
  add_levers_check(*levers, session);
  add_risk(*levers, session);
  add_convert(*levers, session);
}

}  // namespace planwise::cli
