// analytics: figures over all runs that match, altogether and by group.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "commands.h"
#include "table.h"

namespace planwise::cli {

namespace {

struct AnalyticsFlags {
  std::vector<std::string> query;
  std::string by = "type,engine,scenario,month", text, zone = "UTC";
  std::int64_t limit = 20;
  bool archived = false, with_archived = false;
};

/// A flat line a group, for csv and jsonl; the first is that of all runs.
Json flat(std::string_view by, std::string_view key, const Json& figures) {
  Json object(Json::Object{{"by", by}, {"key", key}});
  for (const auto& [name, value] : figures.as_object()) {
    if (!value.is_object()) {
      if (name != "key") object.set(name, value);
      continue;
    }
    const bool counts = name == "status" || name == "convergence" || name == "risk";
    for (const auto& [part, figure] : value.as_object())
      object.set(counts ? fmt::format("{}_{}", name, part) : fmt::format("{}_{}", part, name), figure);
  }
  return object;
}

Listing flat_listing(const Json& example) {
  Listing listing;
  for (const auto& [name, value] : example.as_object()) listing.fields.push_back(name);
  return listing;
}

/// "94.1 %", or "-" of nothing.
std::string share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? "-" : fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string number(const std::optional<double>& value) { return value ? shown_number(*value) : "-"; }

/// Seconds and counts: four digits are plenty.
std::string rounded(const std::optional<double>& value) {
  if (!value) return "-";
  return std::floor(*value) == *value && std::fabs(*value) < 1e15 ? fmt::format("{:.0f}", *value)
                                                                  : fmt::format("{:.4g}", *value);
}

/// "900 (60.0 %)"
std::string counted(std::int64_t part, std::int64_t whole) { return fmt::format("{} ({})", part, share(part, whole)); }

void count_line(std::string_view label, const std::string& text) { fmt::print("  {:<16}{}\n", label, text); }

std::string listed(std::initializer_list<std::pair<std::string_view, std::int64_t>> counts, std::int64_t whole) {
  std::string text;
  for (const auto& [name, count] : counts) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, counted(count, whole));
  }
  return text.empty() ? "-" : text;
}

void print_spread(std::string_view label, const ValueSpread& spread, std::string_view unit) {
  if (spread.count == 0) {
    count_line(label, "not reported");
    return;
  }
  count_line(label, fmt::format("median {}{}, mean {}{}, 90 % below {}{}", rounded(spread.median), unit,
                                rounded(spread.mean), unit, rounded(spread.p90), unit));
  count_line("", fmt::format("{} to {}{}, of {} runs", rounded(spread.min), rounded(spread.max), unit, spread.count));
}

void print_all(const AnalyticsFigures& f, const Globals& globals) {
  fmt::print("{}\n", bold(fmt::format("{} run{}", f.runs, f.runs == 1 ? "" : "s"), globals));
  if (f.runs == 0) return;
  count_line("status", listed({{"completed", f.completed}, {"failed", f.failed}, {"cancelled", f.cancelled}}, f.runs));
  const std::string open =
      listed({{"running", f.running}, {"lost", f.lost}, {"draft", f.draft}, {"other", f.other_status}}, f.runs);
  if (open != "-") count_line("", open);
  count_line(
      "convergence",
      listed({{"yes", f.converged}, {"no", f.not_converged}, {"not reported", f.convergence_not_reported}}, f.runs));
  print_spread("runtime", f.runtime_seconds, " s");
  print_spread("evaluations", f.function_evaluations, "");
  const ValueSpread& o = f.objective_value;
  if (o.count == 0) {
    count_line("objective", "not reported");
  } else {
    count_line("objective", fmt::format("best {}, median {}, mean {}, worst {}", number(o.min), number(o.median),
                                        number(o.mean), number(o.max)));
    count_line("", fmt::format("of {} runs{}", o.count,
                               f.objective_not_finite > 0
                                   ? fmt::format("; {} more are no finite number", f.objective_not_finite)
                                   : ""));
  }
  count_line("risk", listed({{"LOW", f.risk_low}, {"MEDIUM", f.risk_medium}, {"HIGH", f.risk_high}}, f.runs));
  const std::string rest =
      listed({{"CRITICAL", f.risk_critical}, {"other", f.other_risk}, {"not assessed", f.not_assessed}}, f.runs);
  if (rest != "-") count_line("", rest);
}

std::string title_of(std::string_view by) {
  std::string title(by == "risk_level" ? std::string_view("risk") : by);
  std::transform(title.begin(), title.end(), title.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return title;
}

void print_grouping(const AnalyticsGrouping& grouping, const Globals& globals) {
  TextTable table({{"", title_of(grouping.by), Align::left, 9},
                   {"", "RUNS", Align::right, 9},
                   {"", "COMPLETED", Align::right, 9},
                   {"", "FAILED", Align::right, 1},
                   {"", "CONVERGED", Align::right, 1},
                   {"", "SECONDS", Align::right, 9},
                   {"", "P90 S", Align::right, 0},
                   {"", "EVALUATIONS", Align::right, 0},
                   {"", "BEST", Align::right, 9},
                   {"", "OBJECTIVE", Align::right, 9},
                   {"", "MEAN OBJ.", Align::right, 0},
                   {"", "HIGH RISK", Align::right, 1}});
  for (const AnalyticsGroup& group : grouping.groups) {
    const AnalyticsFigures& f = group.figures;
    table.add({group.key.empty() ? "(none)" : shortened(printable(group.key), 24), std::to_string(f.runs),
               share(f.completed, f.runs), share(f.failed, f.runs), share(f.converged, f.converged + f.not_converged),
               rounded(f.runtime_seconds.median), rounded(f.runtime_seconds.p90),
               rounded(f.function_evaluations.median), number(f.objective_value.min), number(f.objective_value.median),
               number(f.objective_value.mean), share(f.risk_high + f.risk_critical, f.runs - f.not_assessed)});
  }
  fmt::print("\n{}", table.render(globals));
  if (grouping.groups_left_out > 0)
    fmt::print("{}\n", faint(fmt::format("and {} more with {} runs; --limit shows more", grouping.groups_left_out,
                                         grouping.runs_left_out),
                             globals));
}

AnalyticsRequest request_of(const AnalyticsFlags& flags) {
  AnalyticsRequest request;
  for (const std::string& word : flags.query) request.runs.query += (request.runs.query.empty() ? "" : " ") + word;
  if (!flags.text.empty()) request.runs.literal = LiteralSearch{flags.text, {}};
  request.runs.zone = flags.zone;
  request.runs.archived = flags.archived        ? ArchivedRuns::only
                          : flags.with_archived ? ArchivedRuns::include
                                                : ArchivedRuns::exclude;
  request.most_groups = flags.limit;
  request.by.clear();
  std::string name;
  for (const char c : flags.by + ",") {
    if (c != ',') {
      name += c;
    } else if (!name.empty()) {
      if (name != "none") request.by.push_back(name == "risk" ? "risk_level" : name);
      name.clear();
    }
  }
  return request;
}

void run_analytics(const AnalyticsFlags& flags, Session& session) {
  const Globals& globals = session.globals;
  const Analytics found = session.manager().analytics(request_of(flags));
  if (globals.output == Output::table) {
    print_all(found.all, globals);
    for (const AnalyticsGrouping& grouping : found.groupings) {
      if (!grouping.groups.empty()) print_grouping(grouping, globals);
    }
    if (!found.groupings.empty() && found.all.runs > 0)
      session.say(
          "SECONDS, EVALUATIONS and OBJECTIVE are medians, BEST is the lowest objective; CONVERGED is of the runs that "
          "report it, "
          "HIGH RISK of those assessed");
    return;
  }
  const Json document = to_json(found);
  if (globals.output == Output::json) {
    print_json(document, globals);
    return;
  }
  std::vector<Json> lines{flat("all", "", document.at("figures"))};
  for (const Json& grouping : document.at("groupings").as_array()) {
    for (const Json& group : grouping.at("groups").as_array())
      lines.push_back(flat(grouping.at("by").as_string(), group.at("key").as_string(), group));
  }
  const Listing listing = flat_listing(lines.front());
  print_objects(lines, listing, globals);
}

}  // namespace

void add_analytics_command(CLI::App& app, Session& session) {
  CLI::App* analytics =
      app.add_subcommand(
             "analytics",
             "Completion, runtimes, convergence, objectives and risk over all runs, or those that a query matches")
          ->group(heading::runs);
  auto flags = make_options<AnalyticsFlags>();
  analytics->add_option("query", flags->query, "A query as for list; docs/query-language.md describes it")
      ->type_name("QUERY");
  analytics
      ->add_option(
          "--by", flags->by,
          "Groups, comma-separated: type, engine, scenario, status, risk, day, week, month, quarter, year, or none; "
          "default type,engine,scenario,month")
      ->type_name("GROUPS");
  analytics->add_option("--limit", flags->limit, "Groups to show of those that are no period; default 20")
      ->type_name("N")
      ->transform(whole_number(1));
  analytics->add_option("--text", flags->text, "Only runs with this text in scenario, description or justification")
      ->type_name("TEXT");
  analytics->add_flag("--archived", flags->archived, "Only archived runs");
  analytics->add_flag("--with-archived", flags->with_archived, "Archived runs too");
  analytics
      ->add_option("--timezone", flags->zone,
                   "Zone of times in the query that name none; default UTC; periods are in UTC")
      ->type_name("ZONE");
  examples(*analytics,
           "  planwise analytics\n  planwise analytics 'created>=2026-01-01 type:advanced_scipy' --by engine,quarter\n"
           "  planwise analytics --by scenario --limit 1000 --output csv");
  analytics->callback([flags, &session] { run_analytics(*flags, session); });
}

}  // namespace planwise::cli
