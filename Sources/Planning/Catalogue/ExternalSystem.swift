/// An external system, and what Beam's transforms for it take.
///
/// Source: Beam's `standard_io.yaml` and `yaml_io.py`.
struct ExternalSystem: Sendable {
    let title: String
    /// What has to host the transforms.
    let requirement: String
    /// Names with their parameters, required ones marked with `!`.
    let transforms: [(name: String, parameters: String)]

    static let all: [ExternalSystem] = [
        ExternalSystem(
            title: "Iceberg", requirement: "iceberg",
            transforms: [
                (
                    "IcebergAddFiles",
                    """
                    table catalog_properties config_properties triggering_frequency_seconds \
                    manifest_file_size location_prefix partition_fields table_properties sort_fields \
                    schema_evolution_options required_columns incompatible_schema_handling \
                    unverifiable_file_handling dry_run
                    """
                ),
                ("ReadFromIceberg", "table! filter keep drop catalog_name catalog_properties config_properties"),
                (
                    "WriteToIceberg",
                    """
                    table! catalog_name catalog_properties config_properties partition_fields \
                    table_properties triggering_frequency_seconds keep drop only distribution_mode \
                    autosharding mode sequence_number_column change_type_column change_type_map upsert \
                    equality_columns num_shards shards_per_partition allowed_lateness_seconds sink_id \
                    token_heartbeat_seconds snapshot_properties sorter_memory_mb
                    """
                ),
            ]),
        ExternalSystem(
            title: "BigQuery", requirement: "bigquery",
            transforms: [
                ("ReadFromBigQuery", "table query row_restriction fields schema table_spec selected_fields"),
                ("WriteToBigQuery", "table create_disposition write_disposition num_streams"),
            ]),
        ExternalSystem(
            title: "Bigtable", requirement: "bigtable",
            transforms: [
                ("ReadFromBigTable", "project instance table flatten project_id instance_id table_id"),
                ("WriteToBigTable", "project instance table project_id instance_id table_id"),
            ]),
        ExternalSystem(
            title: "Debezium", requirement: "debezium",
            transforms: [
                (
                    "ReadFromDebezium",
                    """
                    connector username password host port table connection_properties max_number_of_records \
                    max_time_to_run database debezium_connection_properties
                    """
                )
            ]),
        ExternalSystem(
            title: "Delta Lake", requirement: "delta",
            transforms: [
                ("ReadFromDelta", "table! version timestamp hadoop_config")
            ]),
        ExternalSystem(
            title: "Delta Lake's change log", requirement: "delta",
            transforms: [
                (
                    "ReadFromDeltaCDC",
                    """
                    table! start_version start_timestamp end_version end_timestamp include_metadata_columns \
                    hadoop_config
                    """
                )
            ]),
        ExternalSystem(
            title: "Firestore", requirement: "firestore",
            transforms: [
                ("ReadFromFirestore", "project database collection schema project_id database_id collection_id"),
                (
                    "WriteToFirestore",
                    "project database collection document_id_field project_id database_id collection_id"
                ),
            ]),
        ExternalSystem(
            title: "IBM MQ", requirement: "ibmmq",
            transforms: [
                (
                    "ReadFromIbmMQ",
                    """
                    connection_configuration queue topic max_num_records max_read_time_seconds \
                    close_timeout_seconds acknowledge_mode individual_acknowledge_mode_code
                    """
                ),
                ("WriteToIbmMQ", "connection_configuration queue topic"),
            ]),
        ExternalSystem(
            title: "Iceberg's change log", requirement: "iceberg",
            transforms: [
                (
                    "ReadFromIcebergCDC",
                    """
                    table catalog_name catalog_properties config_properties drop filter from_snapshot \
                    from_timestamp keep poll_interval_seconds starting_strategy streaming to_snapshot \
                    to_timestamp
                    """
                )
            ]),
        ExternalSystem(
            title: "JMS", requirement: "jms",
            transforms: [
                (
                    "ReadFromJms",
                    """
                    connection_configuration queue topic max_num_records max_read_time_seconds \
                    close_timeout_seconds acknowledge_mode individual_acknowledge_mode_code
                    """
                ),
                ("WriteToJms", "connection_configuration queue topic"),
            ]),
        ExternalSystem(
            title: "Kinesis", requirement: "kinesis",
            transforms: [
                (
                    "ReadFromKinesis",
                    """
                    stream_name aws_access_key aws_secret_key region service_endpoint verify_certificate \
                    max_num_records max_read_time initial_position_in_stream initial_timestamp_in_stream \
                    request_records_limit up_to_date_threshold max_capacity_per_shard watermark_policy \
                    watermark_idle_duration_threshold rate_limit
                    """
                ),
                (
                    "WriteToKinesis",
                    """
                    stream_name aws_access_key aws_secret_key region partition_key service_endpoint \
                    verify_certificate aggregation_enabled aggregation_max_bytes \
                    aggregation_max_buffered_time aggregation_shard_refresh_interval
                    """
                ),
            ]),
        ExternalSystem(
            title: "Pub/Sub", requirement: "pubsub",
            transforms: [
                (
                    "ReadFromPubSub",
                    """
                    topic subscription format! schema attributes attributes_map id_attribute \
                    timestamp_attribute publish_time_field
                    """
                ),
                ("WriteToPubSub", "topic! format! schema attributes attributes_map id_attribute timestamp_attribute"),
            ]),
        ExternalSystem(
            title: "Snowflake", requirement: "snowflake",
            transforms: [
                (
                    "ReadFromSnowflake",
                    """
                    server_name username password oauth_token private_key private_key_passphrase database \
                    snowflake_schema warehouse role table query staging_bucket_name storage_integration_name \
                    schema quotation_mark
                    """
                ),
                (
                    "WriteToSnowflake",
                    """
                    server_name username password oauth_token private_key private_key_passphrase database \
                    schema warehouse role table snow_pipe staging_bucket_name storage_integration_name \
                    create_disposition write_disposition quotation_mark flush_row_limit \
                    flush_time_limit_millis shards_number debug_mode
                    """
                ),
            ]),
        ExternalSystem(
            title: "Spanner", requirement: "spanner",
            transforms: [
                (
                    "ReadFromSpanner",
                    """
                    project instance database table query columns index batching project_id instance_id \
                    database_id table_id
                    """
                ),
                ("WriteToSpanner", "project instance database table project_id instance_id database_id table_id"),
            ]),
        ExternalSystem(
            title: "Spanner's change log", requirement: "spanner",
            transforms: [
                (
                    "ReadFromSpannerCDC",
                    """
                    project instance database table change_stream start_at end_at project_id instance_id \
                    database_id change_stream_name start_at_timestamp end_at_timestamp
                    """
                )
            ]),
        ExternalSystem(
            title: "Datadog", requirement: "datadog",
            transforms: [
                ("WriteToDatadog", "url api_key min_batch_count batch_count max_buffer_size parallelism")
            ]),
    ]
}
