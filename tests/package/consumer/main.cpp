// A program outside the tree: saves a run, finds it, prints it.
#include <planwise/planwise.h>

#include <cstdio>

int main() {
  planwise::ManagerOptions options;
  options.database = "consumer.duckdb";
  planwise::ResultsManager manager(options);
  planwise::Run run;
  run.metadata.scenario_id = "consumer";
  run.results.optimal_parameters.set("cola_rate", 0.025);
  const planwise::SaveReceipt saved = manager.save(run);
  planwise::ListRequest request;
  request.query = "scenario:consumer param.cola_rate>=0.02";
  const planwise::RunPage page = manager.list(request);
  std::printf("%s %lld\n", saved.run_id.c_str(), static_cast<long long>(page.total));
  return page.total == 1 ? 0 : 1;
}
