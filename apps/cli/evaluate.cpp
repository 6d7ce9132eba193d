// evaluate: a study's evaluator on standard input and output, for searches made elsewhere.
#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "decisions.h"

namespace planwise::cli {

namespace {

constexpr std::size_t longest_line = 1U << 20U;

void answer_lines(const std::function<Json(const Json&)>& evaluate, const Globals& globals) {
  std::string line;
  for (std::int64_t number = 1; std::getline(std::cin, line); ++number) {
    if (line.size() > longest_line)
      throw Error(ErrorCode::invalid_argument, fmt::format("line {}: longer than {} bytes", number, longest_line));
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    Json answer;
    try {
      answer = evaluate(Json::parse(line));
    } catch (const Error& error) {
      throw Error(error.code(), fmt::format("line {}: {}", number, error.what()));
    }
    Globals one_line = globals;
    one_line.output = Output::jsonl;
    print_json(answer, one_line);
    std::fflush(stdout);
  }
}

}  // namespace

void add_evaluate_command(CLI::App& app, Session& session) {
  CLI::App* evaluate = app.add_subcommand("evaluate",
                                          "Answer sets of levers from standard input, a JSON object a line, with what "
                                          "they lead to; for searches made elsewhere, nothing is stored")
                           ->group(heading::decisions);
  auto flags = make_options<StudyFlags>();
  evaluate->add_option("--function", flags->function, "A test function, in place of levers")->type_name("NAME");
  evaluate->add_option("--dimensions", flags->dimensions, "Variables of the test function")
      ->type_name("D")
      ->transform(whole_number(0));
  add_study_options(*evaluate, *flags);
  examples(*evaluate,
           "  echo '{\"cola_rate\": 0.03}' | planwise evaluate --simulation simulation.duckdb --years 2026-2029 --budget 800000000\n"
           "  my_search | planwise evaluate --plan plan.toml");
  evaluate->callback([evaluate, flags, &session] {
    const Study study = study_from(*evaluate, *flags, StudyKind::optimize, session);
    DecisionDesk desk(session, flags->source, study.evaluator.kind == EvaluatorChoice::Kind::simulator);
    answer_lines(desk.service().evaluator(study), session.globals);
  });
}

}  // namespace planwise::cli
