#include "workforce/schema.h"

#include <array>

namespace planwise::workforce {

namespace {

using enum ColumnKind;

constexpr std::array<ColumnRule, 15> snapshot_columns{{
    {"employee_id", text, "people cannot be followed from year to year"},
    {"employee_birth_date", date, ""},
    {"employee_hire_date", date, "hires cannot be dated"},
    {"current_compensation", real, "no pay figure of any year can be told"},
    {"prorated_annual_compensation", real, "the cost in the year cannot be told"},
    {"full_year_equivalent_compensation", real, "the run-rate cost cannot be told"},
    {"current_age", integer, "nothing can be told by age band"},
    {"current_tenure", integer, "nothing can be told by tenure band"},
    {"level_id", integer, "nothing can be told by level"},
    {"employment_status", text, ""},
    {"termination_date", date, "terminations cannot be dated"},
    {"termination_reason", text, ""},
    {"detailed_status_code", text, "the status is derived from employment_status and the year of hire"},
    {"simulation_year", integer, "no year can be told from another"},
    {"age_band", text, ""},
}};
constexpr std::array<ColumnRule, 13> events_columns{{
    {"employee_id", text, "events cannot be told whose they are"},
    {"event_type", text, "events cannot be told apart"},
    {"simulation_year", integer, "events cannot be told by year"},
    {"effective_date", date, "the order of events cannot be checked"},
    {"event_details", text, ""},
    {"compensation_amount", real, "what raises and promotions cost cannot be told"},
    {"previous_compensation", real, "what raises and promotions cost cannot be told"},
    {"level_id", integer, ""},
    {"event_probability", real, ""},
    {"event_category", text, "terminations of new hires cannot be told from others"},
    {"event_sequence", integer, ""},
    {"parameter_scenario_id", text, ""},
    {"data_quality_flag", text, ""},
}};
constexpr std::array<ColumnRule, 7> lever_columns{{
    {"scenario_id", text, "levers of several scenarios cannot be told apart"},
    {"fiscal_year", integer, "levers cannot be told by year"},
    {"job_level", integer, "levers cannot be told by level"},
    {"event_type", text, ""},
    {"parameter_name", text, "levers cannot be told apart"},
    {"parameter_value", real, "levers have no values"},
    {"is_locked", flag, "no lever counts as locked"},
}};
constexpr std::array<ColumnRule, 8> baseline_columns{{
    {"employee_id", text, "the start cannot be read from this table"},
    {"current_compensation", real, "the start cannot be read from this table"},
    {"current_age", integer, "the start cannot be read from this table"},
    {"current_tenure", integer, "the start cannot be read from this table"},
    {"level_id", integer, "levels of the start are derived from pay"},
    {"employee_birth_date", date, ""},
    {"employee_hire_date", date, ""},
    {"simulation_year", integer, "the first year to simulate is taken from the levers"},
}};
constexpr std::array<ColumnRule, 7> targets_columns{{
    {"scenario_id", text, ""},
    {"fiscal_year", integer, "targets cannot be told by year"},
    {"metric_name", text, "targets cannot be told apart"},
    {"target_value", real, "targets have no values"},
    {"tolerance_pct", real, "targets have no tolerance: 0 is used"},
    {"priority", text, ""},
    {"description", text, ""},
}};
constexpr std::array<ColumnRule, 5> census_columns{{
    {"employee_id", text, "the census cannot be read"},
    {"employee_birth_date", date, "the census cannot be read"},
    {"employee_hire_date", date, "the census cannot be read"},
    {"employee_termination_date", date, "everybody in the census counts as employed"},
    {"employee_gross_compensation", real, "the census cannot be read"},
}};

constexpr TableRule snapshot{"fct_workforce_snapshot", snapshot_columns, "no year can be summarised or analysed"};
constexpr TableRule events{"fct_yearly_events", events_columns,
                           "no events can be counted, and pay growth cannot be split into merit, COLA and promotions"};
constexpr TableRule parameters{"int_effective_parameters", lever_columns,
                               "the levers in force are taken from comp_levers, where there are any"};
constexpr TableRule baseline{"int_baseline_workforce", baseline_columns,
                             "a simulation starts from the census, and the first year has no year before it"};
constexpr TableRule levers{"comp_levers", lever_columns, ""};
constexpr TableRule staged_levers{"stg_comp_levers", lever_columns, ""};
constexpr TableRule targets{"comp_targets", targets_columns, "there are no targets to compare with"};
constexpr TableRule census{"stg_census_data", census_columns, ""};

constexpr std::array<const TableRule*, 5> expected{&snapshot, &events, &parameters, &baseline, &targets};

}  // namespace

const TableRule& snapshot_table() { return snapshot; }
const TableRule& events_table() { return events; }
const TableRule& parameters_table() { return parameters; }
const TableRule& baseline_table() { return baseline; }
const TableRule& levers_table() { return levers; }
const TableRule& staged_levers_table() { return staged_levers; }
const TableRule& targets_table() { return targets; }
const TableRule& census_table() { return census; }
std::span<const TableRule* const> expected_tables() { return expected; }

}  // namespace planwise::workforce
