-- One table for each source, named after it, with _ in place of -. Put the names of yours in place of <...>.
-- In a database of AWS Glue. <location> is the setting "location" of the destination.
CREATE TABLE <database>.<table> (
  `event_id` string,
  `time` timestamp,
  `created` timestamp,
  `source` string,
  `dataset` string,
  `connection` string,
  `kind` string,
  `category` array<string>,
  `type` array<string>,
  `action` string,
  `outcome` string,
  `reason` string,
  `user_id` string,
  `user_name` string,
  `user_email` string,
  `target_user_id` string,
  `target_user_name` string,
  `target_user_email` string,
  `source_ip` string,
  `source_address` string,
  `message` string,
  `document` string
)
PARTITIONED BY (day(`time`))
LOCATION '<location>/<table>/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet');

-- In a bucket of S3 Tables: choose the catalog s3tablescatalog/<bucket> in Athena first. Such a bucket has no locations.
CREATE TABLE `<database>`.<table> (
  `event_id` string,
  `time` timestamp,
  `created` timestamp,
  `source` string,
  `dataset` string,
  `connection` string,
  `kind` string,
  `category` array<string>,
  `type` array<string>,
  `action` string,
  `outcome` string,
  `reason` string,
  `user_id` string,
  `user_name` string,
  `user_email` string,
  `target_user_id` string,
  `target_user_name` string,
  `target_user_email` string,
  `source_ip` string,
  `source_address` string,
  `message` string,
  `document` string
)
PARTITIONED BY (day(`time`))
TBLPROPERTIES ('table_type' = 'iceberg');
