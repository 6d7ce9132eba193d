// cache: stats, clear, warm.
#include <fmt/format.h>

#include "commands.h"
#include "planwise/health.h"
#include "simulation.h"
#include "table.h"

namespace planwise::cli {

namespace {

void print_one(const Json& object, const Session& session) {
  if (session.globals.output == Output::json || session.globals.output == Output::jsonl) {
    print_json(object, session.globals);
    return;
  }
  if (session.globals.output == Output::csv) {
    std::vector<std::string> fields;
    for (const auto& [name, value] : object.as_object()) fields.push_back(name);
    print_objects({object}, {fields, {}}, session.globals);
    return;
  }
  std::size_t width = 0;
  for (const auto& [name, value] : object.as_object()) width = std::max(width, name.size());
  for (const auto& [name, value] : object.as_object()) fmt::print("{:<{}}  {}\n", name, width, printable(shown(value)));
}

void add_stats(CLI::App& cache, Session& session) {
  CLI::App* stats = cache.add_subcommand(
      "stats", "What the file cache holds, and hits, misses and evictions of all processes since it was made");
  examples(*stats, "  planwise cache stats\n  planwise cache stats --output json");
  stats->callback([&session] { print_one(to_json(cache_statistics()), session); });
}

void add_clear(CLI::App& cache, Session& session) {
  CLI::App* clear = cache.add_subcommand("clear", "Drop every entry; what is asked next is computed anew");
  examples(*clear, "  planwise cache clear");
  clear->callback([&session] { print_one(Json(Json::Object{{"dropped", clear_cache()}}), session); });
}

void add_warm(CLI::App& cache, Session& session) {
  CLI::App* warm =
      cache.add_subcommand("warm", "Compute the summaries of all years of the simulation now, so that they are there");
  auto flags = make_options<SourceFlags>();
  warm->add_option("--scenario", flags->scenario, "Whose levers; default the database's only one, or default")
      ->type_name("TEXT");
  examples(*warm, "  planwise --simulation simulation.duckdb cache warm");
  warm->callback([flags, &session] {
    SimulationService service = open_simulation(session, *flags);
    print_one(Json(Json::Object{{"computed", service.warm_cache()}}), session);
  });
}

}  // namespace

void add_cache_commands(CLI::App& app, Session& session) {
  CLI::App* cache =
      app.add_subcommand("cache", "Summaries kept between calls: statistics, clear, warm")->group(heading::workforce);
  cache->require_subcommand(1);
  examples(*cache, "  planwise cache stats\n  planwise cache clear");
  add_stats(*cache, session);
  add_clear(*cache, session);
  add_warm(*cache, session);
}

}  // namespace planwise::cli
