#include "worker_programs.h"

// The workers' Python goes into the binary as it is, so that there is nothing to find at run time. This list is made by
// `make worker-programs`; a test compares it with the folder.

#define PROGRAM(name) {"beamstack_worker/" #name ".py", name##_py, sizeof name##_py}

static const unsigned char __init___py[] = {
#embed "python/beamstack_worker/__init__.py"
};

static const unsigned char __main___py[] = {
#embed "python/beamstack_worker/__main__.py"
};

static const unsigned char anomaly_py[] = {
#embed "python/beamstack_worker/anomaly.py"
};

static const unsigned char anomaly_detectors_py[] = {
#embed "python/beamstack_worker/anomaly_detectors.py"
};

static const unsigned char anomaly_trackers_py[] = {
#embed "python/beamstack_worker/anomaly_trackers.py"
};

static const unsigned char arrow_py[] = {
#embed "python/beamstack_worker/arrow.py"
};

static const unsigned char arrow_schema_py[] = {
#embed "python/beamstack_worker/arrow_schema.py"
};

static const unsigned char arrow_writer_py[] = {
#embed "python/beamstack_worker/arrow_writer.py"
};

static const unsigned char avro_py[] = {
#embed "python/beamstack_worker/avro.py"
};

static const unsigned char avro_container_py[] = {
#embed "python/beamstack_worker/avro_container.py"
};

static const unsigned char avro_types_py[] = {
#embed "python/beamstack_worker/avro_types.py"
};

static const unsigned char columnar_types_py[] = {
#embed "python/beamstack_worker/columnar_types.py"
};

static const unsigned char conversion_py[] = {
#embed "python/beamstack_worker/conversion.py"
};

static const unsigned char databases_py[] = {
#embed "python/beamstack_worker/databases.py"
};

static const unsigned char databases_connection_py[] = {
#embed "python/beamstack_worker/databases_connection.py"
};

static const unsigned char databases_location_py[] = {
#embed "python/beamstack_worker/databases_location.py"
};

static const unsigned char databases_mysql_py[] = {
#embed "python/beamstack_worker/databases_mysql.py"
};

static const unsigned char databases_others_py[] = {
#embed "python/beamstack_worker/databases_others.py"
};

static const unsigned char databases_postgres_py[] = {
#embed "python/beamstack_worker/databases_postgres.py"
};

static const unsigned char databases_postgres_types_py[] = {
#embed "python/beamstack_worker/databases_postgres_types.py"
};

static const unsigned char databases_sqlite_py[] = {
#embed "python/beamstack_worker/databases_sqlite.py"
};

static const unsigned char databases_writing_py[] = {
#embed "python/beamstack_worker/databases_writing.py"
};

static const unsigned char driver_py[] = {
#embed "python/beamstack_worker/driver.py"
};

static const unsigned char embeddings_py[] = {
#embed "python/beamstack_worker/embeddings.py"
};

static const unsigned char embeddings_chunks_py[] = {
#embed "python/beamstack_worker/embeddings_chunks.py"
};

static const unsigned char embeddings_models_py[] = {
#embed "python/beamstack_worker/embeddings_models.py"
};

static const unsigned char engine_flink_py[] = {
#embed "python/beamstack_worker/engine_flink.py"
};

static const unsigned char engine_functions_py[] = {
#embed "python/beamstack_worker/engine_functions.py"
};

static const unsigned char engine_rows_py[] = {
#embed "python/beamstack_worker/engine_rows.py"
};

static const unsigned char enrichment_py[] = {
#embed "python/beamstack_worker/enrichment.py"
};

static const unsigned char enrichment_files_py[] = {
#embed "python/beamstack_worker/enrichment_files.py"
};

static const unsigned char enrichment_http_py[] = {
#embed "python/beamstack_worker/enrichment_http.py"
};

static const unsigned char enrichment_sources_py[] = {
#embed "python/beamstack_worker/enrichment_sources.py"
};

static const unsigned char event_time_py[] = {
#embed "python/beamstack_worker/event_time.py"
};

static const unsigned char exchange_py[] = {
#embed "python/beamstack_worker/exchange.py"
};

static const unsigned char file_patterns_py[] = {
#embed "python/beamstack_worker/file_patterns.py"
};

static const unsigned char files_py[] = {
#embed "python/beamstack_worker/files.py"
};

static const unsigned char frames_py[] = {
#embed "python/beamstack_worker/frames.py"
};

static const unsigned char functions_py[] = {
#embed "python/beamstack_worker/functions.py"
};

static const unsigned char http_json_py[] = {
#embed "python/beamstack_worker/http_json.py"
};

static const unsigned char inference_py[] = {
#embed "python/beamstack_worker/inference.py"
};

static const unsigned char inference_files_py[] = {
#embed "python/beamstack_worker/inference_files.py"
};

static const unsigned char inference_functions_py[] = {
#embed "python/beamstack_worker/inference_functions.py"
};

static const unsigned char inference_handlers_py[] = {
#embed "python/beamstack_worker/inference_handlers.py"
};

static const unsigned char inference_openai_py[] = {
#embed "python/beamstack_worker/inference_openai.py"
};

static const unsigned char inference_python_py[] = {
#embed "python/beamstack_worker/inference_python.py"
};

static const unsigned char inference_tabular_py[] = {
#embed "python/beamstack_worker/inference_tabular.py"
};

static const unsigned char inference_torch_py[] = {
#embed "python/beamstack_worker/inference_torch.py"
};

static const unsigned char javascript_py[] = {
#embed "python/beamstack_worker/javascript.py"
};

static const unsigned char json_schema_py[] = {
#embed "python/beamstack_worker/json_schema.py"
};

static const unsigned char json_text_py[] = {
#embed "python/beamstack_worker/json_text.py"
};

static const unsigned char mltransform_py[] = {
#embed "python/beamstack_worker/mltransform.py"
};

static const unsigned char mltransform_columns_py[] = {
#embed "python/beamstack_worker/mltransform_columns.py"
};

static const unsigned char mltransform_embeddings_py[] = {
#embed "python/beamstack_worker/mltransform_embeddings.py"
};

static const unsigned char mltransform_hashes_py[] = {
#embed "python/beamstack_worker/mltransform_hashes.py"
};

static const unsigned char mltransform_numbers_py[] = {
#embed "python/beamstack_worker/mltransform_numbers.py"
};

static const unsigned char mltransform_operations_py[] = {
#embed "python/beamstack_worker/mltransform_operations.py"
};

static const unsigned char mltransform_quantiles_py[] = {
#embed "python/beamstack_worker/mltransform_quantiles.py"
};

static const unsigned char mltransform_texts_py[] = {
#embed "python/beamstack_worker/mltransform_texts.py"
};

static const unsigned char mongodb_py[] = {
#embed "python/beamstack_worker/mongodb.py"
};

static const unsigned char object_store_py[] = {
#embed "python/beamstack_worker/object_store.py"
};

static const unsigned char parquet_py[] = {
#embed "python/beamstack_worker/parquet.py"
};

static const unsigned char parquet_dataset_py[] = {
#embed "python/beamstack_worker/parquet_dataset.py"
};

static const unsigned char parquet_pruning_py[] = {
#embed "python/beamstack_worker/parquet_pruning.py"
};

static const unsigned char python_code_py[] = {
#embed "python/beamstack_worker/python_code.py"
};

static const unsigned char s3_py[] = {
#embed "python/beamstack_worker/s3.py"
};

static const unsigned char specs_py[] = {
#embed "python/beamstack_worker/specs.py"
};

static const unsigned char tagged_json_py[] = {
#embed "python/beamstack_worker/tagged_json.py"
};

static const unsigned char tasks_py[] = {
#embed "python/beamstack_worker/tasks.py"
};

static const unsigned char times_py[] = {
#embed "python/beamstack_worker/times.py"
};

static const unsigned char traces_py[] = {
#embed "python/beamstack_worker/traces.py"
};

static const unsigned char transforms_py[] = {
#embed "python/beamstack_worker/transforms.py"
};

static const unsigned char transforms_bundles_py[] = {
#embed "python/beamstack_worker/transforms_bundles.py"
};

static const unsigned char transforms_elements_py[] = {
#embed "python/beamstack_worker/transforms_elements.py"
};

static const unsigned char transforms_graph_py[] = {
#embed "python/beamstack_worker/transforms_graph.py"
};

static const unsigned char transforms_loading_py[] = {
#embed "python/beamstack_worker/transforms_loading.py"
};

static const unsigned char transforms_runner_py[] = {
#embed "python/beamstack_worker/transforms_runner.py"
};

static const unsigned char transforms_types_py[] = {
#embed "python/beamstack_worker/transforms_types.py"
};

static const unsigned char transforms_windows_py[] = {
#embed "python/beamstack_worker/transforms_windows.py"
};

static const unsigned char values_py[] = {
#embed "python/beamstack_worker/values.py"
};

static const unsigned char vector_stores_py[] = {
#embed "python/beamstack_worker/vector_stores.py"
};

static const unsigned char vector_stores_elasticsearch_py[] = {
#embed "python/beamstack_worker/vector_stores_elasticsearch.py"
};

static const unsigned char vector_stores_pgvector_py[] = {
#embed "python/beamstack_worker/vector_stores_pgvector.py"
};

static const unsigned char vector_stores_qdrant_py[] = {
#embed "python/beamstack_worker/vector_stores_qdrant.py"
};

static const unsigned char vector_stores_records_py[] = {
#embed "python/beamstack_worker/vector_stores_records.py"
};

static const unsigned char web_py[] = {
#embed "python/beamstack_worker/web.py"
};

static const unsigned char web_client_py[] = {
#embed "python/beamstack_worker/web_client.py"
};

static const unsigned char web_pages_py[] = {
#embed "python/beamstack_worker/web_pages.py"
};

static const unsigned char web_robots_py[] = {
#embed "python/beamstack_worker/web_robots.py"
};

static const unsigned char worker_py[] = {
#embed "python/beamstack_worker/worker.py"
};

const struct worker_program worker_programs[] = {
    PROGRAM(__init__),
    PROGRAM(__main__),
    PROGRAM(anomaly),
    PROGRAM(anomaly_detectors),
    PROGRAM(anomaly_trackers),
    PROGRAM(arrow),
    PROGRAM(arrow_schema),
    PROGRAM(arrow_writer),
    PROGRAM(avro),
    PROGRAM(avro_container),
    PROGRAM(avro_types),
    PROGRAM(columnar_types),
    PROGRAM(conversion),
    PROGRAM(databases),
    PROGRAM(databases_connection),
    PROGRAM(databases_location),
    PROGRAM(databases_mysql),
    PROGRAM(databases_others),
    PROGRAM(databases_postgres),
    PROGRAM(databases_postgres_types),
    PROGRAM(databases_sqlite),
    PROGRAM(databases_writing),
    PROGRAM(driver),
    PROGRAM(embeddings),
    PROGRAM(embeddings_chunks),
    PROGRAM(embeddings_models),
    PROGRAM(engine_flink),
    PROGRAM(engine_functions),
    PROGRAM(engine_rows),
    PROGRAM(enrichment),
    PROGRAM(enrichment_files),
    PROGRAM(enrichment_http),
    PROGRAM(enrichment_sources),
    PROGRAM(event_time),
    PROGRAM(exchange),
    PROGRAM(file_patterns),
    PROGRAM(files),
    PROGRAM(frames),
    PROGRAM(functions),
    PROGRAM(http_json),
    PROGRAM(inference),
    PROGRAM(inference_files),
    PROGRAM(inference_functions),
    PROGRAM(inference_handlers),
    PROGRAM(inference_openai),
    PROGRAM(inference_python),
    PROGRAM(inference_tabular),
    PROGRAM(inference_torch),
    PROGRAM(javascript),
    PROGRAM(json_schema),
    PROGRAM(json_text),
    PROGRAM(mltransform),
    PROGRAM(mltransform_columns),
    PROGRAM(mltransform_embeddings),
    PROGRAM(mltransform_hashes),
    PROGRAM(mltransform_numbers),
    PROGRAM(mltransform_operations),
    PROGRAM(mltransform_quantiles),
    PROGRAM(mltransform_texts),
    PROGRAM(mongodb),
    PROGRAM(object_store),
    PROGRAM(parquet),
    PROGRAM(parquet_dataset),
    PROGRAM(parquet_pruning),
    PROGRAM(python_code),
    PROGRAM(s3),
    PROGRAM(specs),
    PROGRAM(tagged_json),
    PROGRAM(tasks),
    PROGRAM(times),
    PROGRAM(traces),
    PROGRAM(transforms),
    PROGRAM(transforms_bundles),
    PROGRAM(transforms_elements),
    PROGRAM(transforms_graph),
    PROGRAM(transforms_loading),
    PROGRAM(transforms_runner),
    PROGRAM(transforms_types),
    PROGRAM(transforms_windows),
    PROGRAM(values),
    PROGRAM(vector_stores),
    PROGRAM(vector_stores_elasticsearch),
    PROGRAM(vector_stores_pgvector),
    PROGRAM(vector_stores_qdrant),
    PROGRAM(vector_stores_records),
    PROGRAM(web),
    PROGRAM(web_client),
    PROGRAM(web_pages),
    PROGRAM(web_robots),
    PROGRAM(worker),
};
const size_t worker_program_count = sizeof worker_programs / sizeof worker_programs[0];
