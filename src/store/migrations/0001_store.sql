-- Schema 1 of a store in a file of its own: the tables of the earlier implementation by name, column, order and type,
-- and beside them what they have no column for. {store} is the attached file's schema.
CREATE TABLE IF NOT EXISTS {store}.optimization_runs (
    run_id VARCHAR PRIMARY KEY,
    scenario_id VARCHAR NOT NULL,
    user_id VARCHAR,
    session_id VARCHAR,
    optimization_type VARCHAR NOT NULL,
    optimization_engine VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    completed_at TIMESTAMP,
    random_seed INTEGER,
    max_evaluations INTEGER,
    timeout_minutes INTEGER,
    use_synthetic_mode BOOLEAN,
    runtime_seconds DOUBLE,
    function_evaluations INTEGER,
    converged BOOLEAN,
    convergence_message VARCHAR,
    description VARCHAR,
    tags VARCHAR,
    business_justification VARCHAR,
    configuration_hash VARCHAR
);
CREATE TABLE IF NOT EXISTS {store}.optimization_results (
    run_id VARCHAR PRIMARY KEY,
    objective_value DOUBLE,
    objective_breakdown JSON,
    optimal_parameters JSON NOT NULL,
    parameter_history JSON,
    objective_history JSON,
    constraint_violations JSON,
    parameter_warnings JSON,
    risk_level VARCHAR,
    risk_assessment JSON,
    estimated_cost_impact JSON,
    estimated_employee_impact JSON,
    projected_outcomes JSON,
    sensitivity_analysis JSON,
    parameter_correlations JSON
);
CREATE TABLE IF NOT EXISTS {store}.optimization_configurations (
    configuration_hash VARCHAR PRIMARY KEY,
    objectives JSON NOT NULL,
    constraints JSON,
    initial_parameters JSON NOT NULL,
    parameter_bounds JSON,
    algorithm_config JSON,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE IF NOT EXISTS {store}.optimization_simulation_data (
    run_id VARCHAR PRIMARY KEY,
    simulation_results JSON,
    workforce_snapshots JSON,
    event_data JSON,
    data_quality_metrics JSON,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE IF NOT EXISTS {store}.optimization_exports (
    export_id VARCHAR PRIMARY KEY,
    run_id VARCHAR NOT NULL,
    export_format VARCHAR NOT NULL,
    export_path VARCHAR NOT NULL,
    exported_at TIMESTAMP NOT NULL,
    exported_by VARCHAR,
    file_size_bytes BIGINT
);
-- One row a run. created_at to promotion_raise_level_5 are copies for fast filters, rebuilt by verify --repair.
CREATE TABLE IF NOT EXISTS {store}.optimization_run_details (
    run_id VARCHAR {primary_key},
    version INTEGER NOT NULL,
    content_hash VARCHAR NOT NULL,
    row_hash VARCHAR NOT NULL,
    locked BOOLEAN NOT NULL,
    lock_reason VARCHAR,
    archived_at TIMESTAMP,
    clock VARCHAR NOT NULL,
    owner_hash VARCHAR,
    actor VARCHAR NOT NULL,
    session_id VARCHAR,
    source VARCHAR NOT NULL,
    notes VARCHAR,
    exact VARCHAR,
    provenance VARCHAR,
    created_at TIMESTAMP NOT NULL,
    objective_value DOUBLE,
    risk_level VARCHAR,
    search_text VARCHAR,
    merit_rate_level_1 DOUBLE,
    merit_rate_level_2 DOUBLE,
    merit_rate_level_3 DOUBLE,
    merit_rate_level_4 DOUBLE,
    merit_rate_level_5 DOUBLE,
    cola_rate DOUBLE,
    new_hire_salary_adjustment DOUBLE,
    promotion_probability_level_1 DOUBLE,
    promotion_probability_level_2 DOUBLE,
    promotion_probability_level_3 DOUBLE,
    promotion_probability_level_4 DOUBLE,
    promotion_probability_level_5 DOUBLE,
    promotion_raise_level_1 DOUBLE,
    promotion_raise_level_2 DOUBLE,
    promotion_raise_level_3 DOUBLE,
    promotion_raise_level_4 DOUBLE,
    promotion_raise_level_5 DOUBLE
);
-- What a run was before: superseded by a later version, deleted (state trash) or purged (document emptied, hash kept).
CREATE TABLE IF NOT EXISTS {store}.optimization_run_versions (
    run_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    state VARCHAR NOT NULL,
    document VARCHAR,
    document_hash VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    actor VARCHAR NOT NULL,
    session_id VARCHAR,
    source VARCHAR NOT NULL,
    row_hash VARCHAR NOT NULL{versions_key}
);
CREATE TABLE IF NOT EXISTS {store}.optimization_audit_log (
    sequence BIGINT NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    actor VARCHAR NOT NULL,
    session_id VARCHAR,
    source VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    run_id VARCHAR,
    version INTEGER,
    changes VARCHAR,
    changes_hash VARCHAR NOT NULL,
    reason VARCHAR,
    reason_hash VARCHAR NOT NULL,
    content_hash VARCHAR,
    row_hash VARCHAR,
    version_row_hash VARCHAR,
    previous_hash VARCHAR NOT NULL,
    entry_hash VARCHAR NOT NULL
);
-- Spool entries that have been applied, so that a crash between COMMIT and unlink applies nothing twice.
CREATE TABLE IF NOT EXISTS {store}.optimization_applied (
    spool_id VARCHAR NOT NULL,
    applied_at TIMESTAMP NOT NULL
);
CREATE TABLE IF NOT EXISTS {store}.optimization_migrations (
    version INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    applied_at TIMESTAMP NOT NULL,
    program_version VARCHAR NOT NULL,
    store_id VARCHAR NOT NULL,
    zone VARCHAR,
    note VARCHAR
);
